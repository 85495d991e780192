"""Who moves the output: Sobol' indices and Shapley effects read off a polynomial chaos."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.stats import norm

from s3sim.analysis.surrogate_basis import evaluate
from s3sim.analysis.surrogate_checks import checked, checked_groups, problem_with_constant
from s3sim.analysis.surrogate_polynomial import PolynomialChaos, least_squares, select
from s3sim.analysis.verdicts import CONFIDENCE
from s3sim.core.arrays import Bools, Floats
from s3sim.core.errors import InputError
from s3sim.core.streams import generator

DRAWS = 200
NOISE = "noise"

Index = Callable[[PolynomialChaos, Sequence[str] | None], pd.Series]


def first_order(chaos: PolynomialChaos, groups: Sequence[str] | None = None) -> pd.Series:
    """Return the share of the variance that each factor, or group, explains alone.

    Parameters
    ----------
    chaos : PolynomialChaos
        Fitted; the shares are of its variance, that is of the mean response without noise.
    groups : sequence of str, optional
        Group of each factor; a group's share includes interactions among its own factors.

    Returns
    -------
    Series
        Indexed by factor or, in order of appearance, by group; all 0 for a constant polynomial.

    Notes
    -----
    Sums of squared coefficients (Sudret 2008, Reliab. Eng. Syst. Saf. 93, 964).
    """
    players, active = _active(chaos, groups)
    return pd.Series((_shares(chaos) * (active.sum(axis=1) == 1)) @ active, index=players)


def total_order(chaos: PolynomialChaos, groups: Sequence[str] | None = None) -> pd.Series:
    """Return the share of the variance in which each factor, or group, has a part.

    Parameters and result as in `first_order`; interactions count for everyone in them.
    """
    players, active = _active(chaos, groups)
    return pd.Series(_shares(chaos) @ active, index=players)


def shapley_effects(
    chaos: PolynomialChaos, groups: Sequence[str] | None = None, noise_share: float = 0.0
) -> pd.Series:
    """Return fair shares of the variance, which sum to one.

    Parameters
    ----------
    chaos : PolynomialChaos
        Fitted and not constant.
    groups : sequence of str, optional
        Group of each factor; groups are then the players.
    noise_share : float
        Share of the output's variance that is chance, in [0, 1). When it is not zero, shares
        are of the whole variance and chance has an entry of its own, named "noise".

    Raises
    ------
    InputError
        For a constant polynomial or a noise share outside [0, 1).

    Notes
    -----
    With independent inputs the variance of an interaction is split equally among the factors
    in it (Owen 2014, SIAM/ASA J. Uncertain. Quantif. 2, 245, theorem 1): exact for the chaos.
    """
    players, active = _active(chaos, groups)
    check_noise_share(noise_share)
    if chaos.variance == 0.0:
        raise InputError("the polynomial is constant; there is no variance to share out.")
    parts = _shares(chaos) / np.maximum(active.sum(axis=1), 1)
    effects = pd.Series(parts @ active, index=players)
    if noise_share == 0.0:
        return effects
    return pd.concat([effects * (1.0 - noise_share), pd.Series({NOISE: noise_share})])


def bootstrap(
    chaos: PolynomialChaos,
    unit: Floats,
    y: Floats,
    seed: int = 0,
    draws: int = DRAWS,
    *,
    reselect: bool = True,
) -> tuple[PolynomialChaos, ...]:
    """Return polynomials fitted to rows drawn with replacement.

    Parameters
    ----------
    chaos : PolynomialChaos
        Fitted to `unit` [n, D] and `y` [n].
    seed : int
        Decides the draws.
    draws : int
        Number of resamples, at least 2.
    reselect : bool
        Choose the terms again in each resample, as many and among the same candidates, or keep
        them and refit their coefficients only. The first also covers the choice of terms.
    """
    unit, y, _ = checked(unit, y, chaos.names)
    if draws < 2:
        raise InputError(f"draws = {draws!r} is out of range; allowed: 2 or more.")
    luck = generator(seed, "surrogate bootstrap")
    terms = chaos.candidates() if reselect else chaos.terms
    columns = evaluate(unit, terms)
    result = []
    for _ in range(draws):
        rows = luck.integers(0, len(y), len(y))
        inside, response = columns[rows], y[rows]
        if problem_with_constant(response):
            continue
        if reselect:
            one = select(inside, response, terms, len(chaos.terms) - 1, chaos)
        else:
            one = replace(chaos, coefficients=least_squares(inside, response))
        result.append(one)
    return tuple(result)


def index_table(
    chaos: PolynomialChaos,
    replicates: Sequence[PolynomialChaos],
    groups: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return S1, ST and Shapley effects with 95 % intervals, one row a factor or group.

    Parameters
    ----------
    chaos : PolynomialChaos
        The fit.
    replicates : sequence of PolynomialChaos
        From `bootstrap`.
    groups : sequence of str, optional
        Group of each factor.

    Returns
    -------
    DataFrame
        S1, S1_low, S1_high, ST, ST_low, ST_high, Shapley, Shapley_low, Shapley_high.

    Notes
    -----
    The estimate plus and minus 1.96 standard deviations of the resamples, within [0, 1].
    Percentiles of the resamples are shifted, because terms found by chance add to totals.
    """
    indices: dict[str, Index] = {
        "S1": first_order,
        "ST": total_order,
        "Shapley": lambda one, parts: shapley_effects(one, parts),
    }
    table = pd.DataFrame(index=first_order(chaos, groups).index)
    for name, index in indices.items():
        table[name] = index(chaos, groups)
        drawn = np.array([index(one, groups) for one in replicates if one.variance > 0.0])
        half = norm.ppf((1 + CONFIDENCE) / 2) * drawn.std(axis=0, ddof=1)
        table[f"{name}_low"] = (table[name] - half).clip(lower=0.0)
        table[f"{name}_high"] = (table[name] + half).clip(upper=1.0)
    return table


def check_noise_share(noise_share: float) -> None:
    """Refuse a noise share outside [0, 1)."""
    if not 0.0 <= noise_share < 1.0:
        raise InputError(f"noise_share = {noise_share!r} is out of range; allowed: 0 to below 1.")


def _shares(chaos: PolynomialChaos) -> Floats:
    """Return each term's share of the variance, [terms]; the constant has none."""
    squares: Floats = chaos.coefficients**2 * chaos.terms.any(axis=1)
    total = float(squares.sum())
    return squares / total if total > 0.0 else squares


def _active(chaos: PolynomialChaos, groups: Sequence[str] | None) -> tuple[list[str], Bools]:
    """Return the players and which of them each term involves, [terms, players]."""
    active = chaos.terms > 0
    labels = checked_groups(chaos.names, groups)
    if labels is None:
        return list(chaos.names), active
    players = list(dict.fromkeys(labels))
    member = np.array([[label == player for player in players] for label in labels])
    joined: Bools = (active.astype(np.int64) @ member.astype(np.int64)) > 0
    return players, joined
