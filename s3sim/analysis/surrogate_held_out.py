"""How well a surrogate predicts runs that it has not seen."""

from collections.abc import Callable, Sequence

import numpy as np

from s3sim.analysis.surrogate_checks import checked, problem_with_constant
from s3sim.analysis.surrogate_forward_selection import folds
from s3sim.analysis.surrogate_polynomial import MAX_DEGREE, fit_checked
from s3sim.core.arrays import Floats

OUTER_FOLDS = 10


def held_out_q2(
    unit: Floats,
    y: Floats,
    names: Sequence[str],
    seed: int = 0,
    max_degree: int = MAX_DEGREE,
    parts: int = OUTER_FOLDS,
) -> tuple[float, float]:
    """Return the predictive coefficient of determination on rows left out and its standard error.

    One minus the squared prediction error over the squared deviation from the mean, by K-fold
    cross-validation; ranking, candidate set, terms and coefficients are redone in every fold.

    Raises
    ------
    InputError
        As `fit`.
    """
    unit, y, names = checked(unit, y, names, max_degree=max_degree)
    if problem := problem_with_constant(y):
        raise problem

    def predict(inside: Floats, response: Floats, outside: Floats) -> Floats:
        if problem_with_constant(response):
            return np.full(len(outside), response.mean())
        return fit_checked(inside, response, names, seed, max_degree).predict(outside)

    return cross_validated_q2(unit, y, predict, seed, parts)


def cross_validated_q2(
    unit: Floats,
    y: Floats,
    predict: Callable[[Floats, Floats, Floats], Floats],
    seed: int,
    parts: int,
) -> tuple[float, float]:
    """Return Q2 and its standard error of predict(unit inside, y inside, unit outside).

    The standard error is that of a ratio of means over rows (delta method).
    """
    fold = folds(len(y), parts, seed, "surrogate held out")
    error, deviation = np.empty(len(y)), np.empty(len(y))
    for k in range(parts):
        out = fold == k
        error[out] = (y[out] - predict(unit[~out], y[~out], unit[out])) ** 2
        deviation[out] = (y[out] - y[~out].mean()) ** 2
    ratio = float(error.sum() / deviation.sum())
    spread = float((error - ratio * deviation).std(ddof=1))
    return 1.0 - ratio, spread * np.sqrt(len(y)) / float(deviation.sum())
