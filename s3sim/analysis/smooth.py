"""Regression of outcomes on one factor or a group of factors, as smooth as the data ask for.

One factor: penalised polynomial of its ranks, the straight line unpenalised. A group: the sum of
these plus products of pairs. The weight of the penalty is chosen by generalised cross-validation
(Craven and Wahba 1979). A factor with few different values gets their means. Own code, because
smoothing splines of a library know one factor, and one decomposition here serves a hundred shuffles.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import linalg
from scipy.stats import rankdata

from s3sim.core.arrays import Floats

DEGREE = 9
FEW = 6
"""A factor with at most this many different values is taken by value."""

_PENALTIES = np.r_[0.0, np.logspace(-4, 6, 41)]


@dataclass(frozen=True)
class Smoother:
    """A regression on fixed rows: orthonormal columns [n, k], and what the penalty weighs [k].

    The weight is 0 for a column that is never shrunk; the constant is in their span.
    """

    columns: Floats
    penalty: Floats

    def fit(self, y: Floats) -> Floats:
        """Return fitted values, shape [n, m], for outcomes [n, m]; each keeps its mean."""
        part = self.columns.T @ y
        rest = (y**2).sum(axis=0) - (part**2).sum(axis=0)
        keep = 1 / (1 + np.outer(_PENALTIES, self.penalty))
        misfit = rest + ((1 - keep) ** 2) @ part**2
        freedom = np.maximum(1 - keep.sum(axis=1) / len(y), 1e-9)
        best = np.argmin(misfit / freedom[:, None] ** 2, axis=0)
        fitted: Floats = self.columns @ (keep[best].T * part)
        return fitted


def smoother(x: Floats) -> Smoother:
    """Return the regression on the columns of `x`, shape [n, factors]; constants count for none."""
    n = len(x)
    blocks: list[Floats] = [np.ones((n, 1))]
    weights: list[Floats] = [np.zeros(1)]
    lines: list[Floats] = []
    for column in x.T:
        values = np.unique(column)
        if len(values) < 2:
            continue
        z = (column - column.mean()) / column.std()
        lines.append(z)
        if len(values) <= FEW:
            blocks.append((column[:, None] == values[1:]).astype(np.float64))
            weights.append(np.zeros(len(values) - 1))
            continue
        ranks = 2 * (rankdata(column) - 0.5) / n - 1
        bends = np.asarray(np.polynomial.legendre.legvander(ranks, DEGREE)[:, 1:], np.float64)
        bends = bends * np.sqrt(2 * np.arange(1, DEGREE + 1) + 1)
        blocks += [z[:, None], bends]
        # As the mean square of a second derivative grows with the degree; 1 for the gentlest bend.
        weights += [np.zeros(1), np.arange(1.0, DEGREE + 1.0) ** 4]
    for a, b in combinations(lines, 2):
        blocks.append((a * b)[:, None])
        weights.append(np.ones(1))
    columns, weight = np.hstack(blocks), np.concatenate(weights)
    free = linalg.orth(columns[:, weight == 0], rcond=1e-8)
    bent = columns[:, weight > 0]
    bent = bent - free @ (free.T @ bent)
    u, s, vt = np.linalg.svd(bent, full_matrices=False)
    kept = s > 1e-10 * np.sqrt(n)
    turn = vt[kept].T / s[kept]
    if not kept.any():
        return Smoother(free, np.zeros(free.shape[1]))
    penalty, vectors = linalg.eigh(n * turn.T @ (weight[weight > 0, None] * turn))
    return Smoother(
        np.hstack([free, u[:, kept] @ vectors]), np.r_[np.zeros(free.shape[1]), penalty]
    )
