"""The report for evaluators: one self-contained HTML page, every number taken from the tables."""

from collections.abc import Mapping

from s3sim.core.formatting import Rounded, rounded
from s3sim.report import sentences
from s3sim.report.figures.inputs import Comparison, OutcomeInfo, PolicyInfo, Words
from s3sim.report.page import write_report

__all__ = ["Rounded", "headline", "rounded", "write_report"]


def headline(
    comparison: Comparison,
    outcomes: Mapping[str, OutcomeInfo],
    policies: Mapping[str, PolicyInfo],
) -> str:
    """Return the answer in one sentence: links between regions, and growth beside them."""
    return sentences.headline(comparison, Words(outcomes, policies))
