"""Maps of collaborations between regions: how many under each policy, and what changes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import ListedColormap, Normalize, to_rgb
from matplotlib.figure import Figure

from s3sim.analysis.verdicts import HIGHER, LOWER
from s3sim.core.arrays import Floats
from s3sim.report.figures.labels import folded, label_points
from s3sim.report.figures.links import (
    changes_in_words,
    crosses_border,
    levels_in_words,
    link_changes,
    mean_links,
    two_digits,
)
from s3sim.report.figures.panels import key_entry, panels
from s3sim.report.figures.style import BORDER, INK, LAND, SEA, policy_marks, style
from s3sim.report.view import View

_ARCS, _WIDEST = 80, 6.0  # most arcs across borders in a map; points of the widest
_GREY, _UNCLEAR, _ARC_KEY = "#6E6E6E", "#8A8A8A", "#444444"
_HOME = (0, (2.0, 1.2))  # dashes of links inside a country
_CROWDED = 16  # regions above which codes stand for names
_AREA = " Area of a mark: population."
# The pale middle of the ramp would vanish on the land: each half starts a little way out.
_RAMP = ListedColormap(colormaps["PuOr"](np.concatenate([np.linspace(0, 0.375, 128), np.linspace(0.625, 1, 128)])))  # fmt: skip


@style()
def collaborations(view: View, land: Sequence[Floats] | None = None) -> Figure | None:
    """Draw the mean number of collaborations between regions, one panel a policy."""
    links = mean_links(view)
    most = float(links.to_numpy().max(initial=0.0))
    if not most > 0:
        return None
    note = (
        "Mean number of active collaborations over the last four years. "
        f"Links inside a region are not drawn.{_AREA}{_left_out(links)}"
    )
    policies = list(view.comparison.policies)
    title = "Collaborations between regions under each policy"
    atlas = _Atlas(view, land, policies, title, note, most, "collaborations")
    for policy in policies:
        value, colour = links[policy].to_numpy(float), policy_marks(policies)[policy][0]
        arcs = pd.DataFrame({"strength": value, "width": value, "opacity": 0.75}, index=links.index)
        atlas.draw(policy, arcs.assign(colour=colour), home_opacity=0.35)
    return atlas.done(levels_in_words(view, links))


@style()
def changes(view: View, land: Sequence[Floats] | None = None) -> Figure | None:
    """Draw what each policy changes against the baseline, colours centred on no change."""
    found = {policy: change for policy in view.others if len(change := link_changes(view, policy))}
    if not found:
        return None
    # A faint change must look faint: the scale never falls below a tenth of the largest link.
    most = max(float(change["effect"].abs().max()) for change in found.values())
    most = max(most, 0.1 * float(mean_links(view).to_numpy().max(initial=0.0))) or 1.0
    note = (
        "Difference in the mean number of active collaborations over the last four years. Purple: "
        f"more; orange: fewer; grey: no clear difference (95 %).{_AREA}"
        f"{_left_out(next(iter(found.values())))}"
    )
    title = f"Change in collaborations between regions against {view.baseline}"
    atlas, scale = _Atlas(view, land, list(found), title, note, most, "more or fewer"), Normalize(-most, most)  # fmt: skip
    for policy, change in found.items():
        clear, value = change["verdict"].isin([HIGHER, LOWER]), change["effect"].astype(float)
        colours = [
            _RAMP(scale(v))[:3] if c else _UNCLEAR for v, c in zip(value, clear, strict=True)
        ]
        atlas.draw(policy, pd.DataFrame({
            "strength": value.abs().where(clear, 1e-6 * value.abs()), "colour": colours,
            "width": value.abs().clip(lower=0.06 * most).where(clear, 0.05 * most),
            "opacity": np.where(clear, 1.0, 0.35),
        }), home_opacity=0.8)  # fmt: skip
    bar = atlas.made.figure.colorbar(ScalarMappable(scale, _RAMP), ax=atlas.made.axes, location="bottom",
                                     shrink=0.3, aspect=16, anchor=(0.0, 1.0), pad=0.02)  # fmt: skip
    at = _round_below(most)
    bar.set_ticks([-at, 0, at], labels=[two_digits(v, signed=True) for v in (-at, 0, at)])
    bar.outline.set_visible(False)
    return atlas.done(changes_in_words(view, found))


def _left_out(pairs: pd.DataFrame) -> str:
    """Say that small arcs are left out, if they are."""
    if len(pairs) <= _ARCS:
        return ""
    return (
        f"\nAt most the {_ARCS} largest across borders and {_ARCS // 2} inside countries are drawn."
    )


def _round_below(value: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten that is no more than a value."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(power * max(k for k in (1, 2, 5) if k * power <= value * 1.0000001))


class _Atlas:
    """Maps of the regions, one a policy, of one shape and scale."""

    def __init__(
        self, view: View, land: Sequence[Floats] | None, policies: list[str], title: str, note: str,
        most: float, what: str,
    ) -> None:  # fmt: skip
        world = view.comparison.world
        self.view, self.most, self.crowded = view, most, len(world.codes) > _CROWDED
        self.at = np.column_stack([np.asarray(world.x_km, float), np.asarray(world.y_km, float)])
        size = np.sqrt(np.asarray(world.population, float))
        self.radii = np.array((1.6, 3.2) if self.crowded else (2.5, 5.0)) @ [
            size**0,
            size / size.max(),
        ]
        margin = (0.08 if self.crowded else 0.13) * max(*np.ptp(self.at, axis=0), 50.0)
        border = np.array([1.25 * margin, margin])
        low, high = self.at.min(axis=0) - border, self.at.max(axis=0) + border
        aspect = float(np.clip((high - low)[1] / (high - low)[0], 0.6, 1.5))
        # The frame has this shape: the shorter side shows more of the sea.
        wide = max((high - low)[0], (high - low)[1] / aspect)
        more = (np.array([wide, wide * aspect]) - (high - low)) / 2
        (west, south), (east, north) = low - more, high + more
        ground = _outlines(view) if land is None else land
        columns = {1: 1, 2: 2, 3: 3, 4: 2}.get(len(policies), 3 if len(policies) <= 6 else 4)
        inches = {1: 5.8, 2: 4.1}.get(columns, 3.3 if columns == 3 else 2.5)
        largest = _round_below(most)
        look: dict[str, Any] = {"linestyle": "", "markeredgecolor": INK, "markersize": 6}
        key = [
            key_entry("across a border", _ARC_KEY), key_entry("inside a country", _ARC_KEY, linestyle=_HOME),
            *(key_entry(f"{two_digits(v)} {what}", _ARC_KEY, linewidth=_WIDEST * v / most, solid_capstyle="butt")
              for v in (largest, largest / 5)),
            key_entry("lagging region", marker="s", markerfacecolor="white", **look),
            key_entry("advanced region", marker="o", markerfacecolor=_GREY, **look),
        ]  # fmt: skip
        self.made = panels(title, note, view.comparison.manifest, inches, inches * aspect, key=key, key_columns=3,
                           count=len(policies), columns=columns, land=bool(len(ground)))  # fmt: skip
        self.panel = dict(zip(policies, self.made, strict=True))
        for policy, axes in self.panel.items():
            axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[],
                     facecolor=SEA if len(ground) else "white")  # fmt: skip
            axes.set_title(view.policy(policy), pad=4)
            axes.spines[:].set(visible=True, color=BORDER)
            axes.add_collection(PolyCollection([np.asarray(p, float) for p in ground], facecolor=LAND,
                                               edgecolor=BORDER, linewidth=0.5, zorder=1), autolim=False)  # fmt: skip
            behind = np.asarray(world.lagging, bool)
            for kept, marker, fill, part in (
                (behind, "s", "white", 0.8),
                (~behind, "o", _GREY, 1.0),
            ):
                axes.scatter(self.at[kept, 0], self.at[kept, 1], s=(2 * self.radii[kept]) ** 2 * part, marker=marker,
                             zorder=5, facecolor=fill, edgecolor=INK, linewidth=0.9)  # fmt: skip

    def draw(self, policy: str, arcs: pd.DataFrame, home_opacity: float) -> None:
        """Add quadratic Bézier curves, the strongest last; links within a country are dashed.

        Columns of arcs: strength (order), width (in collaborations), colour, opacity.
        """
        step = np.linspace(0.0, 1.0, 25)[:, None]
        arcs = arcs.assign(abroad=crosses_border(self.view, arcs.index)).sort_values("strength", kind="stable")  # fmt: skip
        arcs = arcs[_WIDEST * arcs["width"] >= 0.04 * self.most]
        for abroad, most, opacity in ((False, _ARCS // 2, home_opacity), (True, _ARCS, 1.0)):
            mine = arcs[arcs["abroad"] == abroad].tail(most)
            start, end = (self.at[mine.index.get_level_values(k)][:, None] for k in (0, 1))
            bend = (start + end) / 2 + 0.16 * (end - start)[..., ::-1] * [-1, 1]
            curves = (1 - step) ** 2 * start + 2 * step * (1 - step) * bend + step**2 * end
            self.panel[policy].add_collection(LineCollection(
                list(curves), linewidths=(_WIDEST * mine["width"] / self.most).clip(lower=0.25),
                colors=[(*to_rgb(c), min(o, opacity)) for c, o in zip(mine["colour"], mine["opacity"], strict=True)],
                capstyle="butt", zorder=3 if abroad else 2, linestyles="solid" if abroad else _HOME,
            ), autolim=False)  # fmt: skip

    def done(self, alt: str) -> Figure:
        """Name the regions and return the figure, described by `alt`."""
        self.made.fit()
        world = self.view.comparison.world
        codes = [str(code) for code in world.codes]
        names = codes if self.crowded else [folded(str(name)) for name in world.names]
        for axes in self.made:
            label_points(axes, self.at, self.radii, names, codes, 5.6 if self.crowded else 6.6)
        self.made.figure.set_label(alt)
        return self.made.figure


def _outlines(view: View) -> Sequence[Floats]:
    """Return the land under the maps; an invented world lies nowhere and gets none."""
    if getattr(view.comparison.world, "name", "") == "synthetic":
        return []
    from s3sim.world import land_outlines

    return land_outlines()
