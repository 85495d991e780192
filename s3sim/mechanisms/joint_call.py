"""The joint call of Trans-S3: consortia across borders compete for pooled money."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Cents, Floats, Ints, sum_cents
from s3sim.core.constants import CENTS_A_KEUR, TINY
from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.budget_allocation import allocate_budget
from s3sim.model.context import Context
from s3sim.model.proximity import degree
from s3sim.model.state import (
    JOINT,
    JOINT_GRANT,
    SEEKING_ABROAD,
    Organisations,
    Projects,
    State,
    Ties,
)

PRIVATE_VALUE = 0.5
"""Weight of the lead's own view of its project against the merit of the consortium
(assumed: half, as the jury judges the consortium)."""


@dataclass(frozen=True)
class JointCall(ParameterGroup, name="joint_call"):
    """Announced with the year, decided later: bids need partners in two countries.

    Firms in joint priority domains bid with a partner abroad that they have, or look for one.
    The pool is spent down the list of bids; what no bid deserves stays unspent.
    """

    # fmt: off
    bidding_rate: float = param(0.15, 0.02, 0.5,
        "innovative firms in joint priorities that bid in a year", unit="share",
        source="half the rate of regional calls, as a bid needs a partner abroad; range wide")
    project_cost: float = param(250.0, 100.0, 1000.0, "cost for each partner of a joint project",
        unit="kEUR", source="H2020 grants, firms", evidence="reported")
    aid: float = param(0.60, 0.45, 0.85, "aid intensity of joint projects", unit="share of cost",
        source="state aid across borders", evidence="reported")
    selection_noise: float = param(0.4, 0.0, 2.0, "error of joint selection",
        unit="standard deviations",
        source="with joint.jury_noise 0.6, as a region of the worst administration errs")
    payment_lag: int = param(3, 1, 8, "from award to payment", unit="quarters",
        source="reimbursement", evidence="recalled")
    duration: int = param(8, 4, 14, "length of a joint project", unit="quarters",
        source="Interreg BSR projects: 2-3 years", evidence="reported")
    # fmt: on

    def __call__(self, state: State, context: Context) -> State:
        """Return the state after the announcement or the decision that is due."""
        offer = context.instruments
        if context.calendar.quarter_of_year == 0 and state.pool > 0:
            state = self._announced(state, context)
        if context.calendar.quarter_of_year == offer.joint_delay and state.ties.bid.any():
            state = self._decided(state, context)
        return state

    def _announced(self, state: State, context: Context) -> State:
        """Mark standing bids among ties across borders; let other bidders look for a partner."""
        orgs, ties, joint = state.organisations, state.ties, context.instruments.joint_regions
        bids = orgs.firms & orgs.innovative & joint[orgs.region]
        bids &= state.joint_priorities[orgs.domain]
        bids &= context.streams.uniform("joint call/bid", len(orgs)) < self.bidding_rate
        here, there = orgs.region[ties.source], orgs.region[ties.partner]
        standing = context.space.abroad[here, there] & joint[here] & joint[there]
        standing &= bids[ties.source] | bids[ties.partner]
        covered = degree(len(orgs), ties.source[standing], ties.partner[standing]) > 0
        # A project won in this quarter's regional call keeps its own search.
        looks = bids & ~covered & (orgs.seeking == 0)
        return state.replace(
            ties=ties.replace(bid=ties.bid | standing),
            organisations=orgs.replace(seeking=np.where(looks, SEEKING_ABROAD, orgs.seeking)),
        )

    def _decided(self, state: State, context: Context) -> State:
        """Rank bids, spend the pool, turn winners into funded ties and drop failed consortia."""
        orgs, ties = state.organisations, state.ties
        bid = np.flatnonzero(ties.bid)
        score, value = self._scores(orgs, ties.where(ties.bid), context)
        asked = np.full(
            len(bid),
            int(2 * self.project_cost * self.aid * CENTS_A_KEUR * context.weight),
            np.int64,
        )
        award = allocate_budget(
            np.zeros(len(bid), np.int64), score, asked, np.array([state.pool], np.int64)
        )
        won = award > 0
        kind, end, pending = ties.kind.copy(), ties.end.copy(), ties.pending.copy()
        start = ties.start.copy()
        kind[bid[won]], pending[bid[won]] = JOINT_GRANT, False
        start[bid[won]] = np.where(
            ties.pending[bid[won]], context.calendar.quarter, start[bid[won]]
        )
        end[bid[won]] = context.calendar.quarter + self.payment_lag + self.duration
        new = self._projects(orgs, ties, bid[won], award[won], value[won], asked[won], context)
        grants = orgs.grants.copy()
        np.add.at(grants, new.organisation, 1)
        after = ties.replace(
            kind=kind, end=end, start=start, pending=pending, bid=np.zeros(len(ties), bool)
        )
        awards = state.regions.awards + sum_cents(
            orgs.region[new.organisation], context.world.n_regions, new.award
        )
        return state.replace(
            ties=after.where(~after.pending),
            organisations=orgs.replace(grants=grants),
            projects=state.projects.joined(new),
            pool=state.pool - int(award.sum()),
            ledger=state.ledger.book(context.calendar.year, {"joint_grants": int(award.sum())}),
            regions=state.regions.replace(awards=awards),
        )

    def _scores(self, orgs: Organisations, bids: Ties, context: Context) -> tuple[Floats, Floats]:
        """Return what the jury sees and the private value of each bid, standard deviations."""
        one, other = bids.source, bids.partner
        merit = context.value_of(orgs, one, other, bids.trust)
        merit = merit + context.value_of(orgs, other, one, bids.trust)
        spread = max(float(merit.std()), TINY)
        value = context.streams.normal("joint call/value", len(orgs), one)
        noise = (self.selection_noise + context.instruments.selection_noise) * _normal_pairs(
            context, one, other
        )
        lagging = context.world.lagging[orgs.region]
        cohesion = (
            context.instruments.cohesion_weight * (lagging[one].astype(float) + lagging[other]) / 2
        )
        return merit / spread + PRIVATE_VALUE * value + noise + cohesion, value

    def _projects(
        self,
        orgs: Organisations,
        ties: Ties,
        row: Ints,
        award: Cents,
        value: Floats,
        asked: Cents,
        context: Context,
    ) -> Projects:
        """Return one project for each side; the odd cent goes to the lead."""
        half = award // 2
        who = np.concatenate([ties.source[row], ties.partner[row]])
        part = np.concatenate([award - half, half])
        cost = np.tile(self.project_cost * award / asked, 2)
        due = np.full(len(who), context.calendar.quarter + self.payment_lag)
        pays = np.full(len(who), context.world.n_authorities)
        return Projects(
            organisation=who,
            instrument=np.full(len(who), JOINT),
            authority=pays,
            domain=orgs.domain[who],
            award=part,
            cost=cost,
            value=np.tile(value, 2),
            due=due,
            end=due + self.duration,
            rd=np.zeros(len(who)),
        )


def _normal_pairs(context: Context, one: Ints, other: Ints) -> Floats:
    """Standard normal numbers of pairs (Box and Muller 1958)."""
    u = context.streams.pair("joint call/jury", one, other)
    v = context.streams.pair("joint call/jury 2", one, other)
    result: Floats = np.sqrt(-2 * np.log(u)) * np.cos(2 * np.pi * v)
    return result
