"""What surrounds the actors in one quarter: world, calendar, luck, what is on offer, whom one meets."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints
from s3sim.core.record import Record
from s3sim.core.streams import Streams
from s3sim.model.instruments import Instruments
from s3sim.model.partner_choice import matched
from s3sim.model.partner_search import PartnerSearch
from s3sim.model.proximity import Proximity, Space
from s3sim.model.state import INSTITUTE, Organisations
from s3sim.world import World

QUARTERS = 4
"""Quarters a year."""

YEAR_FRACTION = 1.0 / QUARTERS
"""Length of a step in years."""


@dataclass(frozen=True, kw_only=True)
class Calendar(Record):
    """Where a run stands."""

    start: int  # quarter in which policies start
    n_quarters: int  # length of the run
    quarter: int = 0

    @property
    def year(self) -> int:
        """Year of the run, from 0."""
        return self.quarter // QUARTERS

    @property
    def quarter_of_year(self) -> int:
        """0 to 3."""
        return self.quarter % QUARTERS

    @property
    def last(self) -> bool:
        """Whether this is the last quarter of the run."""
        return self.quarter == self.n_quarters - 1


@dataclass(frozen=True, kw_only=True)
class Context(Record):
    """Read-only surroundings of a quarter."""

    world: World
    scale: float  # simulated firms for each real one, (0, 1]
    calendar: Calendar
    streams: Streams
    instruments: Instruments
    space: Space
    proximity: Proximity
    partners: PartnerSearch

    def at(self, quarter: int, **changes: Any) -> Self:
        """Return the surroundings of a quarter, with its own luck and with nothing remembered."""
        luck = self.streams
        own = dict(
            calendar=self.calendar.replace(quarter=quarter),
            streams=Streams(luck.seed, luck.replication, quarter),
            space=self.space.for_quarter(),
            partners=self.partners.for_quarter(),
        )
        return self.replace(**{**own, **changes})

    def value_of(
        self,
        orgs: Organisations,
        one: Ints,
        other: Ints,
        trust: Floats,
        relief: Floats | float = 0.0,
    ) -> Floats:
        """Return what each `one` could learn from its `other` (`Proximity.value`), shape [P]."""
        institute, capacity = orgs.kind == INSTITUTE, orgs.absorptive_capacity[one]
        distance = self.space.apart(orgs.knowledge, one, other)
        abroad = self.space.abroad[orgs.region[one], orgs.region[other]]
        return self.proximity.value(
            distance, capacity, institute[one], institute[other], abroad, trust, relief
        )

    def agreed(
        self, orgs: Organisations, one: Ints, other: Ints, free: Ints, **terms: Any
    ) -> Bools:
        """Return which pairs form a tie: both gain, and both have a free place, shape [P].

        `terms` are those of `PartnerChoice.utility`: common, relief, trust.
        """
        worth = self.partners.choice.utility(
            orgs, one, other,
            space=self.space, proximity=self.proximity, streams=self.streams, **terms,
        )  # fmt: skip
        surplus = np.where((worth > 0).all(axis=0), worth.sum(axis=0), 0.0)
        return matched(one, other, surplus, free)

    @property
    def weight(self) -> float:
        """Real organisations that a simulated one stands for."""
        return 1.0 / self.scale
