"""What figures, tables and sentences read: a comparison, with words for all that it holds."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from s3sim.analysis.verdicts import CONFIDENCE, verdict
from s3sim.core.arrays import Floats
from s3sim.core.formatting import as_sentence, is_percentage

if TYPE_CHECKING:
    from s3sim.ensemble.comparison import Comparison

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that neither SVG nor HTML may hold."""

REGIONAL = "gross_value_added"
"""The outcome by which regions gain or lose."""


@dataclass(frozen=True)
class Drawn:
    """One figure on disk, with the words that go with it."""

    name: str
    title: str
    alt: str
    png: Path
    svg: Path


class Drawings(list[Drawn]):
    """Figures on disk in reading order; `failed` names those that could not be drawn, and why."""

    def __init__(self, drawn: Iterable[Drawn] = ()) -> None:
        super().__init__(drawn)
        self.failed: list[str] = []


@dataclass(frozen=True)
class View:
    """A comparison with the catalogues that give titles, units and directions of its names.

    A name that no catalogue holds is shown in plain letters.
    """

    comparison: "Comparison"
    outcomes: Mapping[str, Any] = field(repr=False)
    policies: Mapping[str, Any] = field(repr=False)

    def title(self, outcome: str) -> str:
        """Return the title of an outcome."""
        return self.outcomes[outcome].title if outcome in self.outcomes else _plain(outcome)

    def unit(self, outcome: str) -> str:
        """Return the unit of an outcome, from the catalogue or else the table of effects."""
        if outcome in self.outcomes:
            return self.outcomes[outcome].unit
        table = self.comparison.effects
        found = table[table["outcome"] == outcome]
        return str(found["unit"].iloc[0]) if len(found) and "unit" in found else ""

    def better(self, outcome: str) -> str:
        """Return which direction is wanted: 'higher', 'lower' or 'neither'."""
        return self.outcomes[outcome].better if outcome in self.outcomes else "neither"

    def decimals(self, outcome: str) -> int:
        """Return the decimals with which levels of an outcome are shown."""
        return self.outcomes[outcome].decimals if outcome in self.outcomes else 2

    def policy(self, name: str) -> str:
        """Return the title of a policy."""
        return self.policies[name].title if name in self.policies else _plain(name)

    def meaning(self, policy: str) -> str:
        """Return what a policy does, in one sentence, or an empty string."""
        return as_sentence(self.policies[policy].meaning) if policy in self.policies else ""

    @property
    def baseline(self) -> str:
        """The title of the baseline."""
        return self.policy(self.comparison.baseline)

    @property
    def others(self) -> list[str]:
        """The policies that are compared with the baseline, in order."""
        return [p for p in self.comparison.policies if p != self.comparison.baseline]

    @property
    def focus(self) -> str | None:
        """The policy that leads sentences and sorting, or None if only the baseline ran."""
        preferred = [p for p in ("trans_s3_tibs", "trans_s3") if p in self.others]
        return (preferred or self.others or [None])[0]

    @property
    def shared_years(self) -> float | None:
        """The years before policies part, or None if the manifest does not say.

        Quarters are numbered from 1, so policies that start in quarter 5 share one year.
        """
        first = (self.comparison.manifest.get("scenario") or {}).get("start_quarter")
        return (float(first) - 1) / 4 if isinstance(first, int | float) else None


def mean_interval(values: Floats) -> Floats:
    """Return mean, low and high [3, ...] of the finite values [..., n], by Student's t.

    The mean of none is nan, and so are the limits of fewer than two.
    """
    known = np.isfinite(values)
    n = known.sum(axis=-1)
    count = np.where(n > 0, n, np.nan)
    mean = np.where(known, values, 0.0).sum(axis=-1) / count
    apart = np.where(known, values - mean[..., None], 0.0)
    free = np.where(n > 1, n - 1.0, np.nan)
    error = np.sqrt((apart**2).sum(axis=-1) / free / count)
    half = stdtrit(free, (1 + CONFIDENCE) / 2) * error
    return np.array([mean, mean - half, mean + half])


def regional_effects(comparison: "Comparison", outcome: str) -> pd.DataFrame:
    """Return the paired effect on `outcome` of each policy in each region, in % of the baseline.

    Columns: policy, region, name, lagging, effect, low, high, replications, verdict.
    """
    world, table = comparison.world, comparison.regions
    wide = table[table["outcome"] == outcome].pivot_table(
        index="replication", columns=["policy", "region"], values="value"
    )
    rows = []
    for policy in comparison.policies[1:]:
        for r, code in enumerate(world.codes):
            if (policy, code) not in wide or (comparison.baseline, code) not in wide:
                continue
            before = wide[(comparison.baseline, code)].to_numpy(float)
            difference = wide[(policy, code)].to_numpy(float) - before
            paired = np.isfinite(difference)
            level = abs(before[paired].mean()) if paired.any() else 0.0
            if level:
                effect, low, high = mean_interval(100 * difference[paired] / level)
                rows.append((policy, code, str(world.names[r]), bool(world.lagging[r]), effect, low,
                             high, int(paired.sum()), verdict(low, high)))  # fmt: skip
    columns = "policy region name lagging effect low high replications verdict"
    return pd.DataFrame(rows, columns=columns.split())


def ranked(effects: pd.DataFrame, policy: str) -> pd.DataFrame:
    """Return the regional effects of a policy, from the largest gain to the largest loss."""
    mine = effects[effects["policy"] == policy]
    return mine.sort_values(["effect", "region"], ascending=[False, True])


def shown_effects(view: View) -> pd.DataFrame:
    """Return effects as the forest plot shows them: % of baseline, or percentage points.

    Adds `points` (True for percentage points), `shown`, `shown_low` and `shown_high`; rows without
    a finite `shown` are left out.
    """
    table = view.comparison.effects
    table = table[table["policy"] != view.comparison.baseline].copy()
    table["points"] = [is_percentage(view.unit(name)) for name in table["outcome"]]
    level = table["mean_baseline"].abs().to_numpy(float)
    relative = 100 / np.where(np.isfinite(level) & (level > 0), level, np.nan)
    factor = np.where(table["points"].to_numpy(bool), 1.0, relative)
    for new, old in (("shown", "effect"), ("shown_low", "ci_low"), ("shown_high", "ci_high")):
        table[new] = table[old].to_numpy(float) * factor
    return table[np.isfinite(table["shown"])]


def mean_paths(
    comparison: "Comparison", outcome: str, policy: str, *, change: bool = False
) -> tuple[Floats, Floats]:
    """Return quarters [t] and mean, low, high [3, t] of an outcome under a policy.

    With `change`, of its paired difference from the baseline.
    """
    table = comparison.timeline[comparison.timeline["outcome"] == outcome]

    def by_quarter(name: str) -> pd.DataFrame:
        mine = table[table["policy"] == name]
        return mine.pivot_table(index="quarter", columns="replication", values="value")

    wide = by_quarter(policy)
    if change:
        wide = (wide - by_quarter(comparison.baseline)).dropna(how="all")
    return wide.index.to_numpy(float), mean_interval(wide.to_numpy(float))


def _plain(name: str) -> str:
    return (name[:1].upper() + name[1:]).replace("_", " ")
