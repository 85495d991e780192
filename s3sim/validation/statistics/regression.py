"""Two regressions: least squares with group effects, and counts of links between regions."""

from collections.abc import Sequence

import numpy as np

from s3sim.core.arrays import Floats, Ints, sum_by

STEPS, SETTLED = 60, 1e-8
"""Iterations of reweighted least squares at most, and the change at which they end."""

RIDGE = 1e-9
"""Added to the diagonal of normal equations, so that a column that says nothing gets 0."""


def slope(x: Floats, y: Floats) -> float:
    """Return the slope of a line through points that are known; nan for fewer than three.

    >>> round(slope(np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0])), 6)
    2.0
    """
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known] - x[known].mean() if known.any() else x[known], y[known]
    square = float(x @ x)
    return float(x @ y) / square if len(x) > 2 and square > 0 else float("nan")


def least_squares(
    y: Floats, columns: Sequence[Floats], group: Ints | None, *, with_error: bool = False
) -> tuple[float, ...]:
    """Return the coefficient of the first column, with its standard error if wanted.

    A constant is included, or one for each `group`; nan where there are too few rows.
    """
    groups = np.zeros(len(y), np.int64) if group is None else group
    if not all(np.isfinite(v).all() for v in (y, *columns)):
        return (float("nan"),) * (1 + with_error)
    n_groups = int(groups.max()) + 1 if len(y) else 0
    free = len(y) - len(columns) - len(np.unique(groups))
    if free < 1:
        return (float("nan"),) * (1 + with_error)
    number = np.maximum(sum_by(groups, n_groups), 1.0)

    def within(v: Floats) -> Floats:
        return np.asarray(v - (sum_by(groups, n_groups, v) / number)[groups])

    x = np.column_stack([within(c) for c in columns])
    beta, _, rank, _ = np.linalg.lstsq(x, within(y), rcond=None)
    if rank < len(columns):
        return (float("nan"),) * (1 + with_error)
    if not with_error:
        return (float(beta[0]),)
    left = within(y) - x @ beta
    variance = float(left @ left) / free * np.linalg.inv(x.T @ x)[0, 0]
    return float(beta[0]), float(np.sqrt(variance))


def gravity(count: Floats, one: Ints, other: Ints, columns: Sequence[Floats]) -> Floats:
    """Return coefficients of link counts between regions, Poisson with an effect of each region.

    ln E[count] = a_one + a_other + columns x b: Poisson pseudo-likelihood (Santos Silva and
    Tenreyro 2006) by iteratively reweighted least squares. Regions without any link are left out.

    Parameters
    ----------
    count, one, other : array [P]
        Links of each unordered pair of regions.
    columns : sequence of array [P]
        What explains them.

    Returns
    -------
    array
        One coefficient a column; nan where counts are too few or a column is constant.
    """
    lost = np.full(len(columns), np.nan)
    n = int(max(one.max(initial=0), other.max(initial=0))) + 1
    linked = sum_by(one, n, count) + sum_by(other, n, count) > 0
    keep = linked[one] & linked[other]
    if (count[keep] > 0).sum() <= len(columns) + linked.sum():
        return lost
    place = np.cumsum(linked) - 1
    rows = np.arange(keep.sum())
    effect = np.zeros((len(rows), int(linked.sum())))
    np.add.at(effect, (rows, place[one[keep]]), 1.0)
    np.add.at(effect, (rows, place[other[keep]]), 1.0)
    told = np.column_stack([c[keep] for c in columns])
    if (told.std(axis=0) < RIDGE).any():
        return lost
    x, y = np.column_stack([told - told.mean(axis=0), effect]), count[keep]
    mu = (y + y.mean()) / 2
    beta = np.zeros(x.shape[1])
    for _ in range(STEPS):
        target = np.log(mu) + (y - mu) / mu
        normal = (x * mu[:, None]).T @ x
        normal[np.diag_indices_from(normal)] += RIDGE * mu.mean()
        new = np.linalg.solve(normal, (x * mu[:, None]).T @ target)
        done = np.abs(new - beta).max() < SETTLED
        beta, mu = new, np.exp(np.clip(x @ new, -30, 30))
        if done:
            break
    return np.asarray(beta[: len(columns)])
