"""Under which conditions a difference is small or large: what several scripts ask of samples."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from s3sim.analysis.intervals import t_interval
from s3sim.analysis.smooth import smoother
from s3sim.core.arrays import Bools, Floats
from s3sim.core.errors import InputError
from s3sim.core.streams import generator
from s3sim.ensemble.experiments.evidence import Evidence
from s3sim.ensemble.factors import SEED, Space
from s3sim.ensemble.sampling import Samples
from s3sim.simulation.scenario import Scenario

MOST_BINS, FEWEST_IN_BIN = 8, 4


def in_smallest_effects(
    evidence: Evidence, outcomes: Sequence[str], policy: str, smallest: Sequence[float]
) -> Floats:
    """Return the best of the differences in several outcomes, in smallest effects, [samples].

    It is below -1 where the policy loses in *every* one of the outcomes by more than the smallest
    effect of interest.

    Parameters
    ----------
    evidence : Evidence
    outcomes : sequence of str
        Outcomes of which more is wanted.
    policy : str
    smallest : sequence of float
        Smallest effect of interest of each outcome, in its unit; above 0.

    Raises
    ------
    InputError
        If a smallest effect is not above 0.
    """
    if not all(size > 0 for size in smallest) or len(smallest) != len(outcomes):
        raise InputError(
            f"smallest effects are {list(smallest)}; give one number above 0 for each outcome."
        )
    columns = [
        evidence.difference(name, policy) / size
        for name, size in zip(outcomes, smallest, strict=True)
    ]
    best: Floats = np.max(columns, axis=0)
    return best


def repeated(samples: Samples, n: int, seeds: int, seed: int) -> Samples:
    """Return the first n samples, each with several seeds; its own one first, rows adjacent.

    Parameters
    ----------
    samples : Samples
        With luck as a factor.
    n, seeds : int
        At most the samples there are; 2 or more.
    seed : int
        Decides the other coordinates of luck.

    Raises
    ------
    InputError
        If luck is no factor or numbers are out of range.
    """
    if SEED not in samples.space.names or not 0 < n <= len(samples.unit) or seeds < 2:
        raise InputError(
            f"{n} samples with {seeds} seeds cannot be made of {len(samples.unit)}; luck must be a "
            "factor, and two or more seeds are needed."
        )
    unit = np.repeat(samples.unit[:n], seeds, axis=0)
    other = np.arange(len(unit)) % seeds > 0
    luck = generator(seed, "repeated worlds").random(len(unit))
    column = samples.space.names.index(SEED)
    unit[other, column] = luck[other]
    return Samples(samples.space, samples.base, samples.policies, unit, samples.own_policies)


def defaults(space: Space, scenario: Scenario) -> Floats:
    """Return the point of the unit cube at which a scenario's parameters are, [factors].

    Factors that the scenario does not have (luck, dummies) are in the middle.
    """
    values = scenario.parameter_values()
    low, high, whole = (
        np.array([getattr(one, key) for one in space.factors]) for key in ("low", "high", "whole")
    )
    value = np.array([values.get(one.name, (one.low + one.high) / 2) for one in space.factors])
    # A whole number owns a stretch of the unit interval; the middle of it survives rounding.
    point: Floats = np.where(
        whole, (value - low + 0.5) / (high - low + 1), (value - low) / (high - low)
    )
    return point


def by_seed(values: Floats, whole: Bools, seeds: int) -> Floats:
    """Return values of complete rows as [samples, seeds], without samples that lost a seed.

    Parameters
    ----------
    values : array [complete rows]
        One number a row of `repeated` that ran.
    whole : array of bool [rows]
        Which rows ran.
    seeds : int
    """
    table = np.full(len(whole), np.nan)
    table[whole] = values
    rows: Floats = table.reshape(-1, seeds)
    return rows[np.isfinite(rows).all(axis=1)]


def strongest(x: pd.DataFrame, difference: Floats) -> list[str]:
    """Return factors by how much of the difference a smooth regression on each explains.

    Parameters
    ----------
    x : DataFrame [samples, factors]
    difference : array [samples]

    Notes
    -----
    The first of many factors is partly first by luck: show its curve on other samples than those
    it was chosen on.
    """
    y = np.asarray(difference, np.float64)[:, None]
    explained = {
        str(name): float(smoother(x[[name]].to_numpy(np.float64)).fit(y).var()) for name in x
    }
    return sorted(explained, key=lambda name: -explained[name])


def binned_mean(value: Floats, difference: Floats) -> pd.DataFrame:
    """Return the mean difference with its t interval in bins of equally many samples.

    Parameters
    ----------
    value, difference : array [samples]
        A factor in natural units, and the difference.

    Returns
    -------
    DataFrame
        value (mean of the factor in the bin), mean, low, high, samples; up to eight bins of at
        least four samples. Each interval is one of 95 % for its bin alone.
    """
    bins = max(1, min(MOST_BINS, len(value) // FEWEST_IN_BIN))
    order = np.argsort(value, kind="stable")
    rows = []
    for part in np.array_split(order, bins):
        mean, low, high = t_interval(difference[part])
        rows.append({"value": float(value[part].mean()), "mean": mean, "low": low, "high": high,
                     "worlds": len(part)})  # fmt: skip
    # A factor of few values fills several bins with the same one.
    return pd.DataFrame(rows).drop_duplicates("value", ignore_index=True)


def sign_change(curve: pd.DataFrame) -> str:
    """Say whether the bins of a curve clearly change sign."""
    up, down = (curve["low"] > 0).any(), (curve["high"] < 0).any()
    if up and down:
        return "some bins are clearly above zero and others clearly below"
    if up or down:
        return f"no bin is clearly {'below' if up else 'above'} zero"
    return "no bin is told from zero"
