"""Organisations do R&D and become able to use what others know."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.context import QUARTERS, YEAR_FRACTION, Context
from s3sim.model.rd_decisions import innovative_share, rd_intensity, size_class
from s3sim.model.state import FIRM, Organisations, State


@dataclass(frozen=True)
class Research(ParameterGroup, name="research"):
    """R&D spending, its stock and the absorptive capacity that follows (Cohen and Levinthal 1990).

    S <- (1 - depreciation)^dt S + R&D dt;  ac = s / (s + half), s = S / (size x wages) + skills x tertiary.
    What there is to absorb grows with the productivity of all, so the stock counts at wages over
    those of the start (productivity-adjusted R&D: Howitt 2000). Public research money grows with
    wages. A firm's decision stands for a year with `persistence`; otherwise it decides afresh as
    an entrant of its region, industry and size would (`rd_decisions`): intensity reverts to its
    industry's, and no lineage of firms keeps an advantage for ever.
    """

    # fmt: off
    depreciation: float = param(0.15, 0.08, 0.30, "depreciation of the R&D stock", unit="1/year",
        source="R&D depreciation", evidence="reported")
    half_saturation: float = param(5.0, 2.0, 20.0, unit="kEUR/person", source="half absorption",
        meaning="R&D stock a head, at the wages of the start, that gives half of absorption")
    skills: float = param(4.0, 0.0, 10.0, unit="kEUR/person", source="skills in absorption",
        meaning="what a fully graduate workforce adds to the R&D stock a head")
    persistence: float = param(0.80, 0.70, 0.95, unit="share",
        meaning="firms whose decision on R&D stands after a year", source="persistence of R&D",
        evidence="recalled")
    austerity: float = param(0.5, 0.0, 1.0, "own R&D kept up when cash is negative", unit="share",
        source="direction: R&D is cut, but less than profits (Coad and Rao 2010); half, between none and all")
    # fmt: on

    def __call__(self, state: State, context: Context) -> State:
        """Return the state after R&D of the quarter."""
        orgs = self._reconsidered(state, context)
        firm = orgs.kind == FIRM
        plan = orgs.rd_intensity * np.where(firm, orgs.value_added, state.wage_level)
        plan = np.where(firm & (orgs.cash < 0), self.austerity * plan, plan)
        rd = np.where(orgs.active, plan, 0.0)
        kept = orgs.rd_stock * (1 - self.depreciation) ** YEAR_FRACTION
        stock = np.where(orgs.active, kept + (rd + orgs.project_rd) * YEAR_FRACTION, orgs.rd_stock)
        a_head = (
            stock / (np.maximum(orgs.size, 1.0) * state.wage_level)
            + self.skills * context.world.tertiary[orgs.region]
        )
        capacity = np.where(orgs.active, a_head / (a_head + self.half_saturation), 0.0)
        return state.replace(
            organisations=orgs.replace(rd=rd, rd_stock=stock, absorptive_capacity=capacity)
        )

    def _reconsidered(self, state: State, context: Context) -> Organisations:
        """Let some firms decide afresh, at the end of a year, whether to innovate and do R&D."""
        orgs = state.organisations
        if context.calendar.quarter_of_year != QUARTERS - 1:
            return orgs
        firm, world = np.flatnonzero(orgs.firms), context.world
        luck = context.streams.uniform("research/reconsiders", len(orgs), firm)
        row = firm[luck > self.persistence]
        u = context.streams.uniform("research/decides", (len(orgs), 2), row)
        noise = context.streams.normal("research/intensity", len(orgs), row)
        region, size = orgs.region[row], orgs.size[row]
        does = u[:, 0] < innovative_share(world)[region, size_class(size)]
        norm = state.regions.rd_norm[region]
        spends = rd_intensity(world, norm, orgs.domain[row], size, u[:, 1], noise)
        innovative, intensity = orgs.innovative.copy(), orgs.rd_intensity.copy()
        innovative[row], intensity[row] = does, np.where(does, spends, 0.0)
        return orgs.replace(innovative=innovative, rd_intensity=intensity)
