"""Panels under a title: matplotlib's constrained layout finds room for all words around them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from textwrap import fill, wrap
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation, Transform

from s3sim.core.formatting import number
from s3sim.report.figures.style import INK, MONO, MUTED, ZEBRA

SIDE, CREDIT = 0.35, 0.36
"""Inches kept free at the left and right, and at the bottom for the credit."""

ROW = 0.2
"""Inches of a row in a panel of rows."""

_LETTERS_AN_INCH = 15.5  # of the note


@dataclass
class Panels:
    """Axes of a figure, and the inches that the first row and column fill together."""

    figure: Figure
    axes: list[Axes]
    row: Sequence[Axes]
    column: Sequence[Axes]
    inches: tuple[float, float]

    def __iter__(self) -> Iterator[Axes]:
        return iter(self.axes)

    def fit(self) -> None:
        """Size the figure so that panels have their inches and the title fits; fix the layout."""
        figure, (title, note, *_) = self.figure, self.figure.texts
        engine, canvas = figure.get_layout_engine(), figure.canvas
        if not isinstance(engine, ConstrainedLayoutEngine):  # it is fixed already
            return
        assert isinstance(canvas, FigureCanvasAgg)
        renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
        boxes = [artist.get_window_extent(renderer) for artist in (title, *figure.legends)]
        least = max(box.width for box in boxes) / figure.dpi + 2 * SIDE
        foot = CREDIT + sum(box.height / figure.dpi + 0.1 for box in boxes[1:])
        said = note.get_text()
        for last in (False, False, True):
            wide, high = figure.get_size_inches()
            letters = int((wide - 2 * SIDE) * _LETTERS_AN_INCH)
            lines = [line for part in said.splitlines() for line in wrap(part, letters)]
            note.set(text="\n".join(lines), fontsize=8 if len(lines) <= 2 else 6.8)
            head = 0.48 + note.get_window_extent(renderer).height / figure.dpi
            engine.set(
                rect=(SIDE / wide, foot / high, 1 - 2 * SIDE / wide, 1 - (head + foot) / high)
            )
            engine.execute(figure)
            if not last:
                wide += self.inches[0] - sum(a.bbox.width for a in self.row) / figure.dpi
                high += self.inches[1] - sum(a.bbox.height for a in self.column) / figure.dpi
                figure.set_size_inches(round(max(wide, least), 3), round(high, 3))
        figure.set_layout_engine("none")
        for axes in figure.axes:  # the solver's last bits differ from run to run
            axes.set_position(np.round(axes.get_position(original=True).bounds, 5).tolist())

    def described(self, *facts: str) -> Figure:
        """Fit the figure, add facts to its description in words (its label), and return it."""
        self.figure.set_label(" ".join([str(self.figure.get_label()), *filter(None, facts)]))
        self.fit()
        return self.figure


def new_figure(
    title: str, note: str, manifest: Mapping[str, Any] | None, key: Sequence[Artist] = (), *,
    key_columns: int = 5, land: bool = False,
) -> Figure:  # fmt: skip
    """Return an empty figure with title, explaining note, key and credit line in place."""
    figure = Figure(
        figsize=(14, 14), layout=ConstrainedLayoutEngine(w_pad=0.09, h_pad=0.05, hspace=0.0)
    )
    FigureCanvasAgg(figure)
    versions = (manifest or {}).get("versions") or {}
    version = f" {versions['s3sim']}" if "s3sim" in versions else ""
    credit = f"{'Made with Natural Earth. ' if land else ''}Simulated with s3sim{version}."
    lines: tuple[tuple[str, float, float, dict[str, Any]], ...] = (
        (title, -0.14, 11.5, {"weight": "bold"}), (note, -0.4, 8, {"color": MUTED}),
        (credit, 0.09, 6.5, {"color": MUTED}),
    )  # fmt: skip
    for text, y, size, look in lines:
        figure.text(0, y < 0, text, size=size, transform=_inches(figure, SIDE, y),
                    va="top" if y < 0 else "bottom", **look)  # fmt: skip
    if key:
        figure.legend(handles=key, loc="lower left", bbox_to_anchor=(0, 0), ncols=key_columns,
                      bbox_transform=_inches(figure, SIDE, CREDIT), columnspacing=1.4,
                      handlelength=1.8, borderpad=0.0)  # fmt: skip
    figure.set_label(f"{title}. {note}")
    return figure


def panels(
    title: str, note: str, manifest: Mapping[str, Any] | None, widths: float | Sequence[float],
    heights: float, *, count: int = 1, columns: int = 1, key: Sequence[Artist] = (),
    key_columns: int = 5, land: bool = False,
) -> Panels:  # fmt: skip
    """Return a new figure with `count` panels of equal height in rows; sizes in inches.

    One width for all panels, or one for each column.
    """
    columns = max(1, min(columns, count))
    across = [widths] * columns if isinstance(widths, int | float) else list(widths)
    rows = ceil(count / columns)
    figure = new_figure(title, note, manifest, key, key_columns=key_columns, land=land)
    grid = figure.add_gridspec(rows, columns, width_ratios=across)
    axes = [figure.add_subplot(grid[divmod(k, columns)]) for k in range(count)]
    return Panels(figure, axes, axes[:columns], axes[::columns], (sum(across), rows * heights))


def row_panels(
    title: str, note: str, manifest: Mapping[str, Any] | None, names: Sequence[str],
    widths: float | Sequence[float], *, step: float = ROW, count: int = 1, columns: int = 0,
    mono: bool = False, key: Sequence[Artist] = (),
) -> Panels:  # fmt: skip
    """Return panels with a row for each name, written at the left of the first panel of a line."""
    columns = columns or count
    made = panels(title, note, manifest, widths, max(step * len(names), 0.5), count=count,
                  columns=columns, key=key)  # fmt: skip
    for k, axes in enumerate(made):
        rows(axes, names, labels=k % columns == 0, mono=mono)
    return made


def rows(axes: Axes, names: Sequence[str], *, labels: bool = True, mono: bool = False) -> None:
    """Turn axes into rows, first on top: zebra stripes, names at the left, a grid for the values."""
    for y in range(0, len(names), 2):
        axes.axhspan(y - 0.5, y + 0.5, color=ZEBRA, zorder=0, linewidth=0)
    axes.set_ylim(len(names) - 0.5, -0.5)
    family = MONO if mono else "DejaVu Sans"
    axes.set_yticks(range(len(names)), names if labels else [""] * len(names), color=INK, fontsize=7.2,
                    fontfamily=family, linespacing=1.0)  # fmt: skip
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")


def heading(axes: Axes, text: str, inches: float) -> None:
    """Write a heading over a panel, folded to its width."""
    axes.set_title(fill(text, max(int(13 * inches), 8)))


def above(axes: Axes, text: str, colour: str = MUTED) -> None:
    """Write what a panel shows, small, over its left corner."""
    axes.text(0, 1.02, text, transform=axes.transAxes, fontsize=7.5, color=colour)


def plain_ticks(axis: Axis, bins: int = 5, *, signed: bool = False, integer: bool = False) -> None:
    """Give an axis few round ticks, written with a true minus sign and no power of ten aside."""
    axis.set_major_locator(MaxNLocator(bins, steps=[1, 2, 2.5, 5, 10], integer=integer))

    def ticks(value: float, _: object = None) -> str:
        steps = axis.get_majorticklocs()
        step = abs(float(steps[1] - steps[0])) if len(steps) > 1 else abs(value) or 1.0
        places = next((p for p in range(9) if abs(round(step, p) - step) < 1e-6 * step), 9)
        return number(value, places, signed=signed)

    axis.set_major_formatter(ticks)


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


def _inches(figure: Figure, right: float, up: float) -> Transform:
    """Return where a point of the figure lies after a step in inches, whatever its size."""
    return figure.transFigure + ScaledTranslation(right, up, figure.dpi_scale_trans)
