"""Innovation brokers as a policy: how many, where, since when, at what price."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Bools
from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.context import QUARTERS, Context
from s3sim.model.instruments import Instruments
from s3sim.model.state import State
from s3sim.world import World


def members(world: World, partnership: str) -> Bools:
    """Return the partner regions of a partnership ('' means all regions), [R]."""
    return getattr(world, partnership) if partnership else np.ones(world.n_regions, bool)


@dataclass(frozen=True)
class Brokers(ParameterGroup, name="brokers"):
    """A broker office in each region, paid from the authority's envelope before any grant."""

    # fmt: off
    per_region: float = param(1.0, 0.0, 5.0, "brokers in each region", unit="full-time brokers",
        source="GoSmart BSR: one a region", evidence="reported")
    cost: float = param(66.0, 40.0, 250.0, "cost of a one-broker service", unit="kEUR/year",
        source="brokers' cost", evidence="reported")
    lag: int = param(5, 0, 8, "from the start to brokers at work", unit="quarters",
        source="GoSmart BSR: TIBS in month 16", evidence="reported")
    domestic: int = param(0, 0, 1, "1: registers of the own country only (placebo)", unit="switch",
        source="design: a placebo, off by default")
    quarters: int = param(400, 1, 400, "how long brokers are paid", unit="quarters",
        source="Vidzeme keeps its service after the project; 400 outlasts any run",
        evidence="reported")
    # fmt: on
    partnership: str = ""

    def __call__(self, state: State, context: Context) -> Instruments:
        """Return the brokers at work now and the contracts of the year."""
        world, now, length = context.world, context.calendar.quarter, context.calendar.n_quarters
        where = members(world, self.partnership) & (self.per_region > 0)
        first = context.calendar.start + self.lag
        last = first + self.quarters
        staff = np.where(where, self.per_region, 0.0)
        if not where.any() or now + QUARTERS <= first or now >= last:
            return Instruments.none(world)
        return Instruments.none(world).replace(
            broker_quarters=staff * _overlap(now, first, min(last, length)),
            brokers=staff if first <= now < last else 0.0 * staff,
            broker_cost=self.cost,
            broker_network=not self.domestic,
        )


@dataclass(frozen=True)
class Secretariat(ParameterGroup, name="secretariat"):
    """Coordination of a partnership outside any pool: what a project costs beside its brokers."""

    # fmt: off
    cost: float = param(100.0, 0.0, 1500.0, "coordination money of the partnership",
        unit="kEUR/year", source="GoSmart's coordination")
    quarters: int = param(14, 1, 400, "how long it is paid", unit="quarters",
        source="GoSmart BSR: October 2017 to March 2021, 42 months", evidence="reported")
    # fmt: on
    partnership: str = "gosmart"

    def __call__(self, state: State, context: Context) -> Instruments:
        """Return this year's coordination money, in equal parts from the partners' authorities."""
        world, calendar = context.world, context.calendar
        end = min(calendar.start + self.quarters, calendar.n_quarters)
        paid = _overlap(calendar.quarter, calendar.start, end)
        who = np.zeros(world.n_authorities)
        who[world.authority[members(world, self.partnership)]] = 1.0
        if not who.any() or not paid:
            return Instruments.none(world)
        share = who / who.sum()
        return Instruments.none(world).replace(secretariat=share * self.cost * paid / QUARTERS)


def _overlap(quarter: int, first: int, end: int) -> int:
    """Return how many quarters of the year that opens in `quarter` lie from `first` to `end`."""
    return max(0, min(quarter + QUARTERS, end) - max(quarter, first))
