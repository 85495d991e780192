"""The front door of Python: `compare`, `run` and the table of parameters.

`s3sim compare` and `s3sim.compare` go through `run_comparison`.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s3sim.core.errors import InputError, nearest, shown
from s3sim.ensemble import describe, results
from s3sim.ensemble.options import KEYS, WAYS
from s3sim.ensemble.plan import ConfigLayer, Plan
from s3sim.ensemble.plan import plan as plan_of
from s3sim.ensemble.plan import scenario as scenario_of
from s3sim.ensemble.progress import Progress
from s3sim.ensemble.settings import world_notes
from s3sim.ensemble.sweep import Place, Say, Watch, complete, place, sweep
from s3sim.report.comparison_result import ComparisonResult, folder_of
from s3sim.simulation.result import RunResult, run_one
from s3sim.world import World

if TYPE_CHECKING:
    import pandas as pd

RUN_KEYS = ("policy", "world", "years", "start", "replication", "scale", "seed", "parameters")


class NothingComplete(InputError):
    """A sweep ended before a replication was complete."""

    def __init__(self, out: Path | None, stopped: bool) -> None:
        place = "" if out is None else f"; no tables were written to {out}"
        super().__init__(f"stopped before a replication was complete{place}.")
        self.stopped = stopped  # by the user


def compare(
    policies: Sequence[str] | None = None,
    *,
    world: str | Path | World | None = None,
    baseline: str | None = None,
    years: int | None = None,
    start: int | None = None,
    replications: int | None = None,
    scale: float | None = None,
    seed: int | None = None,
    parameters: Mapping[str, float] | None = None,
    workers: int | None = None,
    dask: str | None = None,
    max_seconds: float | None = None,
    out: Path | str | None = None,
    overwrite: bool = False,
    accept_code: bool = False,
    progress: bool | Progress | None = True,
    **unknown: Any,
) -> ComparisonResult:
    """Compare policies with a baseline on equal money and common random numbers.

    What is not given is as in `s3sim compare`.

    Parameters
    ----------
    policies : list of str
        Policies to compare with the baseline; `s3sim.POLICIES` holds all.
    world : str, Path or World
        A shipped region set (partners, bsr) or a folder with tables of your own.
    baseline : str
        Policy that the others are compared with.
    years, start : int
        Length of a run, 1-100, and years before policies start.
    replications : int
        Runs of each policy.
    scale : float
        Simulated firms for each real firm, 0.001-1.
    seed : int
        Decides all random numbers.
    parameters : mapping
        Dotted names and values, as in ``{"search.rate": 0.2}``.
    workers : int
        Processes, 1-1024; by default all runs are done in this one, which needs no main guard.
    dask, max_seconds, overwrite, accept_code
        As the options of `s3sim compare`.
    out : path
        Folder for runs, tables, figures and report; by default nothing is written.
    progress : bool or callable
        True prints a line now and then on stderr; a callable is told (runs done, runs in all).
    **unknown
        Refused, with the nearest keyword.

    Raises
    ------
    InputError
        With every mistake of the keywords.
    """
    given = locals()
    layer = _layer("compare", given, (*KEYS, *WAYS), (*KEYS, *WAYS, "out", "progress"))
    layer.values.setdefault("workers", 1)
    flag: Any = progress
    if not (flag is None or callable(flag) or isinstance(flag, bool)):
        layer.problems.append(f"progress = {shown(progress)} is not True or False.")
    target: Path | None = None
    try:
        target = None if out is None else folder_of(out, "out")
    except InputError as error:
        layer.problems.extend(error.problems)
    plan, where = plan_of([layer]), place(layer)

    @contextmanager
    def watch(_: int) -> Iterator[bool | Progress | None]:
        yield progress

    _tell_notes(plan.scenario.world, world)
    try:
        ways = {"overwrite": overwrite, "accept_code": accept_code}
        result = run_comparison(plan, where, out=target, watch=watch, say=say, **ways)
    except NothingComplete as error:
        if error.stopped:
            raise KeyboardInterrupt from None
        raise
    if target is not None and result.has_runs and not result.stopped:
        result.save_report(target)
    if result.stopped:
        raise KeyboardInterrupt
    return result


def run_comparison(
    plan: Plan,
    where: Place,
    *,
    out: Path | None,
    watch: Watch,
    say: Say,
    quiet: bool = False,
    overwrite: bool = False,
    accept_code: bool = False,
) -> ComparisonResult:
    """Run a plan, saving each run in `out` at once and tables at the end; no report is written.

    For `where`, `watch`, `say` and `quiet` see `s3sim.ensemble.sweep.sweep`.

    Raises
    ------
    NothingComplete
        If the sweep ended before a replication was complete.
    """
    scenarios = plan.scenarios()
    if out is None:
        runs, stopped = sweep(scenarios, None, where, watch=watch, say=say, quiet=quiet)
    else:
        with results.prepare(out, plan, overwrite=overwrite, accept_code=accept_code) as store:
            store.plan(scenarios)
            runs, stopped = sweep(scenarios, store, where, watch=watch, say=say, quiet=quiet)
    partial = len(runs) < len(scenarios)
    if partial:
        runs = complete(runs, plan.policies)
    if not runs:
        raise NothingComplete(out, stopped)
    result = ComparisonResult.of(plan, runs, out=out, stopped=stopped)
    if partial:
        result.manifest["stopped_after_replications"] = len(runs) // len(plan.policies)
    if out is not None:
        result.save_tables(out, overwrite=True)  # `prepare` has refused what is not ours
    return result


def run(
    policy: str | None = None,
    *,
    world: str | Path | World | None = None,
    years: int | None = None,
    start: int | None = None,
    replication: int | None = None,
    scale: float | None = None,
    seed: int | None = None,
    parameters: Mapping[str, float] | None = None,
    **unknown: Any,
) -> RunResult:
    """Run one policy once and return its outcomes, regions, paths, links and ledger.

    Parameters
    ----------
    policy : str
        Policy to run; by default isolated_s3.
    replication : int
        Which of the replications, 0 or more.
    world, years, start, scale, seed, parameters, **unknown
        As in `compare`.

    Raises
    ------
    InputError
        With every mistake of the keywords.
    """
    scenario = scenario_of([_layer("run", locals(), RUN_KEYS, RUN_KEYS)])
    _tell_notes(scenario.world, world)
    return run_one(scenario)


def parameters() -> "pd.DataFrame":
    """Return every declared parameter: name, default, range, unit, evidence, meaning, source."""
    import pandas as pd

    return pd.DataFrame(describe.parameters())


def say(text: str) -> None:
    """Print a line for the user on stderr."""
    print(f"s3sim: {text}", file=sys.stderr)


def _layer(
    name: str, given: Mapping[str, Any], keys: tuple[str, ...], allowed: Sequence[str]
) -> ConfigLayer:
    """Return keywords as a layer of settings, with a complaint of each unknown one."""
    wrong = [
        f"{name}() has no keyword '{key}'{nearest(key, allowed) or '.'} Allowed: {', '.join(allowed)}."
        for key in given["unknown"]
    ]
    values = {key: given[key] for key in keys if given[key] is not None}
    return ConfigLayer(values, allowed=keys, problems=wrong)


def _tell_notes(world: World, given: object) -> None:
    for note in world_notes(world, given):
        say(note)
