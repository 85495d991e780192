"""A second opinion from extremely randomised trees, for outputs that no polynomial follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from s3sim.analysis.surrogate_checks import checked, problem_with_constant
from s3sim.analysis.surrogate_forward_selection import folds
from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError
from s3sim.core.streams import generator

FOLDS = 5
TREES = 200
LEAF = 2
"""Least runs in a leaf (assumed)."""


@dataclass(frozen=True)
class TreesCheck:
    """How well trees predict, and which factors they use.

    Parameters
    ----------
    q2 : float
        Predictive coefficient of determination on rows left out.
    ranking : DataFrame
        One row a factor, strongest first: factor, permutation (drop of Q2 when the factor's
        values are shuffled among rows left out) and impurity (share of the variance removed by
        splits on it). A ranking, not an index: trees are biased for smooth outputs.
    """

    q2: float
    ranking: pd.DataFrame


def trees_check(unit: Floats, y: Floats, names: Sequence[str], seed: int = 0) -> TreesCheck:
    """Return the cross-validated check by extra-trees.

    Parameters
    ----------
    unit : array [n, D]
        Factors in [0, 1].
    y : array [n]
        Output, finite and not constant.
    names : sequence of str
        Of the D factors.
    seed : int
        Decides folds, trees and shuffles.

    Raises
    ------
    InputError
        For unusable input or when scikit-learn is not installed.

    Notes
    -----
    Geurts, Ernst and Wehenkel 2006, Mach. Learn. 63, 3; permutation importance on rows left
    out, Breiman 2001, Mach. Learn. 45, 5.
    """
    regressor = _regressor()
    unit, y, names = checked(unit, y, names)
    if problem := problem_with_constant(y):
        raise problem
    luck = generator(seed, "surrogate trees")
    fold = folds(len(y), FOLDS, seed, "surrogate trees held out")
    n, factors = unit.shape
    prediction, mean = np.empty(n), np.empty(n)
    extra, impurity = np.zeros(factors), np.zeros(factors)
    for k in range(FOLDS):
        out = fold == k
        model = regressor(
            n_estimators=TREES,
            min_samples_leaf=LEAF,
            n_jobs=1,
            random_state=int(luck.integers(2**31)),
        )
        model.fit(unit[~out], y[~out])
        prediction[out], mean[out] = model.predict(unit[out]), y[~out].mean()
        shuffled = np.repeat(unit[out][None], factors, axis=0)
        for j in range(factors):
            shuffled[j, :, j] = luck.permutation(shuffled[j, :, j])
        guess = model.predict(shuffled.reshape(-1, factors)).reshape(factors, -1)
        extra += ((guess - y[out]) ** 2).sum(axis=1) - ((prediction[out] - y[out]) ** 2).sum()
        impurity += model.feature_importances_ / FOLDS
    deviation = float(((y - mean) ** 2).sum())
    ranking = pd.DataFrame(
        {"factor": names, "permutation": extra / deviation, "impurity": impurity}
    ).sort_values("permutation", ascending=False, kind="stable", ignore_index=True)
    return TreesCheck(1.0 - float(((y - prediction) ** 2).sum()) / deviation, ranking)


def _regressor() -> Any:
    """Import late: scikit-learn is an extra and slow to load."""
    try:
        from sklearn.ensemble import ExtraTreesRegressor
    except ImportError as missing:
        raise InputError(
            'scikit-learn is not installed; install it with pip install "s3sim[analysis]".'
        ) from missing
    return ExtraTreesRegressor
