"""`s3sim compare`: policies against a baseline, at equal money and on the same luck."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from s3sim.cli import options as o
from s3sim.cli import sweep as w
from s3sim.cli.ending import FAILED, STOPPED, say, told

if TYPE_CHECKING:
    from s3sim.ensemble.comparison import Comparison
    from s3sim.ensemble.plan import Plan

MOST_NAMED = 10
"""Failed runs that are named on the terminal; `runs.parquet` holds them all."""


def compare(
    scenario: o.Scenario = None,
    world: o.World = None,
    baseline: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Policy that the others are compared with; default isolated_s3.",
                     show_default=False, rich_help_panel=o.WHAT),
    ] = None,
    policies: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME...", rich_help_panel=o.WHAT,
                     show_default=False,
                     help="Policies to compare with it, one or more ('s3sim describe policies'); default domestic_brokers trans_s3 trans_s3_tibs."),
    ] = None,
    set_: o.Set = None,
    years: o.Years = None,
    start: o.Start = None,
    replications: Annotated[
        str | None,
        typer.Option(metavar="N", help="Runs of each policy, 1 to 100000; default 24.", show_default=False,
                     rich_help_panel=o.HOW),
    ] = None,
    scale: o.Scale = None,
    seed: o.Seed = None,
    workers: w.Workers = None,
    dask: w.Dask = None,
    max_seconds: w.MaxSeconds = None,
    dry_run: w.DryRun = False,
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where results go.", rich_help_panel=o.OUTPUT)
    ] = Path("results/compare"),
    overwrite: o.Overwrite = False,
    accept_code: w.AcceptCode = False,
    no_report: Annotated[
        bool, typer.Option("--no-report", help="No figures and no report: tables only.",
                           rich_help_panel=o.OUTPUT)
    ] = False,
    quiet: o.Quiet = False,
    json: o.Json = False,
) -> None:  # fmt: skip
    """Compare policies with a baseline on equal money and equal luck."""
    with told():
        from s3sim.cli import finish
        from s3sim.cli.layers import asked
        from s3sim.ensemble import results as tables
        from s3sim.ensemble.scenario_file import plan as plan_of

        given = {"world": world, "baseline": baseline, "policies": o.names(policies),
                 "years": years, "start": start, "replications": replications,
                 "scale": scale, "seed": seed}  # fmt: skip
        place, wrong = w.where(workers, dask, max_seconds)
        plan = plan_of(asked(scenario, given, set_, wrong))
        scenarios = plan.scenarios()
        if dry_run:
            _foretell(plan, out, place, afresh=overwrite, accept_code=accept_code)
            return
        with tables.prepare(out, plan, overwrite=overwrite, accept_code=accept_code) as store:
            store.plan(scenarios)
            if not (quiet or json):
                _introduce(plan, place)
            results, stopped = w.sweep(scenarios, store, place, quiet=quiet or json)
        if partial := len(results) < len(scenarios):
            results = finish.complete(results, plan)
            if not results:
                say(f"stopped before a replication was complete; no tables were written to {out}.")
                raise typer.Exit(STOPPED if stopped else 0)
        comparison = finish.save(plan, results, out, stopped=partial)
        report = None
        if not (no_report or stopped) and any(one.status == "ok" for one in results):
            if not (quiet or json):
                say("drawing figures and writing the report")
            report = finish.report(comparison, out)
        finish.tell(comparison, out, report, as_json=json)
        _end(comparison, out, partial=partial, stopped=stopped)
        if partial and place.max_seconds is None:  # workers died
            raise typer.Exit(FAILED)


def _foretell(plan: "Plan", out: Path, place: w.Where, *, afresh: bool, accept_code: bool) -> None:
    """Tell what the runs would cost; nothing is written to `out`."""
    import tempfile

    from s3sim.ensemble.results import STORE, design
    from s3sim.ensemble.store import Store

    scenarios = plan.scenarios()
    if (out / STORE).is_dir() and not afresh:
        with Store(out / STORE, design(plan), accept_code=accept_code) as store:
            w.foretell(scenarios, store, place)
        return
    with tempfile.TemporaryDirectory() as folder, Store(folder, design(plan)) as store:
        w.foretell(scenarios, store, place)


def _introduce(plan: "Plan", place: w.Where) -> None:
    from s3sim.ensemble.progress import duration

    base, runs = plan.scenario, len(plan.policies) * plan.replications
    workers = place.workers
    full = (
        f"; --scale 1 would take about {duration(plan.predict_seconds(workers, 1.0))}"
        if base.scale < 1
        else ""
    )
    for line in (
        f"{', '.join(plan.policies[1:])} against {plan.baseline}",
        f"{base.world.n_regions} regions, {plan.firms:,} firms simulated (scale {base.scale:g}), "
        f"{base.years} years, {plan.replications} replications, {runs} runs",
        f"about {duration(plan.predict_seconds(workers))} {place.words}{full}",
    ):
        say(line)


def _end(comparison: "Comparison", out: Path, *, partial: bool, stopped: bool) -> None:
    failed = comparison.failed
    for one in failed[:MOST_NAMED]:
        say(f"run failed: {one.policy}, replication {one.replication}: {one.message}")
    if failed:
        say(f"{len(failed)} of {len(comparison.runs)} runs failed; the others were kept.")
    if partial or stopped:
        kept = comparison.runs["replication"].nunique()
        say(
            f"stopped: {kept} of {comparison.replications} replications were complete and are "
            f"kept in {out}; the same command goes on from there."
        )
    if stopped:
        raise typer.Exit(STOPPED)
    if failed:
        raise typer.Exit(FAILED)
