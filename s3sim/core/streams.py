"""Luck that belongs to a decision, a quarter and a row, never to a policy (common random numbers).

A number is a hash of (seed, replication, quarter, decision, row, column): nothing is consumed, so
a policy that draws more or less cannot shift anybody else's luck, a row's luck does not depend on
the length of its table, and two policies compared on one replication meet the same luck draw by
draw (Klein et al., arXiv 2409.02086). Counter-based generators are as good as those with a state
(Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"); the hash is SplitMix64
(Steele, Lea and Flood 2014). This is the only module that touches a random generator.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Words = NDArray[np.uint64]

MOST_EVENTS = 6
"""Events that `poisson` counts at the most."""

GOLDEN = 0x9E3779B97F4A7C15
MIX_1 = 0xBF58476D1CE4E5B9
MIX_2 = 0x94D049BB133111EB
MASK = 2**64 - 1
"""Constants of SplitMix64: the odd number next to 2^64 over the golden ratio, and the multipliers
of its finaliser (Stafford's variant 13)."""

_STEP, _MIX_1, _MIX_2 = (np.array([word], np.uint64) for word in (GOLDEN, MIX_1, MIX_2))
_SHIFTS = tuple(np.uint64(k) for k in (30, 27, 31))
_DROPPED, _ONE = np.uint64(12), np.array(1.0).view(np.uint64)


@dataclass(frozen=True)
class Streams:
    """The luck of one quarter of one replication.

    All draws take the name of a decision and a shape: the number of rows of a table, or
    (rows, columns). With `rows` [P], only those rows of the table are drawn, [P] or [P, columns];
    they get the numbers that they would get in the whole table.

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

    def uniform(
        self, decision: str, shape: int | tuple[int, ...], rows: NDArray[np.int64] | None = None
    ) -> Floats:
        """Return uniforms in (0, 1)."""
        length, *columns = (shape,) if isinstance(shape, int) else shape
        key = np.array([self._key(decision)], np.uint64)
        words = _mix(key + (_counters(length) if rows is None else _counter_of(rows)))
        for width in columns:
            words = _mix(words[..., None] + _counters(width))
        return _uniform(words)

    def normal(
        self, decision: str, shape: int | tuple[int, ...], rows: NDArray[np.int64] | None = None
    ) -> Floats:
        """Return standard normal numbers, by inverse transform."""
        return normal_quantile(self.uniform(decision, shape, rows))

    def exponential(
        self, decision: str, shape: int | tuple[int, ...], rows: NDArray[np.int64] | None = None
    ) -> Floats:
        """Return exponential numbers of mean one, by inverse transform."""
        return -np.log(self.uniform(decision, shape, rows))

    def pair(self, decision: str, i: NDArray[np.int64], j: NDArray[np.int64]) -> Floats:
        """Return a uniform in (0, 1) for each ordered pair (i, j), whoever else is paired."""
        key = np.array([self._key(decision)], np.uint64)
        return _uniform(_mix(_mix(key + _counter_of(i)) + _counter_of(j)))

    def _key(self, decision: str) -> int:
        return _mix_int(self._base ^ _code(decision))

    @cached_property
    def _base(self) -> int:
        """The hash of what all decisions of the quarter share."""
        state = 0
        for number in (self.seed, self.replication, self.quarter + 1):
            state = _mix_int(state + GOLDEN * (number + 1))
        return state


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
        more = u >= below
        if not more.any():
            break
        number += more
        term = term * mean / k
        below += term
    return number


AS241 = np.array((
    (
        (3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
         4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3),
        (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
         2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3),
    ),
    (
        (1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
         1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4),
        (1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
         1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9),
    ),
    (
        (6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
         2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7),
        (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
         7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15),
    ),
))  # fmt: skip
"""Numerators and denominators of Wichura's rational functions, lowest power first, [3, 2, 8]: centre,
tails, far tails."""

CENTRE = 0.425
"""Distance from one half up to which the first rational function holds."""

NEAR, FAR = 1.6, 5.0
"""Origins of the second and third function in sqrt(-log p); the third holds beyond `FAR`."""


def normal_quantile(u: Floats) -> Floats:
    """Return the standard normal quantiles of uniforms in (0, 1).

    Algorithm AS 241, PPND16 (Wichura 1988): relative error about 1e-16.

    >>> normal_quantile(np.array([0.5, 0.975, 1e-12])).round(6).tolist()
    [0.0, 1.959964, -7.034484]
    """
    flat = u.ravel()
    q = flat - 0.5
    result = q * _rational(CENTRE**2 - q * q, AS241[0])
    tail = np.flatnonzero(np.abs(q) > CENTRE)
    near = flat[tail]
    depth = np.sqrt(-np.log(np.minimum(near, 1.0 - near)))
    size = _rational(depth - NEAR, AS241[1])
    if (depth > FAR).any():
        size = np.where(depth > FAR, _rational(depth - FAR, AS241[2]), size)
    result[tail] = np.copysign(size, q[tail])
    return result.reshape(u.shape)


def _rational(x: Floats, terms: Floats) -> Floats:
    """Return a rational function by Horner's rule, numerator and denominator at once."""
    total = np.empty((2, len(x)))
    total[:] = terms[:, -1:]
    for k in range(terms.shape[1] - 2, -1, -1):
        total *= x
        total += terms[:, k : k + 1]
    return total[0] / total[1]


@cache
def _code(name: str) -> int:
    """Return a 64-bit hash of a name."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


_known = np.arange(1, 1025, dtype=np.uint64) * _STEP
"""Multiples of the step for the first rows of a table; it grows with the longest table."""


def _counters(n: int) -> Words:
    """Return the step times 1 ... n."""
    global _known
    if n > len(_known):
        _known = np.arange(1, 2 * n + 1, dtype=np.uint64) * _STEP
    return _known[:n]


def _counter_of(rows: NDArray[np.int64]) -> Words:
    return (rows.astype(np.uint64) + np.uint64(1)) * _STEP


def _mix(state: Words) -> Words:
    """Return SplitMix64's finaliser of an array that nobody else holds; it is overwritten."""
    state ^= state >> _SHIFTS[0]
    state *= _MIX_1
    state ^= state >> _SHIFTS[1]
    state *= _MIX_2
    state ^= state >> _SHIFTS[2]
    return state


def _mix_int(state: int) -> int:
    """Return SplitMix64's finaliser of a Python number."""
    state &= MASK
    state = ((state ^ (state >> 30)) * MIX_1) & MASK
    state = ((state ^ (state >> 27)) * MIX_2) & MASK
    return state ^ (state >> 31)


def _uniform(words: Words) -> Floats:
    """Return uniforms in the open interval, the middles of 2^52 equal parts; `words` is overwritten.

    The bits become the fraction of a number in [1, 2), from which 1 - 2^-53 is taken.
    """
    words >>= _DROPPED
    words |= _ONE
    result: Floats = words.view(np.float64)
    result -= 1.0 - 2.0**-53
    return result
