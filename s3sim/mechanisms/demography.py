"""Firms leave, and latent founders enter where related knowledge is."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints, draw_own, sum_by
from s3sim.core.constants import FLOOR
from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.context import YEAR_FRACTION, Context
from s3sim.model.matching import employment_table
from s3sim.model.rd_decisions import innovative_share, rd_intensity
from s3sim.model.state import FIRM, INSTITUTE, Organisations, State
from s3sim.world.specialisation import location_quotient, relatedness_density

EU_BIRTH_RATE = 0.098
"""Enterprise births over enterprises, EU 2016 (Eurostat business demography)."""

SMALLEST = 10.0
"""Size, persons, at which the survival statistics hold: the model's firms are those of 10+."""

CHURN = (0.5, 2.5)
"""Least and most turnover of a country's firms over the EU's: outliers of birth rates are cut."""

SEED_JOBS = 1e-6
"""Persons added to each domain's employment, so that entry into an empty domain has a chance."""

START_CASH = 0.25
"""Cash of an entrant, years of value added: a quarter's."""

KEPT_MASTERY = (0.7, 0.3)
"""An entrant takes over 70 to 100 % of its parent's knowledge: the least, and what luck adds."""

DRAWS = 10
"""Uniforms of an entrant: domain, parent (3), size, innovation, cooperation, knowledge, R&D,
cooperation abroad."""

ACTIVITY = [
    "value_added",
    "rd",
    "project_rd",
    "learning",
    "institute_learning",
    "novelty",
    "tie_cost",
    "spillover",
    "innovations",
    "absorptive_capacity",
    "distress",
    "seeking",
]
"""Columns of what an organisation does, which stops when it leaves."""

PERCENT = 100
"""Relatedness density is on a scale of 0 to 100."""


@dataclass(frozen=True)
class Demography(ParameterGroup, name="demography"):
    """Exit by age, size and insolvency; entry by relatedness density; entrants learn from a parent.

    hazard = (h_inf + (h_0 - h_inf) exp(-age / fading)) (size / 10)^-size_effect, a year;
    h_0, h_inf and fading meet one-year and five-year survival and the turnover of firms
    (Eurostat) together. Countries with more births have proportionally more exits.
    """

    # fmt: off
    first_hazard: float = param(0.23, 0.18, 0.28, "exit hazard of the new-born", unit="1/year",
        source="solves survival 0.81 and 0.44 and turnover 9 % (Eurostat)", evidence="reported")
    last_hazard: float = param(0.037, 0.03, 0.05, "exit hazard of the old", unit="1/year",
        source="solves the same facts, with insolvency beside it", evidence="reported")
    fading: float = param(5.25, 4.2, 6.3, "age over which the hazard falls by e", unit="years",
        source="solves survival 0.81 and 0.44 and turnover 9 % (Eurostat)", evidence="reported")
    size_effect: float = param(0.25, 0.0, 0.4, unit="elasticity", source="exit and size",
        meaning="how fast the hazard falls with size above ten persons")
    patience: int = param(4, 1, 12, "quarters with negative cash until insolvency", unit="quarters",
        source="creditors wait until the next annual accounts; range from a quarter to three years")
    entry_rate: float = param(0.08, 0.03, 0.15, unit="1/year",
        meaning="entrants over firms of the start, at the EU birth rate", source="balances exits")
    density: float = param(1.8, 0.3, 3.0, "elasticity of entry to relatedness density",
        unit="elasticity", source="Boschma et al. 2015, entry")
    unrelated: float = param(0.10, 0.01, 0.3, "entry without any related activity, as density",
        unit="share", source="above zero, as entry into unrelated activities is rare but happens; a tenth of full density")
    entrant_size: float = param(5.0, 1.0, 10.0, "smallest entrant; the mean is twice that",
        unit="persons", source="the mean entrant has ten persons, where the model's firms begin; range up to all above")
    spin_off: float = param(0.02, 0.0, 0.1, "spin-offs of a partner place of an institute",
        unit="1/year", source="start-ups of public research", evidence="recalled")
    mutation: float = param(0.20, 0.0, 0.5, unit="log points",
        source="over half of the spread between firms (0.35): entrants resemble their parents",
        meaning="spread of an entrant's log productivity around its parent's")
    # fmt: on

    def __call__(self, state: State, context: Context) -> State:
        """Return the state after exits and entries of the quarter."""
        orgs, n = state.organisations, context.world.n_regions
        leaves = self._leaves(orgs, context)
        enters = self._enters(orgs, state, context)
        left = orgs.replace(
            active=orgs.active & ~leaves,
            age=np.where(orgs.active, orgs.age + YEAR_FRACTION, orgs.age),
            distress=np.where(orgs.firms, np.where(orgs.cash < 0, orgs.distress + 1, 0), 0),
        )
        born = self._born(left, np.flatnonzero(enters), state, context)
        gone = leaves & (orgs.age > context.calendar.quarter * YEAR_FRACTION)
        regions = state.regions.replace(
            exits=sum_by(orgs.region, n, leaves).astype(np.int64),
            entries=sum_by(orgs.region, n, enters).astype(np.int64),
            tracked=state.regions.tracked - sum_by(orgs.region, n, gone),
        )
        ties = state.ties.where(~leaves[state.ties.source] & ~leaves[state.ties.partner])
        return state.replace(organisations=_quiet(born, leaves), ties=ties, regions=regions)

    def hazard(self, age: Floats, size: Floats) -> Floats:
        """Return the yearly exit hazard at the EU's turnover of firms."""
        young = (self.first_hazard - self.last_hazard) * np.exp(-age / self.fading)
        return (self.last_hazard + young) * (
            np.maximum(size, SMALLEST) / SMALLEST
        ) ** -self.size_effect

    def _churn(self, context: Context) -> Floats:
        return np.clip(context.world.birth_rate / EU_BIRTH_RATE, *CHURN)

    def _leaves(self, orgs: Organisations, context: Context) -> Bools:
        yearly = self.hazard(orgs.age, orgs.size) * self._churn(context)[orgs.region]
        quarterly = 1 - np.exp(-yearly * YEAR_FRACTION)
        unlucky = context.streams.uniform("demography/exit", len(orgs)) < quarterly
        broke = (orgs.cash < 0) & (orgs.distress + 1 >= self.patience)
        leaves: Bools = orgs.firms & (unlucky | broke)
        return leaves

    def _enters(self, orgs: Organisations, state: State, context: Context) -> Bools:
        """Return which latent founders enter; each region's expected number is what counts."""
        n = context.world.n_regions
        dormant = ~orgs.active & (orgs.kind == FIRM)
        start = state.regions.cohort
        institutes = orgs.active & (orgs.kind == INSTITUTE)
        places = sum_by(orgs.region, n, np.where(institutes, context.partners.capacity(orgs), 0))
        expected = YEAR_FRACTION * (
            self.entry_rate * self._churn(context) * start + self.spin_off * places
        )
        chance = np.minimum(1.0, expected / np.maximum(sum_by(orgs.region, n, dormant), 1.0))
        row = np.flatnonzero(dormant)
        luck = context.streams.uniform("demography/entry", len(orgs), row)
        enters = np.zeros(len(orgs), bool)
        enters[row] = luck < chance[orgs.region[row]]
        return enters

    def _born(
        self, orgs: Organisations, row: Ints, state: State, context: Context
    ) -> Organisations:
        """Fill the rows of entrants: domain by density, the rest from a parent with mutation."""
        if not len(row):
            return orgs
        world, total = context.world, len(orgs)
        table = employment_table(orgs, world)
        specialised = (location_quotient(table) > 1).astype(np.float64)
        density = relatedness_density(specialised, world.relatedness) / PERCENT
        pull = (table + SEED_JOBS) * (density + self.unrelated) ** self.density
        u = context.streams.uniform("demography/entrant", (total, DRAWS), row)
        region = orgs.region[row]
        domain = draw_own(np.cumsum(pull, axis=1)[region], u[:, 0])
        parent = self._parents(orgs, region, domain, u, context)
        noise = context.streams.normal("demography/mutation", total, row)
        size = self.entrant_size * (1 - np.log1p(-u[:, 4]))
        spread = self.mutation
        productivity = orgs.productivity[parent] * np.exp(spread * noise - spread**2 / 2)
        market = world.country[region] * world.n_domains + domain
        # Entrants are as innovative as small firms, which are less so than firms as a whole.
        innovative = u[:, 5] < innovative_share(world)[region, 0]
        own = context.streams.normal("demography/intensity", total, row)
        norm = state.regions.rd_norm[region]
        intensity = rd_intensity(world, norm, domain, size, u[:, 8], own)
        strength = productivity * size / np.maximum(state.markets.price[market], FLOOR)
        changes = dict(
            active=True, domain=domain, size=size, productivity=productivity,
            demand_shifter=strength ** (1 / (state.substitution - 1)) / productivity,
            value_added=productivity * size, cash=START_CASH * productivity * size,
            rd_intensity=np.where(innovative, intensity, 0.0), rd=0.0, project_rd=0.0, rd_stock=0.0,
            innovative=innovative,
            cooperation_propensity=np.where(u[:, 6] < context.partners.habit[region], 1.0, context.partners.closed_propensity),
            abroad_habit=u[:, 9] < context.partners.habit_abroad[region],
            science_habit=orgs.science_habit[parent],
            knowledge=orgs.knowledge[parent] * (KEPT_MASTERY[0] + KEPT_MASTERY[1] * u[:, 7:8]).astype(np.float32),
            age=0.0, insight=0.0, know_how=0.0, distress=0, grants=0, seeking=0, served=False, innovations=0,
        )  # fmt: skip
        return orgs.replace(
            **{name: _with(getattr(orgs, name), row, value) for name, value in changes.items()}
        )

    def _parents(
        self, orgs: Organisations, region: Ints, domain: Ints, u: Floats, context: Context
    ) -> Ints:
        """Return an incumbent of the region, of the domain if there is one."""
        index = context.partners.index(orgs)
        found = index.firms(domain, region, u[:, 2:4])
        any_firm = np.flatnonzero(orgs.kind == FIRM)
        first = any_firm[np.searchsorted(orgs.region[any_firm], region)]
        return np.where(found >= 0, found, first)


def close_firms(state: State, leaves: Bools) -> State:
    """Return the state without some firms: their rows fall silent and their ties end.

    Parameters
    ----------
    leaves : array [N] of bool
        Rows of firms that close.
    """
    orgs = state.organisations
    ties = state.ties.where(~leaves[state.ties.source] & ~leaves[state.ties.partner])
    orgs = orgs.replace(active=orgs.active & ~leaves)
    return state.replace(organisations=_quiet(orgs, leaves), ties=ties)


def _with(
    column: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]", row: Ints, value: object
) -> "np.ndarray[tuple[int, ...], np.dtype[np.generic]]":
    new = column.copy()
    new[row] = value  # type: ignore[assignment]
    return new


def _quiet(orgs: Organisations, leaves: Bools) -> Organisations:
    """Silence rows that left: they do nothing until a founder takes them up."""
    row = np.flatnonzero(leaves)
    if not len(row):
        return orgs
    return orgs.replace(**{name: _with(getattr(orgs, name), row, 0) for name in ACTIVITY})
