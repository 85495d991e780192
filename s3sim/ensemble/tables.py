"""Tidy tables of runs: a row a run, an outcome of a region or a quarter, a link, a booking, an effect."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from s3sim.analysis.intervals import t_interval
from s3sim.analysis.paired import Effect, paired_effect
from s3sim.analysis.verdicts import HIGHER, MOST_FAILED, NO_VERDICT, UNCLEAR
from s3sim.core.arrays import Floats
from s3sim.model.ledger import ITEMS, SOURCES
from s3sim.model.state import TIE_KINDS
from s3sim.outcomes import OUTCOMES
from s3sim.simulation.result import RunResult
from s3sim.world import World

PART_RUNS = 256
"""Runs whose tables are made at a time: what many runs need of memory."""

_ABOUT_RUN = ("run_id", "policy", "replication", "status", "message", "seconds")


def runs_table(results: Sequence[RunResult]) -> pd.DataFrame:
    """Return run_id, policy, replication, status, message, seconds and every outcome by name.

    An outcome that was declared after a run was made is nan in its row.
    """
    rows = [
        [getattr(run, name) for name in _ABOUT_RUN]
        + [run.outcomes.get(name, np.nan) for name in OUTCOMES]
        for run in results
    ]
    return pd.DataFrame(rows, columns=[*_ABOUT_RUN, *OUTCOMES])


def regions_table(results: Sequence[RunResult], world: World) -> pd.DataFrame:
    """Return run_id, policy, replication, region, outcome, value: regions in order of their codes.

    Outcomes without a regional value are nan.
    """
    order = np.argsort(np.array(world.codes))
    codes = np.array(world.codes, dtype=object)[order]
    return _long(results, "region", codes, lambda run, name: run.regions[name][order], "regions")


def timeline_table(results: Sequence[RunResult]) -> pd.DataFrame:
    """Return run_id, policy, replication, quarter (from 1), outcome, value."""
    length = max((len(path) for r in results for path in r.paths.values()), default=0)
    quarters = np.arange(1, length + 1)
    return _long(results, "quarter", quarters, lambda run, name: run.paths[name], "paths")


def _long(
    results: Sequence[RunResult],
    key: str,
    keys: Any,
    values: Callable[[RunResult, str], Floats],
    of: str,
) -> pd.DataFrame:
    """Return one row a run, outcome and key; outcomes that a run lacks have no rows."""
    pairs = [
        (run, name)
        for run in results
        if run.status == "ok"
        for name in OUTCOMES
        if name in getattr(run, of)
    ]

    def repeated(of_pairs: list[Any], kind: Any = object) -> Any:
        return np.repeat(np.array(of_pairs, kind), len(keys))

    return pd.DataFrame(
        {
            "run_id": repeated([run.run_id for run, _ in pairs]),
            "policy": repeated([run.policy for run, _ in pairs]),
            "replication": repeated([run.replication for run, _ in pairs], np.int64),
            key: np.tile(keys, len(pairs)),
            "outcome": repeated([name for _, name in pairs]),
            "value": np.concatenate([np.zeros(0), *(values(run, name) for run, name in pairs)]),
        }
    )


def links_table(results: Sequence[RunResult], world: World) -> pd.DataFrame:
    """Return policy, replication, region_i <= region_j, kind and mean active collaborations."""
    codes, kinds = np.array(world.codes, dtype=object), np.array(TIE_KINDS, object)
    nothing = np.zeros((len(TIE_KINDS), len(codes), len(codes)))
    frames = []
    for run in results or [RunResult("", "", 0, "ok", 0.0)]:
        links = nothing if run.links is None else run.links
        kind, i, j = np.nonzero(links)
        frame = pd.DataFrame(
            {
                "policy": np.full(len(kind), run.policy, object),
                "replication": np.full(len(kind), run.replication, np.int64),
                "region_i": np.minimum(codes[i], codes[j]),
                "region_j": np.maximum(codes[i], codes[j]),
                "kind": kinds[kind],
                "collaborations": links[kind, i, j],
            }
        )
        frames.append(frame.sort_values(["region_i", "region_j", "kind"], kind="stable"))
    return pd.concat(frames, ignore_index=True)


def ledger_table(results: Sequence[RunResult]) -> pd.DataFrame:
    """Return policy, replication, year (from 1), side, item and amount in euro, to the cent."""
    columns = ["policy", "replication", "year", "side", "item", "amount_eur"]
    sides = {item: "source" if item in SOURCES else "use" for item in ITEMS}
    rows = [
        [run.policy, run.replication, year, sides[item], item, cents / 100]
        for run in results
        if run.ledger is not None
        for year, booked in enumerate(run.ledger.tolist(), 1)
        for item, cents in zip(ITEMS, booked, strict=True)
    ]
    return pd.DataFrame(rows, columns=columns)


TABLE_MAKERS: Mapping[str, Callable[[Sequence[RunResult], World], pd.DataFrame]] = {
    "runs": lambda results, _: runs_table(results),
    "regions": regions_table,
    "timeline": lambda results, _: timeline_table(results),
    "links": links_table,
    "ledger": lambda results, _: ledger_table(results),
}
"""How the tables are made that can be made in parts."""


def in_parts(results: Sequence[RunResult], name: str, world: World) -> Iterator[pd.DataFrame]:
    """Yield a table of many runs in parts; at least one, which may be empty."""
    for start in range(0, max(len(results), 1), PART_RUNS):
        yield TABLE_MAKERS[name](results[start : start + PART_RUNS], world)


Pairs = list[tuple[RunResult, RunResult]]
"""Policy and baseline run of each replication that has both."""

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
    outcome.name: outcome
    for outcome in (
        Compared("served_firms_value_added", "Value added of served firms", "kEUR a year and served firm", "higher",
                 "firms that brokers served, against the same firms under the baseline; 0 for firms that are gone", 1),
        Compared("served_firms_cross_border_collaborations", "Cross-border collaborations of served firms",
                 "per 1000 served firms", "higher", "firms that brokers served, against the same firms under the baseline", 1),
        Compared("cost_per_additional_cross_border_collaboration", "Cost of an additional cross-border collaboration", "EUR", "lower",
                 "joint grants, broker fees and coordination over additional collaborations of two years; undefined unless collaborations clearly rise", 0),
    )
}  # fmt: skip


def outcome_info() -> Mapping[str, Any]:
    """Return title, unit, direction and meaning of all that effects are reported for."""
    return {**OUTCOMES, **COMPARED}


def effects_table(results: Sequence[RunResult], policies: Sequence[str]) -> pd.DataFrame:
    """Return one row an outcome and policy: paired effect, interval, verdict; baseline first."""
    completed = {(run.policy, run.replication): run for run in results if run.status == "ok"}
    baseline = policies[0]
    no_verdict = undecidable(sum(run.status != "ok" for run in results), len(results))
    rows = []
    for policy in policies[1:]:
        pairs = [
            (run, completed[baseline, run.replication])
            for run in completed.values()
            if run.policy == policy and (baseline, run.replication) in completed
        ]
        for name, unit, effect in _effects_of(pairs):
            if no_verdict:
                effect = replace(effect, verdict=NO_VERDICT)
            rows.append([name, unit, policy, baseline, *asdict(effect).values()])
    columns = ["outcome", "unit", "policy", "baseline", *Effect.__dataclass_fields__]
    return pd.DataFrame(rows, columns=columns)


def undecidable(failed: int, runs: int) -> bool:
    """Say whether too many runs failed for a verdict."""
    return failed > MOST_FAILED * runs


def _effects_of(pairs: Pairs) -> list[tuple[str, str, Effect]]:
    rows = []
    for name, outcome in OUTCOMES.items():
        policy, baseline = (
            np.array([pair[side].outcomes.get(name, np.nan) for pair in pairs]) for side in (0, 1)
        )
        rows.append((name, outcome.unit, paired_effect(policy, baseline)))
    if any(run.served is not None and run.served.any() for run, _ in pairs):
        for name, column, factor in (
            ("served_firms_value_added", "value_added", 1.0),
            ("served_firms_cross_border_collaborations", "partners_abroad", 1000.0),
        ):
            rows.append((name, COMPARED[name].unit, _of_served(pairs, column, factor)))
    name = "cost_per_additional_cross_border_collaboration"
    rows.append((name, COMPARED[name].unit, _cost(pairs)))
    return rows


def _of_served(pairs: Pairs, column: str, factor: float) -> Effect:
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


def _cost(pairs: Pairs) -> Effect:
    """Return the cost of an additional collaboration; nan unless collaborations clearly rise."""
    nan = float("nan")
    columns = [ITEMS.index(item) for item in TRANSNATIONAL_ITEMS]
    spent = np.array([p.ledger[:, columns].sum() / 100 for p, _ in pairs if p.ledger is not None])
    more = (
        np.array([p.collaboration_years - q.collaboration_years for p, q in pairs])
        / COLLABORATION_YEARS
    )
    _, low, high = t_interval(more)
    money = float(spent.mean()) if len(spent) else nan
    if not (low > 0 and money > 0):
        return Effect(nan, nan, nan, nan, nan, nan, nan, len(more), UNCLEAR)
    each = money / float(more.mean())
    return Effect(nan, each, each, money / high, money / low, nan, 1.0, len(more), HIGHER)
