"""What panels are filled with: marks and bars with intervals, curves, keys, what is withheld."""

from collections.abc import Iterable, Sequence
from math import floor, isfinite, log10
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError
from s3sim.core.formatting import listed, number
from s3sim.report.figures.style import (
    BAND,
    DASHED,
    DUMMY,
    DUMMY_LIGHT,
    FACTOR,
    FACTOR_LIGHT,
    GRID,
    INK,
    LOSS,
    LUCK,
    LUCK_LIGHT,
    MUTED,
)

HALO = [withStroke(linewidth=2.0, foreground="white")]
"""White line around letters that may stand on a line or a mark."""

_LETTERS = 40  # longest name shown


def checked(frame: pd.DataFrame, columns: Sequence[str], figure: str) -> pd.DataFrame:
    """Return the table with rows numbered from 0; raise InputError for missing columns or rows."""
    missing = [column for column in columns if column not in frame]
    if missing:
        raise InputError(
            f"{figure}: the table lacks {listed(missing)}; it needs the columns {listed(columns)}."
        )
    if not len(frame):
        raise InputError(f"{figure}: the table has no rows; give at least one.")
    return frame.reset_index(drop=True)


def column(frame: pd.DataFrame, name: str) -> Floats:
    """Return a column as floats, nan throughout if the table has none of that name."""
    return frame[name].to_numpy(float) if name in frame else np.full(len(frame), np.nan)


def dot(
    axes: Axes, y: float, value: float, low: float, high: float, colour: str, *, marker: str = "o",
    size: float = 4.4, filled: bool = True, gid: str = "dot",
) -> None:  # fmt: skip
    """Draw a mark with its interval in a row, hollow unless `filled`."""
    interval(axes, y, low, high, colour, 1.6)
    axes.plot([value], [y], marker, color=colour, markersize=size, markeredgewidth=1.1, zorder=5,
              markerfacecolor=colour if filled else "white", gid=gid)  # fmt: skip


def interval(
    axes: Axes, y: float, low: float, high: float, colour: str = INK, width: float = 1.0
) -> None:
    """Draw a horizontal interval in a row; nothing where it is not known."""
    if isfinite(low) and isfinite(high):
        axes.plot([low, high], [y, y], color=colour, linewidth=width, solid_capstyle="butt",
                  zorder=4, gid="interval")  # fmt: skip


def curve(
    axes: Axes, x: Floats, mean: Floats, low: Floats, high: Floats, colour: str = FACTOR, *,
    opacity: float = 0.2, **line: Any,
) -> None:  # fmt: skip
    """Draw a line with the band of its interval."""
    axes.fill_between(x, low, high, color=colour, alpha=opacity, linewidth=0, zorder=2.5)
    look: dict[str, Any] = {"linewidth": 1.6, "zorder": 4} | line
    axes.plot(x, mean, color=colour, **look)


def zero_line(axes: Axes, *, across: bool = False, at: float = 0.0) -> None:
    """Draw where there is no difference: upright, or `across` the panel."""
    (axes.axhline if across else axes.axvline)(at, color=INK, linewidth=0.9, zorder=3)


def turning_point(axes: Axes, x: float, y: float, gid: str) -> None:
    """Mark where a curve crosses a level."""
    axes.axvline(x, color=LOSS, linewidth=0.9, linestyle=DASHED, zorder=3)
    axes.plot([x], [y], "o", color=LOSS, markersize=5, zorder=5, gid=gid)


def beside(axes: Axes, x: float, y: float, text: str, *, left: bool = False, **look: Any) -> None:
    """Write a value beside the end of a bar in a row."""
    axes.annotate(text, (x, y), (-4 if left else 4, 0), textcoords="offset points", va="center",
                  ha="right" if left else "left", zorder=6, path_effects=HALO,
                  **{"fontsize": 7.0} | look)  # fmt: skip


def key_entry(label: str, colour: str = MUTED, **look: Any) -> Line2D:
    """Return an entry of a key: a line, a mark or both."""
    return Line2D([], [], label=label, color=colour, **{"linewidth": 1.6, "markersize": 5} | look)


def no_values(axes: Axes, values: Iterable[float], reason: str = "", *, both: bool = False) -> bool:
    """Say in a panel without any finite value that its result is withheld, and why."""
    if np.isfinite(np.asarray(list(values), dtype=float)).any():
        return False
    axes.set_xticks([])
    if both:
        axes.set_yticks([])
    text = "withheld" + (":\n" + "\n".join(wrap(reason, 32)) if reason else "")
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=MUTED,
              fontsize=8, style="italic", zorder=7,
              bbox={"facecolor": "white", "edgecolor": GRID, "linewidth": 0.7, "pad": 4})  # fmt: skip
    return True


def row_withheld(axes: Axes, y: float, x: float = 0.0) -> None:
    """Say in a row that its result is withheld."""
    axes.text(x, y, " withheld", ha="left", va="center", fontsize=6.5, style="italic", color=MUTED)


def dummy_reach(axes: Axes, *values: Floats) -> None:
    """Draw a grey band from zero to the largest value or upper end that a dummy reaches."""
    ends = [float(v) for v in np.concatenate(values) if isfinite(v)]
    if ends and max(ends) > 0:
        axes.axvspan(0, max(ends), color=BAND, zorder=0.5, linewidth=0, gid="dummy band")


def is_dummy(table: pd.DataFrame) -> Any:
    """Say for each row whether its factor is one that the model never reads, as array [n]."""
    named = table["factor"].astype(str).str.startswith("dummy").to_numpy(bool)
    return named | (table["group"] == "dummy").to_numpy(bool) if "group" in table else named


def factor_colours(name: str, dummy: bool) -> tuple[str, str]:
    """Return the strong and the light colour of a factor: luck and dummies have their own."""
    if dummy:
        return DUMMY, DUMMY_LIGHT
    return (LUCK, LUCK_LIGHT) if name == "seed" else (FACTOR, FACTOR_LIGHT)


def crossings(x: Floats, y: Floats) -> list[float]:
    """Return where a curve through points sorted by x changes its sign, by straight lines.

    >>> crossings(np.array([0.0, 1.0, 2.0]), np.array([-1.0, 1.0, 1.0]))
    [0.5]
    """
    known = np.isfinite(x) & np.isfinite(y)
    # A stretch of exact zeros is no change of sign by itself: points at zero are passed over.
    x, y = x[known & (y != 0)], y[known & (y != 0)]
    turn = np.flatnonzero(np.sign(y[:-1]) * np.sign(y[1:]) < 0)
    return [float(x[k] - y[k] * (x[k + 1] - x[k]) / (y[k + 1] - y[k])) for k in turn]


def factor_name(name: object) -> str:
    """Return a factor's name as printed: the seed is luck, long names lose their middle.

    >>> factor_name("seed"), factor_name("a" * 30 + "b" * 30)
    ('luck (seed)', 'aaaaaaaaaaaaaaaaaaa…bbbbbbbbbbbbbbbbbbbb')
    """
    text, half = "luck (seed)" if name == "seed" else str(name), _LETTERS // 2
    return text if len(text) <= _LETTERS else f"{text[: half - 1]}…{text[-half:]}"


def short(value: float, *, signed: bool = False) -> str:
    """Write a number with three digits that count.

    >>> short(0.01234), short(-12.345, signed=True), short(123456.0), short(0.0)
    ('0.0123', '−12.3', '123,000', '0')
    """
    if not isfinite(value) or value == 0:
        return number(value, 0) if isfinite(value) else "withheld"
    places = 2 - floor(log10(abs(value)))
    text = number(value, places, signed=signed)
    return text.rstrip("0").rstrip(".") if places > 0 else text


def percent(share: float) -> str:
    """Write a share as a whole percentage; small ones never read as none, nor large ones as all.

    >>> percent(0.5), percent(0.001), percent(0.999), percent(1.0)
    ('50 %', '<1 %', '>99 %', '100 %')
    """
    if not isfinite(share):
        return "withheld"
    if 0 < share < 0.005:
        return "<1 %"
    return ">99 %" if 0.995 <= share < 1 else f"{100 * share:.0f} %"


def with_unit(name: str, unit: str) -> str:
    """Join a name and its unit as an axis says them."""
    return f"{name} [{unit}]" if unit else name
