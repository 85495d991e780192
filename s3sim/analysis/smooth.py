"""Regression of outcomes on one factor or a group of factors, as smooth as the data ask for.

One factor: penalised cubic spline (Eilers and Marx 1996, with the penalty of Wood 2006 on the
second derivative), the straight line unpenalised. A group: the sum of its splines plus products of
pairs. The weight of the penalty is chosen by generalised cross-validation (Craven and Wahba 1979).
A factor with few different values gets their means.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import linalg
from scipy.interpolate import BSpline

from s3sim.core.arrays import Floats

INTERVALS = 8
"""Pieces of a spline, between equally filled knots."""

FEW = 6
"""A factor with at most this many different values is taken by value."""

_PENALTIES = np.r_[0.0, np.logspace(-4, 6, 41)]


@dataclass(frozen=True)
class Smoother:
    """A regression on fixed rows: orthonormal columns and what the penalty weighs on each.

    Parameters
    ----------
    columns : array [n, k]
    penalty : array [k]
        0 for a column that is never shrunk; the constant is in their span.
    """

    columns: Floats
    penalty: Floats

    def fit(self, y: Floats) -> Floats:
        """Return fitted values, shape [n, m], for outcomes [n, m]; each keeps its mean."""
        n = len(y)
        part = self.columns.T @ y
        rest = (y**2).sum(axis=0) - (part**2).sum(axis=0)
        keep = 1 / (1 + np.outer(_PENALTIES, self.penalty))
        misfit = rest + ((1 - keep) ** 2) @ part**2
        freedom = keep.sum(axis=1)
        # The largest penalty that is allowed leaves the unpenalised columns only.
        score = misfit / np.maximum(1 - freedom / n, 1e-9)[:, None] ** 2
        best = np.argmin(score, axis=0)
        fitted: Floats = self.columns @ (keep[best].T * part)
        return fitted


def smoother(x: Floats) -> Smoother:
    """Return the regression on the columns of `x`, shape [n, factors]; constants count for none."""
    n = len(x)
    blocks, weights, lines = [np.ones((n, 1))], [np.zeros(1)], []
    for column in x.T:
        values = np.unique(column)
        if len(values) < 2:
            continue
        z = (column - column.mean()) / column.std()
        if len(values) <= FEW:
            blocks.append((column[:, None] == values[1:]).astype(np.float64))
            weights.append(np.zeros(len(values) - 1))
        else:
            curve, weight = _spline(z)
            blocks += [z[:, None], curve]
            weights += [np.zeros(1), weight]
        lines.append(z)
    for one, two in combinations(lines, 2):
        blocks.append((one * two)[:, None])
        # As stiff as the gentlest bend of a spline.
        weights.append(np.ones(1))
    return _orthonormal(np.hstack(blocks), np.concatenate(weights))


def _spline(z: Floats) -> tuple[Floats, Floats]:
    """Return the bends of a cubic spline, gentlest first, and the penalty on each from 1 up."""
    knots = np.unique(np.quantile(z, np.linspace(0, 1, INTERVALS + 1)))
    t = np.r_[[knots[0]] * 3, knots, [knots[-1]] * 3]
    basis = BSpline(t, np.eye(len(t) - 4), 3)
    columns = basis(z)
    fine = np.linspace(knots[0], knots[-1], 2001)
    second = basis(fine, nu=2)
    bend = second.T @ second / len(fine)
    line = np.column_stack([np.ones_like(z), z])
    q, _ = np.linalg.qr(line)
    free = columns - q @ (q.T @ columns)
    u, s, vt = np.linalg.svd(free, full_matrices=False)
    kept = s > 1e-8 * s[0]
    if not kept.any():
        return np.zeros((len(z), 0)), np.zeros(0)
    turn = vt[kept].T / s[kept]
    weight, vectors = linalg.eigh(turn.T @ bend @ turn)
    return u[:, kept] @ vectors, weight / weight[0] if weight[0] > 0 else np.ones(len(weight))


def _orthonormal(columns: Floats, weight: Floats) -> Smoother:
    """Return the same penalised regression in columns that are orthonormal."""
    free = weight == 0
    base = linalg.orth(columns[:, free], rcond=1e-8)
    rest = columns[:, ~free]
    rest = rest - base @ (base.T @ rest)
    if rest.shape[1] == 0:
        return Smoother(base, np.zeros(base.shape[1]))
    u, s, vt = np.linalg.svd(rest, full_matrices=False)
    kept = s > 1e-8 * np.sqrt(len(columns)) * 1e-2
    if not kept.any():
        return Smoother(base, np.zeros(base.shape[1]))
    turn = vt[kept].T / s[kept]
    penalty, vectors = linalg.eigh(turn.T @ (weight[~free, None] * turn))
    return Smoother(
        np.hstack([base, u[:, kept] @ vectors]),
        np.r_[np.zeros(base.shape[1]), np.maximum(penalty, 1e-12)],
    )
