"""`S3Model`: the Mesa shell that turns the crank, a quarter a step."""

import inspect
from functools import partial
from pathlib import Path
from typing import Any

import mesa

from s3sim.core.errors import InputError
from s3sim.core.parameters import plain
from s3sim.model.instruments import Instruments
from s3sim.model.state import State
from s3sim.outcomes import OUTCOMES
from s3sim.outcomes.panel import Panel, Window
from s3sim.simulation.agents import Firm, Institute, Organisation, View, wanted
from s3sim.simulation.engine import Engine
from s3sim.simulation.recorder import Recorder
from s3sim.simulation.scenario import LIMITS, Scenario
from s3sim.world import World

FIELDS = ("policy", "years", "scale", "seed", "replication", "start")


class S3Model(mesa.Model):
    """Firms, institutes, authorities and brokers of real regions under an S3 policy.

    Parameters
    ----------
    scenario : Scenario, optional
        All that decides the run; the partner regions at scale 0.02 unless given.
    rng : int, optional
        Mesa's word for luck: the replication, unless `replication` is given. Where neither is,
        each iteration of `mesa.batch_run` is a replication of its own.
    **kwargs
        Fields of the scenario (``policy="trans_s3"``, ``replication=3``, ``world="bsr"``) and
        dotted parameters (``**{"search.rate": 0.2}``), so that `mesa.batch_run` can sweep them.

    Raises
    ------
    InputError
        For unknown names and values out of range, and where `rng` is no whole number.

    Examples
    --------
    >>> from s3sim.world import World
    >>> model = S3Model(world=World.synthetic(3, seed=1, firms=40), scale=0.5, years=1)
    >>> while model.running:
    ...     model.step()
    >>> model.quarter, len(model.datacollector.get_model_vars_dataframe())
    (4, 4)
    """

    def __init__(self, scenario: Scenario | None = None, *, rng: Any = None, **kwargs: Any) -> None:
        scenario = _scenario(scenario, rng, kwargs)
        self._decided = scenario
        super().__init__(rng=scenario.replication)
        self.engine = Engine.of(scenario)
        self.state: State = self.engine.initial_state()
        self.recorder = Recorder(self.engine)
        self.quarter = 0
        self.instruments = Instruments.none(self.world)
        self._views: dict[tuple[type[View], int], View] = {}
        self._seen = -1
        self._panel: Panel | None = None
        reporters = {name: partial(_reported, name=name) for name in OUTCOMES}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)

    @property
    def scenario(self) -> Scenario:
        """All that decides the run."""
        return self._decided

    @scenario.setter
    def scenario(self, scenario: object) -> None:
        """Mesa 3.4 and later set a scenario of their own here, which a frozen one replaces."""

    @property
    def world(self) -> World:
        """Regions and figures."""
        return self.scenario.world

    def step(self) -> None:
        """Run one quarter: policies offer, mechanisms act in order, outcomes are recorded.

        Raises
        ------
        InputError
            After the last quarter; the state is left as it is.
        """
        quarters = self.engine.context.calendar.n_quarters
        if self.quarter >= quarters:
            raise InputError(
                f"the run ended after {quarters} quarters; make a new model, with more years "
                f"(years = {self.scenario.years}) if it is to run longer."
            )
        self.state, context = self.engine.step(self.state, self.quarter)
        self.instruments = context.instruments
        self.quarter += 1
        self.recorder.collect(self.state)
        self.datacollector.collect(self)
        self.running = self.quarter < quarters

    @property
    def panel(self) -> Panel:
        """Measures of all quarters so far; InputError before the first."""
        if self.quarter == 0:
            raise InputError("no quarter has run yet, so nothing is measured; call step() first.")
        if self._panel is None or self._panel.n_quarters != self.quarter:
            self._panel = self.recorder.panel(self.state)
        return self._panel

    def outcomes(self) -> dict[str, float]:
        """Return every outcome over its own window, as `s3sim compare` reports it."""
        return {name: one.total(self.panel) for name, one in OUTCOMES.items()}

    @property
    def agents(self) -> mesa.agent.AgentSet:
        """All actors that exist now, as Mesa agents."""
        self._look()
        return super().agents

    @property
    def agents_by_type(self) -> dict[type, mesa.agent.AgentSet]:
        """Actors that exist now by kind: Firm, Institute, Authority, Broker."""
        self._look()
        return super().agents_by_type

    def organisation(self, row: int) -> Organisation:
        """Return the active firm or institute of a row; KeyError if there is none."""
        self._look()
        for kind in (Firm, Institute):
            view = self._views.get((kind, row))
            if isinstance(view, Organisation):
                return view
        raise KeyError(f"no active organisation in row {row}")

    def forget(self, view: View) -> None:
        """Drop the view of a row that is gone."""
        self._views.pop((type(view), view.row), None)
        view.drop()

    def _look(self) -> None:
        """Make views of new actors and drop those that are gone, once a quarter."""
        if self._seen == self.quarter:
            return
        self._seen = self.quarter
        now = dict.fromkeys(wanted(self))
        for key in [key for key in self._views if key not in now]:
            self.forget(self._views[key])
        for kind, row in now:
            if (kind, row) not in self._views:
                self._views[kind, row] = kind.on(self, row)


def _scenario(scenario: Scenario | None, rng: Any, kwargs: dict[str, Any]) -> Scenario:
    world = kwargs.pop("world", None)
    if isinstance(world, str | Path):
        world = World.load(str(world))
    if scenario is None:
        scenario = Scenario(world or World.load("partners"), scale=0.02)
    elif world is not None:
        scenario = scenario.replace(world=world)
    changes = {name: plain(kwargs.pop(name)) for name in FIELDS if name in kwargs}
    rng = plain(rng)
    if changes.get("seed", 0) is None:  # Mesa's word for any luck
        del changes["seed"]
    if rng is not None and (isinstance(rng, bool) or not isinstance(rng, int)):
        low, high = LIMITS["replication"][:2]
        raise InputError(
            f"rng = {repr(rng)[:60]} is not a whole number; rng is the replication, "
            f"{low} to {high}: the same number gives the same luck under every policy."
        )
    if "replication" not in changes:
        iteration = _batch_iteration()
        if rng is not None or iteration:
            changes["replication"] = scenario.replication + iteration if rng is None else rng
    return scenario.replace(kwargs, **changes)


def _batch_iteration() -> int:
    """Return which iteration of `mesa.batch_run` makes this model, 0 outside of it.

    Mesa gives the iteration to no model: it is a local variable of the function that makes them.
    """
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_code.co_name == "_model_run_func":
            return int(frame.f_locals.get("iteration", 0))
        frame = frame.f_back
    return 0


def _reported(model: S3Model, name: str) -> float:
    """Return an outcome of the current quarter."""
    panel = model.panel
    now = Window(panel, panel.n_quarters - 1, panel.n_quarters)
    return float(OUTCOMES[name].value(now))
