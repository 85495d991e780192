"""`s3sim describe`: what the model is made of, as tables."""

from typing import Annotated, Any

import typer

from s3sim.cli import options as o
from s3sim.cli.ending import cli_errors, say


def describe(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT", help="parameters, regions, domains, policies, outcomes or state."
        ),
    ],
    world: o.World = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown.", rich_help_panel=o.OUTPUT)
    ] = False,
    json: o.Json = False,
) -> None:
    """Show parameters, regions, domains, policies, outcomes or state variables."""
    with cli_errors():
        from s3sim.core.errors import InputError, unknown
        from s3sim.ensemble import describe as tables
        from s3sim.ensemble.scenario_file import notes
        from s3sim.ensemble.settings import ConfigLayer
        from s3sim.world import World

        problems = [] if what in tables.TABLES else [unknown("table", what[:60], tables.TABLES)]
        known: World | None = None
        try:
            known = ConfigLayer({}, "--{}").world(world or "partners")
        except InputError as error:
            problems += error.problems
        if problems or known is None:
            raise InputError(problems)
        for note in notes(known, world):
            say(note)
        arguments = (known,) if what in ("regions", "domains") else ()
        rows = tables.TABLES[what](*arguments)
        if json:
            import json as encoder

            print(encoder.dumps(rows, ensure_ascii=False, indent=1))
        elif markdown:
            print(tables.markdown(rows))
        else:
            from s3sim.cli.tables import print_rows

            print_rows([_compact(row) for row in rows], tables.plain)


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
        return {
            "column": f"{row['table']}.{row['column']}",
            **{k: row[k] for k in ("dtype", "meaning")},
        }
    return row
