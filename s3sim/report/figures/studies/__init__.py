"""Figures of studies: sensitivity, discovery, robustness, value, structure. Tables in, figure out.

Every function takes plain tables or arrays and returns a figure whose label describes it in words;
`save_study` writes it as PNG and SVG, the same to the byte for the same input. All of them raise
InputError when a column is missing or a table has no rows, and draw what is nan as "withheld".
Keywords that they share: `outcome` and `unit` say what is measured, `titles` names outcomes,
policies or panels, and `manifest` gives the version for the credit line. Limits are those of 95 %
intervals.
"""

from s3sim.report.figures import agg as agg
from s3sim.report.figures.studies.differences import (
    difference_distributions,
    shapley_split,
    trade_off,
    winners_losers,
)
from s3sim.report.figures.studies.discovery import (
    coverage_density,
    tipping_curve,
    tipping_map,
    vulnerability_map,
)
from s3sim.report.figures.studies.robustness import (
    cost_curve,
    rank_table,
    running_mean,
    sign_table,
    variance_ratio,
)
from s3sim.report.figures.studies.sensitivity import (
    index_bars,
    information_bars,
    mu_star_sigma,
    tornado,
)
from s3sim.report.figures.style import save_figure as save_study
from s3sim.report.figures.words import short

__all__ = [
    "cost_curve", "coverage_density", "difference_distributions", "index_bars", "information_bars",
    "mu_star_sigma", "rank_table", "running_mean", "save_study", "shapley_split", "short",
    "sign_table", "tipping_curve", "tipping_map", "tornado", "trade_off", "variance_ratio",
    "vulnerability_map", "winners_losers",
]  # fmt: skip
