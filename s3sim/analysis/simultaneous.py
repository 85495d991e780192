"""Intervals that hold for all outcomes at once, and tests of all of them.

Two ways, for two ways to draw. *Independent draws*: bootstrap of whole draws with the largest
studentised deviation over outcomes (max-t; Romano and Wolf 2005), which uses that outcomes move
together. *Scrambles of a low-discrepancy design*: only the scrambles are independent, usually
eight; their means get t intervals with Bonferroni's correction, because eight rows have too few
distinct resamples to know the tail of a maximum, while Bonferroni holds whatever the dependence.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from s3sim.analysis.guard import checked_table
from s3sim.analysis.verdicts import CONFIDENCE, UNCLEAR, pairs_needed, verdict
from s3sim.core.arrays import Floats
from s3sim.core.streams import generator

RESAMPLES = 4999
_BATCH = 500


@dataclass(frozen=True)
class Simultaneous:
    """Means of several outcomes with intervals that hold jointly.

    Parameters
    ----------
    outcomes : tuple of str
    mean, low, high : array [outcomes]
        In the unit of each outcome.
    p_value : array [outcomes]
        Adjusted p-value of "the mean is zero" (single-step max-t by bootstrap, Westfall and Young
        1993; Holm 1979 for scrambles).
    critical : float
        Standard errors between mean and limit.
    """

    outcomes: tuple[str, ...]
    mean: Floats
    low: Floats
    high: Floats
    p_value: Floats
    critical: float


def simultaneous(
    differences: Floats,
    outcomes: Sequence[str],
    *,
    seed: int,
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
) -> Simultaneous:
    """Return simultaneous intervals of the mean of paired differences [draws, outcomes] by max-t.

    Every resample is studentised by its own standard error. An outcome that is the same in all
    draws has an interval without width, and p = 1 if it is zero, else 0. InputError for fewer than
    two draws, a number that is not finite, or names that do not fit.
    """
    values = checked_table(differences, outcomes)
    mean, error = values.mean(axis=0), stats.sem(values)
    moves = np.ptp(values, axis=0) > 1e-12 * np.abs(values).max(axis=0)
    p_value, critical, half = np.where(mean == 0, 1.0, 0.0), 0.0, np.zeros(len(mean))
    if moves.any():
        most = max_t(values[:, moves], seed=seed, resamples=resamples).max(axis=1)
        critical = float(np.quantile(most, confidence, method="higher"))
        half[moves] = critical * error[moves]
        t = np.abs(mean[moves]) / error[moves]
        p_value[moves] = (1 + (most[:, None] >= t).sum(axis=0)) / (1 + len(most))
    return Simultaneous(tuple(outcomes), mean, mean - half, mean + half, p_value, critical)


def by_scrambles(
    means: Floats, outcomes: Sequence[str], *, confidence: float = CONFIDENCE
) -> Simultaneous:
    """Return simultaneous intervals from the means [scrambles, outcomes] of equal scrambles.

    t intervals with scrambles - 1 degrees of freedom at level (1 - confidence) / outcomes;
    p-values by Holm (1979). Errors as for `simultaneous`.
    """
    values = checked_table(means, outcomes, "scramble")
    n, number = values.shape
    mean, error = values.mean(axis=0), stats.sem(values)
    critical = float(stats.t.ppf(1 - (1 - confidence) / (2 * number), n - 1))
    t = np.divide(np.abs(mean), error, out=np.full(number, np.inf), where=error > 0)
    single = np.where((error == 0) & (mean == 0), 1.0, 2 * stats.t.sf(t, n - 1))
    order = np.argsort(single, kind="stable")
    raised = np.maximum.accumulate(single[order] * (number - np.arange(number)))
    p_value = np.minimum(raised, 1.0)[np.argsort(order)]
    half = critical * error
    return Simultaneous(tuple(outcomes), mean, mean - half, mean + half, p_value, critical)


def verdict_table(
    found: Simultaneous, smallest_effect: Floats, pairs: int, *, failed: int = 0
) -> pd.DataFrame:
    """Return one row an outcome: mean, simultaneous interval, adjusted p, verdict, pairs needed.

    Parameters
    ----------
    found : Simultaneous
    smallest_effect : array [outcomes]
        Smallest effect of interest of each outcome, in its unit.
    pairs, failed : int
        Draws in the sample, and draws left out because they failed.

    Returns
    -------
    DataFrame
        outcome, mean, low, high, p_adjusted, smallest, verdict (of `VERDICTS`), pairs_needed
        (draws at which the half-width would equal the smallest effect; missing unless unclear).
    """
    rows = []
    numbers = (found.mean, found.low, found.high, found.p_value, smallest_effect)
    for outcome, *values in zip(found.outcomes, *numbers, strict=True):
        mean, low, high, p, least = (float(value) for value in values)
        word = verdict(low, high, smallest_effect=least, runs=pairs + failed, failed=failed)
        needed = pairs_needed((high - low) / 2, least, pairs) if word == UNCLEAR else None
        rows.append((outcome, mean, low, high, p, least, word, needed))
    names = ["outcome", "mean", "low", "high", "p_adjusted", "smallest", "verdict", "pairs_needed"]
    return pd.DataFrame(rows, columns=names).astype({"pairs_needed": "Int64"})


def max_t(values: Floats, *, seed: int, resamples: int = RESAMPLES) -> Floats:
    """Return absolute studentised deviations of resampled means, shape [resamples, outcomes]."""
    rng, n = generator(seed, "simultaneous"), len(values)
    # Centring keeps the variance of a resample free of cancellation.
    centred = values - values.mean(axis=0)
    square = centred**2
    found = []
    for start in range(0, resamples, _BATCH):
        size = min(_BATCH, resamples - start)
        weight = rng.multinomial(n, np.full(n, 1 / n), size=size) / n
        mean = weight @ centred
        spread = np.maximum(weight @ square - mean**2, 1e-12 * square.mean(axis=0))
        found.append(np.abs(mean) / np.sqrt(spread / (n - 1)))
    return np.concatenate(found)
