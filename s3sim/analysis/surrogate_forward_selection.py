"""Which terms a polynomial needs: forward selection, its length judged on rows left out."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from s3sim.core.arrays import Floats, Ints
from s3sim.core.streams import generator

INNER_FOLDS = 10
MOST_STEPS = 100
FIRST_STEPS = 24
ROWS_PER_STEP = 4
"""Runs asked for each selected term (assumed)."""

_FLAT = 1e-9
"""Variance, against one for a polynomial of a uniform factor, below which a column is constant."""

_DEPENDENT = 1e-6
"""Share of its length below which a column is a combination of the chosen ones."""


@dataclass(frozen=True)
class Path:
    """A nested sequence of least-squares models.

    Parameters
    ----------
    chosen : int array [k]
        Columns in the order of their choice.
    triangle : array [k, k]
        Upper triangular factor of the centred chosen columns.
    loads : array [k]
        Response along each orthonormal direction.
    column_means : array [k]
        Of the chosen columns.
    mean : float
        Of the response.
    """

    chosen: Ints
    triangle: Floats
    loads: Floats
    column_means: Floats
    mean: float

    def predictions(self, columns: Floats) -> Floats:
        """Return predictions of all models, shape [k + 1, n]; the first has no term."""
        start = np.full((1, len(columns)), self.mean)
        if not len(self.chosen):
            return start
        centred = (columns[:, self.chosen] - self.column_means).T
        directions = solve_triangular(self.triangle, centred, trans="T", check_finite=False)
        return np.concatenate([start, self.mean + np.cumsum(directions * self.loads[:, None], 0)])


def forward(columns: Floats, y: Floats, steps: int) -> Path:
    """Return the path of orthogonal least squares.

    Parameters
    ----------
    columns : array [n, candidates]
        Orthonormal polynomials, without the constant.
    y : array [n]
        Response.
    steps : int
        Terms to choose at the most.

    Notes
    -----
    Each step takes the column that lowers the residual sum of squares most (Chen, Billings and
    Luo 1989, Int. J. Control 50, 1873), by Gram-Schmidt updates of n x candidates operations.
    """
    means = columns.mean(axis=0)
    centred = columns - means
    residual = y - y.mean()
    squared = np.einsum("ij,ij->j", centred, centred)
    start, product = squared.copy(), centred.T @ residual
    free = start > _FLAT * len(y)
    basis, loads, chosen = np.empty((steps, len(y))), [], []
    least = 1e-24 * float(residual @ residual)
    for k in range(steps):
        usable = free & (squared > _DEPENDENT * start)
        gain = np.where(usable, product**2, 0.0) / np.where(usable, squared, 1.0)
        best = int(gain.argmax()) if gain.size else -1
        if best < 0 or gain[best] <= least:
            break
        direction = centred[:, best].copy()
        for _ in range(2):  # twice is enough for orthogonality to rounding
            direction -= basis[:k].T @ (basis[:k] @ direction)
        direction /= np.linalg.norm(direction)
        load, along = float(direction @ residual), direction @ centred
        product, squared = product - load * along, squared - along**2
        residual = residual - load * direction
        basis[k], free[best] = direction, False
        loads.append(load)
        chosen.append(best)
    index = np.array(chosen, np.int64)
    triangle = np.triu(basis[: len(index)] @ centred[:, index])
    return Path(index, triangle, np.array(loads), means[index], float(y.mean()))


def folds(n: int, parts: int, seed: int, purpose: str) -> Ints:
    """Return the fold of each row: `parts` of equal size, give or take one."""
    result: Ints = generator(seed, purpose).permutation(n).astype(np.int64) % parts
    return result


def held_out_errors(columns: Floats, y: Floats, seed: int) -> Floats:
    """Return the mean squared error of each path length in each fold, shape [folds, steps + 1].

    Paths are followed to their full length only if the best length is not well inside the
    beginning, which saves most of the time for noisy outputs.
    """
    fold = folds(len(y), INNER_FOLDS, seed, "surrogate selection")
    longest = most_steps(len(y) - len(y) // INNER_FOLDS - 1)
    errors = _errors(columns, y, fold, min(longest, FIRST_STEPS))
    inside = errors.mean(axis=0).argmin() <= FIRST_STEPS // 2
    return errors if inside or longest <= FIRST_STEPS else _errors(columns, y, fold, longest)


def _errors(columns: Floats, y: Floats, fold: Ints, steps: int) -> Floats:
    errors = np.empty((INNER_FOLDS, steps + 1))
    for k in range(INNER_FOLDS):
        out = fold == k
        path = forward(columns[~out], y[~out], steps)
        error = ((path.predictions(columns[out]) - y[out]) ** 2).mean(axis=1)
        errors[k, : len(error)] = error
        errors[k, len(error) :] = error[-1]
    return errors


def most_steps(n: int) -> int:
    """Return the longest path for n runs."""
    return max(1, min(n // ROWS_PER_STEP, MOST_STEPS))


def shortest_good(errors: Floats) -> int:
    """Return the shortest length within one standard error of the best, fold by fold.

    The standard error is that of the paired difference to the best length (one-standard-error
    rule of Breiman et al. 1984, with pairing), which keeps inert factors out.
    """
    mean = errors.mean(axis=0)
    best = int(mean.argmin())
    difference = errors - errors[:, [best]]
    slack = difference.std(axis=0, ddof=1) / np.sqrt(len(errors))
    return int(np.flatnonzero(mean <= mean[best] + slack)[0])
