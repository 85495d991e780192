"""How the difference in each outcome is spread over worlds."""

from collections.abc import Mapping
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from s3sim.core.arrays import Floats
from s3sim.report.figures.studies.base import (
    BAND,
    board,
    broad,
    checked,
    column,
    describe,
    interval,
    limits,
    margin,
    plain,
    top_of,
)
from s3sim.report.figures.studies.words import percent, short
from s3sim.report.figures.style import (
    CREDIT,
    GAIN,
    GRID,
    INK,
    LOSS,
    MUTED,
    SIDE,
    look,
    place,
)

_FEW = 100


@look()
def difference_distributions(
    frame: pd.DataFrame, *, smallest: float = 5.0, unit: str = "% of the baseline",
    titles: Mapping[str, str] | None = None, manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw how each outcome's paired difference is spread over worlds, with the worlds won.

    Parameters
    ----------
    frame : DataFrame
        A row a world, outcome and, if there are several, `policy`: `outcome`, `difference`
        (relative to the baseline); optional `better` ("higher" or "lower"; higher by default).
    smallest : float
        Smallest effect of interest, in the unit of the differences; 0 draws no band.
    unit : str
        Unit of the differences.
    titles : mapping, optional
        Titles of outcomes and policies.
    manifest : mapping, optional
        For the credit line.

    Raises
    ------
    InputError
        When a column is missing or the table is empty.
    """
    table = checked(frame, ("outcome", "difference"), "difference_distributions")
    table = table.assign(policy=table.get("policy", ""))
    pairs = list(dict.fromkeys(zip(table["outcome"], table["policy"], strict=True)))
    words = titles or {}
    title = "How the difference varies over worlds"
    band = (
        f" Grey: smaller than the smallest effect of interest, {short(smallest)}."
        if smallest
        else ""
    )
    note = (
        f"Paired difference, {unit}. Purple: worlds won; orange: worlds lost. Dot: median; "
        f"lines: middle half and 90 % of worlds.{band} Each outcome has its own scale"
        f"{'; the outermost bars hold the worlds beyond it' if len(table) > len(pairs) * _FEW else ''}."
    )
    width, high, below = broad(9.0, title), 0.44, 0.3
    head = top_of(note, width) + 0.05
    figure = board(width, head + len(pairs) * (high + below) + CREDIT, title, note, manifest)
    tall, said = figure.get_size_inches()[1], 1.5
    names = min(2.5, margin([fill(words.get(str(o), str(o)), 34) for o, _ in pairs], 7.5))
    names = max(names, margin([words.get(str(p), str(p)) for _, p in pairs], 7.5))
    facts = []
    for k, (outcome, policy) in enumerate(pairs):
        bottom = tall - head - k * (high + below) - high
        axes = place(figure, SIDE + names, bottom, width - 2 * SIDE - names - said, high)
        whole = table[table["outcome"] == outcome]
        mine = whole[whole["policy"] == policy]
        better = str(mine["better"].iloc[0]) if "better" in mine else "higher"
        label = fill(words.get(str(outcome), str(outcome)), 34)
        label += f"\n{words.get(str(policy), str(policy))}" if policy else ""
        axes.text(-0.02, 0.4, label, transform=axes.transAxes, ha="right", va="center", fontsize=7.5,
                  linespacing=1.1)  # fmt: skip
        axes.set_xlim(limits([*_reach(column(whole, "difference")), -smallest, smallest], pad=0.04))
        told = _spread(axes, column(mine, "difference"), -1 if better == "lower" else 1, smallest)
        axes.text(1.02, 0.4, told, transform=axes.transAxes, va="center", fontsize=7.5,
                  linespacing=1.2)  # fmt: skip
        facts.append(f"{' '.join(label.split())}: {' '.join(told.split())}.")
    return describe(figure, *facts)


def _reach(values: Floats) -> Floats:
    """Return what the axis must show: of many worlds the middle 98 %, or a few stretch it."""
    known = values[np.isfinite(values)]
    return known if len(known) <= _FEW else np.quantile(known, [0.01, 0.99])


def _spread(axes: Axes, values: Floats, sign: int, smallest: float) -> str:
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    plain(axes.xaxis, 7)
    axes.tick_params(axis="x", pad=1.5, labelsize=6.5)
    if smallest:
        axes.axvspan(-smallest, smallest, color=BAND, zorder=0, linewidth=0, gid="smallest effect")
    axes.axvline(0, color=INK, linewidth=0.9, zorder=4)
    values = values[np.isfinite(values)]
    if not len(values):
        axes.text(0.5, 0.5, "withheld", transform=axes.transAxes, ha="center", va="center",
                  style="italic", color=MUTED)  # fmt: skip
        return "withheld"
    low, high = axes.get_xlim()
    step = (high - low) / 60
    # Bins start at zero, so that no bar mixes worlds won and lost.
    edges = step * np.arange(np.floor(low / step), np.ceil(high / step) + 1)
    counts, _ = np.histogram(np.clip(values[values != 0], edges[0], edges[-1]), edges)
    colours = [GAIN if sign * (a + step / 2) > 0 else LOSS for a in edges[:-1]]
    axes.bar(
        edges[:-1], counts, step, align="edge", color=colours, alpha=0.7, zorder=2, linewidth=0
    )
    tallest = max(int(counts.max()), 1)
    axes.set_ylim(-0.42 * tallest, 1.05 * tallest)
    five, quarter, half, three, most = np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95])
    interval(axes, -0.2 * tallest, float(five), float(most), INK, 0.9)
    interval(axes, -0.2 * tallest, float(quarter), float(three), INK, 2.4)
    axes.plot([half], [-0.2 * tallest], "o", color="white", markeredgecolor=INK, markersize=4,
              zorder=5, gid="median")  # fmt: skip
    axes.grid(axis="x", color=GRID, linewidth=0.5)
    axes.set_axisbelow(True)
    won, lost = float((sign * values > 0).mean()), float((sign * values < 0).mean())
    direction = "" if sign > 0 else " (lower is better)"
    return f"won in {percent(won)}, lost in {percent(lost)}\nof {len(values)} worlds{direction}"
