"""Variance-based sensitivity: bars of Sobol' indices with intervals."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from s3sim.report.figures.studies.base import (
    AXIS,
    DUMMY,
    DUMMY_LIGHT,
    FACTOR,
    FACTOR_LIGHT,
    HEAD,
    LUCK,
    LUCK_LIGHT,
    OUTPUTS,
    ROW,
    board,
    broad,
    checked,
    column,
    describe,
    dummy_reach,
    interval,
    limits,
    margin,
    missing,
    plain,
    rows,
    top_of,
    withheld,
)
from s3sim.report.figures.studies.words import is_dummy, percent, shown
from s3sim.report.figures.style import CREDIT, INK, SIDE, look, place


@look()
def index_bars(
    frame: pd.DataFrame, *, outcome: str = "the outcome", titles: Mapping[str, str] | None = None,
    manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw first-order and total Sobol' indices with 95 % intervals, one panel an output.

    Parameters
    ----------
    frame : DataFrame
        A row a factor and output: `factor`, `S1`, `S1_low`, `S1_high`, `ST`, `ST_low`, `ST_high`
        and `output` ("baseline", "policy", "difference"). Optional: `shapley` (a diamond), `group`
        ("dummy"), and `withheld` (why an output has no index). The factor "seed" is luck.
    outcome : str
        What the output measures.
    titles : mapping, optional
        Heading of the panel of each output.
    manifest : mapping, optional
        For the credit line.

    Raises
    ------
    InputError
        When a column is missing or the table is empty.

    Notes
    -----
    Rows are sorted by the total index of the difference. Indices: Saltelli et al. (2010); Shapley
    effects: Owen (2014).
    """
    needed = ("factor", "S1", "S1_low", "S1_high", "ST", "ST_low", "ST_high", "output")
    table = checked(frame, needed, "index_bars")
    outputs = [o for o in OUTPUTS if o in set(table["output"])]
    outputs += [o for o in dict.fromkeys(table["output"]) if o not in outputs]
    heads = {**OUTPUTS, **(titles or {})}
    lead = "difference" if "difference" in outputs else outputs[-1]
    best = table[table["output"] == lead].sort_values("ST", ascending=False, kind="stable")
    order = [str(n) for n in dict.fromkeys([*best["factor"], *table["factor"]])]
    names = [shown(n) for n in order]
    has_shapley = bool(np.isfinite(column(table, "shapley")).any())
    title = f"What drives {outcome}?"
    note = (
        "Share of the variance over worlds. Dark bar: the factor alone (S1); light bar: with its "
        f"interactions (ST); {'diamond: Shapley effect; ' if has_shapley else ''}lines: 95 % "
        "intervals. Orange: luck; grey: dummy, which the model never reads, and its reach."
    )
    side, high = margin(names), 1.25 * ROW * len(order)
    width = broad(2 * SIDE + side + {1: 4.6, 2: 6.6}.get(len(outputs), 8.7), title)
    cell = (width - 2 * SIDE - side - 0.25 * (len(outputs) - 1)) / len(outputs)
    head = top_of(note, width)
    figure = board(width, head + HEAD + high + AXIS + CREDIT, title, note, manifest)
    ends = [table[c].to_numpy(float) for c in ("S1", "S1_high", "ST", "ST_high")]
    low = min(
        0.0, *(float(v) for v in limits(np.concatenate([column(table, "S1_low"), [0.0]]))[:1])
    )
    right = max(limits(np.concatenate(ends))[1], 0.1)
    for k, output in enumerate(outputs):
        axes = place(figure, SIDE + side + k * (cell + 0.25), CREDIT + AXIS, cell, high)
        axes.set_title(heads.get(output, output), pad=5)
        axes.set_xlabel("Share of variance", labelpad=2)
        rows(axes, names, labels=k == 0)
        axes.set_xlim(max(low, -0.1), right)
        plain(axes.xaxis)
        mine = table[table["output"] == output].drop_duplicates("factor")
        if not np.isfinite(column(mine, "ST")).any():
            reasons = [str(r) for r in mine.get("withheld", []) if isinstance(r, str) and r]
            axes.set_xticks([])
            withheld(axes, reasons[0] if reasons else "")
            continue
        _panel(axes, mine.set_index("factor"), order)
    facts = [
        f"{shown(str(r['factor']))}: {percent(float(r['ST']))} of the variance of the {lead}."
        for _, r in best.head(5).iterrows()
        if np.isfinite(r["ST"])
    ]
    return describe(figure, *facts)


def _panel(axes: Axes, mine: pd.DataFrame, order: list[str]) -> None:
    groups = mine["group"].astype(str) if "group" in mine else pd.Series("", index=mine.index)
    dummy = [n for n in mine.index if is_dummy(str(n), groups[n])]
    dummy_reach(axes, column(mine.loc[dummy], "ST"), column(mine.loc[dummy], "ST_high"))
    axes.axvline(0, color=INK, linewidth=0.8, zorder=3)
    known = mine.to_dict("index")
    for y, name in enumerate(order):
        row = known.get(name)
        if row is None or not np.isfinite(row["ST"]):
            missing(axes, y)
            continue
        strong, weak = (
            (DUMMY, DUMMY_LIGHT) if name in dummy
            else (LUCK, LUCK_LIGHT) if name == "seed" else (FACTOR, FACTOR_LIGHT)
        )  # fmt: skip
        axes.barh(y, row["ST"], 0.72, color=weak, zorder=2)
        interval(axes, y - 0.18, row["ST_low"], row["ST_high"], "#444444", 0.9)
        if np.isfinite(row["S1"]):
            axes.barh(y + 0.18, row["S1"], 0.36, color=strong, zorder=3)
            interval(axes, y + 0.18, row["S1_low"], row["S1_high"], INK, 0.9)
        if np.isfinite(row.get("shapley", np.nan)):
            axes.plot([row["shapley"]], [y], "D", color=INK, markerfacecolor="white", zorder=5,
                      markersize=3.8, markeredgewidth=0.9, gid="shapley")  # fmt: skip
