"""Firms sell: shares of fixed markets, employment, cash.

What one firm gains within a market others lose, unless it takes share from the rest of the world
(the product-market rivalry of Bloom, Schankerman and Van Reenen 2013).
"""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Floats, Ints, sum_by
from s3sim.core.constants import FLOOR, TINY
from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.context import YEAR_FRACTION, Context
from s3sim.model.initial_conditions import market_of, mean_productivity
from s3sim.model.state import Markets, Organisations, State
from s3sim.world import World

YOUTH = 5.0
"""Age, years, over which the growth of young firms fades by e."""

RAREST = 1e-4
"""Probability at which variances of yearly shocks are cut."""

SMALLEST_FIRM = 0.5
"""Persons, in full-time units, below which no firm shrinks: its founder, half-time."""


@dataclass(frozen=True)
class Market(ParameterGroup, name="market"):
    """Monopolistic competition with constant elasticity of substitution in each country x domain.

    share_i = theta_i^(sigma-1) / (sum_j theta_j^(sigma-1) + outside), theta = productivity x demand shifter;
    sales_i = share_i x expenditure / price index. Outside suppliers gain on a country's firms when
    these employ more than at the start (the labour force is given, so the real exchange rate
    rises), and lose when they employ less. Trends of domains, seen over a few years, fade.
    Exports enter here when they come: as access of
    a firm to the markets of other countries.
    """

    # fmt: off
    substitution: float = param(2.3, 1.8, 6.0, "elasticity of substitution between suppliers",
        unit="elasticity", source="Broda and Weinstein 2006", evidence="recalled")
    demand_growth: float = param(0.0, -0.02, 0.03, "growth of real expenditure at constant prices",
        unit="1/year", source="none, so that growth comes from productivity; range of growth by country in a decade")
    outside_growth: float = param(0.012, 0.0, 0.03, "growth of outside suppliers' productivity",
        unit="1/year", source="growth of rivals")
    real_exchange_rate: float = param(0.15, 0.0, 0.3, unit="1/year",
        meaning="gain of outside suppliers when a country's firms employ more than at the start",
        source="PPP", evidence="reported")
    trend_life: float = param(12.0, 5.0, 100.0, "time over which trends of domains fade by e",
        unit="years", source="a trend seen over a few years lasts nearly two programmes; range to nearly for ever")
    volatility: float = param(0.24, 0.15, 0.35, "volatility of yearly demand shocks at size one",
        unit="log points", source="prototype: gives a standard deviation of yearly growth of 0.23")
    variance_tail: float = param(2.1, 1.2, 5.0, source="growth tails",
        meaning="tail index of the variance of yearly shocks, half that of growth")
    volatility_size: float = param(0.17, 0.10, 0.25, "how fast volatility falls with size",
        unit="elasticity", source="Riccaboni et al. 2008: 0.14-0.20", evidence="reported")
    young_growth: float = param(0.22, 0.0, 0.5, unit="1/year", source="Haltiwanger et al. 2013",
        meaning="growth of the new-born beyond others, fading over five years of age")
    adjustment: float = param(0.25, 0.1, 0.6, "speed of employment towards what sales need",
        unit="1/quarter", source="half of a gap closes in 2.4 quarters: notice and hiring take months; range 0.8 to 6.6")
    labour_share: float = param(0.65, 0.5, 0.75, "wage bill over value added in the mean firm",
        unit="share", source="wage share", evidence="reported")
    rent_sharing: float = param(0.5, 0.0, 1.0, unit="elasticity", source="Card et al. 2018",
        meaning="elasticity of a firm's wage to its own productivity")
    cash_target: float = param(0.5, 0.1, 1.0, "cash above which owners take money out",
        unit="years of value added", source="half a year's value added covers wages for nine months; from five weeks to a year")
    payout: float = param(0.25, 0.05, 1.0, "share of surplus cash that owners take",
        unit="1/quarter", source="most of a year's surplus (1 - 0.75^4 = 0.68) by its end; range from a fifth to all")
    # fmt: on

    def __call__(self, state: State, context: Context) -> State:
        """Return the state after production, hiring and accounts of the quarter."""
        orgs = self._shocked(state.organisations, context)
        strength = np.where(
            orgs.firms, (orgs.productivity * orgs.demand_shifter) ** (self.substitution - 1), 0.0
        )
        market = market_of(orgs, context.world)
        state = state.replace(markets=self._rivals(orgs, state, context.world))
        markets = state.markets.replace(price=self._price(strength, market, state, context))
        orgs = orgs.replace(value_added=strength * markets.price[market])
        size = self._employment(orgs)
        cash = orgs.cash + YEAR_FRACTION * self._profit(orgs, context.world.n_regions)
        surplus = np.maximum(0.0, cash - self.cash_target * orgs.value_added)
        cash = np.where(orgs.firms, cash - self.payout * surplus, orgs.cash)
        orgs = orgs.replace(size=size, cash=cash)
        level = mean_productivity(orgs) / max(state.first_productivity, TINY)
        # Where no firm is left, wages stay as they were.
        level = level if level > 0 else state.wage_level
        return state.replace(organisations=orgs, markets=markets, wage_level=level)

    def _shocked(self, orgs: Organisations, context: Context) -> Organisations:
        """Move customers' demand shifters; one Lomax variance a firm and year gives growth its heavy tails."""
        n, variance = len(orgs), orgs.shock_variance
        if context.calendar.quarter_of_year == 0:
            u = np.maximum(context.streams.uniform("market/variance", n), RAREST)
            variance = (self.variance_tail - 1) * (u ** (-1 / self.variance_tail) - 1)
        sigma = self.volatility * np.maximum(orgs.size, 1.0) ** -self.volatility_size
        step = sigma * np.sqrt(variance * YEAR_FRACTION) * context.streams.normal("market/shock", n)
        drift = sigma**2 * YEAR_FRACTION / 2 - self._youth(orgs)
        moved = orgs.demand_shifter * np.exp((step - drift) / (self.substitution - 1))
        return orgs.replace(
            shock_variance=variance, demand_shifter=np.where(orgs.firms, moved, orgs.demand_shifter)
        )

    def _youth(self, orgs: Organisations) -> Floats:
        return self.young_growth * YEAR_FRACTION * np.exp(-orgs.age / YOUTH)

    def _rivals(self, orgs: Organisations, state: State, world: World) -> Markets:
        """Let suppliers from outside gain, the more so where home firms employ more than at first."""
        size = np.where(orgs.firms, orgs.size, 0.0)
        jobs = sum_by(world.country[orgs.region], world.n_countries, size)
        first = sum_by(world.country, world.n_countries, state.regions.first_jobs)
        tight = np.log(np.maximum(jobs, TINY) / np.maximum(first, TINY))
        gain = np.log1p(self.outside_growth) + self.real_exchange_rate * tight
        power = (self.substitution - 1) * YEAR_FRACTION
        grown = state.markets.outside * np.exp(power * np.repeat(gain, world.n_domains))
        return state.markets.replace(outside=grown)

    def _price(self, strength: Floats, market: Ints, state: State, context: Context) -> Floats:
        """Return value added that a unit of strength brings in each market, kEUR a year."""
        world, markets, years = (
            context.world,
            state.markets,
            context.calendar.quarter * YEAR_FRACTION,
        )
        power = self.substitution - 1
        total = np.maximum(sum_by(market, len(markets), strength) + markets.outside, FLOOR)
        lasting = self.trend_life * (1 - np.exp(-years / self.trend_life))
        trend = (1 + self.demand_growth) ** years * np.tile(
            (1 + world.trend) ** lasting, world.n_countries
        )
        # The price index is 1 at the start and falls as suppliers get better.
        index = (total / np.maximum(markets.strength, FLOOR)) ** (-1 / power)
        price: Floats = markets.expenditure * trend / index / total
        return price

    def _employment(self, orgs: Organisations) -> Floats:
        needed = orgs.value_added / np.maximum(orgs.productivity, TINY)
        moved = orgs.size + self.adjustment * (needed - orgs.size)
        return np.where(orgs.firms, np.maximum(moved, SMALLEST_FIRM), orgs.size)

    def _profit(self, orgs: Organisations, n_regions: int) -> Floats:
        """Return the operating surplus less own R&D at an annual rate, kEUR, shape [N]."""
        firms = orgs.firms
        group = orgs.region
        value_added = sum_by(group, n_regions, np.where(firms, orgs.value_added, 0.0))
        jobs = sum_by(group, n_regions, np.where(firms, orgs.size, 0.0))
        mean = (value_added / np.maximum(jobs, TINY))[group]
        own = np.maximum(orgs.productivity, TINY)
        wage = (
            self.labour_share
            * np.maximum(mean, TINY) ** (1 - self.rent_sharing)
            * own**self.rent_sharing
        )
        return np.where(firms, orgs.value_added - wage * orgs.size - orgs.rd, 0.0)
