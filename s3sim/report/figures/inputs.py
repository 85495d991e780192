"""What figures and reports read: a comparison of policies, and words for outcomes and policies."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Polygon = NDArray[np.float64]


class OutcomeInfo(Protocol):
    """Words for an outcome."""

    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def better(self) -> str: ...  # noqa: D102
    @property
    def meaning(self) -> str: ...  # noqa: D102
    @property
    def decimals(self) -> int: ...  # noqa: D102


class PolicyInfo(Protocol):
    """Words for a policy."""

    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def meaning(self) -> str: ...  # noqa: D102


class World(Protocol):
    """Where the regions lie; one entry a region in every sequence but `countries`."""

    @property
    def codes(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def names(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def countries(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def country(self) -> NDArray[Any]: ...  # noqa: D102
    @property
    def lagging(self) -> NDArray[Any]: ...  # noqa: D102
    @property
    def x_km(self) -> NDArray[Any]: ...  # noqa: D102
    @property
    def y_km(self) -> NDArray[Any]: ...  # noqa: D102


class Comparison(Protocol):
    """Policies run on the same luck, and their paired differences from a baseline."""

    @property
    def world(self) -> World: ...  # noqa: D102
    @property
    def baseline(self) -> str: ...  # noqa: D102
    @property
    def policies(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def effects(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def runs(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def regions(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def timeline(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def links(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def ledger(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def manifest(self) -> Mapping[str, Any]: ...  # noqa: D102
    @property
    def headline(self) -> str: ...  # noqa: D102


@dataclass(frozen=True)
class Drawn:
    """One figure on disk, with the words that go with it."""

    name: str
    title: str
    alt: str
    png: Path
    svg: Path
    figure: Any = field(default=None, compare=False, repr=False)


class Drawings(list[Drawn]):
    """Figures on disk in reading order; `failed` names those that could not be drawn, and why."""

    def __init__(self, drawn: Iterable[Drawn] = ()) -> None:
        super().__init__(drawn)
        self.failed: list[str] = []


@dataclass(frozen=True)
class Words:
    """Titles and units by name; a name nobody described is shown in plain letters."""

    outcomes: Mapping[str, OutcomeInfo]
    policies: Mapping[str, PolicyInfo]

    def outcome(self, name: str) -> str:
        """Return the title of an outcome."""
        return self.outcomes[name].title if name in self.outcomes else _plain(name)

    def unit(self, name: str, effects: pd.DataFrame | None = None) -> str:
        """Return the unit of an outcome, from its description or else the effects table."""
        if name in self.outcomes:
            return self.outcomes[name].unit
        if effects is not None and "unit" in effects:
            found = effects.loc[effects["outcome"] == name, "unit"]
            return str(found.iloc[0]) if len(found) else ""
        return ""

    def better(self, name: str) -> str:
        """Return which direction is wanted: 'higher', 'lower' or 'neither'."""
        return self.outcomes[name].better if name in self.outcomes else "neither"

    def decimals(self, name: str) -> int:
        """Return the decimals with which levels of an outcome are shown."""
        return self.outcomes[name].decimals if name in self.outcomes else 2

    def policy(self, name: str) -> str:
        """Return the title of a policy."""
        return self.policies[name].title if name in self.policies else _plain(name)

    def policy_meaning(self, name: str) -> str:
        """Return what a policy does, in one sentence, or an empty string."""
        return self.policies[name].meaning if name in self.policies else ""


def others(comparison: Comparison) -> list[str]:
    """Return the policies that are compared with the baseline, in order."""
    return [policy for policy in comparison.policies if policy != comparison.baseline]


def focus(comparison: Comparison) -> str | None:
    """Return the policy that leads sentences and sorting, or None if only the baseline ran."""
    named = getattr(comparison, "focus", None)
    rest = others(comparison)
    if named in rest:
        return str(named)
    preferred = [p for p in ("trans_s3_tibs", "trans_s3") if p in rest]
    return (preferred or rest or [None])[0]


def shared_years(comparison: Comparison) -> float | None:
    """Return the years before policies part, from the manifest, or None if it does not say.

    Quarters are numbered from 1, so policies that start in quarter 5 share one year.
    """
    scenario = comparison.manifest.get("scenario") or {}
    first = scenario.get("start_quarter")
    return (float(first) - 1) / 4 if isinstance(first, int | float) else None


def _plain(name: str) -> str:
    return (name[:1].upper() + name[1:]).replace("_", " ")
