"""What a comparison can be told, key by key, with each mistake named at its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from s3sim.core.errors import InputError, nearest, unknown
from s3sim.core.parameters import Parameter
from s3sim.ensemble.plan import (
    DEFAULT_BASELINE,
    DEFAULT_POLICIES,
    DEFAULT_REPLICATIONS,
    DEFAULT_SCALE,
    MOST_REPLICATIONS,
)
from s3sim.policies import POLICIES
from s3sim.simulation.scenario import LIMITS, known_parameters, problems_with
from s3sim.world import WORLDS, World


def _number(default: float, limits: tuple[float, float], meaning: str) -> Any:
    return Field(default, ge=limits[0], le=limits[1], description=meaning)


class Settings(BaseModel):
    """Top-level keys of a scenario file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    world: str = Field("partners", description="region set, or a folder with tables of your own")
    baseline: str = Field(DEFAULT_BASELINE, description="policy that the others are compared with")
    policies: list[str] = Field(list(DEFAULT_POLICIES), description="policies to compare with it")
    replications: int = _number(
        DEFAULT_REPLICATIONS, (1, MOST_REPLICATIONS), "runs of each policy, each with its own luck"
    )
    years: int = _number(14, LIMITS["years"], "length of a run, years")
    scale: float = _number(
        DEFAULT_SCALE, LIMITS["scale"], "simulated firms for each real firm; 1 simulates them all"
    )
    seed: int = _number(0, LIMITS["seed"], "decides all luck")
    start: int = _number(1, LIMITS["start"], "years before policies start")
    replication: int = _number(0, LIMITS["replication"], "which of the replications to run")
    parameters: dict[str, Any] = Field({}, description="dotted names; 's3sim describe parameters'")


KEYS = tuple(name for name in Settings.model_fields if name != "replication")
"""What a file may hold; `replication` belongs to a single run."""


@dataclass(frozen=True)
class Layer:
    """Values as given, and how to name their place: 'my.toml: years', '--years'."""

    values: Mapping[str, Any]
    place: str = "{}"
    allowed: tuple[str, ...] = KEYS
    folder: Path | None = None  # what a relative folder of tables is relative to
    problems: list[str] = field(default_factory=list)

    def checked(self) -> tuple[dict[str, Any], list[str]]:
        """Return what is right in this layer, and what is wrong with the rest."""
        values = {name: self.values[name] for name in self.values if name in self.allowed}
        problems = [*self.problems, *(self._unknown(n) for n in self.values if n not in values)]
        bad: set[str] = set()
        try:
            Settings.model_validate(values)
        except ValidationError as error:
            for one in error.errors():
                bad.add(str(one["loc"][0]))
                problems.append(self._wrong(str(one["loc"][0]), one["type"], one["input"]))
        good = {name: value for name, value in values.items() if name not in bad}
        named = [("baseline", good["baseline"])] if "baseline" in good else []
        named += [("policies", name) for name in good.get("policies", ())]
        for key, name in named:
            if name not in POLICIES:
                problems.append(f"{self.place.format(key)}: {unknown('policy', name, POLICIES)}")
                good.pop(key, None)
        if "parameters" in good:
            known, flat = known_parameters(), flattened(good["parameters"])
            told = {name: _problem(name, value, known) for name, value in flat.items()}
            problems += [self._of_parameter(name, said) for name, said in told.items() if said]
            good["parameters"] = {name: flat[name] for name, said in told.items() if not said}
        return good, problems

    def world(self, name: str) -> World:
        """Return a shipped world, or the one of a folder; mistakes carry the place."""
        folder = (self.folder or Path()) / name
        try:
            return World.load(name if name in WORLDS or not folder.is_dir() else folder)
        except InputError as error:
            place = self.place.format("world")
            raise InputError(f"{place}: {problem}" for problem in error.problems) from None

    def _unknown(self, name: str) -> str:
        told = f"{self.place.format(name)}: unknown setting{nearest(name, self.allowed) or '.'}"
        if name in {one.partition(".")[0] for one in known_parameters()}:
            return f"{told} Parameters belong under [parameters], as in {name}.NAME = VALUE."
        return f"{told} Allowed: {', '.join(self.allowed)}."

    def _wrong(self, key: str, kind: str, value: object) -> str:
        one = Settings.model_fields[key]
        place = self.place.format(key)
        limits = {type(m).__name__: m for m in one.metadata}
        if key == "policies":
            return f'{place} = {value!r} is not a list of policy names, as in ["trans_s3"].'
        if key == "parameters":
            return f"{place} = {value!r} is not a table; write [parameters] on a line of its own."
        if one.annotation is str:
            return f"{place} = {value!r} is not text ({one.description})."
        what = "a whole number" if one.annotation is int else "a number"
        wrong = "out of range" if kind in _RANGE else f"not {what}"
        low, high = limits["Ge"].ge, limits["Le"].le
        return f"{place} = {value!r} is {wrong}; allowed {low:.10g} to {high:.10g} ({one.description})."

    def _of_parameter(self, name: str, told: str) -> str:
        if name in KEYS and name not in known_parameters():
            told = f"unknown parameter '{name}'; as a setting it stands above [parameters]."
        return (
            f"{self.place.format('set' if self.place.startswith('--') else '[parameters]')}: {told}"
        )


_RANGE = ("greater_than_equal", "less_than_equal", "finite_number")


def _problem(name: str, value: Any, known: Mapping[str, Parameter]) -> str:
    """Return what is wrong with a parameter; numbers beyond all bounds are taken as text."""
    if isinstance(value, int | float) and not abs(value) < 1e300:
        value = str(value)[:20]
    return "".join(problems_with({name: value}, known))


def flattened(table: Mapping[str, Any], head: str = "") -> dict[str, Any]:
    """Return dotted names of nested tables.

    >>> flattened({"search": {"rate": 0.3}, "market.markup": 1.0})
    {'search.rate': 0.3, 'market.markup': 1.0}
    """
    flat: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, Mapping) and value:
            flat.update(flattened(value, f"{head}{name}."))
        else:
            flat[f"{head}{name}"] = value
    return flat
