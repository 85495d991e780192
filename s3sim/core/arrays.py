"""Names for the arrays that the model is made of; sums by group, draws, digests."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int64]
Cents = NDArray[np.int64]
Bools = NDArray[np.bool_]
Index = NDArray[np.intp]


def sum_by(group: Ints, n_groups: int, values: Floats | Bools | None = None) -> Floats:
    """Return the sum of `values` (or the count) in each of `n_groups` groups, shape [n_groups].

    >>> sum_by(np.array([0, 2, 2]), 3, np.array([1.0, 2.0, 3.0])).tolist()
    [1.0, 0.0, 5.0]
    """
    total: Any = np.bincount(as_index(group), values, n_groups)
    return total if total.dtype == np.float64 else total.astype(np.float64)


def count_by(group: Ints, n_groups: int) -> Ints:
    """Return how many there are of each of `n_groups` groups, shape [n_groups].

    >>> count_by(np.array([0, 2, 2]), 3).tolist()
    [1, 0, 2]
    """
    return np.bincount(as_index(group), minlength=n_groups).astype(np.int64, copy=False)


def as_index(numbers: Ints) -> NDArray[np.intp]:
    """Return whole numbers as numpy wants indices and repeats: 32-bit builds refuse others."""
    return numbers.astype(np.intp, copy=False)


def sum_cents(group: Ints, n_groups: int, cents: Cents) -> Cents:
    """Return exact integer sums of `cents` in each group, shape [n_groups]."""
    total = np.zeros(n_groups, np.int64)
    np.add.at(total, group, cents)
    return total


def standardised(values: Floats, axis: int = -1) -> Floats:
    """Return z scores along `axis`; a constant line gives zeros.

    >>> standardised(np.array([1.0, 3.0])).tolist()
    [-1.0, 1.0]
    """
    centred = values - values.mean(axis=axis, keepdims=True)
    spread = values.std(axis=axis, keepdims=True)
    result: Floats = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 1e-12)
    return result


def draw_own(cumulative: Floats, u: Floats) -> Ints:
    """Return a column of each one's own table of cumulative weights, by inverse transform.

    Parameters
    ----------
    cumulative : array [..., m]
        Cumulative weights along the last axis; its last entry is the total.
    u : array [...]
        Uniforms in [0, 1); leading axes broadcast.

    Returns
    -------
    array [...]
        Column index, or -1 where there is no weight at all.

    >>> draw_own(np.array([[1.0, 2.0, 4.0], [0.0, 0.0, 0.0]]), np.array([0.3, 0.3])).tolist()
    [1, -1]
    """
    total = cumulative[..., -1]
    beyond = cumulative > (u * total)[..., None]
    return np.where(total > 0, beyond.argmax(axis=-1), -1)


def draw_from(cumulative: Floats, row: Ints, u: Floats) -> Ints:
    """Return a column for each `row` of a table of cumulative weights that many share.

    Parameters
    ----------
    cumulative : array [n, m]
        Cumulative weights along each row; the last column is the row's total.
    row : array [k]
        Row to draw from.
    u : array [k]
        Uniforms in [0, 1).

    Returns
    -------
    array [k]
        Column index, or -1 where the row has no weight at all.
    """
    n, m = cumulative.shape
    total = cumulative[:, -1]
    safe = np.where(total > 0, total, 1.0)
    # One search for all rows: row r occupies the interval [r, r + 1) of a flat, sorted array.
    flat = (np.minimum(cumulative / safe[:, None], 1.0) + np.arange(n)[:, None]).ravel()
    found = np.searchsorted(flat, row + np.minimum(u, 1 - 1e-12), side="right") - row * m
    column: Ints = np.minimum(found, m - 1)
    return np.where(total[row] > 0, column, -1)


def theil_index(amount: Floats, weight: Floats) -> Floats:
    """Return Theil's T of amount per head along the last axis; nan where there is no amount at all.

    The sum of s ln(s / p), s and p the shares of `amount` [..., n], 0 or more, and of `weight` [n],
    above 0 (Theil 1967).

    >>> theil_index(np.array([[1.0, 1.0], [0.0, 2.0]]), np.ones(2)).round(4).tolist()
    [0.0, 0.6931]
    """
    total = amount.sum(axis=-1, keepdims=True)
    s = np.divide(amount, total, out=np.full(amount.shape, np.nan), where=total > 0)
    terms = s * np.log(np.where(s > 0, s * (weight.sum() / weight), 1.0))
    found: Floats = terms.sum(axis=-1)
    return found


def first_seen(labels: list[str]) -> tuple[tuple[str, ...], Index]:
    """Number labels in order of first appearance.

    >>> first_seen(["PL", "LT", "PL"])
    (('PL', 'LT'), array([0, 1, 0]))
    """
    order = tuple(dict.fromkeys(labels))
    place = {label: k for k, label in enumerate(order)}
    return order, np.array([place[label] for label in labels], dtype=np.intp)


def freeze(value: Any) -> Any:
    """Return a read-only copy of an array, and anything else as it is."""
    if not isinstance(value, np.ndarray):
        return value
    copy = np.array(value, order="C")
    copy.setflags(write=False)
    return copy


def digest(texts: Iterable[str]) -> str:
    """Return the first 16 hex digits of a SHA-256 over texts."""
    return sha256("\x1f".join(texts).encode()).hexdigest()[:16]


def content_digest(named: Mapping[str, Any]) -> str:
    """Return the digest of named arrays and tuples of texts, floats to six digits.

    Floats that numpy's vectorised functions gave differ in their last bits between processors; six
    digits do not.
    """
    texts = []
    for name, value in named.items():
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            value = [f"{number:.5e}" for number in value.ravel()]
        elif isinstance(value, np.ndarray):
            value = value.ravel().tolist()
        texts += [name, *map(str, value)]
    return digest(texts)
