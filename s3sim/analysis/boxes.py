"""Boxes: limits on a few factors, what is true inside, and where they come from.

Boxes are searched by the EMA workbench: patient rule induction (PRIM; Friedman and Fisher 1999, in
the form of Kwakkel and Jaxa-Rozen 2016) and a classification tree (CART; Breiman et al. 1984).
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from s3sim.analysis.guard import analysis_extra
from s3sim.analysis.intervals import wilson
from s3sim.core.arrays import Bools, Floats
from s3sim.core.formatting import listed

SMALLEST_MASS = 0.05
"""Share of draws peeled in one step and smallest share in a box or leaf (workbench's default)."""


@dataclass(frozen=True)
class Limit:
    """What a box asks of one factor, in the factor's unit.

    `low` and `high` are the smallest and largest value inside, None where there is no limit;
    `quasi_p_low` and `quasi_p_high` the chances of a density at least as high without that side of
    the limit (see `pruned`).
    """

    factor: str
    low: float | None = None
    high: float | None = None
    quasi_p_low: float | None = None
    quasi_p_high: float | None = None

    def phrase(self) -> str:
        """Say the limit in words.

        >>> Limit("meeting.border", low=5.2).phrase(), Limit("k", low=1.0, high=2.5).phrase()
        ('meeting.border is above 5.2', 'k is between 1 and 2.5')
        """
        if self.low is None:
            return f"{self.factor} is below {self.high:.3g}"
        if self.high is None:
            return f"{self.factor} is above {self.low:.3g}"
        return f"{self.factor} is between {self.low:.3g} and {self.high:.3g}"


@dataclass(frozen=True)
class Score:
    """How a box does on one sample; intervals are Wilson's at 95 %.

    Parameters
    ----------
    worlds, losses, inside, losses_inside : int
        Draws in the sample, those of interest, and the same inside the box.
    density : float
        Share of draws inside that are of interest (precision); nan for an empty box.
    coverage : float
        Share of draws of interest that are inside (recall); nan if there are none.
    mass : float
        Share of draws that are inside.
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
    """Limits on a few factors, in the order of the table; no limit holds every draw."""

    limits: tuple[Limit, ...] = ()

    @property
    def factors(self) -> tuple[str, ...]:
        """The factors that are restricted."""
        return tuple(limit.factor for limit in self.limits)

    def phrase(self) -> str:
        """Say the limits in words."""
        return listed([limit.phrase() for limit in self.limits])

    def sides(self) -> list[tuple[str, str, float]]:
        """Return factor, "low" or "high" and value of every limit there is."""
        ends = [(a.factor, side, getattr(a, side)) for a in self.limits for side in ("low", "high")]
        return [end for end in ends if end[2] is not None]

    def outside(self, x: pd.DataFrame) -> Bools:
        """Return which rows of `x`, in natural units, each side shuts out, [n, sides]."""
        found = np.zeros((len(x), len(self.sides())), bool)
        for k, (name, side, bound) in enumerate(self.sides()):
            values = x[name].to_numpy(np.float64)
            found[:, k] = values < bound if side == "low" else values > bound
        return found

    def contains(self, x: pd.DataFrame) -> Bools:
        """Return which rows of `x`, in natural units, are inside, shape [n]."""
        return ~np.asarray(self.outside(x).any(axis=1))

    def score(self, x: pd.DataFrame, labels: Bools) -> Score:
        """Return density, coverage and mass on a sample."""
        inside = self.contains(x)
        n, losses = len(labels), int(labels.sum())
        held, hits = int(inside.sum()), int((inside & labels).sum())
        return Score(n, losses, held, hits, *wilson(hits, held), *wilson(hits, losses), held / n)


def pruned(box: Box, x: pd.DataFrame, labels: Bools, level: float, most: int) -> Box:
    """Drop limits, the weakest first, until all have quasi-p < `level` on at most `most` factors.

    Quasi-p (Bryant and Lempert 2010): the chance that at least as many draws inside were of
    interest if their density were that of the box without the limit; one-sided binomial. "Quasi",
    because the limit was searched for on the same draws. The limits left carry theirs.
    """
    sides, outside = box.sides(), box.outside(x)
    values = _quasi_p(outside, labels)
    while sides:
        names = np.array([name for name, *_ in sides])
        strongest = {str(name): float(values[names == name].min()) for name in names}
        if values.max() >= level:
            keep = np.arange(len(sides)) != values.argmax()
        elif len(strongest) > most:
            keep = names != max(strongest, key=lambda name: strongest[name])
        else:
            break
        sides = [side for side, kept in zip(sides, keep, strict=True) if kept]
        outside = outside[:, keep]
        values = _quasi_p(outside, labels)
    ends: dict[str, dict[str, float]] = {}
    for (name, side, bound), value in zip(sides, values.tolist(), strict=True):
        ends.setdefault(name, {}).update({side: bound, f"quasi_p_{side}": value})
    return Box(tuple(Limit(name, **found) for name, found in ends.items()))


def _quasi_p(outside: Bools, labels: Bools) -> Floats:
    """Return the quasi-p value of each side, shape [sides]."""
    shut = outside.sum(axis=1)
    inside = shut == 0
    # Without one side, the draws that only this side shuts out come in too.
    more = outside & (shut == 1)[:, None]
    held, hits = int(inside.sum()), int(labels[inside].sum())
    wider = held + more.sum(axis=0)
    share = (hits + (more & labels[:, None]).sum(axis=0)) / np.maximum(wider, 1)
    return np.where(wider > 0, stats.binom.sf(hits - 1, held, share), 1.0)


def prim_boxes(x: pd.DataFrame, labels: Bools) -> list[Box]:
    """Return the boxes of one peeling and pasting trajectory, the widest (everything) first.

    Parameters
    ----------
    x : DataFrame [n, D]
        Factors in natural units, one row a draw.
    labels : array [n]
        True where the draw is of interest; both kinds must occur.
    """
    with _quiet(), analysis_extra():
        from ema_workbench.analysis import prim

        search = prim.Prim(
            _numbers(x), np.asarray(labels, bool), threshold=1e-9, peel_alpha=SMALLEST_MASS,
            paste_alpha=SMALLEST_MASS, mass_min=SMALLEST_MASS,
        )  # fmt: skip
        return _boxes(x, search.find_box().box_lims)


def tree_boxes(
    x: pd.DataFrame, labels: Bools, *, most_limits: int, smallest_density: float, seed: int
) -> list[Box]:
    """Return the leaves of a tree in which `smallest_density` of draws are of interest.

    The leaf that holds most of them first. `most_limits` is the depth of the tree, `seed` decides
    between splits that are equally good; `x` and `labels` as for `prim_boxes`.
    """
    with _quiet(), analysis_extra():
        from ema_workbench.analysis import cart
        from sklearn.tree import DecisionTreeClassifier

        search = cart.CART(_numbers(x), labels, mass_min=SMALLEST_MASS)
        # Its own tree has neither a depth nor a seed.
        search.clf = DecisionTreeClassifier(
            max_depth=most_limits, min_samples_leaf=SMALLEST_MASS, random_state=seed % 2**32
        ).fit(_numbers(x).to_numpy(), labels)
        if search.clf.tree_.node_count == 1:
            return []
        boxes = _boxes(x, search.boxes)
    scored = [(box, box.score(x, labels)) for box in boxes]
    good = [(box, score) for box, score in scored if score.density >= smallest_density]
    return [box for box, score in sorted(good, key=lambda pair: -pair[1].losses_inside)]


def _numbers(x: pd.DataFrame) -> pd.DataFrame:
    """Return a table that the workbench takes.

    Whole numbers break it (EMAworkbench issue 448), and it drops a column named "scenario".
    """
    return pd.DataFrame(x.to_numpy(np.float64), columns=[f"c{k}" for k in range(x.shape[1])])


def _boxes(x: pd.DataFrame, bounds: list[pd.DataFrame]) -> list[Box]:
    """Return boxes from limits of the workbench; the range of the table is no limit."""
    lowest, highest = x.min().to_numpy(np.float64), x.max().to_numpy(np.float64)
    boxes = []
    for low, high in (limits.to_numpy(np.float64) for limits in bounds):
        ends = zip(map(str, x), low, high, low != lowest, high != highest, strict=True)
        limits = [
            Limit(name, float(a) if cut else None, float(b) if shut else None)
            for name, a, b, cut, shut in ends
            if cut or shut
        ]
        boxes.append(Box(tuple(limits)))
    return boxes


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the workbench's warnings and log messages from spreading."""
    logger = logging.getLogger("EMA")
    propagate, logger.propagate = logger.propagate, False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            logger.propagate = propagate
