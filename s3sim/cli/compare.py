"""`s3sim compare`: policies against a baseline, on equal money and common random numbers."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from s3sim.cli import options as o
from s3sim.cli.ending import FAILED, cli_errors, fault, mute, say, stop_code

if TYPE_CHECKING:
    from s3sim.ensemble.plan import Plan
    from s3sim.ensemble.sweep import Place
    from s3sim.report.comparison_result import ComparisonResult

MOST_NAMED = 10
"""Failed runs that are named on the terminal; `runs.parquet` holds them all."""


def compare(
    scenario: o.Scenario = None,
    world: o.World = None,
    baseline: o.Baseline = None,
    policies: o.Policies = None,
    set_: o.Set = None,
    years: o.Years = None,
    start: o.Start = None,
    replications: o.Replications = None,
    scale: o.Scale = None,
    seed: o.Seed = None,
    workers: o.Workers = None,
    dask: o.Dask = None,
    max_seconds: o.MaxSeconds = None,
    dry_run: o.DryRun = False,
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where results go.", rich_help_panel=o.OUTPUT)
    ] = Path("results/compare"),
    overwrite: o.Overwrite = False,
    accept_code: o.AcceptCode = False,
    no_report: Annotated[
        bool, o.other("no-report", "No figures and no report: tables only.", o.OUTPUT)
    ] = False,
    quiet: o.Quiet = False,
    json: o.Json = False,
) -> None:
    """Compare policies with a baseline on equal money and equal luck."""
    with cli_errors():
        from s3sim.cli.progress import progress
        from s3sim.cli.summary import print_summary
        from s3sim.ensemble.scenario_file import notes, parse_options
        from s3sim.ensemble.scenario_file import plan as plan_of
        from s3sim.ensemble.sweep import place
        from s3sim.report.front_door import NothingComplete, run_comparison

        given = {"world": world, "baseline": baseline, "policies": o.names(policies),
                 "years": years, "start": start, "replications": replications,
                 "scale": scale, "seed": seed}  # fmt: skip
        where, wrong = place(workers, dask, max_seconds, prefix="--")
        plan = plan_of(parse_options(scenario, given, set_, wrong))
        for note in notes(plan.scenario.world, world):
            say(note)
        if dry_run:
            _tell_cost(plan, out, where, afresh=overwrite, accept_code=accept_code)
            return
        silent = quiet or json
        if not silent:
            _introduce(plan, where)
        try:
            result = run_comparison(
                plan, where, out=out, overwrite=overwrite, accept_code=accept_code,
                watch=lambda total: progress(total, quiet=silent), say=say, quiet=silent,
            )  # fmt: skip
        except NothingComplete as error:
            say(str(error))
            raise typer.Exit(stop_code() if error.stopped else FAILED) from None
        result.save_tables(out, overwrite=True)  # `run_comparison` has refused what is not ours
        draw = not (no_report or result.stopped) and result.has_runs
        if not json:
            try:
                print_summary(result, out)
            except BrokenPipeError:  # as with `s3sim compare | head`: the report is still written
                mute(sys.stdout)
        report = _report(result, out, quiet=silent) if draw else None
        if json:
            from s3sim.cli.summary import as_json

            print(as_json(result.comparison, out, report))
        elif report is not None:
            print(f"Report: {report}", flush=True)
        _end(result, out)
        if result.stopped:
            raise typer.Exit(stop_code())
        lost = result.partial and where.max_seconds is None  # workers died
        if result.comparison.failed or lost or (draw and report is None):
            raise typer.Exit(FAILED)


def _report(result: "ComparisonResult", out: Path, *, quiet: bool) -> Path | None:
    """Draw figures and write the report; where that fails, say so in a line: the tables are there."""
    if not quiet:
        say("drawing figures and writing the report")
    try:
        return result.save_report(out, say)
    except Exception as error:
        say(f"the tables are complete in {out}, but the report could not be written: {fault(error)}.")  # fmt: skip
        return None


def _tell_cost(plan: "Plan", out: Path, where: "Place", *, afresh: bool, accept_code: bool) -> None:
    """Tell what the runs would cost; nothing is written to `out`."""
    import tempfile

    from s3sim.ensemble.results import STORE, design
    from s3sim.ensemble.store import Store
    from s3sim.ensemble.sweep import estimate_cost

    with tempfile.TemporaryDirectory() as folder:
        there = (out / STORE).is_dir() and not afresh
        options: dict[str, Any] = {"accept_code": accept_code} if there else {}
        with Store(out / STORE if there else folder, design(plan), **options) as store:
            print(estimate_cost(plan.scenarios(), store, where))


def _introduce(plan: "Plan", where: "Place") -> None:
    from s3sim.ensemble.progress import duration

    base, runs = plan.scenario, len(plan.policies) * plan.replications
    workers = where.workers
    full = (
        f"; --scale 1 would take about {duration(plan.predict_seconds(workers, 1.0))}"
        if base.scale < 1
        else ""
    )
    for line in (
        f"{', '.join(plan.policies[1:])} against {plan.baseline}",
        f"{base.world.n_regions} regions, {plan.firms:,} firms simulated (scale {base.scale:g}), "
        f"{base.years} years, {plan.replications} replications, {runs} runs",
        f"about {duration(plan.predict_seconds(workers))} {where.words}{full}",
    ):
        say(line)


def _end(result: "ComparisonResult", out: Path) -> None:
    failed, runs = result.comparison.failed, result.runs
    for run in failed[:MOST_NAMED]:
        say(f"run failed: {run.policy}, replication {run.replication}: {run.message}")
    if failed:
        say(f"{len(failed)} of {len(runs)} runs failed; the others were kept.")
    if result.partial or result.stopped:
        complete = runs["replication"].nunique()
        asked = result.comparison.manifest["scenario"]["replications"]
        say(
            f"stopped: {complete} of {asked} replications were complete and are "
            f"kept in {out}; the same command goes on from there."
        )
