"""Who wins and who loses, region by region over draws."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from s3sim.analysis.intervals import t_interval, wilson
from s3sim.analysis.robustness import direction
from s3sim.analysis.simultaneous import simultaneous
from s3sim.analysis.verdicts import UNCLEAR
from s3sim.core.arrays import Floats
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

    InputError if shapes do not fit or a number is not finite.
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
