"""Maps of collaborations between regions: how many under each policy, and what changes."""

from collections.abc import Sequence
from math import ceil
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from s3sim.analysis.verdicts import HIGHER, LOWER
from s3sim.core.formatting import number
from s3sim.report.figures.inputs import Comparison, Drawn, Polygon, Words, others
from s3sim.report.figures.labels import folded, label_points
from s3sim.report.figures.links import (
    changes_in_words,
    crosses_border,
    levels_in_words,
    link_changes,
    mean_links,
    two_digits,
)
from s3sim.report.figures.style import (
    BORDER,
    CREDIT,
    INK,
    LAND,
    MUTED,
    SEA,
    SIDE,
    TITLE,
    credit,
    marks,
    place,
    save,
    sheet,
)

Floats = NDArray[np.float64]
_KEY, _HEAD, _GAP, _ARCS, _WIDEST = 0.44, 0.26, 0.14, 80, 6.0


def draw_levels(
    comparison: Comparison, words: Words, land: Sequence[Polygon], folder: Path, dpi: int
) -> Drawn | None:
    """Draw the mean number of collaborations between regions, one panel a policy."""
    links = mean_links(comparison)
    most = float(links.to_numpy().max(initial=0.0))
    if not most > 0:
        return None
    title = "Collaborations between regions under each policy"
    note = (
        "Mean number of active collaborations over the last four years. "
        "Links inside a region are not drawn."
    ) + _largest(links)
    figure, panels = _panels(comparison, list(comparison.policies), land, title, note)
    colours = marks(comparison.policies)
    abroad = crosses_border(comparison, links.index)
    for policy, axes in panels.items():
        value = links[policy].to_numpy(float)
        widths = _WIDEST * value / most
        shades = np.where(abroad, 0.75, 0.35)
        _arcs(axes, comparison, links, value, widths, [(colours[policy][0], a) for a in shades],
              abroad)  # fmt: skip
        axes.set_title(words.policy(policy), color=INK, pad=4)
    _key(figure, comparison, most, "collaborations", None)
    alt = levels_in_words(comparison, words, links)
    return save(figure, "map_collaborations", title, alt, folder, dpi)


def draw_changes(
    comparison: Comparison, words: Words, land: Sequence[Polygon], folder: Path, dpi: int
) -> Drawn | None:
    """Draw what each policy changes against the baseline, colours centred on no change."""
    rest = others(comparison)
    changes = {p: c for p in rest if len(c := link_changes(comparison, p))}
    if not changes:
        return None
    # A faint change must look faint: the scale never falls below a tenth of the largest link.
    most = max(float(c["effect"].abs().max()) for c in changes.values())
    most = max(most, 0.1 * float(mean_links(comparison).to_numpy().max(initial=0.0))) or 1.0
    title = f"Change in collaborations between regions against {words.policy(comparison.baseline)}"
    note = (
        "Difference in the mean number of active collaborations over the last four years. "
        "Purple: more; orange: fewer; grey: no clear difference (95 %)."
    ) + _largest(next(iter(changes.values())))
    figure, panels = _panels(comparison, list(changes), land, title, note)
    scale, ramp = Normalize(-most, most), colormaps["PuOr"]
    for policy, axes in panels.items():
        change = changes[policy]
        value = change["effect"].to_numpy(float)
        clear = change["verdict"].isin([HIGHER, LOWER]).to_numpy(bool)
        abroad = crosses_border(comparison, change.index)
        # The pale middle of the ramp would vanish on the land: start a little way out.
        shown = np.sign(value) * (0.25 * most + 0.75 * np.abs(value))
        colours: list[tuple[object, float]] = [
            (ramp(scale(v)), 1.0 if a else 0.8) if c else ("#8A8A8A", 0.35)
            for v, a, c in zip(shown, abroad, clear, strict=True)
        ]
        strength = np.abs(value) * np.where(clear, 1.0, 1e-6)
        widths = np.where(clear, np.maximum(_WIDEST * np.abs(value) / most, 0.35), 0.3)
        _arcs(axes, comparison, change, strength, widths, colours, abroad)
        axes.set_title(words.policy(policy), color=INK, pad=4)
    _key(figure, comparison, most, "more or fewer", scale)
    alt = changes_in_words(comparison, words, changes)
    return save(figure, "map_changes", title, alt, folder, dpi)


def _largest(pairs: pd.DataFrame) -> str:
    """Say that small arcs are left out, if they are."""
    if len(pairs) <= _ARCS:
        return ""
    return (
        f"\nAt most the {_ARCS} largest across borders and {_ARCS // 2} inside countries are drawn."
    )


def _panels(
    comparison: Comparison, policies: list[str], land: Sequence[Polygon], title: str, note: str
) -> tuple[Figure, dict[str, Axes]]:
    world = comparison.world
    x, y = np.asarray(world.x_km, float), np.asarray(world.y_km, float)
    crowded = len(x) > 16
    margin = (0.08 if crowded else 0.13) * max(float(np.ptp(x)), float(np.ptp(y)), 50.0)
    west, east = float(x.min()) - 1.25 * margin, float(x.max()) + 1.25 * margin
    south, north = float(y.min()) - margin, float(y.max()) + margin
    aspect = min(max((north - south) / (east - west), 0.6), 1.5)
    # The frame has this shape: the shorter side shows more of the sea.
    more_x = max((north - south) / aspect - (east - west), 0.0) / 2
    more_y = max((east - west) * aspect - (north - south), 0.0) / 2
    west, east, south, north = west - more_x, east + more_x, south - more_y, north + more_y
    columns = {1: 1, 2: 2, 3: 3, 4: 2}.get(len(policies), 3 if len(policies) <= 6 else 4)
    rows = ceil(len(policies) / columns)
    total = {1: 6.6, 2: 9.2}.get(columns, 11.0)
    wide = (total - 2 * SIDE - (columns - 1) * _GAP) / columns
    high = wide * aspect
    tall = TITLE + rows * (high + _HEAD) + (rows - 1) * _GAP + _KEY + CREDIT + 0.10
    figure = sheet(total, tall, title, note, credit(comparison.manifest, land=bool(len(land))))
    size = np.sqrt(_population(comparison))
    radii = (1.6 + 3.2 * size / size.max()) if crowded else (2.5 + 5.0 * size / size.max())
    names = [str(c) for c in world.codes] if crowded else [folded(str(n)) for n in world.names]
    panels = {}
    for k, policy in enumerate(policies):
        row, column = divmod(k, columns)
        bottom = tall - TITLE - (row + 1) * (high + _HEAD) - row * _GAP
        axes = place(figure, SIDE + column * (wide + _GAP), bottom, wide, high)
        axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[])
        axes.set_aspect("equal")
        axes.set_facecolor(SEA if len(land) else "white")
        for spine in axes.spines.values():
            spine.set(visible=True, color=BORDER)
        if len(land):
            axes.add_collection(PolyCollection([np.asarray(p, float) for p in land], facecolor=LAND,
                                               edgecolor=BORDER, linewidth=0.5, zorder=1),
                                autolim=False)  # fmt: skip
        _bubbles(axes, comparison, radii)
        label_points(axes, np.column_stack([x, y]), radii, names, [str(c) for c in world.codes],
                     5.6 if crowded else 6.6)  # fmt: skip
        panels[policy] = axes
    return figure, panels


def _population(comparison: Comparison) -> Floats:
    known = getattr(comparison.world, "population", None)
    return np.ones(len(comparison.world.codes)) if known is None else np.asarray(known, float)


def _bubbles(axes: Axes, comparison: Comparison, radii: Floats) -> None:
    world, lagging = comparison.world, np.asarray(comparison.world.lagging, bool)
    for behind, marker in ((True, "s"), (False, "o")):
        kept = lagging == behind
        axes.scatter(np.asarray(world.x_km, float)[kept], np.asarray(world.y_km, float)[kept],
                     s=(2 * radii[kept]) ** 2 * (0.8 if behind else 1.0), marker=marker, zorder=5,
                     facecolor="white" if behind else "#6E6E6E", edgecolor=INK,
                     linewidth=0.9)  # fmt: skip


def _arcs(
    axes: Axes, comparison: Comparison, links: pd.DataFrame, strength: Floats, widths: Floats,
    colours: list[tuple[object, float]], abroad: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Add quadratic Bézier curves, the strongest last; links within a country are dashed."""
    x, y = np.asarray(comparison.world.x_km, float), np.asarray(comparison.world.y_km, float)
    step = np.linspace(0.0, 1.0, 25)[:, None]
    ranked = np.argsort(strength, kind="stable")
    order = [*ranked[~abroad[ranked]][-_ARCS // 2 :], *ranked[abroad[ranked]][-_ARCS:]]
    pairs = list(links.index)
    for k in order:
        if widths[k] < 0.04:
            continue
        i, j = pairs[k]
        start, end = np.array([x[i], y[i]]), np.array([x[j], y[j]])
        along = end - start
        bend = (start + end) / 2 + 0.16 * np.array([-along[1], along[0]])
        curve = (1 - step) ** 2 * start + 2 * step * (1 - step) * bend + step**2 * end
        colour, alpha = colours[k]
        axes.add_collection(
            LineCollection([curve], linewidths=[max(float(widths[k]), 0.25)], colors=[colour],
                           alpha=alpha, capstyle="butt", zorder=3 if abroad[k] else 2,
                           linestyles="solid" if abroad[k] else (0, (2.0, 1.2))),
            autolim=False,
        )  # fmt: skip


def _key(
    figure: Figure, comparison: Comparison, most: float, what: str, scale: Normalize | None
) -> None:
    """Draw what widths, line styles and shapes mean, in a strip under the maps."""
    width = float(figure.get_size_inches()[0])
    top = 10.0 ** np.floor(np.log10(most))
    largest = float(top * max(k for k in (1, 2, 5) if k * top <= most * 1.0000001))
    colour = "#444444"
    handles = [
        Line2D([], [], color=colour, linewidth=_WIDEST * v / most, solid_capstyle="butt",
               label=f"{number(v, two_digits(v))} {what}")
        for v in (largest, largest / 5)
    ]  # fmt: skip
    handles += [
        Line2D([], [], color=colour, linewidth=1.6, label="across a border"),
        Line2D([], [], color=colour, linewidth=1.6, dashes=(2.0, 1.2), label="inside a country"),
    ]
    handles += [
        Line2D([], [], color="none", marker=marker, markerfacecolor=fill, markeredgecolor=INK,
               markersize=6, label=label)
        for marker, fill, label in (("s", "white", "lagging region"), ("o", "#6E6E6E", "advanced region"))
    ]  # fmt: skip
    strip = place(figure, SIDE, CREDIT, width - 2 * SIDE, _KEY)
    strip.set_axis_off()
    strip.legend(handles=handles, loc="lower left", ncols=3, fontsize=7.2, handlelength=2.4,
                 columnspacing=1.4, borderaxespad=0.0, borderpad=0.1)  # fmt: skip
    area = "Area of a mark: population" if hasattr(comparison.world, "population") else ""
    figure.text(1 - SIDE / width, 0.09 / figure.get_size_inches()[1], area, ha="right",
                va="bottom", fontsize=6.5, color=MUTED)  # fmt: skip
    if scale is None:
        return
    bar = place(figure, width - SIDE - 1.75, CREDIT + 0.24, 1.65, 0.12)
    ramp = np.linspace(-1, 1, 256)
    bar.imshow((np.sign(ramp) * (0.25 + 0.75 * np.abs(ramp)))[None, :], aspect="auto", cmap="PuOr", vmin=-1, vmax=1,
               extent=(-most, most, 0, 1))  # fmt: skip
    bar.set(yticks=[], xticks=[-largest, 0, largest])
    places = two_digits(largest)
    bar.set_xticklabels(
        [number(v, places, signed=True) for v in (-largest, 0, largest)], fontsize=7
    )
    bar.tick_params(length=2, pad=1.5)
