"""Organisations look for partners: they meet a few, weigh them, and agree with some."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints, count_by
from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.context import Context
from s3sim.model.matching import first_meetings, permitted
from s3sim.model.proximity import degree
from s3sim.model.state import (
    FIRM,
    JOINT_GRANT,
    NOT_SEEKING,
    OWN,
    REGIONAL_GRANT,
    SEEKING_ABROAD,
    Organisations,
    State,
    Ties,
)

DRAWS = 4
"""Uniforms that a candidate takes: how it is met, region, domain and organisation."""


@dataclass(frozen=True)
class Search(ParameterGroup, name="search"):
    """A small sample, not the whole market: some near, some related anywhere, friends of friends.

    Who has won a collaborative project, or bids in a joint call, looks where that money permits.
    """

    # fmt: off
    rate: float = param(0.35, 0.05, 0.6, "open innovative firms with a free place that search",
        unit="1/quarter", source="fitted to innovators cooperating (CIS 2008)")
    candidates: int = param(6, 2, 15, "organisations met in one search", unit="organisations",
        source="SKIN: 5")
    local: float = param(0.30, 0.0, 0.6, "candidates met in the own region", unit="share")
    friends: float = param(0.15, 0.0, 0.3, "candidates met through partners", unit="share")
    institutes: float = param(0.3, 0.0, 0.4, "candidates that are institutes", unit="share")
    cost: float = param(3.0, 0.5, 15.0, "cost of a search (two person-weeks)", unit="kEUR")
    # fmt: on

    def __call__(self, state: State, context: Context) -> State:
        """Return the state with this quarter's new ties."""
        orgs, ties = state.organisations, state.ties
        free = context.partners.capacity(orgs) - degree(len(orgs), ties.source, ties.partner)
        searches = self._searchers(orgs, free, context)
        row = np.flatnonzero(searches)
        cash = orgs.cash - np.where(searches & (orgs.kind == FIRM), self.cost, 0.0)
        settled = orgs.replace(cash=cash, seeking=np.full(len(orgs), NOT_SEEKING))
        if not len(row):
            return state.replace(organisations=settled)
        one, other, common = self._candidates(row, state, context)
        yes = context.agreed(orgs, one, other, free, common=common)
        new = self._ties(one[yes], other[yes], orgs, context)
        return state.replace(organisations=settled, ties=ties.joined(new))

    def _searchers(self, orgs: Organisations, free: Ints, context: Context) -> Bools:
        u = context.streams.uniform("search/searches", len(orgs))
        own = orgs.firms & orgs.innovative & (u < self.rate * orgs.cooperation_propensity)
        bound = orgs.active & (orgs.seeking != NOT_SEEKING)
        searching: Bools = (own | bound) & (free > 0)
        return searching

    def _candidates(self, row: Ints, state: State, context: Context) -> tuple[Ints, Ints, Floats]:
        """Return askers, candidates and whether a common partner introduced them, shape [P]."""
        orgs, partners = state.organisations, context.partners
        one = np.repeat(row, self.candidates)
        drawn = context.streams.uniform("search/draw", (len(orgs), self.candidates, DRAWS), row)
        u = drawn.reshape(-1, DRAWS)
        seeking, region = orgs.seeking[row], orgs.region[row]
        open_ = permitted(seeking, region, context.space.abroad, context.instruments.joint_regions)
        index = partners.index(orgs)
        local = (drawn[..., 0] < self.local) & (seeking == NOT_SEEKING)[:, None]
        looks, science = partners.looks(orgs, row, open_, drawn[..., 1])
        there = np.where(local, region[:, None], looks).ravel()
        from_top = 1 - u[:, 0]
        asks_institute = from_top < self.institutes
        asks_firm = ~asks_institute
        other = np.empty(len(one), np.int64)
        other[asks_firm] = index.firms(
            orgs.domain[one[asks_firm]], there[asks_firm], u[asks_firm, 2:]
        )
        other[asks_institute] = index.research(
            science.ravel()[asks_institute], u[asks_institute, 2]
        )
        by_friend = asks_firm & (from_top < self.institutes + self.friends)
        friend = _friend_of_friend(one, state.ties, len(orgs), u[:, 1:3])
        asker = np.repeat(np.arange(len(row)), self.candidates)
        allowed = (friend >= 0) & open_[asker, orgs.region[friend]]
        met = by_friend & allowed & orgs.innovative[friend]
        other = np.where(met, friend, other)
        good = (other >= 0) & (other != one) & first_meetings(one, other, state.ties, len(orgs))
        return one[good], other[good], met[good].astype(np.float64)

    def _ties(self, one: Ints, other: Ints, orgs: Organisations, context: Context) -> Ties:
        seeking = orgs.seeking[one]
        bid = seeking == SEEKING_ABROAD
        kind = np.where(bid, JOINT_GRANT, np.where(seeking == NOT_SEEKING, OWN, REGIONAL_GRANT))
        return Ties.new(one, other, kind, context.calendar.quarter, bid)


def _friend_of_friend(one: Ints, ties: Ties, n: int, u: Floats) -> Ints:
    """Return a random partner of a random partner of each asker, or -1."""
    if not len(ties):
        return np.full(len(one), -1)
    node = np.concatenate([ties.source, ties.partner])
    neighbour = np.concatenate([ties.partner, ties.source])[np.argsort(node, kind="stable")]
    count = count_by(node, n)
    first = np.cumsum(count) - count
    here = one
    for step in range(2):
        place = first[here] + np.floor(u[:, step] * count[here]).astype(np.int64)
        there = neighbour[np.minimum(place, len(neighbour) - 1)]
        here = np.where((here >= 0) & (count[here] > 0), there, -1)
    return here
