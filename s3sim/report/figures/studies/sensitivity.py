"""Sensitivity: which factors move an output, by screening, indices, ends of ranges and value."""

from collections.abc import Iterator, Mapping
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from s3sim.core.errors import InputError
from s3sim.core.formatting import listed
from s3sim.report.figures.forms import (
    beside,
    checked,
    column,
    dummy_reach,
    factor_colours,
    factor_name,
    interval,
    is_dummy,
    no_values,
    percent,
    row_withheld,
    short,
    with_unit,
    zero_line,
)
from s3sim.report.figures.labels import call_out, label_points
from s3sim.report.figures.panels import ROW, Panels, limits, panels, plain_ticks, row_panels
from s3sim.report.figures.style import (
    DASHED,
    FACTOR_LIGHT,
    GAIN,
    INK,
    LOSS,
    MONO,
    MUTED,
    style,
)

OUTPUTS = {
    "baseline": "Level under the baseline",
    "policy": "Level under the policy",
    "difference": "Difference made by the policy",
}
_ENDS = (("at_low", "low_value", "#E8A55B", LOSS), ("at_high", "high_value", "#8573B4", GAIN))
_WIDTHS = {1: 4.6, 2: 3.2}  # inches of panels of bars by how many there are; more get 2.7


@style()
def mu_star_sigma(
    frame: pd.DataFrame, *, outcome: str = "the outcome", unit: str = "", labelled: int = 8,
    titles: Mapping[str, str] | None = None, manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw the elementary effects of a Morris study, one panel an output.

    Parameters
    ----------
    frame : DataFrame
        A row a factor and output: `factor`, `group` ("dummy" for factors the model never reads),
        `mu_star` with limits `mu_star_low`, `mu_star_high`, `sigma` (nan when factors moved in
        groups), `kept` (bool) and `output` ("baseline", "policy", "difference").
    labelled : int
        Kept factors named in each panel, the largest first.

    Notes
    -----
    mu* is the mean absolute elementary effect (Campolongo, Cariboni and Saltelli 2007), sigma the
    standard deviation of elementary effects (Morris 1991). Without sigma the figure shows bars.
    """
    needed = (
        "factor",
        "group",
        "mu_star",
        "mu_star_low",
        "mu_star_high",
        "sigma",
        "kept",
        "output",
    )
    table = checked(frame, needed, "mu_star_sigma").sort_values("mu_star", ascending=False)
    table["kept"], outputs = table["kept"].astype(bool), _outputs(table)
    single = bool(np.isfinite(column(table, "sigma"))[np.isfinite(column(table, "mu_star"))].all())
    luck = "diamond: luck; " if (table["factor"] == "seed").any() else ""
    note = (
        f"Filled: kept; hollow: dropped; {luck}cross: dummy, which the model never reads; grey band: "
        "what such a dummy can reach. Line across a mark: 95 % interval. Above the dashed line "
        "the effect depends on the other factors or bends."
        if single
        else "Mean size of the change when a factor or group moves, with 95 % interval. Dark: kept; "
        "light: dropped; grey: dummy, which the model never reads, and what it can reach."
    )
    title, n, order = f"Which factors move {outcome}?", len(outputs), _order(table, outputs[-1])
    if single:
        made = panels(title, note, manifest, {1: 6.2, 2: 4}.get(n, 3.3), 3.3, count=n, columns=n)
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
        axes.set_xlabel(f"Mean size of the effect, μ*{with_unit('', unit)}")
        if single and axes is made.axes[0]:
            axes.set_ylabel(f"Spread of the effect, σ{with_unit('', unit)}")
        mine = mine[np.isfinite(mine["mu_star"])]
        if no_values(axes, mine["mu_star"], both=single):
            continue
        mu, high, dummy = column(mine, "mu_star"), column(mine, "mu_star_high"), is_dummy(mine)
        right = limits([*mu, *high], pad=0.12 if single else 0.05)[1]
        axes.set_xlim(-0.03 * right if single else 0, right)
        dummy_reach(axes, mu[dummy], high[dummy])
        plain_ticks(axes.xaxis)
        if single:
            _points(axes, mine, dummy, right)
            clouds.append((axes, mine, mine["kept"].to_numpy(bool) & ~dummy))
            continue
        for y, row in _each(axes, mine, order, "mu_star"):
            colour = factor_colours(row["factor"], row["dummy"])[0]
            colour = colour if row["kept"] or row["dummy"] else FACTOR_LIGHT
            axes.barh(y, row["mu_star"], 0.62, color=colour, zorder=2)
            interval(axes, y, row["mu_star_low"], row["mu_star_high"])
    made.fit()
    for axes, mine, kept in clouds:
        _name_points(axes, mine, np.flatnonzero(kept)[:labelled])
    return made.described(*facts)


def _points(axes: Axes, mine: pd.DataFrame, dummy: Any, right: float) -> None:
    top = limits(mine["sigma"], pad=0.16)[1]
    axes.set_ylim(-0.04 * top, top)
    axes.plot(
        [0, min(right, top)],
        [0, min(right, top)],
        color=MUTED,
        linewidth=0.7,
        linestyle=(0, (3, 3)),
        zorder=1,
    )
    for row, is_idle in zip(mine.to_dict("records"), dummy, strict=True):
        colour = factor_colours(row["factor"], is_idle)[0]
        interval(axes, row["sigma"], row["mu_star_low"], row["mu_star_high"], colour, 0.8)
        axes.plot([row["mu_star"]], [row["sigma"]], zorder=5, color=colour, markeredgewidth=1.0,
                  marker="x" if is_idle else "D" if row["factor"] == "seed" else "o", markersize=4.6,
                  markerfacecolor=colour if row["kept"] else "white", gid="factor")  # fmt: skip
    axes.grid()
    plain_ticks(axes.yaxis)


def _name_points(axes: Axes, mine: pd.DataFrame, chosen: Any) -> None:
    mu, sigma = column(mine, "mu_star"), column(mine, "sigma")
    low, high = column(mine, "mu_star_low"), column(mine, "mu_star_high")
    # Intervals keep their place free of names too, as rows of small points without one.
    along = [(x, s) for a, b, m, s in zip(low, high, mu, sigma, strict=True)
             for x in (np.linspace(a, b, 9) if np.isfinite(b - a) else [m])]  # fmt: skip
    points = np.array([*zip(mu, sigma, strict=True), *along])
    radii = np.array([3.4 - 1e-3 * k for k in range(len(mu))] + [0.4] * len(along))
    names = [""] * len(points)
    for k in chosen:
        names[k] = factor_name(mine["factor"].iloc[k])
    with matplotlib.rc_context({"font.family": MONO}):
        without = label_points(axes, points, radii, names, names, 6)
        call_out(axes, points[without], [names[k] for k in without], points, 6)


@style()
def index_bars(
    frame: pd.DataFrame, *, outcome: str = "the outcome", titles: Mapping[str, str] | None = None,
    manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw first-order and total Sobol' indices, one panel an output.

    Parameters
    ----------
    frame : DataFrame
        A row a factor and output: `factor`, `S1`, `S1_low`, `S1_high`, `ST`, `ST_low`, `ST_high`
        and `output` ("baseline", "policy", "difference"). Optional: `shapley` (a diamond), `group`
        ("dummy"), and `withheld` (why an output has no index). The factor "seed" is luck.

    Notes
    -----
    Rows are sorted by the total index of the difference. Indices: Saltelli et al. (2010); Shapley
    effects: Owen (2014).
    """
    needed = ("factor", "S1", "S1_low", "S1_high", "ST", "ST_low", "ST_high", "output")
    table = checked(frame, needed, "index_bars").sort_values("ST", ascending=False, kind="stable")
    outputs = _outputs(table)
    lead = "difference" if "difference" in outputs else outputs[-1]
    order, shapley = _order(table, lead), np.isfinite(column(table, "shapley")).any()
    note = (
        "Share of the variance over worlds. Dark bar: the factor alone (S1); light bar: with its "
        f"interactions (ST); {'diamond: Shapley effect; ' if shapley else ''}lines: 95 % "
        "intervals. Orange: luck; grey: dummy, which the model never reads, and its reach."
    )
    made = _factor_rows(f"What drives {outcome}?", note, manifest, order, len(outputs), 1.25 * ROW)
    ends = np.concatenate([column(table, c) for c in ("S1", "S1_high", "ST", "ST_high")])
    low = max(limits([*column(table, "S1_low"), 0.0])[0], -0.1)
    for axes, output in zip(made, outputs, strict=True):
        mine = table[table["output"] == output].drop_duplicates("factor")
        axes.set_title((OUTPUTS | dict(titles or {})).get(output, output))
        axes.set_xlabel("Share of variance")
        axes.set_xlim(min(low, 0.0), max(limits(ends)[1], 0.1))
        plain_ticks(axes.xaxis)
        reasons = [str(r) for r in mine.get("withheld", []) if isinstance(r, str) and r]
        if no_values(axes, mine["ST"], reasons[0] if reasons else ""):
            continue
        dummy = is_dummy(mine)
        dummy_reach(axes, column(mine, "ST")[dummy], column(mine, "ST_high")[dummy])
        zero_line(axes)
        for y, row in _each(axes, mine, order, "ST"):
            strong, light = factor_colours(row["factor"], row["dummy"])
            axes.barh(y, row["ST"], 0.72, color=light, zorder=2)
            interval(axes, y - 0.18, row["ST_low"], row["ST_high"], "#444444", 0.9)
            if np.isfinite(row["S1"]):
                axes.barh(y + 0.18, row["S1"], 0.36, color=strong, zorder=3)
                interval(axes, y + 0.18, row["S1_low"], row["S1_high"], INK, 0.9)
            if np.isfinite(row.get("shapley", np.nan)):
                axes.plot([row["shapley"]], [y], "D", color=INK, markerfacecolor="white", zorder=5,
                          markersize=3.8, markeredgewidth=0.9, gid="shapley")  # fmt: skip
    best = table[(table["output"] == lead) & np.isfinite(table["ST"])].head(5)
    return made.described(*[
        f"{factor_name(r['factor'])}: {percent(r['ST'])} of the variance of the {lead}."
        for r in best.to_dict("records")
    ])  # fmt: skip


@style()
def information_bars(
    frame: pd.DataFrame, *, unit: str = "EUR million", perfect: float = float("nan"),
    manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw what knowing each factor would be worth (EVPPI), largest first.

    Parameters
    ----------
    frame : DataFrame
        A row a factor: `factor`, `evppi`, `low`, `high`; optional `group`.
    perfect : float
        Value of knowing everything (EVPI), written into the note when finite.

    Notes
    -----
    Expected value of partial perfect information by regression: Strong, Oakley and Brennan (2014).
    """
    table = checked(frame, ("factor", "evppi", "low", "high"), "information_bars")
    table = table.sort_values("evppi", ascending=False, kind="stable")
    whole = f" Knowing everything is worth {short(perfect)} {unit}." if np.isfinite(perfect) else ""
    note = (
        "Expected gain from knowing one factor before the choice (EVPPI), with 95 % interval. "
        f"Grey: dummy, which the model never reads, and its reach.{whole}"
    )
    order = [str(name) for name in table["factor"]]
    made = _factor_rows(
        "What is worth measuring before choosing a policy?", note, manifest, order, 1
    )
    axes = made.axes[0]
    axes.set_xlabel(with_unit("Value of knowing the factor", unit))
    value, high, dummy = column(table, "evppi"), column(table, "high"), is_dummy(table)
    if no_values(axes, value):
        return made.described("All values are withheld.")
    left, right = limits([*value, *column(table, "low"), *high])
    axes.set_xlim(0 if left >= -0.051 * right else left, right)
    plain_ticks(axes.xaxis)
    dummy_reach(axes, value[dummy], high[dummy])
    for y, row in _each(axes, table, order, "evppi"):
        axes.barh(
            y, row["evppi"], 0.62, color=factor_colours(row["factor"], row["dummy"])[0], zorder=2
        )
        interval(axes, y, row["low"], row["high"])
    first = [
        f"{factor_name(n)} {short(v)} {unit}" for n, v in zip(order[:3], value[:3], strict=True)
    ]
    return made.described(f"Most worth: {listed(first)}.")


@style()
def tornado(
    frame: pd.DataFrame, *, base: float | None = None, outcome: str = "the outcome",
    unit: str = "", manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw the difference at the low and high end of each factor, the widest range first.

    Parameters
    ----------
    frame : DataFrame
        A row a factor: `factor`, `low_value`, `high_value` (ends of its range), `at_low`, `at_high`
        (difference there); optional `base`, and limits `at_low_low`, `at_low_high`, `at_high_low`,
        `at_high_high`.
    base : float, optional
        Difference with all factors at their defaults; otherwise the column `base`.
    """
    table = checked(frame, ("factor", "low_value", "high_value", "at_low", "at_high"), "tornado")
    if base is None and "base" not in table:
        raise InputError("tornado: no base; give it, or the table a column 'base'.")
    middle = float(table["base"].iloc[0]) if base is None else float(base)
    reach = np.nan_to_num((table[["at_low", "at_high"]] - middle).abs(), nan=-1.0).max(axis=1)
    table = table.iloc[np.argsort(-reach, kind="stable")].reset_index(drop=True)
    names = [factor_name(n) for n in table["factor"]]
    note = (
        f"Difference with one factor at the low (orange) or high (purple) end of its range, written "
        f"beside the bar; the others at their defaults ({short(middle, signed=True)}, dashed)."
    )
    title = f"How far does one factor alone shift the difference in {outcome}?"
    made = row_panels(title, note, manifest, names, 5.2, mono=True)
    axes = made.axes[0]
    axes.set_xlabel(with_unit(f"Difference in {outcome}", unit))
    ends = [column(table, end + side) for end, *_ in _ENDS for side in ("", "_low", "_high")]
    if no_values(axes, np.concatenate(ends) * middle):
        return made.described("All differences are withheld.")
    axes.set_xlim(limits([*np.concatenate(ends), middle], pad=0.17))
    plain_ticks(axes.xaxis, 7)
    zero_line(axes)
    axes.axvline(middle, color=MUTED, linewidth=0.9, linestyle=DASHED, zorder=3)
    for y, row in enumerate(table.to_dict("records")):
        _both_ends(axes, y, row, middle)
    turned = int((np.sign(table["at_low"]) * np.sign(table["at_high"]) < 0).sum())
    low, high = (short(float(table[end].iloc[0]), signed=True) for end, *_ in _ENDS)
    widest = f"Widest: {names[0]}, from {low} to {high} {unit}".rstrip()
    return made.described(f"{widest}.", f"{turned} factors alone turn the sign.")


def _both_ends(axes: Axes, y: int, row: Mapping[Any, Any], middle: float) -> None:
    low, high = row["at_low"], row["at_high"]
    if not (np.isfinite(low) and np.isfinite(high)):
        row_withheld(axes, y, middle)
        return
    # Both ends on one side of the base share the row: the low end above, the high end below.
    shared = (low - middle) * (high - middle) > 0
    said: dict[bool, list[tuple[str, str]]] = {False: [], True: []}
    reach = [middle]
    for (end, value, colour, letters), offset in zip(_ENDS, (-0.18, 0.18), strict=True):
        at, tip = y + offset * shared, row[end]
        axes.barh(at, tip - middle, 0.36 if shared else 0.66, left=middle, color=colour, zorder=2)
        limits_ = [float(row.get(f"{end}_{side}", np.nan)) for side in ("low", "high")]
        interval(axes, at, limits_[0], limits_[1], INK, 0.9)
        reach += [v for v in (tip, *limits_) if np.isfinite(v)]
        right = tip > middle or (tip == middle and end == "at_high")
        said[right].append((short(float(row[value])), letters))
    for right, words in said.items():
        if words:
            beside(axes, max(reach) if right else min(reach), y, " | ".join(w for w, _ in words), left=not right,
                   fontsize=6.2, color=INK if len(words) > 1 else words[0][1])  # fmt: skip


def _outputs(table: pd.DataFrame) -> list[str]:
    found = list(dict.fromkeys(table["output"]))
    return [o for o in OUTPUTS if o in found] + [o for o in found if o not in OUTPUTS]


def _order(table: pd.DataFrame, lead: str) -> list[str]:
    """Return the factors of a sorted table, those of the leading output first."""
    return [*dict.fromkeys([*table.loc[table["output"] == lead, "factor"], *table["factor"]])]


def _factor_rows(
    title: str, note: str, manifest: Mapping[str, Any] | None, order: list[str], n: int, step: float = ROW
) -> Panels:  # fmt: skip
    names = [factor_name(name) for name in order]
    return row_panels(
        title, note, manifest, names, _WIDTHS.get(n, 2.7), count=n, step=step, mono=True
    )


def _each(
    axes: Axes, mine: pd.DataFrame, order: list[str], value: str
) -> Iterator[tuple[int, dict[Any, Any]]]:
    """Yield each factor's place and row, with `dummy`; a factor without a value is withheld."""
    rows = {row["factor"]: row for row in mine.assign(dummy=is_dummy(mine)).to_dict("records")}
    for y, name in enumerate(order):
        if name in rows and np.isfinite(rows[name][value]):
            yield y, rows[name]
        else:
            row_withheld(axes, y)
