"""Work that several parts of a quarter need, done once."""

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Memo:
    """Keeps the last result of each name as long as it was made from the very same arrays.

    Columns of a state are exchanged, never written to, while a quarter goes on; the same objects
    hence mean the same numbers. Between quarters somebody may write into a column, so every
    quarter gets a memo of its own.
    """

    def __init__(self) -> None:
        self._cached: dict[str, tuple[tuple[Any, ...], Any]] = {}

    def of(self, name: str, made_from: tuple[Any, ...], make: Callable[[], T]) -> T:
        """Return what `make` returns, saved from before if it was made from these objects."""
        cached = self._cached.get(name)
        if cached is None or any(a is not b for a, b in zip(cached[0], made_from, strict=True)):
            cached = (made_from, make())
            self._cached[name] = cached
        result: T = cached[1]
        return result
