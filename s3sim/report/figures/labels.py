"""Names of points, placed so that none overlaps a point or another name."""

from collections.abc import Iterable
from textwrap import wrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.transforms import Bbox
from scipy.optimize import isotonic_regression

from s3sim.core.arrays import Floats
from s3sim.report.figures.panels import HALO
from s3sim.report.figures.style import MUTED

_SIDES = [  # direction from the point, and which part of the name touches it
    ((1, 0), "left", "center"), ((-1, 0), "right", "center"),
    ((0, 1), "center", "bottom"), ((0, -1), "center", "top"),
    ((0.7, 0.7), "left", "bottom"), ((0.7, -0.7), "left", "top"),
    ((-0.7, 0.7), "right", "bottom"), ((-0.7, -0.7), "right", "top"),
]  # fmt: skip

Spot = tuple[float, float, str, str]
"""Pixels, and which part of the name lies there."""


class Letters:
    """Writes names into axes whose layout is fixed, where neither points nor words stand."""

    def __init__(self, axes: Axes, points: Floats, radii: Floats, size: float) -> None:
        canvas = axes.get_figure(root=True).canvas  # type: ignore[union-attr]
        assert isinstance(canvas, FigureCanvasAgg)
        self.axes, self.size = axes, size
        self.renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
        self.pixel = float(self.renderer.points_to_pixels(1.0))
        self.within = axes.get_window_extent(self.renderer).padded(-2 * self.pixel)
        self.taken = [text.get_window_extent(self.renderer).padded(1) for text in axes.texts]
        for (x, y), r in zip(axes.transData.transform(points), radii * self.pixel, strict=True):
            self.taken.append(Bbox.from_extents(x - r, y - r, x + r, y + r))

    def write(self, name: str, spots: Iterable[Spot]) -> Bbox | None:
        """Write a name at the first free spot; return its box in pixels, or None if none is free."""
        text = self.axes.text(0, 0, name, fontsize=self.size, linespacing=0.95, zorder=6, path_effects=HALO)  # fmt: skip
        text.set_transform(None)
        for x, y, across, up in spots:
            text.set(x=x, y=y, ha=across, va=up, multialignment=across)
            box = text.get_window_extent(self.renderer).padded(self.pixel)
            inside = self.within.x0 <= box.x0 and box.x1 <= self.within.x1
            inside = inside and self.within.y0 <= box.y0 and box.y1 <= self.within.y1
            if inside and not any(box.overlaps(other) for other in self.taken):
                self.taken.append(box)
                # Data coordinates hold at every resolution.
                at = self.axes.transData.inverted().transform((x, y))
                text.set(transform=self.axes.transData, position=(float(at[0]), float(at[1])))
                return box
        text.remove()
        return None


def label_points(
    axes: Axes, points: Floats, radii: Floats, names: list[str], codes: list[str], size: float
) -> list[int]:
    """Write names beside points [n, 2] (data units) with radii in points; return which found none.

    Larger points choose first. A name that fits nowhere gives way to its code; if that fits
    nowhere either, the point stays without letters rather than covering others.
    """
    letters, without = Letters(axes, points, radii, size), []
    centres = axes.transData.transform(points)
    for k in np.argsort(-radii, kind="stable"):
        gap = (radii[k] + 1.5) * letters.pixel
        spots = [
            (centres[k][0] + dx * gap * far, centres[k][1] + dy * gap * far, across, up)
            for far in (1.0, 1.6, 2.2)
            for (dx, dy), across, up in _SIDES
        ]
        if names[k] and not any(
            letters.write(n, spots) for n in dict.fromkeys((names[k], codes[k]))
        ):
            without.append(int(k))
    return without


def call_out(axes: Axes, points: Floats, names: list[str], taken: Floats, size: float) -> None:
    """Write names of points [k, 2] where room is, with a line; points `taken` [n, 2] stay free."""
    letters = Letters(axes, taken, np.full(len(taken), 3.0), size)
    across, up = np.meshgrid(np.linspace(0.05, 0.95, 25), np.linspace(0.04, 0.97, 40))
    grid = axes.transAxes.transform(np.column_stack([across.ravel(), up.ravel()]))
    for name, point in zip(names, points, strict=True):
        mark = axes.transData.transform(point)
        near = grid[np.argsort(np.hypot(*(grid - mark).T), kind="stable")]
        box = letters.write(name, ((float(x), float(y), "center", "center") for x, y in near))
        if box is not None:
            end = axes.transData.inverted().transform(np.clip(mark, box.min, box.max))
            axes.plot(
                [point[0], end[0]], [point[1], end[1]], color=MUTED, linewidth=0.5, zorder=1.5
            )


def folded(name: str, width: int = 17) -> str:
    r"""Return a name in at most two lines.

    >>> folded("Vidurio ir vakarų Lietuvos regionas")
    'Vidurio ir vakarų\nLietuvos regionas'
    """
    lines = wrap(name, width) or [name]
    return "\n".join(lines[:2]) + ("…" if len(lines) > 2 else "")


def spread(values: list[float], gap: float, low: float, high: float) -> list[float]:
    """Move values as little as possible to lie `gap` apart within [low, high], order kept.

    >>> spread([1.0, 1.0, 5.0], 1.0, 0.0, 10.0)
    [0.5, 1.5, 5.0]
    """
    if not values:
        return []
    order, steps = np.argsort(values, kind="stable"), gap * np.arange(len(values))
    free = isotonic_regression(np.array(values, dtype=float)[order] - steps).x
    result = np.empty(len(values))
    result[order] = np.clip(free, low, max(high - steps[-1], low)) + steps
    return [float(value) for value in result]
