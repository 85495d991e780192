"""Who moves a polynomial and how: Sobol' indices, Shapley effects, conditional means."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from s3sim.analysis.polynomial import Polynomial, evaluate, refit
from s3sim.analysis.shapley import equal_shares
from s3sim.analysis.verdicts import CONFIDENCE
from s3sim.core.arrays import Bools, Floats
from s3sim.core.errors import InputError, unknown
from s3sim.core.streams import generator

DRAWS = 100


def first_order(chaos: Polynomial, groups: Sequence[str] | None = None) -> pd.Series:
    """Return the share of the variance that each factor, or group, explains alone (Sudret 2008).

    Of the variance of the mean response, without noise; a group's share includes interactions
    among its own factors. Indexed by factor or, in order of appearance, by group; all 0 for a
    constant polynomial.
    """
    players, active = _active(chaos, groups)
    return pd.Series((_shares(chaos) * (active.sum(axis=1) == 1)) @ active, index=players)


def total_order(chaos: Polynomial, groups: Sequence[str] | None = None) -> pd.Series:
    """Return the share in which each factor or group has a part; otherwise as `first_order`."""
    players, active = _active(chaos, groups)
    return pd.Series(_shares(chaos) @ active, index=players)


def shapley_effects(chaos: Polynomial, groups: Sequence[str] | None = None) -> pd.Series:
    """Return fair shares of the variance, which sum to one; exact for independent factors.

    The variance of an interaction is split equally among its factors (Owen 2014, theorem 1).
    """
    players, active = _active(chaos, groups)
    return pd.Series(equal_shares(_shares(chaos), active), index=players)


def bootstrap(
    found: Polynomial, unit: Floats, y: Floats, seed: int = 0, draws: int = DRAWS
) -> tuple[Polynomial, ...]:
    """Return fits to rows drawn with replacement, as many terms chosen anew, in the own unit."""
    draw = generator(seed, "surrogate bootstrap")
    columns = evaluate(unit, found.candidates)
    rows = (draw.integers(0, len(y), len(y)) for _ in range(draws))
    return tuple(
        refit(found, columns[drawn], y[drawn], len(found.terms) - 1).in_own_unit() for drawn in rows
    )


def index_table(
    chaos: Polynomial, replicates: Sequence[Polynomial], groups: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return S1, ST and Shapley, each with _low and _high (95 %), one row a factor or group.

    The estimate plus and minus 1.96 standard deviations of the resamples, within [0, 1].
    Percentiles of the resamples are shifted, because terms found by chance add to totals.
    """
    indices: dict[str, Callable[[Polynomial, Sequence[str] | None], pd.Series]] = {
        "S1": first_order, "ST": total_order, "Shapley": shapley_effects,
    }  # fmt: skip
    columns: dict[str, pd.Series] = {}
    for name, index in indices.items():
        value = index(chaos, groups)
        drawn = np.array([index(again, groups) for again in replicates if again.variance > 0.0])
        half = stats.norm.ppf((1 + CONFIDENCE) / 2) * drawn.std(axis=0, ddof=1)
        columns |= {name: value, f"{name}_low": (value - half).clip(lower=0.0)}
        columns[f"{name}_high"] = (value + half).clip(upper=1.0)
    return pd.DataFrame(columns)


def curve(
    chaos: Polynomial, name: str, points: Floats, replicates: Sequence[Polynomial] = ()
) -> pd.DataFrame:
    """Return the mean output at values [m] of one factor: point, mean, low, high.

    The band is 95 % pointwise over the replicates; nan without any. Raises InputError for an
    unknown factor or points outside [0, 1].
    """
    points = _points(points)
    mean = _conditional_mean(chaos, (name,), points[:, None])
    low = high = np.full(len(points), np.nan)
    if replicates:
        drawn = [_conditional_mean(again, (name,), points[:, None]) for again in replicates]
        low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0)
    return pd.DataFrame({"point": points, "mean": mean, "low": low, "high": high})


def surface(chaos: Polynomial, name1: str, name2: str, grid: Floats) -> Floats:
    """Return the mean output at values [m] of two factors, [m, m]: rows name1, columns name2.

    Raises InputError for unknown or equal factors, or points outside [0, 1].
    """
    if name1 == name2:
        raise InputError(f"a surface needs two different factors; '{name1}' is named twice.")
    grid = _points(grid)
    points = np.stack(np.meshgrid(grid, grid, indexing="ij"), axis=-1).reshape(-1, 2)
    return _conditional_mean(chaos, (name1, name2), points).reshape(len(grid), len(grid))


def _conditional_mean(chaos: Polynomial, given: Sequence[str], points: Floats) -> Floats:
    """Return the mean over all other factors; terms with any of them average to zero."""
    if problems := [
        unknown("factor", name, chaos.names) for name in given if name not in chaos.names
    ]:
        raise InputError(problems)
    columns = [chaos.names.index(name) for name in given]
    own = ~np.delete(chaos.terms, columns, axis=1).any(axis=1)
    mean: Floats = evaluate(points, chaos.terms[own][:, columns]) @ chaos.coefficients[own]
    return mean


def _points(points: Floats) -> Floats:
    values = np.asarray(points, np.float64)
    if values.ndim != 1 or not len(values) or not ((values >= 0.0) & (values <= 1.0)).all():
        raise InputError("points must be a line of at least one value in [0, 1].")
    return values


def _shares(chaos: Polynomial) -> Floats:
    """Return each term's share of the variance, [terms]; the constant has none."""
    squares: Floats = chaos.coefficients**2 * chaos.terms.any(axis=1)
    return squares / (squares.sum() or 1.0)


def _active(chaos: Polynomial, groups: Sequence[str] | None) -> tuple[list[str], Bools]:
    """Return the players and which of them each term involves, [terms, players]."""
    labels = groups_of(chaos.names, groups)
    players = list(dict.fromkeys(labels))
    member = np.array([[label == player for player in players] for label in labels])
    joined: Bools = ((chaos.terms > 0) @ member) > 0
    return players, joined


def groups_of(names: Sequence[str], groups: Sequence[str] | None) -> Sequence[str]:
    """Return the group of each factor, the factor itself without groups; InputError if misshaped."""
    if groups is not None and (isinstance(groups, str) or len(groups) != len(names)):
        raise InputError(
            f"groups has {len(groups)} entries for {len(names)} factors; give one group a factor."
        )
    return names if groups is None else groups
