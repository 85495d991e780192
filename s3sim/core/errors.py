"""What a user did wrong, said once: what, where, what is allowed, what to do."""

from collections.abc import Iterable
from difflib import get_close_matches

MOST_PROBLEMS = 10
"""Mistakes that a message names; the rest is counted."""

MOST_LETTERS = 400
"""Letters of a mistake that a message shows."""


class InputError(ValueError):
    """One or more mistakes in what the user gave; the command line ends with exit code 2.

    Parameters
    ----------
    problems : str or iterable of str
        One finished sentence a mistake, each naming the place, the value and what is allowed.

    Attributes
    ----------
    problems : list of str
        All of them, whole; the text of the error shows at most `MOST_PROBLEMS`, shortened.
    """

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.shown))

    @property
    def shown(self) -> list[str]:
        """The mistakes as a terminal shows them: bounded in number and length, in plain letters."""
        lines = [shortened(visible(text)) for text in self.problems[:MOST_PROBLEMS]]
        more = len(self.problems) - len(lines)
        return [*lines, f"and {more} more."] if more else lines

    def __reduce__(self) -> tuple[type, tuple[list[str]]]:
        return type(self), (self.problems,)


def visible(text: str) -> str:
    r"""Return a text in which what no terminal shows is written as its code point.

    >>> visible("LT01\u200b\x1b")
    'LT01<U+200B><U+001B>'
    """
    return "".join(
        letter if letter == " " or letter.isprintable() else f"<U+{ord(letter):04X}>"
        for letter in text
    )


def shortened(text: str, most: int = MOST_LETTERS) -> str:
    """Return a text of at most `most` letters, its middle left out.

    >>> shortened("abcdefghij", 7)
    'ab...ij'
    """
    if len(text) <= most:
        return text
    half = (most - 3) // 2
    return f"{text[:half]}...{text[-half:]}"


def nearest(name: str, allowed: Iterable[str]) -> str:
    """Return '; did you mean ...?' for the closest allowed name, or an empty string.

    >>> nearest("trans-s3", ["isolated_s3", "trans_s3"])
    "; did you mean 'trans_s3'?"
    >>> nearest("x", ["isolated_s3"])
    ''
    """
    match = get_close_matches(name, list(allowed), n=1, cutoff=0.6)
    return f"; did you mean '{match[0]}'?" if match else ""


def unknown(what: str, name: str, allowed: Iterable[str], *, see: str = "") -> str:
    """Say that `name` is not one of `allowed`, with the nearest valid name.

    >>> unknown("policy", "trans-s3", ["isolated_s3", "trans_s3"])
    "unknown policy 'trans-s3'; did you mean 'trans_s3'? Allowed: isolated_s3, trans_s3."
    """
    names = list(allowed)
    hint = nearest(name, names)
    tail = f" Allowed: {', '.join(names)}." if len(names) <= 24 else f" See '{see}'."
    return f"unknown {what} '{name}'{hint or '.'}{tail}"
