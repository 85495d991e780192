"""Signs of the difference over structural variants of the model."""

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
    HEAD,
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
from s3sim.report.figures.style import CREDIT, INK, LOSS, SIDE, look, place

_CHANGED = "#FBE3CC"


@look()
def sign_table(
    frame: pd.DataFrame, *, reference: str | None = None, titles: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None, manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw the difference under structural variants of the model, a panel an outcome.

    Parameters
    ----------
    frame : DataFrame
        A row a variant and outcome: `variant`, `outcome`, `effect`, `low`, `high` (95 % interval).
    reference : str, optional
        Variant whose sign the others are held against; the first by default.
    titles, units : mapping, optional
        Titles of variants and outcomes; units of outcomes.
    manifest : mapping, optional
        For the credit line.

    Raises
    ------
    InputError
        When a column is missing or the table is empty.

    Notes
    -----
    A sign counts as changed only when both intervals exclude zero, on different sides; a point
    estimate that crosses zero within its interval is "open".
    """
    table = checked(frame, ("variant", "outcome", "effect", "low", "high"), "sign_table")
    words, unit = titles or {}, units or {}
    variants = list(dict.fromkeys(table["variant"]))
    outcomes = list(dict.fromkeys(table["outcome"]))
    anchor = reference if reference is not None else variants[0]
    names = [fill(words.get(str(v), str(v)), 34) for v in variants]
    title = "Does the answer survive other mechanisms?"
    note = (
        f"Mean paired difference with 95 % interval; grey: {words.get(str(anchor), str(anchor))}. "
        "Hollow: the interval holds zero. Shaded: the sign is clearly the other one."
    )
    columns = min(len(outcomes), 4)
    lines = -(-len(outcomes) // columns)
    side, gap = margin(names, 7), 0.22
    step = ROW * (1.5 if any("\n" in n for n in names) else 1.1)
    high, above = step * len(variants), HEAD + 0.12
    width = broad(2 * SIDE + side + max(2.1 * columns, 3.4), title)
    cell = (width - 2 * SIDE - side - gap * (columns - 1)) / columns
    head = top_of(note, width)
    figure = board(width, head + lines * (above + high + AXIS) + CREDIT, title, note, manifest)
    tall, changed = figure.get_size_inches()[1], []
    for k, outcome in enumerate(outcomes):
        row, col = divmod(k, columns)
        bottom = tall - head - (row + 1) * (above + high) - row * AXIS
        axes = place(figure, SIDE + side + col * (cell + gap), bottom, cell, high)
        rows(axes, names, labels=col == 0, mono=False)
        axes.set_title(
            fill(words.get(str(outcome), str(outcome)), int(cell * 13)), pad=5, fontsize=8
        )
        axes.set_xlabel(unit.get(str(outcome), ""), labelpad=1, fontsize=7.5)
        mine = table[table["outcome"] == outcome].drop_duplicates("variant").set_index("variant")
        turned = _signs(axes, mine, variants, anchor)
        changed += [f"{words.get(str(outcome), str(outcome))} under {v}" for v in turned]
    said = f"The sign changes for {listed(changed)}." if changed else "No sign clearly changes."
    return describe(figure, said)


def _signs(axes: Axes, mine: pd.DataFrame, variants: list[str], anchor: str) -> list[str]:
    ends = np.concatenate([column(mine, c) for c in ("effect", "low", "high")])
    if not np.isfinite(ends).any():
        axes.set_xticks([])
        withheld(axes)
        return []
    axes.set_xlim(limits(ends, pad=0.08))
    plain(axes.xaxis, 4)
    axes.axvline(0, color=INK, linewidth=0.9, zorder=1)
    known = mine.to_dict("index")
    base = known.get(anchor)
    if base and np.isfinite([base["low"], base["high"]]).all():
        axes.axvspan(base["low"], base["high"], color=BAND, zorder=0.5, linewidth=0)
    turned = []
    for y, variant in enumerate(variants):
        row = known.get(variant)
        if row is None or not np.isfinite(row["effect"]):
            missing(axes, y)
            continue
        opposite = base is not None and _clear(base) * _clear(row) < 0
        if opposite:
            turned.append(str(variant))
            axes.axhspan(y - 0.5, y + 0.5, color=_CHANGED, zorder=0.4, linewidth=0, gid="changed")
        colour = LOSS if opposite else INK
        interval(axes, y, row["low"], row["high"], colour)
        axes.plot([row["effect"]], [y], "o", color=colour, markersize=4.2, zorder=5, gid="effect",
                  markerfacecolor=colour if _clear(row) else "white")  # fmt: skip
    return turned


def _clear(row: Mapping[Any, Any]) -> int:
    """Return the sign of an interval that excludes zero, else 0."""
    return int(row["low"] > 0) - int(row["high"] < 0)
