"""What the figures of studies share: sheets, rows of factors, limits, intervals, plain numbers."""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError
from s3sim.core.formatting import MINUS, listed
from s3sim.report.figures.inputs import Drawn
from s3sim.report.figures.style import GRID, INK, MUTED, SIDE, TITLE, credit, look, save, sheet

MONO = "DejaVu Sans Mono"
FACTOR, FACTOR_LIGHT = "#0072B2", "#A9CFE8"
LUCK, LUCK_LIGHT = "#B86E00", "#F2CE8B"
DUMMY, DUMMY_LIGHT, BAND, ZEBRA = "#8C8C8C", "#CFCFCF", "#EBEBEB", "#F6F6F4"
ROW, HEAD, AXIS = 0.2, 0.3, 0.46
"""Inches: a row of a table-like panel, the heading over a panel, ticks and label below it."""
OUTPUTS = {
    "baseline": "Level under the baseline",
    "policy": "Level under the policy",
    "difference": "Difference made by the policy",
}
_LETTER = 0.602  # width of a mono letter over its size


def checked(frame: pd.DataFrame, columns: Sequence[str], figure: str) -> pd.DataFrame:
    """Return the table with rows numbered from 0; raise InputError for missing columns or rows."""
    missing = [column for column in columns if column not in frame]
    if missing:
        raise InputError(
            f"{figure}: the table lacks {listed(missing)}; it needs the columns {listed(list(columns))}."
        )
    if not len(frame):
        raise InputError(f"{figure}: the table has no rows; give at least one.")
    return frame.reset_index(drop=True)


def column(frame: pd.DataFrame, name: str) -> Floats:
    """Return a column as floats, nan throughout if the table has none of that name."""
    return frame[name].to_numpy(float) if name in frame else np.full(len(frame), np.nan)


def board(
    width: float, height: float, title: str, note: str, manifest: Mapping[str, Any] | None
) -> Figure:
    """Return an empty sheet whose description in words is, for now, its title and note."""
    figure = sheet(width, height, title, note, credit(manifest or {}))
    figure.set_label(f"{title}. {note}")
    return figure


def describe(figure: Figure, *facts: str) -> Figure:
    """Add facts to the figure's description in words (its label), and return the figure."""
    figure.set_label(" ".join([str(figure.get_label()), *[fact for fact in facts if fact]]))
    return figure


def save_study(figure: Figure, name: str, folder: Path, dpi: int = 200) -> Drawn:
    """Write a study figure as PNG and SVG without dates, described by its own title and words."""
    folder.mkdir(parents=True, exist_ok=True)
    with look():
        return save(figure, name, figure.texts[0].get_text(), str(figure.get_label()), folder, dpi)


def broad(width: float, title: str) -> float:
    """Return a sheet's width in inches, widened until its title fits."""
    return max(width, 0.101 * len(title) + 2 * SIDE)


def top_of(note: str, width: float) -> float:
    """Return the inches that title and note take at the top of a sheet."""
    letters = int((width - 2 * SIDE) * 15.5)
    lines = sum(len(wrap(part, letters)) for part in note.splitlines())
    return {1: TITLE - 0.12, 2: TITLE, 3: TITLE + 0.03}.get(lines, 0.42 + 0.11 * lines)


def margin(names: Iterable[str], size: float = 7.0) -> float:
    """Return the inches that names need to the left of a panel."""
    return 0.14 + max((len(line) for n in names for line in n.split("\n")), default=0) * (
        _LETTER * size / 72
    )


def rows(axes: Axes, names: Sequence[str], *, labels: bool = True, mono: bool = True) -> None:
    """Turn axes into rows, first on top: zebra stripes, names at the left, a grid for the values."""
    for y in range(0, len(names), 2):
        axes.axhspan(y - 0.5, y + 0.5, color=ZEBRA, zorder=0, linewidth=0)
    axes.set_ylim(len(names) - 0.5, -0.5)
    if labels:
        family = MONO if mono else "DejaVu Sans"
        axes.set_yticks(range(len(names)), list(names), color=INK, fontsize=7, fontfamily=family,
                        linespacing=1.0)  # fmt: skip
    else:
        axes.set_yticks([])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)


def limits(values: Iterable[float], *, zero: bool = True, pad: float = 0.05) -> tuple[float, float]:
    """Return axis limits around the finite values, never without width.

    >>> limits([0.0, 2.0], pad=0.5), limits([float("nan")]), limits([0.0])
    ((-1.0, 3.0), (-1.0, 1.0), (-1.0, 1.0))
    """
    known = [float(v) for v in values if isfinite(v)] + ([0.0] if zero else [])
    if not known:
        return -1.0, 1.0
    low, high = min(known), max(known)
    span = high - low
    if span <= 1e-12 * max(abs(low), abs(high)):
        half = 0.1 * abs(low) or 1.0
        return low - half, low + half
    return low - pad * span, high + pad * span


def interval(
    axes: Axes, y: float, low: float, high: float, colour: str, width: float = 1.3
) -> None:
    """Draw a horizontal interval in a row; nothing where it is not known."""
    if isfinite(low) and isfinite(high):
        axes.plot([low, high], [y, y], color=colour, linewidth=width, solid_capstyle="butt",
                  zorder=4, gid="interval")  # fmt: skip


def withheld(axes: Axes, reason: str = "") -> None:
    """Say in an empty panel that its result is withheld, and why."""
    text = "withheld" + (":\n" + "\n".join(wrap(reason, 32)) if reason else "")
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=MUTED,
              fontsize=8, style="italic", zorder=7,
              bbox={"facecolor": "white", "edgecolor": GRID, "linewidth": 0.7, "pad": 4})  # fmt: skip


def missing(axes: Axes, y: float, x: float = 0.0) -> None:
    """Say in a row that its result is withheld."""
    axes.text(x, y, " withheld", ha="left", va="center", fontsize=6.5, style="italic", color=MUTED)


def plain(axis: Axis, bins: int = 5) -> None:
    """Give an axis few round ticks, written with a true minus sign and no power of ten aside."""
    axis.set_major_locator(MaxNLocator(bins, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.6g}".replace("-", MINUS)))


def dummy_reach(axes: Axes, values: Iterable[float], highs: Iterable[float]) -> None:
    """Draw a grey band from zero to the largest value or upper end that a dummy reaches."""
    ends = [float(v) for v in (*values, *highs) if isfinite(v)]
    if ends and max(ends) > 0:
        axes.axvspan(0, max(ends), color=BAND, zorder=0.5, linewidth=0, gid="dummy band")
