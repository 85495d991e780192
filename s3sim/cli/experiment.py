"""`s3sim experiment`: the questions of the `experiments/` folder, listed and run."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from s3sim.cli import options as o
from s3sim.cli import sweep as w
from s3sim.cli.ending import FAILED, STOPPED, say, told

if TYPE_CHECKING:
    from s3sim.ensemble.experiments.runner import ExperimentResult, ExperimentRun

UNMET = 3

experiment = typer.Typer(
    no_args_is_help=True, help="Questions with designs of their own: list them, run them."
)

Folder = Annotated[
    Path | None,
    typer.Option("--folder", metavar="FOLDER", show_default=False, rich_help_panel=o.WHAT,
                 help="Where experiments are; default: those of the package."),
]  # fmt: skip


@experiment.command("list")
def list_(folder: Folder = None, json: o.Json = False) -> None:
    """List questions, and how many runs each takes at the three tiers."""
    with told():
        from s3sim.ensemble.experiments.config import home, listed

        found = listed(folder or home())
        if json:
            import json as library

            print(library.dumps(found, indent=2))
            return
        from s3sim.cli.tables import console, print_experiments

        print_experiments(found, console())


@experiment.command("run")
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
                     help="Where runs are kept; default: OUT/store. Experiments on the same worlds can share one."),
    ] = None,
    folder: Folder = None,
    workers: w.Workers = None,
    dask: w.Dask = None,
    max_seconds: w.MaxSeconds = None,
    dry_run: w.DryRun = False,
    overwrite: o.Overwrite = False,
    accept_code: w.AcceptCode = False,
    quiet: o.Quiet = False,
    json: o.Json = False,
) -> None:  # fmt: skip
    """Run experiments, or what their stores do not hold yet, and write their answers."""
    with told():
        from s3sim.core.errors import InputError
        from s3sim.ensemble.experiments.config import chosen, home

        place, wrong = w.where(workers, dask, max_seconds)
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
                _foretell(job, place, afresh=overwrite)
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
    from s3sim.ensemble.experiments.config import load
    from s3sim.ensemble.experiments.runner import STORE, ExperimentRun

    definition, script = load(where, name)
    if out is None:
        out, mine = Path("results/experiments"), True
    else:
        mine = len(names) > 1
    owner = config.samples_of or name
    own = out / name if mine else out
    runs = out / owner / STORE if mine else own / STORE
    config.at(tier)
    return ExperimentRun(definition, script, tier, own, store or runs, accept_code)


def _run(job: "ExperimentRun", place: w.Where, *, overwrite: bool, quiet: bool) -> "ExperimentResult":
    from s3sim.ensemble.experiments.runner import run as run_job
    from s3sim.report.figures.studies.base import save_study

    shelves = job.shelves()
    if overwrite:
        for one in shelves:
            one.discard()
    if not quiet:
        runs = sum(one.worlds.runs for one in shelves)
        say(f"{job.config.name}: {job.config.question}")
        say(f"{job.tier}: at most {runs} runs {place.words}")
    return run_job(
        job, lambda scenarios, store: w.sweep(scenarios, store, place, quiet=quiet), save_study
    )


def _foretell(job: "ExperimentRun", place: w.Where, *, afresh: bool) -> None:
    import tempfile

    from s3sim.ensemble.experiments.runner import KEEP
    from s3sim.ensemble.store import Store

    print(f"{job.config.name} ({job.tier})")
    shelves = job.shelves()
    for one in shelves:
        if one.folder.is_dir() and not (afresh and one.own):
            with one.open() as store:
                w.foretell(one.worlds.scenarios, store, place)
        else:
            with tempfile.TemporaryDirectory() as path, Store(path, {}, keep=KEEP) as store:
                w.foretell(one.worlds.scenarios, store, place)
    if not shelves:
        print("Runs: 0")


def _tell(job: "ExperimentRun", done: "ExperimentResult", *, quiet: bool, as_json: bool) -> None:
    if done.answer is None:
        say(f"{job.config.name}: {done.runs} runs are kept in {job.store}; the same command goes on from there.")  # fmt: skip
        return
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

    from s3sim.ensemble.experiments.runner import summary

    return json.dumps(summary(job.out), allow_nan=False)


def _code(done: "ExperimentResult") -> int:
    if done.stopped:
        return STOPPED
    if done.answer is not None and any(one.must and not one.met for one in done.answer.checks):
        return UNMET
    return FAILED if done.failed else 0
