"""A sweep as a command or a call asks for it: where its runs happen, for how long, who is told."""

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from multiprocessing import current_process
from typing import Any

from s3sim.core.errors import InputError
from s3sim.ensemble.executors import dask, processes, usable_cores
from s3sim.ensemble.plan import ConfigLayer
from s3sim.ensemble.progress import Progress
from s3sim.ensemble.runner import Interrupted, run_scenarios
from s3sim.ensemble.store import Store
from s3sim.simulation.result import RunResult
from s3sim.simulation.scenario import Scenario

Say = Callable[[str], None]
Watch = Callable[[int], AbstractContextManager[bool | Progress | None]]


@dataclass(frozen=True)
class Place:
    """Where runs happen and for how long, checked.

    Parameters
    ----------
    workers : int
        Processes of this machine, 1 to 1024; one runs in this process.
    dask : str, optional
        Address of a scheduler, or 'local'.
    max_seconds : float, optional
        Start no further block of runs after this time.
    """

    workers: int = 1
    dask: str | None = None
    max_seconds: float | None = None

    @property
    def words(self) -> str:
        """Return as in 'on 2 processes'."""
        if self.dask not in (None, "local"):
            return f"on the Dask cluster at {self.dask}"
        told = "1 process" if self.workers == 1 else f"{self.workers} processes"
        return f"on {told}{' of a local Dask cluster' if self.dask else ''}"


def place(layer: ConfigLayer) -> Place:
    """Return where to run; without `workers` there is one for each core."""
    values, wrong = layer.checked()
    if wrong:
        raise InputError(wrong)
    found = {name: values[name] for name in ("workers", "dask", "max_seconds") if name in values}
    return Place(**{"workers": usable_cores(), **found})


def sweep(
    scenarios: Sequence[Scenario],
    store: Store | None,
    where: Place,
    *,
    watch: Watch,
    say: Say,
    quiet: bool = False,
) -> tuple[list[RunResult], bool]:
    """Return results, and whether the user stopped the sweep; runs that were lost are none.

    Parameters
    ----------
    scenarios : sequence of Scenario
        What to run, replication by replication.
    store : Store, optional
        Where runs are saved and taken from.
    where : Place
        Where to run.
    watch : callable
        Given the number of runs, a context manager of what is told about progress.
    say : callable
        Told one line where something is worth saying.
    quiet : bool
        Say only what went wrong.

    Raises InputError if worker processes cannot start because a script without a main guard starts
    them.
    """
    if where.workers > 1 and getattr(current_process(), "_inheriting", False):
        # A worker imports the script that started it; without a main guard it arrives here.
        sys.exit(1)
    for note in () if store is None else store.notes:
        say(note)
    total = len(scenarios)
    pending = total - (0 if store is None else store.count(scenarios))
    if 0 < pending < total and not quiet:
        say(f"{total - pending} of {total} runs are there already; {pending} to go")
    workers = min(where.workers, pending)
    stopped = False
    try:
        if not pending:
            return run_scenarios(scenarios, store=store, progress=None), False
        spread: Any = dask(where.dask, where.workers) if where.dask else processes(workers)
        with watch(total) as told, spread as executor:
            results = run_scenarios(
                scenarios,
                executor=executor,
                store=store,
                progress=told,
                max_seconds=where.max_seconds,
            )
    except Interrupted as stop:
        results, stopped = stop.results, True
    lost = sum(result.status == "lost" for result in results)
    if lost:
        say(
            f"{lost} of {len(results)} runs were lost: a process that runs them was killed, or had "
            "too little memory (fewer --workers need less); the same command runs them again."
        )
    return [result for result in results if result.status != "lost"], stopped


def complete(results: Sequence[RunResult], policies: Sequence[str]) -> list[RunResult]:
    """Return the runs of replications in which every policy has run."""
    met: dict[int, set[str]] = {}
    for result in results:
        met.setdefault(result.replication, set()).add(result.policy)
    return [result for result in results if met[result.replication] == set(policies)]
