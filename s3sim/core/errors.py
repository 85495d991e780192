"""What a user did wrong, said once: what, where, what is allowed, what to do."""

from collections.abc import Iterable
from difflib import get_close_matches


class InputError(ValueError):
    """One or more mistakes in what the user gave; the command line ends with exit code 2.

    Parameters
    ----------
    problems : str or iterable of str
        One finished sentence a mistake, each naming the place, the value and what is allowed.
    """

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[type, tuple[list[str]]]:
        return type(self), (self.problems,)


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
