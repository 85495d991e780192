"""Run scenarios, here or on any executor, kept in a store or not.

Scenarios that differ in their policy alone are a *world*: a sweep that stops early, by a budget of
time, stops at a complete one, so that what is there is balanced.
"""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    wait,
)

from s3sim.core.errors import InputError
from s3sim.ensemble.executors import deaf, slots, stop
from s3sim.ensemble.progress import Progress, chosen
from s3sim.ensemble.store import Store
from s3sim.simulation.replay import replay_command
from s3sim.simulation.result import DETAILS, RunResult, run_one
from s3sim.simulation.scenario import Scenario

AHEAD = 2
"""Runs handed to an executor for each that it works on: no worker waits, no long queue."""

LOOK_SECONDS = 5.0
"""How often to look how many workers there are: those of a cluster come and go."""


class Interrupted(KeyboardInterrupt):
    """The user stopped a sweep; `results` holds the runs that were complete."""

    def __init__(self, results: list[RunResult]) -> None:
        super().__init__(f"stopped after {len(results)} runs")
        self.results = results


def run_scenarios(
    scenarios: Sequence[Scenario],
    *,
    executor: Executor | None = None,
    store: Store | None = None,
    progress: bool | Progress | None = True,
    max_seconds: float | None = None,
) -> list[RunResult]:
    """Return one result a scenario, in order of the scenarios whoever finished first.

    Parameters
    ----------
    scenarios : sequence of Scenario
        What to run; the policies of a world adjacent.
    executor : concurrent.futures.Executor, optional
        Where to run; None runs here, in order. Arguments and results must survive pickling.
    store : Store, optional
        Runs that it holds are not run again; every finished run is kept there at once.
    progress : bool or callable
        True prints a plain line now and then on stderr; a callable is told (runs done, runs in all).
    max_seconds : float, optional
        Start no further world after this time; those under way are finished.

    Raises
    ------
    Interrupted
        On Ctrl-C, with the results that are complete.
    InputError
        If the store's disk takes no more, or workers run another version; what it holds stays.

    Notes
    -----
    A run whose worker died is no failed run: its status is "lost", no store keeps it, and the same
    call does it again.
    """
    sweep = _Sweep(scenarios, store, chosen(progress, len(scenarios)), max_seconds)
    try:
        if executor is None:
            for k in sweep.due():
                sweep.keep(k, run_one(scenarios[k], sweep.details))
        else:
            _spread(sweep, executor)
    except KeyboardInterrupt:
        raise Interrupted(sweep.in_order()) from None
    return sweep.in_order()


class _Sweep:
    """What is done and what is due."""

    def __init__(
        self, scenarios: Sequence[Scenario], store: Store | None, tell: Progress, max_seconds: float | None
    ) -> None:  # fmt: skip
        self.scenarios, self.store, self.tell = scenarios, store, tell
        self.end = None if max_seconds is None else time.monotonic() + max_seconds
        self.details = DETAILS if store is None else store.keep
        self.ids = [one.run_id for one in scenarios]
        # A parameter that a policy does not have changes nothing: such scenarios are one run.
        self.places: dict[str, list[int]] = {}
        for k, name in enumerate(self.ids):
            self.places.setdefault(name, []).append(k)
        self.done = {} if store is None else store.held(self.ids)
        self.stopped_at = len(scenarios)
        self.told = len(self.done)
        if self.done:
            tell(self.told, len(scenarios))

    def due(self) -> Iterator[int]:
        """Yield what is to be run, world by world, until the time is up."""
        for world in paired_blocks(self.scenarios):
            if self.end is not None and time.monotonic() >= self.end:
                self.stopped_at = world.start
                return
            yield from (k for k in world if k not in self.done and k == self.places[self.ids[k]][0])

    def keep(self, k: int, result: RunResult) -> None:
        """Take a result, to the store first."""
        if result.run_id != self.ids[k]:
            raise InputError(
                "the workers run another version of s3sim than this process; install the same version "
                "where they run, then give the same command again."
            )
        if self.store is not None:
            self.store.add(result)
        self._put(k, result)
        self.told += len(self.places[result.run_id])
        self.tell(self.told, len(self.scenarios))

    def lose(self, k: int, error: Exception, *, begun: bool = True) -> None:
        """Take a run whose worker died: not its own doing, so a resumed sweep runs it again."""
        one = self.scenarios[k]
        head = (self.ids[k], one.policy, one.replication, "lost", 0.0)
        message = f"worker died: {type(error).__name__}: {error}".rstrip(": ")
        self._put(k, RunResult(*head, message, replay_command(one) if begun else ""))

    def _put(self, k: int, result: RunResult) -> None:
        self.done.update(dict.fromkeys(self.places[self.ids[k]], result))

    def in_order(self) -> list[RunResult]:
        """Return what is done, without worlds that were not begun and have a run by another's."""
        late = [world for world in paired_blocks(self.scenarios) if world.start >= self.stopped_at]
        out = {k for world in late if any(k not in self.done for k in world) for k in world}
        return [self.done[k] for k in sorted(self.done.keys() - out)]


def paired_blocks(scenarios: Sequence[Scenario]) -> list[range]:
    """Return stretches of scenarios that differ in their policy alone, none twice."""
    starts: list[int] = []
    met: set[str] = set()
    for k, one in enumerate(scenarios):
        if not k or one.policy in met or not _same(scenarios[k - 1], one):
            starts.append(k)
            met = set()
        met.add(one.policy)
    ends = [*starts[1:], len(scenarios)] if starts else []
    return [range(a, b) for a, b in zip(starts, ends, strict=True)]


def _same(one: Scenario, other: Scenario) -> bool:
    return all(
        getattr(one, name) == getattr(other, name)
        for name in ("world", "seed", "replication", "years", "scale", "start", "shared_parameters", "mechanisms")
    )  # fmt: skip


def _spread(sweep: _Sweep, executor: Executor) -> None:
    """Keep the executor busy with a short queue; stop all of it when something stops us."""
    under_way: dict[Future[RunResult], int] = {}
    most, looked = slots(executor) * AHEAD, time.monotonic()
    try:
        for k in sweep.due():
            try:
                with deaf():
                    future = executor.submit(run_one, sweep.scenarios[k], sweep.details)
            except BrokenExecutor as error:
                sweep.lose(k, error, begun=False)
                continue
            if time.monotonic() - looked > LOOK_SECONDS:
                most, looked = slots(executor) * AHEAD, time.monotonic()
            under_way[future] = k
            while len(under_way) >= most:
                _take(sweep, under_way)
        while under_way:
            _take(sweep, under_way)
    except BaseException:
        if stop(executor):
            for future in under_way:
                future.cancel()
        raise


def _take(sweep: _Sweep, under_way: dict[Future[RunResult], int]) -> None:
    """Wait for the next results and keep them."""
    done, _ = wait(under_way, return_when=FIRST_COMPLETED)
    for future in done:
        k = under_way.pop(future)
        try:
            result = future.result()
        except Exception as error:
            sweep.lose(k, error)
        else:
            sweep.keep(k, result)
