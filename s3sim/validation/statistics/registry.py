"""How a statistic is declared: a decorated function of what was recorded of a run."""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from s3sim.core.arrays import Floats
from s3sim.core.registry import Registry

Statistic = Callable[..., float]
"""`(records, **arguments) -> number`; nan where the run cannot tell."""

STATISTICS: Registry[Statistic] = Registry(kind="statistic")

F = TypeVar("F", bound=Callable[..., Any])


def statistic(function: F) -> F:
    """Declare the decorated function as a statistic under its name."""
    STATISTICS[function.__name__] = function
    return function


def over(number: Floats | float, by: Floats | float) -> float:
    """Return number / by, nan where there is nothing to divide by.

    >>> over(1.0, 4.0), over(1.0, 0.0)
    (0.25, nan)
    """
    return float(number) / float(by) if by else float("nan")


def year_of(path: Floats, year: int) -> Floats:
    """Return the mean of a quarterly path [T, ...] over a year, from 1; nan beyond the run."""
    part = path[4 * (year - 1) : 4 * year]
    return part.mean(axis=0) if len(part) else np.full(path.shape[1:], np.nan)


def hill(values: Floats, share: float, least: int = 5) -> float:
    """Return Hill's estimate of the tail exponent from the largest `share` of values.

    1 / mean ln(x / x_min) (Hill 1975); nan with fewer than `least` values in the tail.
    """
    n = int(share * len(values))
    if n < least:
        return float("nan")
    tail = np.sort(values)[-n - 1 :]
    return over(n, np.log(tail[1:] / tail[0]).sum())
