"""Array types of the world."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]

SIZE_CLASSES = ("small", "medium", "large")
"""Size classes of enterprises: 10-49, 50-249 and 250 or more persons (Eurostat)."""


def first_seen(labels: list[str]) -> tuple[tuple[str, ...], IntArray]:
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
