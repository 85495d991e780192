"""Numbers as people read them: no more digits than the interval supports."""

from collections.abc import Mapping, Sequence
from math import floor, isfinite, log10
from typing import Any, NamedTuple

import numpy as np

MINUS = "\N{MINUS SIGN}"
MISSING = "not available"
SYMBOLS = {
    "higher": "▲",
    "lower": "▼",
    "no clear difference": "○",
    "practically equal": "=",
    "no verdict": "–",
}
"""Sign of each verdict; it always stands beside the word."""


class Rounded(NamedTuple):
    """An effect and its interval as text, all with the same number of decimals."""

    effect: str
    low: str
    high: str


def rounded(effect: float, low: float, high: float, *, signed: bool = True) -> Rounded:
    """Round an effect and its 95 % interval to what the interval supports.

    The half-width of the interval keeps one significant digit, two if the first is a 1. More are
    shown only when an end of the interval that is not zero would read as zero.

    >>> rounded(12.3456, 9.1, 15.6)
    Rounded(effect='+12', low='+9', high='+16')
    >>> rounded(0.0512, 0.0021, 0.1003)
    Rounded(effect='+0.051', low='+0.002', high='+0.100')
    >>> rounded(-1234567.0, -1400000.0, -1069134.0)
    Rounded(effect='−1,230,000', low='−1,400,000', high='−1,070,000')
    >>> rounded(5.0, float("nan"), float("nan"))
    Rounded(effect='+5.00', low='not available', high='not available')
    """
    places = decimals_for(effect, low, high)
    return Rounded(*(number(value, places, signed=signed) for value in (effect, low, high)))


def decimals_for(effect: float, low: float, high: float) -> int:
    """Return how many decimals an interval supports; negative for tens, hundreds, ..."""
    half = abs(high - low) / 2
    if not isfinite(half) or half <= 1e-12 * max(abs(low), abs(high), 1e-300):
        return 2 - floor(log10(abs(effect))) if isfinite(effect) and effect else 0
    places = -floor(log10(half))
    if half * 10.0**places < 2:
        places += 1
    for end in (low, high):
        while end and round(end, places) == 0 and places < 12:
            places += 1
    return places


def number(value: float, places: int, *, signed: bool = False) -> str:
    """Write a number with `places` decimals, a true minus sign and comma-separated thousands.

    >>> number(-1234.5, 1), number(2.0, 0, signed=True), number(1284.0, -2)
    ('−1,234.5', '+2', '1,300')
    """
    if value is None or not isfinite(value):
        return MISSING
    text = f"{abs(round(value, places)):,.{max(places, 0)}f}"
    if not any(digit in text for digit in "123456789"):
        return text
    return (MINUS if value < 0 else "+" if signed else "") + text


def effect_unit(unit: str) -> str:
    """Return the unit of a difference: differences of percentages are percentage points.

    >>> effect_unit("%"), effect_unit("% a year"), effect_unit("EUR million"), effect_unit("-")
    ('percentage points', 'percentage points a year', 'EUR million', '')
    """
    unit = "" if unit in ("-", "1") else unit
    return unit.replace("%", "percentage points", 1) if unit.startswith("%") else unit


def is_percentage(unit: str) -> bool:
    """Say whether levels are percentages, whose differences are given in percentage points."""
    return unit.startswith("%")


def plain(value: Any) -> Any:
    """Return a value that JSON knows: arrays become lists, what is not a finite number null.

    >>> plain({"a": np.float64(1.5), "b": np.array([1, 2]), "c": float("nan")})
    {'a': 1.5, 'b': [1, 2], 'c': None}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def cell(value: object) -> str:
    """Write a value of a table for people.

    >>> cell(1234567), cell(0.30000000000000004), cell(2.0), cell("a"), cell(float("nan"))
    ('1,234,567', '0.3', '2', 'a', 'nan')
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    whole = isfinite(value) and value == int(value)
    return f"{int(value):,}" if whole else f"{value:.6g}"


def listed(items: Sequence[str], word: str = "and") -> str:
    """Join words as in a sentence.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"], "or")
    ('a', 'a and b', 'a, b or c')
    """
    return f" {word} ".join([*([", ".join(items[:-1])] if items[:-1] else []), *items[-1:]])


def lower_first(text: str) -> str:
    """Return a title as it reads inside a sentence; abbreviations keep their capitals.

    >>> lower_first("Gross value added"), lower_first("SMEs served")
    ('gross value added', 'SMEs served')
    """
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def as_sentence(text: str) -> str:
    """Return a phrase with a capital and a full stop.

    >>> as_sentence("the same money"), as_sentence("Done.")
    ('The same money.', 'Done.')
    """
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if not text or text[-1] in ".!?" else ".")
