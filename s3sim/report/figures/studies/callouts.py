"""Names of marks that have no room beside them: set apart, with a line to the mark."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox

from s3sim.core.arrays import Floats
from s3sim.report.figures.labels import Places
from s3sim.report.figures.style import MUTED

HALO = [withStroke(linewidth=2.0, foreground="white")]
"""White line around letters that may stand on a line or a mark."""


def call_out(axes: Axes, points: Floats, taken: Floats, names: list[str], size: float) -> int:
    """Write names near points [k, 2] where nothing else stands; return how many fit.

    Points `taken` [n, 2] and the words already in the axes are kept free.
    """
    canvas = axes.figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
    pixel = renderer.points_to_pixels(1.0)
    places = Places(axes.get_window_extent(renderer).padded(-2 * pixel), pixel)
    reach = 3.0 * pixel
    places.taken = [Bbox.from_extents(x - reach, y - reach, x + reach, y + reach)
                    for x, y in axes.transData.transform(taken)]  # fmt: skip
    places.taken += [text.get_window_extent(renderer).padded(pixel) for text in axes.texts]
    across, up = np.meshgrid(np.linspace(0.05, 0.95, 25), np.linspace(0.04, 0.97, 40))
    spots = axes.transAxes.transform(np.column_stack([across.ravel(), up.ravel()]))
    written = 0
    for name, point in zip(names, points, strict=True):
        mark = axes.transData.transform(point)
        text = axes.text(0, 0, name, fontsize=size, ha="center", va="center", zorder=6,
                         path_effects=HALO)  # fmt: skip
        text.set_transform(None)
        for spot in spots[np.argsort(np.hypot(*(spots - mark).T), kind="stable")]:
            text.set_position((float(spot[0]), float(spot[1])))
            box = text.get_window_extent(renderer).padded(places.halo)
            if places.free(box):
                break
        else:
            text.remove()
            continue
        places.taken.append(box)
        at = axes.transData.inverted().transform(spot)
        text.set_transform(axes.transData)
        text.set_position((float(at[0]), float(at[1])))
        end = axes.transData.inverted().transform(np.clip(mark, box.min, box.max))
        axes.plot([point[0], end[0]], [point[1], end[1]], color=MUTED, linewidth=0.5, zorder=1.5)
        written += 1
    return written
