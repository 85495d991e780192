"""Regional outcomes over samples: levels, inequality within and between countries, convergence."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from s3sim.analysis.inequality import theil
from s3sim.core.arrays import Bools, Floats
from s3sim.core.errors import InputError
from s3sim.ensemble.experiments.evidence import Evidence
from s3sim.ensemble.sampling import by_sample


def regional(evidence: Evidence, outcome: str) -> Floats:
    """Return an outcome of every region in complete samples, [samples, policies, regions]."""
    policies = evidence.samples.policies
    runs = by_sample(evidence.results, len(evidence.samples.unit), policies)
    levels: Floats = np.stack(
        [
            [one.regions[outcome] for one, ok in zip(runs[name], evidence.whole, strict=True) if ok]
            for name in policies
        ],
        axis=1,
    )
    return levels


def inequality(
    value: Floats, population: Floats, country: Sequence[str]
) -> tuple[pd.DataFrame, float]:
    """Return Theil's T of value per head in every sample and its split, and how exact the split is.

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
        total, within and between countries (Theil 1967).
    float
        Largest gap between total and within + between.
    """
    parts = [theil(row / population, population, country) for row in value]
    table = pd.DataFrame(
        {
            "total": [one.total for one in parts],
            "within": [one.within for one in parts],
            "between": [one.between for one in parts],
        }
    )
    gap = float((table["total"] - table["within"] - table["between"]).abs().max())
    return table, gap


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
    one, other = np.log(policy[whole]), np.log(baseline[whole])
    x = np.log(first) - np.log(first).mean()
    slope = (one - other) @ x / (x @ x)
    sigma = one.std(axis=1) - other.std(axis=1)
    return pd.DataFrame({"sigma": sigma, "slope": slope}), whole
