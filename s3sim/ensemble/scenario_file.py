"""Layers of settings put together: a scenario file, options of a command line, keywords of Python.

Each layer is checked on its own, so that a message can name the place of a mistake; later layers win.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from s3sim.core.errors import InputError
from s3sim.ensemble.options import KEYS, OF_A_RUN, OPTIONS
from s3sim.ensemble.plan import Plan
from s3sim.ensemble.settings import ConfigLayer, flattened, shown
from s3sim.ensemble.toml_file import read_toml
from s3sim.simulation.scenario import Scenario
from s3sim.world import WORLDS, World


def read(path: Path | str) -> ConfigLayer:
    """Return what a scenario file holds; mistakes in its keys are told when layers are checked.

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
    place = path.name.replace("{", "{{").replace("}", "}}")
    return ConfigLayer(read_toml(path, "scenario file"), f"{place}: {{}}", folder=path.parent)


def options(values: Mapping[str, Any], sets: Sequence[str] = ()) -> ConfigLayer:
    """Return command-line options (text as typed; None if not given) as a layer."""
    given = {name: value for name, value in values.items() if value is not None}
    typed = {n: _plain(v) if OPTIONS[n].kind in (int, float) else v for n, v in given.items()}
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
            parameters[name] = _plain(value)
    if parameters:
        typed["parameters"] = parameters
    return ConfigLayer(typed, "--{}", (*KEYS, *OF_A_RUN), problems=problems)


def parse_options(
    file: Path | None, given: Mapping[str, Any], sets: Sequence[str] | None, wrong: Sequence[str] = ()
) -> list[ConfigLayer]:  # fmt: skip
    """Return file and options as layers; the mistakes of `wrong` join theirs."""
    first = ConfigLayer({}, problems=list(wrong))
    if file is not None:
        try:
            held = read(file)
            first = ConfigLayer(held.values, held.place, folder=held.folder, problems=list(wrong))
        except InputError as error:
            first.problems.extend(error.problems)
    return [first, options(given, sets or ())]


@dataclass
class Gathered:
    """Settings of layers, later ones winning; what is wrong is told apart and left out."""

    settings: dict[str, Any]
    world: World
    problems: list[str]
    bad: set[str]  # keys that hold a mistake


def gather(layers: Iterable[ConfigLayer]) -> Gathered:
    """Check all layers and put them together."""
    problems: list[str] = []
    bad: set[str] = set()
    merged = {name: one.default for name, one in OPTIONS.items() if name != "policy"}
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
    if merged["start"] >= merged["years"] and not bad & {"start", "years"}:
        problems.append(
            f"start = {merged['start']}, years = {merged['years']}: policies would never start; "
            "years must be more than start."
        )
    final = {**merged, "parameters": parameters}
    return Gathered(final, world or World.load("partners"), problems, bad)


def plan(layers: Iterable[ConfigLayer]) -> Plan:
    """Return the comparison that layers describe.

    Raises
    ------
    InputError
        With every mistake of every layer.
    """
    found = gather(layers)
    final, problems = found.settings, found.problems
    baseline = final["baseline"]
    others = tuple(name for name in dict.fromkeys(final["policies"]) if name != baseline)
    made: Plan | None = None
    if not found.bad & {"policies", "baseline", "start", "years"}:
        if not others:
            problems.append(
                f"policies = {shown(final['policies'])}: nothing to compare with the baseline "
                f"'{baseline}'; name another policy."
            )
        try:
            base = _scenario(found, baseline)
            made = Plan(base, (baseline, *others), final["replications"], final["parameters"])
        except InputError as error:
            problems += error.problems
    if problems or made is None:
        raise InputError(problems)
    return made


def scenario(layers: Sequence[ConfigLayer]) -> Scenario:
    """Return one run; a parameter of a file that its policy does not have is left aside.

    Raises
    ------
    InputError
        With every mistake, among them a last layer that sets a parameter the policy does not have.
    """
    found = gather(layers)
    final = found.settings
    if found.problems:
        raise InputError(found.problems)
    name = final.get("policy", final["baseline"])
    one = _scenario(found, name)
    typed, _ = flattened(layers[-1].values.get("parameters", {}) if layers else {})
    place = "--set" if layers and layers[-1].place.startswith("--") else "parameters"
    if idle := [key for key in typed if key not in one.parameter_values()]:
        raise InputError(f"{place}: policy '{name}' has no parameter '{key}'." for key in idle)
    return one.replace(final["parameters"], strict=False, replication=final["replication"])


def notes(world: World, given: str | None = None) -> list[str]:
    """Return what a user should know of a world: what was defaulted, and which of two it is."""
    told = list(world.notes)
    if given in WORLDS and Path(given).is_dir():
        told.append(f"world '{given}' is the one that the package ships; for the folder beside you write ./{given}.")  # fmt: skip
    return told


def _scenario(found: Gathered, policy: str) -> Scenario:
    values = {name: found.settings[name] for name in ("years", "scale", "seed", "start")}
    return Scenario(found.world, policy, **values)


def _plain(text: str) -> Any:
    """Read a number as TOML would; anything else stays text, for the check to complain about."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
