"""How the output moves: averages along one factor, and over the plane of two."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from s3sim.analysis.surrogate_basis import evaluate
from s3sim.analysis.surrogate_polynomial import PolynomialChaos
from s3sim.analysis.verdicts import CONFIDENCE
from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError, unknown


def curve(
    chaos: PolynomialChaos,
    name: str,
    points: Floats,
    replicates: Sequence[PolynomialChaos] = (),
) -> pd.DataFrame:
    """Return the mean output given one factor: its main-effect curve.

    Parameters
    ----------
    chaos : PolynomialChaos
        Fitted.
    name : str
        The factor.
    points : array [m]
        Its values in [0, 1].
    replicates : sequence of PolynomialChaos
        Bootstrap resamples; without any the band is nan.

    Returns
    -------
    DataFrame
        point, mean, low, high: the 95 % pointwise band.

    Raises
    ------
    InputError
        For an unknown factor or points outside [0, 1].
    """
    points = _points(points)
    mean = conditional_mean(chaos, (name,), points[:, None])
    low = high = np.full(len(points), np.nan)
    if replicates:
        drawn = [conditional_mean(one, (name,), points[:, None]) for one in replicates]
        low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0)
    return pd.DataFrame({"point": points, "mean": mean, "low": low, "high": high})


def surface(chaos: PolynomialChaos, name1: str, name2: str, grid: Floats) -> Floats:
    """Return the mean output given two factors, for a map of tipping points.

    Parameters
    ----------
    chaos : PolynomialChaos
        Fitted.
    name1, name2 : str
        Two different factors.
    grid : array [m]
        Values in [0, 1] along both.

    Returns
    -------
    array [m, m]
        Rows along name1, columns along name2.

    Raises
    ------
    InputError
        For unknown or equal factors, or points outside [0, 1].
    """
    if name1 == name2:
        raise InputError(f"a surface needs two different factors; '{name1}' is named twice.")
    grid = _points(grid)
    first, second = np.meshgrid(grid, grid, indexing="ij")
    points = np.column_stack([first.ravel(), second.ravel()])
    return conditional_mean(chaos, (name1, name2), points).reshape(len(grid), len(grid))


def conditional_mean(chaos: PolynomialChaos, given: Sequence[str], points: Floats) -> Floats:
    """Return the mean output at points [m, len(given)] of some factors, over all others.

    Terms in any other factor average to zero, so the rest of the sum is the conditional mean.
    """
    problems = [unknown("factor", one, chaos.names) for one in given if one not in chaos.names]
    if problems:
        raise InputError(problems)
    columns = [chaos.names.index(one) for one in given]
    others = np.delete(chaos.terms, columns, axis=1).any(axis=1)
    terms = chaos.terms[~others][:, columns]
    result: Floats = evaluate(points, terms) @ chaos.coefficients[~others]
    return result


def _points(points: Floats) -> Floats:
    values = np.asarray(points, np.float64)
    if values.ndim != 1 or not len(values) or not ((values >= 0.0) & (values <= 1.0)).all():
        raise InputError("points must be a line of at least one value in [0, 1].")
    return values
