"""Options of the commands: settings come from the option table, the others stand here.

Numbers arrive as text and are checked with the scenario file, so that all mistakes are told at once.
"""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from s3sim.core.errors import InputError, is_utf8
from s3sim.ensemble.options import HOW, OPTIONS, OUTPUT, WHAT


def setting(name: str, flag: str | None = None) -> Any:
    """Return the option of a setting: help, range and default come from the option table."""
    option = OPTIONS[name]
    flags = f"--{flag or name.replace('_', '-')}"
    return other(flags, option.help, option.panel, option.metavar)


def other(flags: str, text: str, panel: str, metavar: str | None = None) -> Any:
    """Return an option that is no setting."""
    return typer.Option(
        *flags.split(), metavar=metavar, help=text, show_default=False, rich_help_panel=panel
    )


World = Annotated[str | None, setting("world")]
Baseline = Annotated[str | None, setting("baseline")]
Policies = Annotated[list[str] | None, setting("policies")]
Policy = Annotated[str | None, setting("policy")]
Set = Annotated[list[str] | None, setting("parameters", "set")]
Years = Annotated[str | None, setting("years")]
Start = Annotated[str | None, setting("start")]
Replications = Annotated[str | None, setting("replications")]
Replication = Annotated[str | None, setting("replication")]
Scale = Annotated[str | None, setting("scale")]
Seed = Annotated[str | None, setting("seed")]
Workers = Annotated[str | None, setting("workers")]
Dask = Annotated[str | None, setting("dask")]
MaxSeconds = Annotated[str | None, setting("max_seconds")]
Overwrite = Annotated[bool, setting("overwrite")]
AcceptCode = Annotated[bool, setting("accept_code")]

SCENARIO = "Scenario file (TOML); options override it. See 's3sim init'."
DRY_RUN = "Run one replication as a probe, tell runs, time and disk of all, and stop."
Scenario = Annotated[Path | None, other("--scenario", SCENARIO, WHAT, "FILE")]
DryRun = Annotated[bool, other("--dry-run", DRY_RUN, HOW)]
Quiet = Annotated[bool, other("--quiet -q", "Results only: no progress.", OUTPUT)]
Json = Annotated[bool, other("--json", "Print one JSON object and no text.", OUTPUT)]


def folder(flag: str, text: str, panel: str = OUTPUT) -> Any:
    """Return an option that names a folder."""
    return other(flag, text, panel, "FOLDER")


SEVERAL = ("--policies", "--set")


class Command(TyperCommand):
    """A command that refuses empty options and tells of repeated ones; some options take several values.

    `--policies a b` and `--policies a,b` are the same.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse after giving each further value its own option."""
        from s3sim.cli.ending import cli_errors, say

        args = spread(args)
        if not ctx.resilient_parsing:
            values, _, order = self.make_parser(ctx).parse_args(args=list(args))
            with cli_errors():
                if wrong := _mistyped(values, order):
                    raise InputError(wrong)
            for param in dict.fromkeys(order):
                several = getattr(param, "multiple", True) or getattr(param, "is_flag", False)
                if order.count(param) > 1 and not several:
                    say(
                        f"{param.opts[0]} is given {order.count(param)} times; the last one counts: {values[param.name]}."
                    )
        return super().parse_args(ctx, args)


def _mistyped(values: dict[str, Any], order: list[Any]) -> list[str]:
    """Name options that are empty or no text in UTF-8."""
    wrong = []
    for param in dict.fromkeys(order):
        name = param.opts[0] if param.opts[0].startswith("-") else param.name.upper()
        given = values.get(param.name)
        several = given if isinstance(given, list | tuple) else [given]
        texts = [text for text in several if isinstance(text, str)]
        if any(not text.strip() for text in texts):
            wrong.append(f"{name} is empty; give it a value or leave it out.")
        if not all(map(is_utf8, texts)):
            wrong.append(f"{name} = {texts[0]!a} is not text in UTF-8; rename it.")
    return wrong


def spread(args: list[str]) -> list[str]:
    """Repeat the option before each of its further values.

    >>> spread(["--policies", "a", "b", "--years", "3"])
    ['--policies', 'a', '--policies', 'b', '--years', '3']
    """
    made: list[str] = []
    several, fresh = "", False
    for arg in args:
        if arg.startswith("-"):
            head = arg.partition("=")[0]
            several, fresh = (head, arg == head) if head in SEVERAL else ("", False)
        elif several and not fresh:
            made.append(several)
        else:
            fresh = False
        made.append(arg)
    return made


def settings(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return those arguments of a command that are settings, by name."""
    found = {name: value for name, value in arguments.items() if name in OPTIONS}
    return {**found, "policies": names(found.get("policies"))}


def names(given: list[str] | None) -> list[str] | None:
    """Split commas, so that `a,b` is two names; an empty name stays, to be refused.

    >>> names(["a,b", "c"]), names([])
    (['a', 'b', 'c'], None)
    """
    return [name.strip() for text in given or () for name in text.split(",")] or None
