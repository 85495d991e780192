"""How much of an outcome is luck, what pairing saves, and how many pairs that takes.

Values stand as [samples, seeds]: each sample, a draw of the parameters, is run with several seeds.
"""

from math import ceil, isfinite
from typing import NamedTuple

import numpy as np
from scipy import stats

from s3sim.analysis.verdicts import CONFIDENCE
from s3sim.core.arrays import Floats, Ints
from s3sim.core.errors import InputError
from s3sim.core.streams import generator

RESAMPLES = 2000
ROUNDING = 1e-12
"""Spread, as a share of the largest level, that rounding alone can make."""

TAILS = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)
NAN = float("nan")


class Spread(NamedTuple):
    """Variances of an outcome: of luck within a sample, and between samples.

    `share`, `low` and `high` are luck's part of both together with a 95 % interval (bootstrap of
    samples); nan for an outcome that never varies.
    """

    luck: float
    samples: float
    share: float = NAN
    low: float = NAN
    high: float = NAN


def spread(values: Floats, seed: int = 0) -> Spread:
    """Return how an outcome [samples, seeds] varies between samples and by luck.

    Raises
    ------
    InputError
        For fewer than two of either, or values that are not finite.

    Notes
    -----
    One-way analysis of variance with random effects (Searle, Casella and McCulloch 1992, Variance
    Components, section 3.6): the variance of the means of samples holds a part luck / seeds, which
    is taken away; a negative rest counts as 0.
    """
    nothing = _rounding(values)
    within, middle = values.var(axis=1, ddof=1), values.mean(axis=1)

    def parts(rows: Ints) -> tuple[Floats, Floats]:
        luck = within[rows].mean(axis=-1)
        between = middle[rows].var(axis=-1, ddof=1) - luck / values.shape[1]
        return luck, np.maximum(between, 0.0)

    luck, samples = (float(part) for part in parts(np.arange(len(values))))
    if luck + samples <= nothing:
        return Spread(0.0, 0.0)
    again_luck, again_samples = parts(_resamples(len(values), seed, "share of luck"))
    total = again_luck + again_samples
    low, high = np.quantile(again_luck[total > nothing] / total[total > nothing], TAILS)
    return Spread(luck, samples, luck / (luck + samples), float(low), float(high))


class Gain(NamedTuple):
    """How many times less the difference varies by luck when both policies meet the same luck.

    `ratio` is the median over samples with a 95 % interval (bootstrap of samples); `pooled` that of
    the mean variances. nan where nothing varies, infinite where only unpaired runs do.
    """

    ratio: float = NAN
    low: float = NAN
    high: float = NAN
    pooled: float = NAN


def gain(policy: Floats, baseline: Floats, seed: int = 0) -> Gain:
    """Return what pairing saves: an outcome under both, [samples, seeds], on the same luck.

    With independent seeds the variance of a difference is the sum of both variances.
    """
    nothing = max(_rounding(policy), _rounding(baseline))
    alone = policy.var(axis=1, ddof=1) + baseline.var(axis=1, ddof=1)
    paired = (policy - baseline).var(axis=1, ddof=1)
    paired, varies = np.where(paired <= nothing, 0.0, paired), alone > nothing
    alone, paired = alone[varies], paired[varies]
    if not len(alone):
        return Gain()
    ratios = np.full(len(alone), np.inf)
    np.divide(alone, paired, out=ratios, where=paired > 0)
    again = low_median(ratios[_resamples(len(ratios), seed, "gain by pairing")])
    # Of infinite values a quantile between two is no number; the next lower one is.
    low, high = np.quantile(again, TAILS, method="lower")
    pooled = float(alone.mean() / paired.mean()) if paired.any() else float("inf")
    return Gain(float(low_median(ratios)), float(low), float(high), pooled)


def pairs_needed(sd: float, half_width: float) -> int | None:
    """Return how many pairs give a 95 % t interval of this half-width; None where it is no number.

    `sd` is the standard deviation of one pair's difference, in the unit of the half-width.

    >>> pairs_needed(1.0, 1.0), pairs_needed(0.0, 1.0), pairs_needed(1.0, 0.0)
    (7, 2, None)
    """
    if not (isfinite(sd) and isfinite(half_width)) or half_width <= 0:
        return None
    n = max(2, ceil((float(stats.norm.ppf(TAILS[1])) * sd / half_width) ** 2))
    while float(stats.t.ppf(TAILS[1], n - 1)) * sd > half_width * np.sqrt(n):
        n += 1
    return n


def low_median(values: Floats) -> Floats:
    """Return the median of the last axis, the lower one of two in the middle.

    Ratios may be infinite, and the mean of two middle ones would then hide the finite one.
    """
    middle: Floats = np.sort(values, axis=-1)[..., (values.shape[-1] - 1) // 2]
    return middle


def _resamples(n: int, seed: int, purpose: str) -> Ints:
    rows: Ints = generator(seed, f"noise: {purpose}").integers(n, size=(RESAMPLES, n))
    return rows


def _rounding(values: Floats) -> float:
    """Return the variance that rounding alone can make."""
    if values.ndim != 2 or min(values.shape) < 2 or not np.isfinite(values).all():
        raise InputError(
            f"values have shape {values.shape}, {int((~np.isfinite(values)).sum())} of them not "
            "finite; give [samples, seeds], two or more of both, and leave failed samples out."
        )
    return float((ROUNDING * np.abs(values).max()) ** 2)
