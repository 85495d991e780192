"""Effects of policies against a baseline, run by run of equal luck, and one sentence of them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from s3sim.analysis.paired import Effect, interval, paired_effect
from s3sim.analysis.verdicts import HIGHER, LOWER, MOST_FAILED, NO_VERDICT, UNCLEAR
from s3sim.core.arrays import Floats
from s3sim.core.formatting import rounded
from s3sim.model.ledger import ITEMS
from s3sim.outcomes import OUTCOMES
from s3sim.policies import POLICIES
from s3sim.simulation.result import RunResult

LINKS, GROWTH = "cross_border_collaborations", "gross_value_added"

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
    done = {(run.policy, run.replication): run for run in results if run.status == "ok"}
    baseline = policies[0]
    no_verdict = undecidable(sum(run.status != "ok" for run in results), len(results))
    rows = []
    for policy in policies[1:]:
        pairs = [
            (run, done[baseline, run.replication])
            for run in done.values()
            if run.policy == policy and (baseline, run.replication) in done
        ]
        for name, unit, effect in _effects_of(pairs):
            row = {"outcome": name, "unit": unit, "policy": policy, "baseline": baseline, **asdict(effect)}  # fmt: skip
            rows.append({**row, "verdict": NO_VERDICT} if no_verdict else row)
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
    low, high = interval(more)
    money = float(spent.mean()) if len(spent) else nan
    if not (low > 0 and money > 0):
        return Effect(nan, nan, nan, nan, nan, nan, nan, len(more), UNCLEAR)
    each = money / float(more.mean())
    return Effect(nan, each, each, money / high, money / low, nan, 1.0, len(more), HIGHER)


def headline(
    effects: pd.DataFrame, policies: Sequence[str], years: int, *, one_country: bool = False
) -> str:
    """Return one sentence in plain words: collaboration and growth, whichever way it came out.

    Parameters
    ----------
    effects : DataFrame
        As written to `effects.csv`.
    policies : sequence of str
        Baseline first.
    years : int
        Length of the runs.
    one_country : bool
        Whether there is no border to collaborate across.
    """
    baseline = _title(policies[0])
    if len(policies) == 1:
        return f"{baseline} was run alone over {years} years; there is nothing to compare it with."
    parts = [_of(effects, policy, one_country) for policy in policies[1:]]
    return f"After {years} years at equal public money and on the same luck, compared with {baseline}: {'; '.join(parts)}."


def _title(policy: str) -> str:
    return POLICIES[policy].title if policy in POLICIES else policy


def _of(effects: pd.DataFrame, policy: str, one_country: bool) -> str:
    mine = effects[effects["policy"] == policy].set_index("outcome")
    if GROWTH not in mine.index or not mine["replications"].max():
        return f"{_title(policy)} has no complete replication"
    growth = _words(mine.loc[GROWTH], "gross value added", "higher", "lower")
    if one_country:
        return f"{_title(policy)} has {growth}; in one country there are no cross-border collaborations to compare"
    links = _words(mine.loc[LINKS], "cross-border collaborations", "more", "fewer")
    return f"{_title(policy)} has {links} and {growth}"


def _words(row: Any, what: str, up: str, down: str) -> str:
    """Return 'more x (+3.1 %, 95 % interval +2.0 to +4.2 %)' or 'no clear difference in x (...)'."""
    base, effect, verdict = float(row["mean_baseline"]), float(row["effect"]), str(row["verdict"])
    if not np.isfinite(effect):
        return f"no {what} to compare, as no run defines them"
    if base == 0:
        return f"no {what} under the baseline, so no change in per cent" if effect else f"no {what} to compare"  # fmt: skip
    low, high = float(row["ci_low"]), float(row["ci_high"])
    if not np.isfinite([low, high]).all():
        only = rounded(*[100 * effect / abs(base)] * 3).effect
        return f"no verdict on {what} ({only} % in one replication, which gives no interval)"
    told = rounded(*(100 * value / abs(base) for value in (effect, low, high)))
    size = f"{told.effect} %, 95 % interval {told.low} to {told.high} %"
    if verdict in (HIGHER, LOWER):
        return f"{up if verdict == HIGHER else down} {what} ({size})"
    words = verdict if verdict != UNCLEAR else "no clear difference"
    return f"{words} in {what} ({size})"
