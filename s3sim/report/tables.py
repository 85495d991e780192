"""Tables of the report: outcomes, regions, money, evaluation criteria, provenance."""

import re
from typing import Any

import numpy as np
import pandas as pd

from s3sim.core.formatting import MISSING, SYMBOLS, effect_unit, number, rounded
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
from s3sim.report.view import REGIONAL, View, ranked, regional_effects

GROUPS = {
    "Collaboration": (
        LINKS, "domestic_collaborations", "industry_science_collaborations", "share_cooperating",
        "share_cooperating_abroad",
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
}  # fmt: skip
CARDS = (LINKS, "productivity_growth", "gross_value_added", "gross_value_added_lagging",
         "innovations", "employment")  # fmt: skip
INTERVAL = "95 % interval "
Row = dict[str, Any]
_FOLDERS = re.compile(r"""(?<![^\s='"])(?:~|[A-Za-z]:)?(?:[\\/][^\s'"\\/]+)*[\\/]""")


def outcome_groups(view: View, policy: str) -> list[tuple[str, list[Row]]]:
    """Return the rows of a policy's outcome table, collaboration next to growth."""
    table = view.comparison.effects
    known = set(table.loc[table["policy"] == policy, "outcome"]) - {COST}
    listed = {name for names in GROUPS.values() for name in names}
    groups = {**GROUPS, "Other": tuple(sorted(known - listed))}
    filled = []
    for title, names in groups.items():
        rows = [outcome_row(view, name, policy) for name in names if name in known]
        if rows:
            filled.append((title, rows))
    return filled


def outcome_row(view: View, outcome: str, policy: str) -> Row:
    """Return one row: levels, difference with interval, pairs and verdict, ready to print."""
    unit, row = view.unit(outcome), effect_row(view, outcome, policy)
    made: Row = {
        "name": outcome, "title": view.title(outcome), "unit": unit, "effect_unit": effect_unit(unit),
        "verdict": "no number", "symbol": "–", "effect": MISSING, "interval": "", "relative": None,
        "pairs": "", "judgement": "", "baseline": MISSING, "raw": "",
    }  # fmt: skip
    if row is None:
        return made
    numbers, verdict = effect_numbers(row), str(row["verdict"])
    return made | {
        "baseline": number(float(row["mean_baseline"]), view.decimals(outcome)),
        "effect": numbers.effect, "interval": interval_words(numbers).removeprefix(INTERVAL),
        "relative": relative_numbers(row), "raw": repr(float(row["effect"])), "verdict": verdict,
        "pairs": pairs_words(row).removeprefix("higher in "), "symbol": SYMBOLS.get(verdict, "○"),
        "judgement": judgement(view.better(outcome), verdict),
    }  # fmt: skip


def cards(view: View) -> list[Row]:
    """Return three or four key results of the leading policy, growth always among them."""
    rows = [outcome_row(view, name, view.focus) for name in CARDS] if view.focus else []
    shown = [row for row in rows if row["raw"]][:4]
    for card in shown:
        relative = card["relative"]
        card["big"] = f"{relative.effect} %" if relative else card["effect"]
        card["small"] = "" if relative else card["effect_unit"]
        told = interval_words(relative) if relative else INTERVAL + card["interval"]
        card["range"] = f"{told} %" if relative and not told.startswith("no ") else told
    return shown


def region_rows(view: View, policy: str) -> list[Row]:
    """Return regions from the largest gain to the largest loss, with intervals and ranks."""
    world, rows = view.comparison.world, []
    country = dict(zip(world.codes, world.country, strict=True))
    mine = ranked(regional_effects(view.comparison, REGIONAL), policy)
    for rank, row in enumerate(mine.to_dict("records"), start=1):
        told = rounded(row["effect"], row["low"], row["high"])
        rows.append({
            "rank": rank, "name": row["name"], "code": row["region"],
            "country": world.countries[int(country[row["region"]])],
            "tier": "lagging" if row["lagging"] else "advanced", "effect": told.effect,
            "interval": interval_words(told).removeprefix(INTERVAL),
            "verdict": row["verdict"], "symbol": SYMBOLS.get(row["verdict"], "○"),
        })  # fmt: skip
    return rows


def money(view: View) -> Row:
    """Return the books: mean EUR million a replication by item and policy, and two checks."""
    table, policies = view.comparison.ledger, list(view.comparison.policies)
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
    return {"rows": rows, "checks": [_balance(sides), _equal(view, sides)]}


def _millions(amounts: "pd.Series[Any]") -> list[str]:
    return [number(float(a) / 1e6, 2) for a in amounts]


def _balance(sides: pd.DataFrame) -> str:
    gap = float((sides["source"] - sides["use"]).abs().max())
    if gap < _cent(sides):
        return f"Sources equal uses in each of the {len(sides)} runs, to the cent."
    return (
        f"Sources and uses differ by up to EUR {number(gap, 2)} in a run: the books do not close."
    )


def _equal(view: View, sides: pd.DataFrame) -> str:
    if len(view.comparison.policies) < 2:
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


def costs(view: View) -> list[Row]:
    """Return for each policy the firms served and the cost of an additional collaboration."""
    rows = []
    for policy in view.others:
        served = effect_row(view, "smes_served", policy)
        links, cost = effect_row(view, LINKS, policy), effect_row(view, COST, policy)
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
            "policy": view.policy(policy), "cost": told,
            "served": MISSING if served is None
            else number(float(served["mean_policy"]), view.decimals("smes_served")),
        })  # fmt: skip
    return rows


def scrub(text: object) -> str:
    """Return text without folders, so that no user name or machine path is handed on.

    >>> scrub("s3sim compare /home/me/a.toml --out=~/b/c results/d")
    's3sim compare a.toml --out=c results/d'
    """
    return _FOLDERS.sub("", str(text))
