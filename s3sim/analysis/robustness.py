"""Which policy is best, by several measures of robustness, and whether they agree.

Measures as in McPhail et al. (2018): expectation, domain criterion, regret (Savage 1951),
satisficing (Starr 1963), tail mean (Rockafellar and Uryasev 2000) and Hurwicz (1951).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from s3sim.analysis.levels import Levels
from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError

TAIL = 0.05
REGRET_SHARE = 0.9
OPTIMISM = (0.25, 0.5, 0.75)
_TIE = 1e-12


@dataclass(frozen=True)
class Robustness:
    """Policies by measures.

    Parameters
    ----------
    metrics : DataFrame [policies, measures]
        In the outcome's unit, or shares of worlds (0-1).
    ranks : DataFrame [policies, measures]
        1 is best; ties share the mean of their ranks.
    tau : DataFrame [measures, measures]
        Kendall's tau-b between rankings; nan where a measure ties all policies.
    firsts : dict
        Policies that are first by each measure.
    flips : bool
        Whether no policy is first by all measures.
    sentence : str
    """

    metrics: pd.DataFrame
    ranks: pd.DataFrame
    tau: pd.DataFrame
    firsts: dict[str, tuple[str, ...]]
    flips: bool
    sentence: str


def regret(level: Floats, better: str = "higher") -> Floats:
    """Return what each policy leaves on the table in each world, shape [worlds, policies], >= 0.

    Some policy has no regret in every world.
    """
    value = level if better == "higher" else -level
    return value.max(axis=1, keepdims=True) - value


def tail_mean(values: Floats, share: float = TAIL) -> Floats:
    """Return the mean of the lowest `share` of rows, by column (conditional value at risk).

    A share that ends within a row counts the row in part, so that the result is continuous in
    the share (Rockafellar and Uryasev 2000).

    >>> tail_mean(np.array([[3.0], [1.0], [2.0], [4.0]]), 0.375).tolist()
    [1.3333333333333333]
    """
    low = np.sort(values, axis=0)
    size = share * len(low)
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

    Parameters
    ----------
    level : array [worlds, policies]
        Baseline in column 0.
    policies : sequence of str
    thresholds : sequence of float
        Levels that satisfy, in the outcome's unit; a satisficing share for each.
    better : {"higher", "lower"}

    Notes
    -----
    Measures: `mean`; `share_best` of worlds (ties count for each); `share_won` of worlds against
    the baseline (a tie counts half, so the baseline itself has 0.5); `regret_max` and
    `regret_90`; `satisficing_<threshold>`; `cvar_level` and `cvar_difference` (mean of the worst
    5 % of worlds of the level, and of the gain over the baseline); `hurwicz_<optimism>` between
    the worst and the best world.

    Raises
    ------
    InputError
        If the table is not fit (see `Levels`) or a threshold is not finite or given twice.
    """
    table = Levels.of(level, policies, better)
    if not np.isfinite(list(thresholds)).all() or len(set(thresholds)) < len(thresholds):
        raise InputError(f"thresholds are {list(thresholds)}; give distinct finite numbers.")
    value, sign = table.value, table.sign
    lost = regret(table.level, better)
    # Equality up to rounding: two arms that do the same may sum in another order.
    tie = _TIE * np.abs(value).max(axis=1, keepdims=True)
    gain = value - value[:, :1]
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
    metrics = pd.DataFrame(columns, index=pd.Index(table.policies, name="policy"))
    return _ranked(metrics, sign)


def _wanted(name: str, sign: float) -> float:
    """Return 1 if more of a measure is wanted, else -1."""
    if name.startswith("regret"):
        return -1.0
    return 1.0 if name.startswith(("share", "satisficing")) else sign


def _ranked(metrics: pd.DataFrame, sign: float) -> Robustness:
    ranks = pd.DataFrame(
        {
            name: stats.rankdata(-_wanted(str(name), sign) * metrics[name].to_numpy().round(12))
            for name in metrics
        },
        index=metrics.index,
    )
    names = list(metrics.columns)
    tau = pd.DataFrame(
        [[_tau(ranks[one].to_numpy(), ranks[two].to_numpy()) for two in names] for one in names],
        index=names,
        columns=names,
    )
    firsts = {
        name: tuple(str(p) for p in ranks.index[ranks[name] == ranks[name].min()]) for name in names
    }
    everywhere = [p for p in ranks.index if all(p in first for first in firsts.values())]
    return Robustness(
        metrics, ranks, tau, firsts, not everywhere, _sentence(firsts, [str(p) for p in everywhere])
    )


def _tau(one: Floats, two: Floats) -> float:
    if np.ptp(one) == 0 or np.ptp(two) == 0:
        return float("nan")
    return float(stats.kendalltau(one, two).statistic)


def _sentence(firsts: dict[str, tuple[str, ...]], everywhere: list[str]) -> str:
    n = len(firsts)
    if everywhere:
        return f"{' and '.join(everywhere)} ranks first by all {n} measures."
    count: dict[str, list[str]] = {}
    for name, first in firsts.items():
        for policy in first:
            count.setdefault(policy, []).append(name)
    order = sorted(count, key=lambda policy: -len(count[policy]))
    said = [f"{order[0]} ranks first by {len(count[order[0]])} of {n} measures"]
    said += [f"{policy} by {', '.join(count[policy])}" for policy in order[1:]]
    return f"The ranking flips: {'; '.join(said)}. The choice depends on the attitude to risk."
