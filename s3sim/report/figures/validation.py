"""Small multiples of the scoreboard: what runs say of each fact, against its published band."""

from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from s3sim.core.arrays import Floats
from s3sim.report.figures.panels import SIDE, Panel, add_panel, new_figure
from s3sim.report.figures.style import BAND, MUTED, save_figure, style
from s3sim.report.figures.words import checked, limits
from s3sim.report.view import Drawn

NEEDED = "id low high mean error status"

COLUMNS, WIDE, HIGH = 6, 1.9, 0.85
"""Small multiples in a row, and inches from one to the next."""

HEAD, FOOT = 1.1, 0.4
"""Inches kept free at the top and at the bottom."""

NOTE = (
    "Shaded: published band. Dots: single runs. Mark: their mean, with a line of two standard errors to either side;"
    "\ncircle inside the band, triangle near it, cross outside."
)

MEAN, RUNS = 0.75, (0.15, 0.45)
"""Heights, 0-1, at which the mean and the runs stand."""

MARKS = {"PASS": ("#009E73", "o"), "WARN": ("#A89B00", "^"), "FAIL": ("#D55E00", "X")}
"""Colour and marker of a status; no status is told by colour alone."""


def draw_validation(
    facts: pd.DataFrame, values: pd.DataFrame, folder: Path, case: str, dpi: int = 110
) -> Drawn:
    """Draw the facts of one world and scale and write validation_CASE.png and .svg.

    Parameters
    ----------
    facts : DataFrame
        In order: id, low, high, mean, error, status.
    values : DataFrame
        Runs: id, value.
    folder : Path
        Where the files go.
    case : str
        World and scale, for the names of files and the title: "partners_0.05".
    dpi : int
        Resolution of the PNG file.
    """
    return save_figure(validation_figure(facts, values, case), f"validation_{case}", folder, dpi)


@style()
def validation_figure(facts: pd.DataFrame, values: pd.DataFrame, case: str) -> Figure:
    """Return the figure: a small multiple a fact, runs as dots, their mean, the band shaded."""
    facts = checked(facts[facts["mean"].notna()], NEEDED, "facts")
    runs = {str(name): group["value"].to_numpy(float) for name, group in values.groupby("id")}
    passed = int((facts["status"] == "PASS").sum())
    world, _, scale = case.partition("_")
    figure = new_figure(
        f"{passed} of {len(facts)} known facts within their bands: world {world}, scale {scale}",
        NOTE,
        None,
    )
    rows = ceil(len(facts) / COLUMNS)
    # Small multiples of one size need no solver, which would take seconds for a hundred of them.
    wide, high = 2 * SIDE + COLUMNS * WIDE, HEAD + FOOT + rows * HIGH
    figure.set_layout_engine("none")
    figure.set_size_inches(wide, high)
    grid = figure.add_gridspec(
        rows, COLUMNS, left=SIDE / wide, right=1 - SIDE / wide, bottom=FOOT / high,
        top=1 - HEAD / high, wspace=0.12, hspace=1.0,
    )  # fmt: skip
    for k, fact in enumerate(facts.to_dict("records")):
        axes = add_panel(figure, grid[divmod(k, COLUMNS)])
        _fact(axes, fact, runs.get(str(fact["id"]), np.zeros(0)))
    outside = facts[facts["status"] != "PASS"]["id"]
    figure.set_label(f"{figure.get_label()} Outside: {', '.join(map(str, outside)) or 'none'}.")
    return figure


def _fact(axes: Panel, fact: dict[Any, Any], values: Floats) -> None:
    low, high, mean, error = (float(fact[name]) for name in ("low", "high", "mean", "error"))
    values = values[np.isfinite(values)]
    edges = np.quantile(values, [0.02, 0.98]) if len(values) else ()
    first, last = limits([low, high, mean, *edges], zero=False, pad=0.12)
    axes.axvspan(max(low, first), min(high, last), color=BAND, linewidth=0, gid="band")
    axes.plot(values, np.linspace(*RUNS, len(values)), ".", color=MUTED, markersize=2.2, alpha=0.6)
    colour, marker = MARKS.get(str(fact["status"]), (MUTED, "o"))
    axes.dot(MEAN, mean, mean - 2 * error, mean + 2 * error, colour, marker=marker, size=4.6)
    axes.set(xlim=(first, last), ylim=(0, 1), yticks=[])
    axes.ticks(x=4)
    axes.tick_params(axis="x", labelsize=6, length=2, pad=1)
    axes.spines["left"].set_visible(False)
    axes.set_title(str(fact["id"]), fontsize=7.5, pad=2)
