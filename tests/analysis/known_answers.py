"""Functions with known indices that only tests use."""

from dataclasses import dataclass

import numpy as np

from s3sim.analysis.known_functions import luck
from s3sim.analysis.problem import Problem
from s3sim.core.arrays import Bools, Floats, Ints


@dataclass(frozen=True)
class SobolG:
    """Product of ``(|4u - 2| + a) / (1 + a)`` (Saltelli and Sobol' 1995, RESS 50:225).

    A factor matters less the larger its `a`.
    """

    a: tuple[float, ...] = (0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0)

    @property
    def problem(self) -> Problem:
        """Factors x1, x2, ..."""
        return Problem(tuple(f"x{k + 1}" for k in range(len(self.a))))

    def __call__(self, unit: Floats) -> Floats:
        """Return the values [n] at unit [n, D]."""
        a = np.array(self.a)
        return ((np.abs(4 * unit - 2) + a) / (1 + a)).prod(axis=1)

    @property
    def _parts(self) -> Floats:
        return 1 / (3 * (1 + np.array(self.a)) ** 2)

    @property
    def S1(self) -> Floats:
        """First-order indices [D]."""
        return self._parts / ((1 + self._parts).prod() - 1)

    @property
    def ST(self) -> Floats:
        """Total indices [D]."""
        whole = (1 + self._parts).prod()
        return self._parts * whole / (1 + self._parts) / (whole - 1)


INFLUENTIAL = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.35, 0.3, 0.25)
WEAK = (0.06, 0.05, 0.04, 0.03, 0.02)
INERT = 5


@dataclass(frozen=True)
class Screening:
    """Twenty factors to screen: ten influential, five weak, five inert; then the dummies.

    The strengths are assumed. Most shapes are straight, every fourth is a full sine, and the
    first two factors also act together. Luck takes `share` of the variance: half of it is added,
    half changes the effect of each factor in proportion to that effect.
    """

    share: float = 0.5
    dummies: int = 3

    @property
    def problem(self) -> Problem:
        """Factors x1 to x20 and the dummies."""
        return Problem(
            (*(f"x{k + 1}" for k in range(20)), *(f"dummy_{k + 1}" for k in range(self.dummies)))
        )

    @property
    def influential(self) -> Bools:
        """Which factors a screening should keep [20 + dummies]."""
        return np.arange(20 + self.dummies) < len(INFLUENTIAL)

    def __call__(self, unit: Floats, replication: Ints) -> Floats:
        """Return the values [n] at unit [n, 20 + dummies] with the luck of `replication` [n]."""
        strength = np.array(INFLUENTIAL + WEAK)
        n, x = len(strength), unit[:, : len(INFLUENTIAL + WEAK)]
        wavy = np.arange(n) % 4 == 3
        # Both shapes have mean zero and variance one.
        shape = np.where(wavy, np.sqrt(2) * np.sin(2 * np.pi * x), np.sqrt(3) * (2 * x - 1))
        part = strength * shape
        mean = part.sum(axis=1) + part[:, 0] * part[:, 1]
        variance = (strength**2).sum() + (strength[0] * strength[1]) ** 2
        each = np.sqrt(variance * self.share / (1 - self.share) / 2)
        change = np.stack([luck(replication, k + 1) for k in range(n)], axis=1)
        moved = (part * change).sum(axis=1) / np.sqrt((strength**2).sum())
        return mean + each * (luck(replication, 0) + moved)
