"""The search for partners: what is computed once a run, and once a quarter, for all who look."""

from dataclasses import dataclass, field

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints, draw_from
from s3sim.core.memo import Memo
from s3sim.core.record import Record
from s3sim.model.matching import AT_HOME, Matching, PartnerIndex
from s3sim.model.partner_choice import PartnerChoice
from s3sim.model.proximity import Space
from s3sim.model.state import Organisations
from s3sim.world import World


@dataclass(frozen=True, kw_only=True)
class PartnerSearch(Record):
    """Who can be met where, and who has room for a partner.

    Parameters
    ----------
    choice : PartnerChoice
        How those who meet decide.
    gravity : array [R, R]
        Pull between regions before masses (`Matching.gravity`).
    habit, habit_abroad : array [R]
        Share of innovative firms with a habit of cooperating; share of these that want a partner
        abroad (`Matching.habits`).
    closed_propensity : float
        Propensity of firms to cooperate, without a habit of cooperating.
    related : array [D, D]
        Relatedness to the power of the branching elasticity.
    """

    choice: PartnerChoice
    gravity: Floats
    habit: Floats
    habit_abroad: Floats
    closed_propensity: float
    related: Floats
    _memo: Memo = field(default_factory=Memo, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        world: World,
        space: Space,
        matching: Matching,
        choice: PartnerChoice,
        closed_propensity: float,
    ) -> "PartnerSearch":
        """Return the search of a run."""
        habit, habit_abroad = matching.habits(world)
        return cls(
            choice=choice,
            gravity=matching.gravity(world, space),
            habit=habit,
            habit_abroad=habit_abroad,
            closed_propensity=closed_propensity,
            related=space.relatedness_power,
        )

    def for_quarter(self) -> "PartnerSearch":
        """Return this search with nothing remembered."""
        return self.replace(_memo=Memo())

    def index(self, orgs: Organisations) -> PartnerIndex:
        """Return all innovative active organisations by region and domain."""
        columns = (orgs.kind, orgs.region, orgs.domain, orgs.active, orgs.innovative, orgs.size)
        return self._memo.of(
            "index", columns, lambda: self._listed(orgs, orgs.firms & orgs.innovative)
        )

    def open_to(self, orgs: Organisations, *, abroad: bool) -> PartnerIndex:
        """Return those known to cooperate, at home or across borders, by region and domain."""
        habits = (orgs.cooperation_propensity, orgs.abroad_habit)
        columns = (
            orgs.kind,
            orgs.region,
            orgs.domain,
            orgs.active,
            orgs.innovative,
            orgs.size,
            *habits,
        )

        def listed() -> PartnerIndex:
            known = orgs.firms & orgs.innovative & (orgs.cooperation_propensity == 1.0)
            return self._listed(orgs, known & orgs.abroad_habit if abroad else known)

        return self._memo.of("open abroad" if abroad else "open", columns, listed)

    def _listed(self, orgs: Organisations, who: Bools) -> PartnerIndex:
        return PartnerIndex.of(orgs, who, len(self.gravity), self.related)

    def capacity(self, orgs: Organisations) -> Ints:
        """Return how many partners each organisation can attend to, shape [N]."""
        return self._memo.of("capacity", (orgs.kind, orgs.size), lambda: self.choice.capacity(orgs))

    def meet(
        self, orgs: Organisations, asker: Ints, reach: Ints, science: Bools, u: Floats, where: Bools
    ) -> Ints:
        """Return whom each look finds among those known to cooperate, or -1, shape [P].

        Parameters
        ----------
        asker : array [P]
            Rows of those who look.
        reach : array [P]
            AT_HOME, ABROAD or JOINTLY.
        science : array [P]
            Whether an institute is looked for, else a firm.
        u : array [P, 3]
            Uniforms: region, domain, organisation.
        where : array [3, R, R]
            Regions that lie in each reach (`matching.fields`).
        """
        home, away = self.open_to(orgs, abroad=False), self.open_to(orgs, abroad=True)
        out = reach != AT_HOME
        domain = orgs.domain[asker]
        kind = np.where(science, len(self.related), domain) + np.where(out, len(home.mass), 0)
        there = self.regions(
            reach * len(self.gravity) + orgs.region[asker],
            kind,
            np.concatenate((home.mass, away.mass)),
            np.concatenate([self.gravity * lies for lies in where]),
            u[:, 0],
        )
        found = np.empty(len(asker), np.int64)
        for index, looks in ((home, ~science & ~out), (away, ~science & out)):
            found[looks] = index.firms(domain[looks], there[looks], u[looks, 1:])
        found[science] = home.research(there[science], u[science, 2])
        return found

    def regions(self, here: Ints, kind: Ints, mass: Floats, pull: Floats, u: Floats) -> Ints:
        """Return the region of each look, or -1, shape [P].

        Parameters
        ----------
        here, kind : array [P]
            Rows of `pull` and of `mass` for each look.
        mass : array [M, R]
            What attracts a kind of look to each region.
        pull : array [H, R]
            Pull of each region on those who look from a place, 0 where they may not look.
        u : array [P]
            Uniforms.
        """
        # Looks of one kind from one place share a table.
        pair, own = np.unique(here * len(mass) + kind, return_inverse=True)
        table = mass[pair % len(mass)] * pull[pair // len(mass)]
        return draw_from(np.cumsum(table, axis=1), own, u)
