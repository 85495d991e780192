"""Organisations look for partners: they meet a few, weigh them, and agree with some."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints
from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.context import Context
from s3sim.model.matching import ABROAD, AT_HOME, JOINTLY, Neighbours, fields, first_meetings
from s3sim.model.proximity import degree
from s3sim.model.state import (
    FIRM,
    JOINT_GRANT,
    NOT_SEEKING,
    OWN,
    REGIONAL_GRANT,
    SEEKING_ABROAD,
    SEEKING_ANY,
    SEEKING_DOMESTIC,
    Organisations,
    State,
    Ties,
)

DRAWS = 6
"""Uniforms that a candidate takes: how it is met, institute or firm, abroad or not, region, domain
and organisation."""


@dataclass(frozen=True)
class Search(ParameterGroup, name="search"):
    """A small sample, not the whole market: former partners, friends of friends, strangers.

    Organisations keep to the kind of partner that they are used to. Those with a habit of
    cooperating abroad look there as long as they lack a partner abroad, others at home. Who has
    won a collaborative project, or bids in a joint call, looks where that money permits.
    """

    # fmt: off
    rate: float = param(0.35, 0.05, 0.6, "open innovative firms with a free place that search",
        unit="1/quarter",
        source="search: rate")
    further: float = param(0.3, 0.0, 1.0, "the same, of firms that have the partner they want",
        unit="ratio",
        source="search: further")
    candidates: int = param(6, 2, 15, "organisations met in one search", unit="organisations",
        source="search: candidates")
    former: float = param(0.06, 0.0, 0.4, "candidates that were partners before", unit="share",
        source="search: former")
    friends: float = param(0.15, 0.0, 0.3, "candidates met through partners", unit="share",
        source="search: friends", evidence="recalled")
    experience: float = param(0.10, 0.0, 0.5, unit="share",
        meaning="how much a past project makes up for the lack of a habit of cooperating",
        source="search: experience")
    newcomers: float = param(0.25, 0.0, 1.0, unit="share",
        meaning="firms without a habit of cooperating that look for a partner when money asks for one",
        source="search: newcomers")
    institutes: float = param(0.6, 0.0, 1.0, "strangers that are institutes, of firms that prefer them",
        unit="share",
        source="search: institutes")
    institutes_else: float = param(0.08, 0.0, 0.4, "the same, of other firms", unit="share",
        source="search: institutes")
    abroad: float = param(0.95, 0.3, 1.0, "looks abroad of firms that lack a partner there",
        unit="share", source="habits")
    abroad_else: float = param(0.03, 0.0, 0.3, "looks abroad of others", unit="share",
        source="search: abroad, others")
    institutes_abroad: float = param(0.35, 0.0, 1.0, unit="ratio",
        meaning="looks abroad for institutes over those for firms",
        source="search: institutes abroad", evidence="reported")
    cost: float = param(3.0, 0.5, 15.0, "cost of a search (two person-weeks)", unit="kEUR",
        source="search: cost")
    # fmt: on

    def __call__(self, state: State, context: Context) -> State:
        """Return the state with this quarter's new ties."""
        orgs, ties = state.organisations, state.ties
        free = context.partners.capacity(orgs) - degree(len(orgs), ties.source, ties.partner)
        lacks, lacks_abroad = self._lacks(state, context)
        searches = self._searchers(state, free, lacks, context)
        row = np.flatnonzero(searches)
        cash = orgs.cash - np.where(searches & (orgs.kind == FIRM), self.cost, 0.0)
        settled = orgs.replace(cash=cash, seeking=np.full(len(orgs), NOT_SEEKING))
        if not len(row):
            return state.replace(organisations=settled)
        one, other, common = self._candidates(row, lacks_abroad, state, context)
        before, trust = state.acquaintances.trust_of(one, other, len(orgs))
        yes = context.agreed(orgs, one, other, free, common=np.maximum(common, before), trust=trust)
        new = self._ties(one[yes], other[yes], trust[yes], orgs, context)
        return state.replace(organisations=settled, ties=ties.joined(new))

    def _searchers(self, state: State, free: Ints, lacks: Bools, context: Context) -> Bools:
        """Return who searches: by habit, by experience, or because a project needs a partner."""
        orgs, n, past = state.organisations, len(free), state.acquaintances
        u = context.streams.uniform("search/searches", n)
        known = degree(n, past.one, past.other) > 0
        wish = orgs.cooperation_propensity
        wish = wish + self.experience * known * (1 - wish)
        wish = wish * np.where(lacks, 1, self.further)
        own = orgs.firms & orgs.innovative & (u < self.rate * wish)
        used_to = np.maximum(orgs.cooperation_propensity, self.newcomers)
        bound = orgs.active & (orgs.seeking != NOT_SEEKING) & (u < used_to)
        searching: Bools = (own | bound) & (free > 0)
        return searching

    def _lacks(self, state: State, context: Context) -> tuple[Bools, Bools]:
        """Return who has none of the partners it is used to, and who has none abroad, each [N].

        With a habit of cooperating abroad, a firm wants one partner there and one at home: foreign
        partners pay together with domestic ones (Srholec 2014).
        """
        orgs, ties = state.organisations, state.ties
        crosses = context.space.abroad[orgs.region[ties.source], orgs.region[ties.partner]]
        home, abroad = (
            degree(len(orgs), ties.source[which], ties.partner[which]) > 0
            for which in (~crosses, crosses)
        )
        no_abroad = orgs.abroad_habit & ~abroad
        return no_abroad | ~(home | abroad) | (orgs.abroad_habit & ~home), no_abroad

    def _candidates(
        self, row: Ints, lacks: Bools, state: State, context: Context
    ) -> tuple[Ints, Ints, Floats]:
        """Return askers, candidates and whether a common partner introduced them, shape [P]."""
        orgs, n, ties, past = (
            state.organisations,
            len(state.organisations),
            state.ties,
            state.acquaintances,
        )
        one = np.repeat(row, self.candidates)
        drawn = context.streams.uniform("search/draw", (n, self.candidates, DRAWS), row)
        u = drawn.reshape(-1, DRAWS)
        likes = np.where(orgs.science_habit, self.institutes, self.institutes_else)
        science = u[:, 1] < likes[one]
        open_abroad = context.partners.habit_abroad[orgs.region[one]]
        reach = self._reach(u[:, 2], science, lacks[one], orgs.seeking[one], open_abroad)
        where = fields(context.space.abroad, context.instruments.joint_regions)
        by_past, by_friend = u[:, 0] < self.former, u[:, 0] > 1 - self.friends
        stranger = context.partners.meet(orgs, one, reach, science, u[:, 3:], where)
        partners, partners_before = (
            Neighbours.of(ties.source, ties.partner, n),
            Neighbours.of(past.one, past.other, n),
        )
        friend, former = np.full(len(one), -1), np.full(len(one), -1)
        former[by_past] = partners_before.draw(one[by_past], u[by_past, 5])
        friend[by_friend] = partners.draw(
            partners.draw(one[by_friend], u[by_friend, 4]), u[by_friend, 5]
        )
        other = stranger
        for who in (former, friend):
            # Own searches follow an acquaintance anywhere; public money says where.
            there = where[reach, orgs.region[one], orgs.region[who]]
            fits = (orgs.seeking[one] == NOT_SEEKING) | there
            able = orgs.active[who] & orgs.innovative[who]
            other = np.where((who >= 0) & fits & able, who, other)
        good = (other >= 0) & (other != one) & first_meetings(one, other, ties, n)
        return one[good], other[good], (other == friend)[good].astype(np.float64)

    def _reach(
        self, u: Floats, science: Bools, lacks: Bools, seeking: Ints, open_abroad: Floats
    ) -> Ints:
        """Return where each look goes: home, abroad, or the regions of the joint call, [P].

        `open_abroad` is the share of looks abroad when money lets a project look anywhere: that of
        the country's cooperating firms.
        """
        wants = np.where(lacks, self.abroad, self.abroad_else)
        wants = np.where(seeking == SEEKING_ANY, np.maximum(wants, open_abroad), wants)
        wants = np.where(science, self.institutes_abroad * wants, wants)
        out = np.where((u < wants) & (seeking != SEEKING_DOMESTIC), ABROAD, AT_HOME)
        return np.where(seeking == SEEKING_ABROAD, JOINTLY, out)

    def _ties(
        self, one: Ints, other: Ints, trust: Floats, orgs: Organisations, context: Context
    ) -> Ties:
        seeking = orgs.seeking[one]
        bid = seeking == SEEKING_ABROAD
        kind = np.where(bid, JOINT_GRANT, np.where(seeking == NOT_SEEKING, OWN, REGIONAL_GRANT))
        return Ties.new(one, other, kind, context.calendar.quarter, bid, trust)
