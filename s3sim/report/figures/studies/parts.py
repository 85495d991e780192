"""Parts of a whole: contributions of components, and gains and losses by region."""

from collections.abc import Mapping
from math import isclose
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from s3sim.analysis.verdicts import verdict
from s3sim.core.errors import InputError
from s3sim.core.formatting import rounded
from s3sim.report.figures.studies.base import (
    AXIS,
    ROW,
    board,
    broad,
    checked,
    column,
    describe,
    interval,
    limits,
    margin,
    missing,
    plain,
    rows,
    top_of,
    withheld,
)
from s3sim.report.figures.studies.words import axis_words, percent, short
from s3sim.report.figures.style import CREDIT, GAIN, INK, LOSS, MUTED, SIDE, look, place

TOTAL = "total"


@look()
def shapley_split(
    frame: pd.DataFrame, *, outcome: str = "the outcome", unit: str = "",
    titles: Mapping[str, str] | None = None, manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw what each component contributes to the difference, as steps that end at the total.

    Parameters
    ----------
    frame : DataFrame
        A row a component: `component`, `value`, `low`, `high` (95 % interval of the part). A row
        "total" may give the whole with its interval.
    outcome, unit : str
        What the difference measures, and its unit.
    titles : mapping, optional
        Titles of components.
    manifest : mapping, optional
        For the credit line.

    Raises
    ------
    InputError
        When a column is missing, the table is empty, or the parts do not add up to the total.

    Notes
    -----
    Shapley values of a factorial of components (Shapley 1953): each part is the mean contribution
    over all orders of adding the components, so the parts add up to the whole.
    """
    table = checked(frame, ("component", "value", "low", "high"), "shapley_split")
    whole = table[table["component"] == TOTAL]
    parts = table[table["component"] != TOTAL].reset_index(drop=True)
    value = column(parts, "value")
    total = float(value.sum())
    if len(whole) and np.isfinite(total):
        given = float(whole["value"].iloc[0])
        scale = float(np.abs(value).sum())
        if not isclose(given, total, rel_tol=1e-6, abs_tol=1e-6 * scale):
            raise InputError(
                f"shapley_split: the parts add up to {total:g} and the total is {given:g}; they must agree."
            )
    words = {TOTAL: "all together", **(titles or {})}
    order = [*parts["component"].astype(str), TOTAL]
    names = [words.get(n, n) for n in order]
    title = f"Which component makes the difference in {outcome}?"
    note = (
        "Mean contribution of each component over all orders of adding them (Shapley value), with "
        "95 % interval; each bar starts where the one above ends."
    )
    side, high = margin(names), 1.6 * ROW * len(names)
    width = broad(2 * SIDE + side + 5.6, title)
    figure = board(width, top_of(note, width) + high + AXIS + CREDIT + 0.1, title, note, manifest)
    axes = place(figure, SIDE + side, CREDIT + AXIS, width - 2 * SIDE - side, high)
    rows(axes, names, mono=False)
    axes.set_xlabel(axis_words(f"Difference in {outcome}", unit), labelpad=2)
    if not np.isfinite(value).all() or not len(value):
        axes.set_xticks([])
        withheld(axes, "not every part is known, so they do not add up")
        return describe(figure, "The split is withheld.")
    starts = np.concatenate([[0.0], np.cumsum(value)[:-1], [0.0]])
    sizes = np.concatenate([value, [total]])
    lows = np.concatenate(
        [column(parts, "low"), column(whole, "low")[:1] if len(whole) else [np.nan]]
    )
    highs = np.concatenate(
        [column(parts, "high"), column(whole, "high")[:1] if len(whole) else [np.nan]]
    )
    reach = [*(starts + sizes), *(starts + lows), *(starts + highs)]
    axes.set_xlim(limits(reach, pad=0.2))
    plain(axes.xaxis, 7)
    axes.axvline(0, color=INK, linewidth=0.9, zorder=1)
    said = []
    for y, (start, size, low, top) in enumerate(zip(starts, sizes, lows, highs, strict=True)):
        colour = MUTED if y == len(value) else GAIN if size >= 0 else LOSS
        axes.barh(y, size, 0.6, left=start, color=colour, alpha=0.75, zorder=2, gid="part")
        interval(axes, y, start + low, start + top, INK, 1.1)
        if y < len(value):
            axes.plot([start + size] * 2, [y + 0.3, y + 0.7], color=MUTED, linewidth=0.7, zorder=1)
        ends = [e for e in (start, start + size, start + low, start + top) if np.isfinite(e)]
        told = rounded(size, low, top)
        axes.annotate(told.effect if np.isfinite(low) else short(size, signed=True), (max(ends), y),
                      (4, 0), textcoords="offset points", va="center", fontsize=7.2)  # fmt: skip
        said.append(f"{names[y]} {told.effect} {unit} ({told.low} to {told.high})")
    return describe(figure, f"{'; '.join(said)}.")


@look()
def winners_losers(
    frame: pd.DataFrame, *, outcome: str = "the outcome", unit: str = "%",
    manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw the mean difference in each region, largest gain first, and where it loses.

    Parameters
    ----------
    frame : DataFrame
        A row a region: `code`, `name`, `mean`, `low`, `high` (95 % interval over worlds) and
        `share_losing` (share of worlds in which the region loses, 0 to 1).
    outcome, unit : str
        What the difference measures, and its unit.
    manifest : mapping, optional
        For the credit line.

    Raises
    ------
    InputError
        When a column is missing or the table is empty.
    """
    needed = ("code", "name", "mean", "low", "high", "share_losing")
    table = checked(frame, needed, "winners_losers")
    table = table.sort_values(["mean", "code"], ascending=[False, True]).reset_index(drop=True)
    names = [f"{n if len(n) <= 40 else n[:39] + '…'}  {c}"
             for n, c in zip(table["name"].astype(str), table["code"].astype(str), strict=True)]  # fmt: skip
    mean = column(table, "mean")
    losing = int((column(table, "high") < 0).sum())
    title = f"Who gains and who loses: {outcome} by region"
    clear = "no region clearly loses" if not losing else f"{losing} of {len(table)} clearly lose"
    note = (
        f"Mean paired difference over worlds with 95 % interval; {clear}. Bars at the right: share of "
        "worlds in which the region loses."
    )
    side, high, share = margin(names) * 0.92, max(0.17 * len(names), 0.5), 1.35
    width = broad(2 * SIDE + side + 5.4, title)
    figure = board(width, top_of(note, width) + high + AXIS + CREDIT + 0.1, title, note, manifest)
    wide = width - 2 * SIDE - side - share - 0.2
    axes = place(figure, SIDE + side, CREDIT + AXIS, wide, high)
    rows(axes, names, mono=False)
    axes.set_xlabel(axis_words("Difference", unit), labelpad=2)
    if not np.isfinite(mean).any():
        axes.set_xticks([])
        withheld(axes)
        return describe(figure, "All differences are withheld.")
    axes.set_xlim(limits([*mean, *column(table, "low"), *column(table, "high")]))
    plain(axes.xaxis, 6)
    axes.axvline(0, color=INK, linewidth=0.9, zorder=1)
    lost = place(figure, width - SIDE - share, CREDIT + AXIS, share, high)
    rows(lost, names, labels=False)
    lost.set(xlim=(0, 1.32), xticks=[0, 0.5, 1])
    lost.set_xticklabels(["0", "50", "100"])
    lost.set_xlabel("Worlds losing [%]", labelpad=2)
    colours = {"higher": GAIN, "lower": LOSS}
    for y, row in enumerate(table.to_dict("records")):
        if not np.isfinite(row["mean"]):
            missing(axes, y)
            continue
        colour = colours.get(verdict(row["low"], row["high"]), MUTED)
        interval(axes, y, row["low"], row["high"], colour)
        axes.plot([row["mean"]], [y], "o", color=colour, markersize=4.2, zorder=5, gid="region",
                  markerfacecolor="white" if colour == MUTED else colour)  # fmt: skip
        if np.isfinite(row["share_losing"]):
            lost.barh(y, row["share_losing"], 0.6, color="#E3A163", zorder=2)
            lost.text(row["share_losing"] + 0.03, y, percent(row["share_losing"]), va="center",
                      fontsize=6.2, color=MUTED, zorder=4)  # fmt: skip
    ends = [f"{names[k]} {short(mean[k], signed=True)} {unit}" for k in (0, -1)]
    return describe(figure, f"From {ends[0]} to {ends[1]}.")
