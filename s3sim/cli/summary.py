"""What `s3sim compare` prints of its results: table and headline, or one JSON object."""

import json
import math
from pathlib import Path
from typing import Any

from s3sim.cli.tables import console, print_effects, shown
from s3sim.ensemble.comparison import Comparison, outcome_info
from s3sim.policies import POLICIES
from s3sim.report.comparison_result import ComparisonResult


def print_summary(result: ComparisonResult, out: Path) -> None:
    """Print the table, the headline and where the tables are."""
    print_effects(result.comparison, outcome_info(), POLICIES)
    where = console()
    where.print()
    where.print(shown(str(result), where), style="bold")
    where.print()
    where.print(f"Tables: {out}", soft_wrap=True)


def as_json(comparison: Comparison, out: Path, report: Path | None) -> str:
    """Return what `--json` prints."""
    told = {
        "headline": comparison.headline,
        "baseline": comparison.baseline,
        "policies": list(comparison.policies),
        "effects": [
            {name: plain(value) for name, value in row.items()}
            for row in comparison.effects.to_dict("records")
        ],
        "out": str(out),
        "report": None if report is None else str(report),
        "failures": [
            {name: getattr(run, name) for name in ("run_id", "policy", "replication", "message")}
            for run in comparison.failed
        ],
    }
    return json.dumps(told, ensure_ascii=False, allow_nan=False)


def plain(value: Any) -> Any:
    """Return a value that JSON knows; what is not a number becomes null.

    >>> plain(float("nan")), plain(2), plain("a")
    (None, 2, 'a')
    """
    return None if isinstance(value, float) and not math.isfinite(value) else value
