"""All figures of a comparison, in reading order."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from s3sim.report.figures import maps
from s3sim.report.figures.effects import draw_effects
from s3sim.report.figures.inputs import Comparison, Drawn, OutcomeInfo, PolicyInfo, Polygon, Words
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
) -> list[Drawn]:
    """Draw every figure that the data support; see `s3sim.report.figures.draw_all`."""
    target, words = Path(folder), Words(outcomes, policies)
    target.mkdir(parents=True, exist_ok=True)
    ground = outlines(comparison) if land is None else land
    with look():
        drawn = [
            draw_effects(comparison, words, target, dpi),
            draw_paths(comparison, words, target, dpi),
            draw_path_changes(comparison, words, target, dpi),
            maps.draw_levels(comparison, words, ground, target, dpi),
            maps.draw_changes(comparison, words, ground, target, dpi),
            draw_regions(comparison, words, target, dpi),
        ]
    return [one for one in drawn if one is not None]


def outlines(comparison: Comparison) -> Sequence[Polygon]:
    """Return the land under the maps; an invented world lies nowhere and gets none."""
    if getattr(comparison.world, "name", "") == "synthetic":
        return []
    from s3sim.world import land_outlines

    return land_outlines()
