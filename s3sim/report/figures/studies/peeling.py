"""The boxes of a PRIM search, by coverage and density."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError
from s3sim.report.figures.studies.base import (
    AXIS,
    FACTOR,
    board,
    broad,
    checked,
    column,
    describe,
    top_of,
    withheld,
)
from s3sim.report.figures.studies.words import percent
from s3sim.report.figures.style import CREDIT, GRID, LOSS, MUTED, SIDE, look, place

_LEFT = 0.5


@look()
def coverage_density(
    trajectory: pd.DataFrame, *, chosen: int | None = None,
    wanted: tuple[float, float] = (0.7, 0.5), manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw the boxes of a PRIM search by coverage and density, with the chosen one marked.

    Parameters
    ----------
    trajectory : DataFrame
        A row a box, in the order of the search: `coverage`, `density`; optional `restricted` (number
        of restricted factors), `chosen` (bool), `held_coverage`, `held_density`.
    chosen : int, optional
        Row of the chosen box; otherwise the column `chosen`.
    wanted : pair of float
        Density and coverage that a box must reach to be reported.
    manifest : mapping, optional
        For the credit line.

    Raises
    ------
    InputError
        When a column is missing, the table is empty or the chosen row does not exist.
    """
    table = checked(trajectory, ("coverage", "density"), "coverage_density")
    if chosen is None and "chosen" in table and table["chosen"].any():
        chosen = int(np.flatnonzero(table["chosen"].to_numpy(bool))[0])
    if chosen is not None and not 0 <= chosen < len(table):
        raise InputError(
            f"coverage_density: chosen = {chosen}; allowed are rows 0 to {len(table) - 1}."
        )
    title = "How well boxes describe the losing worlds"
    note = (
        "Each dot is a box of the search: density is the share of its worlds that are lost, coverage "
        "the share of all lost worlds in it. Grey corner: good enough to report. Numbers: factors "
        "restricted."
    )
    width = broad(7.2, title)
    head, high = top_of(note, width) + 0.12, 3.5
    figure = board(width, head + high + AXIS + CREDIT, title, note, manifest)
    axes = place(figure, SIDE + _LEFT, CREDIT + AXIS, width - 2 * SIDE - _LEFT, high)
    axes.set(xlim=(-0.02, 1.04), ylim=(-0.02, 1.06))
    axes.set_xlabel("Coverage: share of all lost worlds inside", labelpad=2)
    axes.set_ylabel("Density: share inside that is lost", labelpad=2)
    axes.add_patch(Rectangle((wanted[1], wanted[0]), 1 - wanted[1], 1 - wanted[0], color="#E9E9E6",
                             linewidth=0, zorder=0, gid="wanted"))  # fmt: skip
    x, y = column(table, "coverage"), column(table, "density")
    if not np.isfinite(x * y).any():
        withheld(axes, "no box was found")
        return describe(figure, "No box was found.")
    axes.grid(color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.plot(x, y, "-o", color=FACTOR, markersize=4, linewidth=0.9, zorder=3, gid="boxes")
    _counts(axes, x, y, column(table, "restricted"), chosen)
    if chosen is None:
        return describe(figure, "No box is chosen.")
    axes.plot([x[chosen]], [y[chosen]], "o", color=LOSS, markersize=9, zorder=5, gid="chosen",
              markerfacecolor="none", markeredgewidth=1.8)  # fmt: skip
    said = f"chosen: density {percent(y[chosen])}, coverage {percent(x[chosen])}"
    held = column(table, "held_coverage")[chosen], column(table, "held_density")[chosen]
    if all(map(isfinite, held)):
        axes.plot([x[chosen], held[0]], [y[chosen], held[1]], color=MUTED, linewidth=0.8, zorder=4)
        axes.plot([held[0]], [held[1]], "D", color=LOSS, markersize=5, zorder=5, gid="held out")
        said += f"\nheld out (diamond): density {percent(held[1])}, coverage {percent(held[0])}"
    axes.text(0.02, 0.03, said, transform=axes.transAxes, fontsize=7.5, color=LOSS, va="bottom",
              linespacing=1.3, zorder=6)  # fmt: skip
    return describe(figure, said.replace("\n", "; ") + ".")


def _counts(axes: Axes, x: Floats, y: Floats, restricted: Floats, chosen: int | None) -> None:
    """Write the number of restricted factors where it changes along the search."""
    before = np.nan
    for k, count in enumerate(restricted):
        if np.isfinite(count) and (count != before or k == chosen):
            axes.annotate(f"{count:.0f}", (x[k], y[k]), (5, 5), textcoords="offset points",
                          ha="left", fontsize=6.5, color=MUTED, zorder=6)  # fmt: skip
        before = count
