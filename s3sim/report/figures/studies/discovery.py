"""Scenario discovery: the worlds where a policy loses, and the box that describes them."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from s3sim.core.arrays import Bools, Floats
from s3sim.core.errors import InputError
from s3sim.core.formatting import listed
from s3sim.report.figures.studies.base import (
    AXIS,
    board,
    broad,
    describe,
    limits,
    plain,
    top_of,
    withheld,
)
from s3sim.report.figures.studies.words import axis_words, percent, short, shown
from s3sim.report.figures.style import CREDIT, GAIN, INK, LOSS, SIDE, look, place

Limits = tuple[float | None, float | None]
_LEFT = 0.5


@look()
def vulnerability_map(
    x1: Floats, x2: Floats, lost: Bools, box: Sequence[Limits] | None = None, *,
    names: tuple[str, str], units: tuple[str, str] = ("", ""), policy: str = "the policy",
    held_out: tuple[float, float] | None = None, manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw worlds over the two most restricted factors, lost or not, with the box of losses.

    Parameters
    ----------
    x1, x2 : array [n]
        Values of the two factors in each world.
    lost : array of bool [n]
        Worlds in which the policy does worse than the baseline.
    box : two pairs, optional
        Low and high limit of each factor; None, nan or infinity where a side is open.
    names, units : pair of str
        Names and units of the factors.
    policy : str
        Who loses.
    held_out : pair of float, optional
        Density and coverage of the full box on worlds that were not used to find it.
    manifest : mapping, optional
        For the credit line.

    Raises
    ------
    InputError
        When the arrays differ in length or are empty.

    Notes
    -----
    Density is the share of worlds in the box that are lost, coverage the share of all lost worlds
    that lie in the box (Bryant and Lempert 2010), here of the box over these two factors.
    """
    if not len(x1) == len(x2) == len(lost) or not len(x1):
        raise InputError(
            f"vulnerability_map: x1, x2 and lost have {len(x1)}, {len(x2)} and {len(lost)} worlds; "
            "give the same number, at least one."
        )
    lost = np.asarray(lost, dtype=bool)
    title = f"Where {policy} loses"
    note = f"{int(lost.sum())} of {len(lost)} worlds are lost."
    bounds = [_closed(pair) for pair in box] if box is not None and lost.any() else []
    note = f"{note} {_fact(x1, x2, lost, bounds, names)}"
    width = broad(7.2, title)
    head, high = top_of(note, width) + 0.2, 3.9
    figure = board(width, head + high + AXIS + CREDIT, title, note, manifest)
    axes = place(figure, SIDE + _LEFT, CREDIT + AXIS, width - 2 * SIDE - _LEFT, high)
    axes.set_xlabel(axis_words(shown(names[0]), units[0]), labelpad=2)
    axes.set_ylabel(axis_words(shown(names[1]), units[1]), labelpad=2)
    if not (np.isfinite(x1) & np.isfinite(x2)).any():
        axes.set(xticks=[], yticks=[])
        withheld(axes)
        return figure
    axes.scatter(x1[~lost], x2[~lost], s=9, facecolors="none", edgecolors=GAIN, linewidth=0.6,
                 alpha=0.55, zorder=2, gid="won")  # fmt: skip
    axes.scatter(x1[lost], x2[lost], s=17, marker="x", color=LOSS, linewidth=1.1, zorder=3,
                 gid="lost")  # fmt: skip
    axes.set(xlim=limits(x1, zero=False, pad=0.03), ylim=limits(x2, zero=False, pad=0.03))
    _rectangle(axes, bounds)
    plain(axes.xaxis, 7)
    plain(axes.yaxis)
    handles = [
        Line2D([], [], color=LOSS, marker="x", linestyle="", markersize=4.5, label="lost"),
        Line2D([], [], color=GAIN, marker="o", linestyle="", markersize=3.6, label="not lost",
               markerfacecolor="none"),
    ]  # fmt: skip
    axes.legend(handles=handles, loc="lower right", bbox_to_anchor=(1, 0.995), ncols=2,
                borderaxespad=0, handletextpad=0.1, columnspacing=1.2)  # fmt: skip
    if held_out is None or not bounds:
        return figure
    said = f"Worlds held out: density {percent(held_out[0])}, coverage {percent(held_out[1])}"
    axes.text(0, 1.02, said, transform=axes.transAxes, fontsize=7.5, color=LOSS)
    return describe(figure, f"{said}.")


def _closed(pair: Limits) -> tuple[float, float]:
    low, high = (np.nan if end is None else float(end) for end in pair)
    return low if isfinite(low) else -np.inf, high if isfinite(high) else np.inf


def _fact(
    x1: Floats, x2: Floats, lost: Bools, bounds: list[tuple[float, float]],
    names: tuple[str, str],
) -> str:  # fmt: skip
    if not lost.any():
        return "No world is lost, so there is no box."
    if not bounds:
        return "No compact region of losses was found."
    (a, b), (c, d) = bounds
    inside = (x1 >= a) & (x1 <= b) & (x2 >= c) & (x2 <= d)
    hits, n = int((lost & inside).sum()), int(inside.sum())
    words = listed([w for w in map(_limit_words, names, bounds) if w]) or "no limit on either"
    told = f"In it {hits} of {n} worlds are lost (density {percent(hits / n)})" if n else (
        "No world lies in it"
    )  # fmt: skip
    told += f", {percent(hits / int(lost.sum()))} of all losses (coverage)."
    return f"Box: {words}. {told}"


def _limit_words(name: str, bounds: tuple[float, float]) -> str:
    low, high = bounds
    if isfinite(low) and isfinite(high):
        return f"{shown(name)} {short(low)} to {short(high)}"
    if isfinite(low):
        return f"{shown(name)} above {short(low)}"
    return f"{shown(name)} below {short(high)}" if isfinite(high) else ""


def _rectangle(axes: Axes, bounds: list[tuple[float, float]]) -> None:
    if not bounds:
        return
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    (a, b), (c, d) = bounds
    a, b, c, d = max(a, left), min(b, right), max(c, bottom), min(d, top)
    axes.add_patch(
        Rectangle((a, c), b - a, d - c, facecolor=LOSS, alpha=0.1, linewidth=0, zorder=1)
    )
    axes.add_patch(Rectangle((a, c), b - a, d - c, fill=False, edgecolor=INK, linewidth=1.3,
                             zorder=4, gid="box"))  # fmt: skip
