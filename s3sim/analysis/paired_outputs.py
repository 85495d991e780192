"""Three outputs of every analysis: the level under each policy, and their paired difference.

What drives an outcome is not what decides between two policies; the difference tells that.
"""

import numpy as np
from numpy.typing import ArrayLike

from s3sim.analysis.guard import ROUNDING
from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError

OUTPUTS = ("baseline", "policy", "difference")


def three_outputs(baseline: ArrayLike, policy: ArrayLike) -> dict[str, Floats]:
    """Return 'baseline', 'policy' and 'difference' (policy - baseline), each of shape [n].

    Parameters
    ----------
    baseline, policy : array-like [n]
        An outcome in the same worlds, row by row.

    A difference that is rounding (1e-12 of the largest level) is exactly 0, so that a policy
    without any effect gives a constant output instead of indices of rounding errors.

    InputError for shapes that differ.

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
    return dict(zip(OUTPUTS, (before, after, difference), strict=True))
