"""`s3sim compare`: policies against a baseline, on equal money and common random numbers."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from s3sim.cli import options as o
from s3sim.cli.ending import FAILED, cli_errors, fault, mute, say, stop_code

if TYPE_CHECKING:
    from s3sim.ensemble.plan import Plan
    from s3sim.ensemble.sweep import Place
    from s3sim.report.comparison_result import ComparisonResult

MOST_NAMED = 10
"""Failed runs that are named on the terminal; `runs.parquet` holds them all."""

NO_REPORT = "No figures and no report: tables only."


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
    out: Annotated[Path, o.folder("--out", "Where results go.")] = Path("results/compare"),
    overwrite: o.Overwrite = False,
    accept_code: o.AcceptCode = False,
    no_report: Annotated[bool, o.other("--no-report", NO_REPORT, o.OUTPUT)] = False,
    quiet: o.Quiet = False,
    json: o.Json = False,
) -> None:
    """Compare policies with a baseline on equal money and equal luck."""
    given = o.settings(locals())
    with cli_errors():
        from s3sim.cli.progress import progress
        from s3sim.ensemble.plan import parse_options
        from s3sim.ensemble.plan import plan as plan_of
        from s3sim.ensemble.settings import world_notes
        from s3sim.ensemble.sweep import place
        from s3sim.report.front_door import NothingComplete, run_comparison

        layers = parse_options(scenario, given, set_)
        plan, where = plan_of(layers), place(layers[-1])
        for note in world_notes(plan.scenario.world, world):
            say(note)
        if dry_run:
            _tell_cost(plan, out, where, afresh=overwrite, accept_code=accept_code)
            return
        silent = quiet or json
        if not silent:
            _introduce(plan, where)
        try:
            result = run_comparison(
                plan,
                where,
                out=out,
                overwrite=overwrite,
                accept_code=accept_code,
                watch=lambda total: progress(total, quiet=silent),
                say=say,
                quiet=silent,
            )
        except NothingComplete as error:
            say(str(error))
            raise typer.Exit(stop_code() if error.stopped else FAILED) from None
        draw = not (no_report or result.stopped) and result.has_runs
        if not json:
            try:
                _print(result, out)
            except BrokenPipeError:  # as with `s3sim compare | head`: the report is still written
                mute(sys.stdout)
        report = _report(result, out, quiet=silent) if draw else None
        if json:
            print(as_json(result, out, report))
        elif report is not None:
            print(f"Report: {report}", flush=True)
        _end(result, out)
        if result.stopped:
            raise typer.Exit(stop_code())
        lost = result.partial and where.max_seconds is None  # workers died
        if result.failed or lost or (draw and report is None):
            raise typer.Exit(FAILED)


def _print(result: "ComparisonResult", out: Path) -> None:
    """Print the table, the headline and where the tables are."""
    from s3sim.cli.tables import console, print_effects, shown

    print_effects(result)
    where = console()
    where.print()
    where.print(shown(str(result), where), style="bold")
    where.print()
    where.print(f"Tables: {out}", soft_wrap=True)


def as_json(result: "ComparisonResult", out: Path, report: Path | None) -> str:
    """Return what `--json` prints."""
    import json

    from s3sim.core.formatting import plain

    failure = ("run_id", "policy", "replication", "message")
    told = {
        "headline": result.headline,
        "baseline": result.baseline,
        "policies": list(result.policies),
        "effects": plain(result.effects.to_dict("records")),
        "out": str(out),
        "report": None if report is None else str(report),
        "failures": [{name: getattr(run, name) for name in failure} for run in result.failed],
    }
    return json.dumps(told, ensure_ascii=False, allow_nan=False)


def _report(result: "ComparisonResult", out: Path, *, quiet: bool) -> Path | None:
    """Draw figures and write the report; where that fails, say so in a line: the tables are there."""
    if not quiet:
        say("drawing figures and writing the report")
    try:
        return result.save_report(out, say)
    except Exception as error:
        why = fault(error)
        say(f"the tables are complete in {out}, but the report could not be written: {why}.")
        return None


def _tell_cost(plan: "Plan", out: Path, where: "Place", *, afresh: bool, accept_code: bool) -> None:
    """Tell what the runs would cost; nothing is written to `out`."""
    import tempfile

    from s3sim.ensemble.probe import estimate_cost
    from s3sim.ensemble.results import STORE, design
    from s3sim.ensemble.store import Store

    with tempfile.TemporaryDirectory() as empty:
        there = (out / STORE).is_dir() and not afresh
        folder = out / STORE if there else empty
        with Store(folder, design(plan), accept_code=accept_code and there) as store:
            print(estimate_cost(plan.scenarios(), store, where))


def _introduce(plan: "Plan", where: "Place") -> None:
    from s3sim.ensemble.probe import predict_seconds
    from s3sim.ensemble.progress import duration

    base, runs = plan.scenario, len(plan.policies) * plan.replications
    full = duration(predict_seconds(plan, where.workers, 1.0))
    say(f"{', '.join(plan.policies[1:])} against {plan.baseline}")
    say(
        f"{base.world.n_regions} regions, {plan.firms:,} firms simulated (scale {base.scale:g}), "
        f"{base.years} years, {plan.replications} replications, {runs} runs"
    )
    say(
        f"about {duration(predict_seconds(plan, where.workers))} {where.words}"
        + (f"; --scale 1 would take about {full}" if base.scale < 1 else "")
    )


def _end(result: "ComparisonResult", out: Path) -> None:
    failed, runs = result.failed, result.runs
    for run in failed[:MOST_NAMED]:
        say(f"run failed: {run.policy}, replication {run.replication}: {run.message}")
    if failed:
        say(f"{len(failed)} of {len(runs)} runs failed; the others were kept.")
    if result.partial or result.stopped:
        complete = runs["replication"].nunique()
        asked = result.manifest["scenario"]["replications"]
        say(
            f"stopped: {complete} of {asked} replications were complete and are "
            f"kept in {out}; the same command goes on from there."
        )
