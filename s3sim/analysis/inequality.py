"""How a regional outcome is spread: Theil within and between countries, convergence, Lorenz."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

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
    value, weight = _regions(value, population)
    if len(country) != len(value):
        raise InputError(f"{len(country)} countries for {len(value)} regions; give one each.")
    names = np.asarray(country, dtype=str)
    amount = weight * value
    mean = amount.sum() / weight.sum()
    rows, between = [], 0.0
    for name in dict.fromkeys(names.tolist()):
        here = names == name
        share = float(amount[here].sum() / amount.sum())
        inside = _theil(value[here], weight[here])
        if share > 0:
            between += share * float(np.log(amount[here].sum() / weight[here].sum() / mean))
        rows.append({"country": name, "share": share, "theil": inside, "within": share * inside})
    table = pd.DataFrame(rows)
    return Theil(_theil(value, weight), float(table["within"].sum()), between, table)


def _theil(value: Floats, weight: Floats) -> float:
    amount = weight * value
    if amount.sum() == 0:
        return 0.0
    some = amount > 0
    mean = amount.sum() / weight.sum()
    return float((amount[some] / amount.sum() * np.log(value[some] / mean)).sum())


@dataclass(frozen=True)
class Convergence:
    """Whether regions grow alike (Barro and Sala-i-Martin 1992).

    Parameters
    ----------
    sigma : array [years]
        Standard deviation of the logarithm over regions in each year.
    beta, beta_low, beta_high : float
        Slope of yearly growth on the first year's logarithm with its 95 % t interval; below zero
        means that poorer regions grow faster.
    speed : float
        Share of the gap closed a year, -ln(1 + beta T) / T; nan where beta T <= -1.
    sentence : str
    """

    sigma: Floats
    beta: float
    beta_low: float
    beta_high: float
    speed: float
    sentence: str


def convergence(value: Floats) -> Convergence:
    """Return sigma and beta convergence of regional values.

    Parameters
    ----------
    value : array [years, regions]
        Per head, above 0; first and last year are a distance of years - 1 apart.

    Raises
    ------
    InputError
        For fewer than two years or three regions, or a value that is not above 0.
    """
    value = np.asarray(value, np.float64)
    if value.ndim != 2 or value.shape[0] < 2 or value.shape[1] < 3:
        raise InputError(
            f"values have shape {value.shape}; give at least two years (rows) and three regions."
        )
    if not (np.isfinite(value) & (value > 0)).all():
        raise InputError("a regional value is not a finite number above 0, so it has no growth.")
    log, years = np.log(value), value.shape[0] - 1
    sigma = log.std(axis=1)
    if np.ptp(log[0]) == 0:
        nan = float("nan")
        return Convergence(sigma, nan, nan, nan, nan, "All regions start equal.")
    fit = stats.linregress(log[0], (log[-1] - log[0]) / years)
    half = float(stats.t.ppf(0.975, value.shape[1] - 2) * fit.stderr)
    beta = float(fit.slope)
    rest = 1 + beta * years
    speed = float(-np.log(rest) / years) if rest > 0 else float("nan")
    spread = "falls" if sigma[-1] < sigma[0] else "does not fall"
    faster = "no clear difference in growth between poorer and richer regions"
    if beta + half < 0:
        faster = f"poorer regions grow faster ({speed:.1%} of the gap a year)"
    elif beta - half > 0:
        faster = "richer regions grow faster"
    text = f"The spread between regions {spread} ({sigma[0]:.3g} to {sigma[-1]:.3g}); {faster}."
    return Convergence(sigma, beta, beta - half, beta + half, speed, text)


def lorenz(value: Floats, population: Floats) -> pd.DataFrame:
    """Return the Lorenz curve: cumulative shares of population and value, poorest region first.

    Parameters
    ----------
    value : array [regions]
        Per head, 0 or more.
    population : array [regions]
        Above 0.
    """
    value, weight = _regions(value, population)
    order = np.argsort(value, kind="stable")
    people, amount = weight[order], (weight * value)[order]
    return pd.DataFrame(
        {
            "population": np.r_[0.0, np.cumsum(people) / people.sum()],
            "value": np.r_[0.0, np.cumsum(amount) / amount.sum()],
        }
    )


def _regions(value: Floats, population: Floats) -> tuple[Floats, Floats]:
    value, weight = np.asarray(value, np.float64), np.asarray(population, np.float64)
    problems = []
    if value.ndim != 1 or value.shape != weight.shape or len(value) == 0:
        problems.append(f"{value.shape} values for {weight.shape} populations; give one each.")
    if not np.isfinite(value).all() or (value < 0).any() or not (value > 0).any():
        problems.append("values per head must be finite, 0 or more, and some above 0.")
    if not np.isfinite(weight).all() or not (weight > 0).all():
        problems.append("populations must be finite and above 0.")
    if problems:
        raise InputError(problems)
    return value, weight
