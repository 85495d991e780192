"""The report for evaluators: one self-contained HTML page, every number taken from the tables."""

from s3sim.report.page import write_report

__all__ = ["write_report"]
