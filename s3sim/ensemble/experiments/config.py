"""What an experiment's TOML file says, and which experiments a folder holds; no script is run."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from s3sim.core.errors import InputError, nearest, unknown
from s3sim.outcomes import OUTCOMES
from s3sim.policies import POLICIES
from s3sim.simulation.scenario import LIMITS

TIERS = ("smoke", "standard", "full")
KEYS = ("title", "samples_of", "design", "tier", "runs")
FOLDER, FILES = "experiments", "e[0-9][0-9]_*.toml"
NAME = re.compile(r"e[0-9]{2}_[a-z0-9_]{1,60}")
MOST_BYTES, MOST_NAMES, MOST_SHOWN, MOST_SAMPLES, MOST_NUMBER = 100_000, 1000, 60, 2**20, 1e15

Names = Annotated[list[str], Field(max_length=MOST_NAMES)]


class Design(BaseModel):
    """Settings of a design; a tier may change any of them."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    world: str = Field("partners", description="region set", min_length=1, max_length=MOST_NAMES)
    years: int = Field(14, ge=LIMITS["years"][0], le=LIMITS["years"][1])
    scale: float = Field(0.02, ge=LIMITS["scale"][0], le=LIMITS["scale"][1])
    seed: int = Field(0, ge=0, le=LIMITS["seed"][1])
    start: int = Field(1, ge=0, le=LIMITS["start"][1])
    policies: Names = Field(
        ["isolated_s3", "trans_s3_tibs"], min_length=1, description="baseline first"
    )
    outcomes: Names = Field(
        ["cross_border_collaborations", "productivity_growth"],
        min_length=1,
        description="primary ones first",
    )
    smallest_effect: float = Field(
        0.05, ge=0, le=1, description="smallest effect of interest, share of the baseline's mean"
    )
    samples: int = Field(0, ge=0, le=MOST_SAMPLES, description="draws of what is uncertain")
    minimum: int = Field(
        0, ge=0, le=MOST_SAMPLES, description="samples after which a run may stop; 0: none"
    )
    only: Names = Field(["*"], description="parameters or groups that vary")
    leave: Names = Field([], description="parameters or groups that do not")
    dummies: int = Field(3, ge=0, le=100, description="inert factors")
    options: dict[str, Any] = Field({}, description="numbers of this experiment alone")


@dataclass(frozen=True)
class ExperimentConfig:
    """An experiment as its file defines it.

    `samples_of` names the experiment whose runs it uses, or is empty. `runs` says for each tier
    how many runs it makes of its own.
    """

    name: str
    question: str
    title: str
    samples_of: str
    design: Design
    tiers: Mapping[str, Design]
    runs: Mapping[str, int]

    @classmethod
    def read(cls, path: Path) -> "ExperimentConfig":
        """Return the experiment of a file.

        Raises
        ------
        InputError
            With every mistake: no question, unknown keys, policies, outcomes or tiers, values out
            of range, names that are none.
        """
        text, given = _parsed(path)
        where, problems, first = path.name, list[str](), text.partition("\n")[0].rstrip("\r")
        if not NAME.fullmatch(path.stem):
            problems.append(
                f"{where!a}: a name is 'e', two digits, '_' and small letters, digits or '_'."
            )
        if not first.startswith("# ") or not first.endswith("?") or not first.isprintable():
            problems.append(f"{where}: the first line is not a question, as in '# Does it work?'.")
        problems += [
            f"{where}: unknown key {_shown(key)}{nearest(key, KEYS) or '.'} Allowed: {', '.join(KEYS)}."
            for key in given
            if key not in KEYS
        ]
        title, owner = given.get("title", path.stem), given.get("samples_of", "")
        if not isinstance(title, str) or not title.isprintable() or len(title) > MOST_SHOWN:
            problems.append(f"{where}: title is not a text of at most {MOST_SHOWN} characters.")
        if "samples_of" in given and not (isinstance(owner, str) and NAME.fullmatch(owner)):
            problems.append(
                f"{where}: samples_of = {_shown(owner)} is not the name of an experiment, "
                "as in samples_of = 'e05_headline'."
            )
        elif owner == path.stem or (owner and not path.with_name(f"{owner}.toml").is_file()):
            problems.append(
                f"{where}: samples_of = {_shown(owner)}: the folder has no other such experiment."
            )
        design, levels, runs = (_table(given, key, where, problems) for key in ("design", "tier", "runs"))  # fmt: skip
        problems += [
            f"{where}: {unknown('tier', name[:MOST_SHOWN], TIERS)}"
            for name in {**levels, **runs}
            if name not in TIERS
        ]
        tiers = {
            tier: _checked(_at_tier(design, _table(levels, tier, where, problems)), where, problems)
            for tier in TIERS
        }
        counts = {
            tier: runs.get(tier, 0 if owner else one.samples * len(one.policies))
            for tier, one in tiers.items()
        }
        problems += [
            f"{where}: runs.{tier} = {_shown(count)} is not a whole number of 0 or more."
            for tier, count in counts.items()
            if type(count) is not int or count < 0
        ]
        if problems:
            raise InputError(dict.fromkeys(problems))
        return cls(path.stem, first[2:], title, owner, tiers["standard"], tiers, counts)

    def at(self, tier: str) -> "ExperimentConfig":
        """Return the experiment with the design of a tier."""
        if tier not in TIERS:
            raise InputError(unknown("tier", tier, TIERS))
        return replace(self, design=self.tiers[tier])


def home() -> Path:
    """Return the folder of the experiments: within an installed package, or beside a checkout's."""
    package = Path(str(resources.files("s3sim")))
    for path in (package / FOLDER, package.parent / FOLDER):
        if any(path.glob(FILES)):
            return path
    raise InputError(
        f"no experiments are installed; name their folder with --folder, e.g. {FOLDER}."
    )


def names(folder: Path) -> list[str]:
    """Return the names of all experiments of a folder, in order.

    Raises
    ------
    InputError
        If it holds none, or cannot be read.
    """
    try:
        found = sorted(path.stem for path in folder.glob(FILES))
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror or error}.") from None
    if not 0 < len(found) <= MOST_NAMES:
        raise InputError(
            f"{folder} holds {len(found) or 'no'} experiments (files like e05_headline.toml); "
            f"1 to {MOST_NAMES} are allowed."
        )
    return found


def chosen(folder: Path, wanted: Sequence[str]) -> list[str]:
    """Return full names, each once; 'e05' will do for e05_headline, 'all' means every one.

    Raises
    ------
    InputError
        If a name fits none, or several.
    """
    known = names(folder)
    if list(wanted) == ["all"]:
        return known
    found, problems = [], []
    for name in wanted:
        fits = [one for one in known if name == one or name.lower() == one.partition("_")[0]]
        if len(fits) == 1 or name in fits:
            found.append(name if name in fits else fits[0])
        elif fits:
            problems.append(f"'{name}' is {' and '.join(fits)}; give the whole name.")
        else:
            problems.append(
                unknown("experiment", name[:MOST_SHOWN], known, see="s3sim experiment list")
            )
    if problems:
        raise InputError(problems)
    return list(dict.fromkeys(found))


def listed(folder: Path) -> list[dict[str, Any]]:
    """Return name, question and runs by tier of every experiment, from their TOML files alone.

    A file with mistakes has its first one under `problem`, and neither question nor runs.
    """
    rows = []
    for name in names(folder):
        row: dict[str, Any] = {"name": name, "question": "", "runs": {}, "uses_runs_of": None}
        try:
            config = ExperimentConfig.read(folder / f"{name}.toml")
        except InputError as error:
            more = f" (and {len(error.problems) - 1} more)" if len(error.problems) > 1 else ""
            rows.append({**row, "problem": error.problems[0] + more})
            continue
        rows.append({**row, "question": config.question, "runs": dict(config.runs),
                     "uses_runs_of": config.samples_of or None})  # fmt: skip
    return rows


def _parsed(path: Path) -> tuple[str, dict[str, Any]]:
    """Return the text and the tables of a file, or raise InputError."""
    try:
        if not path.is_file():
            raise InputError(f"experiment file {path.name} is no file.")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise InputError(f"experiment file {path.name} has more than {MOST_BYTES:,} bytes.")
        text = content.decode("utf-8-sig")
        return text, tomllib.loads(text)
    except InputError:
        raise
    except RecursionError:
        raise InputError(f"experiment file {path.name} nests tables too deeply.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"experiment file {path.name} cannot be read: {error}.") from None


def _shown(value: Any) -> str:
    """Return a value as text that is neither long nor holds control characters."""
    text = ascii(value)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."


def _table(given: Mapping[str, Any], key: str, where: str, problems: list[str]) -> dict[str, Any]:
    value = given.get(key, {})
    if isinstance(value, dict):
        return value
    problems.append(f"{where}: {key} = {_shown(value)} is not a table; write [{key}] over its lines.")  # fmt: skip
    return {}


def _at_tier(design: Mapping[str, Any], tier: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a tier; of the options, a tier may change single ones."""
    general, own = design.get("options"), tier.get("options")
    merged = {**design, **tier}
    if isinstance(general, Mapping) and isinstance(own, Mapping):
        merged["options"] = {**general, **own}
    return merged


def _checked(values: Mapping[str, Any], where: str, problems: list[str]) -> Design:
    try:
        design = Design.model_validate(dict(values))
    except ValidationError as error:
        for mistake in error.errors():
            key = ".".join(str(part) for part in mistake["loc"])[:MOST_SHOWN]
            problems.append(
                f"{where}: {key} = {_shown(mistake['input'])}: {mistake['msg'].lower()}."
                if mistake["type"] != "extra_forbidden"
                else f"{where}: unknown setting {_shown(key)}{nearest(key, Design.model_fields) or '.'}"
            )
        return Design.model_validate({})
    for what, given, known in (("policy", design.policies, POLICIES), ("outcome", design.outcomes, OUTCOMES)):  # fmt: skip
        problems += [f"{where}: {unknown(what, name[:MOST_SHOWN], known)}" for name in given if name not in known]  # fmt: skip
        problems += [f"{where}: {what} {_shown(name)} is named twice." for name in set(given) if given.count(name) > 1]  # fmt: skip
    problems += [
        f"{where}: options.{key[:MOST_SHOWN]} = {_shown(value)}: give finite numbers, texts, or lists of them."
        for key, value in design.options.items()
        if not _is_plain(value)
    ]
    return design


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) <= MOST_NAMES and all(
            not isinstance(part, list) and _is_plain(part) for part in value
        )
    if isinstance(value, int | float):
        return abs(value) < MOST_NUMBER  # false for nan too
    return isinstance(value, str) and len(value) <= MOST_NAMES
