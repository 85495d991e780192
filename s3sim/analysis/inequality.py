"""How a regional outcome is spread: Theil's index within and between countries."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Floats, sum_by, theil_index
from s3sim.core.errors import InputError


@dataclass(frozen=True)
class Theil:
    """Inequality between regions (Theil 1967), 0 if all are equal: total = within + between."""

    total: float
    within: float
    between: float


def theil(value: Floats, population: Floats, country: Sequence[str]) -> Theil:
    """Split Theil's T of value per head into parts within and between countries.

    T = sum_i s_i ln(y_i / mean), s_i the region's share of the total value; within: sum_c s_c T_c,
    between: sum_c s_c ln(mean_c / mean) (Theil 1967; Shorrocks 1980).

    Parameters
    ----------
    value : array [regions]
        Per head, 0 or more, some above 0.
    population : array [regions]
        Above 0.
    country : sequence of str [regions]

    InputError for values out of range or lengths that differ.
    """
    value, weight = np.asarray(value, np.float64), np.asarray(population, np.float64)
    problems = []
    if value.ndim != 1 or len(value) == 0 or not value.shape == weight.shape == (len(country),):
        problems.append(
            f"{value.shape} values for {weight.shape} populations and {len(country)} countries; "
            "give one each."
        )
    if not np.isfinite(value).all() or (value < 0).any() or not (value > 0).any():
        problems.append("values per head must be finite, 0 or more, and some above 0.")
    if not np.isfinite(weight).all() or not (weight > 0).all():
        problems.append("populations must be finite and above 0.")
    if problems:
        raise InputError(problems)
    names, which = np.unique(np.asarray(country, str), return_inverse=True)
    amount = weight * value
    amounts, weights = (sum_by(which, len(names), a) for a in (amount, weight))
    within = sum(
        amounts[c] / amounts.sum() * theil_index(amount[which == c], weight[which == c])
        for c in np.flatnonzero(amounts > 0)
    )
    between = theil_index(amounts, weights)
    return Theil(float(theil_index(amount, weight)), float(within), float(between))
