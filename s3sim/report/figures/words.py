"""Tables, names and numbers as figures take and print them."""

from collections.abc import Iterable
from math import floor, isfinite, log10

import numpy as np
import pandas as pd

from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError
from s3sim.core.formatting import listed, number

_LETTERS = 40  # longest name shown


def checked(frame: pd.DataFrame, columns: str, figure: str) -> pd.DataFrame:
    """Return the table with rows numbered from 0; raise InputError for missing columns or rows."""
    needed = columns.split()
    if missing := [column for column in needed if column not in frame]:
        raise InputError(f"{figure}: the table lacks {listed(missing)}; it needs the columns {listed(needed)}.")  # fmt: skip
    if not len(frame):
        raise InputError(f"{figure}: the table has no rows; give at least one.")
    return frame.reset_index(drop=True)


def values(frame: pd.DataFrame, *columns: str) -> tuple[Floats, ...]:
    """Return columns as floats, nan throughout where the table has none of that name."""
    return tuple(frame[c].to_numpy(float) if c in frame else np.full(len(frame), np.nan) for c in columns)  # fmt: skip


def limits(
    numbers: Iterable[float], *, zero: bool = True, pad: float = 0.05
) -> tuple[float, float]:
    """Return axis limits around the finite numbers, never without width.

    >>> limits([0.0, 2.0], pad=0.5), limits([float("nan")]), limits([0.0])
    ((-1.0, 3.0), (-1.0, 1.0), (-1.0, 1.0))
    """
    known = [float(v) for v in numbers if isfinite(v)] + ([0.0] if zero else [])
    if not known:
        return -1.0, 1.0
    low, high = min(known), max(known)
    span = high - low
    if span <= 1e-12 * max(abs(low), abs(high)):
        half = 0.1 * abs(low) or 1.0
        return low - half, low + half
    return low - pad * span, high + pad * span


def crossings(x: Floats, y: Floats) -> list[float]:
    """Return where a curve through points sorted by x changes its sign, by straight lines.

    >>> crossings(np.array([0.0, 1.0, 2.0]), np.array([-1.0, 1.0, 1.0]))
    [0.5]
    """
    # A stretch of exact zeros is no change of sign by itself: points at zero are passed over.
    known = np.isfinite(x) & np.isfinite(y) & (y != 0)
    x, y = x[known], y[known]
    turn = np.flatnonzero(np.sign(y[:-1]) * np.sign(y[1:]) < 0)
    return [float(x[k] - y[k] * (x[k + 1] - x[k]) / (y[k + 1] - y[k])) for k in turn]


def factor_name(name: object) -> str:
    """Return a factor's name as printed: the seed is luck, long names lose their middle.

    >>> factor_name("seed"), factor_name("a" * 30 + "b" * 30)
    ('luck (seed)', 'aaaaaaaaaaaaaaaaaaa…bbbbbbbbbbbbbbbbbbbb')
    """
    text, half = "luck (seed)" if name == "seed" else str(name), _LETTERS // 2
    return text if len(text) <= _LETTERS else f"{text[: half - 1]}…{text[-half:]}"


def short(value: float, *, signed: bool = False) -> str:
    """Write a number with three digits that count.

    >>> short(0.01234), short(-12.345, signed=True), short(123456.0), short(0.0)
    ('0.0123', '−12.3', '123,000', '0')
    """
    if not isfinite(value) or value == 0:
        return number(value, 0) if isfinite(value) else "withheld"
    places = 2 - floor(log10(abs(value)))
    text = number(value, places, signed=signed)
    return text.rstrip("0").rstrip(".") if places > 0 else text


def percent(share: float) -> str:
    """Write a share as a whole percentage; small ones never read as none, nor large ones as all.

    >>> percent(0.5), percent(0.001), percent(0.999), percent(1.0)
    ('50 %', '<1 %', '>99 %', '100 %')
    """
    if not isfinite(share):
        return "withheld"
    if 0 < share < 0.005:
        return "<1 %"
    return ">99 %" if 0.995 <= share < 1 else f"{100 * share:.0f} %"


def with_unit(name: str, unit: str) -> str:
    """Join a name and its unit as an axis says them."""
    return f"{name} [{unit}]" if unit else name
