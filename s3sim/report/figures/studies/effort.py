"""Cost and effort: where an instrument breaks even, how the mean settles."""

from collections.abc import Mapping
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from s3sim.core.formatting import listed
from s3sim.report.figures.studies.base import (
    AXIS,
    BAND,
    FACTOR,
    HEAD,
    board,
    broad,
    checked,
    column,
    describe,
    limits,
    plain,
    top_of,
    withheld,
)
from s3sim.report.figures.studies.crossings import crossings
from s3sim.report.figures.studies.words import axis_words, short
from s3sim.report.figures.style import CREDIT, GRID, INK, LOSS, MUTED, SIDE, look, place

_LEFT = 0.62


@look()
def cost_curve(
    frame: pd.DataFrame, *, level: float = 0.0, level_name: str = "", cost: str = "Brokerage cost",
    cost_unit: str = "EUR a year", value: str = "Net effect", unit: str = "",
    manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw a value against the cost of an instrument, and where it breaks even.

    Parameters
    ----------
    frame : DataFrame
        A row a cost: `cost`, `value` (net effect, or cost of an additional collaboration), `low`,
        `high` (95 % interval).
    level : float
        Value at which the policy breaks even: 0 for a net effect, the price of the alternative for
        a cost.
    level_name, cost, cost_unit, value, unit : str
        Words for the level and the axes.
    manifest : mapping, optional
        For the credit line.

    Raises
    ------
    InputError
        When a column is missing or the table is empty.
    """
    table = checked(frame, ("cost", "value", "low", "high"), "cost_curve").sort_values("cost")
    x, y = column(table, "cost"), column(table, "value")
    low, high = column(table, "low"), column(table, "high")
    title = "At what cost does it stop paying off?"
    note = f"{value} at each cost, mean over worlds with 95 % interval."
    width = broad(7.2, title)
    head, deep = top_of(note, width) + 0.16, 3.0
    figure = board(width, head + deep + AXIS + CREDIT, title, note, manifest)
    axes = place(figure, SIDE + _LEFT, CREDIT + AXIS, width - 2 * SIDE - _LEFT, deep)
    axes.set_xlabel(axis_words(cost, cost_unit), labelpad=2)
    axes.set_ylabel(axis_words(value, unit), labelpad=2)
    if not np.isfinite(y).any():
        axes.set(xticks=[], yticks=[])
        withheld(axes)
        return describe(figure, "The curve is withheld.")
    axes.fill_between(x, low, high, color=FACTOR, alpha=0.2, linewidth=0, zorder=2)
    axes.plot(x, y, "-o", color=FACTOR, linewidth=1.6, markersize=3.6, zorder=4)
    axes.axhline(level, color=INK, linewidth=0.9, zorder=3)
    axes.set(xlim=limits(x, zero=False, pad=0.03), ylim=limits([*y, *low, *high, level], pad=0.08))
    plain(axes.xaxis, 7)
    plain(axes.yaxis)
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    if level_name:
        axes.text(0.995, level, level_name, transform=axes.get_yaxis_transform(), ha="right",
                  va="bottom", fontsize=7, color=MUTED, zorder=5)  # fmt: skip
    at = crossings(x, y - level)
    bounds = [short(c) for side in (low, high) for c in crossings(x, side - level)[:1]]
    open_ = bool(((low <= level) & (level <= high)).all())
    if open_:
        said = f"no break-even can be told: {level_name or 'zero'} lies within the interval at every cost"
    elif not at:
        said = "no break-even within this range"
    else:
        said = f"break-even at {short(at[0])} {cost_unit}".rstrip()
        if len(bounds) == 2:
            said += f" ({listed(sorted(bounds, key=len))} at the ends of the interval)"
        axes.axvline(at[0], color=LOSS, linewidth=0.9, linestyle=(0, (3, 2)), zorder=3)
        axes.plot([at[0]], [level], "o", color=LOSS, markersize=5, zorder=5, gid="break-even")
    axes.text(0, 1.02, said[:1].upper() + said[1:], transform=axes.transAxes, fontsize=7.5,
              color=LOSS if at and not open_ else MUTED)  # fmt: skip
    return describe(figure, said[:1].upper() + said[1:] + ".")


@look()
def running_mean(
    frame: pd.DataFrame, *, titles: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None, smallest: Mapping[str, float] | None = None,
    manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw how the mean paired difference settles with the number of worlds.

    Parameters
    ----------
    frame : DataFrame
        `worlds`, `mean`, `low`, `high` (95 % interval); optional `outcome`, a panel each.
    titles, units : mapping, optional
        Titles and units of outcomes.
    smallest : mapping, optional
        Smallest effect of interest of an outcome, drawn as a grey band.
    manifest : mapping, optional
        For the credit line.

    Raises
    ------
    InputError
        When a column is missing or the table is empty.
    """
    table = checked(frame, ("worlds", "mean", "low", "high"), "running_mean")
    table = table.assign(outcome=table.get("outcome", ""))
    outcomes = list(dict.fromkeys(table["outcome"].astype(str)))
    title = "How the mean difference settles"
    note = "Mean paired difference over the first worlds, with 95 % interval." + (
        " Grey: smaller than the smallest effect of interest." if smallest else ""
    )
    columns = min(len(outcomes), 3)
    lines, left, gap, deep = -(-len(outcomes) // columns), 0.5, 0.62, 2.0
    width = broad({1: 7.2, 2: 9.0}.get(columns, 11.4), title)
    cell = (width - 2 * SIDE - left - gap * (columns - 1)) / columns
    head, above = top_of(note, width), HEAD + 0.12
    figure = board(width, head + lines * (above + deep + AXIS) + CREDIT, title, note, manifest)
    tall, facts = figure.get_size_inches()[1], []
    for k, outcome in enumerate(outcomes):
        row, col = divmod(k, columns)
        bottom = tall - head - (row + 1) * (above + deep) - row * AXIS
        axes = place(figure, SIDE + left + col * (cell + gap), bottom, cell, deep)
        name = (titles or {}).get(outcome, outcome)
        axes.set_title(fill(name, int(cell * 12)), pad=5, fontsize=8.5)
        axes.set_xlabel("Worlds", labelpad=2)
        axes.set_ylabel(axis_words("Difference", (units or {}).get(outcome, "")), labelpad=2)
        mine = table[table["outcome"].astype(str) == outcome].sort_values("worlds")
        facts.append(_settling(axes, mine, name, (smallest or {}).get(outcome, 0.0)))
    return describe(figure, *facts)


def _settling(axes: Axes, mine: pd.DataFrame, name: str, smallest: float) -> str:
    x, mean = column(mine, "worlds"), column(mine, "mean")
    low, high = column(mine, "low"), column(mine, "high")
    if not np.isfinite(mean).any():
        axes.set(xticks=[], yticks=[])
        withheld(axes)
        return f"{name}: withheld."
    if smallest:
        axes.axhspan(-smallest, smallest, color=BAND, zorder=0, linewidth=0, gid="smallest effect")
    axes.axhline(0, color=INK, linewidth=0.9, zorder=1)
    axes.fill_between(x, low, high, color=FACTOR, alpha=0.2, linewidth=0, zorder=2)
    axes.plot(x, mean, color=FACTOR, linewidth=1.6, zorder=3)
    # The first few intervals are so wide that they would hide all that follows.
    settled = x >= np.nanquantile(x, 0.1)
    seen = [*mean, *low[settled], *high[settled], -smallest, smallest]
    axes.set(xlim=limits(x, zero=False, pad=0.02), ylim=limits(seen, pad=0.08))
    plain(axes.xaxis)
    plain(axes.yaxis)
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    return f"{name}: {short(float(mean[-1]), signed=True)} after {x[-1]:.0f} worlds.".lstrip(": ")
