"""Whom an organisation can meet: the region, the domain, then the organisation.

Meeting falls with distance and other languages, and rises with relatedness and with the number of
organisations there that are open to partners (gravity). Nobody sees everybody: this is what keeps
search a small sample and the computation linear.
"""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints, count_by, draw_from, sum_by
from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.acquaintances import pair_numbers
from s3sim.model.proximity import Space
from s3sim.model.state import INSTITUTE, Organisations, Ties
from s3sim.world import World

AT_HOME, ABROAD, JOINTLY = 0, 1, 2
"""Where a look goes: the own country, any other country, other countries of the joint programme."""


@dataclass(frozen=True)
class Matching(ParameterGroup, name="meeting"):
    """Chances of meeting, before anybody weighs anything.

    Whether a look goes abroad is a habit (`Search`); where it goes is gravity,
    mass x km^-distance x language x affinity^weight, with the typical distance within a region for
    the region itself.
    """

    # fmt: off
    distance: float = param(0.39, 0.1, 0.8, "fall of meetings with distance", unit="elasticity",
        source="H2020 pairs, firms", evidence="reported")
    language: float = param(0.48, 0.40, 0.55, "meeting without a common language",
        unit="odds", source="Basche 2022", evidence="reported")
    affinity: float = param(0.5, 0.0, 1.0, "weight of past joint H2020 projects between countries",
        unit="elasticity", source="half: funded consortia are a guide to firms' own ties; range from none to full")
    branching: float = param(2.75, 1.0, 5.0, "elasticity of meeting and branching to relatedness",
        unit="elasticity", source="Boschma et al. 2015", evidence="reported")
    occupied: float = param(0.84, 0.5, 1.0, unit="share of time", source="habits",
        meaning="that firms with a habit of cooperating have a partner")
    occupied_abroad: float = param(0.60, 0.4, 1.0, unit="share of time", source="habits",
        meaning="that those with a habit of cooperating abroad have a partner there")
    # fmt: on

    def gravity(self, world: World, space: Space) -> Floats:
        """Return the pull of region r' on r, before masses, shape [R, R]."""
        affinity = world.affinity[world.country][:, world.country] ** self.affinity
        language = np.where(space.other_language, self.language, 1.0)
        km = np.maximum(space.distance, 1.0)
        return np.where(space.abroad, affinity, 1.0) * language * km**-self.distance

    def habits(self, world: World) -> tuple[Floats, Floats]:
        """Return the share of innovative firms with a habit of cooperating, and of those abroad, [R].

        A survey sees who has a partner, not who wants one: stock = habit x time with a partner.
        """
        habit = np.minimum(world.cooperating / self.occupied, 1.0)
        abroad = np.minimum(world.cooperating_abroad / self.occupied_abroad, habit)
        return habit, np.divide(abroad, habit, out=np.zeros_like(habit), where=habit > 0)


@dataclass(frozen=True)
class PartnerIndex:
    """Some organisations of a moment, by region and domain."""

    rows: Ints  # firms, sorted by region and domain
    first: Ints  # [R, D] where a bucket starts in `rows`
    count: Ints  # [R, D]
    institutes: Ints  # rows of institutes, sorted by region
    researchers: Floats  # cumulative size of institutes, in their order
    before: Floats  # [R + 1] researchers of all regions before each, and of all
    related: Floats  # [D, D] relatedness to the power of the branching elasticity
    mass: Floats  # [D + 1, R] firms by relatedness to a domain; last row: researchers of institutes

    @classmethod
    def of(
        cls, orgs: Organisations, listed: Bools, n_regions: int, related: Floats
    ) -> "PartnerIndex":
        """Return the index of listed firms and of all active institutes.

        Parameters
        ----------
        listed : array [N]
            Firms to list.
        related : array [D, D]
            Weight of a firm's home domain for who looks from another one.
        """
        n_domains = len(related)
        row = np.flatnonzero(listed)
        bucket = orgs.region[row] * n_domains + orgs.domain[row]
        count = count_by(bucket, n_regions * n_domains)
        institutes = np.flatnonzero(orgs.active & (orgs.kind == INSTITUTE))
        researchers = np.concatenate(([0.0], np.cumsum(orgs.size[institutes])))
        ends = np.concatenate(([0], np.cumsum(count_by(orgs.region[institutes], n_regions))))
        before = researchers[ends]
        table = count.reshape(n_regions, n_domains)
        return cls(
            rows=row[np.argsort(bucket, kind="stable")],
            first=(np.cumsum(count) - count).reshape(n_regions, n_domains),
            count=table,
            institutes=institutes,
            researchers=researchers[1:],
            before=before,
            related=related,
            mass=np.vstack((related @ table.T.astype(np.float64), np.diff(before))),
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
        place, n_domains = np.maximum(there, 0), len(self.related)
        # Looks of one domain at one region share a table.
        kind, own = np.unique(place * n_domains + domain, return_inverse=True)
        weight = self.related[kind % n_domains] * self.count[kind // n_domains]
        what = draw_from(np.cumsum(weight, axis=1), own, u[:, 0])
        bucket = place, np.maximum(what, 0)
        found = (there >= 0) & (what >= 0)
        return _member(self.rows, self.first[bucket], self.count[bucket], u[:, 1], found)

    def research(self, there: Ints, u: Floats) -> Ints:
        """Return an institute in each region of `there` [P] by its size, or -1; `u` are uniforms."""
        if not len(self.institutes):
            return np.full(there.shape, -1)
        low, high = self.before[np.maximum(there, 0)], self.before[np.maximum(there, 0) + 1]
        place = np.searchsorted(self.researchers, low + u * (high - low), side="right")
        found = self.institutes[np.minimum(place, len(self.institutes) - 1)]
        return np.where((there >= 0) & (high > low), found, -1)


def _member(rows: Ints, first: Ints, count: Ints, u: Floats, found: Bools) -> Ints:
    if len(rows) == 0:
        return np.full(found.shape, -1)
    place = first + np.floor(u * count).astype(np.int64)
    return np.where(found & (count > 0), rows[np.minimum(place, len(rows) - 1)], -1)


def fields(abroad: Bools, joint: Bools) -> Bools:
    """Return which regions lie in each field of looks (AT_HOME, ABROAD, JOINTLY), shape [3, R, R].

    Parameters
    ----------
    abroad : array [R, R]
        Whether two regions lie in different countries.
    joint : array [R]
        Regions of the joint programme.
    """
    return np.stack((~abroad, abroad, abroad & joint[None, :]))


def employment_table(orgs: Organisations, world: World) -> Floats:
    """Return persons employed in firms by region and domain, shape [R, D]."""
    firms = orgs.firms
    key = orgs.region[firms] * world.n_domains + orgs.domain[firms]
    table = sum_by(key, world.n_regions * world.n_domains, orgs.size[firms])
    return table.reshape(world.n_regions, world.n_domains)


def first_meetings(one: Ints, other: Ints, ties: Ties, n: int) -> Bools:
    """Return which pairs are not partners already and stand first among equal pairs."""
    key, known = pair_numbers(one, other, n), np.sort(pair_numbers(ties.source, ties.partner, n))
    order = np.argsort(key, kind="stable")
    in_order = key[order]
    first = np.ones(len(key), bool)
    first[order[1:]] = in_order[1:] != in_order[:-1]
    if not len(known):
        return first
    place = np.minimum(np.searchsorted(known, key), len(known) - 1)
    return first & (known[place] != key)


@dataclass(frozen=True)
class Neighbours:
    """Who stands beside whom in a list of pairs."""

    beside: Ints  # the other one of each pair, sorted by row
    first: Ints  # [n] where a row starts in `beside`
    count: Ints  # [n]

    @classmethod
    def of(cls, one: Ints, other: Ints, n: int) -> "Neighbours":
        """Return the neighbours in pairs of n rows."""
        node = np.concatenate((one, other))
        beside = np.concatenate((other, one))[np.argsort(node, kind="stable")]
        count = count_by(node, n)
        return cls(beside, np.cumsum(count) - count, count)

    def draw(self, who: Ints, u: Floats) -> Ints:
        """Return a random neighbour of each of `who` [P], or -1; -1 has none, `u` are uniforms."""
        if not len(self.beside):
            return np.full(len(who), -1)
        count = self.count[who]
        place = self.first[who] + np.floor(u * count).astype(np.int64)
        found = self.beside[np.minimum(place, len(self.beside) - 1)]
        return np.where((who >= 0) & (count > 0), found, -1)
