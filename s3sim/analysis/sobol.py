"""Sobol' indices with intervals from independent scrambles; the seed is one of the factors.

The share of the variance of an output that a factor explains alone (S1) and with all its
interactions (ST). When one factor chooses the luck of a run, its ST is the noise share, and rows
that change another factor keep the luck, so noise does not blur their indices.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from s3sim.analysis.guard import checked, constant, is_constant, number, table, undisturbed, whole
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
    """A Saltelli design without second order (Saltelli et al. 2010, CPC 181:259).

    Parameters
    ----------
    problem : Problem
    unit : array [n (D + 2), factors]
        Rows in blocks of D + 2, D factors or groups: a point A, A with each label in turn taken from
        B, and B.
    scramble : int array [n (D + 2)]
        The independently scrambled sequence of each row; rows stand scramble by scramble.
    n : int
        Points A over all scrambles; n / scrambles is a power of two, 2 or more.
    scrambles : int
        Independently scrambled Sobol' sequences; more of them make intervals
        surer and, for smooth outputs without luck, values less exact.
    seed : int
        With a larger `n` the same seed extends every scramble: the smaller design is the beginning
        of each.
    grouped : bool
        Whether groups are varied in place of factors.
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
        place: Ints = np.arange(len(self.unit)) % (len(self.labels) + 2)
        return np.isin(place, [0, len(self.labels) + 1])


def sobol_design(
    problem: Problem, n: int, seed: int, scrambles: int = SCRAMBLES, grouped: bool = False
) -> SobolDesign:
    """Return a design; see `SobolDesign` for the parameters.

    InputError for sizes that are not allowed, or groups that are missing.
    """
    if not (whole(scrambles, 1) and isinstance(n, int | np.integer)):
        raise InputError(f"n = {n!r} and scrambles = {scrambles!r} must be whole numbers above 0.")
    allowed = [scrambles * 2**k for k in range(1, 31)]
    if n not in allowed:
        near = [*[size for size in allowed if size < n][-1:], min(s for s in allowed if s > n)]
        raise InputError(
            f"n = {n} is not allowed with {scrambles} scrambles; n is {scrambles} times a power of "
            f"two ({', '.join(map(str, allowed[:4]))}, ...); take {' or '.join(map(str, near))}."
        )
    with undisturbed():
        from SALib.sample import sobol

        parts = [
            # A new description each time, because SALib writes into it.
            sobol.sample(
                problem.salib(grouped), n // scrambles, calc_second_order=False,
                seed=number(seed, f"sobol scramble {k}"),
            )
            for k in range(scrambles)
        ]  # fmt: skip
    which = np.repeat(np.arange(scrambles, dtype=np.int64), len(parts[0]))
    return SobolDesign(problem, np.concatenate(parts), which, n, scrambles, seed, grouped)


def indices(design: SobolDesign, y: ArrayLike) -> pd.DataFrame:
    """Return S1 and ST of each factor or group, with 95 % intervals.

    SensitivityError for values that are not finite, and for another number of rows.

    Values are those of SALib over all rows: S1 by Saltelli et al. 2010, ST by Jansen 1999. Both
    are ratios of means, so the interval is that of the ratio estimator over independent scrambles
    (linearised, t with scrambles - 1 degrees of freedom; Owen 2013, Monte Carlo theory, methods
    and examples, sections 2.7 and 17.2). A single scramble has SALib's bootstrap of rows instead,
    which takes the rows for independent and is too wide for smooth outputs. A factor that is never
    read scores exactly 0 with an interval of no width. ST of a factor includes its interaction with
    luck when the seed is a factor too: one that changes only the spread of an output has a large ST.

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
    """
    values = checked(y, len(design.unit))
    if is_constant(values[design.independent]):
        return constant(design.problem, design.grouped, COLUMNS)
    several = design.scrambles > 1
    with undisturbed() as notes:
        from SALib.analyze import sobol

        found = sobol.analyze(
            design.problem.salib(design.grouped), values, calc_second_order=False,
            num_resamples=2 if several else RESAMPLES, seed=number(design.seed, "sobol analysis"),
        )  # fmt: skip
    first, total = (np.asarray(found[key], np.float64) + 0.0 for key in ("S1", "ST"))
    if several:
        first_half, total_half = _half_widths(design, values, first, total)
    else:
        first_half, total_half = np.asarray(found["S1_conf"]), np.asarray(found["ST_conf"])
        notes = [*notes, ROWS]
    limits = (first - first_half, first + first_half), (total - total_half, total + total_half)
    columns = dict(zip(COLUMNS, (first, *limits[0], total, *limits[1]), strict=True))
    return table(design.problem, design.grouped, columns, "; ".join(notes))


def _half_widths(
    design: SobolDesign, y: Floats, first: Floats, total: Floats
) -> tuple[Floats, Floats]:
    """Return the half-widths [labels] of the intervals of S1 and ST over two scrambles or more."""
    s, size = design.scrambles, len(design.labels)
    block = ((y - y.mean()) / y.std()).reshape(s, design.n // s, size + 2)
    a, ab, b = block[:, :, :1], block[:, :, 1:-1], block[:, :, -1:]
    middle = 0.5 * (a.mean() + b.mean())
    variance = 0.5 * ((a - middle) ** 2 + (b - middle) ** 2).mean(axis=1)
    first_rest = (b * (ab - a)).mean(axis=1) - first * variance
    total_rest = 0.5 * ((a - ab) ** 2).mean(axis=1) - total * variance
    t = float(stats.t.ppf((1 + CONFIDENCE) / 2, s - 1))
    scale = t / variance.mean() / np.sqrt(s)
    return scale * first_rest.std(axis=0, ddof=1), scale * total_rest.std(axis=0, ddof=1)


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

    Raises InputError when the seed is not among the factors.
    """
    rows = frame.loc[frame["factor"] == factor]
    if len(rows) != 1:
        raise InputError(unknown("factor", factor, [str(name) for name in frame["factor"]]))
    row = rows.iloc[0]
    return NoiseShare(*(float(row[key]) for key in ("ST", "ST_low", "ST_high", "S1", "S1_low")))
