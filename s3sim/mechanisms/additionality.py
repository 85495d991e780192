"""Grants are paid, projects start, and some of the R&D is additional."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Bools, Floats, sum_by, sum_cents
from s3sim.core.constants import CENTS_A_KEUR, SMALL
from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.context import YEAR_FRACTION, Context
from s3sim.model.state import FIRM, PROJECT_ITEMS, Projects, State


@dataclass(frozen=True)
class Additionality(ParameterGroup, name="additionality"):
    """Additionality is an outcome of liquidity, size and selection, not a number.

    A project that the firm could and would have paid itself only frees the grant, of which a share
    is put back into R&D. A project that was out of reach happens because of the grant, less what
    is taken from the firm's other R&D. An authority that picks the best-looking projects picks
    feasible ones, and gets crowding out (Bronzini and Iachini 2014; Dimos and Pugh 2016).
    """

    # fmt: off
    recycled_small: float = param(0.3, 0.0, 0.6, "freed money that small firms put back into R&D",
        unit="share", source="freed money")
    recycled_large: float = param(0.1, 0.0, 0.6, "freed money that larger firms put back into R&D",
        unit="share", source="freed money")
    staff: float = param(0.7, 0.4, 1.0,
        "share of a new project that is not taken from other own R&D", unit="share",
        source="scarce staff", evidence="reported")
    liquidity: float = param(0.3, 0.1, 0.6, "share of cash that a firm would put into one project",
        unit="share",
        source="a third, the rest pays wages and stocks; range from a tenth to most of it")
    # fmt: on

    def __call__(self, state: State, context: Context) -> State:
        """Return the state after the payments that are due and the running projects' R&D."""
        orgs, projects, n = state.organisations, state.projects, len(state.organisations)
        now = context.calendar.quarter
        # A row that was left may have a new founder next quarter: take its projects back at once.
        gone = ~orgs.active[projects.organisation]
        due = projects.due == now
        state = _taken_back(state, gone & (projects.due >= now), context)
        paid = due & ~gone
        keur = np.where(paid, projects.award / CENTS_A_KEUR / context.weight, 0.0)
        firm = orgs.kind == FIRM
        cash = orgs.cash + np.where(firm, sum_by(projects.organisation, n, keur), 0.0)
        projects = projects.replace(
            rd=np.where(paid, self._added(state, projects, keur), projects.rd)
        )
        running = (projects.due <= now) & (projects.end > now)
        extra = sum_by(projects.organisation, n, np.where(running, projects.rd, 0.0))
        extra = np.where(orgs.active, extra, 0.0)
        cash = cash - np.where(firm, extra * YEAR_FRACTION, 0.0)
        regions = orgs.region[projects.organisation]
        out = sum_cents(regions, context.world.n_regions, np.where(paid, projects.award, 0))
        return state.replace(
            organisations=orgs.replace(cash=cash, project_rd=extra),
            projects=projects.where((projects.end > now) & ~gone),
            regions=state.regions.replace(grants_paid=out),
        )

    def _added(self, state: State, projects: Projects, keur: Floats) -> Floats:
        """Return the R&D that each project adds, kEUR a year while it runs."""
        orgs, who = state.organisations, projects.organisation
        total = self.added(
            keur, projects.cost, projects.value, orgs.cash[who], orgs.size[who] < SMALL
        )
        return total / np.maximum((projects.end - projects.due) * YEAR_FRACTION, YEAR_FRACTION)

    def added(
        self, grant: Floats, cost: Floats, value: Floats, cash: Floats, small: Bools
    ) -> Floats:
        """Return the R&D that grants add in all, kEUR, shape [P].

        feasible (value > 0 and cost <= liquidity x cash): recycled share x grant;
        infeasible: staff x cost.
        """
        feasible = (value > 0) & (cost <= self.liquidity * np.maximum(cash, 0.0))
        recycled = np.where(small, self.recycled_small, self.recycled_large)
        return np.where(grant > 0, np.where(feasible, recycled * grant, self.staff * cost), 0.0)


def _taken_back(state: State, gone: Bools, context: Context) -> State:
    """Book what falls due to organisations that are gone as unspent."""
    if not gone.any():
        return state
    lost, kind = state.projects.award[gone], state.projects.instrument[gone]
    booked = {item: -int(lost[kind == code].sum()) for code, item in enumerate(PROJECT_ITEMS)}
    booked["unspent"] = int(lost.sum())
    return state.replace(ledger=state.ledger.book(context.calendar.year, booked))
