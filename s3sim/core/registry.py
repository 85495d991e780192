"""Declared things by name: names that survive tables, command lines and file names."""

import re
from collections import UserDict
from collections.abc import Iterable
from typing import Any, Self, TypeVar

from s3sim.core.errors import InputError

T = TypeVar("T")

UNSAFE = frozenset({"null", "na", "nan", "none", "nil", "inf", "infinity", "true", "false"})
"""Words that readers of tables take for a missing value, a number or a flag, in any case."""

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")


class Registry(UserDict[str, T]):
    """A dictionary whose keys are checked however they are set.

    Parameters
    ----------
    kind : str
        What is declared, for messages: "policy", "outcome".
    reserved : iterable of str
        Names that stand for something else in tables of results.

    Raises InputError at an entry whose name a table of results could not keep.
    """

    def __init__(self, kind: str, reserved: Iterable[str] = ()) -> None:
        self.kind, self.reserved = kind, frozenset(reserved)
        super().__init__()

    def __setitem__(self, name: str, value: T) -> None:
        if problem := name_problem(name, self.kind, self.reserved):
            raise InputError(problem)
        super().__setitem__(name, value)

    def __ior__(self, other: Any) -> Self:  # type: ignore[override]
        self.update(other)
        return self

    def __or__(self, other: Any) -> dict[str, T]:  # type: ignore[override]
        return self.data | dict(other)


def name_problem(name: object, kind: str, reserved: Iterable[str] = ()) -> str:
    """Return what is wrong with the name of a policy or outcome, or an empty string.

    >>> name_problem("trans_s3", "policy")
    ''
    >>> name_problem("NA", "policy")
    "'NA' cannot be the name of a policy: readers of tables take it for a missing value, a number or a flag. Allowed: a letter, then letters, digits and _, at most 60 in all; for instance 'my_policy'."
    """
    what = f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
    allowed = (
        "Allowed: a letter, then letters, digits and _, at most 60 in all; "
        f"for instance 'my_{kind}'."
    )
    if not isinstance(name, str) or not NAME.fullmatch(name):
        return f"{name!r} cannot be the name of {what}. {allowed}"
    if name.lower() in UNSAFE:
        why = "readers of tables take it for a missing value, a number or a flag"
    elif name in set(reserved):
        why = "tables of results have a column of that name"
    else:
        return ""
    return f"'{name}' cannot be the name of {what}: {why}. {allowed}"
