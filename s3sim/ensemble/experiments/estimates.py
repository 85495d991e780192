"""The headline table: every outcome under every policy, in words that are fixed in advance."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from s3sim.analysis.intervals import bca_interval, wilson
from s3sim.analysis.robustness import tail_mean
from s3sim.analysis.simultaneous import by_scrambles, verdict_table
from s3sim.core.arrays import Floats
from s3sim.ensemble.experiments.evidence import Evidence
from s3sim.outcomes import OUTCOMES
from s3sim.policies import POLICIES

LOWER = frozenset(name for name, one in OUTCOMES.items() if one.better == "lower")


def estimates(
    evidence: Evidence, policies: Sequence[str], outcomes: Sequence[str], smallest: float
) -> pd.DataFrame:
    """Return one row a policy and outcome.

    Parameters
    ----------
    evidence : Evidence
        Worlds dealt out over independent scrambles.
    policies, outcomes : sequence of str
        What is compared with the baseline, by what.
    smallest : float
        Smallest effect of interest, share of the baseline's mean.

    Notes
    -----
    Intervals hold for all outcomes of a policy at once (95 %, from the spread between scrambles);
    `bca_low` and `bca_high` are a bootstrap over samples of one outcome alone, as a check.
    """
    frames = []
    for policy in policies:
        differences = {name: evidence.difference(name, policy) for name in outcomes}
        means = np.stack([evidence.by_sequence(one) for one in differences.values()], axis=1)
        bases = np.array([evidence.mean_baseline(name) for name in outcomes])
        table = verdict_table(
            by_scrambles(means, outcomes), smallest * np.abs(bases), evidence.count,
            failed=evidence.failed,
        )  # fmt: skip
        spread = [_spread(one, -1.0 if name in LOWER else 1.0) for name, one in differences.items()]
        frames.append(pd.concat([
            pd.DataFrame({"policy": policy, "baseline_mean": bases}), table,
            table[["mean", "low", "high"]].div(np.abs(bases), axis=0).mul(100).add_suffix("_percent"),
            pd.DataFrame(spread),
        ], axis=1))  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def _spread(difference: Floats, sign: float) -> dict[str, float]:
    """Return how the difference varies over samples; gains are positive whichever way is wanted."""
    gain = sign * difference
    won, low, high = wilson(int((gain > 0).sum()), len(gain))
    _, bca_low, bca_high = bca_interval(difference, seed=0)
    return {
        "bca_low": bca_low, "bca_high": bca_high, "median": float(np.median(difference)),
        "p5": float(np.quantile(difference, 0.05)), "p95": float(np.quantile(difference, 0.95)),
        "share_won": won, "share_won_low": low, "share_won_high": high,
        "mean_gain": float(gain[gain > 0].mean()) if (gain > 0).any() else 0.0,
        "mean_loss": float(-gain[gain < 0].mean()) if (gain < 0).any() else 0.0,
        "cvar_5": float(sign * tail_mean(gain[:, None])[0]),
    }  # fmt: skip


def sentence(row: "pd.Series[Any]") -> str:
    """Return one row in words.

    Collaboration is never told without growth: callers print the rows of both.
    """
    r = {str(key): value for key, value in row.items()}
    title, name = POLICIES[str(r["policy"])].title, OUTCOMES[str(r["outcome"])].title.lower()
    return (
        f"{title}, {name}: {r['verdict']} ({r['mean_percent']:+.1f} %, simultaneous 95 % interval "
        f"{r['low_percent']:+.1f} to {r['high_percent']:+.1f} %); won in {100 * float(str(r['share_won'])):.0f} % of samples."
    )
