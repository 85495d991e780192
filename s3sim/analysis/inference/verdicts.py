"""The words of a verdict, fixed in advance, and what failed worlds could do to it."""

from dataclasses import dataclass
from math import ceil

import numpy as np
import pandas as pd

from s3sim.analysis.inference.simultaneous import Simultaneous
from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError

BETTER, WORSE, EQUAL = "better", "worse", "practically equal"
UNDECIDED, NONE = "undecided at this budget", "no verdict"
VERDICTS = (BETTER, WORSE, EQUAL, UNDECIDED, NONE)

MOST_FAILED = 0.01
"""Share of failed worlds above which there is no verdict. Assumed."""


@dataclass(frozen=True)
class Verdict:
    """A verdict word with what it rests on.

    Parameters
    ----------
    word : str
        One of `VERDICTS`.
    pairs_needed : int or None
        Worlds at which the half-width would equal the smallest effect; None unless undecided.
    sentence : str
    """

    word: str
    pairs_needed: int | None
    sentence: str


def verdict(
    low: float,
    high: float,
    smallest: float,
    pairs: int,
    *,
    better: str = "higher",
    failed: int = 0,
) -> Verdict:
    """Return the verdict on one outcome.

    Parameters
    ----------
    low, high : float
        Simultaneous interval of the mean difference.
    smallest : float
        Smallest effect of interest, same unit; 0 or more.
    pairs : int
        Worlds that the interval rests on.
    better : {"higher", "lower"}
        Which direction of the outcome is wanted.
    failed : int
        Worlds that failed and are left out.

    Raises
    ------
    InputError
        For limits in the wrong order or a negative smallest effect.

    Examples
    --------
    >>> verdict(0.6, 1.4, 0.5, 100).word
    'better'
    >>> verdict(0.2, 1.4, 0.5, 100).pairs_needed
    144
    """
    if not (np.isfinite([low, high, smallest]).all() and low <= high and smallest >= 0):
        raise InputError(
            f"interval {low:g} to {high:g} with smallest effect {smallest:g} is none; allowed are "
            "finite limits in order and a smallest effect of 0 or more."
        )
    if better not in ("higher", "lower"):
        raise InputError(f"better = {better!r}; allowed: higher, lower.")
    if failed > MOST_FAILED * (pairs + failed):
        return Verdict(
            NONE,
            None,
            f"no verdict: {failed} of {pairs + failed} worlds failed, more than {MOST_FAILED:.0%}",
        )
    span = f"95 % interval {low:.3g} to {high:.3g}, smallest effect of interest {smallest:.3g}"
    if better == "lower":
        low, high = -high, -low
    if low >= -smallest and high <= smallest:
        return Verdict(EQUAL, None, f"{EQUAL} ({span})")
    if low > smallest:
        return Verdict(BETTER, None, f"{BETTER} ({span})")
    if high < -smallest:
        return Verdict(WORSE, None, f"{WORSE} ({span})")
    needed = pairs_needed((high - low) / 2, smallest, pairs)
    more = f"; about {needed} worlds needed" if needed else ""
    return Verdict(UNDECIDED, needed, f"{UNDECIDED} ({span}{more})")


def pairs_needed(half: float, smallest: float, pairs: int) -> int | None:
    """Return how many pairs shrink a half-width to the smallest effect; None if that is zero.

    Half-widths shrink with the square root of the number of pairs. An interval that is already
    narrower and straddles the smallest effect needs more than this; the present number is then
    returned doubled.
    """
    if smallest <= 0:
        return None
    needed = ceil(pairs * (half / smallest) ** 2 * (1 - 1e-12))
    return needed if needed > pairs else 2 * pairs


def verdict_table(
    found: Simultaneous,
    smallest: Floats,
    pairs: int,
    *,
    lower_is_better: frozenset[str] = frozenset(),
    failed: int = 0,
) -> pd.DataFrame:
    """Return one row an outcome: mean, simultaneous interval, adjusted p, verdict, pairs needed.

    Parameters
    ----------
    found : Simultaneous
    smallest : array [outcomes]
        Smallest effect of interest of each outcome, in its unit.
    pairs, failed : int
        Worlds in the sample, and worlds left out because they failed.
    lower_is_better : set of str
        Outcomes of which less is wanted.
    """
    rows = []
    for k, name in enumerate(found.outcomes):
        better = "lower" if name in lower_is_better else "higher"
        low, high = float(found.low[k]), float(found.high[k])
        one = verdict(low, high, float(smallest[k]), pairs, better=better, failed=failed)
        rows.append(
            {
                "outcome": name,
                "mean": float(found.mean[k]),
                "low": low,
                "high": high,
                "p_adjusted": float(found.p_value[k]),
                "smallest": float(smallest[k]),
                "verdict": one.word,
                "pairs_needed": one.pairs_needed,
                "sentence": one.sentence,
            }
        )
    return pd.DataFrame(rows).astype({"pairs_needed": "Int64"})


def worst_case(
    differences: Floats, bounds: tuple[float, float] | None = None
) -> tuple[float, float]:
    """Return the lowest and highest mean that failed worlds (nan) could have made.

    Parameters
    ----------
    differences : array [worlds]
        nan where the world failed.
    bounds : (float, float), optional
        Largest loss and gain that a failed world is taken to have; by default the largest
        observed ones, which is no bound on what could happen.

    Raises
    ------
    InputError
        If every world failed and no bounds are given.

    Examples
    --------
    >>> worst_case(np.array([1.0, -1.0, 3.0, np.nan]))
    (0.5, 1.5)
    """
    failed = ~np.isfinite(differences)
    if bounds is None and failed.all():
        raise InputError("every world failed; give bounds for what they could have been.")
    low, high = bounds or (float(differences[~failed].min()), float(differences[~failed].max()))
    return (
        float(np.where(failed, low, differences).mean()),
        float(np.where(failed, high, differences).mean()),
    )
