"""Which policy is best, by several measures of robustness, and whether they agree.

Measures as in McPhail et al. (2018): expectation, domain criterion, regret (Savage 1951),
satisficing (Starr 1963), tail mean (Rockafellar and Uryasev 2000) and Hurwicz (1951).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from s3sim.analysis.guard import checked_table
from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError

TAIL = 0.05
REGRET_SHARE = 0.9
OPTIMISM = (0.25, 0.5, 0.75)
_TIE = 1e-12


def direction(better: str) -> float:
    """Return 1 if more of an outcome is wanted ("higher"), -1 if less ("lower")."""
    if better not in ("higher", "lower"):
        raise InputError(f"better = {better!r}; allowed: higher, lower.")
    return 1.0 if better == "higher" else -1.0


def checked_levels(level: Floats, policies: Sequence[str], better: str) -> Floats:
    """Return an outcome [draws, policies], baseline in column 0, turned so that more is wanted.

    InputError if shape and names do not fit, there are fewer than two draws or policies, or a
    number is not finite (a draw that failed under one policy is left out for all).
    """
    if len(policies) < 2 or len(set(policies)) < len(policies):
        raise InputError(f"policies are {', '.join(policies)}; give two or more different ones.")
    value: Floats = direction(better) * checked_table(level, policies)
    return value


@dataclass(frozen=True)
class Robustness:
    """Policies by measures.

    Parameters
    ----------
    metrics : DataFrame [policies, measures]
        In the outcome's unit, or shares of draws (0-1).
    ranks : DataFrame [policies, measures]
        1 is best; ties share the mean of their ranks.
    tau : DataFrame [measures, measures]
        Kendall's tau-b between rankings; nan where a measure ties all policies.
    firsts : dict
        Policies that are first by each measure.
    flips : bool
        Whether no policy is first by all measures.
    """

    metrics: pd.DataFrame
    ranks: pd.DataFrame
    tau: pd.DataFrame
    firsts: dict[str, tuple[str, ...]]
    flips: bool


def regret(level: Floats, better: str = "higher") -> Floats:
    """Return what each policy leaves on the table in each draw, shape [draws, policies], >= 0.

    Some policy has no regret in every draw.
    """
    value = direction(better) * level
    lost: Floats = value.max(axis=1, keepdims=True) - value
    return lost


def tail_mean(values: Floats, share: float = TAIL) -> Floats:
    """Return the mean of the lowest `share` of rows, by column (conditional value at risk).

    A share that ends within a row counts the row in part, so that the result is continuous in
    the share (Rockafellar and Uryasev 2000).

    >>> tail_mean(np.array([[3.0], [1.0], [2.0], [4.0]]), 0.375).tolist()
    [1.3333333333333333]
    """
    low, size = np.sort(values, axis=0), share * len(values)
    weight = np.clip(size - np.arange(len(low)), 0.0, 1.0)
    return (weight @ low) / size


def robustness(
    level: Floats,
    policies: Sequence[str],
    *,
    thresholds: Sequence[float] = (),
    better: str = "higher",
) -> Robustness:
    """Compare policies by every measure.

    Measures: `mean`; `share_best` of draws (ties count for each); `share_won` of draws against
    the baseline (a tie counts half, so the baseline itself has 0.5); `regret_max` and
    `regret_90`; `satisficing_<threshold>`; `cvar_level` and `cvar_difference` (mean of the worst
    5 % of draws of the level, and of the gain over the baseline); `hurwicz_<optimism>` between
    the worst and the best draw. Errors as for `checked_levels`.

    Parameters
    ----------
    level : array [draws, policies]
        Baseline in column 0.
    policies : sequence of str
    thresholds : sequence of float
        Levels that satisfy, in the outcome's unit, finite and distinct; a satisficing share for each.
    better : {"higher", "lower"}
    """
    value, sign = checked_levels(level, policies, better), direction(better)
    if not np.isfinite(list(thresholds)).all() or len(set(thresholds)) < len(thresholds):
        raise InputError(f"thresholds are {list(thresholds)}; give distinct finite numbers.")
    lost, gain = regret(value), value - value[:, :1]
    # Equality up to rounding: two policies that do the same may sum in another order.
    tie = _TIE * np.abs(value).max(axis=1, keepdims=True)
    columns: dict[str, Floats] = {
        "mean": sign * value.mean(axis=0),
        "share_best": (lost <= tie).mean(axis=0),
        "share_won": (gain > tie).mean(axis=0) + 0.5 * (np.abs(gain) <= tie).mean(axis=0),
        "regret_max": lost.max(axis=0),
        "regret_90": np.quantile(lost, REGRET_SHARE, axis=0),
    }
    for threshold in thresholds:
        columns[f"satisficing_{threshold:g}"] = (value >= sign * threshold).mean(axis=0)
    columns["cvar_level"] = sign * tail_mean(value)
    columns["cvar_difference"] = sign * tail_mean(gain)
    for optimism in OPTIMISM:
        mixed = optimism * value.max(axis=0) + (1 - optimism) * value.min(axis=0)
        columns[f"hurwicz_{optimism:g}"] = sign * mixed
    metrics = pd.DataFrame(columns, index=pd.Index(list(policies), name="policy"))
    wanted = pd.Series(sign, index=metrics.columns)
    wanted[metrics.columns.str.match("share|satisficing")] = 1.0
    wanted[metrics.columns.str.startswith("regret")] = -1.0
    ranks = (metrics.round(12) * -wanted).rank()
    # A measure that ties all policies agrees with none, itself included (pandas says 1).
    tau = ranks.corr("kendall").where(np.outer(moves := ranks.nunique() > 1, moves))
    first = ranks == ranks.min()
    firsts = {str(name): tuple(map(str, ranks.index[first[name]])) for name in ranks}
    return Robustness(metrics, ranks, tau, firsts, flips=not first.all(axis=1).any())
