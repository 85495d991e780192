"""How a regional outcome is spread: Theil's index within and between countries."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError


@dataclass(frozen=True)
class Theil:
    """Inequality between regions, split by country (Theil 1967); 0 if all are equal.

    Parameters
    ----------
    total, within, between : float
        total = within + between.
    countries : DataFrame
        country, share of the total value, theil inside it, its part of `within`.
    """

    total: float
    within: float
    between: float
    countries: pd.DataFrame


def theil(value: Floats, population: Floats, country: Sequence[str]) -> Theil:
    """Split Theil's T of value per head into parts within and between countries.

    Parameters
    ----------
    value : array [regions]
        Per head, 0 or more, some above 0.
    population : array [regions]
        Above 0.
    country : sequence of str [regions]

    Notes
    -----
    T = sum_i s_i ln(y_i / mean), s_i the region's share of the total value; within: sum_c s_c T_c,
    between: sum_c s_c ln(mean_c / mean) (Theil 1967; Shorrocks 1980).

    Raises
    ------
    InputError
        For values out of range or lengths that differ.
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
    frame = pd.DataFrame({"country": np.asarray(country, str), "weight": weight})
    frame["amount"] = weight * value
    sums = frame.groupby("country", sort=False)[["amount", "weight"]].sum()
    inside = [_theil(part["amount"], part["weight"]) for _, part in frame.groupby("country", sort=False)]  # fmt: skip
    share = sums["amount"] / sums["amount"].sum()
    table = pd.DataFrame({"share": share, "theil": inside, "within": share * inside})
    between = _theil(sums["amount"], sums["weight"])
    total = _theil(frame["amount"], frame["weight"])
    return Theil(total, float(table["within"].sum()), between, table.reset_index())


def _theil(amount: "pd.Series[float]", weight: "pd.Series[float]") -> float:
    if amount.sum() == 0:
        return 0.0
    s, p = amount / amount.sum(), weight / weight.sum()
    return float((s * np.log((s / p).where(s > 0, 1.0))).sum())
