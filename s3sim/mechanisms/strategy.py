"""Authorities adopt the lists that their policy has worked out, and monitor what came of them."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Floats, sum_by
from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.context import Context
from s3sim.model.matching import employment_table
from s3sim.model.state import State

PUBLICATION = 2
"""Quarter of the year in which statistics appear; used at the turn of the year, 6 quarters old."""


@dataclass(frozen=True)
class Strategy(ParameterGroup, name="strategy"):
    """Adoption of priorities, publication of statistics, monitoring of funded projects.

    How lists are chosen is the business of policies; what authorities can know is decided here:
    statistics are 6 quarters old when a year's calls open, monitoring sees results with noise.
    """

    # fmt: off
    monitoring_noise: float = param(0.5, 0.0, 2.0, "noise of monitored results over their size",
        unit="standard deviations",
        source="an error half as large as the results; range from exact to twice as large")
    forgetting: float = param(0.05, 0.0, 0.2, "weight that past results lose", unit="1/quarter",
        source="a memory of 1/0.05 = 20 quarters, most of a programme; range from for ever to 5")
    # fmt: on

    def __call__(self, state: State, context: Context) -> State:
        """Return the state with this quarter's lists, statistics and monitoring."""
        offer, authorities, regions = context.instruments, state.authorities, state.regions
        priorities = authorities.priorities if offer.priorities is None else offer.priorities
        joint = state.joint_priorities if offer.joint_priorities is None else offer.joint_priorities
        if context.calendar.quarter_of_year == PUBLICATION:
            table = employment_table(state.organisations, context.world)
            regions = regions.replace(published=regions.awaiting, awaiting=table)
        return state.replace(
            authorities=authorities.replace(
                priorities=priorities, results=self._monitored(state, context)
            ),
            regions=regions,
            joint_priorities=joint,
        )

    def _monitored(self, state: State, context: Context) -> Floats:
        """Return a decaying sum of last quarter's innovations of funded projects, [A, D]."""
        projects, shape = state.projects, state.authorities.results.shape
        running = (projects.due < context.calendar.quarter) & (projects.authority < shape[0])
        key = projects.authority[running] * shape[1] + projects.domain[running]
        seen = state.organisations.innovations[projects.organisation[running]].astype(np.float64)
        total = sum_by(key, shape[0] * shape[1], seen).reshape(shape) * context.weight
        row = np.flatnonzero(total.any(axis=1))
        luck = context.streams.normal("strategy/monitoring", shape, row)
        results = state.authorities.results * (1 - self.forgetting)
        results[row] += np.maximum(total[row] * (1 + self.monitoring_noise * luck), 0.0)
        return results
