"""The search for partners: what is computed once a run, and once a quarter, for all who look."""

from dataclasses import dataclass, field

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints, draw_own
from s3sim.core.memo import Memo
from s3sim.core.record import Record
from s3sim.model.matching import Matching, PartnerIndex
from s3sim.model.partner_choice import PartnerChoice
from s3sim.model.proximity import Space
from s3sim.model.state import Organisations
from s3sim.world import World

CHUNK = 1024
"""Askers handled at a time, so that their tables fit the cache."""


@dataclass(frozen=True, kw_only=True)
class PartnerSearch(Record):
    """Who can be met where, and who has room for a partner.

    Parameters
    ----------
    choice : PartnerChoice
        How those who meet decide.
    gravity : array [R, R]
        Pull between regions before masses (`Matching.gravity`).
    foreign_search_share : array [R]
        Share of looks that go abroad where both home and abroad are open.
    closed_propensity : float
        Propensity of firms to cooperate, without a habit of cooperating.
    abroad : array [R, R]
        Whether two regions lie in different countries.
    related : array [D, D]
        Relatedness to the power of the branching elasticity.
    """

    choice: PartnerChoice
    gravity: Floats
    foreign_search_share: Floats
    closed_propensity: float
    abroad: Bools
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
        return cls(
            choice=choice,
            gravity=matching.gravity(world, space),
            foreign_search_share=matching.foreign_search_share(world),
            closed_propensity=closed_propensity,
            abroad=space.abroad,
            related=space.relatedness_power,
        )

    def for_quarter(self) -> "PartnerSearch":
        """Return this search with nothing remembered."""
        return self.replace(_memo=Memo())

    def index(self, orgs: Organisations) -> PartnerIndex:
        """Return the innovative active organisations by region and domain."""
        columns = (orgs.kind, orgs.region, orgs.domain, orgs.active, orgs.innovative)
        return self._memo.of(
            "index", columns, lambda: PartnerIndex.of(orgs, len(self.abroad), self.related)
        )

    def capacity(self, orgs: Organisations) -> Ints:
        """Return how many partners each organisation can attend to, shape [N]."""
        return self._memo.of("capacity", (orgs.kind, orgs.size), lambda: self.choice.capacity(orgs))

    def looks(
        self, orgs: Organisations, asker: Ints, where: Bools, u: Floats, *, near: bool = True
    ) -> tuple[Ints, Ints]:
        """Return where askers look for firms and for institutes, or -1, each of shape [A, k].

        Parameters
        ----------
        asker : array [A]
            Rows of those who look.
        where, u, near
            As for `regions`; both looks share their uniforms.
        """
        index, region = self.index(orgs), orgs.region[asker]
        science = np.broadcast_to(index.count_institute.astype(np.float64), where.shape)
        there = self.regions(
            np.concatenate((region, region)),
            np.concatenate((index.mass[orgs.domain[asker]], science)),
            np.concatenate((where, where)),
            np.concatenate((u, u)),
            near=near,
        )
        return there[: len(asker)], there[len(asker) :]

    def regions(
        self, region: Ints, mass: Floats, where: Bools, u: Floats, *, near: bool = True
    ) -> Ints:
        """Return the region of each look, or -1, shape [A, k].

        Parameters
        ----------
        region : array [A]
            Region of each asker.
        mass : array [A, R]
            What attracts an asker to a region ([1, R] where it is the same for all).
        where : array [A, R]
            Regions in which each asker may look.
        u : array [A, k]
            Uniforms.
        near : bool
            Whether gravity counts; registers list all regions alike.
        """
        there = np.empty(u.shape, np.int64)
        masses = np.broadcast_to(mass, where.shape)
        for start in range(0, len(region), CHUNK):
            part = slice(start, start + CHUNK)
            here = region[part]
            pull = np.where(where[part], masses[part], 0.0)
            if near:
                pull *= self.gravity[here]
            table = np.cumsum(self._balanced(here, pull), axis=1)
            there[part] = draw_own(table[:, None, :], u[part])
        return there

    def _balanced(self, region: Ints, weight: Floats) -> Floats:
        """Give looks abroad their share of each row's weight, wherever both sides are open."""
        other = self.abroad[region]
        away = np.where(other, weight, 0.0).sum(axis=1)
        home = weight.sum(axis=1) - away
        share = self.foreign_search_share[region]
        odds = np.divide(
            share * home,
            (1 - share) * away,
            out=np.ones(len(region)),
            where=(away > 0) & (home > 0),
        )
        return np.where(other, weight * odds[:, None], weight)
