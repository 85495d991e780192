"""The runs of a scoreboard, and what one of them tells of every fact."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from s3sim.core.errors import InputError, unknown
from s3sim.simulation.replay import replay_command
from s3sim.simulation.scenario import Scenario
from s3sim.validation.rivals import RIVALS
from s3sim.validation.statistics import STATISTICS
from s3sim.validation.targets import Target, targets
from s3sim.validation.trial import TREATMENTS, twins
from s3sim.validation.trial import YEARS as TRIAL_YEARS
from s3sim.validation.watch import DETAILED, record
from s3sim.world import World

EU_TURNOVER = 0.098
"""Births over enterprises, EU 2016 (Eurostat business demography)."""

CENTURY = 100
YEARS_OF = {"turnover": 8, "strategies": 2, "meeting": TRIAL_YEARS, "grant": TRIAL_YEARS}
"""Length of runs that are not of `DETAILED` years."""


@dataclass(frozen=True)
class Case:
    """Runs of one world at one scale: how many replications of each kind of run."""

    world: str
    scale: float
    base: int = 0
    century: int = 0
    turnover: int = 0
    strategies: int = 0
    meeting: int = 0
    grant: int = 0


TIERS: dict[str, tuple[Case, ...]] = {
    "quick": (
        Case("partners", 0.05, base=64, century=8, turnover=16, strategies=16, meeting=8, grant=4),
        Case("bsr", 0.05, base=24, strategies=8),
        Case("bsr", 0.02, century=3, turnover=4),
    ),
    "full": (
        Case(
            "partners", 0.05, base=96, century=16, turnover=48, strategies=48, meeting=48, grant=16
        ),
        Case("partners", 0.2, base=24, century=6, turnover=12, strategies=12, meeting=16, grant=6),
        Case("partners", 1.0, base=4, century=4, turnover=3, strategies=4),
        Case("bsr", 0.05, base=48, century=6, turnover=8, strategies=12, meeting=12, grant=6),
        Case("bsr", 0.2, base=10, century=4, turnover=3, strategies=4),
        Case("bsr", 1.0, base=3, century=3, turnover=2, strategies=2),
    ),
}
"""Tiers: quick takes less than two minutes on two cores, full less than twenty."""


@dataclass(frozen=True)
class Job:
    """One run, and the kinds of facts that are read off it."""

    world: str
    scale: float
    runs: tuple[str, ...]
    seed: int
    replication: int

    @property
    def work(self) -> float:
        """Size of the run, for handing out the longest first."""
        return self.scale * self.years * (5 if self.world == "bsr" else 1)

    @property
    def years(self) -> int:
        """Length of the run."""
        if "century" in self.runs:
            return CENTURY
        return YEARS_OF.get(self.runs[0], DETAILED)

    def scenario(self) -> Scenario:
        """Return what is run."""
        world = World.load(self.world)
        if "turnover" in self.runs:
            world = replace(world, birth_rate=np.full(world.n_regions, EU_TURNOVER))
        policy = "isolated_s3" if "strategies" in self.runs else "no_s3"
        return Scenario(
            world, policy, years=self.years, scale=self.scale, seed=self.seed,
            replication=self.replication, start=0 if "strategies" in self.runs else 1,
        )  # fmt: skip


def jobs_of(tier: str, worlds: Iterable[str], seed: int) -> list[Job]:
    """Return the runs of a tier, the longest first.

    A run of a century tells the facts of its first 14 years too.
    """
    if tier not in TIERS:
        raise InputError(unknown("tier", tier, TIERS))
    chosen = tuple(worlds)
    made = []
    for case in TIERS[tier]:
        if case.world not in chosen:
            continue
        for k in range(max(case.base, case.century)):
            kinds = (("base",) if k < case.base else ()) + (("century",) if k < case.century else ())  # fmt: skip
            made.append(Job(case.world, case.scale, kinds, seed, k))
        for kind in YEARS_OF:
            made += [
                Job(case.world, case.scale, (kind,), seed, k) for k in range(getattr(case, kind))
            ]
    return sorted(made, key=lambda job: -job.work)


Told = dict[tuple[str, int], tuple[float, float]]
"""(id of a fact, place of its argument) to the value and the rival's value."""


def tell(job: Job) -> Told:
    """Run a job and return what it tells of every fact of its kinds.

    Raises
    ------
    RuntimeError
        If the run fails; it names the run and the command that does it again.
    """
    scenario, kind = job.scenario(), job.runs[0]
    try:
        whole: Any = twins(scenario, kind) if kind in TREATMENTS else record(scenario)
    except Exception as error:
        again = replay_command(scenario)
        raise RuntimeError(f"a run failed: {type(error).__name__}: {error} ({again})") from error
    told: Told = {}
    for run in job.runs:
        records = whole.until(DETAILED) if run == "base" else whole
        asked = [one for one in targets() if one.run == run and job.world in one.worlds]
        told |= _measured([one for one in asked if not one.missing], records, job)
    return told


def _measured(asked: list[Target], records: Any, job: Job) -> Told:
    made = {
        name: RIVALS[name](records, job.seed + job.replication)
        for name in {one.rival for one in asked if one.rival}
    }
    told = {}
    for one in asked:
        for k, arguments in enumerate(one.arguments):
            value = _value(one, records, arguments)
            rival = _value(one, made[one.rival], arguments) if one.rival else float("nan")
            told[one.id, k] = value, rival
    return told


def _value(one: Target, records: Any, arguments: Mapping[str, Any]) -> float:
    with np.errstate(all="ignore"):  # regions without firms or jobs
        return float(STATISTICS[one.statistic](records, **arguments))
