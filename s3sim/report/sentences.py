"""Sentences of the report, generated from the tables of a comparison and true in every case."""

from typing import Any

import numpy as np
import pandas as pd

from s3sim.analysis.verdicts import HIGHER, LOWER
from s3sim.core.formatting import (
    MISSING,
    Rounded,
    effect_unit,
    is_percentage,
    listed,
    lower_first,
    rounded,
)
from s3sim.report.view import View

COST = "cost_per_additional_cross_border_collaboration"
LINKS = "cross_border_collaborations"
GROWTH = ("productivity_growth", "gross_value_added", "innovations")
VERDICT_RULE = (
    "“Higher” means that the whole 95 % interval of the paired difference lies above zero, “lower” "
    "that it lies wholly below zero, and in both cases that the difference is at least 0.01 % of "
    "the baseline's level; everything else is “no clear difference”."
)


def effect_row(view: View, outcome: str, policy: str | None) -> "pd.Series[Any] | None":
    """Return the row of the effects table, or None if there is none with a number in it."""
    table = view.comparison.effects
    mine = table[(table["outcome"] == outcome) & (table["policy"] == policy)]
    if not len(mine) or not np.isfinite(float(mine["effect"].iloc[0])):
        return None
    return mine.iloc[0]


def effect_numbers(row: "pd.Series[Any]") -> Rounded:
    """Return effect and interval of a row as text, in the unit of the outcome."""
    return rounded(float(row["effect"]), float(row["ci_low"]), float(row["ci_high"]))


def relative_numbers(row: "pd.Series[Any]") -> Rounded | None:
    """Return effect and interval in % of the baseline's level; None where that says nothing."""
    level = abs(float(row["mean_baseline"]))
    if is_percentage(str(row["unit"])) or not np.isfinite(level) or level == 0:
        return None
    values = [100 * float(row[c]) / level for c in ("effect", "ci_low", "ci_high")]
    return rounded(*values)


def interval_words(numbers: Rounded) -> str:
    """Say the interval, or that there is none."""
    if MISSING in (numbers.low, numbers.high):
        return "no interval: more than one replication is needed"
    return f"95 % interval {numbers.low} to {numbers.high}"


def pairs_words(row: "pd.Series[Any]") -> str:
    """Say in how many replications the outcome was higher under the policy."""
    share, runs = float(row["share_higher"]), float(row["replications"])
    if not (np.isfinite(share) and np.isfinite(runs)):
        return ""
    return f"higher in {round(share * runs)} of {round(runs)}"


def said(view: View, outcome: str, policy: str) -> str:
    """Say what one policy does to one outcome, as part of a sentence."""
    row = effect_row(view, outcome, policy)
    if row is None:
        return f"no number for {lower_first(view.title(outcome))}"
    relative = relative_numbers(row)
    unit = " %" if relative else _spaced(effect_unit(str(row["unit"])))
    numbers = relative or effect_numbers(row)
    told = [f"{numbers.effect}{unit}", interval_words(numbers)]
    if pairs := pairs_words(row):
        told.append(f"{pairs} replications")
    detail = f"({'; '.join(told)})"
    name, verdict = lower_first(view.title(outcome)), str(row["verdict"])
    if verdict in (HIGHER, LOWER):
        return f"{_more(str(row['unit']), verdict)} {name} {detail}"
    return f"no clear difference in {name} {detail}"


def question(view: View) -> str:
    """Return the question that the report answers; its title."""
    rest, base = view.others, view.baseline
    where = f"in {len(view.comparison.world.codes)} regions of {_countries(view)}"
    if not rest:
        return f"How do firms and regions fare under {base} {where}?"
    if len(rest) > 3:
        return f"What would change if one of {len(rest)} other policies replaced {base} {where}?"
    named = listed([view.policy(policy) for policy in rest], "or")
    return f"What would change if {named} replaced {base} {where}?"


def compared(view: View) -> list[str]:
    """Say in plain words what was compared, how long, how often and on what terms."""
    scenario = dict(view.comparison.manifest.get("scenario") or {})
    rest, base = view.others, view.baseline
    counts = finished(view).groupby("policy")["replication"].nunique()
    runs = sorted({int(n) for n in counts})
    often = f"{runs[0]}" if len(runs) == 1 else f"{runs[0]} to {runs[-1]}" if runs else "no"
    named = listed([view.policy(p) for p in rest]) if rest else ""
    text = [
        f"The model follows firms, institutes and authorities in {len(view.comparison.world.codes)} "
        f"regions of {_countries(view)}"
        + (f" over {scenario['years']} years" if "years" in scenario else "")
        + f". {base} is the baseline"
        + (f"; it is compared with {named}." if rest else "; nothing else was run.")
    ]
    if start := view.shared_years:
        length = "the first year" if start == 1 else f"the first {start:g} years"
        text.append(f"All policies are the same in {length}; only then do they part.")
    text.append(
        f"Each policy was run {often} {'time' if often == '1' else 'times'}. Equal luck: run for run, every policy meets the same "
        "firms, the same market swings and the same chance meetings, so that luck weighs on all "
        "policies alike. Such a set of runs, one for each policy, is called a replication."
    )
    text.append(
        "Equal money: the comparison is designed so that each policy has the same public money, "
        "out of which brokers and coordination are paid; unspent funds are booked too. Section 5 "
        "checks the books."
    )
    if lost := len(view.comparison.runs) - len(finished(view)):
        text.append(
            f"{lost} of {len(view.comparison.runs)} runs failed and {'is' if lost == 1 else 'are'} left "
            "out, together with the runs they would be compared with."
        )
    return text


def finished(view: View) -> pd.DataFrame:
    """Return the runs that did not fail."""
    runs = view.comparison.runs
    return runs[runs["status"] == "ok"] if "status" in runs else runs


def both_sides(view: View, policy: str) -> str:
    """Say links and growth of one policy in one sentence."""
    growth = [g for g in GROWTH if effect_row(view, g, policy) is not None]
    parts = [said(view, name, policy) for name in (LINKS, *growth)]
    return (
        f"In this model, {view.policy(policy)} shows, compared with "
        f"{view.baseline}, {listed(parts)}."
    )


def tally(view: View, policy: str) -> str:
    """Count for a policy in how many outcomes it does better, worse or neither."""
    mine = view.comparison.effects[
        (view.comparison.effects["policy"] == policy) & (view.comparison.effects["outcome"] != COST)
    ]
    judged = [
        judgement(view.better(o), v) for o, v in zip(mine["outcome"], mine["verdict"], strict=True)
    ]
    return (
        f"Outcomes compared: {len(judged)}. Clearly better: {judged.count('better')}; clearly "
        f"worse: {judged.count('worse')}; clearly different, where neither direction counts as "
        f"better: {judged.count('different')}; no clear difference: {judged.count('')}."
    )


def judgement(better: str, verdict: str) -> str:
    """Return 'better', 'worse', 'different' or '' for a verdict, given which way is wanted.

    >>> judgement("lower", "lower"), judgement("higher", "lower"), judgement("neither", "higher")
    ('better', 'worse', 'different')
    """
    if verdict not in (HIGHER, LOWER):
        return ""
    return (
        "different" if better not in (HIGHER, LOWER) else "better" if better == verdict else "worse"
    )


def _more(unit: str, verdict: str) -> str:
    """Return the comparative that goes with an outcome: things are counted, amounts are high."""
    counted = unit.startswith("per ") or unit == "firms"
    return {HIGHER: "more", LOWER: "fewer"}[verdict] if counted else verdict


def _spaced(unit: str) -> str:
    return f" {unit}" if unit else ""


def _countries(view: View) -> str:
    n = len(view.comparison.world.countries)
    return "one country" if n == 1 else f"{n} countries"
