"""One factor at a time, low and high: which end of its range changes the difference most."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from s3sim.core.errors import InputError
from s3sim.report.figures.studies.base import (
    AXIS,
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
from s3sim.report.figures.studies.callouts import HALO
from s3sim.report.figures.studies.words import axis_words, short, shown
from s3sim.report.figures.style import CREDIT, GAIN, INK, LOSS, MUTED, SIDE, look, place

_ENDS = (("at_low", "low_value", "#E8A55B", LOSS), ("at_high", "high_value", "#8573B4", GAIN))


@look()
def tornado(
    frame: pd.DataFrame, *, base: float | None = None, outcome: str = "the outcome",
    unit: str = "", manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw the difference at the low and high end of each factor, the widest range first.

    Parameters
    ----------
    frame : DataFrame
        A row a factor: `factor`, `low_value`, `high_value` (ends of its range), `at_low`, `at_high`
        (difference there); optional `base`, and intervals `at_low_low`, `at_low_high`,
        `at_high_low`, `at_high_high`.
    base : float, optional
        Difference with all factors at their defaults; otherwise the column `base`.
    outcome, unit : str
        What the difference measures, and its unit.
    manifest : mapping, optional
        For the credit line.

    Raises
    ------
    InputError
        When a column or the base is missing, or the table is empty.
    """
    needed = ("factor", "low_value", "high_value", "at_low", "at_high")
    table = checked(frame, needed, "tornado")
    if base is None and "base" not in table:
        raise InputError("tornado: no base; give it, or the table a column 'base'.")
    middle = float(table["base"].iloc[0]) if base is None else float(base)
    both = table[["at_low", "at_high"]].to_numpy(float) - middle
    width_of = np.nan_to_num(np.abs(both), nan=-1.0).max(axis=1)
    table = table.iloc[np.argsort(-width_of, kind="stable")].reset_index(drop=True)
    names = [shown(str(n)) for n in table["factor"]]
    title = f"How far does one factor alone shift the difference in {outcome}?"
    note = (
        f"Difference with one factor at the low (orange) or high (purple) end of its range, written "
        f"beside the bar; the others at their defaults ({short(middle, signed=True)}, dashed)."
    )
    side, high = margin(names), max(ROW * len(names), 0.5)
    width = broad(2 * SIDE + side + 5.6, title)
    head = top_of(note, width)
    figure = board(width, head + high + AXIS + CREDIT + HEAD / 2, title, note, manifest)
    axes = place(figure, SIDE + side, CREDIT + AXIS, width - 2 * SIDE - side, high)
    rows(axes, names)
    axes.set_xlabel(axis_words(f"Difference in {outcome}", unit), labelpad=2)
    extra = [c for end, *_ in _ENDS for c in (end, f"{end}_low", f"{end}_high")]
    ends = np.concatenate([column(table, c) for c in extra])
    if not np.isfinite(ends).any() or not np.isfinite(middle):
        axes.set_xticks([])
        withheld(axes)
        return describe(figure, "All differences are withheld.")
    axes.set_xlim(limits([*ends, middle], pad=0.17))
    plain(axes.xaxis, 7)
    axes.axvline(0, color=INK, linewidth=0.9, zorder=3)
    axes.axvline(middle, color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)), zorder=3)
    for y in range(len(table)):
        _row(axes, y, table.iloc[y], middle)
    first = table.iloc[0]
    return describe(
        figure,
        f"Widest: {names[0]}, from {short(first['at_low'], signed=True)} to "
        f"{short(first['at_high'], signed=True)} {unit}.".replace(" .", "."),
        f"{int((np.sign(table['at_low']) * np.sign(table['at_high']) < 0).sum())} factors alone "
        "turn the sign.",
    )


def _row(axes: Axes, y: int, row: pd.Series, middle: float) -> None:
    low, high = float(row["at_low"]), float(row["at_high"])
    if not (np.isfinite(low) and np.isfinite(high)):
        missing(axes, y, middle)
        return
    # Both ends on one side of the base share the row: the low end above, the high end below.
    shared = (low - middle) * (high - middle) > 0
    said: dict[bool, list[tuple[str, str]]] = {False: [], True: []}
    reach = [middle]
    for (end, value, colour, letters), offset in zip(_ENDS, (-0.18, 0.18), strict=True):
        at, tip = y + offset * shared, float(row[end])
        axes.barh(at, tip - middle, 0.36 if shared else 0.66, left=middle, color=colour, zorder=2)
        spread = [float(row.get(f"{end}_{side}", np.nan)) for side in ("low", "high")]
        interval(axes, at, spread[0], spread[1], INK, 0.9)
        reach += [v for v in (tip, *spread) if np.isfinite(v)]
        right = tip > middle or (tip == middle and end == "at_high")
        said[right].append((short(float(row[value])), letters))
    for right, words in said.items():
        if words:
            axes.annotate(" | ".join(word for word, _ in words),
                          (max(reach) if right else min(reach), y), (3 if right else -3, 0),
                          textcoords="offset points", ha="left" if right else "right", va="center",
                          fontsize=6.2, color=INK if len(words) > 1 else words[0][1],
                          path_effects=HALO, zorder=6)  # fmt: skip
