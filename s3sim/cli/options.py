"""Options that several commands share.

Numbers arrive as text and are checked with the scenario file, so that all mistakes are told at once.
"""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

WHAT, HOW, OUTPUT = "What to run", "How to run it", "Output"

Scenario = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Scenario file (TOML); options override it. See 's3sim init'.",
                 rich_help_panel=WHAT),
]  # fmt: skip
World = Annotated[
    str | None,
    typer.Option(metavar="NAME|FOLDER", rich_help_panel=WHAT, show_default=False,
                 help="partners (default), bsr, or a folder with your regions.csv and employment.csv."),
]  # fmt: skip
Years = Annotated[
    str | None,
    typer.Option(metavar="N", help="Length of a run, years, 1 to 100; default 14.", show_default=False,
                 rich_help_panel=WHAT),
]  # fmt: skip
Start = Annotated[
    str | None,
    typer.Option(metavar="N", help="Years before policies start, 0 to 100; default 1.", show_default=False,
                 rich_help_panel=WHAT),
]  # fmt: skip
Scale = Annotated[
    str | None,
    typer.Option(metavar="X", rich_help_panel=HOW, show_default=False,
                 help="Simulated firms for each real firm, 0.001 to 1; default 0.05."),
]  # fmt: skip
Seed = Annotated[
    str | None,
    typer.Option(metavar="N", help="Decides all luck, 0 to 2147483648; default 0.", show_default=False,
                 rich_help_panel=HOW),
]  # fmt: skip
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", rich_help_panel=WHAT,
                 help="Set a parameter, as in search.rate=0.3. Repeatable."),
]  # fmt: skip
Quiet = Annotated[
    bool,
    typer.Option("--quiet", "-q", help="Results only: no progress.", rich_help_panel=OUTPUT),
]
Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON object and no text.", rich_help_panel=OUTPUT)
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace other results there.", rich_help_panel=OUTPUT)
]

SEVERAL = ("--policies", "--set")


class Spread(TyperCommand):
    """A command whose repeatable options take several values: `--policies a b`, `--policies a,b`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse after giving each further value its own option."""
        return super().parse_args(ctx, spread(args))


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
    """Split commas, so that `a,b` is two names.

    >>> names(["a,b", "c"]), names([])
    (['a', 'b', 'c'], None)
    """
    split = [one.strip() for text in given or () for one in text.split(",")]
    return [one for one in split if one] or None
