"""One run and what is kept of it; a run that fails is a result with its error."""

import time
import traceback
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

from s3sim.core.arrays import Bools, Cents, Floats
from s3sim.outcomes import OUTCOMES
from s3sim.simulation.engine import Engine
from s3sim.simulation.recorder import Recorder
from s3sim.simulation.replay import replay_command
from s3sim.simulation.scenario import Scenario

DETAILS = ("regions", "paths", "links", "ledger", "firms")
"""What may be kept of a run besides its outcomes."""


@dataclass(frozen=True)
class RunResult:
    """What is kept of a run."""

    run_id: str
    policy: str
    replication: int
    status: str  # "ok", "failed", or "lost" with the worker that did it
    seconds: float
    message: str = ""
    command: str = ""  # does a failed run again
    outcomes: dict[str, float] = field(default_factory=dict)
    regions: dict[str, Floats] = field(default_factory=dict)  # [R]
    paths: dict[str, Floats] = field(default_factory=dict)  # [T]
    links: Floats | None = None  # [4, R, R]
    ledger: Cents | None = None  # [years, items]
    collaboration_years: float = 0.0  # across borders
    served: Bools | None = None  # [N] organisations that a broker served
    value_added: Floats | None = None  # [N] at the end, kEUR
    partners_abroad: Floats | None = None  # [N] mean over the last four years


def run_one(scenario: Scenario, keep: Collection[str] = DETAILS) -> RunResult:
    """Run one scenario to its end; an exception becomes a failed result.

    Parameters
    ----------
    scenario : Scenario
        What to run.
    keep : collection of str
        Details to keep besides the outcomes, of `DETAILS`.
    """
    began = time.perf_counter()
    head = (scenario.run_id, scenario.policy, scenario.replication)
    try:
        with np.errstate(all="raise", under="ignore"):
            engine = Engine.of(scenario)
            recorder = Recorder(engine)
            for state in engine.run():
                recorder.collect(state)
        panel, orgs = recorder.panel(state), state.organisations
        firms = "firms" in keep
        return RunResult(
            *head, "ok", time.perf_counter() - began,
            outcomes={name: one.total(panel) for name, one in OUTCOMES.items()},
            regions={name: one.regions(panel) for name, one in OUTCOMES.items()} if "regions" in keep else {},
            paths={name: one.path(panel) for name, one in OUTCOMES.items()} if "paths" in keep else {},
            links=recorder.links if "links" in keep else None,
            ledger=state.ledger.booked if "ledger" in keep else None,
            collaboration_years=recorder.collaboration_years(),
            served=orgs.served if firms else None, value_added=orgs.value_added if firms else None,
            partners_abroad=recorder.partners_abroad if firms else None,
        )  # fmt: skip
    except Exception as error:  # a failing run must not end a sweep
        where = traceback.extract_tb(error.__traceback__)[-1]
        message = f"{type(error).__name__}: {error} ({where.name})"
        seconds = time.perf_counter() - began
        return RunResult(*head, "failed", seconds, message, replay_command(scenario))
