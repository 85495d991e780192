"""Partners learn from each other: an inverted U in how different they are."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Floats, Ints, Singles, sum_by
from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.consortium_partners import meetings
from s3sim.model.context import YEAR_FRACTION, Context
from s3sim.model.state import INSTITUTE, State

PROJECT_TRUST = 0.3
"""Trust of members of a research consortium in each other: that of first partners (assumed)."""


@dataclass(frozen=True)
class Learning(ParameterGroup, name="learning"):
    """Value of learning and transfer of mastery along every collaboration in progress.

    A research consortium is one collaboration of each member, with one other of its partners a
    quarter (`consortium_partners.meetings`).

    The value (`proximity`) raises the chance to innovate; transfer moves the partner's home
    domain into one's own knowledge, which brings partners closer and makes a repeated tie worth
    less: second-hand knowledge is worth most when it is new.
    """

    # fmt: off
    transfer: float = param(0.20, 0.02, 0.6,
        "speed at which an understood gap in the partner's home domain closes", unit="1/year",
        source="learning: transfer")
    # fmt: on

    def __call__(self, state: State, context: Context) -> State:
        """Return the state after learning of the quarter."""
        orgs, n = state.organisations, len(state.organisations)
        ties = state.ties.where(~state.ties.pending)
        member, colleague = meetings(state.participations, context.streams)
        learner = np.concatenate([ties.source, ties.partner, member])
        teacher = np.concatenate([ties.partner, ties.source, colleague])
        trust = np.concatenate([ties.trust, ties.trust, np.full(len(member), PROJECT_TRUST)])
        space, institute = context.space, orgs.kind == INSTITUTE
        distance = space.apart(orgs.knowledge, learner, teacher)
        capacity = orgs.absorptive_capacity[learner]
        abroad = space.abroad[orgs.region[learner], orgs.region[teacher]]
        value = context.proximity.value(
            distance, capacity, institute[learner], institute[teacher], abroad, trust
        )
        from_institute = np.where(institute[teacher], value, 0.0)
        number = np.maximum(sum_by(learner, n), 1.0)
        understood = context.proximity.understanding(distance, capacity, institute[learner])
        return state.replace(
            organisations=orgs.replace(
                learning=sum_by(learner, n, value),
                institute_learning=sum_by(learner, n, from_institute),
                novelty=sum_by(learner, n, distance) / number,
                knowledge=self._transferred(state, learner, teacher, understood),
            )
        )

    def _transferred(
        self, state: State, learner: Ints, teacher: Ints, understood: Floats
    ) -> Singles:
        orgs = state.organisations
        domain = orgs.domain[teacher]
        gap = np.maximum(0.0, orgs.knowledge[teacher, domain] - orgs.knowledge[learner, domain])
        gain = (self.transfer * YEAR_FRACTION * understood * gap).astype(np.float32)
        knowledge = orgs.knowledge.copy()
        # Two partners from one domain: the larger gain counts, so that mastery cannot overshoot.
        np.maximum.at(knowledge, (learner, domain), orgs.knowledge[learner, domain] + gain)
        return knowledge
