"""Declare a number once: default, plausible range, unit, meaning, source and evidence."""

from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from functools import cache
from typing import Any, ClassVar, Self

import numpy as np

from s3sim.core.errors import InputError, nearest
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
    """Declare a field of a `Parametric` class.

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

    `name` is the first part of every dotted parameter name and the group of a sensitivity analysis.
    """

    name: ClassVar[str] = ""

    def __post_init__(self) -> None:
        problems = [
            problem
            for declared in self.parameters()
            if (problem := check(declared, getattr(self, declared.name.partition(".")[2])))
        ]
        if problems:
            raise InputError(problems)

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
        kinds = {p.name: p for p in self.parameters()}
        new = {k.partition(".")[2]: _as_declared(kinds[k], values[k]) for k in sorted(mine)}
        return replace(self, **new)


@cache
def _parameters(kind: Any) -> tuple[Parameter, ...]:
    return tuple(_parameter(kind.name, one) for one in fields(kind) if one.metadata)


def plain(value: Any) -> Any:
    """Return the Python number that a numpy number holds: both must decide the same run."""
    return value.item() if isinstance(value, np.generic) else value


def check(parameter: Parameter, value: object) -> str:
    """Return what is wrong with `value` for `parameter`, or an empty string."""
    p, value = parameter, plain(value)
    allowed = f"allowed {p.low:g} to {p.high:g}{'' if p.unit == '-' else ' ' + p.unit}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{p.name} = {value!r} is not a number; {allowed} ({p.meaning})."
    if not p.low <= value <= p.high:
        return f"{p.name} = {value!r} is out of range; {allowed} ({p.meaning})."
    if p.whole and float(value) != int(value):
        return f"{p.name} = {value!r} is not a whole number; {allowed} ({p.meaning})."
    return ""


def unknown_parameter(name: str, known: list[str]) -> str:
    """Say that no parameter has this dotted name, with the nearest one."""
    hint = nearest(name, known)
    return f"unknown parameter '{name}'{hint or '.'} See 's3sim describe parameters'."


def _as_declared(parameter: Parameter, value: float) -> float:
    value = plain(value)
    return int(value) if parameter.whole and not check(parameter, value) else value


def _parameter(group: str, one: "Field[Any]") -> Parameter:
    assert one.default is not MISSING
    return Parameter(name=f"{group}.{one.name}", default=one.default, **one.metadata)
