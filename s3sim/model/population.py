"""The first quarter: firms, institutes, ties and markets drawn from the figures of a world."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints, Singles, as_index, draw_from, sum_by
from s3sim.core.parameters import ParameterGroup, param
from s3sim.core.streams import Streams
from s3sim.model.context import Context
from s3sim.model.partner_search import PartnerSearch
from s3sim.model.state import BUSINESS, FIRM, INSTITUTE, UNIVERSITY, Organisations
from s3sim.world import World

FLOORS = np.array([10.0, 50.0, 250.0])
CEILINGS = np.array([50.0, 250.0, np.inf])
RD_SHARE_OF_INNOVATORS = np.array([0.22, 0.50, 0.80])
"""Own R&D among innovative firms by size class: 0.10, 0.30, 0.60 of all firms (assumed) over the
innovative shares 44.5, 60.1, 74.1 % by size (Eurostat, CIS 2020)."""
SIZE_GRADIENT = np.array([44.5, 60.1, 74.1])
RELATIVE_INTENSITY = np.array([0.04, 0.03, 0.035])
KNOWN_DOMAINS = np.array([2, 4, 8])
INSTITUTE_DOMAINS = 6
FOUNDERS_BASE = 4


@dataclass(frozen=True)
class Population(ParameterGroup, name="population"):
    """How the first firms are drawn where statistics give only totals."""

    # fmt: off
    productivity_spread: float = param(0.35, 0.1, 0.7,
        "standard deviation of log productivity between firms of a region", unit="log points")
    size_premium: float = param(0.05, 0.0, 0.15, "elasticity of productivity to size",
        unit="elasticity")
    value_added_share: float = param(0.90, 0.85, 0.93, unit="share", evidence="recalled",
        meaning="value added over GDP (rest: net taxes on products)", source="national accounts")
    closed_propensity: float = param(0.02, 0.0, 0.3,
        "propensity of firms to cooperate, without a habit of cooperating", unit="share")
    science_habit: float = param(0.4, 0.1, 0.8, "firms that prefer institutes as partners",
        unit="share", source="CIS4", evidence="reported")
    founders: float = param(0.35, 0.1, 1.0, "latent founders for each firm", unit="share")
    mean_age: float = param(12.0, 5.0, 25.0, "mean age of firms at the start", unit="years")
    institute_spread: float = param(2.0, 0.5, 2.5, unit="log points",
        meaning="standard deviation of log size between institutes of a sector and region")
    rd_stock_years: float = param(5.9, 3.0, 10.0, source="perpetual inventory, 1 / (0.15 + 0.02)",
        meaning="R&D stock over yearly R&D at the start: 1 / (depreciation + growth)", unit="years")
    # fmt: on

    def organisations(self, context: Context) -> Organisations:
        """Return all rows of a run: firms, latent founders and institutes."""
        world, streams = (
            context.world,
            Streams(context.streams.seed, context.streams.replication, -1),
        )
        started = np.maximum(2, np.rint(world.firms.sum(axis=1) * context.scale)).astype(np.int64)
        rows = started + np.ceil(self.founders * started).astype(np.int64) + FOUNDERS_BASE
        offices = np.maximum(1, np.rint(world.institutes * context.scale)).astype(np.int64)
        each = as_index(rows)
        region = np.repeat(np.arange(world.n_regions), each)
        place = np.arange(len(region)) - np.repeat(np.cumsum(rows) - rows, each)
        firms = self._firms(world, context.partners, streams, region, place < started[region])
        institutes = self._institutes(
            world, streams, np.repeat(np.arange(world.n_regions), as_index(offices)), context.scale
        )
        return _scaled_to_berd(
            _stacked(firms, institutes), world, context.scale, self.rd_stock_years
        )

    def _firms(
        self,
        world: World,
        partners: PartnerSearch,
        streams: Streams,
        region: Ints,
        active: Bools,
    ) -> Organisations:
        n = len(region)
        share = np.cumsum(world.firms, axis=1)
        size_class = draw_from(share, region, streams.uniform("population/size class", n))
        size = sizes(
            size_class, world.mean_size[region, size_class], streams.uniform("population/size", n)
        )
        domain = draw_from(
            np.cumsum(world.domain_share, axis=1), region, streams.uniform("population/domain", n)
        )
        mean = regional_productivity(world, self.value_added_share)[region]
        noise = streams.normal("population/productivity", n)
        spread = self.productivity_spread
        productivity = (
            mean * (size / 50) ** self.size_premium * np.exp(spread * noise - spread**2 / 2)
        )
        innovative = (
            streams.uniform("population/innovative", n)
            < innovative_share(world)[region, size_class]
        )
        habit = streams.uniform("population/openness", n) < partners.habit[region]
        outward = streams.uniform("population/outward", n) < partners.habit_abroad[region]
        prefers_science = streams.uniform("population/science", n) < self.science_habit
        does_rd = streams.uniform("population/rd", n) < RD_SHARE_OF_INNOVATORS[size_class]
        intensity = RELATIVE_INTENSITY[size_class] * np.exp(
            0.5 * streams.normal("population/intensity", n)
        )
        known = KNOWN_DOMAINS[size_class]
        knowledge = _mastery(world, streams, "population/firm knowledge", domain, known)
        return _rows(
            kind=FIRM,
            region=region,
            domain=domain,
            active=active,
            size=size,
            productivity=productivity,
            value_added=np.where(active, productivity * size, 0.0),
            cash=0.25 * productivity * size,
            rd_intensity=np.where(innovative & does_rd, intensity, 0.0),
            innovative=innovative,
            cooperation_propensity=np.where(habit, 1.0, self.closed_propensity),
            abroad_habit=outward,
            science_habit=prefers_science,
            knowledge=knowledge,
            age=self.mean_age * streams.exponential("population/age", n),
        )

    def _institutes(
        self, world: World, streams: Streams, region: Ints, scale: float
    ) -> Organisations:
        n = len(region)
        sector, part = public_research(world, streams, region, self.institute_spread)
        money = world.public_rd / 100 * world.gdp * 1000 * scale
        weight = world.domain_share * (0.1 + world.knowledge_intensity)
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


def innovative_share(world: World) -> Floats:
    """Return the innovation-active share by region and size class, shape [R, 3].

    The size gradient of CIS 2020 (44.5, 60.1, 74.1 %) scaled to the region's overall share.
    """
    shares = world.firms / world.firms.sum(axis=1, keepdims=True)
    level = world.innovative / (shares @ SIZE_GRADIENT)
    return np.clip(level[:, None] * SIZE_GRADIENT, 0.0, 0.98)


def sizes(size_class: Ints, mean: Floats, u: Floats) -> Floats:
    """Return persons employed, by inverse transform within each size class, shape [N].

    Small and medium: floor + width u^k with k set by the class mean. Large: Pareto of the class
    mean, cut at the 99.5 % quantile (Axtell 2001: the upper tail of firm sizes is a power law).
    """
    floor, ceiling = FLOORS[size_class], CEILINGS[size_class]
    width = np.where(np.isinf(ceiling), 1.0, ceiling - floor)
    within = np.clip(mean, floor * 1.05, floor + 0.95 * width)
    power = width / (within - floor) - 1
    bounded = floor + width * u**power
    tail = np.maximum(mean, 1.1 * floor) / (np.maximum(mean, 1.1 * floor) - floor)
    pareto = floor * (1 - np.minimum(u, 0.995)) ** (-1 / tail)
    return np.where(np.isinf(ceiling), pareto, bounded)


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
    knowledge[rows, home] = 0.5 + 0.4 * u[:, 0]
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


def _scaled_to_berd(
    orgs: Organisations, world: World, scale: float, stock_years: float
) -> Organisations:
    """Scale firms' R&D so that each region's total is its business R&D (BERD)."""
    firm = orgs.kind == FIRM
    raw = np.where(orgs.firms, orgs.rd_intensity * orgs.value_added, 0.0)
    target = world.berd / 100 * world.gdp * 1000 * scale
    total = sum_by(orgs.region, world.n_regions, raw)
    factor = np.divide(target, total, out=np.ones_like(target), where=total > 0)[orgs.region]
    intensity = np.where(firm, np.minimum(orgs.rd_intensity * factor, 0.6), orgs.rd_intensity)
    rd = np.where(firm, intensity * orgs.value_added, intensity)
    return orgs.replace(rd_intensity=intensity, rd=rd, rd_stock=rd * stock_years)
