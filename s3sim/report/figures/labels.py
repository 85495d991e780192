"""Names beside points, placed so that none overlaps a point or another name."""

from dataclasses import dataclass, field
from textwrap import wrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

Floats = NDArray[np.float64]
_SIDES = [  # direction from the point, and which part of the name touches it
    ((1, 0), "left", "center"), ((-1, 0), "right", "center"),
    ((0, 1), "center", "bottom"), ((0, -1), "center", "top"),
    ((0.7, 0.7), "left", "bottom"), ((0.7, -0.7), "left", "top"),
    ((-0.7, 0.7), "right", "bottom"), ((-0.7, -0.7), "right", "top"),
]  # fmt: skip

_HALO = 2.0  # width of the white line around letters, in points


@dataclass
class Places:
    """Boxes that are taken, in pixels of the axes' figure."""

    within: Bbox
    halo: float
    taken: list[Bbox] = field(default_factory=list)

    def free(self, box: Bbox) -> bool:
        """Say whether a box lies inside the axes and touches nothing."""
        inside = (
            box.x0 >= self.within.x0
            and box.x1 <= self.within.x1
            and box.y0 >= self.within.y0
            and box.y1 <= self.within.y1
        )
        return inside and not any(box.overlaps(other) for other in self.taken)


def folded(name: str, width: int = 17) -> str:
    r"""Return a name in at most two lines.

    >>> folded("Vidurio ir vakarų Lietuvos regionas")
    'Vidurio ir vakarų\nLietuvos regionas'
    """
    lines = wrap(name, width) or [name]
    return "\n".join(lines[:2]) + ("…" if len(lines) > 2 else "")


def label_points(
    axes: Axes, points: Floats, radii: Floats, names: list[str], codes: list[str], size: float
) -> int:
    """Write names beside points [n, 2] (data units) with radii in points; return how many fit.

    Larger points choose first. A name that fits nowhere gives way to its code; if that fits
    nowhere either, the point stays without letters rather than covering others.
    """
    canvas = axes.figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
    pixel = renderer.points_to_pixels(1.0)
    centres, reach = axes.transData.transform(points), radii * pixel
    places = Places(axes.get_window_extent(renderer).padded(-2 * pixel), _HALO / 2 * pixel)
    places.taken += [
        Bbox.from_extents(x - r, y - r, x + r, y + r)
        for (x, y), r in zip(centres, reach, strict=True)
    ]
    written = 0
    for k in np.argsort(-radii, kind="stable"):
        for name in dict.fromkeys((names[k], codes[k])):
            if _write(axes, renderer, places, centres[k], reach[k] + 1.5 * pixel, name, size):
                written += 1
                break
    return written


def _write(
    axes: Axes, renderer: object, places: Places, centre: Floats, gap: float, name: str, size: float
) -> bool:
    text = axes.text(0, 0, name, fontsize=size, linespacing=0.95, zorder=6,
                     path_effects=[withStroke(linewidth=_HALO, foreground="white")])  # fmt: skip
    text.set_transform(None)
    for stretch in (1.0, 1.6, 2.2):
        for (dx, dy), horizontal, vertical in _SIDES:
            text.set(
                x=centre[0] + dx * gap * stretch,
                y=centre[1] + dy * gap * stretch,
                horizontalalignment=horizontal,
                verticalalignment=vertical,
                multialignment=horizontal,
            )
            box = text.get_window_extent(renderer).padded(places.halo)  # type: ignore[arg-type]
            if places.free(box):
                places.taken.append(box)
                # Data coordinates hold at every resolution.
                anchor = axes.transData.inverted().transform(text.get_position())
                text.set_transform(axes.transData)
                text.set_position((float(anchor[0]), float(anchor[1])))
                return True
    text.remove()
    return False


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
