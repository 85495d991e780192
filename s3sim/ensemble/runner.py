"""Run scenarios, here or on any executor, kept in a store or not.

Scenarios that differ in their policy alone are a paired block: a sweep that stops early, by a budget
of time, stops at a complete one, so that what is there is balanced.
"""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from itertools import pairwise

from s3sim.core.errors import InputError
from s3sim.ensemble.executors import ignore_sigint, restarted, slots, stop
from s3sim.ensemble.progress import Progress, chosen
from s3sim.ensemble.store import Store
from s3sim.simulation.replay import replay_command
from s3sim.simulation.result import DETAILS, RunResult, run_one
from s3sim.simulation.scenario import Scenario

AHEAD = 2
"""Runs handed to an executor for each that it works on: no worker waits, no long queue."""

MOST_DEATHS = 3
"""Runs in a row that killed their process, after which no pool is made anew."""

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
        What to run; the policies of a paired block adjacent.
    executor : concurrent.futures.Executor, optional
        Where to run; None runs here, in order. Arguments and results must survive pickling.
    store : Store, optional
        Runs that it holds are not run again; every finished run is saved there at once.
    progress : bool or callable
        True prints a plain line now and then on stderr; a callable is told (runs done, runs in all).
    max_seconds : float, optional
        Start no further paired block after this time; those under way are finished.

    Raises
    ------
    Interrupted
        On Ctrl-C, with the results that are complete.
    InputError
        If the store's disk takes no more, workers run another version, or all of them died before a
        run was done; what the store holds stays.

    Notes
    -----
    When a process of a local pool dies, the pool is made anew and the runs that were under way are
    tried again one at a time, so that the one that kills its process is found. It is no failed run:
    its status is "lost", no store keeps it, and the same call does it again.
    """
    sweep = _Sweep(scenarios, store, chosen(progress, len(scenarios)), max_seconds)
    try:
        if executor is None:
            for k in sweep.pending():
                sweep.save(k, run_one(scenarios[k], sweep.details))
        else:
            _spread(sweep, executor)
    except KeyboardInterrupt:
        raise Interrupted(sweep.in_order()) from None
    return sweep.in_order()


class _Sweep:
    """What is completed and what is pending."""

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        store: Store | None,
        tell: Progress,
        seconds: float | None,
    ) -> None:
        self.scenarios, self.store, self.tell = scenarios, store, tell
        self.end = None if seconds is None else time.monotonic() + seconds
        self.details = DETAILS if store is None else store.keep
        self.ids = [scenario.run_id for scenario in scenarios]
        self.blocks = paired_blocks(scenarios)
        # A parameter that a policy does not have changes nothing: such scenarios are one run.
        self.places: dict[str, list[int]] = {}
        for k, name in enumerate(self.ids):
            self.places.setdefault(name, []).append(k)
        cached = {} if store is None else store.load(self.ids)
        self.completed = {k: cached[name] for k, name in enumerate(self.ids) if name in cached}
        self.stopped_at = len(scenarios)
        self.told, self.saved, self.error = len(self.completed), 0, ""
        if self.completed:
            tell(self.told, len(scenarios))

    def pending(self) -> Iterator[int]:
        """Yield what is to be run, block by block, until the time is up."""
        for block in self.blocks:
            if self.end is not None and time.monotonic() >= self.end:
                self.stopped_at = block.start
                return
            for k in block:
                if k not in self.completed and k == self.places[self.ids[k]][0]:
                    yield k

    def save(self, k: int, result: RunResult) -> None:
        """Take a result, to the store first."""
        if result.run_id != self.ids[k]:
            raise InputError(
                "the workers run another version of s3sim than this process; install the same version "
                "where they run, then give the same command again."
            )
        if self.store is not None:
            self.store.add(result)
        self._put(k, result)
        self.saved += 1
        self.told += len(self.places[result.run_id])
        self.tell(self.told, len(self.scenarios))

    def lose(self, k: int, error: BaseException, *, begun: bool = True) -> None:
        """Take a run whose worker died: not its own doing, so a resumed sweep runs it again."""
        scenario = self.scenarios[k]
        head = (self.ids[k], scenario.policy, scenario.replication, "lost", 0.0)
        message = f"worker died: {type(error).__name__}: {error}".rstrip(": ")
        self.error = message
        self._put(k, RunResult(*head, message, replay_command(scenario) if begun else ""))

    def _put(self, k: int, result: RunResult) -> None:
        self.completed.update(dict.fromkeys(self.places[self.ids[k]], result))

    def in_order(self) -> list[RunResult]:
        """Return what is completed, without blocks that were not begun and have a run by another's."""
        late = [block for block in self.blocks if block.start >= self.stopped_at]
        out = {k for block in late if any(k not in self.completed for k in block) for k in block}
        return [self.completed[k] for k in sorted(self.completed.keys() - out)]


def paired_blocks(scenarios: Sequence[Scenario]) -> list[range]:
    """Return stretches of scenarios that differ in their policy alone, none twice."""
    starts: list[int] = []
    met: set[str] = set()
    for k, scenario in enumerate(scenarios):
        if not k or scenario.policy in met or not _same_but_policy(scenarios[k - 1], scenario):
            starts.append(k)
            met = set()
        met.add(scenario.policy)
    return [range(a, b) for a, b in pairwise([*starts, len(scenarios)])]


_SHARED = (
    "world",
    "seed",
    "replication",
    "years",
    "scale",
    "start",
    "shared_parameters",
    "mechanisms",
)


def _same_but_policy(before: Scenario, after: Scenario) -> bool:
    return all(getattr(before, name) == getattr(after, name) for name in _SHARED)


def _spread(sweep: _Sweep, executor: Executor) -> None:
    """Run all that is pending; a pool of this machine that broke is made anew."""
    queue, pool = sweep.pending(), executor
    deaths, error = 0, None
    try:
        while suspects := _until_broken(sweep, pool, queue):
            for k, error in suspects.items():
                # Alone, the run that kills its process is told from those that ran beside it.
                fresh = restarted(executor) if deaths < MOST_DEATHS else None
                if fresh is None:
                    sweep.lose(k, error)
                    continue
                if pool is not executor:
                    pool.shutdown(cancel_futures=True)
                pool = fresh
                again = _until_broken(sweep, pool, iter([k]))
                deaths = deaths + 1 if again else 0
                for again_lost, last in again.items():
                    sweep.lose(again_lost, last)
            if deaths >= MOST_DEATHS or pool is executor:
                assert error is not None
                for k in queue:
                    sweep.lose(k, error, begun=False)
            elif deaths:
                pool = restarted(executor) or executor
    finally:
        if pool is not executor:
            pool.shutdown(cancel_futures=True)
    if sweep.error and not sweep.told:
        raise InputError(
            f"no run was done ({sweep.error}). Workers that end at once have too little memory (fewer --workers "
            'need less), or run a script that lacks `if __name__ == "__main__":`.'
        )


def _until_broken(
    sweep: _Sweep, executor: Executor, queue: Iterator[int]
) -> dict[int, BaseException]:
    """Keep the executor busy with a short queue; return the runs that it took and did not do.

    When something stops us, all of it stops.
    """
    under_way: dict[Future[RunResult], int] = {}
    suspects: dict[int, BaseException] = {}
    most, looked = slots(executor) * AHEAD, time.monotonic()
    try:
        for k in queue:
            try:
                with ignore_sigint():
                    future = executor.submit(run_one, sweep.scenarios[k], sweep.details)
            except BrokenExecutor as error:
                suspects[k] = error
                break
            if time.monotonic() - looked > LOOK_SECONDS:
                most, looked = slots(executor) * AHEAD, time.monotonic()
            under_way[future] = k
            while len(under_way) >= most:
                suspects |= _take(sweep, under_way)
            if suspects:
                break
        while under_way:
            suspects |= _take(sweep, under_way)
    except BaseException:
        if stop(executor):
            for future in under_way:
                future.cancel()
        raise
    return suspects


def _take(sweep: _Sweep, under_way: dict[Future[RunResult], int]) -> dict[int, BaseException]:
    """Wait for the next results and save them; return runs whose pool broke."""
    suspects: dict[int, BaseException] = {}
    done, _ = wait(under_way, return_when=FIRST_COMPLETED)
    for future in done:
        k = under_way.pop(future)
        try:
            result = future.result()
        except BrokenExecutor as error:
            suspects[k] = error
        except Exception as error:
            sweep.lose(k, error)
        else:
            sweep.save(k, result)
    return suspects
