"""Values of settings, checked one by one; what is wrong follows the name of its place."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from s3sim.core.errors import InputError, is_utf8, reason, shown, unknown
from s3sim.core.parameters import plain, problem_with
from s3sim.ensemble.options import KEYS, Option
from s3sim.policies import POLICIES
from s3sim.world import WORLDS, World, WorldNote

MOST_LETTERS = 4096
"""Letters of a text: no path is longer."""

NO_LIST = 'is not a list of policy names, as in ["trans_s3"]'
NO_TABLE = "is not a table of names and values, as [parameters] in a file or {'search.rate': 0.3} in Python"


def checked(option: Option, value: Any) -> tuple[Any, list[str]]:
    """Return a value of a setting in its own type, and what is wrong with it, as in ' = 3 is ...'.

    14.0 is the whole number 14, and a scale of 1 is 1.0.
    """
    told, kind = f" = {shown(value)}", option.kind
    if kind in (int, float):
        wrong = problem_with(
            "", value, option.low, option.high, whole=kind is int, meaning=option.meaning
        )
        return (None, [wrong]) if wrong else (kind(plain(value)), [])
    if kind is list:
        texts = isinstance(value, Sequence) and not isinstance(value, str | bytes)
        if not texts or not all(isinstance(name, str) for name in value):
            return None, [f"{told} {NO_LIST}."]
        return list(value), _unknown_policies(value)
    if kind is dict:
        return (value, []) if isinstance(value, Mapping) else (None, [f"{told} {NO_TABLE}."])
    if kind is bool:
        return value, [] if isinstance(value, bool) else [f"{told} is not True or False."]
    if option.name == "world" and isinstance(value, Path | World):
        return value, []
    if not isinstance(value, str):
        return None, [f"{told} is not text ({option.meaning})."]
    if len(value) > MOST_LETTERS or not value.strip():
        return None, [f"{told} is {'too long' if value.strip() else 'empty'} ({option.meaning})."]
    if not is_utf8(value):
        return None, [f" = {value[:60]!a} is not text in UTF-8."]
    return value, _unknown_policies([value]) if option.name in ("baseline", "policy") else []


def _unknown_policies(names: Sequence[str]) -> list[str]:
    return [f": {unknown('policy', name[:60], POLICIES)}" for name in names if name not in POLICIES]


def world_of(given: "str | Path | World", place: str, folder: Path | None = None) -> World:
    """Return a shipped world, or the one of a folder beside `folder`; mistakes carry the place."""
    if isinstance(given, World):
        return given
    path = (folder or Path()) / given
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", WorldNote)  # told as lines, by who asked
            shipped = str(given) in WORLDS or not path.is_dir()
            found = World.load(str(given)[:1000]) if shipped else World.from_tables(path)
    except InputError as error:
        raise InputError(f"{place}: {problem}" for problem in error.problems) from None
    except (OSError, ValueError) as error:  # a name too long for a path, or with a null byte
        raise InputError(f"{place} = {shown(given)} cannot be read: {reason(error)}.") from None
    if not is_utf8(found.name):
        raise InputError(
            f"{place}: the folder's name {found.name!a} is not text in UTF-8; rename it."
        )
    return found


def world_notes(world: World, given: object = None) -> list[str]:
    """Return what a user should know of a world: what was defaulted, and which of two it is."""
    notes = list(world.notes)
    if given in WORLDS and Path(str(given)).is_dir():
        notes.append(
            f"world '{given}' is the one that the package ships; for the folder beside you write ./{given}."
        )
    return notes


def number_or_text(text: str) -> Any:
    """Read a number as TOML would; anything else stays text, for the check to complain about."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def flattened(table: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Return dotted names of nested tables with their values, and names that are there twice.

    >>> flattened({"search": {"rate": 0.3, "breadth": 2}})
    ({'search.rate': 0.3, 'search.breadth': 2}, set())
    >>> flattened({"search": {"rate": 0.3}, "search.rate": 0.2})[1]
    {'search.rate'}
    """
    flat: dict[str, Any] = {}
    twice: set[str] = set()
    waiting = [("", table)]
    while waiting:
        head, inner = waiting.pop(0)
        for name, value in inner.items():
            full = f"{head}{name}"
            if isinstance(value, Mapping) and value and head.count(".") < len(KEYS):
                waiting.append((f"{full}.", value))
            elif full in flat:
                twice.add(full)
            else:
                flat[full] = value
    return flat, twice
