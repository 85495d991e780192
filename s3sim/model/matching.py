"""Whom an organisation can meet: the region, the domain, then the organisation.

Meeting falls with distance, national borders and other languages, and rises with relatedness and
with the number of innovative organisations there (gravity). Nobody sees everybody: this is what
keeps search a small sample and the computation linear.
"""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints, count_by, draw_own, sum_by
from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.proximity import Space
from s3sim.model.state import INSTITUTE, SEEKING_ABROAD, SEEKING_DOMESTIC, Organisations, Ties
from s3sim.world import World


@dataclass(frozen=True)
class Matching(ParameterGroup, name="meeting"):
    """Chances of meeting, before anybody weighs anything.

    `border` multiplies the odds that cooperating firms of the country report a European partner.
    """

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

    rows: Ints  # firms, sorted by region and domain
    first: Ints  # [R, D] where a bucket starts in `rows`
    count: Ints  # [R, D]
    institutes: Ints  # rows of institutes, sorted by region
    first_institute: Ints  # [R]
    count_institute: Ints  # [R]
    related: Floats  # [D, D] relatedness to the power of the branching elasticity
    mass: Floats  # [D, R] firms in each region, weighted by relatedness to a domain

    @classmethod
    def of(cls, orgs: Organisations, n_regions: int, related: Floats) -> "PartnerIndex":
        """Return the index of all innovative active organisations.

        Parameters
        ----------
        related : array [D, D]
            Weight of a firm's home domain for who looks from another one.
        """
        n_domains = len(related)
        listed = np.flatnonzero(orgs.firms & orgs.innovative)
        bucket = orgs.region[listed] * n_domains + orgs.domain[listed]
        count = count_by(bucket, n_regions * n_domains)
        institutes = np.flatnonzero(orgs.active & (orgs.kind == INSTITUTE))
        here = count_by(orgs.region[institutes], n_regions)
        table = count.reshape(n_regions, n_domains)
        return cls(
            rows=listed[np.argsort(bucket, kind="stable")],
            first=(np.cumsum(count) - count).reshape(n_regions, n_domains),
            count=table,
            institutes=institutes,
            first_institute=np.cumsum(here) - here,
            count_institute=here,
            related=related,
            mass=related @ table.T.astype(np.float64),
        )

    def firms(self, domain: Ints, there: Ints, u: Floats) -> Ints:
        """Return a firm for each look, or -1, shape [P].

        Parameters
        ----------
        domain : array [P]
            The asker's home domain.
        there : array [P]
            Region of each look; -1 finds nobody.
        u : array [P, 2]
            Uniforms: domain, organisation.
        """
        place = np.maximum(there, 0)
        weight = self.related[domain] * self.count[place]
        what = draw_own(np.cumsum(weight, axis=1), u[:, 0])
        bucket = place, np.maximum(what, 0)
        found = (there >= 0) & (what >= 0)
        return _member(self.rows, self.first[bucket], self.count[bucket], u[:, 1], found)

    def research(self, there: Ints, u: Floats) -> Ints:
        """Return an institute in each region of `there` [P], or -1; `u` [P] are uniforms."""
        place = np.maximum(there, 0)
        first, count = self.first_institute[place], self.count_institute[place]
        return _member(self.institutes, first, count, u, there >= 0)


def _member(rows: Ints, first: Ints, count: Ints, u: Floats, found: Bools) -> Ints:
    if len(rows) == 0:
        return np.full(found.shape, -1)
    place = first + np.floor(u * count).astype(np.int64)
    return np.where(found & (count > 0), rows[np.minimum(place, len(rows) - 1)], -1)


def permitted(seeking: Ints, region: Ints, abroad: Bools, joint: Bools) -> Bools:
    """Return in which regions each asker may look, shape [A, R].

    Parameters
    ----------
    seeking : array [A]
        NOT_SEEKING (anywhere), SEEKING_DOMESTIC, SEEKING_ANY or SEEKING_ABROAD (joint regions).
    region : array [A]
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
    key, known = _pair_numbers(one, other, n), np.sort(_pair_numbers(ties.source, ties.partner, n))
    order = np.argsort(key, kind="stable")
    in_order = key[order]
    first = np.ones(len(key), bool)
    first[order[1:]] = in_order[1:] != in_order[:-1]
    if not len(known):
        return first
    place = np.minimum(np.searchsorted(known, key), len(known) - 1)
    return first & (known[place] != key)


def _pair_numbers(one: Ints, other: Ints, n: int) -> Ints:
    """Return a number for each unordered pair of rows of a table of n."""
    low, high = np.minimum(one, other), np.maximum(one, other)
    return low.astype(np.int64) * n + high
