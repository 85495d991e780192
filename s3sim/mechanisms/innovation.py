"""Organisations innovate: more R&D, better partners, more skilled regions, sometimes radically."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints, Singles, draw_from
from s3sim.core.parameters import Parametric, param
from s3sim.core.streams import poisson
from s3sim.model.context import YEAR_FRACTION, Environment
from s3sim.model.state import INSTITUTE, Organisations, State

REFERENCE_EFFORT = 2.0
"""R&D effort, person-years a year, at which `rate` holds."""

REFERENCE_SIZE = 50.0
"""Firm size, persons, whose whole production one innovation reaches."""

REFERENCE_WAGE = 70.0
"""Cost of a person-year of public research, kEUR."""


@dataclass(frozen=True)
class Innovation(Parametric):
    """Innovations arrive at a rate; most are small steps, a few are radical and open a new domain.

    rate_i = rate (effort / 2 person-years)^returns (tertiary / mean)^skills
             x (1 + partners C + spillovers Sp + institutes U),
    effort = R&D / productivity + informal x size (what R&D money buys are people, so effort does
    not grow with wages). One innovation reaches (50 / size)^returns of a larger firm;
    radical with p0 + p1 distance + p2 1[institute partner]; small steps are exponential, radical
    ones Pareto; a radical innovation masters a domain near the home domain, near what a partner
    knows and near what the region knows (branching: Boschma, Balland and Kogler 2015).
    """

    name: ClassVar[str] = "innovation"

    rate: float = param(
        0.27,
        0.05,
        1.0,
        "innovations a year at two person-years of R&D",
        unit="1/year",
        source="set so that productivity grows 1.2 % a year",
    )
    returns: float = param(
        0.6,
        0.4,
        0.9,
        "elasticity of innovation to R&D in the firm",
        unit="elasticity",
        source="patents-R&D elasticities of firms, 0.4-0.9",
        mark="recalled",
    )
    skills: float = param(
        0.3, 0.0, 1.0, "elasticity to the region's tertiary share", unit="elasticity"
    )
    informal: float = param(
        0.01, 0.002, 0.03, "informal innovation effort", unit="share of working time"
    )
    partners: float = param(
        1.0,
        0.0,
        3.0,
        "gain from partners",
        unit="1/V",
        source="fitted to Cai and Szeidl: +8 % revenue a year after brokered meetings",
    )
    spillovers: float = param(0.3, 0.0, 1.0, "gain from spillovers")
    institutes: float = param(0.5, 0.0, 2.0, "extra gain from institutes", unit="1/V")
    radical: float = param(0.05, 0.01, 0.10, "radical share without partners", unit="share")
    radical_distance: float = param(
        0.25,
        0.0,
        0.6,
        "radical share by cognitive distance",
        unit="share",
        source="sign: Belderbos et al. 2004; Nooteboom et al. 2007",
    )
    radical_institute: float = param(
        0.05,
        0.0,
        0.15,
        "radical share added by an institute partner",
        unit="share",
        source="sign: Belderbos et al. 2004",
    )
    step: float = param(0.010, 0.003, 0.030, "mean small step of productivity", unit="log points")
    tail: float = param(
        1.6,
        1.2,
        3.0,
        "tail index of radical steps",
        source="between returns (0.7) and citations (3-5): Silverberg and Verspagen 2007",
    )
    smallest_radical: float = param(0.05, 0.02, 0.10, "smallest radical step", unit="log points")
    largest_radical: float = param(1.0, 0.3, 1.5, "largest radical step", unit="log points")
    unrelated: float = param(
        0.02,
        0.001,
        0.1,
        "incidental entry into unrelated domains",
        source="must be positive: Vermeulen and Pyka 2018",
    )
    new_mastery: float = param(0.30, 0.1, 0.5, "mastery of a domain that is entered")
    move: float = param(
        0.30,
        0.0,
        1.0,
        "radical innovators of up to 50 persons that make the new domain their home",
        unit="share",
    )
    doing: float = param(0.10, 0.02, 0.3, "learning by doing in the home domain", unit="1/year")
    forgetting: float = param(0.05, 0.01, 0.15, "forgetting in other domains", unit="1/year")

    def __call__(self, state: State, env: Environment) -> State:
        """Return the state after innovations of the quarter."""
        people = state.organisations
        rate = np.where(people.active & people.innovative, self.expected(people, env), 0.0)
        number = poisson(rate * YEAR_FRACTION, env.dice.uniform("innovation/number", len(people)))
        chance = self.radical + self.radical_distance * people.novelty
        chance = np.clip(
            chance + self.radical_institute * (people.institute_learning > 0), 0.0, 0.5
        )
        u = env.dice.uniform("innovation/steps", (len(people), 3))
        radical = (number > 0) & (u[:, 0] < 1 - (1 - chance) ** number)
        # The mean of n exponential steps keeps the expectation; one draw a row keeps the luck.
        small = -self.step * np.log1p(-u[:, 1]) * np.maximum(number - radical, 0)
        large = np.where(radical, self.radical_step(u[:, 2]), 0.0)
        firm = people.kind != INSTITUTE
        reach = self._reach(people.size)
        grown = people.productivity * np.exp(np.where(firm, reach * (small + large), 0.0))
        people = people.replace(
            innovations=number, productivity=grown, knowledge=self._used(people)
        )
        return state.replace(organisations=self._branched(people, radical, state, env))

    def expected(self, people: Organisations, env: Environment) -> Floats:
        """Return innovations expected a year, shape [N]."""
        money = (people.rd + people.project_rd) * (1 - people.tie_cost)
        # Institutes have no productivity of their own: a researcher costs what firms' staff earn.
        wage = np.where(people.productivity > 0, people.productivity, REFERENCE_WAGE)
        effort = money / wage + self.informal * people.size
        tertiary = env.world.tertiary
        skills = (tertiary / max(float(tertiary.mean()), 1e-9))[people.region] ** self.skills
        gain = (
            1
            + self.partners * people.learning
            + self.spillovers * people.spillover
            + self.institutes * people.institute_learning
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

    def _used(self, people: Organisations) -> Singles:
        """Practise the home domain, forget others."""
        rows = np.arange(len(people))
        practises = people.active & (people.kind != INSTITUTE)
        kept = np.where(practises, (1 - self.forgetting) ** YEAR_FRACTION, 1.0).astype(np.float32)
        knowledge: Singles = people.knowledge * kept[:, None]
        home = people.knowledge[rows, people.domain]
        gain = np.float32(self.doing * YEAR_FRACTION) * (1 - home)
        knowledge[rows, people.domain] = np.where(practises, home + gain, home)
        return knowledge

    def _branched(
        self,
        people: Organisations,
        radical: Bools,
        state: State,
        env: Environment,
    ) -> Organisations:
        """Let radical innovators master a new domain."""
        row = np.flatnonzero(radical & (people.kind != INSTITUTE))
        if not len(row):
            return people
        u = env.dice.uniform("innovation/branching", (len(people), 2))[row]
        partner = _latest_partner(state, len(people))[row]
        home = people.domain[row]
        shown = np.where((partner >= 0)[:, None], people.knowledge[np.maximum(partner, 0)], 0.0)
        around = _regional_mastery(people, env)[people.region[row]]
        near = self.unrelated + shown + people.absorptive_capacity[row, None] * around
        weight = env.space.relatedness_power[home] * near
        weight[np.arange(len(row)), home] = 0.0
        new = draw_from(np.cumsum(weight, axis=1), np.arange(len(row)), u[:, 0])
        # `_used` has just made this table: it is nobody else's.
        knowledge, domain = people.knowledge, people.domain.copy()
        known = new >= 0
        knowledge[row[known], new[known]] = np.maximum(
            knowledge[row[known], new[known]], self.new_mastery
        )
        # What an innovation reaches of a firm it can also move: large firms branch, they do not leave.
        moves = known & (u[:, 1] < self.move * self._reach(people.size[row]))
        domain[row[moves]] = new[moves]
        appeal = _kept_customers(people, row[moves], domain, state, env)
        return people.replace(knowledge=knowledge, domain=domain, appeal=appeal)


def _kept_customers(
    people: Organisations, row: Ints, domain: Ints, state: State, env: Environment
) -> Floats:
    """Return appeal such that firms which change their market take their sales along."""
    price, first = state.markets.price, env.world.country[people.region] * env.world.n_domains
    before, after = price[first[row] + people.domain[row]], price[first[row] + domain[row]]
    appeal = people.appeal.copy()
    appeal[row] *= (before / np.maximum(after, 1e-300)) ** (1 / (state.substitution - 1))
    return appeal


def _latest_partner(state: State, n: int) -> Ints:
    """Return the partner of each organisation's newest tie, or -1."""
    ties = state.ties.where(~state.ties.pending)
    partner = np.full(n, -1)
    # Rows stand in order of formation, and the last assignment stays.
    who = np.stack([ties.source, ties.partner], axis=1).ravel()
    partner[who] = np.stack([ties.partner, ties.source], axis=1).ravel()
    return partner


def _regional_mastery(people: Organisations, env: Environment) -> Floats:
    """Return mean mastery of each domain among a region's innovative organisations, [R, D]."""
    table = np.zeros((env.world.n_regions, env.world.n_domains))
    row = np.flatnonzero(people.active & people.innovative)
    order = row[np.argsort(people.region[row], kind="stable")]
    count = np.bincount(people.region[order], minlength=len(table))
    first = np.cumsum(count) - count
    for region in np.flatnonzero(count):
        members = order[first[region] : first[region] + count[region]]
        table[region] = people.knowledge[members].mean(axis=0, dtype=np.float64)
    return table
