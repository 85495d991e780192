"""What the trial inside the model tells: effects on firms that a lottery drew."""

from collections.abc import Mapping, Sequence
from typing import Any

from s3sim.validation.statistics.registry import over, statistic

Rows = Sequence[Mapping[str, Any]]


@statistic
def trial_effect(rows: Rows, measure: str, year: int, group: str = "winners") -> float:
    """Return an effect of the trial in the unit of `s3sim.validation.trial.MEASURES`."""
    return next(
        (float(row["effect"]) for row in rows if _is(row, measure, year, group)), float("nan")
    )


@statistic
def trial_effect_in_percent(rows: Rows, measure: str, year: int, group: str = "winners") -> float:
    """Return an effect on a number as a percentage of the twin's number."""
    found = [row for row in rows if _is(row, measure, year, group)]
    return 100 * over(found[0]["effect"], found[0]["control"]) if found else float("nan")


def _is(row: Mapping[str, Any], measure: str, year: int, group: str) -> bool:
    return (row["measure"], row["years"], row["group"]) == (measure, year, group)
