"""How much of an output is luck, and what factors do to its average over luck."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from s3sim.analysis.sensitivity.problem import SEED
from s3sim.core.errors import InputError, unknown


@dataclass(frozen=True)
class NoiseShare:
    """Share of the variance of an output that luck takes part in, with a 95 % interval.

    `alone` is the first-order index of the seed: luck that is added alike everywhere. It is a
    lower bound; the rest of `share` is luck that depends on other factors.
    """

    share: float
    low: float
    high: float
    alone: float
    alone_low: float


def noise_share(frame: pd.DataFrame, factor: str = SEED) -> NoiseShare:
    """Return how much of an output is luck, from a result of `indices` with a seed factor.

    Raises
    ------
    InputError
        When the seed is not among the factors.
    """
    row = _row_of(frame, factor)
    return NoiseShare(*(float(row[key]) for key in ("ST", "ST_low", "ST_high", "S1", "S1_low")))


def mean_response(frame: pd.DataFrame, factor: str = SEED) -> pd.DataFrame:
    """Return the frame with `S1_mean`, the first-order index of the output averaged over luck.

    The variance of that average is the share 1 - ST of the seed, so S1_mean = S1 / (1 - ST_seed),
    whether luck is added or acts through factors. It is nan for the seed itself, and everywhere
    when luck is all there is (ST_seed of 1 or more).

    Raises
    ------
    InputError
        When the seed is not among the factors.
    """
    left = 1 - noise_share(frame, factor).share
    rescaled = frame["S1"] / left if left > 0 else frame["S1"] * np.nan
    return frame.assign(S1_mean=rescaled.mask(frame["factor"] == factor))


def _row_of(frame: pd.DataFrame, factor: str) -> "pd.Series[Any]":
    rows = frame.loc[frame["factor"] == factor]
    if len(rows) != 1:
        raise InputError(unknown("factor", factor, [str(name) for name in frame["factor"]]))
    return rows.iloc[0]
