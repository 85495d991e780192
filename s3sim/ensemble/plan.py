"""What is to be run: layers of settings (a file, options, keywords) and the plan that they make.

Each layer is checked on its own, so that a message can name the place of a mistake; later layers win.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from s3sim.core.errors import InputError, nearest, shown, unknown
from s3sim.core.parameters import problem_with
from s3sim.ensemble.options import KEYS, OPTIONS
from s3sim.ensemble.settings import checked, flattened, number_or_text, world_of
from s3sim.ensemble.toml_file import read_toml
from s3sim.policies import POLICIES
from s3sim.simulation.scenario import Scenario, known_parameters, problems_with
from s3sim.world import World


@dataclass(frozen=True)
class ConfigLayer:
    """Values as given, and how to name their place: 'my.toml: years', '--years', 'years'."""

    values: dict[str, Any]
    place: str = "{}"
    allowed: tuple[str, ...] = KEYS
    folder: Path | None = None  # what a relative folder of tables is relative to
    problems: list[str] = field(default_factory=list)

    def named(self, name: str) -> str:
        """Return the name of a setting's place."""
        return self.place.format(name.replace("_", "-") if self.place == "--{}" else name)

    def checked(self) -> tuple[dict[str, Any], list[str]]:
        """Return what is right in this layer, and what is wrong with the rest."""
        good: dict[str, Any] = {}
        problems = list(self.problems)
        for name, value in self.values.items():
            if name not in self.allowed:
                problems.append(self._unknown(str(name)))
                continue
            found, wrong = checked(OPTIONS[name], value)
            problems += [f"{self.named(name)}{text}" for text in wrong]
            if not wrong:
                good[name] = found
        if "parameters" in good:
            flat, twice = flattened(good["parameters"])
            known = known_parameters()
            for name, value in list(flat.items()):
                wrong = problems_with({name[:120]: value}, known)
                wrong += [f"'{name}' is set twice; set it once."] * (name in twice)
                problems += [self._of_parameter(name, text) for text in wrong]
                if wrong:
                    del flat[name]
            good["parameters"] = flat
        return good, problems

    def _unknown(self, name: str) -> str:
        name = name[:60]
        told = f"{self.named(name)}: unknown setting{nearest(name, self.allowed) or '.'}"
        if name in {parameter.partition(".")[0] for parameter in known_parameters()}:
            return f"{told} Parameters belong under [parameters], as in {name}.NAME = VALUE."
        return f"{told} Allowed: {', '.join(self.allowed)}."

    def _of_parameter(self, name: str, told: str) -> str:
        if name in KEYS and name not in known_parameters():
            told = f"unknown parameter '{name}'; as a setting it stands above [parameters]."
        table = {"--{}": "--set", "{}": "parameters"}.get(self.place)
        return f"{table or self.place.format('[parameters]')}: {told}"


def read(path: Path | str) -> ConfigLayer:
    """Return what a scenario file holds; mistakes in its keys are told when layers are checked.

    Raises InputError if there is no such file, it cannot be read, or it is not TOML (with line and
    column).
    """
    path = Path(path)
    if not path.exists():
        raise InputError(
            f"scenario file {path} does not exist; 's3sim init {path.name}' writes one."
        )
    place = path.name.replace("{", "{{").replace("}", "}}")
    return ConfigLayer(read_toml(path, "scenario file"), f"{place}: {{}}", folder=path.parent)


def options(values: Mapping[str, Any], sets: Sequence[str] = ()) -> ConfigLayer:
    """Return command-line options (text as typed; None if not given) as a layer."""
    given = {name: value for name, value in values.items() if value is not None}
    for name, value in given.items():
        if OPTIONS[name].kind in (int, float):
            given[name] = number_or_text(value)
    problems: list[str] = []
    parameters: dict[str, Any] = {}
    for text in sets:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (equals and name and value):
            problems.append(
                f"--set {shown(text)} is not of the form name=value, as in search.rate=0.3."
            )
        elif name in parameters:
            problems.append(f"--set: '{name}' is set twice; set it once.")
        else:
            parameters[name] = number_or_text(value)
    if parameters:
        given["parameters"] = parameters
    return ConfigLayer(given, "--{}", tuple(OPTIONS), problems=problems)


def parse_options(
    file: Path | None, given: Mapping[str, Any], sets: Sequence[str] | None
) -> list[ConfigLayer]:
    """Return a scenario file and options as layers."""
    layers = [options(given, sets or ())]
    if file is not None:
        try:
            layers.insert(0, read(file))
        except InputError as error:
            layers.insert(0, ConfigLayer({}, problems=error.problems))
    return layers


def gather(layers: Iterable[ConfigLayer]) -> tuple[dict[str, Any], list[str], set[str]]:
    """Return settings of layers, later ones winning, what is wrong, and the keys that it is in.

    The setting `world` is a World; those that are wrong have their defaults.
    """
    problems: list[str] = []
    bad: set[str] = set()
    settings = {name: option.default for name, option in OPTIONS.items() if name != "policy"}
    parameters: dict[str, Any] = {}
    for layer in layers:
        good, wrong = layer.checked()
        problems += wrong
        bad |= set(layer.values) - set(good)
        parameters.update(good.pop("parameters", {}))
        if "world" in good:
            try:
                good["world"] = world_of(good["world"], layer.named("world"), layer.folder)
            except InputError as error:
                problems += error.problems
                del good["world"]
        settings.update(good)
    start, years = settings["start"], settings["years"]
    if start >= years and not bad & {"start", "years"}:
        problems.append(
            f"start = {start}, years = {years}: policies would never start; years must be more than start."
        )
    if isinstance(settings["world"], str):
        settings["world"] = World.load(settings["world"])
    return {**settings, "parameters": parameters}, problems, bad


def plan(layers: Iterable[ConfigLayer]) -> "Plan":
    """Return the comparison that layers describe.

    Raises InputError with every mistake of every layer.
    """
    found, problems, bad = gather(layers)
    baseline = found["baseline"]
    others = tuple(name for name in dict.fromkeys(found["policies"]) if name != baseline)
    made: Plan | None = None
    if not bad & {"policies", "baseline", "start", "years"}:
        if not others:
            problems.append(
                f"policies = {shown(found['policies'])}: nothing to compare with the baseline "
                f"'{baseline}'; name another policy."
            )
        try:
            base = _scenario(found, baseline)
            made = Plan(base, (baseline, *others), found["replications"], found["parameters"])
        except InputError as error:
            problems += error.problems
    if problems or made is None:
        raise InputError(problems)
    return made


def scenario(layers: Sequence[ConfigLayer]) -> Scenario:
    """Return one run; a parameter of a file that its policy does not have is left aside.

    Raises InputError with every mistake, among them a last layer that sets a parameter the policy
    does not have.
    """
    found, problems, _ = gather(layers)
    if problems:
        raise InputError(problems)
    name, last = found.get("policy", found["baseline"]), layers[-1]
    made = _scenario(found, name)
    given, _ = flattened(last.values.get("parameters", {}))
    place = "--set" if last.place == "--{}" else "parameters"
    if idle := [key for key in given if key not in made.parameter_values()]:
        raise InputError(f"{place}: policy '{name}' has no parameter '{key}'." for key in idle)
    return made.replace(found["parameters"], strict=False, replication=found["replication"])


def _scenario(found: Mapping[str, Any], policy: str) -> Scenario:
    values = {name: found[name] for name in ("years", "scale", "seed", "start")}
    return Scenario(found["world"], policy, **values)


@dataclass(frozen=True)
class Plan:
    """A comparison, checked before anything runs.

    Parameters
    ----------
    scenario : Scenario
        Base: world, length, scale, seed, start. Its policy is ignored.
    policies : tuple of str
        Baseline first, no duplicates.
    replications : int
        Runs of each policy; replication k meets the same luck under every policy.
    values : mapping
        Dotted parameters, applied to every policy that has them.

    Raises InputError with every mistake.
    """

    scenario: Scenario
    policies: tuple[str, ...] = (OPTIONS["baseline"].default, *OPTIONS["policies"].default)
    replications: int = OPTIONS["replications"].default
    values: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = [
            unknown("policy", name, POLICIES) for name in self.policies if name not in POLICIES
        ]
        if not self.policies:
            problems.append("no policy to run; name at least a baseline.")
        if len(set(self.policies)) < len(self.policies):
            problems.append(f"a policy is named twice: {', '.join(self.policies)}.")
        limits = OPTIONS["replications"].low, OPTIONS["replications"].high
        wrong = problem_with("replications", self.replications, *limits, whole=True)
        problems += [wrong] * bool(wrong)
        problems += problems_with(self.values, self.scenario.known(strict=False))
        if not problems:
            here = {
                n
                for p in self.policies
                for n in self.scenario.replace(policy=p).parameter_values()
                if n not in POLICIES[p].fixed_parameters
            }
            problems += [
                f"parameter '{name}' belongs to none of the policies {', '.join(self.policies)}; {_having(name)}."
                for name in self.values
                if name not in here
            ]
        if problems:
            raise InputError(problems)

    @property
    def baseline(self) -> str:
        """The policy that the others are compared with."""
        return self.policies[0]

    def of(self, policy: str) -> Scenario:
        """Return the base scenario under a policy, with overrides."""
        fixed = POLICIES[policy].fixed_parameters
        values = {name: value for name, value in self.values.items() if name not in fixed}
        return self.scenario.replace(values, strict=False, policy=policy)

    def scenarios(self) -> list[Scenario]:
        """Return all runs, replication by replication, so that any prefix is balanced."""
        return list(self._scenarios)

    @cached_property
    def _scenarios(self) -> tuple[Scenario, ...]:
        bases = [self.of(policy) for policy in self.policies]
        return tuple(base.with_replication(k) for k in range(self.replications) for base in bases)

    @property
    def firms(self) -> int:
        """Firms simulated in one run."""
        simulated = np.rint(self.scenario.world.firms.sum(axis=1) * self.scenario.scale)
        return int(np.maximum(2, simulated).sum())


def _having(name: str) -> str:
    """Say which policies have a parameter that a comparison can set."""
    having = [
        policy
        for policy, about in POLICIES.items()
        if name not in about.fixed_parameters and any(name in part.values() for part in about.parts)
    ]
    return f"policies that have it: {', '.join(having)}" if having else "no policy has it"
