"""A sweep as a command or a call asks for it: where its runs happen, for how long, who is told."""

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from multiprocessing import current_process
from pathlib import Path
from typing import Any

from s3sim.core.errors import InputError
from s3sim.core.parameters import plain
from s3sim.ensemble.executors import dask, processes, usable_cores
from s3sim.ensemble.options import MOST_WORKERS
from s3sim.ensemble.progress import Progress
from s3sim.ensemble.runner import Interrupted, run_scenarios
from s3sim.ensemble.settings import shown
from s3sim.ensemble.store import Store
from s3sim.simulation.result import RunResult
from s3sim.simulation.scenario import Scenario

Say = Callable[[str], None]


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


def place(
    workers: Any = None, dask: Any = None, max_seconds: Any = None, *, prefix: str = ""
) -> tuple[Place, list[str]]:
    """Return where to run, and what is wrong; numbers may be text, None means every usable core."""
    wrong: list[str] = []
    n: Any = usable_cores() if workers is None else _number(workers, int)
    if n is None or not 1 <= n <= MOST_WORKERS:
        wrong.append(
            f"{prefix}workers = {shown(workers)} is not a whole number from 1 to {MOST_WORKERS}."
        )
    seconds = None if max_seconds is None else _number(max_seconds, float)
    if max_seconds is not None and (seconds is None or not 0 < seconds < float("inf")):
        name = f"{prefix}max-seconds" if prefix else "max_seconds"
        wrong.append(f"{name} = {shown(max_seconds)} is not a number above 0.")
    if dask is not None and (not isinstance(dask, str) or not dask.strip()):
        wrong.append(f"{prefix}dask = {shown(dask)} is not an address as in tcp://10.0.0.1:8786, or 'local'.")  # fmt: skip
    return Place(1 if wrong else n, None if wrong else dask, seconds), wrong


def _number(value: Any, kind: type) -> Any:
    """Return a number given as one or as text, or None; 2.0 is a whole number, True is none."""
    value = plain(value)
    try:
        found = float(value[:40] if isinstance(value, str) else value)
        whole = kind is float or (
            found.is_integer() and not (isinstance(value, str) and "_" in value)
        )
    except (TypeError, ValueError, OverflowError):
        return None
    return kind(found) if whole and not isinstance(value, bool) else None


def sweep(
    scenarios: Sequence[Scenario],
    store: Store | None,
    where: Place,
    *,
    watch: Callable[[int], AbstractContextManager[bool | Progress | None]],
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

    Raises
    ------
    InputError
        If worker processes cannot start because a script without a main guard starts them.
    """
    if where.workers > 1 and getattr(current_process(), "_inheriting", False):
        # A worker imports the script that started it; without a main guard it arrives here.
        sys.exit(1)
    for note in () if store is None else store.notes:
        say(note)
    pending = len(scenarios) - (0 if store is None else store.count(scenarios))
    if 0 < pending < len(scenarios) and not quiet:
        say(
            f"{len(scenarios) - pending} of {len(scenarios)} runs are there already; {pending} to go"
        )
    try:
        if not pending:
            return run_scenarios(scenarios, store=store, progress=None), False
        with watch(len(scenarios)) as told:
            spread: Any = (
                dask(where.dask, where.workers)
                if where.dask
                else processes(min(where.workers, pending))
            )
            with spread as executor:
                results = run_scenarios(
                    scenarios, executor=executor, store=store, progress=told,
                    max_seconds=where.max_seconds,
                )  # fmt: skip
        return _without_lost(results, say), False
    except Interrupted as stop:
        return _without_lost(stop.results, say), True


def _without_lost(results: list[RunResult], say: Say) -> list[RunResult]:
    """Leave out runs whose worker died, and say so in one line."""
    lost = [result for result in results if result.status == "lost"]
    script = _without_main_guard() if lost and len(lost) == len(results) else ""
    if script:
        raise InputError(
            f"all runs were lost before one was done: worker processes run {script} again. Put what it does "
            'below `if __name__ == "__main__":`, or leave workers out to run in this process.'
        )
    if lost:
        say(
            f"{len(lost)} of {len(results)} runs were lost: a process that runs them was killed, or had "
            f"too little memory (fewer --workers need less); the same command runs them again."
        )
    return [result for result in results if result.status != "lost"]


def _without_main_guard() -> str:
    """Return the path of the script that runs if it has no main guard, else an empty string."""
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    with suppress(OSError, ValueError, TypeError):
        return str(script) if "__name__" not in Path(script).read_text("utf-8") else ""  # type: ignore[arg-type]
    return ""


def complete(results: Sequence[RunResult], policies: Sequence[str]) -> list[RunResult]:
    """Return the runs of replications in which every policy has run."""
    met: dict[int, set[str]] = {}
    for result in results:
        met.setdefault(result.replication, set()).add(result.policy)
    return [result for result in results if met[result.replication] == set(policies)]


def estimate_cost(scenarios: Sequence[Scenario], store: Store, where: Place) -> str:
    """Return in words what all runs will cost, from a probe that runs one block of them."""
    from s3sim.ensemble.probe import probe, size_words
    from s3sim.ensemble.progress import duration

    held = store.count(scenarios)
    cost = probe(scenarios, where.workers, completed=held, keep=store.keep)
    there = f", {held} of them are there already" if held else ""
    return (
        f"Runs: {cost.runs}{there}\n"
        f"Time: about {duration(cost.seconds)} {where.words} ({cost.seconds_a_run:.2f} s a run)\n"
        f"Disk: about {size_words(cost.disk)}"
    )
