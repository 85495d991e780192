"""How far a mean is from its published band, in points from 0 to 1."""

from collections.abc import Sequence

import numpy as np

from s3sim.core.arrays import Floats

WARN = 0.5
"""Least score of a warning; below it a fact is failed."""

KNOWN = 0.2
"""Standard error of a mean over the width of its band, above which the mean is not known well."""


def score(value: float, low: float, high: float) -> float:
    """Return 1 inside the band, falling linearly to 0 one width of the band beyond its nearer end.

    The width is `high - low`: at 0 the value lies at twice the width from the farther end. Beyond a
    band that is open on one side the score is 0; of a value that is not known, nan.

    >>> [score(x, 2.0, 4.0) for x in (3.0, 4.5, 6.0, -1.0)]
    [1.0, 0.75, 0.0, 0.0]
    >>> score(-0.1, 0.0, float("inf"))
    0.0
    """
    if np.isnan(value):
        return float("nan")
    beyond = max(low - value, value - high, 0.0)
    if beyond == 0:
        return 1.0
    return max(0.0, 1.0 - beyond / (high - low)) if np.isfinite(high - low) else 0.0


def status(points: float) -> str:
    """Return PASS at 1, WARN from 0.5, FAIL below, "no value" where no run could tell."""
    if np.isnan(points):
        return "no value"
    return "PASS" if points == 1 else "WARN" if points >= WARN else "FAIL"


def mean_and_error(values: Sequence[float] | Floats) -> tuple[float, float, int]:
    """Return mean, standard error and number of the values that are known."""
    known = np.asarray(values, np.float64)
    known = known[np.isfinite(known)]
    if not len(known):
        return float("nan"), float("nan"), 0
    error = known.std(ddof=1) / np.sqrt(len(known)) if len(known) > 1 else float("nan")
    return float(known.mean()), float(error), len(known)


def well_known(mean: float, error: float, low: float, high: float) -> bool:
    """Return whether a mean is known well enough for a verdict.

    Its standard error is below a fifth of the band; of a band open on one side, the end is more than
    two standard errors away.
    """
    if np.isnan(error):
        return False
    if np.isfinite(high - low):
        return bool(error < KNOWN * (high - low))
    return bool(abs(mean - (low if np.isfinite(low) else high)) > 2 * error)
