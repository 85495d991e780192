"""Whom an organisation can meet: the region, the domain, then the organisation.

Meeting falls with distance, national borders and other languages, and rises with relatedness and
with the number of innovative organisations there (gravity). Nobody sees everybody: this is what
keeps search a small sample and the computation linear.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints, draw_from, sum_by
from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.proximity import Space
from s3sim.model.state import INSTITUTE, SEEKING_ABROAD, SEEKING_DOMESTIC, Organisations, Ties
from s3sim.world import World

CHUNK = 1024
"""Askers handled at a time."""


@dataclass(frozen=True)
class Matching(ParameterGroup):
    """Chances of meeting, before anybody weighs anything.

    `border` multiplies the odds that cooperating firms of the country report a European partner.
    """

    name: ClassVar[str] = "meeting"

    # fmt: off
    border: float = param(5.0, 0.5, 8.0, source="CIS 2008, partners",
        meaning="odds of looking abroad over those of the country's cooperating firms", unit="odds")
    language: float = param(0.48, 0.40, 0.55, "meeting without a common language",
        unit="odds", source="Basche 2022", evidence="reported")
    decay: float = param(250.0, 100.0, 600.0, "length over which meetings fall by e", unit="km",
        source="fitted to the distance elasticity of Picci 2008")
    affinity: float = param(0.5, 0.0, 1.0, "weight of past joint H2020 projects between countries",
        unit="elasticity")
    branching: float = param(2.75, 1.0, 5.0, "elasticity of meeting and branching to relatedness",
        unit="elasticity", source="Boschma et al. 2015", evidence="reported")
    # fmt: on

    def gravity(self, world: World, space: Space) -> Floats:
        """Return the pull of region r' on r, before masses, shape [R, R]."""
        affinity = world.affinity[world.country][:, world.country] ** self.affinity
        language = np.where(space.other_language, self.language, 1.0)
        return (
            np.where(space.abroad, affinity, 1.0) * language * np.exp(-space.distance / self.decay)
        )

    def foreign_search_share(self, world: World) -> Floats:
        """Return the share of looks that go abroad, by region of the asker, [R].

        Estonian firms report European partners more often than German ones; a country's habit is
        taken from the Community Innovation Survey, not from geography.
        """
        habit = np.clip(world.cooperating_abroad / np.maximum(world.cooperating, 1e-9), 0.02, 0.95)
        odds = self.border * habit / (1 - habit)
        return odds / (1 + odds)


@dataclass(frozen=True)
class PartnerIndex:
    """The innovative organisations of a moment, by region and domain."""

    rows: Ints  # firms, sorted by bucket
    first: Ints  # [R x D] where a bucket starts in `rows`
    count: Ints  # [R x D]
    institutes: Ints  # rows of institutes, sorted by region
    first_institute: Ints  # [R]
    count_institute: Ints  # [R]
    n_regions: int
    n_domains: int
    gravity: Floats  # [R, R]
    foreign_search_share: Floats  # [R] share of looks that go abroad
    abroad: Bools  # [R, R]
    related: Floats  # [D, D]

    @classmethod
    def of(
        cls,
        orgs: Organisations,
        world: World,
        space: Space,
        gravity: Floats,
        foreign_search_share: Floats,
    ) -> "PartnerIndex":
        """Return the index of all innovative active organisations.

        Parameters
        ----------
        gravity : array [R, R]
            Pull between regions before masses.
        outward : array [R]
            Share of looks that go abroad where both home and abroad are open.
        """
        n_regions, n_domains = world.n_regions, world.n_domains
        listed = np.flatnonzero(orgs.firms & orgs.innovative)
        bucket = orgs.region[listed] * n_domains + orgs.domain[listed]
        rows = listed[np.argsort(bucket, kind="stable")]
        count = np.bincount(bucket, minlength=n_regions * n_domains)
        institutes = np.flatnonzero(orgs.active & (orgs.kind == INSTITUTE))
        here = np.bincount(orgs.region[institutes], minlength=n_regions)
        return cls(
            rows,
            np.cumsum(count) - count,
            count,
            institutes,
            np.cumsum(here) - here,
            here,
            n_regions,
            n_domains,
            gravity,
            foreign_search_share,
            space.abroad,
            space.relatedness_power,
        )

    def firms(self, region: Ints, domain: Ints, where: Bools, u: Floats) -> Ints:
        """Return a firm for each asker, or -1.

        Parameters
        ----------
        region, domain : array [P]
            The asker's region and home domain.
        where : array [P, R]
            Regions in which each asker may look ([1, R] where it is the same for all).
        u : array [P, 3]
            Uniforms: region, domain, organisation.
        """
        count = self.count.reshape(self.n_regions, self.n_domains)
        mass = self.related @ count.T  # [D, R] related firms in each region
        there = self._looks(region, mass, domain, where, u[:, 0])
        by_domain = np.cumsum(self.related[:, None, :] * count[None, :, :], axis=2)
        table = by_domain.reshape(-1, self.n_domains)
        what = draw_from(table, domain * self.n_regions + np.maximum(there, 0), u[:, 1])
        bucket = np.maximum(there, 0) * self.n_domains + np.maximum(what, 0)
        return _member(
            self.rows, self.first, self.count, bucket, u[:, 2], (there >= 0) & (what >= 0)
        )

    def research(self, region: Ints, where: Bools, u: Floats) -> Ints:
        """Return an institute for each asker, or -1; arguments as for `firms`, u is [P, 2]."""
        mass = self.count_institute[None, :].astype(np.float64)
        there = self._looks(region, mass, np.zeros(len(region), np.int64), where, u[:, 0])
        place = np.maximum(there, 0)
        return _member(
            self.institutes, self.first_institute, self.count_institute, place, u[:, 1], there >= 0
        )

    def _looks(self, region: Ints, mass: Floats, row: Ints, where: Bools, u: Floats) -> Ints:
        """Return the region in which each asker looks, or -1, in slices that fit the cache."""
        there = np.empty(len(region), np.int64)
        where = np.broadcast_to(where, (len(region), self.n_regions))
        for start in range(0, len(region), CHUNK):
            part = slice(start, start + CHUNK)
            here = region[part]
            pull = np.where(where[part], self.gravity[here] * mass[row[part]], 0.0)
            table = np.cumsum(self._balanced(here, pull), axis=1)
            there[part] = draw_from(table, np.arange(len(here)), u[part])
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


def _member(rows: Ints, first: Ints, count: Ints, bucket: Ints, u: Floats, found: Bools) -> Ints:
    available = found & (count[bucket] > 0)
    if len(rows) == 0:
        return np.full(len(bucket), -1)
    place = first[bucket] + np.floor(u * count[bucket]).astype(np.int64)
    return np.where(available, rows[np.minimum(place, len(rows) - 1)], -1)


def permitted(seeking: Ints, region: Ints, abroad: Bools, joint: Bools) -> Bools:
    """Return in which regions each asker may look, shape [P, R].

    Parameters
    ----------
    seeking : array [P]
        NOT_SEEKING (anywhere), SEEKING_DOMESTIC, SEEKING_ANY or SEEKING_ABROAD (joint regions).
    region : array [P]
        Region of the asker.
    abroad : array [R, R]
        Whether two regions lie in different countries.
    joint : array [R]
        Regions of the joint programme.
    """
    other = abroad[region]
    domestic = (seeking == SEEKING_DOMESTIC)[:, None]
    joint_only = (seeking == SEEKING_ABROAD)[:, None]
    return np.where(domestic, ~other, np.where(joint_only, other & joint[None, :], True))


def employment_table(orgs: Organisations, world: World) -> Floats:
    """Return persons employed in firms by region and domain, shape [R, D]."""
    firms = orgs.firms
    key = orgs.region[firms] * world.n_domains + orgs.domain[firms]
    table = sum_by(key, world.n_regions * world.n_domains, orgs.size[firms])
    return table.reshape(world.n_regions, world.n_domains)


def first_meetings(one: Ints, other: Ints, ties: Ties, n: int) -> Bools:
    """Return which pairs are not partners already and stand first among equal pairs."""
    key = np.minimum(one, other) * n + np.maximum(one, other)
    known = np.minimum(ties.source, ties.partner) * n + np.maximum(ties.source, ties.partner)
    first = np.zeros(len(key), bool)
    first[np.unique(key, return_index=True)[1]] = True
    return first & ~np.isin(key, known)
