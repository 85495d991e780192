"""A cheap stand-in for the model, and indices read off it only when it can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from s3sim.analysis.guard import analysis_extra, checked, checked_points, is_constant
from s3sim.analysis.polynomial import Polynomial, fit, index_table
from s3sim.analysis.problem import Problem
from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError
from s3sim.core.streams import generator

TRUST = 0.9
"""Share of the ceiling that the held-out Q2 must reach before indices are given (assumed)."""

SURE = 2.0
"""Standard errors by which the held-out Q2 must exceed zero."""

LEAST_RUNS, FOLDS, TREE_FOLDS, TREES, LEAF = 20, 10, 5, 200, 2

_UNEVEN, _UNEVEN_IN_ROWS = 0.2, 2.5
"""Distances from uniform that are refused; chance alone reaches 2.5 / sqrt(rows) once in 130,000
(Kolmogorov's limit, 2 exp(-2 x 2.5^2))."""


@dataclass(frozen=True)
class SurrogateResult:
    """A surrogate of one output and what it may be used for.

    Parameters
    ----------
    q2, q2_error : float
        Share of the output's variance predicted on rows left out, and its standard error.
    ceiling : float
        One minus the share of chance: the most that any surrogate can reach.
    trusted : bool
        Whether the held-out Q2 is at least 0.9 of the ceiling and clearly above zero.
    reason : str
        Why, in plain words.
    trees_q2 : float
        Held-out Q2 of extremely randomised trees (Geurts, Ernst and Wehenkel 2006), the second
        opinion.
    polynomial : Polynomial or None
        The response in the output's unit; None when the output is constant.
    factor_table, group_table : DataFrame or None
        Indices; None unless trusted. Use `indices` and `group_indices`.
    """

    q2: float
    q2_error: float
    ceiling: float
    trusted: bool
    reason: str
    trees_q2: float = float("nan")
    polynomial: Polynomial | None = None
    factor_table: pd.DataFrame | None = None
    group_table: pd.DataFrame | None = None

    def indices(self) -> pd.DataFrame:
        """Return factor, group, S1, ST and Shapley with 95 % intervals; raise if withheld.

        Shares of the variance of the mean response: chance is left out.
        """
        if self.factor_table is None:
            raise InputError(f"indices are withheld: {self.reason}")
        return self.factor_table

    def group_indices(self) -> pd.DataFrame:
        """Return the same for groups as players; raise if withheld or without groups."""
        self.indices()
        if self.group_table is None:
            raise InputError("the study has no groups; give one group a factor.")
        return self.group_table


def surrogate_study(
    unit: Floats,
    y: Floats,
    names: Sequence[str],
    groups: Sequence[str] | None = None,
    noise_share: float | None = None,
    seed: int = 0,
) -> SurrogateResult:
    """Return the surrogate of one output, judged on rows left out.

    InputError for misshaped or non-finite input, factors that are not uniform, options out of
    range, or when scikit-learn is missing.

    Parameters
    ----------
    unit : array [n, D]
        Independent factors, uniform on [0, 1]; one run a row.
    y : array [n]
        Output, finite.
    names, groups : sequence of str
        Of the D factors; groups are optional.
    noise_share : float, optional
        Share of the output's variance that is chance, in [0, 1), known from replications;
        unless told the ceiling is one and noisy outputs are withheld.
    seed : int
        Decides folds and trees.
    """
    unit, y = _checked(unit, y, names, groups, noise_share)
    ceiling, nan = 1.0 - (noise_share or 0.0), float("nan")
    if is_constant(y):
        reason = (
            f"the output is constant at {y[0]:g} in all {len(y)} runs; no factor moves it, so "
            "there is no variance to attribute."
        )
        return SurrogateResult(nan, nan, ceiling, False, reason)
    trees = trees_q2(unit, y, seed)
    q2, error, fits = held_out(unit, y, names, seed)
    found = fit(unit, y, names, seed)
    own = found.in_own_unit()
    trusted = q2 >= TRUST * ceiling and q2 > SURE * error and own.variance > 0.0
    reason = _reason(q2, error, ceiling, trees, trusted, noise_share is None, found.link)
    factors = by_group = None
    if trusted:
        parts = [part.in_own_unit() for part in fits]
        factors = index_table(own, parts).rename_axis("factor").reset_index()
        factors.insert(1, "group", list(names if groups is None else groups))
        if groups is not None:
            by_group = index_table(own, parts, groups).rename_axis("group").reset_index()
    return SurrogateResult(q2, error, ceiling, trusted, reason, trees, own, factors, by_group)


def held_out(
    unit: Floats, y: Floats, names: Sequence[str], seed: int = 0
) -> tuple[float, float, list[Polynomial]]:
    """Return the share of variance predicted on rows left out, its standard error, and the fits.

    Scale, candidates, terms and coefficients are chosen anew in every one of ten folds. The
    standard error is that of a ratio of means over rows (delta method).
    """
    fold = generator(seed, "surrogate held out").permutation(len(y)) % FOLDS
    error, deviation, fits = np.empty(len(y)), np.empty(len(y)), []
    for k in range(FOLDS):
        out = fold == k
        fits.append(fit(unit[~out], y[~out], names, seed))
        error[out] = (y[out] - fits[-1].predict(unit[out])) ** 2
        deviation[out] = (y[out] - y[~out].mean()) ** 2
    ratio = float(error.sum() / deviation.sum())
    spread = float((error - ratio * deviation).std(ddof=1))
    return 1.0 - ratio, spread * np.sqrt(len(y)) / float(deviation.sum()), fits


def trees_q2(unit: Floats, y: Floats, seed: int = 0) -> float:
    """Return the share of variance that extremely randomised trees predict on rows left out."""
    with analysis_extra():
        from sklearn.ensemble import ExtraTreesRegressor
        from sklearn.model_selection import KFold, cross_val_predict
    model = ExtraTreesRegressor(TREES, min_samples_leaf=LEAF, random_state=seed % 2**32)
    folds = KFold(TREE_FOLDS, shuffle=True, random_state=seed % 2**32)
    guess = cross_val_predict(model, unit, y, cv=folds)
    return float(1 - ((guess - y) ** 2).sum() / ((y - y.mean()) ** 2).sum())


def _checked(
    unit: Floats, y: Floats, names: Sequence[str], groups: Sequence[str] | None,
    noise_share: float | None,
) -> tuple[Floats, Floats]:  # fmt: skip
    Problem(tuple(names), None if groups is None else tuple(groups))  # says what is wrong with them
    if noise_share is not None and not 0.0 <= noise_share < 1.0:
        raise InputError(f"noise_share = {noise_share!r} is out of range; allowed: 0 to below 1.")
    unit = checked_points(unit, len(names))
    y = checked(y, len(unit))
    if len(y) < LEAST_RUNS:
        raise InputError(f"{len(y)} runs are too few for a surrogate; give {LEAST_RUNS} or more.")
    # The polynomials are not orthonormal for factors that are far from uniform.
    most = max(_UNEVEN, _UNEVEN_IN_ROWS / np.sqrt(len(unit)))
    away = np.array([stats.kstest(column, "uniform").statistic for column in unit.T])
    problems = [
        f"factor '{names[j]}' is not spread evenly over [0, 1]: it lies in {unit[:, j].min():g} to "
        f"{unit[:, j].max():g} with mean {unit[:, j].mean():.2f}; leave it out if it is fixed, or "
        "give the uniform numbers that its values or levels were made from."
        for j in np.flatnonzero(away > most).tolist()
    ]
    if problems:
        raise InputError(problems)
    return unit, y


def _reason(
    q2: float, error: float, ceiling: float, trees: float, trusted: bool, untold: bool, link: str
) -> str:
    """Say why the indices are given or withheld, and what to do."""
    scale = "" if link == "identity" else f" on the {link} scale"
    said = f"on rows left out the polynomial{scale} explains {q2:.2f} of the variance"
    bar = f"{TRUST} of the ceiling {ceiling:.2f}"
    if trusted:
        return f"{said}, at least {bar}."
    if q2 >= TRUST * ceiling:
        return f"{said}, which is not clearly above zero (standard error {error:.2f}); add runs."
    advice = "no better: add runs or replications"
    if trees > q2:
        advice = "so the output is rough: use direct Sobol' indices, or more runs"
    if untold:
        advice += "; if part of the variance is chance, measure it and give noise_share"
    return f"{said}, less than {bar}; trees explain {trees:.2f}, {advice}."
