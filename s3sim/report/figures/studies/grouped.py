"""Screening of groups: bars where factors moved together."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from s3sim.report.figures.studies.base import (
    AXIS,
    DUMMY,
    FACTOR,
    FACTOR_LIGHT,
    HEAD,
    LUCK,
    ROW,
    board,
    broad,
    column,
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
from s3sim.report.figures.studies.words import is_dummy, shown
from s3sim.report.figures.style import CREDIT, SIDE, place


def bars(
    table: pd.DataFrame, outputs: list[str], heads: Mapping[str, str], title: str, note: str,
    unit: str, manifest: Mapping[str, Any] | None,
) -> Figure:  # fmt: skip
    """Draw bars of mu* with intervals, one panel an output; arguments as `mu_star_sigma` says."""
    lead = table[table["output"] == outputs[-1]].sort_values("mu_star", ascending=False)
    order = list(dict.fromkeys([*lead["factor"], *table["factor"]]))
    names = [shown(str(n)) for n in order]
    side, high = margin(names), ROW * len(order)
    width = broad(2 * SIDE + side + {1: 4.5, 2: 6.6}.get(len(outputs), 8.4), title)
    cell = (width - 2 * SIDE - side - 0.3 * (len(outputs) - 1)) / len(outputs)
    head = top_of(note, width)
    figure = board(width, head + HEAD + high + AXIS + CREDIT, title, note, manifest)
    for k, output in enumerate(outputs):
        axes = place(figure, SIDE + side + k * (cell + 0.3), CREDIT + AXIS, cell, high)
        axes.set_title(heads.get(output, output), pad=5)
        axes.set_xlabel(f"Mean size of the effect, μ*{unit}", labelpad=2)
        rows(axes, names, labels=k == 0)
        mine = table[table["output"] == output].drop_duplicates("factor").set_index("factor")
        mu, ends = column(mine, "mu_star"), column(mine, "mu_star_high")
        dummy = np.array([is_dummy(str(n), str(g)) for n, g in mine["group"].items()])
        if not np.isfinite(mu).any():
            axes.set_xticks([])
            withheld(axes)
            continue
        axes.set_xlim(0, limits([*mu, *ends])[1])
        dummy_reach(axes, mu[dummy], ends[dummy])
        plain(axes.xaxis)
        for y, name in enumerate(order):
            if name not in mine.index or not np.isfinite(mine.loc[name, "mu_star"]):
                missing(axes, y)
                continue
            row = mine.loc[name]
            strong = LUCK if name == "seed" else FACTOR
            colour = strong if row["kept"] else FACTOR_LIGHT
            colour = DUMMY if is_dummy(str(name), str(row["group"])) else colour
            axes.barh(y, row["mu_star"], 0.62, color=colour, zorder=2)
            interval(axes, y, row["mu_star_low"], row["mu_star_high"], "#1A1A1A", 1.0)
    return figure
