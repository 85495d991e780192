"""Stochastic dominance of a policy over the baseline, with a band and the largest violation.

First order: at every share u of draws the u-quantile under the policy is at least the baseline's;
everyone who prefers more then chooses the policy (Quirk and Saposnik 1962). Second order: the mean
of the worst share u of draws is at least the baseline's for every u; everyone who also dislikes
risk then does (Hadar and Russell 1969; Rothschild and Stiglitz 1970).
"""

from dataclasses import dataclass

import numpy as np

from s3sim.analysis.robustness import checked_levels
from s3sim.analysis.verdicts import CONFIDENCE
from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError
from s3sim.core.streams import generator

SHARES = np.arange(1, 100) / 100
RESAMPLES = 999

DOMINATES, VIOLATED, OPEN = "dominates", "does not dominate", "undecided"


@dataclass(frozen=True)
class Dominance:
    """One order of dominance.

    Parameters
    ----------
    gain, low, high : array [99]
        Policy less baseline at the shares 0.01 to 0.99 of draws, in the outcome's unit, positive
        where the policy is better (order 1: quantiles, order 2: means of the worst share), and the
        band that holds the whole curve with 95 % confidence.
    in_sample : bool
        Whether the curve is nowhere below zero.
    violation, at : float
        Largest amount by which it is below zero, 0 if nowhere, and the share at which, else nan.
    word : str
        "dominates" (the band is nowhere below zero), "does not dominate" (it is somewhere wholly
        below zero) or "undecided".
    sentence : str
    """

    gain: Floats
    low: Floats
    high: Floats
    in_sample: bool
    violation: float
    at: float
    word: str
    sentence: str


def dominance(
    policy: Floats,
    baseline: Floats,
    order: int,
    *,
    better: str = "higher",
    name: str = "the policy",
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Dominance:
    """Compare the distributions of an outcome over draws under policy and baseline.

    InputError for an order other than 1 or 2, or levels that are not fit (`checked_levels`).

    Parameters
    ----------
    policy, baseline : array [draws]
        Levels, draw by draw; draws are resampled jointly.
    order : int
        1 or 2.
    better : {"higher", "lower"}
    name : str
        Title of the policy for the sentence.
    resamples, seed : int
    """
    if order not in (1, 2):
        raise InputError(f"order = {order!r}; allowed: 1, 2.")
    if np.shape(policy) != np.shape(baseline) or np.ndim(policy) != 1:
        raise InputError(
            f"policy has shape {np.shape(policy)} and baseline {np.shape(baseline)}; give one "
            "level a world under both."
        )
    value = checked_levels(np.column_stack([baseline, policy]), ("baseline", name), better)
    gain, n = _gain(value, order), len(value)
    rng = generator(seed, f"dominance.{order}")
    drawn = np.array([_gain(value[rng.integers(0, n, n)], order) for _ in range(resamples)])
    error, away = drawn.std(axis=0), np.abs(drawn - gain)
    # The largest deviation over shares, in standard errors, makes one band for the whole curve.
    largest = np.divide(away, error, out=np.zeros_like(away), where=error > 0).max(axis=1)
    half = np.quantile(largest, CONFIDENCE) * error
    low, high = gain - half, gain + half
    slack = 1e-12 * float(np.abs(value).max())
    worst = int(np.argmin(gain))
    in_sample = bool(gain[worst] >= -slack)
    violation, at = (0.0, np.nan) if in_sample else (float(-gain[worst]), float(SHARES[worst]))
    word = VIOLATED if (high < -slack).any() else OPEN
    if (low >= -slack).all():
        word = DOMINATES
    text = _sentence(name, order, word, violation, at, better)
    return Dominance(gain, low, high, in_sample, violation, at, word, text)


def _gain(value: Floats, order: int) -> Floats:
    """Return policy (column 1) less baseline (column 0) at each share, shape [99]."""
    if order == 1:
        return np.diff(np.quantile(value, SHARES, axis=0), axis=1)[:, 0]
    difference = np.diff(np.sort(value, axis=0), axis=1)[:, 0]
    size = SHARES * len(value)
    # Sums of the worst share, a draw in part counted in part.
    summed = np.interp(size, np.arange(len(value) + 1), np.r_[0.0, np.cumsum(difference)])
    return summed / size


def _sentence(name: str, order: int, word: str, violation: float, at: float, better: str) -> str:
    what = f"{'first' if order == 1 else 'second'}-order dominance over the baseline"
    if word == DOMINATES:
        risk = "" if order == 1 else " and dislikes risk"
        return f"{what}: yes, everyone who wants it{risk} {better} prefers {name}."
    if not violation:
        return f"{what}: undecided; it holds in this sample, but not in the whole 95 % band."
    where = f"the {1 - at if better == 'lower' else at:.0%} quantile"
    if order == 2:
        where = f"the mean of the worst {at:.0%} of worlds"
    worse = f"{where} is {violation:.3g} worse under {name}"
    if word == VIOLATED:
        return f"{what}: no; at the most, {worse}."
    return f"{what}: undecided; {worse}, which luck in the draw of worlds can explain."
