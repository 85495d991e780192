"""A collaboration costs effort, builds trust, and is renewed or ends."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Floats, sum_by
from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.context import Context
from s3sim.model.state import BROKERED, INSTITUTE, OWN, State, Ties

LEAST_SUCCESS = 0.2
"""Chance that partners who do not understand each other succeed all the same (assumed)."""

MOST_EFFORT = 0.9
"""Most of its R&D effort that an organisation spends on running its partnerships (assumed)."""


@dataclass(frozen=True)
class TieDynamics(ParameterGroup, name="ties"):
    """Length, price, trust and renewal of ties.

    Renewal odds = exp(a0 + a1 trust + a2 V - a3 XB). Renewal after public money ends is free: it
    is not imposed (Creative Credits: strong first effects, gone after 12 months).
    """

    # fmt: off
    duration: int = param(8, 4, 14, "length of a collaboration", unit="quarters",
        source="two- to three-year projects", evidence="recalled")
    cost: float = param(0.05, 0.01, 0.15, "own R&D effort that a partnership costs", unit="share",
        source="SKIN taxes partnerships in the same order")
    cost_abroad: float = param(0.05, 0.0, 0.2, "additional effort across a border", unit="share")
    trust_learning: float = param(0.3, 0.1, 0.6, "how far one outcome moves trust",
        unit="1/project")
    success: float = param(0.5, 0.2, 0.8,
        "chance of success at full understanding, above a floor of 0.2", unit="share")
    renewal: float = param(-2.4, -4.0, 0.0, "log odds of renewal without trust and value",
        unit="log odds", source="Toth et al. 2021", evidence="recalled")
    renewal_trust: float = param(1.5, 0.0, 3.0, "weight of trust in renewal", unit="log odds")
    renewal_value: float = param(2.0, 0.0, 5.0, "weight of the value of learning in renewal",
        unit="log odds")
    renewal_border: float = param(0.4, 0.0, 1.5, "how much a border lowers renewal",
        unit="log odds")
    # fmt: on

    def __call__(self, state: State, context: Context) -> State:
        """Return the state after ties ended or went on, and with what they cost."""
        ties = self._with_length(state.ties, context.calendar.quarter)
        ends = (ties.end == context.calendar.quarter) & ~ties.pending
        value, understood, abroad = self._seen(ties, state, context)
        luck = context.streams.pair("ties/success", ties.source, ties.partner)
        succeeded = luck < LEAST_SUCCESS + self.success * understood
        moved = ties.trust + self.trust_learning * (succeeded - ties.trust)
        trust = np.where(ends, moved, ties.trust)
        odds = (
            self.renewal
            + self.renewal_trust * trust
            + self.renewal_value * value
            - self.renewal_border * abroad
        )
        again = context.streams.pair("ties/renewal", ties.source, ties.partner) < 1 / (
            1 + np.exp(-odds)
        )
        goes_on = ends & again
        kind = np.where(goes_on & (ties.kind != BROKERED), OWN, ties.kind)
        ties = ties.replace(
            trust=trust,
            kind=kind,
            end=np.where(goes_on, context.calendar.quarter + self.duration, ties.end),
        )
        kept = ties.where(~ends | again)
        return state.replace(
            ties=kept,
            organisations=state.organisations.replace(tie_cost=self._cost(kept, state, context)),
        )

    def _with_length(self, ties: Ties, quarter: int) -> Ties:
        return ties.replace(end=np.where(ties.end < 0, quarter + self.duration, ties.end))

    def _seen(self, ties: Ties, state: State, context: Context) -> tuple[Floats, Floats, Floats]:
        """Return value and understanding, mean of both sides, and whether a border is crossed."""
        orgs, space = state.organisations, context.space
        institute, capacity = orgs.kind == INSTITUTE, orgs.absorptive_capacity
        # Learning has just changed what all know: nobody else needs these positions.
        distance = space.cognitive_distance(
            space.positions(orgs.knowledge[ties.source]),
            space.positions(orgs.knowledge[ties.partner]),
        )
        abroad = space.abroad[orgs.region[ties.source], orgs.region[ties.partner]]
        me = np.concatenate((ties.source, ties.partner))
        you = np.concatenate((ties.partner, ties.source))
        both = np.concatenate((distance, distance))
        value = context.proximity.value(
            both,
            capacity[me],
            institute[me],
            institute[you],
            np.concatenate((abroad, abroad)),
            np.concatenate((ties.trust, ties.trust)),
        )
        understood = context.proximity.understanding(both, capacity[me], institute[me])
        mean = np.stack((value, understood)).reshape(2, 2, -1).mean(axis=1)
        return mean[0], mean[1], abroad.astype(np.float64)

    def _cost(self, ties: Ties, state: State, context: Context) -> Floats:
        """Return the share of own R&D effort that partnerships cost each organisation, [N]."""
        orgs, n = state.organisations, len(state.organisations)
        abroad = context.space.abroad[orgs.region[ties.source], orgs.region[ties.partner]]
        price = np.where(ties.pending, 0.0, self.cost + self.cost_abroad * abroad)
        total = sum_by(ties.source, n, price) + sum_by(ties.partner, n, price)
        return np.minimum(total, MOST_EFFORT)
