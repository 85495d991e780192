"""Where productivity growth comes from: survivors, shifts between them, entry and exit."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Bools, Floats
from s3sim.model.state import Organisations

PARTS = ("within", "between", "entry", "exit")

LEAST = 1.0
"""Least value added a person and year that is told apart, kEUR: below it a firm sells next to nothing."""


@dataclass(frozen=True)
class Firms:
    """Firms at one moment, a row an identity: persons, value added a person, age in years, [N]."""

    jobs: Floats
    productivity: Floats
    age: Floats

    @classmethod
    def of(cls, orgs: Organisations) -> "Firms":
        """Return the active firms of a table; rows without one have no persons."""
        jobs = np.where(orgs.firms, orgs.size, 0.0)
        productivity = np.divide(orgs.value_added, jobs, out=np.zeros_like(jobs), where=jobs > 0)
        return cls(jobs, productivity, orgs.age.copy())


def decomposed(then: Firms, now: Firms) -> dict[str, float]:
    """Return what each of `PARTS` adds to the growth of productivity, log points; they sum to it.

    Dynamic Olley-Pakes decomposition of log productivity weighted by persons (Melitz and Polanec
    2015, RAND Journal of Economics 46(2)): survivors grow (within: mean of their growth) or gain
    weight as they are more productive (between: change of the covariance of share and level),
    entrants and leavers count against the survivors of their time. A row that a new founder took
    over since then holds another firm: it has left and entered.

    All four are nan where no firm survives.
    """
    old, young = then.jobs > 0, now.jobs > 0
    stayed = old & young & (now.age >= then.age)
    if not stayed.any():
        return dict.fromkeys(PARTS, float("nan"))
    here_then, here_now = _group(then, stayed), _group(now, stayed)
    entered, left = young & ~stayed, old & ~stayed
    weight, level = _share(now, entered), _mean(now, entered)
    lost, level_then = _share(then, left), _mean(then, left)
    return {
        "within": here_now.plain - here_then.plain,
        "between": (here_now.weighted - here_now.plain) - (here_then.weighted - here_then.plain),
        "entry": weight * (level - here_now.weighted),
        "exit": lost * (here_then.weighted - level_then),
    }


def aggregate(firms: Firms) -> float:
    """Return mean log productivity weighted by persons, whose growth is decomposed."""
    return _mean(firms, firms.jobs > 0)


@dataclass(frozen=True)
class _Group:
    plain: float  # mean log productivity of firms
    weighted: float  # weighted by persons


def _group(firms: Firms, which: Bools) -> _Group:
    return _Group(float(np.log(_level(firms, which)).mean()), _mean(firms, which))


def _mean(firms: Firms, which: Bools) -> float:
    if not which.any():
        return 0.0
    return float(np.average(np.log(_level(firms, which)), weights=firms.jobs[which]))


def _share(firms: Firms, which: Bools) -> float:
    return float(firms.jobs[which].sum() / firms.jobs.sum())


def _level(firms: Firms, which: Bools) -> Floats:
    # A firm that sells nothing for a while must not make the logarithm explode.
    level: Floats = np.maximum(firms.productivity[which], LEAST)
    return level
