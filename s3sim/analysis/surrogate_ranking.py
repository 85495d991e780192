"""Which of many factors may interact in a polynomial."""

import numpy as np

from s3sim.analysis.surrogate_basis import legendre
from s3sim.analysis.surrogate_forward_selection import forward, most_steps
from s3sim.core.arrays import Floats, Ints

_RANK_DEGREE = 3
_RANK_STEPS = 20


def strongest(unit: Floats, y: Floats, most: int) -> Ints:
    """Return the factors that move the output or its spread most, in column order.

    A factor that acts through interactions alone leaves the mean but not the size of the
    residuals of an additive fit, so both are looked at.
    """
    factors = unit.shape[1]
    if factors <= most:
        return np.arange(factors)
    table = legendre(unit, _RANK_DEGREE)[:, 1:]
    additive = table.reshape(-1, len(y)).T
    path = forward(additive, y, min(_RANK_STEPS, most_steps(len(y))))
    residual = np.abs(y - path.predictions(additive)[-1])
    score: Floats = np.maximum(_marginal(table, y), _marginal(table, residual))
    return np.sort(np.argsort(-score, kind="stable")[:most])


def _marginal(table: Floats, y: Floats) -> Floats:
    """Return the share of the variance of `y` that a cubic in each factor explains, [D]."""
    centred = table - table.mean(axis=2, keepdims=True)
    target = y - y.mean()
    gram = np.einsum("dkn,dln->dkl", centred, centred)
    cross = centred @ target
    total = float(target @ target)
    if total == 0.0:
        return np.zeros(len(table))
    shares: Floats = np.array(
        [c @ np.linalg.lstsq(g, c, rcond=None)[0] for g, c in zip(gram, cross, strict=True)]
    )
    result: Floats = shares / total
    return result
