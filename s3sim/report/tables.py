"""Tables of the report: outcomes, regions, money, evaluation criteria, provenance."""

import re
from typing import Any

import numpy as np
import pandas as pd

from s3sim.core.formatting import MISSING, SYMBOLS, effect_unit, number, rounded
from s3sim.report.figures.inputs import Comparison, Words, focus, others
from s3sim.report.figures.paired import regional_effects
from s3sim.report.sentences import (
    COST,
    LINKS,
    effect_numbers,
    effect_row,
    interval_words,
    judgement,
    pairs_words,
    relative_numbers,
)

GROUPS = {
    "Collaboration": (
        LINKS, "domestic_collaborations", "industry_science_collaborations", "share_cooperating",
        "share_cooperating_abroad", "research_participations", "research_pairs_abroad",
    ),
    "Innovation and growth": (
        "innovations", "productivity_growth", "gross_value_added", "gross_value_added_lagging",
        "gross_value_added_advanced", "employment", "firm_survival",
    ),
    "Cohesion and structure": ("theil_index", "specialisation_index", "relatedness_density"),
    "Delivery": (
        "grants_paid", "absorption_rate", "smes_served", "served_firms_value_added",
        "served_firms_cross_border_collaborations",
    ),
}  # fmt: skip
ITEMS = {
    "eu_cofinancing": "EU co-financing", "national_public": "national public money",
    "regional_grants": "grants within regions", "joint_grants": "grants of joint calls",
    "horizontal_support": "support without priorities", "broker_fees": "brokers",
    "coordination_overhead": "coordination",
    "framework_programme": "framework programme of research", "national_research": "national research programmes",
    "framework_projects": "framework projects", "national_projects": "national research projects",
}  # fmt: skip
Row = dict[str, Any]
_FOLDERS = re.compile(r"""(?<![^\s='"])(?:~|[A-Za-z]:)?(?:[\\/][^\s'"\\/]+)*[\\/]""")


def outcome_groups(
    comparison: Comparison, words: Words, policy: str
) -> list[tuple[str, list[Row]]]:
    """Return the rows of a policy's outcome table, collaboration next to growth."""
    table = comparison.effects
    known = set(table.loc[table["policy"] == policy, "outcome"]) - {COST}
    listed = {name for names in GROUPS.values() for name in names}
    groups = {**GROUPS, "Other": tuple(sorted(known - listed))}
    filled = []
    for title, names in groups.items():
        rows = [outcome_row(comparison, words, name, policy) for name in names if name in known]
        if rows:
            filled.append((title, rows))
    return filled


def outcome_row(comparison: Comparison, words: Words, outcome: str, policy: str) -> Row:
    """Return one row: levels, difference with interval, pairs and verdict, ready to print."""
    made: Row = {
        "name": outcome, "title": words.outcome(outcome),
        "unit": words.unit(outcome, comparison.effects), "verdict": "no number", "symbol": "–",
        "effect": MISSING, "interval": "", "relative": "", "pairs": "", "judgement": "",
        "baseline": MISSING, "raw": "",
    }  # fmt: skip
    made["effect_unit"] = effect_unit(made["unit"])
    row = effect_row(comparison, outcome, policy)
    if row is None:
        return made
    numbers, relative = effect_numbers(row), relative_numbers(row)
    verdict = str(row["verdict"])
    return made | {
        "baseline": number(float(row["mean_baseline"]), words.decimals(outcome)),
        "effect": numbers.effect,
        "interval": interval_words(numbers).removeprefix("95 % interval "),
        "relative": f"{relative.effect} %" if relative else "",
        "raw": repr(float(row["effect"])),
        "pairs": pairs_words(row).removeprefix("higher in "),
        "verdict": verdict,
        "symbol": SYMBOLS.get(verdict, "○"),
        "judgement": judgement(words.better(outcome), verdict),
    }


def cards(comparison: Comparison, words: Words) -> list[Row]:
    """Return three or four key results of the leading policy, growth always among them."""
    policy = focus(comparison)
    if policy is None:
        return []
    wanted = (LINKS, "productivity_growth", "gross_value_added", "gross_value_added_lagging",
              "innovations", "employment")  # fmt: skip
    rows = [outcome_row(comparison, words, n, policy) for n in wanted
            if effect_row(comparison, n, policy) is not None][:4]  # fmt: skip
    for card in rows:
        row = effect_row(comparison, card["name"], policy)
        relative = relative_numbers(row) if row is not None else None
        card["big"] = f"{relative.effect} %" if relative else card["effect"]
        card["small"] = "" if relative else card["effect_unit"]
        told = interval_words(relative) if relative else f"95 % interval {card['interval']}"
        card["range"] = f"{told} %" if relative and not told.startswith("no ") else told
    return rows


def region_rows(comparison: Comparison, policy: str, outcome: str) -> list[Row]:
    """Return regions from the largest gain to the largest loss, with intervals and ranks."""
    table = regional_effects(comparison, outcome)
    mine = table[table["policy"] == policy].sort_values(
        ["effect", "region"], ascending=[False, True]
    )
    country = dict(zip(comparison.world.codes, comparison.world.country, strict=True))
    rows = []
    for rank, row in enumerate(mine.to_dict("records"), start=1):
        told = rounded(row["effect"], row["low"], row["high"])
        rows.append({
            "rank": rank, "name": row["name"], "code": row["region"],
            "country": comparison.world.countries[int(country[row["region"]])],
            "tier": "lagging" if row["lagging"] else "advanced", "effect": told.effect,
            "interval": interval_words(told).removeprefix("95 % interval "),
            "verdict": row["verdict"], "symbol": SYMBOLS.get(row["verdict"], "○"),
        })  # fmt: skip
    return rows


def money(comparison: Comparison) -> Row:
    """Return the books: mean EUR million a replication by item and policy, and two checks."""
    table, policies = comparison.ledger, list(comparison.policies)
    if table.empty:
        return {"rows": [], "checks": ["No books were kept in these runs."]}
    runs = table.groupby("policy")["replication"].nunique()
    total = table.pivot_table(index=["side", "item"], columns="policy", values="amount_eur",
                              aggfunc="sum", fill_value=0.0)  # fmt: skip
    total = total.reindex(columns=policies, fill_value=0.0)
    total = total / runs.reindex(policies).fillna(1.0).clip(lower=1.0)
    rows = []
    for side, label in (("source", "Sources"), ("use", "Uses")):
        mine = total[total.index.get_level_values("side") == side]
        for item in mine.index.get_level_values("item"):
            rows.append({"side": label, "item": ITEMS.get(item, str(item).replace("_", " ")), "sum": False,
                         "amounts": _millions(mine.loc[(side, item)])})  # fmt: skip
        rows.append({"side": label, "item": f"All {label.lower()}", "sum": True,
                     "amounts": _millions(mine.sum())})  # fmt: skip
    sides = table.pivot_table(index=["policy", "replication"], columns="side", values="amount_eur",
                              aggfunc="sum", fill_value=0.0)  # fmt: skip
    sides = sides.reindex(columns=["source", "use"], fill_value=0.0)
    return {"rows": rows, "checks": [_balance(sides), _equal(comparison, sides)]}


def _millions(amounts: "pd.Series[Any]") -> list[str]:
    return [number(float(a) / 1e6, 2) for a in amounts]


def _balance(sides: pd.DataFrame) -> str:
    gap = float((sides["source"] - sides["use"]).abs().max())
    if gap < _cent(sides):
        return f"Sources equal uses in each of the {len(sides)} runs, to the cent."
    return (
        f"Sources and uses differ by up to EUR {number(gap, 2)} in a run: the books do not close."
    )


def _equal(comparison: Comparison, sides: pd.DataFrame) -> str:
    if len(comparison.policies) < 2:
        return "With one policy only, there is no other outlay to compare with."
    wide = sides["source"].unstack("policy")
    gap = float((wide.max(axis=1) - wide.min(axis=1)).max())
    if gap < _cent(sides):
        return "Every policy has the same public money in every replication, to the cent."
    return (
        f"Public money differs between policies by up to EUR {number(gap, 2)} in a replication: "
        "the effects are not effects of policy alone."
    )


def _cent(sides: pd.DataFrame) -> float:
    return 0.005 + 1e-12 * float(np.abs(sides.to_numpy(float)).max(initial=0.0))


def costs(comparison: Comparison, words: Words) -> list[Row]:
    """Return for each policy the firms served and the cost of an additional collaboration."""
    rows = []
    for policy in others(comparison):
        served = effect_row(comparison, "smes_served", policy)
        links, cost = effect_row(comparison, LINKS, policy), effect_row(comparison, COST, policy)
        more = links is not None and str(links["verdict"]) == "higher"
        if not more:
            told = "not stated: there are not clearly more collaborations across borders"
        elif cost is None:
            told = MISSING
        else:
            amount = rounded(float(cost["effect"]), float(cost["ci_low"]), float(cost["ci_high"]),
                             signed=False)  # fmt: skip
            ends = "" if MISSING in amount else f" (95 % interval {amount.low} to {amount.high})"
            told = f"EUR {amount.effect}{ends}"
        rows.append({
            "policy": words.policy(policy), "cost": told,
            "served": MISSING if served is None
            else number(float(served["mean_policy"]), words.decimals("smes_served")),
        })  # fmt: skip
    return rows


def scrub(text: object) -> str:
    """Return text without folders, so that no user name or machine path is handed on.

    >>> scrub("s3sim compare /home/me/a.toml --out=~/b/c results/d")
    's3sim compare a.toml --out=c results/d'
    """
    return _FOLDERS.sub("", str(text))
