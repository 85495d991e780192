"""Research institutes deepen their domains, slowly, from grants and projects."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.context import YEAR_FRACTION, Context
from s3sim.model.population import INSTITUTE_DOMAINS
from s3sim.model.state import INSTITUTE, State

WORKS_IN = 0.1
"""Mastery above which an institute counts as working in a domain (assumed)."""

MOST_BOOST = 3.0
"""Most that steering multiplies the effort in a domain: laboratories cannot be refitted at will."""


@dataclass(frozen=True)
class Institutes(ParameterGroup, name="institutes"):
    """Knowledge of an institute grows with its research money, with a long lag (through its stock).

    growth of mastery = speed (stock a researcher / usual)^exponent (1 - mastery), on domains that
    it already works in, and slower the more these are beyond six; a share of its effort follows the priorities of its authority.
    Institutes also raise radical innovation and widen the reach of learning (`innovation`,
    `proximity`), feed the pool of spillovers and let firms spin off (`demography`).
    """

    # fmt: off
    speed: float = param(0.04, 0.0, 0.15, "growth of mastery at usual money", unit="1/year",
        source="institutes: speed")
    exponent: float = param(0.8, 0.5, 1.0, "returns to public research money", unit="elasticity",
        source="institutes: exponent", evidence="reported")
    usual_stock: float = param(400.0, 100.0, 1000.0, unit="kEUR/researcher",
        meaning="research stock of a researcher at usual money, at the wages of the start", source="researcher's stock")
    steered: float = param(0.3, 0.0, 0.8, "effort that follows S3 priorities", unit="share",
        source="institutes: steered")
    # fmt: on

    def __call__(self, state: State, context: Context) -> State:
        """Return the state after this quarter's public research."""
        orgs = state.organisations
        row = np.flatnonzero(orgs.active & (orgs.kind == INSTITUTE))
        a_head = orgs.rd_stock[row] / np.maximum(orgs.size[row], 1.0)
        pace = (
            self.speed
            * YEAR_FRACTION
            * (a_head / (self.usual_stock * state.wage_level)) ** self.exponent
        )
        mastery = orgs.knowledge[row].astype(np.float64)
        works_in = mastery > WORKS_IN
        wanted = state.authorities.priorities[context.world.authority[orgs.region[row]]]
        wanted = wanted | state.joint_priorities
        listed = (works_in & wanted).sum(axis=1, keepdims=True)
        # Effort is shared: what priorities get is taken from the institute's other domains.
        number = np.maximum(works_in.sum(axis=1, keepdims=True), 1)
        steered = 1 - self.steered + self.steered * wanted * number / np.maximum(listed, 1)
        boost = np.where(listed > 0, steered, 1.0) * np.minimum(INSTITUTE_DOMAINS / number, 1.0)
        effort = np.where(works_in, np.minimum(boost, MOST_BOOST), 0.0)
        knowledge = orgs.knowledge.copy()
        grown = mastery + np.minimum(pace[:, None] * effort, 1.0) * (1 - mastery)
        knowledge[row] = np.clip(grown, 0.0, 1.0)
        return state.replace(organisations=orgs.replace(knowledge=knowledge))
