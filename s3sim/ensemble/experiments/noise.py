"""How much of an outcome is luck, what pairing saves, and how many pairs that takes.

Values stand as [samples, seeds]: each sample, a draw of the parameters, is run with several seeds.
"""

from dataclasses import dataclass
from math import ceil, isfinite

import numpy as np
from scipy import stats

from s3sim.analysis.verdicts import CONFIDENCE
from s3sim.core.arrays import Floats, Ints
from s3sim.core.errors import InputError
from s3sim.core.streams import generator
from s3sim.ensemble.experiments.drivers import every_row
from s3sim.ensemble.experiments.evidence import Evidence

RESAMPLES = 2000
ROUNDING = 1e-12
"""Spread, as a share of the largest level, that rounding alone can make."""


@dataclass(frozen=True)
class Spread:
    """Variances of an outcome: between samples, and of luck within a sample.

    `share`, `low` and `high` are luck's part of both together with a 95 % interval (bootstrap of
    samples); nan for an outcome that never varies.
    """

    luck: float
    samples: float
    share: float
    low: float
    high: float


def spread(values: Floats, seed: int = 0) -> Spread:
    """Return how an outcome varies between samples and by luck.

    Parameters
    ----------
    values : array [samples, seeds]
        Two or more of both, finite.
    seed : int
        Of the bootstrap.

    Raises
    ------
    InputError
        For another shape or values that are not finite.

    Notes
    -----
    One-way analysis of variance with random effects (Searle, Casella and McCulloch 1992, Variance
    Components, section 3.6): the variance of the means of samples holds a part luck / seeds, which
    is taken away; a negative rest counts as 0.
    """
    _check(values)
    seeds = values.shape[1]
    within, middle = values.var(axis=1, ddof=1), values.mean(axis=1)
    nothing = (ROUNDING * np.abs(values).max()) ** 2

    def parts(rows: Ints) -> tuple[Floats, Floats]:
        luck = within[rows].mean(axis=-1)
        return luck, np.maximum(middle[rows].var(axis=-1, ddof=1) - luck / seeds, 0.0)

    luck, samples = (float(one) for one in parts(np.arange(len(values))))
    if luck + samples <= nothing:
        nan = float("nan")
        return Spread(0.0, 0.0, nan, nan, nan)
    again_luck, again_worlds = parts(_resamples(len(values), seed, "share of luck"))
    total = again_luck + again_worlds
    shares = again_luck[total > nothing] / total[total > nothing]
    low, high = np.quantile(shares, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Spread(luck, samples, luck / (luck + samples), float(low), float(high))


@dataclass(frozen=True)
class Gain:
    """How many times less the difference varies by luck when both policies meet the same luck.

    `ratio` is the median over samples with a 95 % interval (bootstrap of samples); `pooled` that of
    the mean variances. nan where nothing varies, infinite where only unpaired runs do.
    """

    ratio: float
    low: float
    high: float
    pooled: float


def gain(policy: Floats, baseline: Floats, seed: int = 0) -> Gain:
    """Return what pairing saves within a sample.

    Parameters
    ----------
    policy, baseline : array [samples, seeds]
        An outcome under both, seed by seed on the same luck.
    seed : int
        Of the bootstrap.

    Notes
    -----
    With independent seeds the variance of a difference is the sum of both variances.
    """
    _check(policy)
    _check(baseline)
    level = max(np.abs(policy).max(), np.abs(baseline).max())
    nothing = (ROUNDING * level) ** 2
    alone = policy.var(axis=1, ddof=1) + baseline.var(axis=1, ddof=1)
    paired = (policy - baseline).var(axis=1, ddof=1)
    paired = np.where(paired <= nothing, 0.0, paired)
    varies = alone > nothing
    alone, paired = alone[varies], paired[varies]
    if not len(alone):
        nan = float("nan")
        return Gain(nan, nan, nan, nan)
    ratios = np.full(len(alone), np.inf)
    np.divide(alone, paired, out=ratios, where=paired > 0)
    again = _median(ratios[_resamples(len(ratios), seed, "gain by pairing")])
    tails = [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
    # Of infinite values a quantile between two is no number; the next lower one is.
    low, high = np.quantile(again, tails, method="lower")
    pooled = float(alone.mean() / paired.mean()) if paired.any() else float("inf")
    return Gain(float(_median(ratios)), float(low), float(high), pooled)


def pairs_needed(sd: float, half_width: float) -> int | None:
    """Return how many pairs give a 95 % t interval of this half-width; None where it is no number.

    Parameters
    ----------
    sd : float
        Standard deviation of one pair's difference.
    half_width : float
        In the same unit.

    >>> pairs_needed(1.0, 1.0), pairs_needed(0.0, 1.0), pairs_needed(1.0, 0.0)
    (7, 2, None)
    """
    if not (isfinite(sd) and isfinite(half_width)) or half_width <= 0:
        return None
    level = (1 + CONFIDENCE) / 2
    n = max(2, ceil((float(stats.norm.ppf(level)) * sd / half_width) ** 2))
    while float(stats.t.ppf(level, n - 1)) * sd > half_width * np.sqrt(n):
        n += 1
    return n


def by_seeds(evidence: Evidence, outcome: str, seeds: int) -> Floats:
    """Return an outcome as [samples, seeds, policies], rows of a sample adjacent; nan where one failed."""
    table = every_row(evidence, outcome)
    return table.reshape(-1, seeds, table.shape[1])


def _median(ratios: Floats) -> Floats:
    """Return the median of the last axis, the lower one of two in the middle.

    Ratios may be infinite, and the mean of two middle ones would then hide the finite one.
    """
    middle: Floats = np.sort(ratios, axis=-1)[..., (ratios.shape[-1] - 1) // 2]
    return middle


def _resamples(n: int, seed: int, purpose: str) -> Ints:
    rows: Ints = generator(seed, f"noise: {purpose}").integers(n, size=(RESAMPLES, n))
    return rows


def _check(values: Floats) -> None:
    if values.ndim != 2 or min(values.shape) < 2 or not np.isfinite(values).all():
        raise InputError(
            f"values have shape {values.shape}, {int((~np.isfinite(values)).sum())} of them not "
            "finite; give [samples, seeds], two or more of both, and leave failed samples out."
        )
