"""What surrounds the actors in one quarter: the world, the calendar, what is on offer, the dice."""

from dataclasses import dataclass, replace
from typing import Any, Self

from s3sim.core.arrays import Floats
from s3sim.core.streams import Streams
from s3sim.model.instruments import Instruments
from s3sim.model.matching import Matching
from s3sim.model.partner_choice import PartnerChoice
from s3sim.model.proximity import Proximity, Space
from s3sim.world import World

QUARTERS = 4
"""Quarters a year."""

YEAR_FRACTION = 1.0 / QUARTERS
"""Length of a step in years."""


@dataclass(frozen=True)
class Context:
    """Read-only surroundings of a quarter."""

    world: World
    space: Space
    proximity: Proximity
    matching: Matching
    partner_choice: PartnerChoice
    gravity: Floats  # [R, R] pull between regions
    foreign_search_share: Floats  # [R] share of looks that go abroad
    closed_propensity: float  # propensity of firms to cooperate, without a habit of cooperating
    scale: float  # simulated firms for each real one, (0, 1]
    start: int  # quarter in which policies start
    n_quarters: int  # length of the run
    quarter: int
    streams: Streams
    instruments: Instruments

    def at(self, **changes: Any) -> Self:
        """Return the environment with some things changed."""
        return replace(self, **changes)

    @property
    def year(self) -> int:
        """Year of the run, from 0."""
        return self.quarter // QUARTERS

    @property
    def quarter_of_year(self) -> int:
        """0 to 3."""
        return self.quarter % QUARTERS

    @property
    def weight(self) -> float:
        """Real organisations that a simulated one stands for."""
        return 1.0 / self.scale
