"""`s3sim describe`: what the model is made of, as tables."""

from typing import Annotated, Any

import typer

from s3sim.cli import options as o
from s3sim.cli.ending import cli_errors, say

WHAT = "parameters, regions, domains, policies, outcomes or state."


def describe(
    what: Annotated[str, typer.Argument(metavar="WHAT", help=WHAT)],
    world: o.World = None,
    markdown: Annotated[bool, o.other("--markdown", "Print Markdown.", o.OUTPUT)] = False,
    json: o.Json = False,
) -> None:
    """Show parameters, regions, domains, policies, outcomes or state variables."""
    with cli_errors():
        from s3sim.core.errors import InputError, unknown
        from s3sim.ensemble import describe as tables
        from s3sim.ensemble.settings import world_notes, world_of

        problems = [] if what in tables.TABLES else [unknown("table", what[:60], tables.TABLES)]
        try:
            known = world_of(world or "partners", "--world")
        except InputError as error:
            problems += error.problems
        if problems:
            raise InputError(problems)
        for note in world_notes(known, world):
            say(note)
        rows = tables.TABLES[what](*[known] * (what in ("regions", "domains")))
        if json:
            import json as encoder

            print(encoder.dumps(rows, ensure_ascii=False, indent=1))
        elif markdown:
            print(tables.markdown(rows))
        else:
            from s3sim.cli.tables import print_rows

            print_rows([_compact(row) for row in rows])


def _compact(row: dict[str, Any]) -> dict[str, Any]:
    """Join columns that read as one on a terminal."""
    if "low" in row:
        unit = "" if row["unit"] == "-" else f" {row['unit']}"
        return {
            "name": row["name"],
            "default": row["default"],
            "range": f"{row['low']:g} to {row['high']:g}{unit}",
            "meaning": f"{row['meaning']} [{row['evidence']}: {row['source']}]",
        }
    if "table" in row:
        name = f"{row['table']}.{row['column']}"
        return {"column": name, "dtype": row["dtype"], "meaning": row["meaning"]}
    return row
