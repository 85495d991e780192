"""Sobol' indices with intervals from independent scrambles; the seed is one of the factors.

The share of the variance of an output that a factor explains alone (S1) and with all its
interactions (ST). When one factor chooses the luck of a run, its ST is the noise share, and rows
that change another factor keep the luck, so noise does not blur their indices.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from s3sim.analysis.guard import checked, constant, is_constant, number, table, undisturbed
from s3sim.analysis.problem import SEED, Problem
from s3sim.analysis.verdicts import CONFIDENCE
from s3sim.core.arrays import Bools, Floats, Ints
from s3sim.core.errors import InputError, unknown

SCRAMBLES = 8
RESAMPLES = 500
ROWS = "one scramble: interval by bootstrap of rows"
COLUMNS = ("S1", "S1_low", "S1_high", "ST", "ST_low", "ST_high")


@dataclass(frozen=True, eq=False)
class SobolDesign:
    """A Saltelli design without second order; its rows are blocks of D + 2.

    Attributes
    ----------
    problem : Problem
    unit : array [n (D + 2), factors]
        Rows in blocks: a point A, A with each label in turn taken from B, and B.
    scramble : int array [n (D + 2)]
        The independently scrambled sequence of each row; rows stand scramble by scramble.
    n : int
        Points A over all scrambles.
    scrambles, seed : int
    grouped : bool
        Whether groups take the place of factors.
    """

    problem: Problem
    unit: Floats
    scramble: Ints
    n: int
    scrambles: int
    seed: int
    grouped: bool

    @property
    def labels(self) -> tuple[str, ...]:
        """What gets an index."""
        return self.problem.labels(self.grouped)

    @property
    def independent(self) -> Bools:
        """Which rows are the independent points A and B: the first and last of each block."""
        block = len(self.labels) + 2
        place = np.arange(len(self.unit)) % block
        found: Bools = (place == 0) | (place == block - 1)
        return found


def sobol_design(
    problem: Problem, n: int, seed: int, scrambles: int = SCRAMBLES, grouped: bool = False
) -> SobolDesign:
    """Return a design of n (D + 2) rows, D factors or groups (Saltelli et al. 2010, CPC 181:259).

    Parameters
    ----------
    problem : Problem
    n : int
        Points over all scrambles; n / scrambles is a power of two, 2 or more.
    seed : int
        The same seed with a larger `n` extends every scramble: the smaller design is the
        beginning of each.
    scrambles : int
        Independently scrambled Sobol' sequences; more of them make intervals
        surer and, for smooth outputs without luck, values less exact.
    grouped : bool
        Whether to vary groups of factors together.

    Raises
    ------
    InputError
        For sizes that are not allowed, or groups that are missing.
    """
    _check_size(n, scrambles)
    with undisturbed():
        from SALib.sample import sobol

        seeds = [number(seed, f"sobol scramble {k}") for k in range(scrambles)]
        each = n // scrambles
        # A new description each time, because SALib writes into it.
        parts = [
            sobol.sample(problem.salib(grouped), each, calc_second_order=False, seed=k)
            for k in seeds
        ]
    unit: Floats = np.concatenate(parts)
    which = np.repeat(np.arange(scrambles, dtype=np.int64), len(parts[0]))
    return SobolDesign(problem, unit, which, n, scrambles, seed, grouped)


def indices(design: SobolDesign, y: ArrayLike) -> pd.DataFrame:
    """Return S1 and ST of each factor or group, with 95 % intervals.

    Parameters
    ----------
    design : SobolDesign
    y : array-like [rows of the design]
        One output, in the order of the design.

    Returns
    -------
    DataFrame
        factor, group, S1, S1_low, S1_high, ST, ST_low, ST_high, note; one row for each label. An
        output that is constant, at least at the independent points A and B, has no variance to
        share out: nan and the note 'constant output'.

    Raises
    ------
    SensitivityError
        For values that are not finite, and for another number of rows.

    Notes
    -----
    Values are those of SALib over all rows: S1 by Saltelli et al. 2010, ST by Jansen 1999. Both
    are ratios of means, so the interval is that of the ratio estimator over independent scrambles
    (linearised, t with scrambles - 1 degrees of freedom; Owen 2013, Monte Carlo theory, methods
    and examples, sections 2.7 and 17.2). A single scramble has SALib's bootstrap of rows instead,
    which takes the rows for independent and is too wide for smooth outputs. A factor that is never
    read scores exactly 0 with an interval of no width.

    ST of a factor includes its interaction with luck when the seed is a factor too: a factor that
    changes only the spread of an output has a large ST.
    """
    values = checked(y, len(design.unit))
    if is_constant(values[design.independent]):
        return constant(design.problem, design.grouped, COLUMNS)
    found, notes = _salib(design, values)
    first, total = (np.asarray(found[key], dtype=np.float64) + 0.0 for key in ("S1", "ST"))
    if design.scrambles > 1:
        first_half, total_half = _half_widths(design, values, first, total)
    else:
        first_half, total_half = np.asarray(found["S1_conf"]), np.asarray(found["ST_conf"])
        notes = [*notes, ROWS]
    limits = (first - first_half, first + first_half, total - total_half, total + total_half)
    values_of = (first, *limits[:2], total, *limits[2:])
    columns = dict(zip(COLUMNS, values_of, strict=True))
    return table(design.problem, design.grouped, columns, "; ".join(notes))


def _salib(design: SobolDesign, y: Floats) -> tuple[dict[str, Any], list[str]]:
    """Return SALib's indices; its intervals are used for a single scramble only."""
    with undisturbed() as notes:
        from SALib.analyze import sobol

        found = sobol.analyze(
            design.problem.salib(design.grouped), y, calc_second_order=False,
            num_resamples=2 if design.scrambles > 1 else RESAMPLES,
            seed=number(design.seed, "sobol analysis"),
        )  # fmt: skip
    return dict(found), notes


def _half_widths(
    design: SobolDesign, y: Floats, first: Floats, total: Floats
) -> tuple[Floats, Floats]:
    """Return the half-widths [labels] of the intervals of S1 and ST over two scrambles or more."""
    s, size = design.scrambles, len(design.labels)
    block = ((y - y.mean()) / y.std()).reshape(s, design.n // s, size + 2)
    a, ab, b = block[:, :, :1], block[:, :, 1:-1], block[:, :, -1:]
    middle = 0.5 * (a.mean() + b.mean())
    variance = 0.5 * ((a - middle) ** 2 + (b - middle) ** 2).mean(axis=1)
    over = variance.mean()
    first_rest = (b * (ab - a)).mean(axis=1) - first * variance
    total_rest = 0.5 * ((a - ab) ** 2).mean(axis=1) - total * variance
    t = float(stats.t.ppf((1 + CONFIDENCE) / 2, s - 1))
    scale = t / over / np.sqrt(s)
    return scale * first_rest.std(axis=0, ddof=1), scale * total_rest.std(axis=0, ddof=1)


def _check_size(n: int, scrambles: int) -> None:
    whole = all(isinstance(k, int | np.integer) and not isinstance(k, bool) for k in (n, scrambles))
    if not whole or scrambles < 1:
        raise InputError(f"n = {n!r} and scrambles = {scrambles!r} must be whole numbers above 0.")
    allowed = [scrambles * 2**k for k in range(1, 31)]
    if n not in allowed:
        near = [size for size in allowed if size < n][-1:] + [size for size in allowed if size > n][
            :1
        ]
        raise InputError(
            f"n = {n} is not allowed with {scrambles} scrambles; n is {scrambles} times a power of "
            f"two ({', '.join(map(str, allowed[:4]))}, ...); take {' or '.join(map(str, near))}."
        )


@dataclass(frozen=True)
class NoiseShare:
    """Share of the variance of an output that luck takes part in, with a 95 % interval.

    `alone` is the first-order index of the seed: luck that is added alike everywhere. It is a
    lower bound; the rest of `share` is luck that depends on other factors.
    """

    share: float
    low: float
    high: float
    alone: float
    alone_low: float


def noise_share(frame: pd.DataFrame, factor: str = SEED) -> NoiseShare:
    """Return how much of an output is luck, from a result of `indices` with a seed factor.

    Raises
    ------
    InputError
        When the seed is not among the factors.
    """
    rows = frame.loc[frame["factor"] == factor]
    if len(rows) != 1:
        raise InputError(unknown("factor", factor, [str(name) for name in frame["factor"]]))
    row = rows.iloc[0]
    return NoiseShare(*(float(row[key]) for key in ("ST", "ST_low", "ST_high", "S1", "S1_low")))
