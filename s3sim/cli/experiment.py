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

experiment = typer.Typer(
    no_args_is_help=True, help="Questions with designs of their own: list them, run them."
)

Folder = Annotated[
    Path | None,
    typer.Option("--folder", metavar="FOLDER", show_default=False, rich_help_panel=o.WHAT,
                 help="Where experiments are; default: those of the package. A folder is code: 'run' executes its scripts, 'list' reads its TOML files alone."),
]  # fmt: skip


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
        from s3sim.cli.tables import console, print_experiments

        print_experiments(found, console())


@experiment.command("run", cls=o.Command)
def run(
    name: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="As listed; 'e05' will do, 'all' runs every one.")
    ],
    tier: Annotated[
        str, typer.Option(metavar="TIER", rich_help_panel=o.WHAT, help="smoke, standard or full.")
    ] = "standard",
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", show_default=False, rich_help_panel=o.OUTPUT,
                     help="Where table, figures and summary go; default results/experiments/NAME. Several experiments get a folder each in it."),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", show_default=False, rich_help_panel=o.OUTPUT,
                     help="Where runs are kept; default: OUT/store. Experiments on the same samples can share one."),
    ] = None,
    folder: Folder = None,
    workers: o.Workers = None,
    dask: o.Dask = None,
    max_seconds: o.MaxSeconds = None,
    dry_run: o.DryRun = False,
    overwrite: o.Overwrite = False,
    accept_code: o.AcceptCode = False,
    quiet: o.Quiet = False,
    json: o.Json = False,
) -> None:  # fmt: skip
    """Run experiments, or what their stores do not hold yet, and write their answers."""
    with cli_errors():
        from s3sim.core.errors import InputError
        from s3sim.ensemble.experiments.config import chosen, home
        from s3sim.ensemble.plan import options
        from s3sim.ensemble.sweep import place as place_of

        ways = {"workers": workers, "dask": dask, "max_seconds": max_seconds}
        place, wrong = place_of(options(ways))
        where = folder or home()
        try:
            names = chosen(where, name)
        except InputError as error:
            raise InputError([*wrong, *error.problems]) from None
        if wrong:
            raise InputError(wrong)
        jobs = [_job(where, one, names, tier, out, store, accept_code) for one in names]
        ended = 0
        for job in jobs:
            if dry_run:
                _tell_cost(job, place, afresh=overwrite)
                continue
            done = _run(job, place, overwrite=overwrite, quiet=quiet or json)
            _tell(job, done, quiet=quiet, as_json=json)
            ended = max(ended, _code(done))
            if done.stopped:
                break
        if ended:
            raise typer.Exit(ended)


def _job(
    where: Path, name: str, names: list[str], tier: str, out: Path | None, store: Path | None,
    accept_code: bool,
) -> "ExperimentRun":  # fmt: skip
    """Return the job of an experiment; those of one command share the runs they can share."""
    from s3sim.ensemble.experiments.runner import STORE, ExperimentRun, load

    config, script = load(where, name)
    if out is None:
        out, mine = Path("results/experiments"), True
    else:
        mine = len(names) > 1
    owner = config.samples_of or name
    own = out / name if mine else out
    runs = out / owner / STORE if mine else own / STORE
    config.at(tier)
    return ExperimentRun(config, script, tier, own, store or runs, accept_code)


def _run(
    job: "ExperimentRun", place: "Place", *, overwrite: bool, quiet: bool
) -> "ExperimentResult":
    from s3sim.cli.progress import progress
    from s3sim.ensemble.experiments.runner import run as run_job
    from s3sim.ensemble.sweep import sweep
    from s3sim.report.figures.studies.base import save_study

    run_sets = job.run_sets()
    if overwrite:
        for run_set in run_sets:
            run_set.discard()
    if not quiet:
        runs = sum(run_set.samples.runs for run_set in run_sets)
        say(f"{job.config.name}: {job.config.question}")
        say(f"{job.tier}: at most {runs} runs {place.words}")

    def runs_of(scenarios: Any, store: Any) -> Any:
        return sweep(
            scenarios, store, place, say=say, quiet=quiet,
            watch=lambda total: progress(total, quiet=quiet),
        )  # fmt: skip

    return run_job(job, runs_of, save_study)


def _tell_cost(job: "ExperimentRun", place: "Place", *, afresh: bool) -> None:
    import tempfile

    from s3sim.ensemble.experiments.runner import KEEP
    from s3sim.ensemble.probe import estimate_cost
    from s3sim.ensemble.store import Store

    print(f"{job.config.name} ({job.tier})")
    run_sets = job.run_sets()
    for run_set in run_sets:
        if run_set.folder.is_dir() and not (afresh and run_set.own):
            with run_set.open() as store:
                print(estimate_cost(run_set.samples.scenarios, store, place))
        else:
            with tempfile.TemporaryDirectory() as path, Store(path, {}, keep=KEEP) as store:
                print(estimate_cost(run_set.samples.scenarios, store, place))
    if not run_sets:
        print("Runs: 0")


def _tell(job: "ExperimentRun", done: "ExperimentResult", *, quiet: bool, as_json: bool) -> None:
    if done.answer is None:
        say(f"{job.config.name}: {done.runs} runs are kept in {job.store}; the same command goes on from there.")  # fmt: skip
        return
    for problem in done.problems:
        say(problem)
    if as_json:
        print(json_of(job))
        return
    from s3sim.cli.tables import console, print_answer

    print_answer(job.config.question, done.answer, console())
    if not quiet:
        print(f"Summary, table and figures: {job.out}")


def json_of(job: "ExperimentRun") -> str:
    """Return the summary that was written, as one line."""
    import json

    from s3sim.ensemble.experiments.result import summary

    return json.dumps(summary(job.out), allow_nan=False)


def _code(done: "ExperimentResult") -> int:
    if done.stopped:
        return stop_code()
    if done.answer is not None and any(one.must and not one.met for one in done.answer.checks):
        return UNMET
    return FAILED if done.failed or done.problems else 0
