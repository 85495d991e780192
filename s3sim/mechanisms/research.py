"""Organisations do R&D and become able to use what others know."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.context import YEAR_FRACTION, Context
from s3sim.model.state import FIRM, State


@dataclass(frozen=True)
class Research(ParameterGroup, name="research"):
    """R&D spending, its stock and the absorptive capacity that follows (Cohen and Levinthal 1990).

    S <- (1 - depreciation)^dt S + R&D dt;  ac = s / (s + half), s = S / size + skills x tertiary.
    """

    # fmt: off
    depreciation: float = param(0.15, 0.08, 0.30, "depreciation of the R&D stock", unit="1/year",
        source="usual in the literature (Hall, Mairesse and Mohnen 2010)", evidence="recalled")
    half_saturation: float = param(5.0, 2.0, 20.0,
        "R&D stock a head at which half of absorption is reached", unit="kEUR/person")
    skills: float = param(4.0, 0.0, 10.0,
        "what a fully graduate workforce adds to the R&D stock a head", unit="kEUR/person")
    austerity: float = param(0.5, 0.0, 1.0, "own R&D kept up when cash is negative", unit="share")
    # fmt: on

    def __call__(self, state: State, context: Context) -> State:
        """Return the state after R&D of the quarter."""
        orgs = state.organisations
        firm = orgs.kind == FIRM
        plan = np.where(firm, orgs.rd_intensity * orgs.value_added, orgs.rd_intensity)
        plan = np.where(firm & (orgs.cash < 0), self.austerity * plan, plan)
        rd = np.where(orgs.active, plan, 0.0)
        kept = orgs.rd_stock * (1 - self.depreciation) ** YEAR_FRACTION
        stock = np.where(orgs.active, kept + (rd + orgs.project_rd) * YEAR_FRACTION, orgs.rd_stock)
        a_head = (
            stock / np.maximum(orgs.size, 1.0) + self.skills * context.world.tertiary[orgs.region]
        )
        capacity = np.where(orgs.active, a_head / (a_head + self.half_saturation), 0.0)
        return state.replace(
            organisations=orgs.replace(rd=rd, rd_stock=stock, absorptive_capacity=capacity)
        )
