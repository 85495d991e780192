"""Panels under a title, and the forms that fill them; constrained layout finds room for all words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from textwrap import fill, wrap
from typing import Any, cast

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.ticker import Formatter, MaxNLocator
from matplotlib.transforms import ScaledTranslation, Transform

from s3sim.core.arrays import Floats
from s3sim.core.formatting import number
from s3sim.report.figures.style import BAND, DASHED, FACTOR, GRID, INK, LOSS, MONO, MUTED, ZEBRA
from s3sim.report.figures.words import limits, with_unit

SIDE, CREDIT, ROW = 0.35, 0.36, 0.2
"""Inches kept free at left and right, kept free at the bottom for the credit, and of a row."""

HALO = [withStroke(linewidth=2.0, foreground="white")]
"""White line around letters that may stand on a line or a mark."""

_LETTERS_AN_INCH = 15.5  # of the note
Manifest = Mapping[str, Any] | None


class _Plain(Formatter):
    """Writes ticks with equal decimals, a true minus sign and no power of ten aside."""

    def __init__(self, signed: bool) -> None:
        self.signed = signed

    def __call__(self, value: float, pos: int | None = None) -> str:
        return f"{value:,.6g}"

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        step = abs(values[1] - values[0]) if len(values) > 1 else abs(sum(values)) or 1.0
        places = next((p for p in range(9) if abs(round(step, p) - step) < 1e-6 * step), 9)
        return [number(value, places, signed=self.signed) for value in values]


class Panel(Axes):
    """Axes that know the forms of these figures: rows, marks and bars with intervals, curves."""

    def rows(self, names: Sequence[str], *, labels: bool = True, mono: bool = False) -> None:
        """Become rows, first on top: zebra stripes, names at the left, a grid for the values."""
        for y in range(0, len(names), 2):
            self.axhspan(y - 0.5, y + 0.5, color=ZEBRA, zorder=0, linewidth=0)
        self.set_ylim(len(names) - 0.5, -0.5)
        self.set_yticks(range(len(names)), names if labels else [""] * len(names), color=INK, fontsize=7.2,
                        fontfamily=MONO if mono else "DejaVu Sans", linespacing=1.0)  # fmt: skip
        self.tick_params(axis="y", length=0)
        self.spines["left"].set_visible(False)
        self.grid(axis="x")

    def ticks(self, x: int = 0, y: int = 0, *, signed: bool = False, whole: bool = False) -> None:
        """Give the axes about so many round ticks, none of them changed for 0; x may be whole."""
        for axis, bins, integer in ((self.xaxis, x, whole), (self.yaxis, y, False)):
            if bins:
                axis.set_major_locator(MaxNLocator(bins, steps=[1, 2, 2.5, 5, 10], integer=integer))
                axis.set_major_formatter(_Plain(signed))

    def say(self, x: str = "", x_unit: str = "", y: str = "", y_unit: str = "") -> None:
        """Name the axes with their units."""
        self.set(xlabel=with_unit(x, x_unit), ylabel=with_unit(y, y_unit))

    def head(self, text: str, inches: float) -> None:
        """Write a heading, folded to a width."""
        self.set_title(fill(text, max(int(13 * inches), 8)))

    def above(self, text: str, colour: str = MUTED) -> None:
        """Write what the panel shows, small, over its left corner."""
        self.text(0, 1.02, text, transform=self.transAxes, fontsize=7.5, color=colour)

    def zero(self, at: float = 0.0, *, across: bool = False) -> None:
        """Draw where there is no difference: upright, or across the panel."""
        (self.axhline if across else self.axvline)(at, color=INK, linewidth=0.9, zorder=3)

    def interval(
        self, y: float, low: float, high: float, colour: str = INK, width: float = 1.0
    ) -> None:
        """Draw a horizontal interval in a row; nothing where it is not known."""
        if isfinite(low) and isfinite(high):
            self.plot([low, high], [y, y], color=colour, linewidth=width, solid_capstyle="butt",
                      zorder=4, gid="interval")  # fmt: skip

    def dot(
        self, y: float, value: float, low: float, high: float, colour: str, *, marker: str = "o",
        size: float = 4.4, filled: bool = True, gid: str = "dot",
    ) -> None:  # fmt: skip
        """Draw a mark with its interval in a row, hollow unless `filled`."""
        self.interval(y, low, high, colour, 1.6)
        self.plot([value], [y], marker, color=colour, markersize=size, markeredgewidth=1.1, zorder=5,
                  markerfacecolor=colour if filled else "white", gid=gid)  # fmt: skip

    def beside(self, x: float, y: float, text: str, *, left: bool = False, **look: Any) -> None:
        """Write a value beside the end of a bar in a row."""
        self.annotate(text, (x, y), (-4 if left else 4, 0), textcoords="offset points", va="center",
                      ha="right" if left else "left", zorder=6, path_effects=HALO,
                      **{"fontsize": 7.0} | look)  # fmt: skip

    def curve(
        self, x: Floats, mean: Floats, low: Floats, high: Floats, colour: str = FACTOR, *,
        opacity: float = 0.2, **line: Any,
    ) -> None:  # fmt: skip
        """Draw a line with the band of its interval."""
        self.fill_between(x, low, high, color=colour, alpha=opacity, linewidth=0, zorder=2.5)
        look: dict[str, Any] = {"linewidth": 1.6, "zorder": 4} | line
        self.plot(x, mean, color=colour, **look)

    def lone_curve(
        self, x: Floats, mean: Floats, low: Floats, high: Floats, seen: Iterable[float], *,
        level: float = 0.0, **line: Any,
    ) -> None:  # fmt: skip
        """Draw the one curve of a panel around a level, with limits that hold the values seen."""
        self.curve(x, mean, low, high, **line)
        self.zero(level, across=True)
        self.set(xlim=limits(x, zero=False, pad=0.025), ylim=limits([*seen, level], pad=0.08))
        self.ticks(6, 5)
        self.grid(axis="y")

    def turning_point(self, x: float, y: float, gid: str) -> None:
        """Mark where a curve crosses a level."""
        self.axvline(x, color=LOSS, linewidth=0.9, linestyle=DASHED, zorder=3)
        self.plot([x], [y], "o", color=LOSS, markersize=5, zorder=5, gid=gid)

    def known(self, values: Iterable[float], reason: str = "", *, both: bool = False) -> bool:
        """Say whether any value is finite; if none is, write that the result is withheld, and why."""
        if np.isfinite(np.array(list(values), dtype=float)).any():
            return True
        self.set_xticks([])
        if both:
            self.set_yticks([])
        text = "withheld" + (":\n" + "\n".join(wrap(reason, 32)) if reason else "")
        self.text(0.5, 0.5, text, transform=self.transAxes, ha="center", va="center", color=MUTED,
                  fontsize=8, style="italic", zorder=7,
                  bbox={"facecolor": "white", "edgecolor": GRID, "linewidth": 0.7, "pad": 4})  # fmt: skip
        return False

    def each(
        self, table: pd.DataFrame, value: str, order: Sequence[Any] = (), by: str = "", at: float = 0.0
    ) -> Iterator[tuple[int, dict[Any, Any]]]:  # fmt: skip
        """Yield place and row of each row of a table, or of each name in `order`, in column `by`.

        Where `value` is not finite, the row says that it is withheld.
        """
        rows = table.to_dict("records")
        named = {row[by]: row for row in reversed(rows)} if by else dict(enumerate(rows))
        for y, name in enumerate(order if by else named):
            row = named.get(name)
            if row is not None and isfinite(row[value]):
                yield y, row
            else:
                self.text(
                    at, y, " withheld", va="center", fontsize=6.5, style="italic", color=MUTED
                )

    def reach(self, *values: Floats) -> None:
        """Draw a grey band from zero to the largest value or upper end that a dummy reaches."""
        ends = [float(v) for v in np.concatenate(values) if isfinite(v)]
        if ends and max(ends) > 0:
            self.axvspan(0, max(ends), color=BAND, zorder=0.5, linewidth=0, gid="dummy band")


@dataclass
class Panels:
    """Panels of a figure, and the inches that the first row and column fill together."""

    figure: Figure
    axes: list[Panel]
    row: Sequence[Axes]
    column: Sequence[Axes]
    inches: tuple[float, float]

    def __iter__(self) -> Iterator[Panel]:
        return iter(self.axes)

    def fit(self) -> None:
        """Size the figure so that panels have their inches and the title fits; fix the layout."""
        figure, (title, note, *_) = self.figure, self.figure.texts
        engine, canvas = figure.get_layout_engine(), figure.canvas
        if not isinstance(engine, ConstrainedLayoutEngine):  # it is fixed already
            return
        renderer = cast(FigureCanvasAgg, canvas).get_renderer()  # type: ignore[no-untyped-call]
        boxes = [artist.get_window_extent(renderer) for artist in (title, *figure.legends)]
        least = max(box.width for box in boxes) / figure.dpi + 2 * SIDE
        foot = CREDIT + sum(box.height / figure.dpi + 0.1 for box in boxes[1:])
        said, (wide, high) = note.get_text(), figure.get_size_inches()

        def lay_out() -> float:
            letters = int((wide - 2 * SIDE) * _LETTERS_AN_INCH)
            lines = [line for part in said.splitlines() for line in wrap(part, letters)]
            note.set(text="\n".join(lines), fontsize=8 if len(lines) <= 2 else 6.8)
            head = 0.48 + note.get_window_extent(renderer).height / figure.dpi
            below = (foot / high, 1 - (head + foot) / high)
            engine.set(rect=(SIDE / wide, below[0], 1 - 2 * SIDE / wide, below[1]))
            return head

        head = lay_out()
        engine.execute(figure)
        # Words keep their inches, so what panels lack or have too much is the figure's.
        wide += self.inches[0] - sum(axes.bbox.width for axes in self.row) / figure.dpi
        wide = round(max(wide, least), 3)
        high += self.inches[1] - sum(axes.bbox.height for axes in self.column) / figure.dpi
        high = round(high + lay_out() - head, 3)
        figure.set_size_inches(wide, high)
        lay_out()
        engine.execute(figure)
        figure.set_layout_engine("none")
        for axes in figure.axes:  # the solver's last bits differ from run to run
            axes.set_position(np.round(axes.get_position(original=True).bounds, 5).tolist())

    def described(self, *facts: str) -> Figure:
        """Fit the figure, add facts to its description in words (its label), and return it."""
        self.figure.set_label(" ".join([str(self.figure.get_label()), *filter(None, facts)]))
        self.fit()
        return self.figure


def new_figure(
    title: str, note: str, manifest: Manifest, key: Sequence[Line2D] = (), *, key_columns: int = 5,
    land: bool = False,
) -> Figure:  # fmt: skip
    """Return an empty figure with title, explaining note, key and credit line in place."""
    figure = Figure(
        figsize=(14, 14), layout=ConstrainedLayoutEngine(w_pad=0.09, h_pad=0.05, hspace=0.0)
    )
    FigureCanvasAgg(figure)
    versions = (manifest or {}).get("versions") or {}
    version = f" {versions['s3sim']}" if "s3sim" in versions else ""
    credit = f"{'Made with Natural Earth. ' if land else ''}Simulated with s3sim{version}."
    for text, y, size, weight, colour in (
        (title, -0.14, 11.5, "bold", INK), (note, -0.4, 8.0, "normal", MUTED),
        (credit, 0.09, 6.5, "normal", MUTED),
    ):  # fmt: skip
        figure.text(0, y < 0, text, size=size, weight=weight, color=colour,
                    transform=_inches(figure, SIDE, y), va="top" if y < 0 else "bottom")  # fmt: skip
    if key:
        figure.legend(handles=key, loc="lower left", bbox_to_anchor=(0, 0), ncols=key_columns,
                      bbox_transform=_inches(figure, SIDE, CREDIT), columnspacing=1.4,
                      handlelength=1.8, borderpad=0.0)  # fmt: skip
    figure.set_label(f"{title}. {note}")
    return figure


def add_panel(figure: Figure, place: SubplotSpec) -> Panel:
    """Add a panel at a place of a grid."""
    return cast(Panel, figure.add_subplot(place, axes_class=Panel))


def panels(
    title: str, note: str, manifest: Manifest, widths: float | Sequence[float], height: float, *,
    count: int = 1, columns: int = 1, **options: Any,
) -> Panels:  # fmt: skip
    """Return a new figure with `count` panels of equal height, at most `columns` in a line; in inches.

    One width for all panels, or one for each column; options as in `new_figure`.
    """
    rows = ceil(count / columns)
    columns = ceil(count / rows)  # 9 in lines of at most 4 are 3 x 3
    across = [widths] * columns if isinstance(widths, int | float) else list(widths)
    figure = new_figure(title, note, manifest, **options)
    grid = figure.add_gridspec(rows, columns, width_ratios=across)
    axes = [add_panel(figure, grid[divmod(k, columns)]) for k in range(count)]
    return Panels(figure, axes, axes[:columns], axes[::columns], (sum(across), rows * height))


def row_panels(
    title: str, note: str, manifest: Manifest, names: Sequence[str], widths: float | Sequence[float],
    *, step: float = ROW, count: int = 1, mono: bool = False, **options: Any,
) -> Panels:  # fmt: skip
    """Return panels with a row for each name, written at the left of each line."""
    made = panels(title, note, manifest, widths, max(step * len(names), 0.5), count=count,
                  columns=4, **options)  # fmt: skip
    for axes in made:
        axes.rows(names, labels=axes in made.column, mono=mono)
    return made


def key_entry(label: str, colour: str = MUTED, **look: Any) -> Line2D:
    """Return an entry of a key: a line, a mark or both."""
    return Line2D([], [], label=label, color=colour, **{"linewidth": 1.6, "markersize": 5} | look)


def _inches(figure: Figure, right: float, up: float) -> Transform:
    """Return where a point of the figure lies after a step in inches, whatever its size."""
    return figure.transFigure + ScaledTranslation(right, up, figure.dpi_scale_trans)
