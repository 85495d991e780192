"""How a policy changes inequality and convergence between regions, sample by sample."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from s3sim.analysis.distribution import theil
from s3sim.core.arrays import Bools, Floats
from s3sim.core.errors import InputError


def inequality(
    value: Floats, population: Floats, country: Sequence[str]
) -> tuple[pd.DataFrame, float]:
    """Return Theil's T of value per head and its split (Theil 1967), and how exact the split is.

    Parameters
    ----------
    value : array [samples, regions]
        Amounts, not per head; 0 or more, some above 0 in every sample.
    population : array [regions]
        Above 0.
    country : sequence of str [regions]

    Returns
    -------
    DataFrame [samples]
        total, within and between countries.
    float
        Largest gap between total and within + between.
    """
    parts = [theil(row / population, population, country) for row in value]
    columns = ["total", "within", "between"]
    table = pd.DataFrame([[getattr(part, c) for c in columns] for part in parts], columns=columns)
    return table, float((table["total"] - table["within"] - table["between"]).abs().max())


def convergence_change(
    policy: Floats, baseline: Floats, at_start: Floats
) -> tuple[pd.DataFrame, Bools]:
    """Return how a policy changes sigma and beta convergence in every sample.

    Both policies start from the same year, so the change of the slope of growth on the first
    level needs no path: it is the slope of ln(policy / baseline) on ln(first level), over the
    years between (Barro and Sala-i-Martin 1992; the slope is linear in growth).

    Parameters
    ----------
    policy, baseline : array [samples, regions]
        Value per head in the last year.
    at_start : array [regions]
        Value per head before the start, in any unit; above 0 and not all equal.

    Returns
    -------
    DataFrame
        sigma (change of the standard deviation of logarithms over regions) and slope (change of
        the logarithm for each unit of the logarithm of the first level; above 0: regions that
        were richer gain more), one row a sample without a zero.
    array of bool [samples]
        Which samples those are: a region without any value has no logarithm.

    Raises
    ------
    InputError
        If the first levels do not allow a slope.
    """
    first = np.asarray(at_start, np.float64)
    if not (np.isfinite(first) & (first > 0)).all() or np.ptp(first) == 0:
        raise InputError("first levels must be finite, above 0 and not all equal.")
    whole: Bools = np.all((policy > 0) & (baseline > 0), axis=1)
    under, usual = np.log(policy[whole]), np.log(baseline[whole])
    x = np.log(first) - np.log(first).mean()
    slope, sigma = (under - usual) @ x / (x @ x), under.std(axis=1) - usual.std(axis=1)
    return pd.DataFrame({"sigma": sigma, "slope": slope}), whole
