"""What pairing saves: how many times less variance the difference has."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from s3sim.core.formatting import listed
from s3sim.report.figures.studies.base import (
    AXIS,
    FACTOR,
    ROW,
    board,
    broad,
    checked,
    column,
    describe,
    interval,
    margin,
    missing,
    rows,
    top_of,
    withheld,
)
from s3sim.report.figures.studies.callouts import HALO
from s3sim.report.figures.studies.words import short
from s3sim.report.figures.style import CREDIT, INK, LOSS, MUTED, SIDE, look, place


@look()
def variance_ratio(
    frame: pd.DataFrame, *, wanted: float = 2.0, titles: Mapping[str, str] | None = None,
    manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw how many times pairing cuts the variance of the difference, on a logarithmic scale.

    Parameters
    ----------
    frame : DataFrame
        A row an outcome: `outcome`, `ratio` (variance with independent seeds over variance with the
        same luck), `low`, `high` (95 % interval). A ratio that is not positive is withheld.
    wanted : float
        Ratio asked for, drawn as a line.
    titles : mapping, optional
        Titles of outcomes.
    manifest : mapping, optional
        For the credit line.

    Raises
    ------
    InputError
        When a column is missing or the table is empty.
    """
    table = checked(frame, ("outcome", "ratio", "low", "high"), "variance_ratio")
    table = table.sort_values("ratio", ascending=False, kind="stable").reset_index(drop=True)
    names = [(titles or {}).get(str(o), str(o)) for o in table["outcome"]]
    ratio, low, high = (column(table, c) for c in ("ratio", "low", "high"))
    good = np.isfinite(ratio) & (ratio > 0)
    title = "How much the same luck saves"
    note = (
        "Variance of the difference with independent luck, over that with the same luck under both "
        f"policies: as many times fewer runs are needed. Dashed: {short(wanted)}, asked for."
    )
    side, deep = margin(names), max(ROW * len(names), 0.5)
    width = broad(2 * SIDE + side + 4.8, title)
    figure = board(width, top_of(note, width) + deep + AXIS + CREDIT + 0.1, title, note, manifest)
    axes = place(figure, SIDE + side, CREDIT + AXIS, width - 2 * SIDE - side, deep)
    rows(axes, names, mono=False)
    axes.set_xlabel("Times less variance (1: pairing saves nothing)", labelpad=2)
    if not good.any():
        axes.set_xticks([])
        withheld(axes)
        return describe(figure, "All ratios are withheld.")
    ends = np.concatenate([ratio[good], low[good], high[good], [1.0, wanted]])
    ends = ends[np.isfinite(ends) & (ends > 0)]
    axes.set_xscale("log")
    axes.set_xlim(float(ends.min()) / 1.15, float(ends.max()) * 1.9)
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if ends.max() < 60 else (1.0,)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.6g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_minor_locator(NullLocator())
    axes.axvline(1, color=INK, linewidth=0.9, zorder=3)
    axes.axvline(wanted, color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)), zorder=3)
    for y, known in enumerate(good):
        if not known:
            missing(axes, y, 1.0)
            continue
        colour = FACTOR if ratio[y] >= wanted else LOSS
        axes.barh(y, ratio[y] - 1, 0.6, left=1, color=colour, alpha=0.8, zorder=2)
        if low[y] > 0:
            interval(axes, y, low[y], high[y], INK, 1.0)
        end = np.nanmax([ratio[y], high[y], 1.0])
        axes.annotate(f"×{short(ratio[y])}", (float(end), y), (4, 0), textcoords="offset points",
                      va="center", fontsize=6.8, path_effects=HALO, zorder=6)  # fmt: skip
    first = [f"{n} {short(r)}" for n, r, g in zip(names, ratio, good, strict=True) if g]
    return describe(figure, f"Times less variance: {listed(first)}.")
