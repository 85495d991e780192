"""What an experiment's TOML file says: its question first, then design and tiers."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from s3sim.core.errors import InputError, nearest, unknown
from s3sim.outcomes import OUTCOMES
from s3sim.policies import POLICIES
from s3sim.simulation.scenario import LIMITS

TIERS = ("smoke", "standard", "full")


class Design(BaseModel):
    """Settings of a design; a tier may change any of them."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    world: str = Field("partners", description="region set")
    years: int = Field(14, ge=LIMITS["years"][0], le=LIMITS["years"][1])
    scale: float = Field(0.02, ge=LIMITS["scale"][0], le=LIMITS["scale"][1])
    seed: int = Field(0, ge=0, le=LIMITS["seed"][1])
    start: int = Field(1, ge=0, le=LIMITS["start"][1])
    policies: list[str] = Field(["isolated_s3", "trans_s3_tibs"], description="baseline first")
    outcomes: list[str] = Field(
        ["cross_border_collaborations", "productivity_growth"], description="primary ones first"
    )
    smallest_effect: float = Field(
        0.05, ge=0, le=1, description="smallest effect of interest, share of the baseline's mean"
    )
    worlds: int = Field(0, ge=0, le=2**20, description="draws of what is uncertain")
    minimum: int = Field(
        0, ge=0, le=2**20, description="worlds after which the stopping rule may stop; 0: none"
    )
    only: list[str] = Field(["*"], description="parameters or groups that vary")
    leave: list[str] = Field([], description="parameters or groups that do not")
    dummies: int = Field(3, ge=0, le=100, description="inert factors")
    options: dict[str, Any] = Field({}, description="numbers of this experiment alone")


@dataclass(frozen=True)
class Definition:
    """An experiment as its file defines it."""

    name: str
    question: str
    title: str
    worlds_of: str  # experiment whose runs it uses, or an empty string
    design: Design
    tiers: Mapping[str, Design]

    @classmethod
    def read(cls, path: Path) -> "Definition":
        """Return the experiment of a file.

        Raises
        ------
        InputError
            With every mistake: no question, unknown keys, policies, outcomes or tiers.
        """
        try:
            text = path.read_text(encoding="utf-8")
            held = tomllib.loads(text)
        except (OSError, ValueError) as error:
            raise InputError(f"experiment file {path.name} cannot be read: {error}.") from None
        first = text.partition("\n")[0]
        problems = []
        if not first.startswith("# ") or not first.endswith("?"):
            problems.append(
                f"{path.name}: the first line is not a question, as in '# Does it work?'."
            )
        allowed = ("title", "worlds_of", "design", "tier")
        problems += [
            f"{path.name}: unknown key '{key}'{nearest(key, allowed) or '.'} Allowed: {', '.join(allowed)}."
            for key in held
            if key not in allowed
        ]
        design = held.get("design", {})
        tiers = {
            name: _checked(
                _at_tier(design, held.get("tier", {}).get(name, {})), path.name, problems
            )
            for name in TIERS
        }
        problems += [
            f"{path.name}: {unknown('tier', name, TIERS)}"
            for name in held.get("tier", {})
            if name not in TIERS
        ]
        if problems:
            raise InputError(dict.fromkeys(problems))
        return cls(path.stem, first[2:], held.get("title", path.stem), held.get("worlds_of", ""),
                   tiers["standard"], tiers)  # fmt: skip

    def at(self, tier: str) -> "Definition":
        """Return the experiment with the design of a tier."""
        if tier not in TIERS:
            raise InputError(unknown("tier", tier, TIERS))
        return replace(self, design=self.tiers[tier])


def _at_tier(design: Mapping[str, Any], tier: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a tier; of the options, a tier may change single ones."""
    mine, its = design.get("options"), tier.get("options")
    merged = {**design, **tier}
    if isinstance(mine, Mapping) and isinstance(its, Mapping):
        merged["options"] = {**mine, **its}
    return merged


def _checked(values: Mapping[str, Any], where: str, problems: list[str]) -> Design:
    try:
        design = Design.model_validate(dict(values))
    except ValidationError as error:
        for one in error.errors():
            key = ".".join(str(part) for part in one["loc"])
            problems.append(
                f"{where}: {key} = {one['input']!r}: {one['msg'].lower()}."
                if one["type"] != "extra_forbidden"
                else f"{where}: unknown setting '{key}'{nearest(key, Design.model_fields) or '.'}"
            )
        return Design.model_validate({})
    problems += [
        f"{where}: {unknown('policy', name, POLICIES)}"
        for name in design.policies
        if name not in POLICIES
    ]
    problems += [
        f"{where}: {unknown('outcome', name, OUTCOMES)}"
        for name in design.outcomes
        if name not in OUTCOMES
    ]
    return design
