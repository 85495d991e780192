"""What is needed to do a comparison again: no names of people, hosts or absolute paths."""

import hashlib
import json
import platform
import subprocess
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from s3sim import __version__
from s3sim.explore.plan import Plan
from s3sim.scenario import Scenario
from s3sim.world import WORLDS

PACKAGES = ("mesa", "numpy", "scipy", "pandas", "pyarrow", "matplotlib", "SALib", "pydantic")


def manifest(plan: Plan) -> dict[str, Any]:
    """Return scenario, seed, all parameter values, versions, fingerprint and command."""
    base = plan.scenario
    return {
        "scenario": described(plan),
        "parameters": {policy: plan.of(policy).parameters() for policy in plan.policies},
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
    text = json.dumps([described(plan), everything], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _first_of_each(plan: Plan) -> list[Scenario]:
    return plan.scenarios()[: len(plan.policies)]


def command(plan: Plan) -> str:
    """Return the command line that makes the same tables.

    A user's own world is named by its folder's name alone: paths are not written down.
    """
    base = plan.scenario
    world = base.world.name if base.world.name in WORLDS else f"FOLDER-OF/{base.world.name}"
    parts = [
        "s3sim compare", f"--world {world}", f"--baseline {plan.baseline}",
        *(f"--policies {name}" for name in plan.policies[1:]),
        f"--replications {plan.replications}", f"--years {base.years}",
        f"--start {base.start}", f"--scale {base.scale!r}", f"--seed {base.seed}",
        *(f"--set {name}={value!r}" for name, value in plan.values.items()),
    ]  # fmt: skip
    return " ".join(parts)


def versions() -> dict[str, str]:
    """Return versions of this package, Python and what results depend on."""
    found = {"s3sim": __version__, "python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def commit() -> str | None:
    """Return the commit of the checkout that runs, or None for an installed package."""
    home = Path(str(resources.files("s3sim"))).parent
    if not (home / ".git").exists():
        return None
    try:
        told = subprocess.run(
            ["git", "-C", str(home), "rev-parse", "HEAD"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return told.stdout.strip() or None
