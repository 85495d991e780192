"""A box of worlds: limits on a few factors, and what is true inside."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from s3sim.analysis.intervals import wilson
from s3sim.core.arrays import Bools, Floats


@dataclass(frozen=True)
class Limit:
    """What a box asks of one factor, in the factor's unit.

    Parameters
    ----------
    factor : str
        Column of the table of factors.
    low, high : float or None
        Smallest and largest value inside, both included; None where there is no limit.
    quasi_p_low, quasi_p_high : float or None
        Chance of a density at least as high without that side of the limit (see `quasi_p`).
    """

    factor: str
    low: float | None = None
    high: float | None = None
    quasi_p_low: float | None = None
    quasi_p_high: float | None = None

    def contains(self, values: Floats) -> Bools:
        """Return which of the values [n] are inside."""
        inside = np.ones(len(values), bool)
        if self.low is not None:
            inside &= values >= self.low
        if self.high is not None:
            inside &= values <= self.high
        return inside

    def phrase(self, title: str = "", unit: str = "") -> str:
        """Say the limit in words.

        >>> Limit("meeting.border", low=5.2).phrase()
        'meeting.border is above 5.2'
        >>> Limit("k", low=1.0, high=2.5).phrase("Partners (k)", "firms")
        'Partners (k) is between 1 and 2.5 firms'
        """
        name, tail = title or self.factor, f" {unit}" if unit else ""
        if self.low is None and self.high is None:
            return f"{name} is anything"
        if self.low is None:
            return f"{name} is below {self.high:.3g}{tail}"
        if self.high is None:
            return f"{name} is above {self.low:.3g}{tail}"
        return f"{name} is between {self.low:.3g} and {self.high:.3g}{tail}"


@dataclass(frozen=True)
class Score:
    """How a box does on one sample of worlds; intervals are Wilson's at 95 %.

    Parameters
    ----------
    worlds, losses : int
        Size of the sample, and worlds in it that are of interest.
    inside, losses_inside : int
        The same inside the box.
    density : float
        Share of worlds inside that are of interest (precision); nan for an empty box.
    coverage : float
        Share of worlds of interest that are inside (recall); nan if there are none.
    mass : float
        Share of worlds that are inside.
    """

    worlds: int
    losses: int
    inside: int
    losses_inside: int
    density: float
    density_low: float
    density_high: float
    coverage: float
    coverage_low: float
    coverage_high: float
    mass: float


@dataclass(frozen=True)
class Box:
    """Limits on a few factors, in the order of the table; no limit holds every world."""

    limits: tuple[Limit, ...] = ()

    @property
    def factors(self) -> tuple[str, ...]:
        """The factors that are restricted."""
        return tuple(limit.factor for limit in self.limits)

    def contains(self, x: pd.DataFrame) -> Bools:
        """Return which worlds (rows of `x`, in natural units) are inside, shape [n]."""
        inside = np.ones(len(x), bool)
        for limit in self.limits:
            inside &= limit.contains(x[limit.factor].to_numpy(np.float64))
        return inside

    def score(self, x: pd.DataFrame, labels: Bools) -> Score:
        """Return density, coverage and mass on a sample of worlds."""
        inside = self.contains(x)
        n, losses = len(labels), int(labels.sum())
        held, hits = int(inside.sum()), int((inside & labels).sum())
        density = wilson(hits, held)
        coverage = wilson(hits, losses)
        mass = held / n if n else float("nan")
        return Score(n, losses, held, hits, *density, *coverage, mass)

    def sides(self) -> list[tuple[str, str]]:
        """Return (factor, "low" or "high") of every limit there is."""
        return [
            (one.factor, side)
            for one in self.limits
            for side in ("low", "high")
            if getattr(one, side) is not None
        ]


def quasi_p(box: Box, x: pd.DataFrame, labels: Bools) -> Box:
    """Return the box with the quasi-p value of every limit on a sample (Bryant and Lempert 2010).

    The chance that at least as many worlds inside were of interest if their density were that
    of the box without the limit; one-sided binomial. "Quasi", because the limit was searched for
    on the same worlds.
    """
    sides = box.sides()
    values = dict(zip(sides, _values(_outside(box, x, sides), labels), strict=True))
    return Box(
        tuple(
            replace(
                one,
                quasi_p_low=values.get((one.factor, "low")),
                quasi_p_high=values.get((one.factor, "high")),
            )
            for one in box.limits
        )
    )


def pruned(box: Box, x: pd.DataFrame, labels: Bools, level: float, most: int) -> Box:
    """Drop limits, the weakest first, until all have quasi-p < `level` on at most `most` factors."""
    sides = box.sides()
    outside = _outside(box, x, sides)
    while sides:
        values = _values(outside, labels)
        worst = int(np.argmax(values))
        strongest: dict[str, float] = {}
        for (name, _), value in zip(sides, values, strict=True):
            strongest[name] = min(value, strongest.get(name, 1.0))
        if values[worst] >= level:
            keep = [k != worst for k in range(len(sides))]
        elif len(strongest) > most:
            weakest = max(strongest, key=lambda name: strongest[name])
            keep = [name != weakest for name, _ in sides]
        else:
            break
        sides = [side for side, kept in zip(sides, keep, strict=True) if kept]
        outside = outside[:, keep]
    limits = []
    for one in box.limits:
        low = one.low if (one.factor, "low") in sides else None
        high = one.high if (one.factor, "high") in sides else None
        if low is not None or high is not None:
            limits.append(Limit(one.factor, low, high))
    return quasi_p(Box(tuple(limits)), x, labels)


def _outside(box: Box, x: pd.DataFrame, sides: list[tuple[str, str]]) -> Bools:
    """Return which worlds each side of a limit shuts out, shape [n, sides]."""
    outside = np.zeros((len(x), len(sides)), bool)
    limits = {one.factor: one for one in box.limits}
    for k, (name, side) in enumerate(sides):
        values, limit = x[name].to_numpy(np.float64), limits[name]
        outside[:, k] = values < limit.low if side == "low" else values > limit.high
    return outside


def _values(outside: Bools, labels: Bools) -> Floats:
    """Return the quasi-p value of each side, shape [sides]."""
    shut = outside.sum(axis=1)
    inside = shut == 0
    # Without one side, the worlds that only this side shuts out come in too.
    more = outside & (shut == 1)[:, None]
    held, hits = int(inside.sum()), int(labels[inside].sum())
    wider = held + more.sum(axis=0)
    wider_hits = hits + (more & labels[:, None]).sum(axis=0)
    share = wider_hits / np.maximum(wider, 1)
    values: Floats = stats.binom.sf(hits - 1, held, share)
    return np.where(wider > 0, values, 1.0)


def listed(words: Sequence[str]) -> str:
    """Join words: 'a', 'a and b', 'a, b and c'.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))
