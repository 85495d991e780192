"""Figures of studies: sensitivity, discovery, robustness, value, structure. Tables in, figure out.

Every function takes plain tables or arrays and returns a figure whose label describes it in words;
`save_study` writes it as PNG and SVG, the same to the byte for the same input.
"""

from s3sim.report.figures import agg as agg
from s3sim.report.figures.studies.base import save_study
from s3sim.report.figures.studies.discovery import vulnerability_map
from s3sim.report.figures.studies.efficiency import variance_ratio
from s3sim.report.figures.studies.effort import cost_curve, running_mean
from s3sim.report.figures.studies.indices import index_bars
from s3sim.report.figures.studies.information import information_bars
from s3sim.report.figures.studies.parts import shapley_split, winners_losers
from s3sim.report.figures.studies.peeling import coverage_density
from s3sim.report.figures.studies.ranges import tornado
from s3sim.report.figures.studies.ranks import rank_table
from s3sim.report.figures.studies.screening import mu_star_sigma
from s3sim.report.figures.studies.spread import difference_distributions
from s3sim.report.figures.studies.structure import sign_table
from s3sim.report.figures.studies.tipping import tipping_curve, tipping_map
from s3sim.report.figures.studies.words import short
from s3sim.report.figures.studies.worlds import trade_off

__all__ = [
    "cost_curve",
    "coverage_density",
    "difference_distributions",
    "index_bars",
    "information_bars",
    "mu_star_sigma",
    "rank_table",
    "running_mean",
    "save_study",
    "shapley_split",
    "short",
    "sign_table",
    "tipping_curve",
    "tipping_map",
    "tornado",
    "trade_off",
    "variance_ratio",
    "vulnerability_map",
    "winners_losers",
]
