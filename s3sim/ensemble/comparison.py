"""Compare policies with a baseline on equal money and equal luck."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from s3sim.analysis.paired import Effect, interval, paired_effect
from s3sim.analysis.verdicts import HIGHER, MOST_FAILED, NO_VERDICT, UNCLEAR
from s3sim.core.arrays import Floats
from s3sim.ensemble.headline import headline
from s3sim.ensemble.manifest import manifest
from s3sim.ensemble.plan import Plan
from s3sim.ensemble.tables import (
    ledger_table,
    links_table,
    regions_table,
    runs_table,
    timeline_table,
)
from s3sim.model.ledger import ITEMS
from s3sim.outcomes import OUTCOMES
from s3sim.simulation.result import RunResult
from s3sim.world import World

COLLABORATION_YEARS = 2.0
"""Length of a collaboration that costs are told for."""

TRANSNATIONAL_ITEMS = ("joint_grants", "broker_fees", "coordination_overhead")


@dataclass(frozen=True)
class Compared:
    """An outcome that exists only between a policy and its baseline."""

    name: str
    title: str
    unit: str
    better: str
    meaning: str
    decimals: int


COMPARED = {
    one.name: one
    for one in (
        Compared("served_firms_value_added", "Value added of served firms", "kEUR a year and served firm", "higher",
                 "firms that brokers served, against the same firms under the baseline; 0 for firms that are gone", 1),
        Compared("served_firms_cross_border_collaborations", "Cross-border collaborations of served firms",
                 "per 1000 served firms", "higher", "firms that brokers served, against the same firms under the baseline", 1),
        Compared("cost_per_additional_cross_border_collaboration", "Cost of an additional cross-border collaboration", "EUR", "lower",
                 "joint grants, broker fees and coordination over additional collaborations of two years; undefined unless collaborations clearly rise", 0),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """Results of a plan with everything that is reported of them."""

    plan: Plan
    results: tuple[RunResult, ...]

    @property
    def world(self) -> World:
        """Regions and figures."""
        return self.plan.scenario.world

    @property
    def policies(self) -> tuple[str, ...]:
        """Baseline first."""
        return self.plan.policies

    @property
    def baseline(self) -> str:
        """The policy that the others are compared with."""
        return self.plan.baseline

    @property
    def failed(self) -> list[RunResult]:
        """Runs that ended with an error."""
        return [one for one in self.results if one.status != "ok"]

    @property
    def undecidable(self) -> bool:
        """Whether too many runs failed for a verdict."""
        return len(self.failed) > MOST_FAILED * len(self.results)

    @cached_property
    def effects(self) -> pd.DataFrame:
        """One row an outcome and policy: paired effect, interval, verdict."""
        rows = [
            {
                "outcome": name,
                "unit": unit,
                "policy": policy,
                "baseline": self.baseline,
                **asdict(effect),
            }
            for policy in self.policies[1:]
            for name, unit, effect in self._effects_of(policy)
        ]
        columns = ["outcome", "unit", "policy", "baseline", *Effect.__dataclass_fields__]
        if self.undecidable:
            rows = [{**row, "verdict": NO_VERDICT} for row in rows]
        return pd.DataFrame(rows, columns=columns)

    def _effects_of(self, policy: str) -> list[tuple[str, str, Effect]]:
        pairs = self._pairs(policy)
        rows = []
        for name, one in OUTCOMES.items():
            a = np.array([p.outcomes[name] for p, _ in pairs])
            b = np.array([q.outcomes[name] for _, q in pairs])
            rows.append((name, one.unit, paired_effect(a, b)))
        if any(p.served is not None and p.served.any() for p, _ in pairs):
            for name, column, factor in (
                ("served_firms_value_added", "value_added", 1.0),
                ("served_firms_cross_border_collaborations", "partners_abroad", 1000.0),
            ):
                rows.append((name, COMPARED[name].unit, _of_served(pairs, column, factor)))
        name = "cost_per_additional_cross_border_collaboration"
        rows.append((name, COMPARED[name].unit, _cost(pairs)))
        return rows

    def _pairs(self, policy: str) -> list[tuple[RunResult, RunResult]]:
        """Return policy and baseline run of each replication that has both."""
        done = {(r.policy, r.replication): r for r in self.results if r.status == "ok"}
        return [
            (done[policy, k], done[self.baseline, k])
            for k in range(self.plan.replications)
            if (policy, k) in done and (self.baseline, k) in done
        ]

    @cached_property
    def headline(self) -> str:
        """One sentence in plain words, growth beside collaboration."""
        if self.undecidable:
            return (
                f"No verdict: {len(self.failed)} of {len(self.results)} runs failed, more than "
                f"{MOST_FAILED:.0%}; what is missing may be what matters."
            )
        return headline(self.effects, self.policies, self.plan.scenario.years)

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row a run."""
        return runs_table(self.results)

    @cached_property
    def regions(self) -> pd.DataFrame:
        """One row a run and region."""
        return regions_table(self.results, self.world)

    @cached_property
    def timeline(self) -> pd.DataFrame:
        """One row a run and quarter."""
        return timeline_table(self.results)

    @cached_property
    def links(self) -> pd.DataFrame:
        """One row a run, pair of regions and kind of collaboration."""
        return links_table(self.results, self.world)

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """One row a run, year and item."""
        return ledger_table(self.results)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """All that is needed to do it again."""
        return manifest(self.plan)


def compare(plan: Plan, results: Sequence[RunResult]) -> Comparison:
    """Return the comparison of a plan's results."""
    return Comparison(plan, tuple(results))


def outcome_info() -> Mapping[str, Any]:
    """Return title, unit, direction and meaning of all that effects are reported for."""
    return {**OUTCOMES, **COMPARED}


def _of_served(pairs: list[tuple[RunResult, RunResult]], column: str, factor: float) -> Effect:
    """Return the effect on firms that brokers served, against the same rows of the baseline."""
    here, there = [], []
    for policy, baseline in pairs:
        if policy.served is None or not policy.served.any():
            continue
        here.append(factor * _mean(policy, column, policy.served))
        there.append(factor * _mean(baseline, column, policy.served))
    return paired_effect(np.array(here), np.array(there))


def _mean(run: RunResult, column: str, rows: Floats | Any) -> float:
    return float(getattr(run, column)[rows].mean())


def _cost(pairs: list[tuple[RunResult, RunResult]]) -> Effect:
    """Return the cost of an additional collaboration; nan unless collaborations clearly rise."""
    nan = float("nan")
    columns = [ITEMS.index(item) for item in TRANSNATIONAL_ITEMS]
    spent = np.array([p.ledger[:, columns].sum() / 100 for p, _ in pairs if p.ledger is not None])
    more = (
        np.array([p.collaboration_years - q.collaboration_years for p, q in pairs])
        / COLLABORATION_YEARS
    )
    low, high = interval(more)
    money = float(spent.mean()) if len(spent) else nan
    if not (low > 0 and money > 0):
        return Effect(nan, nan, nan, nan, nan, nan, nan, len(more), UNCLEAR)
    each = money / float(more.mean())
    return Effect(nan, each, each, money / high, money / low, nan, 1.0, len(more), HIGHER)
