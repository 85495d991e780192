"""Intervals of one number, each as value, low, high: a share (Wilson), a mean (t, BCa bootstrap)."""

import numpy as np
from scipy import stats

from s3sim.analysis.verdicts import CONFIDENCE
from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError
from s3sim.core.streams import generator


def wilson(hits: int, n: int, confidence: float = CONFIDENCE) -> tuple[float, float, float]:
    """Return a share with its Wilson score interval (Wilson 1927); three nans for n = 0.

    >>> [round(v, 4) for v in wilson(8, 10)]
    [0.8, 0.4902, 0.9433]
    """
    if n == 0:
        return float("nan"), float("nan"), float("nan")
    found = stats.binomtest(hits, n).proportion_ci(confidence, method="wilson")
    return hits / n, float(found.low), float(found.high)


def t_interval(values: Floats, confidence: float = CONFIDENCE) -> tuple[float, float, float]:
    """Return the mean of [n] values with its t interval; nan limits for n < 2."""
    n = len(values)
    mean = float(np.mean(values)) if n else float("nan")
    if n < 2:
        return mean, float("nan"), float("nan")
    # The formula, because scipy's ttest_1samp warns of values that are all equal.
    half = float(stats.t.ppf((1 + confidence) / 2, n - 1) * np.std(values, ddof=1) / np.sqrt(n))
    return mean, mean - half, mean + half


def bca_interval(
    values: Floats, *, seed: int, confidence: float = CONFIDENCE, resamples: int = 4999
) -> tuple[float, float, float]:
    """Return the mean of [n] values with its bootstrap interval, corrected for bias and skew.

    BCa of Efron (1987). Equal values give an interval without width; fewer than two values, or one
    that is not finite, are an InputError.
    """
    if len(values) < 2 or not np.isfinite(values).all():
        raise InputError(
            f"a bootstrap interval needs at least two finite values, got {len(values)} of which "
            f"{int(np.isfinite(values).sum())} are finite; leave failed worlds out."
        )
    mean = float(np.mean(values))
    if np.ptp(values) == 0:
        return mean, mean, mean
    # Batches keep the resamples of a thousand draws within a few megabytes.
    found = stats.bootstrap(
        (values,), np.mean, n_resamples=resamples, confidence_level=confidence, method="BCa",
        batch=500, rng=generator(seed, "bca_interval"),
    ).confidence_interval  # fmt: skip
    return mean, float(found.low), float(found.high)
