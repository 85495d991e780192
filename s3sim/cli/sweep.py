"""Many runs from the command line: where they run, how far, what they would cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from s3sim.cli import options as o
from s3sim.cli.ending import say

if TYPE_CHECKING:
    from s3sim.ensemble.store import Store
    from s3sim.simulation.result import RunResult
    from s3sim.simulation.scenario import Scenario

Workers = Annotated[
    str | None,
    typer.Option(metavar="N", show_default=False, rich_help_panel=o.HOW,
                 help="Processes, 1 to 1024; 1 runs in this one; default: as many as there are cores."),
]  # fmt: skip
Dask = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS|local", show_default=False, rich_help_panel=o.HOW,
                 help="Run on a Dask cluster: its scheduler's address, or 'local' for one of --workers processes here."),
]  # fmt: skip
MaxSeconds = Annotated[
    str | None,
    typer.Option(metavar="S", show_default=False, rich_help_panel=o.HOW,
                 help="Start no further world after S seconds; the same command goes on later."),
]  # fmt: skip
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", rich_help_panel=o.HOW,
                 help="Run one world as a probe, tell runs, time and disk of all, and stop."),
]  # fmt: skip
AcceptCode = Annotated[
    bool,
    typer.Option("--accept-code", rich_help_panel=o.OUTPUT,
                 help="Go on with runs there that other code of the model made; both are put on record."),
]  # fmt: skip


@dataclass(frozen=True)
class Where:
    """Where runs happen and for how long, checked."""

    workers: int
    dask: str | None = None
    max_seconds: float | None = None

    @property
    def words(self) -> str:
        """Return as in 'on 2 processes'."""
        if self.dask not in (None, "local"):
            return f"on the Dask cluster at {self.dask}"
        processes = "1 process" if self.workers == 1 else f"{self.workers} processes"
        return f"on {processes}{' of a local Dask cluster' if self.dask else ''}"


def where(
    workers: str | None, dask: str | None, max_seconds: str | None
) -> tuple[Where, list[str]]:
    """Return where to run, and what is wrong with the options."""
    from s3sim.cli.layers import processes

    n, wrong = processes(workers)
    seconds = None
    if max_seconds is not None:
        try:
            seconds = float(max_seconds)
        except ValueError:
            seconds = -1.0
        if not 0 < seconds < float("inf"):
            wrong = [*wrong, f"--max-seconds = {max_seconds!r} is not a number above 0."]
    return Where(n, dask, seconds), wrong


def sweep(
    scenarios: "Sequence[Scenario]", store: "Store", place: Where, *, quiet: bool
) -> "tuple[list[RunResult], bool]":
    """Return results, and whether the user stopped the sweep; runs that were lost are none."""
    from s3sim.cli.progress import progress
    from s3sim.ensemble.executors import dask, processes
    from s3sim.ensemble.runner import Interrupted, run_scenarios

    for note in store.notes:
        say(note)
    due = len(scenarios) - store.count(scenarios)
    if 0 < due < len(scenarios) and not quiet:
        say(f"{len(scenarios) - due} of {len(scenarios)} runs are there already; {due} to go")
    try:
        if not due:
            return run_scenarios(scenarios, store=store, progress=None), False
        with progress(len(scenarios), quiet=quiet) as tell:
            spread: Any = (
                dask(place.dask, place.workers)
                if place.dask
                else processes(min(place.workers, due))
            )
            with spread as executor:
                results = run_scenarios(
                    scenarios, executor=executor, store=store, progress=tell,
                    max_seconds=place.max_seconds,
                )  # fmt: skip
        return _kept(results), False
    except Interrupted as stop:
        return _kept(stop.results), True


def _kept(results: "list[RunResult]") -> "list[RunResult]":
    """Leave out runs whose worker died, and say so in one line."""
    lost = [one for one in results if one.status == "lost"]
    if lost:
        say(
            f"{len(lost)} of {len(results)} runs were lost: a process that runs them was killed, or had "
            f"too little memory (fewer --workers need less); the same command runs them again."
        )
    return [one for one in results if one.status != "lost"]


def foretell(scenarios: "Sequence[Scenario]", store: "Store", place: Where) -> None:
    """Print what all runs will cost, from a probe."""
    from s3sim.ensemble.probe import probe, size_words
    from s3sim.ensemble.progress import duration

    held = store.count(scenarios)
    cost = probe(scenarios, place.workers, completed=held, keep=store.keep)
    there = f", {held} of them are there already" if held else ""
    print(f"Runs: {cost.runs}{there}")
    print(f"Time: about {duration(cost.seconds)} {place.words} ({cost.seconds_a_run:.2f} s a run)")
    print(f"Disk: about {size_words(cost.disk)}")
