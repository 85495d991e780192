"""Boxes of worlds: limits on a few factors, what is true inside, and where they come from.

Boxes are searched by patient rule induction (PRIM; Friedman and Fisher 1999, in the form of Kwakkel
and Jaxa-Rozen 2016) of the EMA workbench, and by a classification tree (CART; Breiman et al. 1984).
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

SMALLEST_MASS = 0.05
"""Share of worlds peeled in one step and smallest share in a box or leaf (workbench's default)."""


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
        Chance of a density at least as high without that side of the limit (see `pruned`).
    """

    factor: str
    low: float | None = None
    high: float | None = None
    quasi_p_low: float | None = None
    quasi_p_high: float | None = None

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

    def sides(self) -> list[tuple[str, str]]:
        """Return (factor, "low" or "high") of every limit there is."""
        return [
            (limit.factor, side) for limit in self.limits for side in ("low", "high")
            if getattr(limit, side) is not None
        ]  # fmt: skip

    def outside(self, x: pd.DataFrame) -> Bools:
        """Return which worlds (rows of `x`, natural units) each side shuts out, [n, sides]."""
        found = np.zeros((len(x), len(self.sides())), bool)
        limits = {limit.factor: limit for limit in self.limits}
        for k, (name, side) in enumerate(self.sides()):
            values, bound = x[name].to_numpy(np.float64), getattr(limits[name], side)
            found[:, k] = values < bound if side == "low" else values > bound
        return found

    def contains(self, x: pd.DataFrame) -> Bools:
        """Return which worlds (rows of `x`, in natural units) are inside, shape [n]."""
        return ~np.asarray(self.outside(x).any(axis=1))

    def score(self, x: pd.DataFrame, labels: Bools) -> Score:
        """Return density, coverage and mass on a sample of worlds."""
        inside = self.contains(x)
        n, losses = len(labels), int(labels.sum())
        held, hits = int(inside.sum()), int((inside & labels).sum())
        mass = held / n if n else float("nan")
        return Score(n, losses, held, hits, *wilson(hits, held), *wilson(hits, losses), mass)


def pruned(box: Box, x: pd.DataFrame, labels: Bools, level: float, most: int) -> Box:
    """Drop limits, the weakest first, until all have quasi-p < `level` on at most `most` factors.

    Quasi-p (Bryant and Lempert 2010): the chance that at least as many worlds inside were of
    interest if their density were that of the box without the limit; one-sided binomial. "Quasi",
    because the limit was searched for on the same worlds. The limits left carry theirs.
    """
    sides, outside = box.sides(), box.outside(x)
    values = _quasi_p(outside, labels)
    while sides:
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
        values = _quasi_p(outside, labels)
    left = dict(zip(sides, values.tolist(), strict=True))
    limits = []
    for limit in box.limits:
        low, high = (left.get((limit.factor, side)) for side in ("low", "high"))
        if low is not None or high is not None:
            bounds = (
                limit.low if low is not None else None,
                limit.high if high is not None else None,
            )
            limits.append(Limit(limit.factor, *bounds, low, high))
    return Box(tuple(limits))


def _quasi_p(outside: Bools, labels: Bools) -> Floats:
    """Return the quasi-p value of each side, shape [sides]."""
    shut = outside.sum(axis=1)
    inside = shut == 0
    # Without one side, the worlds that only this side shuts out come in too.
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
        Factors in natural units, one row a world.
    labels : array [n]
        True where the world is of interest; both kinds must occur.
    """
    with _quiet():
        with analysis_extra():
            from ema_workbench.analysis import prim
        # Whole numbers break it (EMAworkbench issue 448), and it drops a column named "scenario".
        frame = pd.DataFrame(x.to_numpy(np.float64), columns=[f"c{k}" for k in range(x.shape[1])])
        search = prim.Prim(
            frame, np.asarray(labels, bool), threshold=1e-9, peel_alpha=SMALLEST_MASS,
            paste_alpha=SMALLEST_MASS, mass_min=SMALLEST_MASS,
        )  # fmt: skip
        bounds = [limits.to_numpy(np.float64) for limits in search.find_box().box_lims]
    lowest, highest = bounds[0]
    boxes = []
    for low, high in bounds:
        cut = np.where(low != lowest, low, -np.inf), np.where(high != highest, high, np.inf)
        boxes.append(_box(x, *cut))
    return boxes


def tree_boxes(
    x: pd.DataFrame, labels: Bools, *, most_limits: int, smallest_density: float, seed: int
) -> list[Box]:
    """Return the leaves of a tree in which `smallest_density` of worlds are of interest.

    The leaf that holds most of them first. `most_limits` is the depth of the tree, `seed` decides
    between splits that are equally good; `x` and `labels` as for `prim_boxes`.
    """
    with analysis_extra():
        from sklearn.tree import DecisionTreeClassifier
    model = DecisionTreeClassifier(
        max_depth=most_limits, min_samples_leaf=SMALLEST_MASS, random_state=seed % 2**32
    )
    tree = model.fit(x.to_numpy(np.float64), labels).tree_
    boxes = []
    nodes = [(0, np.full(x.shape[1], -np.inf), np.full(x.shape[1], np.inf))]
    while nodes:
        node, low, high = nodes.pop()
        left, right = int(tree.children_left[node]), int(tree.children_right[node])
        if left == right:
            boxes.append(_box(x, low, high))
            continue
        at, cut = np.arange(x.shape[1]) == tree.feature[node], float(tree.threshold[node])
        nodes += [(right, np.where(at, cut, low), high), (left, low, np.where(at, cut, high))]
    scored = [(box, box.score(x, labels)) for box in boxes]
    good = [(box, score) for box, score in scored if score.density >= smallest_density]
    return [box for box, score in sorted(good, key=lambda pair: -pair[1].losses_inside)]


def _box(x: pd.DataFrame, low: Floats, high: Floats) -> Box:
    """Return the box within bounds [D]; infinite ones are no limits."""
    return Box(
        tuple(
            Limit(str(name), float(a) if a > -np.inf else None, float(b) if b < np.inf else None)
            for name, a, b in zip(x.columns, low, high, strict=True)
            if a > -np.inf or b < np.inf
        )
    )


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
