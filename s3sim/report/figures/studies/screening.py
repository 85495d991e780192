"""Screening (Morris): how much each factor moves an output, and how unevenly."""

from collections.abc import Mapping
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from s3sim.core.formatting import listed
from s3sim.report.figures.labels import label_points
from s3sim.report.figures.studies.base import (
    AXIS,
    DUMMY,
    FACTOR,
    HEAD,
    LUCK,
    MONO,
    OUTPUTS,
    board,
    broad,
    checked,
    column,
    describe,
    dummy_reach,
    limits,
    plain,
    top_of,
    withheld,
)
from s3sim.report.figures.studies.callouts import call_out
from s3sim.report.figures.studies.grouped import bars
from s3sim.report.figures.studies.words import axis_words, is_dummy, shown
from s3sim.report.figures.style import CREDIT, GRID, MUTED, SIDE, look, place

_NEEDED = ("factor", "group", "mu_star", "mu_star_low", "mu_star_high", "sigma", "kept", "output")
_GAP, _DEEP = 0.62, 3.3


@look()
def mu_star_sigma(
    frame: pd.DataFrame, *, outcome: str = "the outcome", unit: str = "", labelled: int = 8,
    titles: Mapping[str, str] | None = None, manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw the elementary effects of a Morris study, one panel an output.

    Parameters
    ----------
    frame : DataFrame
        A row a factor and output: `factor`, `group` ("dummy" for factors the model never reads),
        `mu_star` with its 95 % interval `mu_star_low`, `mu_star_high`, `sigma` (nan when factors
        moved in groups), `kept` (bool) and `output` ("baseline", "policy", "difference").
        A panel without any finite `mu_star` is drawn as withheld.
    outcome, unit : str
        What the output measures, and its unit.
    labelled : int
        Kept factors named in each panel, the largest first.
    titles : mapping, optional
        Heading of the panel of each output.
    manifest : mapping, optional
        For the credit line.

    Raises
    ------
    InputError
        When a column is missing or the table is empty.

    Notes
    -----
    mu* is the mean absolute elementary effect (Campolongo, Cariboni and Saltelli 2007), sigma the
    standard deviation of elementary effects (Morris 1991). Without sigma the figure shows bars.
    """
    table = checked(frame, _NEEDED, "mu_star_sigma")
    outputs = [o for o in OUTPUTS if o in set(table["output"])]
    outputs += [o for o in dict.fromkeys(table["output"]) if o not in outputs]
    heads = {**OUTPUTS, **(titles or {})}
    known = np.isfinite(table["mu_star"].to_numpy(float))
    spread_known = bool(np.isfinite(table["sigma"].to_numpy(float))[known].all())
    title = f"Which factors move {outcome}?"
    if spread_known:
        luck = "diamond: luck; " if (table["factor"] == "seed").any() else ""
        note = (
            f"Filled: kept; hollow: dropped; {luck}cross: dummy, which the model never reads; grey band: "
            "what such a dummy can reach. Line across a mark: 95 % interval. Above the dashed line "
            "the effect depends on the other factors or bends."
        )
        draw = _points(table, outputs, heads, title, note, axis_words("", unit), labelled, manifest)
    else:
        note = (
            "Mean size of the change when a factor or group moves, with 95 % interval. Dark: kept; "
            "light: dropped; grey: dummy, which the model never reads, and what it can reach."
        )
        draw = bars(table, outputs, heads, title, note, axis_words("", unit), manifest)
    facts = []
    for output in outputs:
        mine = table[(table["output"] == output) & table["kept"].astype(bool)]
        best = (
            mine.sort_values("mu_star", ascending=False)["factor"].astype(str).tolist()[:labelled]
        )
        head = heads.get(output, output)
        facts.append(f"{head}: {listed([shown(b) for b in best]) or 'nothing'} kept.")
    return describe(draw, *facts)


def _points(
    table: pd.DataFrame, outputs: list[str], heads: Mapping[str, str], title: str, note: str,
    unit: str, labelled: int, manifest: Mapping[str, Any] | None,
) -> Figure:  # fmt: skip
    width = broad({1: 7.2, 2: 9.4}.get(len(outputs), 11.6), title)
    cell = (width - 2 * SIDE - 0.3 - _GAP * (len(outputs) - 1)) / len(outputs)
    head = top_of(note, width)
    figure = board(width, head + HEAD + _DEEP + AXIS + CREDIT, title, note, manifest)
    for k, output in enumerate(outputs):
        axes = place(figure, SIDE + 0.3 + k * (cell + _GAP), CREDIT + AXIS, cell, _DEEP)
        axes.set_title(heads.get(output, output), pad=5)
        mine = table[table["output"] == output]
        mine = mine[np.isfinite(mine["mu_star"].to_numpy(float))]
        axes.set_xlabel(f"Mean size of the effect, μ*{unit}", labelpad=2)
        axes.set_ylabel(f"Spread of the effect, σ{unit}" if k == 0 else "", labelpad=2)
        if mine.empty:
            axes.set(xticks=[], yticks=[])
            withheld(axes)
            continue
        _panel(axes, mine.sort_values("mu_star", ascending=False), labelled)
    return figure


def _panel(axes: Axes, mine: pd.DataFrame, labelled: int) -> None:
    mu, sigma = column(mine, "mu_star"), column(mine, "sigma")
    low, high = column(mine, "mu_star_low"), column(mine, "mu_star_high")
    names, groups = mine["factor"].astype(str).tolist(), mine["group"].astype(str).tolist()
    dummy = np.array([is_dummy(n, g) for n, g in zip(names, groups, strict=True)])
    kept = mine["kept"].to_numpy(bool) & ~dummy
    _, right = limits([*mu, *high], pad=0.12)
    _, top = limits(sigma, pad=0.16)
    axes.set(xlim=(-0.03 * right, right), ylim=(-0.04 * top, top))
    dummy_reach(axes, mu[dummy], high[dummy])
    end = min(right, top)
    axes.plot([0, end], [0, end], color=MUTED, linewidth=0.7, linestyle=(0, (3, 3)), zorder=1)
    colours = [LUCK if n == "seed" else FACTOR for n in names]
    for k, colour in enumerate(colours):
        tint = DUMMY if dummy[k] else colour
        if np.isfinite(low[k]) and np.isfinite(high[k]):
            axes.plot([low[k], high[k]], [sigma[k]] * 2, color=tint, linewidth=0.8, zorder=2,
                      alpha=0.75, gid="interval")  # fmt: skip
        axes.plot([mu[k]], [sigma[k]], zorder=3, color=tint, markeredgewidth=1.0, gid="factor",
                  marker="x" if dummy[k] else "D" if names[k] == "seed" else "o", markersize=4.6,
                  markerfacecolor=colour if kept[k] else "white")  # fmt: skip
    axes.grid(color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    plain(axes.xaxis)
    plain(axes.yaxis)
    chosen = set(np.flatnonzero(kept)[:labelled].tolist())
    written = [shown(n) if k in chosen else "" for k, n in enumerate(names)]
    # Intervals keep their place free of names too, as rows of small points without one.
    ends = [np.linspace(a, b, 9) if np.isfinite(b - a) else np.array([m])
            for a, b, m in zip(low, high, mu, strict=True)]  # fmt: skip
    beside = [(x, s) for line, s in zip(ends, sigma, strict=True) for x in line]
    points = np.array([*zip(mu, sigma, strict=True), *beside])
    radii = np.array([3.4 - 1e-3 * k for k in range(len(mu))] + [0.4] * len(beside))
    blank = [""] * len(beside)
    with matplotlib.rc_context({"font.family": MONO}):
        label_points(axes, points, radii, [*written, *blank], [*written, *blank], 6)
        done = {text.get_text() for text in axes.texts}
        rest = [k for k, name in enumerate(written) if name and name not in done]
        call_out(axes, points[rest], points, [written[k] for k in rest], 6)
