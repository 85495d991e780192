"""Stochastic dominance of a policy over the baseline, with a band and the largest violation.

First order: at every share u of worlds the u-quantile under the policy is at least the baseline's;
everyone who prefers more then chooses the policy (Quirk and Saposnik 1962). Second order: the mean
of the worst share u of worlds is at least the baseline's for every u; everyone who also dislikes
risk then does (Hadar and Russell 1969; Rothschild and Stiglitz 1970). Both are curves over u in
the outcome's unit.
"""

from dataclasses import dataclass

import numpy as np

from s3sim.analysis.levels import Levels
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
    order : int
        1 or 2.
    share : array [99]
        Shares u of worlds, 0.01 to 0.99.
    gain : array [99]
        Policy less baseline at each share, positive where the policy is better; order 1:
        quantiles, order 2: means of the worst share.
    low, high : array [99]
        Band that holds the whole curve with 95 % confidence.
    in_sample : bool
        Whether the curve is nowhere below zero.
    violation : float
        Largest amount by which it is below zero, in the outcome's unit; 0 if nowhere.
    at : float
        Share at which that is; nan if nowhere.
    word : str
        "dominates" (the band is nowhere below zero), "does not dominate" (it is somewhere wholly
        below zero) or "undecided".
    sentence : str
    """

    order: int
    share: Floats
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
    """Compare the distributions of an outcome over worlds under policy and baseline.

    Parameters
    ----------
    policy, baseline : array [worlds]
        Levels, world by world; worlds are resampled jointly.
    order : int
        1 or 2.
    better : {"higher", "lower"}
        Which direction of the outcome is wanted.
    name : str
        Title of the policy for the sentence.
    resamples, seed : int

    Raises
    ------
    InputError
        For an order other than 1 or 2, or levels that are not fit (see `Levels`).
    """
    if order not in (1, 2):
        raise InputError(f"order = {order!r}; allowed: 1, 2.")
    if np.shape(policy) != np.shape(baseline) or np.ndim(policy) != 1:
        raise InputError(
            f"policy has shape {np.shape(policy)} and baseline {np.shape(baseline)}; give one "
            "level a world under both."
        )
    table = Levels.of(np.column_stack([baseline, policy]), ("baseline", name), better)
    value = table.value
    gain = _gain(value, order)
    rng = generator(seed, f"dominance.{order}")
    n = len(value)
    drawn = np.array([_gain(value[rng.integers(0, n, n)], order) for _ in range(resamples)])
    error = drawn.std(axis=0)
    away = np.abs(drawn - gain)
    # The largest deviation over shares, in standard errors, makes one band for the whole curve.
    largest = np.divide(away, error, out=np.zeros_like(away), where=error > 0).max(axis=1)
    critical = np.quantile(largest, CONFIDENCE)
    low, high = gain - critical * error, gain + critical * error
    slack = 1e-12 * float(np.abs(value).max())
    worst = int(np.argmin(gain))
    in_sample = bool(gain[worst] >= -slack)
    word = OPEN
    if (low >= -slack).all():
        word = DOMINATES
    elif (high < -slack).any():
        word = VIOLATED
    violation, at = (0.0, float("nan")) if in_sample else (float(-gain[worst]), SHARES[worst])
    return Dominance(
        order,
        SHARES,
        gain,
        low,
        high,
        in_sample,
        violation,
        float(at),
        word,
        _sentence(name, order, word, violation, float(at), better),
    )


def _gain(value: Floats, order: int) -> Floats:
    """Return policy (column 1) less baseline (column 0) at each share, shape [99]."""
    if order == 1:
        found = np.quantile(value, SHARES, axis=0)
        return found[:, 1] - found[:, 0]
    ordered = np.sort(value, axis=0)
    difference = ordered[:, 1] - ordered[:, 0]
    size = SHARES * len(value)
    # Sums of the worst share, a world in part counted in part.
    summed = np.interp(size, np.arange(len(value) + 1), np.r_[0.0, np.cumsum(difference)])
    return summed / size


def _sentence(name: str, order: int, word: str, violation: float, at: float, better: str) -> str:
    who = "everyone who wants it" if order == 1 else "everyone who wants it and dislikes risk"
    what = f"{'first' if order == 1 else 'second'}-order dominance over the baseline"
    who += f" {better} prefers {name}"
    where = f"the {at:.0%} quantile" if order == 1 else f"the mean of the worst {at:.0%} of worlds"
    if better == "lower" and order == 1 and violation:
        where = f"the {1 - at:.0%} quantile"
    if word == DOMINATES:
        return f"{what}: yes, {who}."
    worse = f"{where} is {violation:.3g} worse under {name}" if violation else ""
    if word == VIOLATED:
        return f"{what}: no; at the most, {worse}."
    if worse:
        return f"{what}: undecided; {worse}, which luck in the draw of worlds can explain."
    return f"{what}: undecided; it holds in this sample, but not in the whole 95 % band."
