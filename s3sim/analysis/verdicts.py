"""The words of a verdict and the one rule that gives them."""

from math import ceil

import numpy as np

from s3sim.core.errors import InputError

HIGHER, LOWER, EQUAL = "higher", "lower", "practically equal"
UNCLEAR, NO_VERDICT = "no clear difference", "no verdict"
VERDICTS = (HIGHER, LOWER, EQUAL, UNCLEAR, NO_VERDICT)

CONFIDENCE = 0.95
"""Level of every interval."""

MOST_FAILED = 0.01
"""Share of failed runs above which no verdict is given: what is missing may be what matters."""

NEGLIGIBLE = 1e-4
"""Share of the baseline's level below which a difference is none, however sure its sign."""


def verdict(
    low: float, high: float, *, smallest_effect: float = 0.0, runs: int = 0, failed: int = 0
) -> str:
    """Return the verdict on a difference from its interval, one of `VERDICTS`.

    InputError for limits in the wrong order or a smallest effect that is negative or not finite.

    Parameters
    ----------
    low, high : float
        Interval of the mean difference; nan where there is none (fewer than two pairs).
    smallest_effect : float
        Smallest effect of interest in the same unit, 0 or more. Only above 0 can an interval that
        lies within it be "practically equal".
    runs, failed : int
        All runs, and those among them that failed.

    >>> verdict(0.6, 1.4, smallest_effect=0.5), verdict(-0.1, 0.2, smallest_effect=0.5)
    ('higher', 'practically equal')
    >>> verdict(-0.1, 0.2), verdict(float("nan"), float("nan"))
    ('no clear difference', 'no verdict')
    """
    if not (np.isfinite(smallest_effect) and smallest_effect >= 0) or low > high:
        raise InputError(
            f"interval {low:g} to {high:g} with smallest effect {smallest_effect:g} is none; "
            "allowed are limits in order and a smallest effect of 0 or more."
        )
    if not np.isfinite([low, high]).all() or failed > MOST_FAILED * runs:
        return NO_VERDICT
    if low > smallest_effect:
        return HIGHER
    if high < -smallest_effect:
        return LOWER
    within = smallest_effect > 0 and low >= -smallest_effect and high <= smallest_effect
    return EQUAL if within else UNCLEAR


def pairs_needed(half: float, smallest_effect: float, pairs: int) -> int | None:
    """Return how many pairs shrink a half-width to the smallest effect; None if that is zero.

    Half-widths shrink with the square root of the number of pairs. An interval that is already
    narrower and straddles the smallest effect needs more: the present number, doubled.
    """
    if smallest_effect <= 0:
        return None
    needed = ceil(pairs * (half / smallest_effect) ** 2 * (1 - 1e-12))
    return needed if needed > pairs else 2 * pairs
