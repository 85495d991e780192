"""The first quarter: firms, institutes, ties and markets drawn from the figures of a world."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints, Singles, as_index, draw_from, sum_by
from s3sim.core.constants import MICRO
from s3sim.core.parameters import ParameterGroup, param
from s3sim.core.streams import Streams
from s3sim.model.context import Context
from s3sim.model.partner_search import PartnerSearch
from s3sim.model.public_research import public_research
from s3sim.model.rd_decisions import (
    KNOWLEDGE_BASE,
    MOST_INTENSITY,
    innovative_share,
    rd_intensity,
    rd_norm,
)
from s3sim.model.state import BUSINESS, FIRM, INSTITUTE, Organisations
from s3sim.world import World

FLOORS = np.array([10.0, 50.0, 250.0])
CEILINGS = np.array([50.0, 250.0, np.inf])
CLASS_WIDTH = 5.0
"""Ceiling over floor of the small and the medium class."""
LEAST_MEAN = 1.1
"""Least mean of a size class over its floor."""
MOST_QUANTILE = 0.998
"""Quantile at which the sizes of large firms are cut."""
KNOWN_DOMAINS = np.array([2, 4, 8])
INSTITUTE_DOMAINS = 6
FOUNDERS_BASE = 4
START_CASH = 0.7
"""Cash of firms at the start, years of value added: what a settled firm holds without policy."""
SMALLEST_MICRO = 4.0
"""Smallest firm of the start, persons."""
HIRING_GAP = 0.02
"""Value added beyond what the staff of a firm would earn at its productivity: firms that stay in
business grow by about 2 % a year in place of those that leave, and hire a year late."""
CLOSING = 0.03
"""Share of firms' R&D stock that is lost each year because firms close or give up R&D."""
MICRO_AGE = 0.5
"""Age of firms below ten persons over that of small ones: the young have not grown yet."""
YEARS_TO_GROW = np.array([0.0, 8.0, 20.0])
"""Years that medium and large firms have needed to become so, on top of an age like the small ones'."""


@dataclass(frozen=True)
class Population(ParameterGroup, name="population"):
    """How the first firms are drawn where statistics give only totals."""

    # fmt: off
    productivity_spread: float = param(0.35, 0.1, 0.7, unit="log points", source="Syverson 2011",
        meaning="standard deviation of log productivity between firms of a region", evidence="reported")
    size_premium: float = param(0.05, 0.0, 0.15, "elasticity of productivity to size",
        unit="elasticity", source="size and productivity")
    value_added_share: float = param(0.90, 0.85, 0.93, unit="share", evidence="recalled",
        meaning="value added over GDP (rest: net taxes on products)", source="national accounts")
    closed_propensity: float = param(0.02, 0.0, 0.3, unit="share", source="closed firms",
        meaning="propensity of firms to cooperate, without a habit of cooperating")
    science_habit: float = param(0.4, 0.1, 0.8, "firms that prefer institutes as partners",
        unit="share", source="CIS4, preference", evidence="reported")
    micro: float = param(0.29, 0.0, 1.0, unit="share",
        source="set so that entry, growth and exit leave it as it is",
        meaning="firms below ten persons that may grow, for each larger one")
    founders: float = param(0.25, 0.1, 1.0, "latent founders for each firm", unit="share",
        source="three years of entrants at 8 % a year, beside the rows that exits free: enough not to bind")
    mean_age: float = param(13.5, 5.0, 25.0, "mean age of small firms at the start", unit="years",
        source="exponential: Coad 2010; mean set to what births and deaths leave")
    institute_spread: float = param(2.0, 0.5, 2.5, unit="log points", source="H2020 money", evidence="reported",
        meaning="standard deviation of log size between institutes of a sector and region")
    rd_stock_years: float = param(5.9, 3.0, 10.0, source="perpetual inventory", evidence="reported",
        meaning="R&D stock over yearly R&D of those that stay: 1 / (depreciation + growth)", unit="years")
    # fmt: on

    def organisations(self, context: Context) -> Organisations:
        """Return all rows of a run: firms, latent founders and institutes."""
        world, streams = (
            context.world,
            Streams(context.streams.seed, context.streams.replication, -1),
        )
        started = np.maximum(2, np.rint(world.firms.sum(axis=1) * context.scale)).astype(np.int64)
        micro = np.rint(self.micro * started).astype(np.int64)
        latent = np.ceil(self.founders * (started + micro)).astype(np.int64) + FOUNDERS_BASE
        rows = started + micro + latent
        offices = np.maximum(1, np.rint(world.institutes * context.scale)).astype(np.int64)
        each = as_index(rows)
        region = np.repeat(np.arange(world.n_regions), each)
        place = np.arange(len(region)) - np.repeat(np.cumsum(rows) - rows, each)
        active = place < (started + micro)[region]
        firms = self._firms(
            world, context.partners, streams, region, active, active & (place >= started[region])
        )
        institutes = self._institutes(
            world, streams, np.repeat(np.arange(world.n_regions), as_index(offices)), context.scale
        )
        return _with_rd(
            _stacked(firms, institutes), world, streams, context.scale, self.rd_stock_years
        )

    def _firms(
        self,
        world: World,
        partners: PartnerSearch,
        streams: Streams,
        region: Ints,
        active: Bools,
        micro: Bools,
    ) -> Organisations:
        n = len(region)
        share = np.cumsum(world.firms, axis=1)
        size_class = draw_from(share, region, streams.uniform("population/size class", n))
        size_class = np.where(micro, 0, size_class)
        u = streams.uniform("population/size", n)
        size = sizes(size_class, world.mean_size[region, size_class], u)
        size = np.where(micro, SMALLEST_MICRO + (MICRO - SMALLEST_MICRO) * np.sqrt(u), size)
        domain = draw_from(
            np.cumsum(world.domain_share, axis=1), region, streams.uniform("population/domain", n)
        )
        mean = regional_productivity(world, self.value_added_share)[region]
        noise = streams.normal("population/productivity", n)
        spread = self.productivity_spread
        productivity = (
            mean * (size / 50) ** self.size_premium * np.exp(spread * noise - spread**2 / 2)
        )
        productivity = productivity / (1 + HIRING_GAP)
        value_added = (1 + HIRING_GAP) * productivity * size
        innovative = (
            streams.uniform("population/innovative", n)
            < innovative_share(world)[region, size_class]
        )
        habit = streams.uniform("population/openness", n) < partners.habit[region]
        outward = streams.uniform("population/outward", n) < partners.habit_abroad[region]
        prefers_science = streams.uniform("population/science", n) < self.science_habit
        known = KNOWN_DOMAINS[size_class]
        knowledge = _mastery(world, streams, "population/firm knowledge", domain, known)
        return _rows(
            kind=FIRM,
            region=region,
            domain=domain,
            active=active,
            size=size,
            productivity=productivity,
            value_added=np.where(active, value_added, 0.0),
            cash=START_CASH * value_added,
            rd_intensity=np.zeros(n),
            innovative=innovative,
            cooperation_propensity=np.where(habit, 1.0, self.closed_propensity),
            abroad_habit=outward,
            science_habit=prefers_science,
            knowledge=knowledge,
            age=self._age(size_class, micro, streams.exponential("population/age", n)),
        )

    def _age(self, size_class: Ints, micro: Bools, luck: Floats) -> Floats:
        """Return ages, years: exponential (Coad 2010), after the years that growth has taken."""
        mean = np.where(micro, MICRO_AGE, 1.0) * self.mean_age
        return YEARS_TO_GROW[size_class] + mean * luck

    def _institutes(
        self, world: World, streams: Streams, region: Ints, scale: float
    ) -> Organisations:
        n = len(region)
        sector, part = public_research(world, streams, region, self.institute_spread)
        money = world.public_rd / 100 * world.gdp * 1000 * scale
        weight = world.domain_share * (KNOWLEDGE_BASE + world.knowledge_intensity)
        domain = draw_from(
            np.cumsum(weight, axis=1), region, streams.uniform("population/institute domain", n)
        )
        known = np.full(n, INSTITUTE_DOMAINS)
        return _rows(
            kind=INSTITUTE,
            sector=sector,
            region=region,
            domain=domain,
            active=np.ones(n, bool),
            size=np.maximum(world.public_researchers[region] * scale * part, 1.0),
            productivity=np.zeros(n),
            value_added=np.zeros(n),
            cash=np.zeros(n),
            rd_intensity=money[region] * part,
            innovative=np.ones(n, bool),
            cooperation_propensity=np.ones(n),
            abroad_habit=np.ones(n, bool),
            science_habit=np.zeros(n, bool),
            knowledge=_mastery(world, streams, "population/institute knowledge", domain, known),
            age=np.full(n, 30.0),
        )


def regional_productivity(world: World, value_added_share: float) -> Floats:
    """Return value added per person employed, kEUR a year, shape [R]."""
    return value_added_share * world.gdp * 1000 / world.employment


def sizes(size_class: Ints, mean: Floats, u: Floats) -> Floats:
    """Return persons employed, by inverse transform within each size class, shape [N].

    A Pareto distribution whose index gives the class mean (Axtell 2001: sizes follow a power law
    of index near one): cut at the next class for small and medium firms, at the 99.8 % quantile
    for large ones.
    """
    floor, largest = FLOORS[size_class], size_class == len(FLOORS) - 1
    over = np.maximum(mean / floor, LEAST_MEAN)
    bounded = np.interp(-over, -MEAN_OF_INDEX, INDICES)
    kept = np.where(largest, MOST_QUANTILE, 1 - CLASS_WIDTH**-bounded)
    index = np.where(largest, over / (over - 1), bounded)
    below = np.where(largest, np.minimum(u, MOST_QUANTILE), u * kept)
    return floor * (1 - below) ** (-1 / index)


def _mean_over_floor(index: Floats) -> Floats:
    """Return the mean of a Pareto distribution cut at five times its floor, over the floor."""
    lost = CLASS_WIDTH ** (1 - index)
    return index / (index - 1) * (1 - lost) / (1 - CLASS_WIDTH**-index)


INDICES = np.linspace(-5.95, 11.95, 180)
"""Pareto indices among which that of a size class is found; zero and one are left out."""
MEAN_OF_INDEX = _mean_over_floor(INDICES)
"""Mean of each over the floor of the class, falling."""


def _mastery(world: World, streams: Streams, decision: str, home: Ints, known: Ints) -> Singles:
    """Return knowledge vectors: the home domain well, some related domains less well."""
    n, slots = len(home), int(KNOWN_DOMAINS.max())
    knowledge = np.zeros((n, world.n_domains), np.float32)
    near = np.cumsum(world.relatedness**2, axis=1)
    u = streams.uniform(decision, (n, 2 * slots))
    rows = np.arange(n)
    for slot in range(1, slots):
        other = draw_from(near, home, u[:, slot])
        level = np.where(slot < known, 0.15 + 0.35 * u[:, slots + slot], 0.0).astype(np.float32)
        knowledge[rows, other] = np.maximum(knowledge[rows, other], level)
    knowledge[rows, home] = 0.6 + 0.4 * u[:, 0]
    return knowledge


def _rows(*, kind: int, region: Ints, **columns: Floats | Bools | Ints | Singles) -> Organisations:
    n = len(region)
    zeros, none, no = np.zeros(n), np.zeros(n, np.int64), np.zeros(n, bool)
    blank = dict(
        kind=np.full(n, kind),
        sector=np.full(n, BUSINESS),
        region=region,
        demand_shifter=np.ones(n),
        rd=zeros,
        project_rd=zeros,
        rd_stock=zeros,
        absorptive_capacity=zeros,
        learning=zeros,
        institute_learning=zeros,
        novelty=zeros,
        insight=zeros,
        know_how=zeros,
        tie_cost=zeros,
        spillover=zeros,
        innovations=none,
        distress=none,
        shock_variance=np.ones(n),
        grants=none,
        seeking=none,
        served=no,
    )
    return Organisations(**{**blank, **columns})  # type: ignore[arg-type]


def _stacked(firms: Organisations, institutes: Organisations) -> Organisations:
    names = Organisations.__dataclass_fields__
    both = {
        name: np.concatenate([getattr(firms, name), getattr(institutes, name)]) for name in names
    }
    return Organisations(**both)


def _with_rd(
    orgs: Organisations, world: World, streams: Streams, scale: float, stock_years: float
) -> Organisations:
    """Draw firms' R&D and scale it so that each region's total is its business R&D (BERD)."""
    n, firm = len(orgs), orgs.kind == FIRM
    u, noise = streams.uniform("population/rd", n), streams.normal("population/intensity", n)
    norm = rd_norm(orgs, world, scale)[orgs.region]
    drawn = rd_intensity(world, norm, orgs.domain, orgs.size, u, noise)
    drawn = np.where(orgs.innovative, drawn, 0.0)
    target = world.berd / 100 * world.gdp * 1000 * scale
    raw = np.where(orgs.firms, drawn * orgs.value_added, 0.0)
    total = sum_by(orgs.region, world.n_regions, raw)
    factor = np.divide(target, total, out=np.ones_like(target), where=total > 0)[orgs.region]
    scaled = np.minimum(drawn * factor, MOST_INTENSITY)
    intensity = np.where(firm, scaled, orgs.rd_intensity)
    rd = np.where(firm, intensity * orgs.value_added, intensity)
    lost = np.where(firm, stock_years / (1 + CLOSING * stock_years), stock_years)
    return orgs.replace(rd_intensity=intensity, rd=rd, rd_stock=rd * lost)
