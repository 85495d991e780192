"""Run scenarios, here or on any executor; a run that fails is a result with its error."""

import os
import signal
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context, resource_tracker

import numpy as np

from s3sim.arrays import Bools, Cents, Floats
from s3sim.engine import Engine
from s3sim.outcomes import OUTCOMES
from s3sim.recorder import Recorder
from s3sim.scenario import Scenario

Progress = Callable[[int, int], None]

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class RunResult:
    """What is kept of a run."""

    run_id: str
    policy: str
    replication: int
    status: str  # "ok" or "failed"
    seconds: float
    message: str = ""
    outcomes: dict[str, float] = field(default_factory=dict)
    regions: dict[str, Floats] = field(default_factory=dict)  # [R]
    paths: dict[str, Floats] = field(default_factory=dict)  # [T]
    links: Floats | None = None  # [4, R, R]
    ledger: Cents | None = None  # [years, items]
    collaboration_years: float = 0.0  # across borders
    served: Bools | None = None  # [N] organisations that a broker served
    sales: Floats | None = None  # [N] at the end, kEUR
    partners_abroad: Floats | None = None  # [N] mean over the last four years


class Interrupted(KeyboardInterrupt):
    """The user stopped a sweep; `results` holds the runs that were complete."""

    def __init__(self, results: list[RunResult]) -> None:
        super().__init__(f"stopped after {len(results)} runs")
        self.results = results


def run_one(scenario: Scenario) -> RunResult:
    """Run one scenario to its end; an exception becomes a failed result."""
    began = time.perf_counter()
    head = (scenario.run_id, scenario.policy, scenario.replication)
    try:
        with np.errstate(all="raise", under="ignore"):
            engine = Engine.of(scenario)
            recorder = Recorder(engine)
            for state in engine.run():
                recorder.collect(state)
        panel, people = recorder.panel(state), state.organisations
        return RunResult(
            *head, "ok", time.perf_counter() - began,
            outcomes={name: one.total(panel) for name, one in OUTCOMES.items()},
            regions={name: one.regions(panel) for name, one in OUTCOMES.items()},
            paths={name: one.path(panel) for name, one in OUTCOMES.items()},
            links=recorder.links, ledger=state.ledger.booked,
            collaboration_years=recorder.collaboration_years(), served=people.served,
            sales=people.sales, partners_abroad=recorder.partners_abroad,
        )  # fmt: skip
    except Exception as error:  # a failing run must not end a sweep
        where = traceback.extract_tb(error.__traceback__)[-1]
        message = f"{type(error).__name__}: {error} ({where.name})"
        return RunResult(*head, "failed", time.perf_counter() - began, message)


def run_scenarios(
    scenarios: Sequence[Scenario],
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> list[RunResult]:
    """Return one result a scenario, in order of the scenarios whoever finished first.

    Parameters
    ----------
    scenarios : sequence of Scenario
        What to run.
    executor : concurrent.futures.Executor, optional
        Where to run; None runs here, in order.
    progress : callable, optional
        Called with (runs done, runs in all) after every run.

    Raises
    ------
    Interrupted
        On Ctrl-C, with the results that are complete.
    """
    results: dict[int, RunResult] = {}
    tell = progress or (lambda done, total: None)
    try:
        if executor is None:
            for k, scenario in enumerate(scenarios):
                results[k] = run_one(scenario)
                tell(len(results), len(scenarios))
        else:
            _spread(scenarios, executor, results, tell)
    except KeyboardInterrupt:
        raise Interrupted([results[k] for k in sorted(results)]) from None
    return [results[k] for k in sorted(results)]


def _spread(
    scenarios: Sequence[Scenario], executor: Executor, results: dict[int, RunResult], tell: Progress
) -> None:
    futures: dict[Future[RunResult], int] = {}
    try:
        with _deaf():
            futures = {executor.submit(run_one, one): k for k, one in enumerate(scenarios)}
        for future in as_completed(futures):
            k = futures[future]
            try:
                results[k] = future.result()
            except BrokenProcessPool as error:
                one = scenarios[k]
                results[k] = RunResult(
                    one.run_id, one.policy, one.replication, "failed", 0.0, f"worker died: {error}"
                )
            tell(len(results), len(scenarios))
    except KeyboardInterrupt:
        # A pool whose processes end fails its futures itself; cancelling them too would race.
        for process in list((getattr(executor, "_processes", None) or {}).values()):
            process.terminate()
        if not isinstance(executor, ProcessPoolExecutor):
            for future in futures:
                future.cancel()
        raise


@contextmanager
def _deaf() -> Iterator[None]:
    """Hold Ctrl-C back while workers start, which inherit this: only the parent answers it."""
    if not hasattr(signal, "pthread_sigmask"):  # not on Windows
        yield
        return
    # Its own start would let Ctrl-C through again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def local_executor(workers: int) -> ProcessPoolExecutor:
    """Return a pool of processes on this machine, each with one thread."""
    for name in THREAD_VARIABLES:
        os.environ.setdefault(name, "1")
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_quiet)


def _quiet() -> None:
    """Leave Ctrl-C to the parent, which decides what is kept."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def usable_cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1
