"""Organisations innovate: more R&D, better partners, more skilled regions, sometimes radically."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Floats, Ints, Singles, count_by, draw_own
from s3sim.core.constants import FLOOR, TINY
from s3sim.core.parameters import ParameterGroup, param
from s3sim.core.streams import poisson
from s3sim.model.context import YEAR_FRACTION, Context
from s3sim.model.state import INSTITUTE, Organisations, State

REFERENCE_EFFORT = 2.0
"""R&D effort, person-years a year, at which `rate` holds."""

REFERENCE_SIZE = 50.0
"""Firm size, persons, whose whole production one innovation reaches."""

REFERENCE_WAGE = 70.0
"""Cost of a person-year of public research, kEUR."""

MOST_RADICAL = 0.5
"""Largest chance that an innovation is radical, whatever the partners."""

DRAWS = 3
"""Uniforms that an organisation takes: radical or not, small step, radical step."""


@dataclass(frozen=True)
class Innovation(ParameterGroup, name="innovation"):
    """Innovations arrive at a rate; most are small steps, a few are radical and open a new domain.

    rate_i = rate (effort / 2 person-years)^returns (tertiary / mean)^skills
             x (1 + partners C + spillovers Sp + institutes U),
    effort = R&D / productivity + informal x size (what R&D money buys are people, so effort does
    not grow with wages). One innovation reaches (50 / size)^returns of a larger firm;
    radical with p0 + p1 distance + p2 1[institute partner]; small steps are exponential, radical
    ones Pareto; a radical innovation masters a domain near the home domain, near what a partner
    knows and near what the region knows (branching: Boschma, Balland and Kogler 2015).
    """

    # fmt: off
    rate: float = param(0.24, 0.05, 1.0, "innovations a year at two person-years of R&D",
        unit="1/year", source="set so that productivity grows 1.2 % a year")
    returns: float = param(0.6, 0.4, 0.9, "elasticity of innovation to R&D in the firm",
        unit="elasticity",
        source="innovation: returns", evidence="recalled")
    skills: float = param(0.3, 0.0, 1.0, "elasticity to the region's tertiary share",
        unit="elasticity",
        source="innovation: skills")
    informal: float = param(0.02, 0.005, 0.04, "innovation effort other than R&D",
        unit="share of working time", source="innovation outlay", evidence="recalled")
    partners: float = param(1.0, 0.0, 3.0, "gain from partners", unit="1/V",
        source="no study separates it: most of the return is `ties.know_how`")
    spillovers: float = param(0.3, 0.0, 1.0, "gain from spillovers",
        source="innovation: spillovers")
    institutes: float = param(0.5, 0.0, 2.0, "extra gain from institutes", unit="1/V",
        source="direction: effects of Fraunhofer projects rise with repeated contact (Comin et al. 2018)")
    radical: float = param(0.05, 0.01, 0.10, "radical share without partners", unit="share",
        source="innovation: radical", evidence="recalled")
    radical_distance: float = param(0.25, 0.0, 0.6, "radical share by cognitive distance",
        unit="share", source="sign: Belderbos et al. 2004; Nooteboom et al. 2007")
    radical_institute: float = param(0.05, 0.0, 0.15, "radical share added by an institute partner",
        unit="share", source="sign: Belderbos et al. 2004")
    step: float = param(0.010, 0.003, 0.030, "mean small step of productivity", unit="log points",
        source="innovation: step")
    tail: float = param(1.6, 1.2, 3.0, "tail index of radical steps",
        source="innovation: tail", evidence="reported")
    smallest_radical: float = param(0.05, 0.02, 0.10, "smallest radical step", unit="log points",
        source="innovation: smallest radical")
    largest_radical: float = param(1.0, 0.3, 1.5, "largest radical step", unit="log points",
        source="innovation: largest radical")
    unrelated: float = param(0.02, 0.001, 0.1, "incidental entry into unrelated domains",
        source="innovation: unrelated")
    new_mastery: float = param(0.30, 0.1, 0.5, "mastery of a domain that is entered",
        source="innovation: new mastery")
    move: float = param(0.30, 0.0, 1.0,
        "radical innovators of up to 50 persons that make the new domain their home", unit="share",
        source="innovation: move")
    doing: float = param(0.10, 0.02, 0.3, "learning by doing in the home domain", unit="1/year",
        source="innovation: doing")
    forgetting: float = param(0.15, 0.01, 0.30, "forgetting in other domains", unit="1/year",
        source="innovation: forgetting")
    # fmt: on

    def __call__(self, state: State, context: Context) -> State:
        """Return the state after innovations of the quarter."""
        orgs = state.organisations
        able = np.flatnonzero(orgs.active & orgs.innovative)
        rate = self.expected(orgs, context, state.wage_level)[able]
        luck = context.streams.uniform("innovation/number", len(orgs), able)
        number = np.zeros(len(orgs), np.int64)
        number[able] = poisson(rate * YEAR_FRACTION, luck)
        row = np.flatnonzero(number)
        some = number[row]
        chance = self.radical + self.radical_distance * orgs.novelty[row]
        chance += self.radical_institute * (orgs.institute_learning[row] > 0)
        chance = np.clip(chance, 0.0, MOST_RADICAL)
        u = context.streams.uniform("innovation/steps", (len(orgs), DRAWS), row)
        radical = u[:, 0] < 1 - (1 - chance) ** some
        # The mean of n exponential steps keeps the expectation; one draw a row keeps the luck.
        small = -self.step * np.log1p(-u[:, 1]) * (some - radical)
        large = np.where(radical, self.radical_step(u[:, 2]), 0.0)
        firm = orgs.kind[row] != INSTITUTE
        step = np.where(firm, self._reach(orgs.size[row]) * (small + large), 0.0)
        grown = orgs.productivity.copy()
        grown[row] *= np.exp(step)
        orgs = orgs.replace(innovations=number, productivity=grown, knowledge=self._used(orgs))
        return state.replace(
            organisations=self._branched(orgs, row[radical & firm], state, context)
        )

    def expected(self, orgs: Organisations, context: Context, level: float = 1.0) -> Floats:
        """Return innovations expected a year, shape [N]."""
        money = (orgs.rd + orgs.project_rd) * (1 - orgs.tie_cost)
        # Institutes have no productivity of their own: a researcher costs what firms' staff earn.
        wage = np.where(orgs.productivity > 0, orgs.productivity, REFERENCE_WAGE * level)
        effort = money / wage + self.informal * orgs.size
        tertiary = context.world.tertiary
        skills = (tertiary / max(float(tertiary.mean()), TINY))[orgs.region] ** self.skills
        gain = (
            1
            + self.partners * orgs.learning
            + self.spillovers * orgs.spillover
            + self.institutes * orgs.institute_learning
        )
        rate: Floats = (
            self.rate * (np.maximum(effort, 0.0) / REFERENCE_EFFORT) ** self.returns * skills * gain
        )
        return rate

    def _reach(self, size: Floats) -> Floats:
        """Return the share of a firm that one innovation reaches: (50 / size)^returns, at most 1."""
        return (REFERENCE_SIZE / np.maximum(size, REFERENCE_SIZE)) ** self.returns

    def radical_step(self, u: Floats) -> Floats:
        """Return radical steps, log points: Pareto cut at both ends, by inverse transform."""
        low, high, a = self.smallest_radical, self.largest_radical, self.tail
        below = 1 - (low / high) ** a
        return low * (1 - u * below) ** (-1 / a)

    def _used(self, orgs: Organisations) -> Singles:
        """Practise the home domain, forget others."""
        rows = np.arange(len(orgs))
        practises = orgs.active & (orgs.kind != INSTITUTE)
        kept = np.where(orgs.active, (1 - self.forgetting) ** YEAR_FRACTION, 1.0).astype(np.float32)
        knowledge: Singles = orgs.knowledge * kept[:, None]
        home = orgs.knowledge[rows, orgs.domain]
        gain = np.float32(self.doing * YEAR_FRACTION) * (1 - home)
        knowledge[rows, orgs.domain] = np.where(practises, home + gain, home)
        return knowledge

    def _branched(
        self, orgs: Organisations, row: Ints, state: State, context: Context
    ) -> Organisations:
        """Let the radical innovators of `row` master a new domain."""
        if not len(row):
            return orgs
        u = context.streams.uniform("innovation/branching", (len(orgs), 2), row)
        partner = _latest_partner(state, len(orgs))[row]
        home = orgs.domain[row]
        shown = np.where((partner >= 0)[:, None], orgs.knowledge[np.maximum(partner, 0)], 0.0)
        around = _regional_mastery(orgs, orgs.region[row], context)[orgs.region[row]]
        near = self.unrelated + shown + orgs.absorptive_capacity[row, None] * around
        weight = context.space.relatedness_power[home] * near
        weight[np.arange(len(row)), home] = 0.0
        new = draw_own(np.cumsum(weight, axis=1), u[:, 0])
        # `_used` has just made this table: it is nobody else's.
        knowledge, domain = orgs.knowledge, orgs.domain.copy()
        known = new >= 0
        knowledge[row[known], new[known]] = np.maximum(
            knowledge[row[known], new[known]], self.new_mastery
        )
        # What an innovation reaches of a firm it can also move: large firms branch, they do not leave.
        moves = known & (u[:, 1] < self.move * self._reach(orgs.size[row]))
        domain[row[moves]] = new[moves]
        demand_shifter = _kept_customers(orgs, row[moves], domain, state, context)
        return orgs.replace(knowledge=knowledge, domain=domain, demand_shifter=demand_shifter)


def _kept_customers(
    orgs: Organisations, row: Ints, domain: Ints, state: State, context: Context
) -> Floats:
    """Return demand shifters with which firms that change their market keep their value added."""
    price, first = state.markets.price, context.world.country[orgs.region] * context.world.n_domains
    before, after = price[first[row] + orgs.domain[row]], price[first[row] + domain[row]]
    demand_shifter = orgs.demand_shifter.copy()
    demand_shifter[row] *= (before / np.maximum(after, FLOOR)) ** (1 / (state.substitution - 1))
    return demand_shifter


def _latest_partner(state: State, n: int) -> Ints:
    """Return the partner of each organisation's newest tie, or -1."""
    ties = state.ties.where(~state.ties.pending)
    partner = np.full(n, -1)
    # Rows stand in order of formation, and the last assignment stays.
    who = np.stack([ties.source, ties.partner], axis=1).ravel()
    partner[who] = np.stack([ties.partner, ties.source], axis=1).ravel()
    return partner


def _regional_mastery(orgs: Organisations, regions: Ints, context: Context) -> Floats:
    """Return mean mastery of each domain among innovative organisations of `regions`, [R, D].

    Rows of regions that nobody asked for are zero.
    """
    table = np.zeros((context.world.n_regions, context.world.n_domains))
    wanted = np.zeros(len(table), bool)
    wanted[regions] = True
    row = np.flatnonzero(orgs.active & orgs.innovative & wanted[orgs.region])
    order = row[np.argsort(orgs.region[row], kind="stable")]
    count = count_by(orgs.region[order], len(table))
    some = np.flatnonzero(count)
    first = (np.cumsum(count) - count)[some]
    if len(some):
        known = orgs.knowledge[order].astype(np.float64)
        table[some] = np.add.reduceat(known, first, axis=0) / count[some, None]
    return table
