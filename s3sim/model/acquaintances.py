"""Former partners, and the trust that is left between them."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints
from s3sim.model.table import Table


@dataclass(frozen=True, kw_only=True)
class Acquaintances(Table):
    """Former partners, who remember each other for some years; in the order of `pair_numbers`."""

    one: Ints  # the lower row of the pair
    other: Ints  # the higher row
    trust: Floats  # in each other, 0-1; it fades
    ended: Ints  # quarter in which their last project ended

    @classmethod
    def none(cls) -> "Acquaintances":
        """Return an empty table."""
        i = np.zeros(0, np.int64)
        return cls(one=i, other=i, trust=np.zeros(0), ended=i)

    @classmethod
    def of(cls, source: Ints, partner: Ints, trust: Floats, ended: Ints, n: int) -> "Acquaintances":
        """Return the table of some pairs of n rows; of a pair that stands twice, the later end counts."""
        one, other = np.minimum(source, partner), np.maximum(source, partner)
        order = np.lexsort((ended, pair_numbers(one, other, n)))
        table = cls(one=one[order], other=other[order], trust=trust[order], ended=ended[order])
        number = pair_numbers(table.one, table.other, n)
        last = np.ones(len(number), bool)
        last[:-1] = number[1:] != number[:-1]
        return table.where(last)

    def place(self, one: Ints, other: Ints, n: int) -> Ints:
        """Return the row of each pair of a table of n organisations, or -1, shape [P]."""
        if not len(self):
            return np.full(len(one), -1)
        known, asked = pair_numbers(self.one, self.other, n), pair_numbers(one, other, n)
        row = np.minimum(np.searchsorted(known, asked), len(known) - 1)
        return np.where(known[row] == asked, row, -1)

    def trust_of(self, one: Ints, other: Ints, n: int) -> tuple[Bools, Floats]:
        """Return whether pairs were partners before, and the trust that is left, each [P]."""
        row = self.place(one, other, n)
        before = row >= 0
        trust = np.zeros(len(row))
        trust[before] = self.trust[row[before]]
        return before, trust


def pair_numbers(one: Ints, other: Ints, n: int) -> Ints:
    """Return a number for each unordered pair of rows of a table of n."""
    low, high = np.minimum(one, other), np.maximum(one, other)
    return low.astype(np.int64) * n + high
