"""Whom a research consortium takes in: the region, then somebody new or somebody experienced."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints, count_by, draw_own
from s3sim.core.streams import Streams
from s3sim.model.state import BUSINESS, INSTITUTE, SECTORS, Organisations, Participations

KINDS = len(SECTORS)

TRIES = 3
"""Former partners that are looked at for a place, until one is a firm where a firm is wanted."""

RECENT = 4
"""How much more likely recent projects are to be continued: pairs return 14.6, 11.2, 6.4, 7.5 and
5.9 % in the first to fifth year (CORDIS H2020, no firm in the pair)."""


@dataclass(frozen=True)
class Sorted:
    """Rows sorted by a group: a random member of a group is one look away."""

    rows: Ints  # [M] sorted by group
    first: Ints  # [G] where a group starts in `rows`
    count: Ints  # [G]

    @classmethod
    def by(cls, group: Ints, n_groups: int, rows: Ints | None = None) -> "Sorted":
        """Return the rows of a table, or some of them, sorted by their group."""
        rows = np.arange(len(group)) if rows is None else rows
        count = count_by(group[rows], n_groups)
        return cls(rows[np.argsort(group[rows], kind="stable")], np.cumsum(count) - count, count)

    def member(self, group: Ints, u: Floats) -> Ints:
        """Return a random row of each group of `group` [P], or -1; `u` [P] are uniforms."""
        if not len(self.rows):
            return np.full(group.shape, -1)
        first, count = self.first[group], self.count[group]
        place = first + np.floor(u * count).astype(np.int64)
        return np.where(count > 0, self.rows[np.minimum(place, len(self.rows) - 1)], -1)


@dataclass(frozen=True)
class Candidates:
    """Who may take part: by experience, by size, or as a former partner.

    Experience is the participations that are remembered, so that whoever took part takes part
    again (preferential attachment: Simon 1955); institutes without it come by their size.
    """

    orgs: Organisations
    past: Participations
    experienced: Sorted  # participations by funder, and region and sector of the organisation
    own: Sorted  # participations with a partner inside, by funder and organisation
    project: tuple[Ints, Ints]  # [M] where the project of each participation starts, its members
    institutes: Ints  # rows, sorted by region and sector
    size: Floats  # [I + 1] cumulative size of `institutes`
    bounds: tuple[Ints, Ints]  # [R * K] first and last place of each bucket in `size`
    firms: Sorted  # innovative firms with R&D of their own, by region and domain
    related: Floats  # [D, D] weight of a firm's domain for a host of another one

    @classmethod
    def of(
        cls, orgs: Organisations, past: Participations, related: Floats, n_regions: int
    ) -> "Candidates":
        """Return the candidates of a moment."""
        able = np.flatnonzero(orgs.firms & orgs.innovative & (orgs.rd_intensity > 0))
        field = orgs.region * len(related) + orgs.domain
        buckets = n_regions * KINDS
        bucket = orgs.region * KINDS + orgs.sector
        rows = np.flatnonzero(orgs.active & (orgs.kind == INSTITUTE))
        rows = rows[np.argsort(bucket[rows], kind="stable")]
        count = count_by(bucket[rows], buckets)
        first, members = runs(past.project)
        shared = np.flatnonzero(members > 1)
        return cls(
            orgs=orgs,
            past=past,
            experienced=Sorted.by(past.funder * buckets + bucket[past.organisation], 2 * buckets),
            own=Sorted.by(past.funder * len(orgs) + past.organisation, 2 * len(orgs), shared),
            project=(first, members),
            institutes=rows,
            size=np.concatenate(([0.0], np.cumsum(orgs.size[rows]))),
            bounds=(np.cumsum(count) - count, np.cumsum(count)),
            firms=Sorted.by(field, n_regions * len(related), able),
            related=related,
        )

    @property
    def present(self) -> Bools:
        """Whether a region has anybody of a sector, [R, K]."""
        there = (self.bounds[1] > self.bounds[0]).reshape(-1, KINDS)
        there[:, BUSINESS] = self.firms.count.reshape(len(there), -1).sum(axis=1) > 0
        return there

    def partner(
        self, funder: Ints, sector: Ints, region: Ints, host: Ints, newcomer: Bools, u: Floats
    ) -> Ints:
        """Return an organisation of each sector and region, or -1, shape [P].

        Parameters
        ----------
        funder : array [P]
            Whose projects count as experience.
        sector, region : array [P]
            Where to look; a region of -1 finds nobody.
        host : array [P]
            Who invites, or -1: a firm without experience works in a field related to the host's.
        newcomer : array [P]
            Whether somebody without regard to experience is wanted.
        u : array [P, 2]
            Uniforms.
        """
        place = np.maximum(region, 0)
        bucket = place * KINDS + sector
        known = self.experienced.member(funder * len(self.bounds[0]) + bucket, u[:, 0])
        found = np.where(known >= 0, self.past.organisation[known] if len(self.past) else -1, -1)
        fresh = newcomer | (found < 0)
        firm = np.flatnonzero(fresh & (sector == BUSINESS))
        if len(firm):
            found[firm] = self._firms(place[firm], host[firm], u[firm])
        other = np.flatnonzero(fresh & (sector != BUSINESS))
        if len(other):
            found[other] = self._institutes(bucket[other], u[other, 0])
        return np.where(region >= 0, found, -1)

    def before(self, funder: Ints, host: Ints, u: Floats) -> Ints:
        """Return a participation with partners of each host and funder, or -1; `u` is [P, 2].

        Recent ones are more likely (rows stand in order of time; density age^(1 / RECENT - 1)), and
        of two the one with more partners: who has many partners has more to go on with.
        """
        group = funder * len(self.orgs) + np.maximum(host, 0)
        one, two = (self.own.member(group, 1 - u[:, k] ** RECENT) for k in (0, 1))
        if not len(self.past):
            return one
        members = self.project[1]
        return np.where(host >= 0, np.where(members[two] > members[one], two, one), -1)

    def companions(self, seen: Ints, number: Ints, u: Floats) -> Ints:
        """Return some members of the project of each participation beside it, or -1, [P, TRIES].

        Parameters
        ----------
        seen : array [P]
            Participations, or -1.
        number : array [P]
            Counts who ask about one project, from 0: each is first told of another member; -1 is
            what those are told who are more than it had.
        u : array [P]
            Uniforms, the same for all who ask about one project.
        """
        if not len(self.past):
            return np.full((len(seen), TRIES), -1)
        first, members = self.project
        others = np.maximum(members[seen] - 1, 1)[:, None]
        turn = np.floor(u * others[:, 0]).astype(np.int64) + number
        place = first[seen, None] + (turn[:, None] + np.arange(TRIES)) % others
        place = np.minimum(place + (place >= seen[:, None]), len(self.past) - 1)
        friend = self.past.organisation[place]
        known = (seen >= 0) & (number < members[seen] - 1)
        return np.where(known[:, None] & self.orgs.active[friend], friend, -1)

    def _firms(self, region: Ints, host: Ints, u: Floats) -> Ints:
        """Return a firm of each region, in a field related to the host's if there is a host."""
        n_domains = len(self.related)
        near = np.where((host >= 0)[:, None], self.related[self.orgs.domain[host]], 1.0)
        count = self.firms.count.reshape(-1, n_domains)[region]
        domain = draw_own(np.cumsum(near * count, axis=1), u[:, 0])
        found = self.firms.member(region * n_domains + np.maximum(domain, 0), u[:, 1])
        return np.where(domain >= 0, found, -1)

    def _institutes(self, bucket: Ints, u: Floats) -> Ints:
        """Return an institute of each region and sector, by size, or -1."""
        if not len(self.institutes):
            return np.full(len(bucket), -1)
        first, last = (bound[bucket] for bound in self.bounds)
        low, high = self.size[first], self.size[last]
        place = np.searchsorted(self.size, low + u * (high - low), side="right") - 1
        place = np.clip(place, first, np.maximum(last - 1, 0))
        return np.where(
            last > first, self.institutes[np.minimum(place, len(self.institutes) - 1)], -1
        )


def meetings(participations: Participations, streams: Streams) -> tuple[Ints, Ints]:
    """Return who works with whom this quarter in research consortia: learners and teachers, [P].

    In a quarter each member works with one other partner of its project, whoever it is: a project
    is one collaboration, not one with each partner. Who works with a partner outside the modelled
    regions learns nothing that the model knows of, and is left out.
    """
    going_on = participations.where(participations.running)
    first, members = runs(going_on.project)
    u = streams.pair("consortia/meeting", going_on.project, going_on.organisation)
    other = first + np.floor(u * (going_on.partners - 1)).astype(np.int64)
    other += other >= np.arange(len(other))
    inside = np.flatnonzero(other < first + members)
    return going_on.organisation[inside], going_on.organisation[other[inside]]


def runs(number: Ints) -> tuple[Ints, Ints]:
    """Return for each row where the run of rows with its number starts, and how long it is.

    >>> [part.tolist() for part in runs(np.array([7, 7, 3]))]
    [[0, 0, 2], [2, 2, 1]]
    """
    if not len(number):
        return number, number
    new = np.flatnonzero(np.concatenate(([True], number[1:] != number[:-1])))
    length = np.diff(np.append(new, len(number)))
    return np.repeat(new, length), np.repeat(length, length)
