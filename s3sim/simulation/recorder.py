"""Keep what outcomes need while a run goes on, and nothing else."""

import numpy as np

from s3sim.core.arrays import Bools, Floats, sum_by
from s3sim.model.context import QUARTERS
from s3sim.model.state import State
from s3sim.outcomes.decomposition import PARTS, Firms, decomposed
from s3sim.outcomes.measures import links, measures
from s3sim.outcomes.panel import Panel
from s3sim.simulation.engine import Engine

LINK_QUARTERS = 16
"""Last quarters over which links are averaged: four years."""


class Recorder:
    """Collects measures every quarter, and links over the last four years."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.quarters: list[dict[str, Floats]] = []
        regions = engine.context.world.n_regions
        self._links = np.zeros((4, regions, regions))
        self._abroad: Floats | None = None
        self._linked = 0
        self._base: Firms | None = None

    def collect(self, state: State) -> None:
        """Read a state at the end of its quarter."""
        context = self.engine.context
        self.quarters.append(measures(state, context.world, context.scale))
        if len(self.quarters) == max(min(context.calendar.start, context.calendar.n_quarters), 1):
            self._base = Firms.of(state.organisations)
        if len(self.quarters) > context.calendar.n_quarters - LINK_QUARTERS:
            region = state.organisations.region
            self._links += links(state.ties, region, context.world.n_regions)
            self._abroad = _partners_abroad(state, context.world.cross_border) + (
                0.0 if self._abroad is None else self._abroad
            )
            self._linked += 1

    @property
    def links(self) -> Floats:
        """Mean active collaborations over the last four years, real scale, [4, R, R]."""
        return self._links / max(self._linked, 1) / self.engine.context.scale

    @property
    def partners_abroad(self) -> Floats:
        """Mean partners abroad of each organisation over the last four years, [N]."""
        assert self._abroad is not None
        return self._abroad / self._linked

    def panel(self, state: State) -> Panel:
        """Return measures over time with what outcomes need beside them."""
        context = self.engine.context
        return Panel(
            values={name: np.stack([q[name] for q in self.quarters]) for name in self.quarters[0]},
            population=context.world.population,
            lagging=context.world.lagging.astype(np.float64),
            sources=float(state.ledger.sources.sum()) / 1e8,
            unspent=state.ledger.total("unspent") / 1e8,
            start=context.calendar.start,
            growth=self._growth(state),
        )

    def _growth(self, state: State) -> dict[str, float]:
        """Return the parts of productivity growth since policies start, log points a year."""
        calendar = self.engine.context.calendar
        years = (calendar.n_quarters - max(calendar.start, 1)) / QUARTERS
        if self._base is None or years <= 0:
            return dict.fromkeys(PARTS, float("nan"))
        parts = decomposed(self._base, Firms.of(state.organisations))
        return {name: part / years for name, part in parts.items()}

    def collaboration_years(self) -> float:
        """Return years of cross-border collaboration in the run, summed over collaborations."""
        return float(sum(q["cross_border"].sum() for q in self.quarters)) / QUARTERS


def _partners_abroad(state: State, cross_border: Bools) -> Floats:
    ties, region = state.ties.where(~state.ties.pending), state.organisations.region
    abroad = cross_border[region[ties.source], region[ties.partner]].astype(np.float64)
    n = len(region)
    return sum_by(ties.source, n, abroad) + sum_by(ties.partner, n, abroad)
