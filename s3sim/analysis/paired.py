"""Paired effects: the same random streams under both policies, the difference and how sure it is."""

from dataclasses import dataclass

import numpy as np

from s3sim.analysis.intervals import t_interval
from s3sim.analysis.verdicts import NEGLIGIBLE, NO_VERDICT, UNCLEAR, verdict
from s3sim.core.arrays import Floats


@dataclass(frozen=True)
class Effect:
    """A paired effect over replications, in the unit of the outcome.

    `relative_effect` is a share of the baseline's mean, `share_higher` the share of pairs in which
    the policy is higher, `replications` the number of pairs, `verdict` one of `VERDICTS`.
    """

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

    A difference below 0.01 % of the baseline's level is no clear difference, however sure its
    sign. Fewer than two pairs have no interval and get no verdict. When all differences are equal
    the interval has no width.

    >>> e = paired_effect(np.array([2.0, 3.0, 4.0]), np.array([1.0, 1.0, 1.0]))
    >>> round(e.effect, 2), round(e.ci_low, 2), round(e.ci_high, 2), e.share_higher, e.verdict
    (2.0, -0.48, 4.48, 1.0, 'no clear difference')
    """
    both = np.isfinite(policy) & np.isfinite(baseline)
    policy, baseline = policy[both], baseline[both]
    n, nan = len(policy), float("nan")
    if n == 0:
        return Effect(nan, nan, nan, nan, nan, nan, nan, 0, NO_VERDICT)
    mean, low, high = t_interval(policy - baseline)
    base = float(baseline.mean())
    word = verdict(low, high)
    if n > 1 and abs(mean) < NEGLIGIBLE * abs(base):
        word = UNCLEAR
    relative = mean / abs(base) if base != 0 else nan
    share = float((policy > baseline).mean())
    return Effect(base, float(policy.mean()), mean, low, high, relative, share, n, word)


def interval(values: Floats) -> tuple[float, float]:
    """Return the 95 % t interval of a mean; nan for fewer than two values."""
    return t_interval(values)[1:]
