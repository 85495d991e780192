"""The command line: `s3sim compare`, `run`, `validate`, `experiment`, `describe`, `init`.

Importing this package loads Typer and the standard library only; each command loads what it needs.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from s3sim.cli.compare import compare
from s3sim.cli.describe import describe
from s3sim.cli.experiment import experiment
from s3sim.cli.init import init
from s3sim.cli.options import Command
from s3sim.cli.run import run
from s3sim.cli.validate import validate

EPILOG = "Start with: s3sim compare --scale 0.02 --replications 8"
EXAMPLES = {
    "compare": (
        "s3sim compare --scale 0.02 --replications 8",
        "s3sim compare --policies trans_s3 tibs_only --set search.rate=0.3",
        "s3sim compare --scenario my.toml --out results/mine --workers 4",
    ),
    "run": (
        "s3sim run --policy trans_s3_tibs --scale 0.02",
        "s3sim run --policy tibs_only --set brokers.cost=80 --out results/one",
    ),
    "validate": (
        "s3sim validate --tier quick",
        "s3sim validate --tier full --world bsr --out results/validation",
    ),
    "describe": (
        "s3sim describe policies",
        "s3sim describe regions --world bsr --markdown > regions.md",
    ),
    "init": ("s3sim init my.toml", "s3sim compare --scenario my.toml"),
}

app = typer.Typer(
    name="s3sim",
    help="A policy laboratory for smart specialisation (S3) in the Baltic Sea Region.",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _command in (compare, run, validate, describe, init):
    _lines = (f"  {line}" for line in ("[bold]Examples[/bold]", *EXAMPLES[_command.__name__]))
    app.command(cls=Command, epilog="\n\n".join(_lines))(_command)
app.add_typer(experiment, name="experiment")


def _version(wanted: bool) -> None:
    if wanted:
        from s3sim import __version__

        print(f"s3sim {__version__}")
        raise typer.Exit


@app.callback()
def _about(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; no letter, stream or setting of a terminal ends it."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed, as cron and pythonw do
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    os.environ["MPLBACKEND"] = "agg"  # figures go to files, whatever a notebook has left there
    app(prog_name="s3sim")
