"""What happens to results: tables, report, and what is printed."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from s3sim.cli.tables import console, print_effects, shown
from s3sim.ensemble.comparison import Comparison, compare, outcome_info
from s3sim.ensemble.plan import Plan
from s3sim.policies import POLICIES
from s3sim.simulation.result import RunResult


def complete(results: Sequence[RunResult], plan: Plan) -> list[RunResult]:
    """Return the runs of replications in which every policy has run."""
    met: dict[int, set[str]] = {}
    for one in results:
        met.setdefault(one.replication, set()).add(one.policy)
    return [one for one in results if met[one.replication] == set(plan.policies)]


def save(plan: Plan, results: Sequence[RunResult], out: Path, *, stopped: bool) -> Comparison:
    """Compare and write the tables; a manifest says so if the sweep was stopped."""
    comparison = compare(plan, results)
    if stopped:
        comparison.manifest["stopped_after_replications"] = len({r.replication for r in results})
    comparison.save(out, overwrite=True)
    return comparison


def report(comparison: Comparison, out: Path) -> Path:
    """Draw the figures and write the report."""
    from s3sim.report import write_report
    from s3sim.report.figures import draw_all

    words = outcome_info()
    figures = draw_all(comparison, words, POLICIES, out / "figures")
    return write_report(comparison, words, POLICIES, figures, out / "report.html")


def tell(comparison: Comparison, out: Path, report: Path | None, *, as_json: bool) -> None:
    """Print the table, the headline and where the files are, or one JSON object."""
    if as_json:
        print(json.dumps(as_object(comparison, out, report), ensure_ascii=False, allow_nan=False))
        return
    print_effects(comparison, outcome_info(), POLICIES)
    where = console()
    where.print()
    where.print(shown(comparison.headline, where), style="bold")
    where.print()
    where.print(f"Tables: {out}", soft_wrap=True)
    if report is not None:
        where.print(f"Report: {report}", soft_wrap=True)


def as_object(comparison: Comparison, out: Path, report: Path | None) -> dict[str, Any]:
    """Return what `--json` prints."""
    return {
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
            {name: getattr(one, name) for name in ("run_id", "policy", "replication", "message")}
            for one in comparison.failed
        ],
    }


def plain(value: Any) -> Any:
    """Return a value that JSON knows; what is not a number becomes null.

    >>> plain(float("nan")), plain(2), plain("a")
    (None, 2, 'a')
    """
    return None if isinstance(value, float) and not math.isfinite(value) else value
