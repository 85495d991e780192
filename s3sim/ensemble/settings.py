"""What a comparison is told, checked key by key, with each mistake named at its place."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from s3sim.core.errors import InputError, nearest, unknown
from s3sim.core.parameters import Parameter, plain
from s3sim.ensemble.options import KEYS, OPTIONS, Option
from s3sim.policies import POLICIES
from s3sim.simulation.scenario import known_parameters, problems_with
from s3sim.world import WORLDS, World, WorldNote

MOST_SHOWN = 60
MOST_LETTERS = 4096
"""Letters of a text: no path is longer."""


def shown(value: object) -> str:
    """Return a value as it is written in Python, cut where it is long.

    >>> shown("a"), len(shown("x" * 10_000_000))
    ("'a'", 61)
    """
    try:
        text = repr(value[:MOST_SHOWN] if isinstance(value, str | bytes) else value)
    except ValueError:  # an integer of thousands of digits
        text = "a very large number"
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


@dataclass(frozen=True)
class ConfigLayer:
    """Values as given, and how to name their place: 'my.toml: years', '--years', 'years'."""

    values: Mapping[str, Any]
    place: str = "{}"
    allowed: tuple[str, ...] = KEYS
    folder: Path | None = None  # what a relative folder of tables is relative to
    problems: list[str] = field(default_factory=list)

    def checked(self) -> tuple[dict[str, Any], list[str]]:
        """Return what is right in this layer, and what is wrong with the rest."""
        good: dict[str, Any] = {}
        problems = list(self.problems)
        for name, value in self.values.items():
            if name not in self.allowed:
                problems.append(self._unknown(str(name)))
                continue
            good[name], problem = _checked(OPTIONS[name], value)
            if problem:
                problems.append(f"{self.place.format(name)}{problem}")
                del good[name]
        for key in ("baseline", "policy", "policies"):
            for name in [good[key]] if isinstance(good.get(key), str) else good.get(key, ()):
                if name not in POLICIES:
                    told = unknown("policy", name[:MOST_SHOWN], POLICIES)
                    problems.append(f"{self.place.format(key)}: {told}")
                    good.pop(key, None)
        if "parameters" in good:
            flat, twice = flattened(good["parameters"])
            known = known_parameters()
            wrong = {name: _problem(name, value, known) for name, value in flat.items()}
            wrong |= {name: f"'{name}' is set twice; set it once." for name in twice}
            problems += [self._of_parameter(name, said) for name, said in wrong.items() if said]
            good["parameters"] = {name: flat[name] for name, said in wrong.items() if not said}
        return good, problems

    def world(self, given: "str | Path | World") -> World:
        """Return a shipped world, or the one of a folder; mistakes carry the place."""
        if isinstance(given, World):
            return given
        place = self.place.format("world")
        folder = (self.folder or Path()) / given
        try:
            shipped = str(given) in WORLDS or not folder.is_dir()
            # A folder called like a shipped world is a folder.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", WorldNote)  # told as lines, by who asked
                found = World.load(str(given)[:1000]) if shipped else World.from_tables(folder)
        except InputError as error:
            raise InputError(f"{place}: {problem}" for problem in error.problems) from None
        except (OSError, ValueError) as error:  # a name too long for a path, or with a null byte
            raise InputError(
                f"{place} = {shown(given)} cannot be read: {getattr(error, 'strerror', None) or error}."
            ) from None
        if not utf8(found.name):
            raise InputError(f"{place}: the folder's name {found.name!a} is not text in UTF-8; rename it.")  # fmt: skip
        return found

    def _unknown(self, name: str) -> str:
        name = name[:MOST_SHOWN]
        told = f"{self.place.format(name)}: unknown setting{nearest(name, self.allowed) or '.'}"
        if name in {one.partition(".")[0] for one in known_parameters()}:
            return f"{told} Parameters belong under [parameters], as in {name}.NAME = VALUE."
        return f"{told} Allowed: {', '.join(self.allowed)}."

    def _of_parameter(self, name: str, told: str) -> str:
        if name in KEYS and name not in known_parameters():
            told = f"unknown parameter '{name}'; as a setting it stands above [parameters]."
        table = {"--{}": "--set", "{}": "parameters"}.get(self.place)
        return f"{table or self.place.format('[parameters]')}: {told}"


def utf8(text: str) -> bool:
    """Tell whether a text can be written; names of files need not be UTF-8."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _checked(option: Option, value: Any) -> tuple[Any, str]:
    """Return a value of a setting in its own type, and what is wrong with it, as in ' = 3 is ...'."""
    told = f" = {shown(value)}"
    if option.kind is list:
        if isinstance(value, str | bytes) or not isinstance(value, Sequence):
            return None, f'{told} is not a list of policy names, as in ["trans_s3"].'
        if not all(isinstance(name, str) for name in value):
            return None, f'{told} is not a list of policy names, as in ["trans_s3"].'
        return list(value), ""
    if option.kind is dict:
        if not isinstance(value, Mapping):
            return None, f"{told} is not a table of names and values, as [parameters] in a file or {{'search.rate': 0.3}} in Python."  # fmt: skip
        return dict(value), ""
    if option.kind is str:
        if option.name == "world" and isinstance(value, Path | World):
            return value, ""
        if not isinstance(value, str):
            return None, f"{told} is not text ({option.meaning})."
        if len(value) > MOST_LETTERS:
            return None, f"{told} is too long ({option.meaning})."
        if not value.strip():
            return None, f"{told} is empty ({option.meaning})."
        return value, "" if utf8(value) else f" = {value[:MOST_SHOWN]!a} is not text in UTF-8."
    return _number(option, plain(value))


def _number(option: Option, value: Any) -> tuple[Any, str]:
    """Check a number; 14.0 is the whole number 14, and a scale of 1 is 1.0."""
    what = "a whole number" if option.kind is int else "a number"
    tail = f"; allowed {option.limits} ({option.meaning})."
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None, f" = {shown(value)} is not {what}{tail}"
    if option.kind is int and isinstance(value, float) and not value.is_integer():
        return None, f" = {shown(value)} is not {what}{tail}"
    if not option.low <= value <= option.high:
        return None, f" = {shown(value)} is out of range{tail}"
    return option.kind(value), ""


def _problem(name: str, value: Any, known: Mapping[str, Parameter]) -> str:
    """Return what is wrong with a parameter; numbers beyond all bounds are taken as text."""
    value = plain(value)
    if isinstance(value, int | float) and not abs(value) < 1e300:
        value = str(value)[:20] if isinstance(value, float) else "a very large number"
    if len(text := shown(value)) > MOST_SHOWN:
        value = text
    return "".join(problems_with({name[: 2 * MOST_SHOWN]: value}, known))


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
