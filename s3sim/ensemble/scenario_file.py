"""Scenario files: TOML checked key by key, every mistake said at once; options go the same way.

A file, the options of a command line and `--set` are layers: each is checked on its own, so that a
message can name the place of a mistake, and later layers win.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from s3sim.core.errors import InputError, unknown
from s3sim.ensemble.plan import Plan
from s3sim.ensemble.settings import KEYS, Layer, Settings
from s3sim.policies import POLICIES
from s3sim.simulation.scenario import Scenario
from s3sim.world import World


def read(path: Path | str) -> Layer:
    """Return what a scenario file holds; its mistakes are kept in the layer.

    Raises
    ------
    InputError
        If there is no such file, it cannot be read, or it is not TOML (with line and column).
    """
    path = Path(path)
    if not path.exists():
        raise InputError(
            f"scenario file {path} does not exist; 's3sim init {path.name}' writes one."
        )
    if not path.is_file():
        raise InputError(f"scenario file {path} is not a file.")
    try:
        values = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise InputError(
            f"scenario file {path} cannot be read: {error.strerror or error}."
        ) from None
    except UnicodeDecodeError:
        raise InputError(f"scenario file {path} is not text in UTF-8.") from None
    except (ValueError, RecursionError) as error:  # numbers too long, tables too deep
        raise InputError(f"{path.name} is not valid TOML: {error}.") from None
    return Layer(values, f"{path.name}: {{}}", folder=path.parent)


def options(values: Mapping[str, Any], sets: Sequence[str] = ()) -> Layer:
    """Return command-line options (text as typed; None if not given) as a layer."""
    given = {name: value for name, value in values.items() if value is not None}
    numbers = {
        name for name, one in Settings.model_fields.items() if one.annotation in (int, float)
    }
    plain = {name: _plain(v) if name in numbers else v for name, v in given.items()}
    problems, parameters = [], {}
    for text in sets:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            problems.append(f"--set {text!r} is not of the form name=value, as in search.rate=0.3.")
        else:
            parameters[name.strip()] = _plain(value.strip())
    if parameters:
        plain["parameters"] = parameters
    return Layer(plain, "--{}", (*KEYS, "replication"), problems=problems)


@dataclass
class Gathered:
    """Settings of layers, later ones winning; what is wrong is told apart and left out."""

    settings: Settings
    world: World
    problems: list[str]
    bad: set[str]  # keys that hold a mistake


def gather(layers: Iterable[Layer]) -> Gathered:
    """Check all layers and put them together."""
    problems: list[str] = []
    bad: set[str] = set()
    merged: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    world: World | None = None
    for layer in layers:
        good, wrong = layer.checked()
        problems += wrong
        bad |= set(layer.values) - set(good)
        parameters.update(good.pop("parameters", {}))
        merged.update(good)
        if "world" in good:
            try:
                world = layer.world(good["world"])
            except InputError as error:
                problems += error.problems
    final = Settings.model_validate({**merged, "parameters": parameters})
    if final.start >= final.years and not bad & {"start", "years"}:
        problems.append(
            f"start = {final.start}, years = {final.years}: policies would never start; "
            "years must be more than start."
        )
    return Gathered(final, world or World.load("partners"), problems, bad)


def plan(layers: Iterable[Layer]) -> Plan:
    """Return the comparison that layers describe.

    Raises
    ------
    InputError
        With every mistake of every layer.
    """
    found = gather(layers)
    final, problems = found.settings, found.problems
    others = tuple(name for name in dict.fromkeys(final.policies) if name != final.baseline)
    made: Plan | None = None
    if not found.bad & {"policies", "baseline", "start", "years"}:
        if not others:
            problems.append(
                f"policies = {final.policies!r}: nothing to compare with the baseline "
                f"'{final.baseline}'; name another policy."
            )
        try:
            base = _scenario(final, found.world, final.baseline)
            policies = (final.baseline, *others)
            made = Plan(base, policies, final.replications, final.parameters)
        except InputError as error:
            problems += error.problems
    if problems or made is None:
        raise InputError(problems)
    return made


def scenario(layers: Sequence[Layer], policy: str | None) -> Scenario:
    """Return one run; a parameter of a file that its policy does not have is left aside.

    Raises
    ------
    InputError
        With every mistake, among them options that set a parameter the policy does not have.
    """
    found = gather(layers)
    final, problems = found.settings, found.problems
    name = policy or final.baseline
    if name not in POLICIES:
        problems.append(f"--policy: {unknown('policy', name, POLICIES)}")
    if problems:
        raise InputError(problems)
    one = _scenario(final, found.world, name)
    typed = layers[-1].values.get("parameters", {}) if layers else {}
    if idle := [key for key in typed if key not in one.parameter_values()]:
        raise InputError(f"--set: policy '{name}' has no parameter '{key}'." for key in idle)
    return one.replace(final.parameters, strict=False, replication=final.replication)


def _scenario(final: Settings, world: World, policy: str) -> Scenario:
    return Scenario(
        world, policy, years=final.years, scale=final.scale, seed=final.seed, start=final.start
    )


def _plain(text: str) -> Any:
    """Read a number as TOML would; anything else stays text, for the check to complain about."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
