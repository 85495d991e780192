"""Simulated regions against observed ones: growth, jobs, R&D, participations, Interreg."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from s3sim.core.arrays import Floats
from s3sim.validation.statistics.economy import rd_change
from s3sim.validation.statistics.registry import over, statistic, year_of
from s3sim.validation.watch import Records

DATA = Path(__file__).parents[1] / "data"

FEWEST = 8
"""Regions with an observation, below which no rank correlation is told."""


@cache
def observed() -> pd.DataFrame:
    """Return observed paths of regions, one row a region: ``data/SOURCES.md``."""
    return pd.read_csv(DATA / "regions.csv", index_col="region")


def rank_correlation(simulated: Floats, seen: Floats) -> float:
    """Return Spearman's rank correlation over pairs that are known; nan if few or all alike."""
    known = np.isfinite(simulated) & np.isfinite(seen)
    x, y = simulated[known], seen[known]
    if known.sum() < FEWEST or np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    return float(spearmanr(x, y).statistic)


def _seen(records: Records, column: str) -> Floats:
    return observed()[column].reindex(list(records.world.codes)).to_numpy(np.float64)


@statistic
def growth_ranks(records: Records) -> float:
    """Return the rank correlation of regional growth over 14 years with observed 2008-22."""
    path = records.panel["value_added"]
    change = np.log(year_of(path, 14) / year_of(path, 1))
    return rank_correlation(change, _seen(records, "gdp_growth_2008_22"))


@statistic
def employment_ranks(records: Records) -> float:
    """Return the rank correlation of growth of regional employment over 7 years with 2008-15."""
    path = records.panel["employment"]
    change = np.log(year_of(path, 8) / year_of(path, 1))
    return rank_correlation(change, _seen(records, "employment_growth_2008_15"))


@statistic
def rd_ranks(records: Records) -> float:
    """Return the rank correlation of the change of regional R&D over GDP with 2008-16."""
    return rank_correlation(rd_change(records), _seen(records, "berd_change_2008_16"))


@statistic
def lagging_share_of_links_abroad(records: Records) -> float:
    """Return the share of regions to be strengthened in the ends of links abroad, %."""
    abroad = year_of(records.panel["cross_border"], min(records.years, 14))
    return 100 * over(abroad[records.world.lagging].sum(), abroad.sum())
