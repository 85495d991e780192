"""How an effect is spread over regions: who wins and who loses, and Theil's index by country."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from s3sim.analysis.intervals import t_interval, wilson
from s3sim.analysis.robustness import direction
from s3sim.analysis.simultaneous import simultaneous
from s3sim.analysis.verdicts import UNCLEAR
from s3sim.core.arrays import Floats, sum_by, theil_index
from s3sim.core.errors import InputError

_COLUMNS = (
    "region mean low high low_joint high_joint share_losing share_losing_low share_losing_high word"
)


@dataclass(frozen=True)
class Losers:
    """Winners and losers over draws.

    Parameters
    ----------
    table : DataFrame
        One row a region, the largest loss first: region, mean, low, high (95 %, region by
        region), low_joint, high_joint (95 %, all regions at once), share_losing of draws with
        its Wilson interval, word ("wins", "loses", "no clear difference" by the joint interval).
    share_losing, population_losing : float
        Mean over draws of the share of regions that lose, and of the share of population.
    losers : tuple of str
        Regions of which the whole joint interval is a loss.
    """

    table: pd.DataFrame
    share_losing: float
    population_losing: float
    losers: tuple[str, ...]


def losers(
    difference: Floats,
    regions: Sequence[str],
    population: Floats,
    *,
    better: str = "higher",
    seed: int = 0,
) -> Losers:
    """Say which regions lose, without picking them by chance from many.

    InputError if shapes do not fit or a number is not finite.

    Parameters
    ----------
    difference : array [draws, regions]
        Policy less baseline in each region, without failed draws.
    regions : sequence of str
    population : array [regions]
        Above 0.
    better : {"higher", "lower"}
        Which direction of the outcome is wanted.
    seed : int
        Of the joint intervals.
    """
    sign, difference = direction(better), np.asarray(difference, np.float64)
    joint = simultaneous(difference, regions, seed=seed)
    lost, weight = sign * difference < 0, np.asarray(population, np.float64)
    if weight.shape != (lost.shape[1],) or not (np.isfinite(weight) & (weight > 0)).all():
        raise InputError(
            f"population has shape {weight.shape} for {lost.shape[1]} regions; give one finite "
            "number above 0 each."
        )
    rows = []
    for k, name in enumerate(regions):
        low, high = float(joint.low[k]), float(joint.high[k])
        worst, best = sorted((sign * low, sign * high))
        word = "wins" if worst > 0 else "loses" if best < 0 else UNCLEAR
        share = wilson(int(lost[:, k].sum()), len(lost))
        rows.append((str(name), *t_interval(difference[:, k]), low, high, *share, word))
    table = pd.DataFrame(rows, columns=_COLUMNS.split()).sort_values(
        "mean", key=lambda mean: sign * mean, kind="stable", ignore_index=True
    )
    named = tuple(table.loc[table["word"] == "loses", "region"])
    people = float((lost @ weight / weight.sum()).mean())
    return Losers(table, float(lost.mean()), people, named)


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

    InputError for values out of range or lengths that differ.

    Parameters
    ----------
    value : array [regions]
        Per head, 0 or more, some above 0.
    population : array [regions]
        Above 0.
    country : sequence of str [regions]
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
