"""Firms leave, and latent founders enter where related knowledge is."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints, draw_from, sum_by
from s3sim.core.parameters import Parametric, param
from s3sim.model.context import YEAR_FRACTION, Environment
from s3sim.model.matching import Directory, employment_table
from s3sim.model.state import FIRM, INSTITUTE, Organisations, State
from s3sim.world.specialisation import location_quotient, relatedness_density

EU_BIRTH_RATE = 0.098
"""Enterprise births over enterprises, EU 2016 (Eurostat business demography)."""

SMALLEST = 10.0
"""Size, persons, at which the survival statistics hold: the model's firms are those of 10+."""


@dataclass(frozen=True)
class Demography(Parametric):
    """Exit by age, size and insolvency; entry by relatedness density; entrants copy a parent.

    hazard = (h_inf + (h_0 - h_inf) exp(-age / fading)) (size / 10)^-size_effect, a year;
    h_0, h_inf and fading meet one-year and five-year survival and the turnover of firms
    (Eurostat) together. Countries with more births have proportionally more exits.
    """

    name: ClassVar[str] = "demography"

    first_hazard: float = param(
        0.23,
        0.18,
        0.28,
        "exit hazard of the new-born",
        unit="1/year",
        source="solves survival 0.81 and 0.44 and turnover 9 % (Eurostat)",
        mark="reported",
    )
    last_hazard: float = param(
        0.04,
        0.03,
        0.05,
        "exit hazard of the old",
        unit="1/year",
        source="solves survival 0.81 and 0.44 and turnover 9 % (Eurostat)",
        mark="reported",
    )
    fading: float = param(
        5.25,
        4.2,
        6.3,
        "age over which the hazard falls by e",
        unit="years",
        source="solves survival 0.81 and 0.44 and turnover 9 % (Eurostat)",
        mark="reported",
    )
    size_effect: float = param(
        0.20, 0.0, 0.3, "how fast the hazard falls with size above ten persons", unit="elasticity"
    )
    patience: int = param(4, 1, 12, "quarters with negative cash until insolvency", unit="quarters")
    entry_rate: float = param(
        0.075,
        0.03,
        0.15,
        "entrants over firms of the start, at the EU birth rate",
        unit="1/year",
        source="balances exits",
    )
    density: float = param(
        1.0,
        0.3,
        2.0,
        "elasticity of entry to relatedness density",
        unit="elasticity",
        source="direction: +30 % entry for +10 % density (Boschma, Balland and Kogler 2015; the model gives +12 %)",
    )
    unrelated: float = param(
        0.10, 0.01, 0.3, "entry without any related activity, as density", unit="share"
    )
    entrant_size: float = param(
        5.0, 1.0, 10.0, "smallest entrant; the mean is twice that", unit="persons"
    )
    spin_off: float = param(
        0.02, 0.0, 0.1, "spin-offs of a partner place of an institute", unit="1/year"
    )
    mutation: float = param(
        0.20,
        0.0,
        0.5,
        "spread of an entrant's log productivity around its parent's",
        unit="log points",
    )

    def __call__(self, state: State, env: Environment) -> State:
        """Return the state after exits and entries of the quarter."""
        people, n = state.organisations, env.world.n_regions
        leaves = self._leaves(people, env)
        enters = self._enters(people, state, env)
        left = people.replace(
            active=people.active & ~leaves,
            age=np.where(people.active, people.age + YEAR_FRACTION, people.age),
            distress=np.where(people.firms, np.where(people.cash < 0, people.distress + 1, 0), 0),
        )
        born = self._born(left, np.flatnonzero(enters), state, env)
        gone = leaves & (people.age > env.quarter * YEAR_FRACTION)
        regions = state.regions.replace(
            exits=sum_by(people.region, n, leaves).astype(np.int64),
            entries=sum_by(people.region, n, enters).astype(np.int64),
            tracked=state.regions.tracked - sum_by(people.region, n, gone),
        )
        ties = state.ties.where(~leaves[state.ties.source] & ~leaves[state.ties.partner])
        return state.replace(organisations=_quiet(born, leaves), ties=ties, regions=regions)

    def hazard(self, age: Floats, size: Floats) -> Floats:
        """Return the yearly exit hazard at the EU's turnover of firms."""
        young = (self.first_hazard - self.last_hazard) * np.exp(-age / self.fading)
        return (self.last_hazard + young) * (
            np.maximum(size, SMALLEST) / SMALLEST
        ) ** -self.size_effect

    def _churn(self, env: Environment) -> Floats:
        return np.clip(env.world.birth_rate / EU_BIRTH_RATE, 0.5, 2.5)

    def _leaves(self, people: Organisations, env: Environment) -> Bools:
        yearly = self.hazard(people.age, people.size) * self._churn(env)[people.region]
        quarterly = 1 - np.exp(-yearly * YEAR_FRACTION)
        unlucky = env.dice.uniform("demography/exit", len(people)) < quarterly
        broke = (people.cash < 0) & (people.distress + 1 >= self.patience)
        leaves: Bools = people.firms & (unlucky | broke)
        return leaves

    def _enters(self, people: Organisations, state: State, env: Environment) -> Bools:
        """Return which latent founders enter; each region's expected number is what counts."""
        n = env.world.n_regions
        dormant = ~people.active & (people.kind == FIRM)
        start = env.world.firms.sum(axis=1) * env.scale
        institutes = people.active & (people.kind == INSTITUTE)
        places = sum_by(people.region, n, np.where(institutes, env.agreement.capacity(people), 0))
        expected = YEAR_FRACTION * (
            self.entry_rate * self._churn(env) * start + self.spin_off * places
        )
        chance = np.minimum(1.0, expected / np.maximum(sum_by(people.region, n, dormant), 1.0))
        return dormant & (env.dice.uniform("demography/entry", len(people)) < chance[people.region])

    def _born(
        self, people: Organisations, row: Ints, state: State, env: Environment
    ) -> Organisations:
        """Fill the rows of entrants: domain by density, the rest from a parent with mutation."""
        if not len(row):
            return people
        world, total = env.world, len(people)
        table = employment_table(people, world)
        specialised = (location_quotient(table) > 1).astype(np.float64)
        density = relatedness_density(specialised, world.relatedness) / 100
        pull = (table + 1e-6) * (density + self.unrelated) ** self.density
        # Pair numbers belong to a row and a slot, as a table drawn for all rows would.
        slots = [env.dice.pair("demography/entrant", row, np.full(len(row), k)) for k in range(8)]
        u = np.stack(slots, axis=1)
        region = people.region[row]
        domain = draw_from(np.cumsum(pull, axis=1), region, u[:, 0])
        parent = self._parents(people, region, domain, u, env)
        noise = env.dice.normal("demography/mutation", total)[row]
        size = self.entrant_size * (1 - np.log1p(-u[:, 4]))
        spread = self.mutation
        productivity = people.productivity[parent] * np.exp(spread * noise - spread**2 / 2)
        market = world.country[region] * world.n_domains + domain
        strength = productivity * size / np.maximum(state.markets.price[market], 1e-300)
        changes = dict(
            active=True, domain=domain, size=size, productivity=productivity,
            appeal=strength ** (1 / (state.substitution - 1)) / productivity,
            sales=productivity * size, cash=0.25 * productivity * size,
            rd_intensity=people.rd_intensity[parent], rd=0.0, project_rd=0.0, rd_stock=0.0,
            innovative=u[:, 5] < world.innovative[region],
            openness=np.where(u[:, 6] < world.cooperating[region], 1.0, env.closed_openness),
            knowledge=people.knowledge[parent] * (0.7 + 0.3 * u[:, 7:8]).astype(np.float32),
            age=0.0, distress=0, grants=0, seeking=0, served=False, innovations=0,
        )  # fmt: skip
        return people.replace(
            **{name: _with(getattr(people, name), row, value) for name, value in changes.items()}
        )

    def _parents(
        self, people: Organisations, region: Ints, domain: Ints, u: Floats, env: Environment
    ) -> Ints:
        """Return an incumbent of the region, of the domain if there is one."""
        directory = Directory.of(
            people, env.world, env.space, np.ones_like(env.gravity), env.outward
        )
        here = np.arange(env.world.n_regions)[None, :] == region[:, None]
        found = directory.firms(region, domain, here, u[:, 1:4])
        any_firm = np.flatnonzero(people.kind == FIRM)
        first = any_firm[np.searchsorted(people.region[any_firm], region)]
        return np.where(found >= 0, found, first)


def _with(
    column: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]", row: Ints, value: object
) -> "np.ndarray[tuple[int, ...], np.dtype[np.generic]]":
    new = column.copy()
    new[row] = value  # type: ignore[assignment]
    return new


def _quiet(people: Organisations, leaves: Bools) -> Organisations:
    """Silence rows that left: they do nothing until a founder takes them up."""
    idle = {
        name: np.where(leaves, 0, getattr(people, name))
        for name in (
            "sales",
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
        )
    }
    return people.replace(**idle)
