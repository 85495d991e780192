"""Tables behind the figures: paired differences by region, mean paths, mean links."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from s3sim.analysis.verdicts import verdict
from s3sim.core.formatting import is_percentage
from s3sim.report.figures.inputs import Comparison, others

Floats = NDArray[np.float64]


def mean_interval(values: Floats) -> tuple[float, float, float]:
    """Return mean and 95 % Student interval; without spread information the ends are NaN."""
    values = values[np.isfinite(values)]
    if not len(values):
        return np.nan, np.nan, np.nan
    mean = float(values.mean())
    if len(values) < 2:
        return mean, np.nan, np.nan
    half = float(stdtrit(len(values) - 1, 0.975) * values.std(ddof=1) / np.sqrt(len(values)))
    return mean, mean - half, mean + half


def regional_effects(comparison: Comparison, outcome: str) -> pd.DataFrame:
    """Return the paired effect on `outcome` of each policy in each region, in % of the baseline.

    Columns: policy, region, name, lagging, effect, low, high, replications, verdict.
    """
    world, table = comparison.world, comparison.regions
    columns = ["policy", "region", "name", "lagging", "effect", "low", "high", "replications",
               "verdict"]  # fmt: skip
    table = table[table["outcome"] == outcome]
    if table.empty or not others(comparison):
        return pd.DataFrame(columns=columns)
    wide = table.pivot_table(
        index="replication", columns=["policy", "region"], values="value", aggfunc="mean"
    )
    rows = []
    for policy in others(comparison):
        for r, code in enumerate(world.codes):
            if (policy, code) not in wide or (comparison.baseline, code) not in wide:
                continue
            before = wide[(comparison.baseline, code)].to_numpy(float)
            difference = wide[(policy, code)].to_numpy(float) - before
            paired = np.isfinite(difference)
            level = abs(before[paired].mean()) if paired.any() else 0.0
            if not level:
                continue
            effect, low, high = mean_interval(100 * difference[paired] / level)
            rows.append((policy, code, str(world.names[r]), bool(world.lagging[r]), effect, low,
                         high, int(paired.sum()), verdict(low, high)))  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def shown_effects(comparison: Comparison, units: dict[str, str]) -> pd.DataFrame:
    """Return effects as the forest plot shows them: % of baseline, or percentage points.

    Adds `points` (True for percentage points), `shown`, `shown_low` and `shown_high`.
    """
    table = comparison.effects[comparison.effects["policy"] != comparison.baseline].copy()
    table["points"] = [is_percentage(units.get(o, "")) for o in table["outcome"]]
    level = table["mean_baseline"].abs().to_numpy(float)
    known = np.isfinite(level) & (level > 0)
    relative = np.where(known, 100 / np.where(known, level, 1), np.nan)
    factor = np.where(table["points"].to_numpy(bool), 1.0, relative)
    for new, old in (("shown", "effect"), ("shown_low", "ci_low"), ("shown_high", "ci_high")):
        table[new] = table[old].to_numpy(float) * factor
    return table


def mean_paths(
    comparison: Comparison, outcome: str, policy: str, *, change: bool = False
) -> tuple[Floats, Floats]:
    """Return quarters [t] and mean, low, high [3, t] of an outcome under a policy.

    With `change`, of its paired difference from the baseline.
    """
    wide = _by_quarter(comparison, outcome, policy)
    if change:
        wide = (wide - _by_quarter(comparison, outcome, comparison.baseline)).dropna(how="all")
    bands = [mean_interval(row) for row in wide.to_numpy(float)]
    return wide.index.to_numpy(float), np.array(bands, dtype=float).reshape(-1, 3).T


def _by_quarter(comparison: Comparison, outcome: str, policy: str) -> pd.DataFrame:
    table = comparison.timeline
    mine = table[(table["policy"] == policy) & (table["outcome"] == outcome)]
    return mine.pivot_table(index="quarter", columns="replication", values="value")
