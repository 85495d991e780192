"""Figures of a comparison: drawn from its tables, described in words, the same to the byte.

Importing this package loads no plotting library; `draw_all` does.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from s3sim.report.figures.inputs import Comparison, Drawn, OutcomeInfo, PolicyInfo, Polygon

__all__ = ["Comparison", "Drawn", "OutcomeInfo", "PolicyInfo", "draw_all"]


def draw_all(
    comparison: Comparison,
    outcomes: Mapping[str, OutcomeInfo],
    policies: Mapping[str, PolicyInfo],
    folder: str | Path,
    *,
    dpi: int = 200,
    land: Sequence[Polygon] | None = None,
) -> list[Drawn]:
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
    list of Drawn
        In reading order. A figure whose data are missing is left out.
    """
    from s3sim.report.figures.draw import draw_all as draw

    return draw(comparison, outcomes, policies, folder, dpi=dpi, land=land)
