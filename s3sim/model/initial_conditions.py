"""The state before the first quarter: population, collaborations, markets, published lists."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Floats, Ints, sum_by
from s3sim.core.constants import TINY
from s3sim.core.parameters import ParameterGroup, param
from s3sim.core.streams import Streams
from s3sim.model.acquaintances import Acquaintances
from s3sim.model.context import Context
from s3sim.model.ledger import Ledger
from s3sim.model.matching import ABROAD, AT_HOME, employment_table, fields, first_meetings
from s3sim.model.partner_choice import matched
from s3sim.model.population import Population
from s3sim.model.rd_decisions import rd_norm
from s3sim.model.state import (
    OWN,
    Authorities,
    Brokers,
    Markets,
    Organisations,
    Participations,
    Projects,
    Regions,
    State,
    Ties,
)
from s3sim.world import World

EMPTY_MARKET = 0.05
"""Least size of a market over the country's mean market (assumed: a twentieth, so that
an industry without firms still has customers for the first entrant)."""

FIRST_SUCCESS = 0.37
"""Share of applied-for money that firms remember as awarded (the default of usual success)."""

FIRST_TRUST = 0.05
"""Trust of the first partners in each other, 0-1 (assumed: hardly any, as most have just met)."""

FORMER_TRUST = 0.1
"""Trust of former partners in each other, 0-1 (assumed: twice that of new partners, after one project)."""

DRAWS = 6
"""Uniforms of a first partner: whether one is asked, institute or firm, region, domain,
organisation, and how long it has been going on."""


@dataclass(frozen=True)
class InitialConditions(ParameterGroup, name="beginning"):
    """What is going on already when a run starts."""

    # fmt: off
    outside_tradable: float = param(0.6, 0.0, 0.9, unit="share", source="import penetration",
        meaning="share of tradable demand that the rest of the world serves")
    outside_local: float = param(0.1, 0.0, 0.5, "share of local demand that others serve",
        unit="share", source="import penetration, services")
    tie_share: float = param(0.6, 0.3, 1.0, source="a first guess, which settling replaces",
        meaning="firms with a habit that start with a partner they asked", unit="share")
    institute_share: float = param(0.25, 0.05, 0.5, "first ties that join firm and institute",
        unit="share", source="first ties with science", evidence="reported")
    settling: int = param(10, 0, 40, "how long ties form and end before the first quarter",
        unit="quarters", source="past the echo of one length of a collaboration")
    # fmt: on

    def state(
        self,
        context: Context,
        population: Population,
        *,
        substitution: float,
        duration: int,
        memory: int,
    ) -> State:
        """Return the state before the first quarter.

        Parameters
        ----------
        context : Context
            Quarter 0; the seed and replication of its streams decide the draw.
        population : Population
            Draws the organisations.
        substitution : float
            Elasticity of substitution of the market.
        duration, memory : int
            Length of a collaboration, and how long it is remembered, quarters.
        """
        world = context.world
        orgs = population.organisations(context)
        orgs, markets = self._markets(orgs, world, substitution)
        table = employment_table(orgs, world)
        regions, authorities = world.n_regions, world.n_authorities
        return State(
            organisations=orgs,
            ties=self._ties(orgs, context, duration),
            acquaintances=self._acquaintances(orgs, context, memory),
            projects=Projects.none(),
            participations=Participations.none(),
            authorities=Authorities(
                priorities=np.zeros((authorities, world.n_domains), bool),
                success=np.full(authorities, FIRST_SUCCESS),
                results=np.zeros((authorities, world.n_domains)),
                balance=np.zeros(authorities, np.int64),
            ),
            brokers=Brokers(
                skill=np.zeros(regions),
                credit=np.zeros(regions),
                clients=np.zeros(regions, np.int64),
                firms=np.zeros(regions, np.int64),
                matches=np.zeros(regions, np.int64),
                funded_share=np.zeros(regions),
                cases=np.zeros((regions, regions)),
            ),
            regions=Regions(
                published=world.domain_share * world.business_employment[:, None] * context.scale,
                awaiting=table,
                pool=np.zeros((regions, world.n_domains)),
                entries=np.zeros(regions, np.int64),
                exits=np.zeros(regions, np.int64),
                rd_norm=rd_norm(orgs, world, context.scale),
                cohort=sum_by(orgs.region, regions, orgs.firms),
                first_jobs=table.sum(axis=1),
                tracked=sum_by(orgs.region, regions, orgs.firms),
                grants_paid=np.zeros(regions, np.int64),
                awards=np.zeros(regions, np.int64),
            ),
            markets=markets,
            ledger=Ledger.empty(-(-context.calendar.n_quarters // 4)),
            joint_priorities=np.zeros(world.n_domains, bool),
            pool=0,
            frontier=np.zeros(world.n_domains),
            spill_reference=0.0,
            first_productivity=mean_productivity(orgs),
            wage_level=1.0,
            substitution=substitution,
        )

    def _markets(
        self, orgs: Organisations, world: World, substitution: float
    ) -> tuple[Organisations, Markets]:
        """Set customers' demand shifters so that first value added equal productivity x size."""
        power = substitution - 1
        demand_shifter = np.where(
            orgs.value_added > 0,
            np.maximum(orgs.value_added, 1e-9) ** (1 / power) / np.maximum(orgs.productivity, 1e-9),
            1.0,
        )
        n = world.n_countries * world.n_domains
        inside = sum_by(market_of(orgs, world), n, np.where(orgs.firms, orgs.value_added, 0.0))
        share = self.outside_local + (self.outside_tradable - self.outside_local) * world.tradable
        # Markets without a supplier at the start have customers, whom others serve.
        latent = EMPTY_MARKET * inside.reshape(world.n_countries, -1).mean(axis=1)
        outside = np.maximum(
            inside * np.tile(share / (1 - share), world.n_countries),
            np.repeat(latent, world.n_domains),
        )
        return orgs.replace(demand_shifter=demand_shifter), Markets(
            expenditure=inside + outside,
            outside=outside,
            strength=inside + outside,
            price=np.ones(n),
        )

    def _ties(self, orgs: Organisations, context: Context, duration: int) -> Ties:
        """Pair firms with a habit of cooperating, at home and abroad as they are used to."""
        luck, n = self._luck(context), len(orgs)
        row, other, part = self._partners(
            orgs, luck.uniform("beginning/partner", (n, 2, DRAWS)), context
        )
        good = first_meetings(row, other, Ties.none(), n)
        row, other, part = row[good], other[good], part[good]
        chosen = luck.pair("beginning/match", row, other)
        good = matched(row, other, chosen, context.partners.capacity(orgs))
        row, other = row[good], other[good]
        end = np.floor(part[good] * duration).astype(np.int64)
        no = np.zeros(len(row), bool)
        return Ties(
            source=row, partner=other, start=end - duration, end=end,
            kind=np.full(len(row), OWN), trust=np.full(len(row), FIRST_TRUST), bid=no, pending=no,
        )  # fmt: skip

    def _acquaintances(self, orgs: Organisations, context: Context, memory: int) -> Acquaintances:
        """Let firms with a habit of cooperating remember former partners of the last years."""
        luck, n = self._luck(context), len(orgs)
        row, other, since = self._partners(
            orgs, luck.uniform("beginning/former partner", (n, 2, DRAWS)), context
        )
        ended = -1 - np.floor(since * memory).astype(np.int64)
        return Acquaintances.of(row, other, np.full(len(row), FORMER_TRUST), ended, n)

    def _partners(
        self, orgs: Organisations, luck: Floats, context: Context
    ) -> tuple[Ints, Ints, Floats]:
        """Return who found a partner, whom, and a uniform left for each, shape [P].

        `luck` [N, 2, DRAWS] are uniforms for a look at home and one abroad.
        """
        habit = orgs.firms & orgs.innovative & (orgs.cooperation_propensity == 1.0)
        where = fields(context.space.abroad, np.ones(context.world.n_regions, bool))
        found = []
        for reach, asks in ((AT_HOME, habit), (ABROAD, habit & orgs.abroad_habit)):
            row = np.flatnonzero(asks)
            u = luck[row, reach]
            row, u = row[u[:, 0] < self.tie_share], u[u[:, 0] < self.tie_share]
            place = np.full(len(row), reach)
            science = u[:, 1] < self.institute_share
            other = context.partners.meet(orgs, row, place, science, u[:, 2:5], where)
            good = (other >= 0) & (other != row)
            found.append((row[good], other[good], u[good, 5]))
        row, other, left = (np.concatenate(columns) for columns in zip(*found, strict=True))
        return row, other, left

    def _luck(self, context: Context) -> Streams:
        return Streams(context.streams.seed, context.streams.replication, -1)


def mean_productivity(orgs: Organisations) -> float:
    """Return value added per person employed in all firms, kEUR a year."""
    firms = orgs.firms
    return float(orgs.value_added[firms].sum()) / max(float(orgs.size[firms].sum()), TINY)


def market_of(orgs: Organisations, world: World) -> Ints:
    """Return the market of each organisation: its country and home domain."""
    market: Ints = world.country[orgs.region] * world.n_domains + orgs.domain
    return market
