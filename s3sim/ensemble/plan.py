"""What a comparison runs: policies x replications of one base scenario."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from s3sim.core.errors import InputError, unknown
from s3sim.model.context import QUARTERS
from s3sim.policies import POLICIES
from s3sim.simulation.scenario import Scenario, problems_with

DEFAULT_SCALE = 0.05
DEFAULT_REPLICATIONS = 24
DEFAULT_BASELINE = "isolated_s3"
DEFAULT_POLICIES = ("domestic_brokers", "trans_s3", "trans_s3_tibs")
MOST_REPLICATIONS = 100_000

FIXED_SECONDS = 0.15
SECONDS_PER_FIRM_QUARTER = 2.6e-6
SECONDS_PER_QUARTER = 0.0045
POOL_SECONDS = 2.0
"""Cost of a run on one core of a plain laptop, measured by `benchmarks/`; for predictions only."""


@dataclass(frozen=True)
class Plan:
    """A comparison, checked before anything runs.

    Parameters
    ----------
    scenario : Scenario
        Base: world, length, scale, seed, start. Its policy is ignored.
    policies : tuple of str
        Baseline first, no duplicates.
    replications : int
        Runs of each policy; replication k meets the same luck under every policy.
    values : mapping
        Dotted parameters, applied to every policy that has them.

    Raises
    ------
    InputError
        With every mistake.
    """

    scenario: Scenario
    policies: tuple[str, ...] = (DEFAULT_BASELINE, *DEFAULT_POLICIES)
    replications: int = DEFAULT_REPLICATIONS
    values: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = [
            unknown("policy", name, POLICIES) for name in self.policies if name not in POLICIES
        ]
        if not self.policies:
            problems.append("no policy to run; name at least a baseline.")
        if len(set(self.policies)) < len(self.policies):
            problems.append(f"a policy is named twice: {', '.join(self.policies)}.")
        whole = isinstance(self.replications, int) and not isinstance(self.replications, bool)
        if not whole or not 1 <= self.replications <= MOST_REPLICATIONS:
            problems.append(
                f"replications = {self.replications!r} is out of range; allowed 1 to {MOST_REPLICATIONS}."
            )
        problems += problems_with(self.values, self.scenario.known(strict=False))
        if not problems:
            problems += self._unused()
        if problems:
            raise InputError(problems)

    def _unused(self) -> list[str]:
        """Name parameters that belong to no policy of this comparison."""
        here = {
            name
            for policy in self.policies
            for name in self.scenario.replace(policy=policy).parameter_values()
            if name not in POLICIES[policy].fixed_parameters
        }
        return [
            f"parameter '{name}' belongs to none of the policies {', '.join(self.policies)}; "
            f"{_having(name)}."
            for name in self.values
            if name not in here
        ]

    @property
    def baseline(self) -> str:
        """The policy that the others are compared with."""
        return self.policies[0]

    def of(self, policy: str) -> Scenario:
        """Return the base scenario under a policy, with overrides."""
        fixed_parameters = POLICIES[policy].fixed_parameters
        values = {
            name: value for name, value in self.values.items() if name not in fixed_parameters
        }
        return self.scenario.replace(values, strict=False, policy=policy)

    def scenarios(self) -> list[Scenario]:
        """Return all runs, replication by replication, so that any prefix is balanced."""
        return list(self._scenarios)

    @cached_property
    def _scenarios(self) -> tuple[Scenario, ...]:
        bases = [self.of(policy) for policy in self.policies]
        return tuple(base.with_replication(k) for k in range(self.replications) for base in bases)

    @property
    def firms(self) -> int:
        """Firms simulated in one run."""
        simulated = np.maximum(
            2, np.rint(self.scenario.world.firms.sum(axis=1) * self.scenario.scale)
        )
        return int(simulated.sum())

    def predict_seconds(self, workers: int, scale: float | None = None) -> float:
        """Return a rough time for all runs, at this scale or another."""
        factor = 1.0 if scale is None else scale / self.scenario.scale
        quarters = self.scenario.years * QUARTERS
        seconds = FIXED_SECONDS + quarters * (
            SECONDS_PER_QUARTER + SECONDS_PER_FIRM_QUARTER * self.firms * factor
        )
        pool = POOL_SECONDS if workers > 1 else 0.0
        return pool + seconds * len(self.policies) * self.replications / max(workers, 1)


def _having(name: str) -> str:
    """Say which policies have a parameter that a comparison can set."""
    having = [
        policy
        for policy, about in POLICIES.items()
        if name not in about.fixed_parameters and any(name in part.values() for part in about.parts)
    ]
    return f"policies that have it: {', '.join(having)}" if having else "no policy has it"
