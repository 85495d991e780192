"""Array types of the world."""

from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
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
    return order, np.array([place[label] for label in labels], dtype=np.int64)


def freeze(value: Any) -> Any:
    """Return a read-only copy of an array, and anything else as it is."""
    if not isinstance(value, np.ndarray):
        return value
    copy = np.array(value, order="C")
    copy.setflags(write=False)
    return copy


def digest(named: dict[str, Any]) -> str:
    """Return the first 16 hex digits of a SHA-256 over named arrays and tuples of texts."""
    total = sha256()
    for name, value in named.items():
        total.update(name.encode())
        if isinstance(value, np.ndarray):
            total.update(f"{value.dtype.kind}{value.shape}".encode())
            total.update(value.tobytes())
        else:
            total.update("\x1f".join(value).encode())
    return total.hexdigest()[:16]
