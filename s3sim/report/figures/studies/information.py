"""Value of information: which factor is worth measuring before the choice."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from s3sim.core.arrays import Floats
from s3sim.core.formatting import listed
from s3sim.report.figures.studies.base import (
    AXIS,
    DUMMY,
    FACTOR,
    LUCK,
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
from s3sim.report.figures.studies.words import axis_words, is_dummy, short, shown
from s3sim.report.figures.style import CREDIT, INK, SIDE, look, place


@look()
def information_bars(
    frame: pd.DataFrame, *, unit: str = "EUR million", perfect: float = float("nan"),
    manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw what knowing each factor would be worth (EVPPI), largest first.

    Parameters
    ----------
    frame : DataFrame
        A row a factor: `factor`, `evppi`, `low`, `high` (95 % interval); optional `group`.
    unit : str
        Unit of the value.
    perfect : float
        Value of knowing everything (EVPI), written into the note when finite.
    manifest : mapping, optional
        For the credit line.

    Raises
    ------
    InputError
        When a column is missing or the table is empty.

    Notes
    -----
    Expected value of partial perfect information by regression: Strong, Oakley and Brennan (2014).
    """
    table = checked(frame, ("factor", "evppi", "low", "high"), "information_bars")
    table = table.sort_values("evppi", ascending=False, kind="stable").reset_index(drop=True)
    names = [shown(str(n)) for n in table["factor"]]
    title = "What is worth measuring before choosing a policy?"
    whole = f" Knowing everything is worth {short(perfect)} {unit}." if np.isfinite(perfect) else ""
    note = (
        "Expected gain from knowing one factor before the choice (EVPPI), with 95 % interval. "
        f"Grey: dummy, which the model never reads, and its reach.{whole}"
    )
    side, high = margin(names), max(ROW * len(names), 0.5)
    width = broad(2 * SIDE + side + 4.6, title)
    figure = board(width, top_of(note, width) + high + AXIS + CREDIT + 0.1, title, note, manifest)
    axes = place(figure, SIDE + side, CREDIT + AXIS, width - 2 * SIDE - side, high)
    rows(axes, names)
    axes.set_xlabel(axis_words("Value of knowing the factor", unit), labelpad=2)
    value: Floats = column(table, "evppi")
    if not np.isfinite(value).any():
        axes.set_xticks([])
        withheld(axes)
        return describe(figure, "All values are withheld.")
    left, right = limits([*value, *column(table, "low"), *column(table, "high")])
    axes.set_xlim(0 if left >= -0.051 * right else left, right)
    plain(axes.xaxis)
    groups = table["group"].astype(str) if "group" in table else [""] * len(table)
    dummy = np.array([is_dummy(str(n), g) for n, g in zip(table["factor"], groups, strict=True)])
    dummy_reach(axes, value[dummy], column(table, "high")[dummy])
    for y, row in enumerate(table.to_dict("records")):
        if not np.isfinite(row["evppi"]):
            missing(axes, y)
            continue
        colour = DUMMY if dummy[y] else LUCK if row["factor"] == "seed" else FACTOR
        axes.barh(y, row["evppi"], 0.62, color=colour, zorder=2)
        interval(axes, y, row["low"], row["high"], INK, 1.0)
    first = [f"{n} {short(v)} {unit}" for n, v in zip(names[:3], value[:3], strict=True)]
    return describe(figure, f"Most worth: {listed(first)}.")
