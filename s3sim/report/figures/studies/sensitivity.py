"""Sensitivity: which factors move an output, by screening, indices, ends of ranges and value."""

from collections.abc import Mapping
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from s3sim.core.errors import InputError
from s3sim.core.formatting import listed
from s3sim.report.figures.labels import call_out, label_points
from s3sim.report.figures.panels import ROW, Manifest, Panel, Panels, panels, row_panels
from s3sim.report.figures.style import DASHED, GAIN, INK, LOSS, MONO, MUTED, style
from s3sim.report.figures.words import checked, factor_name, limits, percent, short, values

OUTPUTS = {
    "baseline": "Level under the baseline",
    "policy": "Level under the policy",
    "difference": "Difference made by the policy",
}
_FACTOR, _LUCK, _DUMMY = ("#0072B2", "#A9CFE8"), ("#B86E00", "#F2CE8B"), ("#8C8C8C", "#CFCFCF")
_ENDS = (("at_low", "low_value", "#E8A55B", LOSS), ("at_high", "high_value", "#8573B4", GAIN))
Titles = Mapping[str, str] | None


@style()
def mu_star_sigma(
    frame: pd.DataFrame, *, outcome: str = "the outcome", unit: str = "", labelled: int = 8,
    titles: Titles = None, manifest: Manifest = None,
) -> Figure:  # fmt: skip
    """Draw the elementary effects of a Morris study, one panel an output.

    `frame` has a row a factor and output: `factor`, `group` ("dummy" for factors the model never
    reads), `mu_star` with limits `mu_star_low`, `mu_star_high`, `sigma` (nan when factors moved in
    groups; then the figure shows bars), `kept` (bool) and `output` ("baseline", "policy",
    "difference"). The largest `labelled` kept factors are named in each panel.

    mu* is the mean absolute elementary effect (Campolongo, Cariboni and Saltelli 2007), sigma the
    standard deviation of elementary effects (Morris 1991).
    """
    needed = "factor group mu_star mu_star_low mu_star_high sigma kept output"
    table = _coloured(checked(frame, needed, "mu_star_sigma").astype({"kept": bool}), "mu_star")
    single = np.isfinite(table.loc[np.isfinite(table["mu_star"]), "sigma"]).all()
    luck = "diamond: luck; " if (table["factor"] == "seed").any() else ""
    note = (
        f"Filled: kept; hollow: dropped; {luck}cross: dummy, which the model never reads; grey band: "
        "what such a dummy can reach. Line across a mark: 95 % interval. Above the dashed line "
        "the effect depends on the other factors or bends."
        if single
        else "Mean size of the change when a factor or group moves, with 95 % interval. Dark: kept; "
        "light: dropped; grey: dummy, which the model never reads, and what it can reach."
    )
    title, outputs = f"Which factors move {outcome}?", _outputs(table)
    order, n = _order(table, outputs[-1]), len(outputs)
    if single:
        made = panels(title, note, manifest, {1: 6.2, 2: 4.0}.get(n, 3.3), 3.3, count=n, columns=n)
    else:
        made = _factor_rows(title, note, manifest, order, n)
    facts, clouds = [], []
    for axes, output in zip(made, outputs, strict=True):
        mine, head = (
            table[table["output"] == output],
            (OUTPUTS | dict(titles or {})).get(output, output),
        )
        best = [factor_name(name) for name in mine.loc[mine["kept"], "factor"].head(labelled)]
        facts.append(f"{head}: {listed(best) or 'nothing'} kept.")
        axes.set_title(head)
        spread = "Spread of the effect, σ" if single and axes is made.axes[0] else ""
        axes.say("Mean size of the effect, μ*", unit, spread, unit if spread else "")
        if not axes.known(mine["mu_star"], both=bool(single)):
            continue
        mine = mine[np.isfinite(mine["mu_star"])]
        mu, high, sigma = values(mine, "mu_star", "mu_star_high", "sigma")
        right, top = (
            limits([*mu, *high], pad=0.12 if single else 0.05)[1],
            limits(sigma, pad=0.16)[1],
        )
        axes.set_xlim(-0.03 * right if single else 0, right)
        axes.reach(mu[mine["dummy"]], high[mine["dummy"]])
        axes.ticks(5, 5 if single else 0)
        if single:
            axes.set_ylim(-0.04 * top, top)
            end = [0, min(right, top)]
            axes.plot(end, end, color=MUTED, linewidth=0.7, linestyle=(0, (3, 3)), zorder=1)
            axes.grid()
            clouds.append((axes, mine))
        for y, row in axes.each(mine, "mu_star", order, "factor") if not single else enumerate(mine.to_dict("records")):  # fmt: skip
            y = row["sigma"] if single else y
            axes.interval(
                y, row["mu_star_low"], row["mu_star_high"], row["strong"] if single else INK
            )
            if single:
                mark = "x" if row["dummy"] else "D" if row["factor"] == "seed" else "o"
                axes.plot([row["mu_star"]], [y], mark, color=row["strong"], markersize=4.6, zorder=5,
                          markerfacecolor=row["strong"] if row["kept"] else "white", gid="factor")  # fmt: skip
            else:
                strong = row["kept"] or row["dummy"]
                axes.barh(
                    y, row["mu_star"], 0.62, color=row["strong"] if strong else _FACTOR[1], zorder=2
                )
    made.fit()
    for axes, mine in clouds:
        _name_points(axes, mine, labelled)
    return made.described(*facts)


def _name_points(axes: Panel, mine: pd.DataFrame, labelled: int) -> None:
    mu, sigma, low, high = values(mine, "mu_star", "sigma", "mu_star_low", "mu_star_high")
    chosen = np.flatnonzero(mine["kept"] & ~mine["dummy"])[:labelled]
    # Intervals keep their place free of names too, as rows of small points without one.
    along = [(x, s) for a, b, m, s in zip(low, high, mu, sigma, strict=True)
             for x in (np.linspace(a, b, 9) if np.isfinite(b - a) else [m])]  # fmt: skip
    points = np.array([*zip(mu, sigma, strict=True), *along])
    radii = np.array([3.4 - 1e-3 * k for k in range(len(mu))] + [0.4] * len(along))
    names = [factor_name(mine["factor"].iloc[k]) if k in chosen else "" for k in range(len(points))]
    with matplotlib.rc_context({"font.family": MONO}):
        without = label_points(axes, points, radii, names, names, 6)
        call_out(axes, points[without], [names[k] for k in without], points, 6)


@style()
def index_bars(
    frame: pd.DataFrame, *, outcome: str = "the outcome", titles: Titles = None,
    manifest: Manifest = None,
) -> Figure:  # fmt: skip
    """Draw first-order and total Sobol' indices, one panel an output.

    `frame` has a row a factor and output: `factor`, `S1`, `S1_low`, `S1_high`, `ST`, `ST_low`,
    `ST_high` and `output` ("baseline", "policy", "difference"); optional `shapley` (a diamond),
    `group` ("dummy"), and `withheld` (why an output has no index). The factor "seed" is luck. Rows
    are sorted by the total index of the difference.

    Indices: Saltelli et al. (2010); Shapley effects: Owen (2014).
    """
    table = checked(frame, "factor S1 S1_low S1_high ST ST_low ST_high output", "index_bars")
    table = _coloured(table, "ST")
    outputs = _outputs(table)
    lead = "difference" if "difference" in outputs else outputs[-1]
    order, shapley = _order(table, lead), np.isfinite(values(table, "shapley")[0]).any()
    note = (
        "Share of the variance over worlds. Dark bar: the factor alone (S1); light bar: with its "
        f"interactions (ST); {'diamond: Shapley effect; ' if shapley else ''}lines: 95 % "
        "intervals. Orange: luck; grey: dummy, which the model never reads, and its reach."
    )
    made = _factor_rows(f"What drives {outcome}?", note, manifest, order, len(outputs), 1.25 * ROW)
    low, right = limits(np.concatenate(values(table, "S1", "S1_low", "S1_high", "ST", "ST_high")))
    for axes, output in zip(made, outputs, strict=True):
        mine = table[table["output"] == output]
        axes.set_title((OUTPUTS | dict(titles or {})).get(output, output))
        axes.set(xlabel="Share of variance", xlim=(max(low, -0.1), max(right, 0.1)))
        axes.ticks(5)
        reasons = [str(r) for r in mine.get("withheld", []) if isinstance(r, str) and r]
        if not axes.known(mine["ST"], reasons[0] if reasons else ""):
            continue
        axes.reach(*values(mine[mine["dummy"]], "ST", "ST_high"))
        axes.zero()
        for y, row in axes.each(mine, "ST", order, "factor"):
            axes.barh(y, row["ST"], 0.72, color=row["light"], zorder=2)
            axes.interval(y - 0.18, row["ST_low"], row["ST_high"], "#444444", 0.9)
            if np.isfinite(row["S1"]):
                axes.barh(y + 0.18, row["S1"], 0.36, color=row["strong"], zorder=3)
                axes.interval(y + 0.18, row["S1_low"], row["S1_high"], INK, 0.9)
            if np.isfinite(row.get("shapley", np.nan)):
                axes.plot([row["shapley"]], [y], "D", color=INK, markerfacecolor="white", zorder=5,
                          markersize=3.8, markeredgewidth=0.9, gid="shapley")  # fmt: skip
    best = table[(table["output"] == lead) & np.isfinite(table["ST"])].head(5)
    return made.described(*(f"{factor_name(name)}: {percent(share)} of the variance of the {lead}."
                            for name, share in zip(best["factor"], best["ST"], strict=True)))  # fmt: skip


@style()
def information_bars(
    frame: pd.DataFrame, *, unit: str = "EUR million", perfect: float = float("nan"),
    manifest: Manifest = None,
) -> Figure:  # fmt: skip
    """Draw what knowing each factor would be worth (EVPPI), largest first.

    `frame` has a row a factor: `factor`, `evppi`, `low`, `high`; optional `group`. `perfect`, the
    value of knowing everything (EVPI), is written into the note when finite.

    Expected value of partial perfect information by regression: Strong, Oakley and Brennan (2014).
    """
    table = _coloured(checked(frame, "factor evppi low high", "information_bars"), "evppi")
    whole = f" Knowing everything is worth {short(perfect)} {unit}." if np.isfinite(perfect) else ""
    note = (
        "Expected gain from knowing one factor before the choice (EVPPI), with 95 % interval. "
        f"Grey: dummy, which the model never reads, and its reach.{whole}"
    )
    title = "What is worth measuring before choosing a policy?"
    made = _factor_rows(title, note, manifest, list(table["factor"]), 1)
    axes, (value, low, high) = made.axes[0], values(table, "evppi", "low", "high")
    axes.say("Value of knowing the factor", unit)
    if not axes.known(value):
        return made.described("All values are withheld.")
    left, right = limits([*value, *low, *high])
    axes.set_xlim(0 if left >= -0.051 * right else left, right)
    axes.ticks(5)
    axes.reach(value[table["dummy"]], high[table["dummy"]])
    for y, row in axes.each(table, "evppi"):
        axes.barh(y, row["evppi"], 0.62, color=row["strong"], zorder=2)
        axes.interval(y, row["low"], row["high"])
    first = [f"{factor_name(n)} {short(v)} {unit}" for n, v in zip(table["factor"][:3], value, strict=False)]  # fmt: skip
    return made.described(f"Most worth: {listed(first)}.")


@style()
def tornado(
    frame: pd.DataFrame, *, base: float | None = None, outcome: str = "the outcome",
    unit: str = "", manifest: Manifest = None,
) -> Figure:  # fmt: skip
    """Draw the difference at the low and high end of each factor, the widest range first.

    `frame` has a row a factor: `factor`, `low_value`, `high_value` (ends of its range), `at_low`,
    `at_high` (difference there); optional `base`, and limits `at_low_low`, `at_low_high`,
    `at_high_low`, `at_high_high`. `base` is the difference with all factors at their defaults.
    """
    table = checked(frame, "factor low_value high_value at_low at_high", "tornado")
    if base is None and "base" not in table:
        raise InputError("tornado: no base; give it, or the table a column 'base'.")
    middle = float(table["base"].iloc[0]) if base is None else float(base)
    far = np.nan_to_num((table[["at_low", "at_high"]] - middle).abs(), nan=-1.0).max(axis=1)
    table = table.iloc[np.argsort(-far, kind="stable")]
    names = [factor_name(n) for n in table["factor"]]
    note = (
        f"Difference with one factor at the low (orange) or high (purple) end of its range, written "
        f"beside the bar; the others at their defaults ({short(middle, signed=True)}, dashed)."
    )
    title = f"How far does one factor alone shift the difference in {outcome}?"
    made = row_panels(title, note, manifest, names, 5.2, mono=True)
    axes = made.axes[0]
    axes.say(f"Difference in {outcome}", unit)
    ends = np.concatenate(values(table, *(end + side for end, *_ in _ENDS for side in ("", "_low", "_high"))))  # fmt: skip
    if not axes.known(ends * middle):
        return made.described("All differences are withheld.")
    axes.set_xlim(limits([*ends, middle], pad=0.17))
    axes.ticks(7)
    axes.zero()
    axes.axvline(middle, color=MUTED, linewidth=0.9, linestyle=DASHED, zorder=3)
    table["both"] = table["at_low"] + table["at_high"]
    for y, row in axes.each(table, "both", at=middle):
        _both_ends(axes, y, row, middle)
    low, high = (short(table[end].iloc[0], signed=True) for end, *_ in _ENDS)
    turned = int((table["at_low"] * table["at_high"] < 0).sum())
    widest = f"Widest: {names[0]}, from {low} to {high} {unit}".rstrip()
    return made.described(f"{widest}.", f"{turned} factors alone turn the sign.")


def _both_ends(axes: Panel, y: int, row: Mapping[Any, Any], middle: float) -> None:
    # Both ends on one side of the base share the row: the low end above, the high end below.
    shared = (row["at_low"] - middle) * (row["at_high"] - middle) > 0
    said: dict[bool, list[tuple[str, str]]] = {False: [], True: []}
    seen = [middle]
    for (end, value, colour, letters), offset in zip(_ENDS, (-0.18, 0.18), strict=True):
        at, tip = y + offset * shared, row[end]
        axes.barh(at, tip - middle, 0.36 if shared else 0.66, left=middle, color=colour, zorder=2)
        low, high = row.get(f"{end}_low", np.nan), row.get(f"{end}_high", np.nan)
        axes.interval(at, low, high, INK, 0.9)
        seen += [v for v in (tip, low, high) if np.isfinite(v)]
        right = tip > middle or (tip == middle and end == "at_high")
        said[right].append((short(float(row[value])), letters))
    for right, words in said.items():
        if words:
            text, colour = " | ".join(word for word, _ in words), words[0][1]
            axes.beside(max(seen) if right else min(seen), y, text, left=not right, fontsize=6.2,
                        color=INK if len(words) > 1 else colour)  # fmt: skip


def _coloured(table: pd.DataFrame, lead: str) -> pd.DataFrame:
    """Return a table of factors, the largest first, with `dummy` and their colours."""
    named = table["factor"].astype(str).str.startswith("dummy")
    dummy = named | (table["group"] == "dummy") if "group" in table else named
    pairs = [_DUMMY if d else _LUCK if name == "seed" else _FACTOR
             for name, d in zip(table["factor"], dummy, strict=True)]  # fmt: skip
    strong, light = zip(*pairs, strict=True)
    table = table.assign(dummy=dummy, strong=strong, light=light)
    return table.sort_values(lead, ascending=False, kind="stable")


def _outputs(table: pd.DataFrame) -> list[str]:
    found = list(dict.fromkeys(table["output"]))
    return [o for o in OUTPUTS if o in found] + [o for o in found if o not in OUTPUTS]


def _order(table: pd.DataFrame, lead: str) -> list[str]:
    """Return the factors of a sorted table, those of the leading output first."""
    return [*dict.fromkeys([*table.loc[table["output"] == lead, "factor"], *table["factor"]])]


def _factor_rows(
    title: str, note: str, manifest: Manifest, order: list[str], n: int, step: float = ROW
) -> Panels:  # fmt: skip
    names, wide = [factor_name(name) for name in order], {1: 4.6, 2: 3.2}.get(n, 2.7)
    return row_panels(title, note, manifest, names, wide, count=n, step=step, mono=True)
