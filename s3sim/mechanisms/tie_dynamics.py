"""A collaboration costs effort, builds trust, breaks, is renewed or ends, and is remembered."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints, sum_by
from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.acquaintances import Acquaintances, pair_numbers
from s3sim.model.context import YEAR_FRACTION, Context
from s3sim.model.state import BROKERED, INSTITUTE, OWN, Organisations, State, Ties

LEAST_SUCCESS = 0.2
"""Chance that partners who do not understand each other succeed all the same (ASAP 2012: 20 % of alliances without a method)."""

MOST_EFFORT = 0.9
"""Most of its R&D effort that an organisation spends on running its partnerships (assumed)."""


@dataclass(frozen=True)
class TieDynamics(ParameterGroup, name="ties"):
    """Length, price, trust, renewal and memory of ties.

    Renewal odds = exp(a0 + a1 trust + a2 V - a3 XB + a4 1[firm and institute]). Renewal after public
    money ends is free: it is not imposed, and trust that a broker lent has faded by then (vouchers:
    strong first effects, gone after 12 months). Who parts remembers: trust fades, former partners
    are met again (`search.former`).
    """

    # fmt: off
    duration: int = param(8, 4, 14, "length of a collaboration", unit="quarters",
        source="ties: duration", evidence="reported")
    cost: float = param(0.05, 0.01, 0.15, "own R&D effort that a partnership costs", unit="share",
        source="ties: cost", evidence="reported")
    cost_abroad: float = param(0.05, 0.0, 0.2, "additional effort across a border", unit="share",
        source="ties: cost abroad")
    broken: float = param(0.14, 0.0, 0.4, "projects that stop early", unit="share of projects",
        source="ties: broken", evidence="reported")
    trust_learning: float = param(0.3, 0.1, 0.6, "how far one outcome moves trust",
        unit="1/project",
        source="ties: trust learning")
    success: float = param(0.5, 0.2, 0.8,
        "chance of success at full understanding, above a floor of 0.2", unit="share",
        source="ties: success", evidence="reported")
    renewal: float = param(-3.1, -5.0, 0.0, "log odds of renewal without trust and value",
        unit="log odds",
        source="ties: renewal")
    renewal_trust: float = param(1.5, 0.0, 3.0, "weight of trust in renewal", unit="log odds",
        source="ties: renewal, trust")
    renewal_value: float = param(2.0, 0.0, 5.0, "weight of the value of learning in renewal",
        unit="log odds",
        source="ties: renewal, value")
    renewal_border: float = param(0.4, 0.0, 1.5, "how much a border lowers renewal",
        unit="log odds",
        source="ties: renewal, border", evidence="reported")
    renewal_science: float = param(0.75, 0.0, 1.5, unit="log odds",
        meaning="how much more often firm and institute go on than two firms",
        source="ties: renewal, science", evidence="reported")
    follow_up: float = param(0.5, 0.0, 1.0, "trust lent by a broker that is left a quarter later",
        unit="share",
        source="ties: follow-up")
    know_how: float = param(2.4, 0.0, 5.0, unit="1/year", source="register studies",
        meaning="productivity that a year of learning from partners adds, per unit of V")
    most_know_how: float = param(0.20, 0.02, 0.3, unit="log points", source="register studies",
        meaning="productivity that partners can bring at the most")
    delay: float = param(2.0, 0.25, 4.0, "from learning to production", unit="years",
        source="ties: delay", evidence="recalled")
    obsolescence: float = param(0.15, 0.05, 0.4, "know-how lost in a year", unit="1/year",
        source="ties: obsolescence", evidence="reported")
    memory: int = param(20, 0, 40, "how long former partners remember each other", unit="quarters",
        source="ties: memory", evidence="reported")
    fading: float = param(0.2, 0.0, 0.6, "trust lost in a year apart", unit="1/year",
        source="ties: fading")
    # fmt: on

    def __call__(self, state: State, context: Context) -> State:
        """Return the state after ties broke, ended or went on, and with what they cost."""
        orgs, quarter = state.organisations, context.calendar.quarter
        ties = self._with_length(state.ties, quarter)
        ends = (ties.end == quarter) & ~ties.pending
        luck = context.streams.pair("ties/breaks", ties.source, ties.partner)
        chance = 1 - (1 - self.broken) ** (1 / self.duration)
        breaks = (luck < chance) & ~ties.pending & ~ends
        value, understood, abroad, science = self._seen(ties, state, context)
        luck = context.streams.pair("ties/success", ties.source, ties.partner)
        succeeded = luck < LEAST_SUCCESS + self.success * understood
        lent = (ties.kind == BROKERED) & (quarter - ties.start <= self.duration)
        held = ties.trust * np.where(lent, self.follow_up, 1.0)
        moved = held + self.trust_learning * ((succeeded & ends) - held)
        trust = np.where(ends | breaks, moved, held)
        odds = (
            self.renewal
            + self.renewal_trust * trust
            + self.renewal_value * value
            - self.renewal_border * abroad
            + self.renewal_science * science
        )
        again = context.streams.pair("ties/renewal", ties.source, ties.partner) < 1 / (
            1 + np.exp(-odds)
        )
        goes_on, over = ends & again, breaks | (ends & ~again)
        kind = np.where(goes_on & (ties.kind != BROKERED), OWN, ties.kind)
        ties = ties.replace(
            trust=trust, kind=kind, end=np.where(goes_on, quarter + self.duration, ties.end)
        )
        kept = ties.where(~over)
        return state.replace(
            ties=kept,
            acquaintances=self._remembered(state.acquaintances, kept, ties, over, orgs, quarter),
            organisations=self._learnt(orgs).replace(tie_cost=self._cost(kept, state, context)),
        )

    def _learnt(self, orgs: Organisations) -> Organisations:
        """Let what partners showed reach production, late, up to a bound, and fade."""
        firms, most = orgs.firms, self.most_know_how
        insight = orgs.insight + (orgs.learning - orgs.insight) * YEAR_FRACTION / self.delay
        kept = orgs.know_how * (1 - self.obsolescence) ** YEAR_FRACTION
        gain = self.know_how * YEAR_FRACTION * insight * np.maximum(0.0, 1 - orgs.know_how / most)
        new = kept + np.minimum(gain, np.maximum(0.0, most - kept))
        step = np.where(firms, new - orgs.know_how, 0.0)
        return orgs.replace(
            insight=np.where(firms, insight, orgs.insight),
            know_how=orgs.know_how + step,
            productivity=orgs.productivity * np.exp(step),
        )

    def settled_know_how(self, learning: Floats) -> Floats:
        """Return the know-how at which what is learnt makes up for what fades, log points, [N]."""
        gain, loss = self.know_how * learning, -np.log(1 - self.obsolescence)
        return np.asarray(gain / (loss + gain / self.most_know_how))

    def _with_length(self, ties: Ties, quarter: int) -> Ties:
        return ties.replace(end=np.where(ties.end < 0, quarter + self.duration, ties.end))

    def _seen(
        self, ties: Ties, state: State, context: Context
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """Return value and understanding, mean of both sides; is a border, are kinds crossed."""
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
        science = institute[ties.source] != institute[ties.partner]
        return mean[0], mean[1], abroad.astype(np.float64), science.astype(np.float64)

    def _remembered(
        self,
        past: Acquaintances,
        kept: Ties,
        ties: Ties,
        over: Bools,
        orgs: Organisations,
        quarter: int,
    ) -> Acquaintances:
        """Return who remembers whom: those who part join, those who meet again leave the table."""
        n = len(orgs)
        fresh = past.ended > quarter - self.memory
        fresh &= orgs.active[past.one] & orgs.active[past.other]
        together = np.sort(pair_numbers(kept.source, kept.partner, n))
        past = past.where(fresh & ~_within(pair_numbers(past.one, past.other, n), together))
        trust = past.trust * (1 - self.fading) ** YEAR_FRACTION
        parted = ties.where(over)
        return Acquaintances.of(
            np.concatenate((past.one, parted.source)),
            np.concatenate((past.other, parted.partner)),
            np.concatenate((trust, parted.trust)),
            np.concatenate((past.ended, np.full(len(parted), quarter))),
            n,
        )

    def _cost(self, ties: Ties, state: State, context: Context) -> Floats:
        """Return the share of own R&D effort that partnerships cost each organisation, [N]."""
        orgs, n = state.organisations, len(state.organisations)
        abroad = context.space.abroad[orgs.region[ties.source], orgs.region[ties.partner]]
        price = np.where(ties.pending, 0.0, self.cost + self.cost_abroad * abroad)
        total = sum_by(ties.source, n, price) + sum_by(ties.partner, n, price)
        return np.minimum(total, MOST_EFFORT)


def _within(numbers: Ints, ordered: Ints) -> Bools:
    """Return which numbers stand in an ordered list."""
    if not len(ordered):
        return np.zeros(len(numbers), bool)
    place = np.minimum(np.searchsorted(ordered, numbers), len(ordered) - 1)
    inside: Bools = ordered[place] == numbers
    return inside
