"""Collaboration against growth: the change of both in every world."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from s3sim.core.arrays import Floats
from s3sim.report.figures.paired import mean_interval
from s3sim.report.figures.studies.base import (
    AXIS,
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
from s3sim.report.figures.studies.words import axis_words, percent
from s3sim.report.figures.style import (
    CREDIT,
    INK,
    MUTED,
    SIDE,
    dark,
    look,
    marks,
    place,
)

_CORNERS = ((1, 1, "more collaboration,\nmore growth"), (-1, 1, "less collaboration,\nmore growth"),
            (1, -1, "more collaboration,\nless growth"), (-1, -1, "less collaboration,\nless growth"))  # fmt: skip
_ROOM, _STRIP = 0.17, 0.33  # share of a panel kept for words; least share on each side of zero


@look()
def trade_off(
    frame: pd.DataFrame, *, units: tuple[str, str] = ("%", "%"),
    titles: Mapping[str, str] | None = None, baseline: str = "the baseline",
    manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw the change of collaboration against the change of growth, a dot a world.

    Parameters
    ----------
    frame : DataFrame
        A row a world and policy: `policy`, `collaboration`, `growth` (paired changes).
    units : pair of str
        Units of the two changes.
    titles : mapping, optional
        Title of each policy.
    baseline : str
        What the changes are against.
    manifest : mapping, optional
        For the credit line.

    Raises
    ------
    InputError
        When a column is missing or the table is empty.

    Notes
    -----
    The cross is the mean with its 95 % Student interval in both directions. A world without any
    change in one of the two lies in no corner, so shares may add up to less than 100 %.
    """
    table = checked(frame, ("policy", "collaboration", "growth"), "trade_off")
    policies = [str(p) for p in dict.fromkeys(table["policy"])]
    title = "Does more collaboration come with more growth?"
    note = (
        f"Each dot is a world: its change against {baseline}. Cross: mean with 95 % interval. "
        "Share of worlds in each corner."
    )
    columns = min(len(policies), 3)
    lines = -(-len(policies) // columns)
    width = broad({1: 5.6, 2: 8.6}.get(columns, 11.4), title)
    gap, left, high = 0.55, 0.42, 3.0
    cell = (width - 2 * SIDE - left - gap * (columns - 1)) / columns
    tall = top_of(note, width) + lines * (HEAD + high + AXIS) + CREDIT
    figure = board(width, tall, title, note, manifest)
    xlim, ylim = (
        _around(column(table, "collaboration"), 0.04),
        _around(column(table, "growth"), _ROOM),
    )
    facts = []
    for k, policy in enumerate(policies):
        row, col = divmod(k, columns)
        bottom = tall - top_of(note, width) - (row + 1) * (HEAD + high) - row * AXIS
        axes = place(figure, SIDE + left + col * (cell + gap), bottom, cell, high)
        axes.set(xlim=xlim, ylim=ylim)
        axes.set_title((titles or {}).get(policy, policy), pad=5)
        axes.set_xlabel(axis_words("Change of collaboration", units[0]), labelpad=2)
        axes.set_ylabel(axis_words("Change of growth", units[1]) if col == 0 else "", labelpad=2)
        mine = table[table["policy"] == policy]
        shares = _cloud(axes, column(mine, "collaboration"), column(mine, "growth"),
                        marks(policies)[policy][0])  # fmt: skip
        facts.append(f"{(titles or {}).get(policy, policy)}: {shares}.")
    return describe(figure, *facts)


def _around(values: Floats, pad: float) -> tuple[float, float]:
    """Return limits with room on both sides of zero, for the words in the corners."""
    low, high = limits(values, pad=0.03)
    low, high = min(low, 0.0), max(high, 0.0)
    low = min(low, -_STRIP / (1 - _STRIP) * high)
    high = max(high, -_STRIP / (1 - _STRIP) * low)
    span = high - low
    return low - pad * span, high + pad * span


def _cloud(axes: Axes, x: Floats, y: Floats, colour: str) -> str:
    plain(axes.xaxis)
    plain(axes.yaxis)
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    axes.axhline(0, color=INK, linewidth=0.9, zorder=1)
    axes.axvline(0, color=INK, linewidth=0.9, zorder=1)
    if not len(x):
        withheld(axes)
        return "withheld"
    axes.scatter(x, y, s=9, color=colour, alpha=0.45, linewidth=0, zorder=2, gid="worlds")
    (mx, *xs), (my, *ys) = mean_interval(x), mean_interval(y)
    halo = [withStroke(linewidth=3.2, foreground="white")]
    axes.plot(xs, [my, my], color=INK, linewidth=1.8, zorder=4, path_effects=halo)
    axes.plot([mx, mx], ys, color=INK, linewidth=1.8, zorder=4, path_effects=halo)
    axes.plot([mx], [my], "o", color=INK, markersize=3.6, zorder=5, gid="mean")
    said = []
    for right, up, words in _CORNERS:
        share = float(((np.sign(x) == right) & (np.sign(y) == up)).mean())
        axes.text(0.99 if right > 0 else 0.01, 0.985 if up > 0 else 0.015,
                  f"{words}: {percent(share)}", transform=axes.transAxes, fontsize=7.2, zorder=6,
                  ha="right" if right > 0 else "left", va="top" if up > 0 else "bottom",
                  multialignment="right" if right > 0 else "left",
                  color=dark(colour) if right == up == 1 else MUTED)  # fmt: skip
        said.append(f"{words.replace(chr(10), ' ')} in {percent(share)} of {len(x)} worlds")
    return "; ".join(said)
