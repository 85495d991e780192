"""Declare a number once: default, plausible range, unit, meaning, source and evidence."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any, ClassVar, Self

import numpy as np

from s3sim.core.errors import InputError, nearest, shown
from s3sim.core.sources import SOURCES

EVIDENCE = ("reported", "recalled", "assumed")
"""How well a number is founded: read in a source, remembered, or chosen by the project."""


@dataclass(frozen=True)
class Parameter:
    """One declared number, as tables, scenario files and sensitivity problems read it."""

    name: str  # dotted, e.g. "search.border_meeting"
    default: float
    low: float
    high: float
    unit: str
    meaning: str
    source: str
    evidence: str
    whole: bool


def param(
    default: float,
    low: float,
    high: float,
    meaning: str,
    *,
    unit: str = "-",
    source: str = "project",
    evidence: str = "assumed",
) -> Any:
    """Declare a field of a `ParameterGroup`.

    Parameters
    ----------
    default : float
        Value used unless a scenario says otherwise; an `int` declares a whole number.
    low, high : float
        Plausible range, inclusive. It bounds what is accepted and what sensitivity designs draw.
    meaning, unit, source : str
        What the number is, in which unit, and where it comes from: a citation, or its key in
        `s3sim.core.sources`.
    evidence : {"reported", "recalled", "assumed"}
        How well it is founded.
    """
    if evidence not in EVIDENCE:
        raise ValueError(f"evidence {evidence!r} is not one of {EVIDENCE}")
    about = {
        "low": low,
        "high": high,
        "meaning": meaning,
        "unit": unit,
        "source": SOURCES.get(source, source),
        "evidence": evidence,
        "whole": isinstance(default, int),
    }
    return field(default=default, metadata=about)


@dataclass(frozen=True)
class ParameterGroup:
    """A frozen holder of declared numbers; its constructor stores and checks, nothing else.

    `class Search(ParameterGroup, name="search")` names the group: the first part of every dotted
    parameter name, and the group of a sensitivity analysis.
    """

    name: ClassVar[str] = ""

    def __init_subclass__(cls, name: str = "") -> None:
        cls.name = name or cls.name

    def __post_init__(self) -> None:
        problems = [
            problem
            for declared in self.parameters()
            if (problem := check(declared, getattr(self, declared.name.partition(".")[2])))
        ]
        if problems:
            raise InputError(problems)
        for declared in self.parameters():
            field_name = declared.name.partition(".")[2]
            value = as_number(getattr(self, field_name), whole=declared.whole)
            object.__setattr__(self, field_name, value)

    @classmethod
    def parameters(cls) -> Iterator[Parameter]:
        """Yield the declared parameters of this class, in order of declaration."""
        yield from _parameters(cls)  # type: ignore[arg-type]

    def values(self) -> dict[str, float]:
        """Return dotted name to value for every declared parameter."""
        return {p.name: getattr(self, p.name.partition(".")[2]) for p in self.parameters()}

    def with_values(self, values: dict[str, float]) -> Self:
        """Return a copy with the dotted `values` of this group set; others are ignored."""
        mine = {p.name for p in self.parameters()} & values.keys()
        if not mine:
            return self
        return replace(self, **{name.partition(".")[2]: values[name] for name in sorted(mine)})


@cache
def _parameters(kind: Any) -> tuple[Parameter, ...]:
    return tuple(
        Parameter(name=f"{kind.name}.{field.name}", default=field.default, **field.metadata)  # type: ignore[arg-type]
        for field in fields(kind)
        if field.metadata
    )


def plain(value: Any) -> Any:
    """Return the Python number that a numpy number holds."""
    return value.item() if isinstance(value, np.generic) else value


def as_number(value: Any, *, whole: bool) -> Any:
    """Return a number as Python holds it: 2.0, numpy's 2 and 2 must all decide the same run.

    What is no number, or no whole number where one is wanted, is returned as it is.

    >>> as_number(np.float32(2.0), whole=True), as_number(2, whole=False), as_number(-0.0, whole=False)
    (2, 2.0, 0.0)
    """
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if not whole:
        return value + 0.0 if abs(value) < _HUGE else value
    return int(value) if isinstance(value, int) or value.is_integer() else value


def problem_with(
    name: str,
    value: Any,
    low: float,
    high: float,
    *,
    whole: bool,
    unit: str = "-",
    meaning: str = "",
) -> str:
    """Return what is wrong with a number that should lie in a range, or an empty string."""
    given, value = plain(value), as_number(value, whole=whole)
    allowed = f"allowed {low:.12g} to {high:.12g}{'' if unit == '-' else ' ' + unit}"
    tail = f"; {allowed} ({meaning})." if meaning else f"; {allowed}."
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{name} = {shown(given)} is not a {'whole ' if whole else ''}number{tail}"
    if not low <= value <= high:
        return f"{name} = {shown(given)} is out of range{tail}"
    if whole and not isinstance(value, int):
        return f"{name} = {shown(given)} is not a whole number{tail}"
    return ""


def check(parameter: Parameter, value: object) -> str:
    """Return what is wrong with `value` for `parameter`, or an empty string."""
    p = parameter
    return problem_with(p.name, value, p.low, p.high, whole=p.whole, unit=p.unit, meaning=p.meaning)


_HUGE = 10**300
"""Whole numbers beyond it have no float, and no parameter has such a bound."""


def unknown_parameter(name: str, known: list[str]) -> str:
    """Say that no parameter has this dotted name, with the nearest one."""
    hint = nearest(name, known)
    return f"unknown parameter '{name}'{hint or '.'} See 's3sim describe parameters'."
