"""`s3sim compare`: policies against a baseline, at equal money and on the same luck."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from s3sim.cli import options as o
from s3sim.cli.ending import FAILED, STOPPED, say, told

if TYPE_CHECKING:
    from s3sim.explore.compare import Comparison
    from s3sim.explore.plan import Plan
    from s3sim.explore.run import RunResult


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
    start: Annotated[
        str | None,
        typer.Option(metavar="N", help="Years before policies start, 0 to 100; default 1.", show_default=False,
                     rich_help_panel=o.WHAT),
    ] = None,
    replications: Annotated[
        str | None,
        typer.Option(metavar="N", help="Runs of each policy, 1 to 100000; default 24.", show_default=False,
                     rich_help_panel=o.HOW),
    ] = None,
    scale: o.Scale = None,
    seed: o.Seed = None,
    workers: Annotated[
        str | None,
        typer.Option(metavar="N", show_default=False, rich_help_panel=o.HOW,
                     help="Processes, 1 to 1024; 1 runs in this one; default: as many as there are cores."),
    ] = None,
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where results go.", rich_help_panel=o.OUTPUT)
    ] = Path("results/compare"),
    overwrite: o.Overwrite = False,
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
        from s3sim.cli.layers import asked, processes
        from s3sim.explore import results as store
        from s3sim.scenario_file import plan as plan_of

        given = {"world": world, "baseline": baseline, "policies": o.names(policies),
                 "years": years, "start": start, "replications": replications,
                 "scale": scale, "seed": seed}  # fmt: skip
        n, wrong = processes(workers)
        plan = plan_of(asked(scenario, given, set_, wrong))
        store.prepare(out, plan, overwrite=overwrite)
        if not (quiet or json):
            _introduce(plan, n)
        results, stopped = _run(plan, n, quiet=quiet or json)
        if stopped:
            results = finish.complete(results, plan)
            if not results:
                say(f"stopped before a replication was complete; nothing was written to {out}.")
                raise typer.Exit(STOPPED)
        comparison = finish.save(plan, results, out, stopped=stopped)
        report = None
        if not (no_report or stopped) and any(one.status == "ok" for one in results):
            if not (quiet or json):
                say("drawing figures and writing the report")
            report = finish.report(comparison, out)
        finish.tell(comparison, out, report, as_json=json)
        _end(comparison, out, stopped=stopped)


def _run(plan: "Plan", workers: int, *, quiet: bool) -> "tuple[list[RunResult], bool]":
    """Return results, and whether the user stopped the sweep."""
    from s3sim.cli.progress import progress
    from s3sim.explore.run import Interrupted, local_executor, run_scenarios

    scenarios = plan.scenarios()
    workers = min(workers, len(scenarios))
    executor: Any = None
    try:
        with progress(len(scenarios), quiet=quiet) as tell:
            executor = local_executor(workers) if workers > 1 else None
            results = run_scenarios(scenarios, executor=executor, progress=tell)
    except Interrupted as stop:
        return stop.results, True
    finally:
        if executor is not None:
            executor.shutdown(cancel_futures=True)
    return results, False


def _introduce(plan: "Plan", workers: int) -> None:
    from s3sim.cli.progress import duration

    base, runs = plan.scenario, len(plan.policies) * plan.replications
    processes = "1 process" if workers == 1 else f"{workers} processes"
    full = (
        f"; --scale 1 would take about {duration(plan.predict_seconds(workers, 1.0))}"
        if base.scale < 1
        else ""
    )
    for line in (
        f"{', '.join(plan.policies[1:])} against {plan.baseline}",
        f"{base.world.n_regions} regions, {plan.firms:,} firms simulated (scale {base.scale:g}), "
        f"{base.years} years, {plan.replications} replications, {runs} runs",
        f"about {duration(plan.predict_seconds(workers))} on {processes}{full}",
    ):
        say(line)


def _end(comparison: "Comparison", out: Path, *, stopped: bool) -> None:
    failed = comparison.failed
    for one in failed:
        say(f"run failed: {one.policy}, replication {one.replication}: {one.message}")
    if failed:
        say(f"{len(failed)} of {len(comparison.results)} runs failed; the others were kept.")
    if stopped:
        kept = len({one.replication for one in comparison.results})
        say(
            f"stopped: {kept} of {comparison.plan.replications} replications were complete and are "
            f"kept in {out}; the same command runs them all again."
        )
        raise typer.Exit(STOPPED)
    if failed:
        raise typer.Exit(FAILED)
