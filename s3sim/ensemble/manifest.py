"""What is needed to do a comparison again: no names of people, hosts or absolute paths."""

from typing import Any

from s3sim.ensemble.plan import Plan
from s3sim.ensemble.provenance import commit, hashed, versions
from s3sim.simulation.replay import set_words, world_words
from s3sim.simulation.scenario import Scenario


def manifest(plan: Plan) -> dict[str, Any]:
    """Return scenario, seed, all parameter values, versions, fingerprint and command."""
    base = plan.scenario
    return {
        "scenario": described(plan),
        "parameters": {policy: plan.of(policy).parameter_values() for policy in plan.policies},
        "changed_parameters": dict(plan.values),
        "versions": versions(),
        "commit": commit(),
        "data_fingerprint": base.world.fingerprint,
        "scenario_hash": scenario_hash(plan),
        "command": command(plan),
    }


def described(plan: Plan) -> dict[str, Any]:
    """Return what decides a comparison as plain values."""
    base = plan.scenario
    return {
        "world": base.world.name, "policies": list(plan.policies), "baseline": plan.baseline,
        "replications": plan.replications, "years": base.years, "scale": base.scale,
        "seed": base.seed, "start": base.start, "start_quarter": base.start * 4 + 1,
        "firms_simulated": plan.firms,
    }  # fmt: skip


def scenario_hash(plan: Plan) -> str:
    """Return a hash of everything that decides the tables."""
    everything = [one.run_id for one in _first_of_each(plan)]
    return hashed([described(plan), everything])


def _first_of_each(plan: Plan) -> list[Scenario]:
    return plan.scenarios()[: len(plan.policies)]


def command(plan: Plan) -> str:
    """Return the command line that makes the same tables."""
    base = plan.scenario
    parts = [
        "s3sim compare", world_words(base), f"--baseline {plan.baseline}",
        *(f"--policies {name}" for name in plan.policies[1:]),
        f"--replications {plan.replications}", f"--years {base.years}",
        f"--start {base.start}", f"--scale {base.scale!r}", f"--seed {base.seed}",
        *set_words(dict(plan.values)),
    ]  # fmt: skip
    return " ".join(parts)
