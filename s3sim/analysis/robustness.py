"""Which policy is best, by several measures of robustness, and whether they agree.

Measures as in McPhail et al. (2018): expectation, domain criterion, regret (Savage 1951),
satisficing (Starr 1963), tail mean (Rockafellar and Uryasev 2000) and Hurwicz (1951).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

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
    """Return an outcome [worlds, policies], baseline in column 0, turned so that more is wanted.

    Raises
    ------
    InputError
        If shape and names do not fit, there are fewer than two worlds or policies, or a number
        is not finite (a world that failed under one policy is left out for all).
    """
    sign, level, problems = direction(better), np.asarray(level, np.float64), []
    if len(set(policies)) < len(policies):
        problems.append(f"a policy is named twice: {', '.join(policies)}.")
    if level.ndim != 2 or level.shape[1] != len(policies) or min(level.shape) < 2:
        problems.append(
            f"level has shape {level.shape} for {len(policies)} policies; give at least "
            "two worlds (rows) and two policies (columns, baseline first)."
        )
    elif not np.isfinite(level).all():
        bad = np.flatnonzero(~np.isfinite(level).all(axis=1))
        problems.append(
            f"{len(bad)} of {len(level)} worlds hold a level that is not finite (the first: "
            f"{bad[:5].tolist()}); leave them out for all policies."
        )
    if problems:
        raise InputError(problems)
    value: Floats = sign * level
    return value


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
        If the table is not fit (`checked_levels`) or a threshold is not finite or given twice.
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
    return _ranked(pd.DataFrame(columns, index=pd.Index(list(policies), name="policy")), sign)


def _ranked(metrics: pd.DataFrame, sign: float) -> Robustness:
    wanted = pd.Series(sign, index=metrics.columns)
    wanted[metrics.columns.str.match("share|satisficing")] = 1.0
    wanted[metrics.columns.str.startswith("regret")] = -1.0
    ranks = (metrics.round(12) * -wanted).rank()
    # A measure that ties all policies agrees with none, itself included (pandas says 1).
    tau = ranks.corr("kendall").where(np.outer(moves := ranks.nunique() > 1, moves))
    firsts = {
        str(name): tuple(str(p) for p in ranks.index[column == column.min()])
        for name, column in ranks.items()
    }
    everywhere = [str(p) for p in ranks.index if all(p in first for first in firsts.values())]
    return Robustness(metrics, ranks, tau, firsts, not everywhere, _sentence(firsts, everywhere))


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
