"""All figures of a comparison, in reading order."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from s3sim.ensemble.comparison import outcome_info
from s3sim.policies import POLICIES
from s3sim.report.figures import maps
from s3sim.report.figures.effects import draw_effects
from s3sim.report.figures.inputs import (
    Comparison,
    Drawings,
    OutcomeInfo,
    PolicyInfo,
    Polygon,
    Words,
)
from s3sim.report.figures.paths import draw_path_changes, draw_paths
from s3sim.report.figures.regions import draw_regions
from s3sim.report.figures.style import look


def draw_all(
    comparison: Comparison,
    outcomes: Mapping[str, OutcomeInfo],
    policies: Mapping[str, PolicyInfo],
    folder: str | Path,
    *,
    dpi: int,
    land: Sequence[Polygon] | None,
) -> Drawings:
    """Draw every figure that the data support; see `s3sim.report.figures.draw_all`."""
    target, words = Path(folder), Words(outcomes, policies)
    target.mkdir(parents=True, exist_ok=True)
    ground = outlines(comparison) if land is None else land
    made = Drawings()
    for name, draw in (
        ("effects", partial(draw_effects, comparison, words, target, dpi)),
        ("paths", partial(draw_paths, comparison, words, target, dpi)),
        ("path_changes", partial(draw_path_changes, comparison, words, target, dpi)),
        ("map_collaborations", partial(maps.draw_levels, comparison, words, ground, target, dpi)),
        ("map_changes", partial(maps.draw_changes, comparison, words, ground, target, dpi)),
        ("regions", partial(draw_regions, comparison, words, target, dpi)),
    ):
        try:
            with look():
                drawn = draw()
        except Exception as error:  # a figure that fails costs one line, never the tables
            made.failed.append(f"{name}: {type(error).__name__}: {error}")
        else:
            made += [] if drawn is None else [drawn]
    return made


def outlines(comparison: Comparison) -> Sequence[Polygon]:
    """Return the land under the maps; an invented world lies nowhere and gets none."""
    if getattr(comparison.world, "name", "") == "synthetic":
        return []
    from s3sim.world import land_outlines

    return land_outlines()


def one_figure(name: str, comparison: Comparison) -> Any:
    """Return one figure of a comparison, or None if its data are missing."""
    words = Words(outcome_info(), POLICIES)
    with look(), TemporaryDirectory() as folder:
        target = Path(folder)
        if name == "effects":
            drawn = draw_effects(comparison, words, target, 40)
        else:
            draw = maps.draw_changes if name == "map_changes" else maps.draw_levels
            drawn = draw(comparison, words, outlines(comparison), target, 40)
    return None if drawn is None else drawn.figure
