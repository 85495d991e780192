"""Public money, booked to the cent: every euro that is appropriated is used or unspent.

Amounts are integers (euro cents at real scale), so sums are exact whatever the order. Grants are
booked when they are committed; what falls due to an organisation that is gone is taken back and
booked as unspent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from s3sim.core.arrays import Cents

BACKGROUND = ("framework_programme", "national_research")
"""Money for research consortia: no policy under study moves it."""

SOURCES = ("eu_cofinancing", "national_public", *BACKGROUND)
USES = (
    "regional_grants",
    "joint_grants",
    "horizontal_support",
    "broker_fees",
    "coordination_overhead",
    "framework_projects",
    "national_projects",
    "unspent",
)
ITEMS = SOURCES + USES


class LedgerError(RuntimeError):
    """The books do not balance: the run is void."""


@dataclass(frozen=True)
class Ledger:
    """Booked amounts, cents, shape [years, items]."""

    booked: Cents

    @classmethod
    def empty(cls, years: int) -> "Ledger":
        """Return a ledger with nothing in it."""
        return cls(np.zeros((years, len(ITEMS)), np.int64))

    def book(self, year: int, amounts: Mapping[str, int]) -> "Ledger":
        """Return a ledger with `amounts` (item to cents) added to a year.

        Raises
        ------
        KeyError
            If an item is neither a source nor a use.
        """
        booked = self.booked.copy()
        for item, cents in amounts.items():
            booked[year, _COLUMN[item]] += int(cents)
        return replace(self, booked=booked)

    def total(self, item: str) -> int:
        """Return all that was booked under an item, cents."""
        return int(self.booked[:, _COLUMN[item]].sum())

    @property
    def sources(self) -> Cents:
        """Money appropriated each year, cents."""
        total: Cents = self.booked[:, : len(SOURCES)].sum(axis=1)
        return total

    @property
    def appropriated(self) -> int:
        """Money that policies dispose of, all years, cents."""
        return sum(self.total(item) for item in SOURCES if item not in BACKGROUND)

    @property
    def uses(self) -> Cents:
        """Money used or unspent each year, cents."""
        total: Cents = self.booked[:, len(SOURCES) :].sum(axis=1)
        return total

    def check(self, held: int) -> None:
        """Raise `LedgerError` unless sources equal uses plus the money still held."""
        gap = int(self.sources.sum() - self.uses.sum()) - held
        if gap:
            raise LedgerError(f"the ledger is out of balance by {gap} cents")


_COLUMN = {item: column for column, item in enumerate(ITEMS)}


def to_cents(keur: float) -> int:
    """Return thousand euro as whole cents.

    >>> to_cents(65.91875)
    6591875
    """
    return round(keur * 100_000)
