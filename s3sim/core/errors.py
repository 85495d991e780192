"""What a user did wrong, said once: what, where, what is allowed, what to do."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

MOST_SHOWN = 10
"""Problems shown at most; what is left is counted."""

LONGEST = 600
"""Characters of one problem shown at most."""


class InputError(ValueError):
    """One or more mistakes in what the user gave; the command line ends with exit code 2.

    The text of the error shows the first ten problems, each up to 600 characters, with characters
    that do not print as escapes; `problems` holds all of them as they are.

    Parameters
    ----------
    problems : str or iterable of str
        One finished sentence a mistake, each naming the place, the value and what is allowed.
    """

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__(*self.problems[:1])

    @property
    def shown(self) -> list[str]:
        """The problems as a terminal can show them, one line or a few each."""
        distinct = list(dict.fromkeys(self.problems))
        lines = [printable(problem) for problem in distinct[:MOST_SHOWN]]
        more = len(distinct) - MOST_SHOWN
        return [*lines, f"and {more:,} more."] if more > 0 else lines

    def __str__(self) -> str:
        return "\n".join(self.shown)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems,)


def printable(text: str, longest: int = LONGEST) -> str:
    r"""Return a text shortened in its middle, characters that do not print as escapes.

    >>> print(printable("bell \a, zero width \u200b"), printable("abcdefghij", 7))
    bell \x07, zero width \u200b ab...ij
    """
    if len(text) > longest:
        half = (longest - 3) // 2
        text = f"{text[:half]}...{text[-half:]}"
    return "".join(
        c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text
    )


def reason(error: BaseException) -> str:
    """Return why something failed, in one line.

    >>> reason(FileNotFoundError(2, "No such file")), reason(KeyError())
    ('No such file', 'KeyError')
    """
    told = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(told).splitlines()[0]


def is_utf8(text: str) -> bool:
    """Tell whether a text can be written; names of files need not be UTF-8."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def shown(value: object, longest: int = 60) -> str:
    """Return a value as it is written in Python, one line, cut where it is long.

    >>> shown("a"), len(shown("x" * 10_000_000)), shown(10**5000)
    ("'a'", 63, 'a very large number')
    """
    try:
        text = repr(value[: longest + 1] if isinstance(value, str | bytes) else value)
    except ValueError:  # an integer of thousands of digits
        return "a very large number"
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[:longest]}..."


def several(names: Iterable[str], most: int = 3) -> str:
    """Return names in quotes, what exceeds `most` as a count.

    >>> several(["a", "b"]), several("abcde")
    ("'a', 'b'", "'a', 'b', 'c' and 2 more")
    """
    names = list(names)
    text = ", ".join(f"'{printable(name, 60)}'" for name in names[:most])
    return f"{text} and {len(names) - most:,} more" if len(names) > most else text


def nearest(name: str, allowed: Iterable[str]) -> str:
    """Return '; did you mean ...?' for the closest allowed name, or an empty string.

    >>> nearest("trans-s3", ["isolated_s3", "trans_s3"])
    "; did you mean 'trans_s3'?"
    >>> nearest("x", ["isolated_s3"])
    ''
    """
    names = list(allowed)
    match = [other for other in names if other.casefold() == name.casefold()]
    if not match and len(name) <= 100:
        match = get_close_matches(name, names, n=1, cutoff=0.6)
    return f"; did you mean '{match[0]}'?" if match else ""


def unknown(what: str, name: str, allowed: Iterable[str], *, see: str = "") -> str:
    """Say that `name` is not one of `allowed`, with the nearest valid name.

    >>> unknown("policy", "trans-s3", ["isolated_s3", "trans_s3"])
    "unknown policy 'trans-s3'; did you mean 'trans_s3'? Allowed: isolated_s3, trans_s3."
    """
    names = list(allowed)
    hint = nearest(name, names)
    tail = f" Allowed: {', '.join(names)}." if len(names) <= 24 else f" See '{see}'."
    return f"unknown {what} '{printable(name, 100)}'{hint or '.'}{tail}"
