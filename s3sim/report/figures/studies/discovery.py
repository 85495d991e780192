"""Scenario discovery: the worlds where a policy loses, and where a difference changes its sign."""

from collections.abc import Sequence
from math import isfinite

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from s3sim.core.arrays import Bools, Floats
from s3sim.core.errors import InputError
from s3sim.core.formatting import listed
from s3sim.report.figures.panels import Manifest, Panel, Panels, key_entry, panels
from s3sim.report.figures.style import FACTOR, GAIN, INK, LOSS, MUTED, style
from s3sim.report.figures.words import (
    checked,
    crossings,
    factor_name,
    limits,
    percent,
    short,
    values,
)

Limits = tuple[float | None, float | None]
Pair = tuple[str, str]


@style()
def vulnerability_map(
    x1: Floats, x2: Floats, lost: Bools, box: Sequence[Limits] | None = None, *, names: Pair,
    units: Pair = ("", ""), policy: str = "the policy",
    held_out: tuple[float, float] | None = None, manifest: Manifest = None,
) -> Figure:  # fmt: skip
    """Draw worlds over the two most restricted factors, lost or not, with the box of losses.

    `x1` and `x2` [n] are values of the two factors in each world, with a pair of names and units;
    `lost` [n] says in which worlds `policy` does worse than the baseline. `box` has low and high
    limit of each factor; None, nan or infinity where a side is open. `held_out` is density and
    coverage of the full box on worlds that were not used to find it.

    Density is the share of worlds in the box that are lost, coverage the share of all lost worlds
    that lie in the box (Bryant and Lempert 2010), here of the box over these two factors.

    Raises
    ------
    InputError
        When the arrays differ in length or are empty.
    """
    if not len(x1) == len(x2) == len(lost) or not len(x1):
        raise InputError(
            f"vulnerability_map: x1, x2 and lost have {len(x1)}, {len(x2)} and {len(lost)} worlds; "
            "give the same number, at least one."
        )
    lost = np.asarray(lost, dtype=bool)
    bounds = [_closed(pair) for pair in box] if box is not None and lost.any() else []
    note = f"{int(lost.sum())} of {len(lost)} worlds are lost. {_fact(x1, x2, lost, bounds, names)}"
    key = [
        key_entry("lost", LOSS, marker="x", linestyle="", markersize=4.5),
        key_entry(
            "not lost", GAIN, marker="o", linestyle="", markersize=3.6, markerfacecolor="none"
        ),
    ]
    made = panels(f"Where {policy} loses", note, manifest, 6.0, 3.9, key=key)
    axes = _named(made, names, units)
    if not axes.known(x1 + x2, both=True):
        return made.described()
    axes.scatter(x1[~lost], x2[~lost], s=9, facecolors="none", edgecolors=GAIN, linewidth=0.6,
                 alpha=0.55, zorder=2, gid="won")  # fmt: skip
    axes.scatter(
        x1[lost], x2[lost], s=17, marker="x", color=LOSS, linewidth=1.1, zorder=3, gid="lost"
    )
    axes.set(xlim=limits(x1, zero=False, pad=0.03), ylim=limits(x2, zero=False, pad=0.03))
    if bounds:
        (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
        (a, b), (c, d) = bounds
        a, b, c, d = max(a, left), min(b, right), max(c, bottom), min(d, top)
        axes.add_patch(Rectangle((a, c), b - a, d - c, facecolor=(*matplotlib.colors.to_rgb(LOSS), 0.1),
                                 edgecolor=INK, linewidth=1.3, zorder=4, gid="box"))  # fmt: skip
    if held_out is None or not bounds:
        return made.described()
    said = f"Worlds held out: density {percent(held_out[0])}, coverage {percent(held_out[1])}"
    axes.above(said, LOSS)
    return made.described(f"{said}.")


@style()
def coverage_density(
    trajectory: pd.DataFrame, *, chosen: int | None = None,
    wanted: tuple[float, float] = (0.7, 0.5), manifest: Manifest = None,
) -> Figure:  # fmt: skip
    """Draw the boxes of a PRIM search by coverage and density, with the chosen one marked.

    `trajectory` has a row a box, in the order of the search: `coverage`, `density`; optional
    `restricted` (number of restricted factors), `chosen` (bool), `held_coverage`, `held_density`.
    `chosen` is the row of the chosen box; `wanted` are density and coverage that a box must reach
    to be reported.

    Raises
    ------
    InputError
        Also when the chosen row does not exist.
    """
    table = checked(trajectory, "coverage density", "coverage_density")
    if chosen is None and "chosen" in table and table["chosen"].any():
        chosen = int(np.flatnonzero(table["chosen"].to_numpy(bool))[0])
    if chosen is not None and not 0 <= chosen < len(table):
        raise InputError(f"coverage_density: chosen = {chosen}; allowed are rows 0 to {len(table) - 1}.")  # fmt: skip
    note = (
        "Each dot is a box of the search: density is the share of its worlds that are lost, coverage "
        "the share of all lost worlds in it. Grey corner: good enough to report. Numbers: factors "
        "restricted."
    )
    made = panels("How well boxes describe the losing worlds", note, manifest, 6.0, 3.5)
    axes = made.axes[0]
    axes.set(xlim=(-0.02, 1.04), ylim=(-0.02, 1.06), ylabel="Density: share inside that is lost",
             xlabel="Coverage: share of all lost worlds inside")  # fmt: skip
    axes.add_patch(Rectangle((wanted[1], wanted[0]), 1 - wanted[1], 1 - wanted[0], color="#E9E9E6",
                             linewidth=0, zorder=0, gid="wanted"))  # fmt: skip
    x, y, restricted = values(table, "coverage", "density", "restricted")
    if not axes.known(x * y, "no box was found", both=True):
        return made.described("No box was found.")
    axes.grid()
    axes.plot(x, y, "-o", color=FACTOR, markersize=4, linewidth=0.9, zorder=3, gid="boxes")
    before = np.nan
    for k, count in enumerate(restricted):  # where it changes along the search
        if np.isfinite(count) and (count != before or k == chosen):
            axes.annotate(f"{count:.0f}", (x[k], y[k]), (5, 5), textcoords="offset points",
                          fontsize=6.5, color=MUTED, zorder=6)  # fmt: skip
        before = count
    if chosen is None:
        return made.described("No box is chosen.")
    axes.plot([x[chosen]], [y[chosen]], "o", color=LOSS, markersize=9, zorder=5, gid="chosen",
              markerfacecolor="none", markeredgewidth=1.8)  # fmt: skip
    said = f"chosen: density {percent(y[chosen])}, coverage {percent(x[chosen])}"
    held = [v[chosen] for v in values(table, "held_coverage", "held_density")]
    if all(map(isfinite, held)):
        axes.plot([x[chosen], held[0]], [y[chosen], held[1]], color=MUTED, linewidth=0.8, zorder=4)
        axes.plot([held[0]], [held[1]], "D", color=LOSS, markersize=5, zorder=5, gid="held out")
        said += f"\nheld out (diamond): density {percent(held[1])}, coverage {percent(held[0])}"
    axes.text(0.02, 0.03, said, transform=axes.transAxes, fontsize=7.5, color=LOSS, va="bottom",
              linespacing=1.3, zorder=6)  # fmt: skip
    return made.described(said.replace("\n", "; ") + ".")


@style()
def tipping_curve(
    frame: pd.DataFrame, points: pd.DataFrame | None = None, *, factor: str, factor_unit: str = "",
    outcome: str = "the outcome", unit: str = "", manifest: Manifest = None,
) -> Figure:  # fmt: skip
    """Draw the difference along one factor, with the place where its sign changes.

    `frame` has `value` of the factor, `mean` difference there, `low` and `high`; `points` a row a
    world: `value`, `difference`.
    """
    table = checked(frame, "value mean low high", "tipping_curve").sort_values("value")
    x, mean, low, high = values(table, "value", "mean", "low", "high")
    dots = " Dots: single worlds." if points is not None else ""
    note = f"Mean paired difference along the factor, with 95 % interval.{dots}"
    title = f"Where the difference in {outcome} changes its sign"
    made = panels(title, note, manifest, 6.0, 3.0)
    axes = _named(made, (factor, "Difference"), (factor_unit, unit))
    if not axes.known(mean, both=True):
        return made.described("The curve is withheld.")
    seen = [*mean, *low, *high]
    if points is not None:
        worlds = checked(points, "value difference", "tipping_curve")
        seen += list(worlds["difference"])
        axes.scatter(worlds["value"], worlds["difference"], s=7, color=MUTED, alpha=0.35,
                     linewidth=0, zorder=2, gid="worlds")  # fmt: skip
    axes.lone_curve(x, mean, low, high, seen)
    known, turns = mean[np.isfinite(mean)], crossings(x, mean)
    unsure = int(((low <= 0) & (high >= 0)).sum())
    if unsure == len(known) and known.any():
        said = "Everywhere not told from zero: no change of sign can be told."
    elif not turns:
        sign = "no difference" if not known.any() else "gain" if known.max() > 0 else "loss"
        said = f"The sign does not change within the range: {sign} throughout."
    else:
        said = (
            f"The sign changes at {listed([short(t) for t in turns])} {factor_unit}".strip() + "."
        )
        for turn in turns:
            axes.turning_point(turn, 0, "sign change")
        # With many crossings the marks stay and only the first is written out.
        more = f" (first of {len(turns)})" if len(turns) > 1 else ""
        side = "right" if turns[0] > sum(axes.get_xlim()) / 2 else "left"
        axes.text(turns[0], 1.02, f"sign changes at {short(turns[0])}{more}", ha=side, color=LOSS,
                  transform=axes.get_xaxis_transform(), fontsize=7.5)  # fmt: skip
    if said[0] == "E" or not turns:
        axes.above(said)
    return made.described(said, f"The interval holds zero at {unsure} of {len(x)} values.")


@style()
def tipping_map(
    x: Floats, y: Floats, z: Floats, *, names: Pair, units: Pair = ("", ""),
    outcome: str = "the outcome", unit: str = "", clear: Bools | None = None,
    manifest: Manifest = None,
) -> Figure:  # fmt: skip
    """Draw the difference over two factors, with the line where it is zero.

    `x` [nx] and `y` [ny] are increasing values of the two factors, with a pair of names and units;
    `z` [ny, nx] is the difference, nan left white; `clear` [ny, nx] says where its interval
    excludes zero; elsewhere the map is hatched.

    Raises
    ------
    InputError
        When the shapes do not fit.
    """
    if z.shape != (len(y), len(x)) or (clear is not None and clear.shape != z.shape):
        raise InputError(
            f"tipping_map: z has shape {z.shape}; allowed is (len(y), len(x)) = {(len(y), len(x))}, "
            "for clear as well."
        )
    hatch = " Hatched: the 95 % interval holds zero." if clear is not None else ""
    note = f"Purple: the policy gains; orange: it loses; black line: no difference.{hatch}"
    title = f"Where the difference in {outcome} changes its sign"
    made = panels(title, note, manifest, 5.2, 3.9)
    axes, known = _named(made, names, units), np.isfinite(z)
    if not axes.known(z.ravel(), both=True):
        return made.described("The map is withheld.")
    most = float(np.abs(z[known]).max()) or 1.0
    shades = LinearSegmentedColormap.from_list("loss_gain", [LOSS, "#F7F7F7", GAIN])
    mesh = axes.pcolormesh(x, y, np.ma.masked_invalid(z), cmap=shades, vmin=-most, vmax=most,
                           shading="nearest", rasterized=True)  # fmt: skip
    turns = bool((z[known] > 0).any() and (z[known] < 0).any())
    if turns and min(z.shape) > 1:
        axes.contour(x, y, z, levels=[0.0], colors=[INK], linewidths=1.6)
    if clear is not None and min(z.shape) > 1 and not clear.all():
        with matplotlib.rc_context({"hatch.color": "#777777", "hatch.linewidth": 0.4}):
            axes.contourf(
                x, y, clear.astype(float), levels=[-0.5, 0.5], colors="none", hatches=["////"]
            )
    scale = made.figure.colorbar(mesh, ax=axes, aspect=28, pad=0.02)
    scale.ax.tick_params(labelsize=7)
    scale.outline.set_visible(False)
    scale.ax.set_title(unit, fontsize=7.5, fontweight="normal")
    said = f"The policy gains on {100 * float((z[known] > 0).mean()):.0f} % of the map."
    said = said if turns else "The sign does not change on this map."
    axes.above(said)
    return made.described(said)


def _named(made: Panels, names: Pair, units: Pair) -> Panel:
    axes = made.axes[0]
    axes.say(factor_name(names[0]), units[0], factor_name(names[1]), units[1])
    axes.ticks(7, 5)
    return axes


def _closed(pair: Limits) -> tuple[float, float]:
    low, high = (np.nan if end is None else float(end) for end in pair)
    return low if isfinite(low) else -np.inf, high if isfinite(high) else np.inf


def _fact(x1: Floats, x2: Floats, lost: Bools, bounds: list[tuple[float, float]], names: Pair) -> str:  # fmt: skip
    """Say which worlds the box holds, and how many of them are lost."""
    if not lost.any():
        return "No world is lost, so there is no box."
    if not bounds:
        return "No compact region of losses was found."
    (a, b), (c, d) = bounds
    inside = (x1 >= a) & (x1 <= b) & (x2 >= c) & (x2 <= d)
    hits, n, said = int((lost & inside).sum()), int(inside.sum()), []
    for name, (low, high) in zip(map(factor_name, names), bounds, strict=True):
        if isfinite(low):
            said.append(f"{name} {short(low)} to {short(high)}" if isfinite(high) else f"{name} above {short(low)}")  # fmt: skip
        elif isfinite(high):
            said.append(f"{name} below {short(high)}")
    told = f"In it {hits} of {n} worlds are lost (density {percent(hits / n)})" if n else "No world lies in it"  # fmt: skip
    share = percent(hits / int(lost.sum()))
    return f"Box: {listed(said) or 'no limit on either'}. {told}, {share} of all losses (coverage)."
