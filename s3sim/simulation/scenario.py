"""All that decides a run, frozen: world, policy, parameters, length, scale, luck."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Protocol, Self, TypeVar

from s3sim.core.errors import InputError, unknown
from s3sim.core.parameters import (
    Parameter,
    ParameterGroup,
    as_number,
    check,
    problem_with,
    unknown_parameter,
)
from s3sim.model.context import Context
from s3sim.model.initial_conditions import InitialConditions
from s3sim.model.matching import Matching
from s3sim.model.partner_choice import PartnerChoice
from s3sim.model.population import Population
from s3sim.model.proximity import Proximity
from s3sim.model.state import State
from s3sim.policies import POLICIES, PolicyPart
from s3sim.simulation.schedule import SCHEDULE
from s3sim.world import World

Group = TypeVar("Group", bound=ParameterGroup)


class Mechanism(Protocol):
    """How the world works: `(state, context) -> state`, with its parameters."""

    @property
    def name(self) -> str:
        """First part of the names of its parameters."""

    def __call__(self, state: State, context: Context) -> State:
        """Return the state after it."""


SHARED_PARAMETERS = (Population(), InitialConditions(), Proximity(), Matching(), PartnerChoice())
"""Holders of numbers that several mechanisms share."""

LIMITS = {
    "years": (1, 100),
    "scale": (0.001, 1.0),
    "seed": (0, 2**31),
    "replication": (0, 2**31),
    "start": (0, 100),
}


@dataclass(frozen=True)
class Scenario:
    """One run.

    Parameters
    ----------
    world : World
        Regions and figures.
    policy : str
        Name in `POLICIES`.
    years : int
        Length, 1-100.
    scale : float
        Simulated firms for each real one, 0.001-1.
    seed, replication : int
        Decide all luck; policies compared on one replication meet the same luck.
    start : int
        Year in which policies start; before it all policies are the same.
    mechanisms : tuple
        Order of events of a quarter.
    shared_parameters : tuple
        Holders of shared numbers.
    parts : tuple
        Parts of the policy, filled from `POLICIES` unless given.
    """

    world: World
    policy: str = "isolated_s3"
    years: int = 14
    scale: float = 0.05
    seed: int = 0
    replication: int = 0
    start: int = 1
    mechanisms: tuple[Any, ...] = SCHEDULE
    shared_parameters: tuple[Any, ...] = SHARED_PARAMETERS
    parts: tuple[PolicyPart, ...] | None = field(default=None)

    def __post_init__(self) -> None:
        problems = []
        for name, (low, high) in LIMITS.items():
            value = as_number(getattr(self, name), whole=name != "scale")
            problems.append(problem_with(name, value, low, high, whole=name != "scale"))
            object.__setattr__(self, name, value)
        problems = [problem for problem in problems if problem]
        if self.parts is None:
            if self.policy in POLICIES:
                object.__setattr__(self, "parts", POLICIES[self.policy].parts)
            else:
                problems.append(unknown("policy", str(self.policy), POLICIES))
        if problems:
            raise InputError(problems)

    @property
    def groups(self) -> tuple[Any, ...]:
        """All holders of parameters, in order."""
        return (*self.shared_parameters, *self.mechanisms, *(self.parts or ()))

    def group(self, kind: type[Group]) -> Group:
        """Return the holder of parameters of a class; its defaults where it is left out."""
        found = (one for one in self.groups if isinstance(one, kind))
        return next(found, kind())

    def parameter_values(self) -> dict[str, float]:
        """Return dotted name to value for all that is declared in this scenario."""
        return {name: value for group in self.groups for name, value in group.values().items()}

    def parameters(self) -> list[Parameter]:
        """Return all declared parameters of this scenario."""
        return [one for group in self.groups for one in group.parameters()]

    def known(self, *, strict: bool = True) -> dict[str, Parameter]:
        """Return declared parameters by name; unless strict, those of all policies too."""
        mine = {one.name: one for one in self.parameters()}
        return mine if strict else {**known_parameters(), **mine}

    def replace(
        self, values: Mapping[str, Any] | None = None, *, strict: bool = True, **changes: Any
    ) -> Self:
        """Return a scenario with dotted parameters and fields exchanged.

        Parameters
        ----------
        values : mapping, optional
            Dotted name to value, e.g. ``{"search.rate": 0.1}``.
        strict : bool
            Whether a name that this policy does not have is an error; if not, it must at least be
            a parameter of some policy.
        **changes
            Fields of the scenario, e.g. ``policy="trans_s3"``.

        Raises
        ------
        InputError
            With every mistake: unknown names (and the nearest), values out of range.
        """
        if "policy" in changes and "parts" not in changes:
            changes["parts"] = None
        new = replace(self, **changes)
        values = dict(values or {})
        problems = problems_with(values, new.known(strict=strict))
        if problems:
            raise InputError(problems)
        return replace(
            new,
            shared_parameters=tuple(group.with_values(values) for group in new.shared_parameters),
            mechanisms=tuple(group.with_values(values) for group in new.mechanisms),
            parts=tuple(part.with_values(values) for part in new.parts or ()),
        )

    def drop_mechanism(self, name: str) -> Self:
        """Return a scenario that leaves one mechanism out (a structural experiment)."""
        names = [mechanism.name for mechanism in self.mechanisms]
        if name not in names:
            raise InputError(unknown("mechanism", name, names))
        kept = tuple(one for one in self.mechanisms if one.name != name)
        return replace(self, mechanisms=kept)

    def described(self) -> dict[str, Any]:
        """Return what decides the run as plain values."""
        values = {
            name: getattr(self, name)
            for name in ("policy", "years", "scale", "seed", "replication", "start")
        }
        values["parts"] = [[type(part).__name__, repr(part)] for part in self.parts or ()]
        values["mechanisms"] = [type(one).__name__ for one in self.mechanisms]
        return {"world": self.world.fingerprint, **values, "parameters": self.parameter_values()}

    @cached_property
    def run_id(self) -> str:
        """Hash of everything that decides the run, package version included."""
        text = f"{self._but_replication}, replication {self.replication}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @cached_property
    def _but_replication(self) -> str:
        """All that decides the run but its replication, which is all that most runs differ in."""
        from s3sim import __version__

        described = {"version": __version__, **self.described(), "replication": None}
        return json.dumps(described, sort_keys=True)

    def with_replication(self, replication: int) -> Self:
        """Return the same scenario with other luck, without describing it again."""
        new = replace(self, replication=replication)
        new.__dict__["_but_replication"] = self._but_replication
        return new

    def __getstate__(self) -> dict[str, Any]:
        # A worker works its run id out itself: that is how another version shows.
        return {field.name: getattr(self, field.name) for field in fields(self)}


def known_parameters() -> dict[str, Parameter]:
    """Return every parameter of the standard model and of all policies by dotted name."""
    parts = [part for policy in POLICIES.values() for part in policy.parts]
    groups: tuple[Any, ...] = (*SHARED_PARAMETERS, *SCHEDULE, *parts)
    return {one.name: one for group in groups for one in group.parameters()}


def problems_with(values: Mapping[str, Any], known: Mapping[str, Parameter]) -> list[str]:
    """Return every mistake in dotted `values`."""
    problems = []
    for name, value in values.items():
        if name not in known:
            problems.append(unknown_parameter(name, list(known)))
        elif problem := check(known[name], value):
            problems.append(problem)
    return problems
