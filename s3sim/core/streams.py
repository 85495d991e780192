"""Luck that belongs to a decision and a quarter, never to a policy (common random numbers).

Each decision of each quarter has a stream of its own, keyed by (seed, replication, decision,
quarter). A policy that draws more or less therefore cannot shift anybody else's luck, and two
policies compared on one replication meet the same luck draw by draw (Klein et al., arXiv
2409.02086). One number a row is drawn for all rows, dormant ones too, and masked afterwards.
This is the only module that touches a random generator.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_EVENTS = 6
"""Events that `poisson` counts at the most."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFTS = tuple(np.uint64(k) for k in (30, 27, 31, 11))


@dataclass(frozen=True)
class Streams:
    """The luck of one quarter of one replication.

    Parameters
    ----------
    seed, replication : int
        Non-negative. Together they decide all luck of a run.
    quarter : int
        Quarter of the run; -1 is the time before the first one (the initial population).
    """

    seed: int
    replication: int
    quarter: int

    def uniform(self, decision: str, shape: int | tuple[int, ...]) -> Floats:
        """Return uniforms in [0, 1) of the given shape; row i belongs to row i of a table."""
        return self._generator(decision).random(shape)

    def normal(self, decision: str, shape: int | tuple[int, ...]) -> Floats:
        """Return standard normal numbers of the given shape."""
        return self._generator(decision).standard_normal(shape)

    def exponential(self, decision: str, shape: int | tuple[int, ...]) -> Floats:
        """Return exponential numbers of mean one of the given shape."""
        return self._generator(decision).standard_exponential(shape)

    def pair(self, decision: str, i: NDArray[np.int64], j: NDArray[np.int64]) -> Floats:
        """Return a uniform in (0, 1) for each ordered pair (i, j), whoever else is paired.

        SplitMix64 of the key and both numbers (Steele, Lea and Flood 2014); the luck of a pair
        does not depend on the other pairs that are looked at.
        """
        key = np.uint64(self._number(decision))
        with np.errstate(over="ignore"):
            state = _mix(key + _GOLDEN * (i.astype(np.uint64) + np.uint64(1)))
            state = _mix(state + _GOLDEN * (j.astype(np.uint64) + np.uint64(1)))
        bits = (state >> _SHIFTS[3]).astype(np.float64)
        result: Floats = (bits + 0.5) * 2.0**-53
        return result

    def _number(self, decision: str) -> int:
        return int(self._sequence(decision).generate_state(1, np.uint64)[0])

    def _sequence(self, decision: str) -> np.random.SeedSequence:
        key = (self.replication, _code(decision), self.quarter + 1)
        return np.random.SeedSequence(self.seed, spawn_key=key)

    def _generator(self, decision: str) -> np.random.Generator:
        return np.random.Generator(np.random.SFC64(self._sequence(decision)))


def generator(seed: int, purpose: str) -> np.random.Generator:
    """Return a generator for an analysis (bootstraps, splits); runs draw through `Streams`.

    Parameters
    ----------
    seed : int
        Non-negative.
    purpose : str
        What is drawn; two purposes with one seed are independent.
    """
    key = np.random.SeedSequence(seed, spawn_key=(_code(purpose),))
    return np.random.Generator(np.random.PCG64(key))


@contextmanager
def global_generator_kept() -> Iterator[None]:
    """Put numpy's global generator back after a library that seeds it; nothing of ours uses it."""
    state = np.random.get_state()  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002


def poisson(mean: Floats, u: Floats) -> NDArray[np.int64]:
    """Return Poisson counts by inverse transform of one uniform a row, cut at `MOST_EVENTS`.

    >>> poisson(np.array([0.0, 1.0, 1.0]), np.array([0.99, 0.3, 0.9])).tolist()
    [0, 0, 2]
    """
    term = np.exp(-mean)
    below, number = term.copy(), np.zeros(len(mean), np.int64)
    for k in range(1, MOST_EVENTS + 1):
        number += u >= below
        term = term * mean / k
        below += term
    return number


@cache
def _code(decision: str) -> int:
    return crc32(decision.encode())


def _mix(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    state = (state ^ (state >> _SHIFTS[0])) * _MIX_1
    state = (state ^ (state >> _SHIFTS[1])) * _MIX_2
    return state ^ (state >> _SHIFTS[2])
