"""Differences over samples as tables, and how findings are worded."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from s3sim.analysis.intervals import bca_interval, t_interval, wilson
from s3sim.analysis.robustness import tail_mean
from s3sim.analysis.simultaneous import Simultaneous, verdict_table
from s3sim.core.arrays import Floats
from s3sim.core.formatting import lower_first
from s3sim.ensemble.experiments.evidence import Evidence
from s3sim.outcomes import OUTCOMES
from s3sim.policies import POLICIES

LOWER = frozenset(name for name, outcome in OUTCOMES.items() if outcome.better == "lower")
TITLES = {name: outcome.title for name, outcome in OUTCOMES.items()}
WORLDS_TOLD = "This is no forecast: it says what the model does over the ranges that were declared."


def named(outcome: str) -> str:
    """Return the name of an outcome within a sentence."""
    return lower_first(TITLES[outcome])


def change(row: Any, prefix: str = "", suffix: str = "_percent", mean: str = "mean") -> str:
    """Return a mean and its interval in percent: `mean`, `low` and `high` of a row, with affixes.

    >>> change({"mean": 1.26, "low": -0.5, "high": 3}, suffix="")
    '+1.3 % (-0.5 to +3.0 %)'
    """
    value, low, high = (row[f"{prefix}{key}{suffix}"] for key in (mean, "low", "high"))
    return f"{value:+.1f} % ({low:+.1f} to {high:+.1f} %)"


def clear(table: Any) -> Any:
    """Return the sign of each interval, 0 where it holds zero: of anything with `low` and `high`."""
    return (np.asarray(table.low) > 0).astype(int) - (np.asarray(table.high) < 0)


def tidy(found: Simultaneous, size: Floats | float, mean: str = "mean") -> pd.DataFrame:
    """Return a mean, low and high, and each in percent of a size; nan where that is 0."""
    table = pd.DataFrame({mean: found.mean, "low": found.low, "high": found.high})
    share = 100 / np.where(np.asarray(size) > 0, size, np.nan)
    return table.join(table.mul(share, axis=0).add_suffix("_percent"))


def estimates(
    evidence: Evidence, policies: Sequence[str], outcomes: Sequence[str], smallest: float
) -> pd.DataFrame:
    """Return what policies change in outcomes against the baseline, one row a policy and outcome.

    Parameters
    ----------
    evidence : Evidence
        Samples dealt out over independent scrambles.
    policies, outcomes : sequence of str
    smallest : float
        Smallest effect of interest, share of the baseline's mean.

    Notes
    -----
    Intervals hold for all outcomes of a policy at once (95 %, from the spread between scrambles);
    `bca_low` and `bca_high` are a bootstrap over samples of one outcome alone, as a check.
    """
    frames = []
    size = np.abs([evidence.mean_baseline(name) for name in outcomes])
    for policy in policies:
        differences = {name: evidence.difference(name, policy) for name in outcomes}
        found = evidence.joint(differences)
        table = verdict_table(found, smallest * size, evidence.count, failed=evidence.failed)
        spread = [_spread(values, -1.0 if n in LOWER else 1.0) for n, values in differences.items()]
        table = table.join(tidy(found, size).filter(like="_percent")).join(pd.DataFrame(spread))
        table.insert(0, "baseline_mean", [evidence.mean_baseline(name) for name in outcomes])
        table.insert(0, "policy", policy)
        frames.append(table)
    return pd.concat(frames, ignore_index=True)


def _spread(difference: Floats, sign: float) -> dict[str, float]:
    """Return how the difference varies over samples; gains are positive whichever way is wanted."""
    gain = sign * difference
    won, low, high = wilson(int((gain > 0).sum()), len(gain))
    _, bca_low, bca_high = bca_interval(difference, seed=0)
    return {
        "bca_low": bca_low,
        "bca_high": bca_high,
        "median": float(np.median(difference)),
        "p5": float(np.quantile(difference, 0.05)),
        "p95": float(np.quantile(difference, 0.95)),
        "share_won": won,
        "share_won_low": low,
        "share_won_high": high,
        "mean_gain": float(gain[gain > 0].mean()) if (gain > 0).any() else 0.0,
        "mean_loss": float(-gain[gain < 0].mean()) if (gain < 0).any() else 0.0,
        "cvar_5": float(sign * tail_mean(gain[:, None])[0]),
    }


def sentence(row: Any) -> str:
    """Return one row in words; never the one of collaboration without that of growth."""
    return (
        f"{POLICIES[row['policy']].title}, {named(row['outcome'])}: {row['verdict']} ({row['mean_percent']:+.1f} %, simultaneous "
        f"95 % interval {row['low_percent']:+.1f} to {row['high_percent']:+.1f} %); won in {100 * row['share_won']:.0f} % of samples."
    )


def settling(values: Mapping[str, Floats], first: int, points: int = 40) -> pd.DataFrame:
    """Return the mean over the first samples with its t interval, for numbers from `first` on."""
    rows = []
    for name, value in values.items():
        for n in np.unique(np.linspace(min(first, len(value)), len(value), points).astype(int)):
            mean, low, high = t_interval(value[:n])
            rows.append({"outcome": name, "worlds": n, "mean": mean, "low": low, "high": high})
    return pd.DataFrame(rows)
