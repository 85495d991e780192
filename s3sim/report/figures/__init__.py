"""Figures of a comparison: drawn from its tables, described in words, the same to the byte.

Importing this package loads no plotting library; `draw_all` does.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s3sim.core.errors import InputError
from s3sim.report.figures.inputs import (
    Comparison,
    Drawings,
    Drawn,
    OutcomeInfo,
    PolicyInfo,
    Polygon,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "Comparison",
    "Drawn",
    "OutcomeInfo",
    "PolicyInfo",
    "draw_all",
    "effects_figure",
    "map_figure",
]


def draw_all(
    comparison: Comparison,
    outcomes: Mapping[str, OutcomeInfo],
    policies: Mapping[str, PolicyInfo],
    folder: str | Path,
    *,
    dpi: int = 200,
    land: Sequence[Polygon] | None = None,
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
    from s3sim.report.figures import agg as agg
    from s3sim.report.figures.draw import draw_all as draw

    return draw(comparison, outcomes, policies, folder, dpi=dpi, land=land)


def effects_figure(comparison: Comparison) -> "Figure":
    """Return the matplotlib figure of all effects with their intervals.

    Raises
    ------
    InputError
        If there is no policy but the baseline, or no effect with a number.
    """
    drawn = _one("effects", comparison)
    if drawn is None:
        raise InputError("there is no effect to draw: name a policy besides the baseline.")
    return drawn


def map_figure(comparison: Comparison) -> "Figure | None":
    """Return the map of what policies change, or of collaborations if only the baseline ran."""
    return _one("map_changes", comparison) or _one("map_collaborations", comparison)


def _one(name: str, comparison: Comparison) -> Any:
    from s3sim.report.figures import agg as agg
    from s3sim.report.figures.draw import one_figure

    return one_figure(name, comparison)
