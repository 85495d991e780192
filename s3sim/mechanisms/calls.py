"""Yearly regional calls: firms apply, authorities select with error, money is committed."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Cents, Floats, Ints, sum_by, sum_cents
from s3sim.core.constants import CENTS_A_KEUR, SMALL, SME, TINY
from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.budget_allocation import allocate_budget
from s3sim.model.context import Context
from s3sim.model.state import (
    HORIZONTAL,
    NOT_SEEKING,
    REGIONAL,
    SEEKING_ANY,
    SEEKING_DOMESTIC,
    Organisations,
    Projects,
    State,
)


@dataclass(frozen=True)
class Calls(ParameterGroup, name="calls"):
    """Regional calls, and horizontal support where a policy offers it.

    Applicants know the value of their project; the authority sees it with noise, the more the
    worse its administration, adds points for priorities and for SMEs, and funds down the list
    until the money is gone; the last project gets what remains.
    """

    # fmt: off
    application_rate: float = param(0.30, 0.05, 0.8,
        "innovative firms that apply in a year when chances are good", unit="share",
        source="0.30 x 0.37 = 11 % win in a year; range from rare bids to most firms")
    usual_success: float = param(0.37, 0.25, 0.60, "success rate at which all those apply",
        unit="share", source="calls of the region", evidence="reported")
    insider_bonus: float = param(0.5, 0.0, 2.0, "how much more often earlier winners apply",
        unit="share", source="insiders")
    project_cost: float = param(150.0, 50.0, 400.0, "cost of a project of a firm of 50 persons",
        unit="kEUR", source="grant sizes", evidence="reported")
    cost_elasticity: float = param(0.5, 0.0, 1.0, "elasticity of project cost to size",
        unit="elasticity",
        source="midway from one cost for all (0) to cost in proportion to size (1)")
    aid_small: float = param(0.70, 0.25, 0.80, "aid intensity for firms below 50 persons",
        unit="share of cost", source="state aid", evidence="reported")
    aid_medium: float = param(0.60, 0.25, 0.80, "aid intensity for firms of 50-249 persons",
        unit="share of cost", source="state aid", evidence="reported")
    aid_large: float = param(0.40, 0.25, 0.80, "aid intensity for larger firms",
        unit="share of cost", source="state aid", evidence="reported")
    selection_noise: float = param(0.6, 0.0, 2.0, "error of selection at the worst administration",
        unit="standard deviations", source="panel")
    priority_bonus: float = param(0.5, 0.0, 2.0, "points for a project in a priority domain",
        unit="standard deviations",
        source="lifts a median project above 69 % of the others; range from none to 98 %")
    sme_bonus: float = param(0.3, 0.0, 2.0, "points for an SME", unit="standard deviations",
        source="weaker than for priorities, lifts a median project above 62 % of the others")
    collaborative_share: float = param(0.40, 0.1, 0.8, "funded projects that must find a partner",
        unit="share",
        source="half of ZIM's 80 % (RKW 2017), as most ERDF grants go to single firms (ECA 2022)")
    success_memory: float = param(0.5, 0.1, 1.0, "weight of the last call in what firms expect",
        unit="share",
        source="each call weighs half of the next; range from long memory to the last call alone")
    payment_lag: int = param(3, 1, 6, "from award to payment", unit="quarters",
        source="reimbursement", evidence="recalled")
    duration: int = param(8, 4, 14, "length of a funded project", unit="quarters",
        source="project length", evidence="reported")
    # fmt: on

    def __call__(self, state: State, context: Context) -> State:
        """Return the state after this year's regional calls."""
        if context.calendar.quarter_of_year != 0:
            none = np.zeros(context.world.n_regions, np.int64)
            return state.replace(regions=state.regions.replace(awards=none))
        orgs, balance = state.organisations, state.authorities.balance
        horizontal = np.floor(balance * min(context.instruments.horizontal_share, 1.0)).astype(
            np.int64
        )
        support = self._support(orgs, horizontal, context)
        applicant = self._applicants(orgs, state.authorities.success, context)
        cost, aid = self.cost(orgs.size[applicant]), self.aid(orgs.size[applicant])
        value = context.streams.normal("calls/value", len(orgs), applicant)
        asked = np.floor(cost * aid * CENTS_A_KEUR * context.weight).astype(np.int64)
        authority = context.world.authority[orgs.region[applicant]]
        award = self._selected(state, context, applicant, value, asked, balance - horizontal)
        success = self._expected(state.authorities.success, authority, asked, award, horizontal)
        won = award > 0
        due = np.full(int(won.sum()), context.calendar.quarter + self.payment_lag)
        projects = Projects(
            organisation=applicant[won],
            instrument=np.full(len(due), REGIONAL),
            authority=authority[won],
            domain=orgs.domain[applicant][won],
            award=award[won],
            cost=cost[won] * award[won] / asked[won],
            value=value[won],
            due=due,
            end=due + self.duration,
            rd=np.zeros(len(due)),
        )
        spent = sum_cents(authority, len(balance), award) + sum_cents(
            support.authority, len(balance), support.award
        )
        booked = {
            "regional_grants": int(award.sum()),
            "horizontal_support": int(support.award.sum()),
        }
        grants = orgs.grants.copy()
        grants[projects.organisation] += 1
        return state.replace(
            organisations=orgs.replace(
                grants=grants, seeking=self._seeking(projects, orgs, context)
            ),
            projects=state.projects.joined(support).joined(projects),
            authorities=state.authorities.replace(balance=balance - spent, success=success),
            ledger=state.ledger.book(context.calendar.year, booked),
            regions=state.regions.replace(awards=_by_region(orgs, projects, support, context)),
        )

    def cost(self, size: Floats) -> Floats:
        """Return the cost of a project, kEUR."""
        return self.project_cost * (np.maximum(size, 1.0) / SMALL) ** self.cost_elasticity

    def aid(self, size: Floats) -> Floats:
        """Return the aid intensity, share of cost."""
        return np.select(
            [size < SMALL, size < SME], [self.aid_small, self.aid_medium], self.aid_large
        )

    def _applicants(self, orgs: Organisations, success: Floats, context: Context) -> Ints:
        """Firms apply the more often the better the chances were, and if they have won before."""
        chance = np.minimum(1.0, success / self.usual_success)[context.world.authority[orgs.region]]
        insider = 1 + self.insider_bonus * (orgs.grants > 0)
        applies = (
            context.streams.uniform("calls/apply", len(orgs))
            < self.application_rate * chance * insider
        )
        return np.flatnonzero(applies & orgs.firms & orgs.innovative)

    def _selected(
        self,
        state: State,
        context: Context,
        applicant: Ints,
        value: Floats,
        asked: Cents,
        pot: Cents,
    ) -> Cents:
        """Return the award of each applicant: first the reserved money, then the open money."""
        orgs, world = state.organisations, context.world
        region = orgs.region[applicant]
        authority = world.authority[region]
        priority = state.authorities.priorities[authority, orgs.domain[applicant]]
        sme = orgs.size[applicant] < SME
        error = self.selection_noise * (1 - world.admin_quality[region])
        seen = value + error * context.streams.normal("calls/selection", len(orgs), applicant)
        points = self.priority_bonus * priority * (context.instruments.reserved_share > 0)
        score = seen + points + self.sme_bonus * sme
        reserved = np.floor(pot * min(context.instruments.reserved_share, 1.0)).astype(np.int64)
        first = allocate_budget(authority, score, np.where(priority, asked, 0), reserved)
        left = pot - sum_cents(authority, len(pot), first)
        # Reserved money that finds no priority project stays reserved, and hence unspent.
        opened = np.minimum(left, pot - reserved)
        return first + allocate_budget(authority, score, np.where(first == 0, asked, 0), opened)

    def _expected(
        self, before: Floats, authority: Ints, asked: Cents, award: Cents, horizontal: Cents
    ) -> Floats:
        wanted = sum_by(authority, len(before), asked.astype(np.float64))
        got = sum_by(authority, len(before), award.astype(np.float64))
        rate = np.divide(got, wanted, out=np.ones_like(got), where=wanted > 0)
        learnt = (1 - self.success_memory) * before + self.success_memory * rate
        return np.where(horizontal > 0, before, learnt)

    def _support(self, orgs: Organisations, pot: Cents, context: Context) -> Projects:
        """Pay every R&D performer a part of its R&D, so that the money is just used up."""
        if not pot.any():
            return Projects.none()
        row = np.flatnonzero(orgs.firms & (orgs.rd > 0))
        authority = context.world.authority[orgs.region[row]]
        total = sum_by(authority, len(pot), orgs.rd[row])
        award = np.floor(pot[authority] * orgs.rd[row] / np.maximum(total[authority], TINY)).astype(
            np.int64
        )
        when = np.full(len(row), context.calendar.quarter + self.payment_lag)
        keur = award / CENTS_A_KEUR / context.weight
        value = context.streams.normal("calls/value", len(orgs), row)
        return Projects(
            organisation=row,
            instrument=np.full(len(row), HORIZONTAL),
            authority=authority,
            domain=orgs.domain[row],
            award=award,
            cost=keur / self.aid(orgs.size[row]),
            value=value,
            due=when,
            end=when + self.duration,
            rd=np.zeros(len(row)),
        )

    def _seeking(self, projects: Projects, orgs: Organisations, context: Context) -> Ints:
        """Return which partner the winners of collaborative projects must find."""
        u = context.streams.uniform("calls/collaborative", (len(orgs), 2))
        row = projects.organisation
        abroad = u[row, 1] < context.instruments.abroad_share
        seeking = np.full(len(orgs), NOT_SEEKING)
        needs = u[row, 0] < self.collaborative_share
        seeking[row] = np.where(needs, np.where(abroad, SEEKING_ANY, SEEKING_DOMESTIC), NOT_SEEKING)
        return seeking


def _by_region(
    orgs: Organisations, projects: Projects, support: Projects, context: Context
) -> Cents:
    n = context.world.n_regions
    return sum_cents(orgs.region[projects.organisation], n, projects.award) + sum_cents(
        orgs.region[support.organisation], n, support.award
    )
