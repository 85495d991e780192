"""Options of the commands: settings come from the option table, the others stand here.

Numbers arrive as text and are checked with the scenario file, so that all mistakes are told at once.
"""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from s3sim.core.errors import InputError
from s3sim.ensemble.options import HOW, MOST_WORKERS, OPTIONS, WHAT

OUTPUT = "Output"


def setting(name: str, flag: str | None = None) -> Any:
    """Return the option of a setting: help, range and default come from the option table."""
    one = OPTIONS[name]
    text = one.help if one.kind is not dict else f"{one.text}."
    flags = [f"--{flag or name}"]
    return typer.Option(*flags, metavar=one.metavar, help=text, show_default=False, rich_help_panel=one.panel)  # fmt: skip


def other(flag: str, text: str, panel: str, metavar: str | None = None, short: str = "") -> Any:
    """Return an option that is no setting."""
    flags = [f"--{flag}", *([short] if short else [])]
    return typer.Option(
        *flags, metavar=metavar, help=text, show_default=False, rich_help_panel=panel
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

Scenario = Annotated[
    Path | None,
    other("scenario", "Scenario file (TOML); options override it. See 's3sim init'.", WHAT, "FILE"),
]
Workers = Annotated[
    str | None,
    other("workers", f"Processes, 1 to {MOST_WORKERS}; 1 runs in this one; default: as many as there are cores.",
          HOW, "N"),
]  # fmt: skip
Dask = Annotated[
    str | None,
    other("dask", "Run on a Dask cluster: its scheduler's address, or 'local' for one of --workers processes here.",
          HOW, "ADDRESS|local"),
]  # fmt: skip
MaxSeconds = Annotated[
    str | None,
    other("max-seconds", "Start no further replication after S seconds; the same command goes on later.", HOW, "S"),
]  # fmt: skip
DryRun = Annotated[
    bool,
    other("dry-run", "Run one replication as a probe, tell runs, time and disk of all, and stop.", HOW),
]  # fmt: skip
AcceptCode = Annotated[
    bool,
    other("accept-code", "Go on with runs there that other code of the model made; both are put on record.", OUTPUT),
]  # fmt: skip
Quiet = Annotated[bool, other("quiet", "Results only: no progress.", OUTPUT, short="-q")]
Json = Annotated[bool, other("json", "Print one JSON object and no text.", OUTPUT)]
Overwrite = Annotated[bool, other("overwrite", "Replace other results there.", OUTPUT)]

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
        texts = [text for text in (given if isinstance(given, list | tuple) else [given]) if isinstance(text, str)]  # fmt: skip
        if any(not text.strip() for text in texts):
            wrong.append(f"{name} is empty; give it a value or leave it out.")
        if any("\ud800" <= letter <= "\udfff" for text in texts for letter in text):
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


def names(given: list[str] | None) -> list[str] | None:
    """Split commas, so that `a,b` is two names; an empty name stays, to be refused.

    >>> names(["a,b", "c"]), names([])
    (['a', 'b', 'c'], None)
    """
    return [name.strip() for text in given or () for name in text.split(",")] or None
