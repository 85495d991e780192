"""What an experiment's TOML file says, and which experiments a folder holds; no script is run."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from s3sim.core.errors import InputError, nearest, unknown
from s3sim.ensemble.toml_file import read_toml
from s3sim.outcomes import OUTCOMES
from s3sim.policies import POLICIES
from s3sim.simulation.scenario import LIMITS

TIERS = ("smoke", "standard", "full")
KEYS = ("title", "samples_of", "design", "tier", "runs")
FOLDER, FILES = "experiments", "e[0-9][0-9]_*.toml"
NAME = re.compile(r"e[0-9]{2}_[a-z0-9_]{1,60}")
MOST_NAMES, MOST_SHOWN, MOST_SAMPLES, MOST_NUMBER = 1000, 60, 2**20, 1e15


def _known(what: str, known: Collection[str]) -> Callable[[list[str]], list[str]]:
    """Return a check that names are among those known, each once."""

    def check(names: list[str]) -> list[str]:
        wrong = [unknown(what, name[:MOST_SHOWN], known) for name in names if name not in known]
        twice = {name for name in names if names.count(name) > 1}
        if wrong := wrong + [f"{what} {_shown(name)} is named twice." for name in sorted(twice)]:
            raise ValueError(*wrong)
        return names

    return check


def _plain(options: dict[str, Any]) -> dict[str, Any]:
    """Check that options are finite numbers, texts, or lists of them."""
    for key, value in options.items():
        items = value if isinstance(value, list) else [value]
        if len(items) > MOST_NAMES or not all(map(_is_plain, items)):
            raise ValueError(
                f"options.{key[:MOST_SHOWN]} = {_shown(value)}: give finite numbers, texts, or lists of them."
            )
    return options


def _is_plain(value: Any) -> bool:
    if isinstance(value, int | float):
        return abs(value) < MOST_NUMBER  # false for nan too
    return isinstance(value, str) and len(value) <= MOST_NAMES


def _shown(value: Any) -> str:
    """Return a value as text that is neither long nor holds control characters."""
    text = ascii(value)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."


Names = Annotated[list[str], Field(max_length=MOST_NAMES)]


class Design(BaseModel):
    """Settings of a design; a tier may change any of them."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    world: str = Field("partners", description="region set", min_length=1, max_length=MOST_NAMES)
    years: int = Field(14, ge=LIMITS["years"][0], le=LIMITS["years"][1])
    scale: float = Field(0.02, ge=LIMITS["scale"][0], le=LIMITS["scale"][1])
    seed: int = Field(0, ge=0, le=LIMITS["seed"][1])
    start: int = Field(1, ge=0, le=LIMITS["start"][1])
    policies: Annotated[Names, AfterValidator(_known("policy", POLICIES))] = Field(
        ["isolated_s3", "trans_s3_tibs"], min_length=1, description="baseline first"
    )
    outcomes: Annotated[Names, AfterValidator(_known("outcome", OUTCOMES))] = Field(
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
    options: Annotated[dict[str, Any], AfterValidator(_plain)] = Field(
        {}, description="numbers of this experiment alone"
    )


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
        given, problems = read_toml(path, "experiment file"), list[str]()
        first = path.read_text(encoding="utf-8-sig").partition("\n")[0].rstrip("\r")
        title, owner = given.get("title", path.stem), given.get("samples_of", "")

        def need(fits: Any, otherwise: str) -> None:
            if not fits:
                problems.append(otherwise)

        need(NAME.fullmatch(path.stem), "a name is 'e', two digits, '_' and a-z, 0-9 or '_'.")
        asks = first.startswith("# ") and first.endswith("?") and first.isprintable()
        need(asks, "the first line is not a question, as in '# Does it work?'.")
        fits = isinstance(title, str) and title.isprintable() and len(title) <= MOST_SHOWN
        need(fits, f"title is not a text of at most {MOST_SHOWN} characters.")
        if "samples_of" in given:
            named = isinstance(owner, str) and NAME.fullmatch(owner) and owner != path.stem
            need(
                named and path.with_name(f"{owner}.toml").is_file(),
                f"samples_of = {_shown(owner)} is no other experiment of the folder, as in 'e05_headline'.",
            )
        for key in given:
            hint = f"{nearest(key, KEYS) or '.'} Allowed: {', '.join(KEYS)}."
            need(key in KEYS, f"unknown key {_shown(key)}{hint}")
        design, levels, runs = (_table(given, key, problems) for key in ("design", "tier", "runs"))
        for name in {**levels, **runs}:
            need(name in TIERS, unknown("tier", name[:MOST_SHOWN], TIERS))
        tiers = {tier: _design(design, _table(levels, tier, problems), problems) for tier in TIERS}
        counts = {}
        for tier, made in tiers.items():
            counts[tier] = runs.get(tier, 0 if owner else made.samples * len(made.policies))
            whole = type(counts[tier]) is int and counts[tier] >= 0
            need(whole, f"runs.{tier} = {_shown(counts[tier])} is not a whole number of 0 or more.")
        if problems:
            raise InputError(f"{path.name}: {problem}" for problem in dict.fromkeys(problems))
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
    """Return the names of all experiments of a folder, in order; raise InputError if it has none."""
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
        short = [full for full in known if name.lower() == full.partition("_")[0]]
        fits = [name] if name in known else short
        found += fits
        if len(fits) > 1:
            problems.append(f"'{name}' is {' and '.join(fits)}; give the whole name.")
        elif not fits:
            see = "s3sim experiment list"
            problems.append(unknown("experiment", name[:MOST_SHOWN], known, see=see))
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
            row["problem"] = error.problems[0] + more
        else:
            row["question"], row["runs"] = config.question, dict(config.runs)
            row["uses_runs_of"] = config.samples_of or None
        rows.append(row)
    return rows


def _table(given: Mapping[str, Any], key: str, problems: list[str]) -> dict[str, Any]:
    value = given.get(key, {})
    if isinstance(value, dict):
        return value
    problems.append(f"{key} = {_shown(value)} is not a table; write [{key}] over its lines.")
    return {}


def _design(general: Mapping[str, Any], tier: Mapping[str, Any], problems: list[str]) -> Design:
    """Return the settings of a tier, checked; of the options, a tier may change single ones."""
    merged, options = {**general, **tier}, [d.get("options", {}) for d in (general, tier)]
    if all(isinstance(given, dict) for given in options):
        merged["options"] = {**options[0], **options[1]}
    try:
        return Design.model_validate(merged)
    except ValidationError as error:
        for mistake in error.errors():
            key = ".".join(str(part) for part in mistake["loc"])[:MOST_SHOWN]
            if mistake["type"] == "extra_forbidden":
                hint = nearest(key, Design.model_fields) or "."
                problems.append(f"unknown setting {_shown(key)}{hint}")
            elif mistake["type"] == "value_error":
                problems += mistake["ctx"]["error"].args
            else:
                said = mistake["msg"].lower()
                problems.append(f"{key} = {_shown(mistake['input'])}: {said}.")
        return Design.model_validate({})
