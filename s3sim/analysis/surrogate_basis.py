"""Orthonormal polynomials on the unit cube, and which products of them are worth trying."""

from functools import cache

import numpy as np

from s3sim.core.arrays import Floats, Ints

MOST_TERMS = 6_000
"""Columns that a candidate matrix has at the most: 49 MB at 1,024 runs (assumed)."""


def legendre(unit: Floats, degree: int) -> Floats:
    """Return the orthonormal shifted Legendre polynomials of each factor.

    Parameters
    ----------
    unit : array [n, D]
        Values in [0, 1].
    degree : int
        Highest degree, at least 0.

    Returns
    -------
    array [D, degree + 1, n]
        sqrt(2 k + 1) P_k(2 x - 1), of mean square one under the uniform distribution.

    Notes
    -----
    Three-term recurrence (Abramowitz and Stegun 1964, 22.7.10), scaled to unit norm.

    >>> legendre(np.array([[0.0], [1.0]]), 1)[0].round(3).tolist()
    [[1.0, 1.0], [-1.732, 1.732]]
    """
    t = 2.0 * np.asarray(unit, np.float64).T - 1.0
    values = np.ones((t.shape[0], degree + 1, t.shape[1]))
    if degree >= 1:
        values[:, 1] = t
    for k in range(1, degree):
        values[:, k + 1] = ((2 * k + 1) * t * values[:, k] - k * values[:, k - 1]) / (k + 1)
    norm = np.sqrt(2.0 * np.arange(degree + 1) + 1.0)
    result: Floats = values * norm[None, :, None]
    return result


@cache
def _exponents(order: int, degree: int, q: float) -> tuple[tuple[int, ...], ...]:
    """Return all degrees >= 1 of `order` factors inside the hyperbolic cross."""

    def inside(powers: tuple[int, ...]) -> bool:
        return float(sum(p**q for p in powers)) ** (1.0 / q) <= degree + 1e-9

    found: list[tuple[int, ...]] = [(p,) for p in range(1, degree + 1)]
    for _ in range(order - 1):
        found = [(*one, p) for one in found for p in range(1, degree + 1) if inside((*one, p))]
    return tuple(found)


def multi_indices(
    factors: int, degree: int, q: float = 1.0, order: int = 2, interacting: Ints | None = None
) -> Ints:
    """Return the degrees of candidate terms, constant first.

    Parameters
    ----------
    factors : int
        Number of factors, D.
    degree : int
        Highest q-norm of the degrees of a term; the highest degree of a single factor.
    q : float
        In (0, 1]: 1 is total degree, less thins out terms of several high degrees (Blatman and
        Sudret 2011, J. Comput. Phys. 230, 2345, eq. 16).
    order : int
        Most factors in a term.
    interacting : int array, optional
        Factors that may appear in products; all unless told.

    Returns
    -------
    int array [terms, D]
        At most `MOST_TERMS`, low interaction order and low degree first.

    >>> multi_indices(2, 2).tolist()
    [[0, 0], [1, 0], [0, 1], [2, 0], [0, 2], [1, 1]]
    """
    among = np.arange(factors) if interacting is None else np.sort(np.asarray(interacting))
    blocks = [np.zeros((1, factors), np.int64)]
    blocks += [p * np.eye(factors, dtype=np.int64) for p in range(1, degree + 1)]
    left = MOST_TERMS - sum(len(block) for block in blocks)
    for r in range(2, min(order, len(among)) + 1):
        powers = sorted(_exponents(r, degree, q), key=lambda p: (sum(p), p))
        groups = _combinations(among, r)
        for one in powers:
            if len(groups) > left:
                return np.concatenate(blocks)
            block = np.zeros((len(groups), factors), np.int64)
            np.put_along_axis(block, groups, np.array([one]), axis=1)
            blocks.append(block)
            left -= len(groups)
    return np.concatenate(blocks)


def _combinations(among: Ints, r: int) -> Ints:
    """Return all subsets of `r` of the factors, shape [subsets, r]."""
    chosen = among[:, None]
    for _ in range(r - 1):
        chosen = np.concatenate(
            [
                np.column_stack([chosen[chosen[:, -1] < f], np.full((chosen[:, -1] < f).sum(), f)])
                for f in among
            ]
        )
    return chosen


def evaluate(unit: Floats, terms: Ints) -> Floats:
    """Return the product polynomials of all terms in all rows.

    Parameters
    ----------
    unit : array [n, D]
        Values in [0, 1].
    terms : int array [terms, D]
        Degree of each factor in each term.

    Returns
    -------
    array [n, terms]
    """
    n = len(unit)
    if not terms.any():
        return np.ones((n, len(terms)))
    table = legendre(unit, int(terms.max()))
    active = terms > 0
    order = int(active.sum(axis=1).max())
    # Active factors first; the rest have degree 0 and multiply by one.
    first = np.argsort(~active, axis=1, kind="stable")[:, :order]
    degrees = np.take_along_axis(terms, first, axis=1)
    result = table[first[:, 0], degrees[:, 0]]
    for k in range(1, order):
        deep = np.flatnonzero(degrees[:, k])
        result[deep] *= table[first[deep, k], degrees[deep, k]]
    values: Floats = result.T
    return values
