"""Functions with known indices on the unit cube, to test methods on before the model."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from s3sim.analysis.problem import SEED, Problem
from s3sim.core.arrays import Floats, Ints
from s3sim.core.errors import InputError
from s3sim.core.streams import Streams

ALONE_1, ALONE_2 = 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2, 7**2 / 8
TOGETHER = 0.01 * np.pi**8 * (1 / 18 - 1 / 50)
VARIANCE = ALONE_1 + ALONE_2 + TOGETHER
"""Variances of the Ishigami function: of x1 alone, x2 alone, x1 with x3, and of the values."""


@dataclass(frozen=True)
class Ishigami:
    """Three factors, not monotone, one interaction (Ishigami and Homma 1990, ISUMA, 398).

    ``sin(x1) + 7 sin(x2)^2 + 0.1 x3^4 sin(x1)`` with x uniform on [-pi, pi]; `dummies` inert factors
    follow. Variances of the parts by Homma and Saltelli 1996 (RESS 52:1).
    """

    dummies: int = 0

    @property
    def problem(self) -> Problem:
        """Factors x1, x2, x3 and the dummies."""
        return Problem(("x1", "x2", "x3", *(f"dummy_{k + 1}" for k in range(self.dummies))))

    def __call__(self, unit: Floats) -> Floats:
        """Return the values [n] at unit [n, 3 + dummies]."""
        x1, x2, x3 = ((2 * unit - 1) * np.pi).T[:3]
        values: Floats = np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)
        return values

    @property
    def S1(self) -> Floats:
        """First-order indices [3 + dummies]."""
        return np.array([ALONE_1, ALONE_2, 0.0, *[0.0] * self.dummies]) / VARIANCE

    @property
    def ST(self) -> Floats:
        """Total indices [3 + dummies]."""
        parts = [ALONE_1 + TOGETHER, ALONE_2, TOGETHER, *[0.0] * self.dummies]
        return np.array(parts) / VARIANCE


@dataclass(frozen=True)
class Noisy:
    """The Ishigami function plus luck that the last factor, the seed, chooses.

    Parameters
    ----------
    share : float
        Share of the variance that is luck, 0 to below 1.
    scaled_by : int, optional
        Factor (0 to 2) whose unit value the luck is proportional to; its average square stays
        one. Without it luck is added alike everywhere.
    """

    share: float = 0.5
    scaled_by: int | None = None
    dummies: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.share < 1:
            raise InputError(f"share = {self.share!r} is out of range; allowed 0 to below 1.")

    @property
    def _mean(self) -> Ishigami:
        return Ishigami(self.dummies)

    @property
    def problem(self) -> Problem:
        """Factors x1, x2, x3, the dummies and the seed."""
        return Problem((*self._mean.problem.names, SEED))

    def __call__(self, unit: Floats) -> Floats:
        """Return the values [n] at unit [n, 4 + dummies]."""
        size = np.sqrt(VARIANCE * self.share / (1 - self.share))
        weight = 1.0 if self.scaled_by is None else np.sqrt(3) * unit[:, self.scaled_by]
        seeds = np.minimum(np.floor(unit[:, -1] * 2.0**31), 2**31 - 1).astype(np.int64)
        return self._mean(unit[:, :-1]) + size * weight * luck(seeds, 0)

    @property
    def S1(self) -> Floats:
        """First-order indices [4 + dummies]; a weight of sqrt(3) u has mean square 3/4."""
        alone = 1.0 if self.scaled_by is None else 0.75
        return np.append((1 - self.share) * self._mean.S1, alone * self.share)

    @property
    def ST(self) -> Floats:
        """Total indices [4 + dummies]."""
        total = np.append((1 - self.share) * self._mean.ST, self.share)
        if self.scaled_by is not None:
            total[self.scaled_by] += 0.25 * self.share
        return total


def luck(replication: Ints, kind: int) -> Floats:
    """Return a standard normal number for each replication, the same at every call."""
    u = Streams(0, 0, 0).pair("known functions", replication, np.full(len(replication), kind))
    normal: Floats = stats.norm.ppf(u)
    return normal
