"""Where the difference changes its sign: along one factor, or over two."""

from collections.abc import Mapping
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from s3sim.core.arrays import Bools, Floats
from s3sim.core.errors import InputError
from s3sim.core.formatting import listed
from s3sim.report.figures.studies.base import (
    AXIS,
    FACTOR,
    board,
    broad,
    checked,
    column,
    describe,
    limits,
    plain,
    top_of,
    withheld,
)
from s3sim.report.figures.studies.crossings import crossings
from s3sim.report.figures.studies.words import NOT_TOLD, axis_words, short, shown
from s3sim.report.figures.style import CREDIT, GAIN, GRID, INK, LOSS, MUTED, SIDE, look, place

_LEFT = 0.5


@look()
def tipping_curve(
    frame: pd.DataFrame, points: pd.DataFrame | None = None, *, factor: str, factor_unit: str = "",
    outcome: str = "the outcome", unit: str = "", manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw the difference along one factor, with the place where its sign changes.

    Parameters
    ----------
    frame : DataFrame
        `value` of the factor, `mean` difference there, `low` and `high` (95 % interval).
    points : DataFrame, optional
        A row a world: `value`, `difference`.
    factor, factor_unit, outcome, unit : str
        Words for the axes.
    manifest : mapping, optional
        For the credit line.

    Raises
    ------
    InputError
        When a column is missing or a table is empty.
    """
    table = checked(frame, ("value", "mean", "low", "high"), "tipping_curve").sort_values("value")
    x, mean = column(table, "value"), column(table, "mean")
    low, high = column(table, "low"), column(table, "high")
    turns = crossings(x, mean)
    title = f"Where the difference in {outcome} changes its sign"
    note = "Mean paired difference along the factor, with 95 % interval." + (
        " Dots: single worlds." if points is not None else ""
    )
    width = broad(7.2, title)
    head, high_in = top_of(note, width) + 0.16, 3.0
    figure = board(width, head + high_in + AXIS + CREDIT, title, note, manifest)
    axes = place(figure, SIDE + _LEFT, CREDIT + AXIS, width - 2 * SIDE - _LEFT, high_in)
    axes.set_xlabel(axis_words(shown(factor), factor_unit), labelpad=2)
    axes.set_ylabel(axis_words("Difference", unit), labelpad=2)
    if not np.isfinite(mean).any():
        axes.set(xticks=[], yticks=[])
        withheld(axes)
        return describe(figure, "The curve is withheld.")
    seen = [*mean, *low, *high]
    if points is not None:
        worlds = checked(points, ("value", "difference"), "tipping_curve")
        seen += list(column(worlds, "difference"))
        axes.scatter(worlds["value"], worlds["difference"], s=7, color=MUTED, alpha=0.35,
                     linewidth=0, zorder=2, gid="worlds")  # fmt: skip
    axes.fill_between(x, low, high, color=FACTOR, alpha=0.2, linewidth=0, zorder=2.5)
    axes.plot(x, mean, color=FACTOR, linewidth=1.8, zorder=4)
    axes.axhline(0, color=INK, linewidth=0.9, zorder=3)
    axes.set(xlim=limits(x, zero=False, pad=0.02), ylim=limits(seen, pad=0.08))
    unsure = np.isfinite(low) & np.isfinite(high) & (low <= 0) & (high >= 0)
    open_ = bool(unsure.any() and unsure.sum() == np.isfinite(mean).sum())
    if not open_:
        _crossed(axes, turns)
    plain(axes.xaxis, 7)
    plain(axes.yaxis)
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    known = mean[np.isfinite(mean)]
    if open_ and known.any():
        said = f"Everywhere {NOT_TOLD}: no change of sign can be told."
        axes.text(0, 1.02, said, transform=axes.transAxes, fontsize=7.5, color=MUTED)
    elif not turns:
        sign = "no difference" if not known.any() else "gain" if known.max() > 0 else "loss"
        said = f"The sign does not change within the range: {sign} throughout."
        axes.text(0, 1.02, said, transform=axes.transAxes, fontsize=7.5, color=MUTED)
    else:
        said = (
            f"The sign changes at {listed([short(t) for t in turns])} {factor_unit}".strip() + "."
        )
    open_at = f"The interval holds zero at {int(unsure.sum())} of {len(x)} values."
    return describe(figure, said, open_at)


def _crossed(axes: Axes, turns: list[float]) -> None:
    left, right = axes.get_xlim()
    for turn in turns:
        axes.axvline(turn, color=LOSS, linewidth=0.9, linestyle=(0, (3, 2)), zorder=3)
        axes.plot([turn], [0], "o", color=LOSS, markersize=5, zorder=5, gid="sign change")
    # With many crossings the marks stay and only the first is written out.
    for turn in turns if len(turns) == 1 else turns[:1]:
        more = f" (first of {len(turns)})" if len(turns) > 1 else ""
        side = "right" if turn > (left + right) / 2 else "left"
        axes.text(turn, 1.02, f"sign changes at {short(turn)}{more}", ha=side, va="bottom",
                  transform=axes.get_xaxis_transform(), fontsize=7.5, color=LOSS)  # fmt: skip


@look()
def tipping_map(
    x: Floats, y: Floats, z: Floats, *, names: tuple[str, str], units: tuple[str, str] = ("", ""),
    outcome: str = "the outcome", unit: str = "", clear: Bools | None = None,
    manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw the difference over two factors, with the line where it is zero.

    Parameters
    ----------
    x, y : array [nx], [ny]
        Increasing values of the two factors.
    z : array [ny, nx]
        Difference; nan is left white.
    names, units : pair of str
        Names and units of the two factors.
    outcome, unit : str
        What the difference measures, and its unit.
    clear : array of bool [ny, nx], optional
        Where the interval of the difference excludes zero; elsewhere the map is hatched.
    manifest : mapping, optional
        For the credit line.

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
    title = f"Where the difference in {outcome} changes its sign"
    hatch = " Hatched: the 95 % interval holds zero." if clear is not None else ""
    note = f"Purple: the policy gains; orange: it loses; black line: no difference.{hatch}"
    width = broad(7.2, title)
    head, high = top_of(note, width) + 0.14, 3.9
    figure = board(width, head + high + AXIS + CREDIT, title, note, manifest)
    axes = place(figure, SIDE + _LEFT, CREDIT + AXIS, width - 2 * SIDE - _LEFT - 1.0, high)
    axes.set_xlabel(axis_words(shown(names[0]), units[0]), labelpad=2)
    axes.set_ylabel(axis_words(shown(names[1]), units[1]), labelpad=2)
    known = np.isfinite(z)
    if not known.any():
        axes.set(xticks=[], yticks=[])
        withheld(axes)
        return describe(figure, "The map is withheld.")
    most = float(np.abs(z[known]).max()) or 1.0
    shades = LinearSegmentedColormap.from_list("loss_gain", [LOSS, "#F7F7F7", GAIN])
    mesh = axes.pcolormesh(x, y, np.ma.masked_invalid(z), cmap=shades, vmin=-most, vmax=most,
                           shading="nearest", rasterized=True)  # fmt: skip
    gains = float((z[known] > 0).mean())
    turns = bool((z[known] > 0).any() and (z[known] < 0).any())
    wide_enough = min(z.shape) > 1
    if turns and wide_enough:
        axes.contour(x, y, z, levels=[0.0], colors=[INK], linewidths=1.6)
    if clear is not None and wide_enough and not clear.all():
        with matplotlib.rc_context({"hatch.color": "#777777", "hatch.linewidth": 0.4}):
            axes.contourf(
                x, y, clear.astype(float), levels=[-0.5, 0.5], colors="none", hatches=["////"]
            )
    bar = place(figure, width - SIDE - 0.82, CREDIT + AXIS, 0.14, high)
    scale = figure.colorbar(mesh, cax=bar)
    plain(bar.yaxis)
    scale.outline.set_visible(False)
    bar.set_title(unit, fontsize=7.5, fontweight="normal", loc="left", pad=4)
    plain(axes.xaxis, 7)
    plain(axes.yaxis)
    said = f"The policy gains on {100 * gains:.0f} % of the map."
    if not turns:
        said = "The sign does not change on this map."
    axes.text(0, 1.015, said, transform=axes.transAxes, fontsize=7.5, color=MUTED)
    return describe(figure, said)
