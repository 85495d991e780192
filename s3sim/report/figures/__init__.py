"""Figures of a comparison: drawn from its tables, described in words, the same to the byte.

Importing this package loads no plotting library; `draw_all` does.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError
from s3sim.report.view import Drawings, Drawn, View

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from s3sim.ensemble.comparison import Comparison

__all__ = ["Drawings", "Drawn", "draw_all", "effects_figure", "map_figure"]


def draw_all(
    comparison: "Comparison",
    outcomes: Mapping[str, Any],
    policies: Mapping[str, Any],
    folder: str | Path,
    *,
    dpi: int = 200,
    land: Sequence[Floats] | None = None,
) -> Drawings:
    """Draw every figure that the comparison's tables support, each as PNG and SVG.

    Parameters
    ----------
    comparison : Comparison
        The paired comparison of policies with their baseline.
    outcomes, policies : mapping
        Title, unit and meaning of each outcome and policy; missing names are tolerated.
    folder : path
        Where the files go; it is created.
    dpi : int
        Resolution of the PNG files.
    land : sequence of arrays [n, 2], optional
        Outlines in km to draw under the maps; by default those of `s3sim.world`.

    Returns
    -------
    Drawings
        In reading order. A figure whose data are missing is left out; one that fails is named in
        `failed` with its reason.
    """
    drawings, target = _drawings(View(comparison, outcomes, policies), land), Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    from s3sim.report.figures.style import save_figure

    made = Drawings()
    for name, draw in drawings.items():
        try:
            figure = draw()
            made += [] if figure is None else [save_figure(figure, name, target, dpi)]
        except Exception as error:  # a figure that fails costs one line, never the tables
            made.failed.append(f"{name}: {type(error).__name__}: {error}")
    return made


def effects_figure(comparison: "Comparison") -> "Figure":
    """Return the matplotlib figure of all effects with their intervals.

    Raises
    ------
    InputError
        If there is no policy but the baseline, or no effect with a number.
    """
    figure = _catalogued(comparison)["effects"]()
    if figure is None:
        raise InputError("there is no effect to draw: name a policy besides the baseline.")
    return figure


def map_figure(comparison: "Comparison") -> "Figure | None":
    """Return the map of what policies change, or of collaborations if only the baseline ran."""
    drawings = _catalogued(comparison)
    return drawings["map_changes"]() or drawings["map_collaborations"]()


def _catalogued(comparison: "Comparison") -> "dict[str, Callable[[], Figure | None]]":
    from s3sim.ensemble.comparison import outcome_info
    from s3sim.policies import POLICIES

    return _drawings(View(comparison, outcome_info(), POLICIES))


def _drawings(
    view: View, land: Sequence[Floats] | None = None
) -> "dict[str, Callable[[], Figure | None]]":
    from s3sim.report.figures import agg as agg
    from s3sim.report.figures import effects, maps, paths, regions

    return {
        "effects": partial(effects.forest_plot, view),
        "paths": partial(paths.paths, view),
        "path_changes": partial(paths.path_changes, view),
        "map_collaborations": partial(maps.collaborations, view, land),
        "map_changes": partial(maps.changes, view, land),
        "regions": partial(regions.regions, view),
    }
