"""`s3sim experiment`: the questions of the `experiments/` folder, listed and run."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from s3sim.cli import options as o
from s3sim.cli.ending import FAILED, cli_errors, say, stop_code

if TYPE_CHECKING:
    from s3sim.ensemble.experiments.result import ExperimentResult
    from s3sim.ensemble.experiments.runner import ExperimentRun
    from s3sim.ensemble.sweep import Place

UNMET = 3

NAMES = "As listed; 'e05' will do, 'all' runs every one."
FOLDER = (
    "Where experiments are; default: those of the package. A folder is code: 'run' executes its scripts, "
    "'list' reads its TOML files alone."
)
OUT = (
    "Where table, figures and summary go; default results/experiments/NAME. Several experiments get a "
    "folder each in it."
)
STORE = "Where runs are kept; default: OUT/store. Experiments on the same samples can share one."

experiment = typer.Typer(
    no_args_is_help=True, help="Questions with designs of their own: list them, run them."
)

Folder = Annotated[Path | None, o.folder("--folder", FOLDER, o.WHAT)]


@experiment.command("list", cls=o.Command)
def list_(folder: Folder = None, json: o.Json = False) -> None:
    """List questions, and how many runs each takes at the three tiers."""
    with cli_errors():
        from s3sim.ensemble.experiments.config import home, listed

        found = listed(folder or home())
        if json:
            import json as library

            print(library.dumps(found, indent=2))
            return
        from s3sim.cli.tables import print_experiments

        print_experiments(found)


@experiment.command("run", cls=o.Command)
def run(
    name: Annotated[list[str], typer.Argument(metavar="NAME...", help=NAMES)],
    tier: Annotated[
        str, o.other("--tier", "smoke, standard or full.", o.WHAT, "TIER")
    ] = "standard",
    out: Annotated[Path | None, o.folder("--out", OUT)] = None,
    store: Annotated[Path | None, o.folder("--store", STORE)] = None,
    folder: Folder = None,
    workers: o.Workers = None,
    dask: o.Dask = None,
    max_seconds: o.MaxSeconds = None,
    dry_run: o.DryRun = False,
    overwrite: o.Overwrite = False,
    accept_code: o.AcceptCode = False,
    quiet: o.Quiet = False,
    json: o.Json = False,
) -> None:
    """Run experiments, or what their stores do not hold yet, and write their answers."""
    given = o.settings(locals())
    with cli_errors():
        from s3sim.core.errors import InputError
        from s3sim.ensemble.experiments.config import chosen, home
        from s3sim.ensemble.plan import options
        from s3sim.ensemble.sweep import place as place_of

        where, layer = folder or home(), options(given)
        try:
            names = chosen(where, name)
        except InputError as error:
            raise InputError([*layer.checked()[1], *error.problems]) from None
        place = place_of(layer)
        base = out or Path("results/experiments")
        alone = out is not None and len(names) == 1
        jobs = [_job(where, each, tier, base, store, accept_code, alone=alone) for each in names]
        code = 0
        for job in jobs:
            if dry_run:
                _tell_cost(job, place, afresh=overwrite)
                continue
            result = _run(job, place, overwrite=overwrite, quiet=quiet or json)
            _tell(job, result, quiet=quiet, as_json=json)
            code = max(code, _code(result))
            if result.stopped:
                break
        if code:
            raise typer.Exit(code)


def _job(
    where: Path,
    name: str,
    tier: str,
    out: Path,
    store: Path | None,
    accept_code: bool,
    *,
    alone: bool,
) -> "ExperimentRun":
    """Return the job of an experiment; those of one command share the runs they can share."""
    from s3sim.ensemble.experiments.runner import STORE, ExperimentRun, load

    config, script = load(where, name)
    config.at(tier)  # refuses another name
    own = out if alone else out / name
    runs = own if alone else out / (config.samples_of or name)
    return ExperimentRun(config, script, tier, own, store or runs / STORE, accept_code)


def _run(
    job: "ExperimentRun", place: "Place", *, overwrite: bool, quiet: bool
) -> "ExperimentResult":
    from s3sim.cli.progress import progress
    from s3sim.ensemble.experiments.runner import run as run_job
    from s3sim.ensemble.sweep import sweep
    from s3sim.report.figures.studies import save_study

    run_sets = job.run_sets()
    if overwrite:
        for run_set in run_sets:
            run_set.discard()
    if not quiet:
        runs = sum(run_set.samples.runs for run_set in run_sets)
        say(f"{job.config.name}: {job.config.question}")
        say(f"{job.tier}: at most {runs} runs {place.words}")

    def watch(total: int) -> Any:
        return progress(total, quiet=quiet)

    def runs_of(scenarios: Any, store: Any) -> Any:
        return sweep(scenarios, store, place, say=say, quiet=quiet, watch=watch)

    return run_job(job, runs_of, save_study)


def _tell_cost(job: "ExperimentRun", place: "Place", *, afresh: bool) -> None:
    import tempfile

    from s3sim.ensemble.experiments.runner import KEEP
    from s3sim.ensemble.probe import estimate_cost
    from s3sim.ensemble.store import Store

    print(f"{job.config.name} ({job.tier})")
    run_sets = job.run_sets()
    for run_set in run_sets:
        there = run_set.folder.is_dir() and not (afresh and run_set.own)
        with (
            tempfile.TemporaryDirectory() as empty,
            run_set.open() if there else Store(empty, {}, keep=KEEP) as store,
        ):
            print(estimate_cost(run_set.samples.scenarios, store, place))
    if not run_sets:
        print("Runs: 0")


def _tell(job: "ExperimentRun", result: "ExperimentResult", *, quiet: bool, as_json: bool) -> None:
    if result.answer is None:
        name, runs = job.config.name, result.runs
        say(f"{name}: {runs} runs are kept in {job.store}; the same command goes on from there.")
        return
    for problem in result.problems:
        say(problem)
    if as_json:
        import json

        from s3sim.ensemble.experiments.result import summary

        print(json.dumps(summary(job.out), allow_nan=False))
        return
    from s3sim.cli.tables import print_answer

    print_answer(job.config.question, result.answer)
    if not quiet:
        print(f"Summary, table and figures: {job.out}")


def _code(result: "ExperimentResult") -> int:
    if result.stopped:
        return stop_code()
    checks = () if result.answer is None else result.answer.checks
    if any(check.must and not check.met for check in checks):
        return UNMET
    return FAILED if result.failed or result.problems else 0
