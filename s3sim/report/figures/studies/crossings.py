"""Where a curve crosses zero."""

import numpy as np

from s3sim.core.arrays import Floats


def crossings(x: Floats, y: Floats) -> list[float]:
    """Return where a curve through points sorted by x changes its sign, by straight lines.

    >>> crossings(np.array([0.0, 1.0, 2.0]), np.array([-1.0, 1.0, 1.0]))
    [0.5]
    """
    known = np.isfinite(x) & np.isfinite(y)
    # A stretch of exact zeros is no change of sign by itself: points at zero are passed over.
    x, y = x[known & (y != 0)], y[known & (y != 0)]
    turn = np.flatnonzero(np.sign(y[:-1]) * np.sign(y[1:]) < 0)
    return [float(x[k] - y[k] * (x[k + 1] - x[k]) / (y[k + 1] - y[k])) for k in turn]
