"""The scoreboard on the terminal."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

from s3sim.cli.tables import NOTHING, console, print_rows, shown


def print_scoreboard(board: Any, missing: Sequence[Any]) -> None:
    """Print every fact with its band, score and rival, then the sums of each world and scale."""
    where = console()
    for world, scale, facts, _ in board.cases():
        where.print(f"World {world}, scale {scale:g}", style="bold")
        print_rows([_cells(row) for row in facts.to_dict("records")])
        where.print()
    where.print("Known, but the model cannot be asked", style="bold")
    print_rows([{"id": one.id, "what": one.title, "why": one.missing} for one in missing])
    where.print()
    for row in board.summary.to_dict("records"):
        told = (
            f"World {row['world']}, scale {row['scale']:g}: {row['passed']} of {row['facts']} facts pass, mean score "
            f"{row['score']:.2f}; rivals {_number(row['rival_score'])} where the model has "
            f"{_number(row['score_beside_rivals'])} ({row['facts_with_rival']} facts)."
        )
        if row["runs"]:
            told += (
                f" A single run meets {row['median_met_by_a_run']:.0f} facts (median); "
                f"{row['share_of_runs_jointly']:.0%} of {row['runs']} runs meet 25 or more at once."
            )
        if row["not_known_well"]:
            told += f" {row['not_known_well']} means are not known well enough (?)."
        where.print(shown(told, where))


def _cells(row: dict[str, Any]) -> dict[str, str]:
    error = f" +- {_number(row['error'])}" if isfinite(row["error"]) else ""
    unsure = "" if row["known"] or not row["n"] else " ?"
    return {
        "id": row["id"],
        "what": f"{row['title']} ({row['unit']})",
        "simulated": f"{_number(row['mean'])}{error}",
        "band": band(row["low"], row["high"]),
        "score": _number(row["score"]),
        "status": f"{row['status']}{unsure}",
        "rival": f"{row['rival']} {_number(row['rival_score'])}" if row["rival"] else NOTHING,
        "source": f"{row['source']} [{row['mark']}]",
    }


def band(low: float, high: float) -> str:
    """Return a band in words; one that is open on one side has one end.

    >>> band(0.7, 1.3), band(0.0, float("inf"))
    ('0.7 to 1.3', 'above 0')
    """
    if not isfinite(high):
        return f"above {low:g}"
    return f"{low:g} to {high:g}" if isfinite(low) else f"below {high:g}"


def _number(value: float) -> str:
    return f"{value:.3g}" if isfinite(value) else NOTHING
