"""Names and numbers as study figures print them."""

from math import floor, isfinite, log10

from s3sim.core.formatting import number

NOT_TOLD = "not told from zero"
"""What an interval that holds zero says of a mean, whatever its sign."""

_LETTERS = 40  # longest name shown


def is_dummy(name: str, group: str = "") -> bool:
    """Say whether a factor is one that the model never reads."""
    return group == "dummy" or name.startswith("dummy")


def shown(name: str) -> str:
    """Return a factor's name as printed: the seed is luck, long names lose their middle.

    >>> shown("seed"), shown("search.border_meeting"), shown("a" * 30 + "b" * 30)
    ('luck (seed)', 'search.border_meeting', 'aaaaaaaaaaaaaaaaaaa…bbbbbbbbbbbbbbbbbbbb')
    """
    if name == "seed":
        return "luck (seed)"
    half = _LETTERS // 2
    return name if len(name) <= _LETTERS else f"{name[: half - 1]}…{name[-half:]}"


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


def axis_words(name: str, unit: str) -> str:
    """Join a name and its unit as an axis says them."""
    return f"{name} [{unit}]" if unit else name
