"""Where experiments are, and what they are made of: a TOML file and a script of the same name."""

import sys
from collections.abc import Sequence
from importlib import resources
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from s3sim.core.errors import InputError, unknown
from s3sim.ensemble.experiments.definition import TIERS, Definition
from s3sim.ensemble.experiments.study import Study

FOLDER = "experiments"


def home() -> Path:
    """Return the folder of the experiments: within an installed package, or beside a checkout's."""
    package = Path(str(resources.files("s3sim")))
    for path in (package / FOLDER, package.parent / FOLDER):
        if any(path.glob("e[0-9][0-9]_*.toml")):
            return path
    raise InputError(
        f"no experiments are installed; name their folder with --folder, e.g. {FOLDER}."
    )


def names(folder: Path) -> list[str]:
    """Return the names of all experiments of a folder, in order."""
    found = sorted(path.stem for path in folder.glob("e[0-9][0-9]_*.toml"))
    if not found:
        raise InputError(f"{folder} holds no experiments (files like e05_headline.toml).")
    return found


def chosen(folder: Path, wanted: Sequence[str]) -> list[str]:
    """Return full names; 'e05' will do for e05_headline, 'all' means every one.

    Raises
    ------
    InputError
        If a name fits none.
    """
    known = names(folder)
    if list(wanted) == ["all"]:
        return known
    short = {name.partition("_")[0]: name for name in known}
    problems = [
        unknown("experiment", name, known, see="s3sim experiment list")
        for name in wanted
        if name not in known and name.lower() not in short
    ]
    if problems:
        raise InputError(problems)
    return [name if name in known else short[name.lower()] for name in wanted]


def load(folder: Path, name: str) -> tuple[Definition, ModuleType]:
    """Return an experiment's definition and its script.

    Raises
    ------
    InputError
        If its file holds mistakes or it has no script.
    """
    definition = Definition.read(folder / f"{name}.toml")
    path = folder / f"{name}.py"
    spec = spec_from_file_location(f"s3sim_experiment_{name}", path) if path.exists() else None
    if spec is None or spec.loader is None:
        raise InputError(f"experiment {name} has no script {path.name}.")
    script = module_from_spec(spec)
    sys.modules[spec.name] = script
    spec.loader.exec_module(script)
    return definition, script


def listed(folder: Path) -> list[dict[str, Any]]:
    """Return name, question and runs by tier of every experiment."""
    found = []
    for name in names(folder):
        definition, script = load(folder, name)
        runs = {tier: _runs(definition, script, tier) for tier in TIERS}
        found.append({"name": name, "question": definition.question, "runs": runs,
                      "uses_runs_of": definition.worlds_of or None})  # fmt: skip
    return found


def _runs(definition: Definition, script: ModuleType, tier: str) -> int:
    """Return how many runs an experiment makes of its own."""
    made = script.designs(Study(definition.at(tier), tier))
    # The first design of an experiment that uses another's worlds is run there.
    return sum(one.runs for one in made[1 if definition.worlds_of else 0 :])
