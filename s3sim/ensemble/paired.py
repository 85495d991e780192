"""Paired effects: the same luck under both policies, the difference and how sure it is."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from s3sim.core.arrays import Floats

CONFIDENCE = 0.95
HIGHER, LOWER, UNCLEAR, NO_VERDICT = "higher", "lower", "no clear difference", "no verdict"

MOST_FAILED = 0.01
"""Share of failed runs above which no verdict is given: what is missing may be what matters."""

NEGLIGIBLE = 1e-4
"""Share of the baseline's level below which a difference is none, however sure its sign."""


@dataclass(frozen=True)
class Effect:
    """A paired effect over replications."""

    mean_baseline: float
    mean_policy: float
    effect: float
    ci_low: float
    ci_high: float
    relative_effect: float
    share_higher: float
    replications: int
    verdict: str


def paired_effect(policy: Floats, baseline: Floats) -> Effect:
    """Return the mean paired difference with its 95 % t interval.

    Parameters
    ----------
    policy, baseline : array [replications]
        The outcome under both, replication by replication; pairs with a nan are left out.

    Notes
    -----
    The verdict is "higher" or "lower" when the interval excludes zero and the difference is at
    least 0.01 % of the baseline's level, else "no clear difference"; with fewer than two pairs there is no interval and no verdict. When all
    differences are equal the interval has no width.

    >>> e = paired_effect(np.array([2.0, 3.0, 4.0]), np.array([1.0, 1.0, 1.0]))
    >>> round(e.effect, 2), round(e.ci_low, 2), round(e.ci_high, 2), e.share_higher, e.verdict
    (2.0, -0.48, 4.48, 1.0, 'no clear difference')
    """
    both = np.isfinite(policy) & np.isfinite(baseline)
    policy, baseline = policy[both], baseline[both]
    n = len(policy)
    if n == 0:
        nan = float("nan")
        return Effect(nan, nan, nan, nan, nan, nan, nan, 0, NO_VERDICT)
    difference = policy - baseline
    mean, base = float(difference.mean()), float(baseline.mean())
    low, high = interval(difference)
    matters = abs(mean) >= NEGLIGIBLE * abs(base)
    verdict = UNCLEAR if n > 1 else NO_VERDICT
    if matters and (low > 0 or high < 0):
        verdict = HIGHER if low > 0 else LOWER
    relative = mean / abs(base) if base != 0 else float("nan")
    share = float((difference > 0).mean())
    return Effect(base, float(policy.mean()), mean, low, high, relative, share, n, verdict)


def interval(values: Floats) -> tuple[float, float]:
    """Return the 95 % t interval of a mean; nan for fewer than two values."""
    n = len(values)
    if n < 2:
        return float("nan"), float("nan")
    mean, error = float(values.mean()), float(values.std(ddof=1)) / np.sqrt(n)
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * error)
    return mean - half, mean + half
