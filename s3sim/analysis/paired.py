"""Paired effects: the same random streams under both policies, the difference and how sure it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from s3sim.analysis.guard import ROUNDING
from s3sim.analysis.intervals import t_interval
from s3sim.analysis.verdicts import NEGLIGIBLE, NO_VERDICT, UNCLEAR, verdict
from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError


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

    A difference below 0.01 % of the baseline's level is no clear difference, however sure its
    sign. Fewer than two pairs have no interval and get no verdict. When all differences are equal
    the interval has no width.

    Parameters
    ----------
    policy, baseline : array [replications]
        The outcome under both, replication by replication; pairs with a nan are left out.

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


def three_outputs(baseline: ArrayLike, policy: ArrayLike) -> dict[str, Floats]:
    """Return 'baseline', 'policy' and 'difference' (policy - baseline), each of shape [n].

    What drives an outcome is not what decides between two policies; the difference tells that.
    A difference that is rounding (1e-12 of the largest level) is exactly 0, so that a policy
    without any effect gives a constant output instead of indices of rounding errors.

    InputError for shapes that differ.

    Parameters
    ----------
    baseline, policy : array-like [n]
        An outcome in the same worlds, row by row.

    >>> {name: y.tolist() for name, y in three_outputs([1.0, 2.0], [1.5, 2.0]).items()}
    {'baseline': [1.0, 2.0], 'policy': [1.5, 2.0], 'difference': [0.5, 0.0]}
    """
    before, after = np.array(baseline, dtype=np.float64), np.array(policy, dtype=np.float64)
    if before.shape != after.shape or before.ndim != 1:
        raise InputError(
            f"baseline and policy have shapes {before.shape} and {after.shape}; "
            "give one value for each world under both."
        )
    # inf - inf is nan, which the analysis refuses with its row; no warning is needed here.
    with np.errstate(invalid="ignore"):
        difference = after - before
    level = np.abs(np.concatenate([before, after]))
    level = level[np.isfinite(level)]
    if len(level):
        difference[np.abs(difference) <= ROUNDING * level.max()] = 0.0
    return {"baseline": before, "policy": after, "difference": difference}
