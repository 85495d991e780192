"""Equally long columns, a row for each actor or event."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from s3sim.core.arrays import Bools
from s3sim.core.record import Record


@dataclass(frozen=True, kw_only=True)
class Table(Record):
    """Columns of one length; the first axis of every column is the row."""

    def __post_init__(self) -> None:
        lengths = {name: len(column) for name, column in self.__dict__.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"{type(self).__name__} has columns of unequal length: {lengths}")

    def __len__(self) -> int:
        return len(next(iter(self.__dict__.values())))

    def where(self, keep: Bools) -> Self:
        """Return the rows for which `keep` holds."""
        if keep.all():
            return self
        return self._made({name: column[keep] for name, column in self.__dict__.items()})

    def joined(self, other: Self) -> Self:
        """Return these rows followed by those of another table."""
        if not len(other):
            return self
        more = other.__dict__
        return self._made(
            {name: np.concatenate((column, more[name])) for name, column in self.__dict__.items()}
        )
