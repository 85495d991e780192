"""Small multiples of the scoreboard: what runs say of each fact, against its published band."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from s3sim.report.figures.inputs import Drawn
from s3sim.report.figures.style import GRID, INK, MUTED, credit, look, place, save, sheet

COLUMNS = 6
WIDE, HIGH, GAP = 1.75, 0.62, 0.30
"""Inches of a small multiple, and between them."""

TOP, BOTTOM, LEFT = 0.95, 0.55, 0.35

COLOURS = {"PASS": "#009E73", "WARN": "#A89B00", "FAIL": "#D55E00"}
MARKERS = {"PASS": "o", "WARN": "^", "FAIL": "X"}


def draw_validation(facts: pd.DataFrame, values: pd.DataFrame, folder: Path, case: str, dpi: int = 110) -> Drawn:  # fmt: skip
    """Draw one small multiple a fact: runs as dots, their mean with its standard error, the band.

    Parameters
    ----------
    facts : DataFrame
        Facts of one world and scale, in order: id, low, high, mean, error, status, score.
    values : DataFrame
        Runs: id, value.
    folder : Path
        Where the files go.
    case : str
        World and scale, for the names of files and the title: "partners_0.05".
    """
    facts = facts[facts["mean"].notna()]
    runs = {str(name): group["value"].to_numpy(float) for name, group in values.groupby("id")}
    rows = -(-len(facts) // COLUMNS)
    high = TOP + BOTTOM + rows * (HIGH + GAP)
    wide = 2 * LEFT + COLUMNS * WIDE + (COLUMNS - 1) * 0.2
    passed = int((facts["status"] == "PASS").sum())
    note = (
        "Shaded: published band. Grey: single runs. Marker: their mean, with a line of two standard errors; "
        "circle inside the band, triangle near it, cross outside."
    )
    with look():
        figure = sheet(wide, high, f"{passed} of {len(facts)} facts within their bands ({case.replace('_', ', scale ')})", note, credit({}))  # fmt: skip
        for k, fact in enumerate(facts.to_dict("records")):
            row, column = divmod(k, COLUMNS)
            left, bottom = LEFT + column * (WIDE + 0.2), high - TOP - row * (HIGH + GAP) - HIGH
            _one(place(figure, left, bottom, WIDE, HIGH), fact, runs.get(str(fact["id"]), np.zeros(0)))  # fmt: skip
        alt = (
            f"{len(facts)} small diagrams, one for each fact, with simulated runs against the published band; "
            f"{passed} means lie within it."
        )
        return save(figure, f"validation_{case}", "Simulated distributions against targets", alt, folder, dpi)  # fmt: skip


def _one(axes: Axes, fact: dict[Any, Any], values: np.ndarray) -> None:
    low, high, mean = (float(str(fact[name])) for name in ("low", "high", "mean"))
    error, status = float(str(fact["error"])), str(fact["status"])
    values = values[np.isfinite(values)]
    ends = [x for x in (low, high, mean) if np.isfinite(x)]
    if len(values):
        ends += list(np.quantile(values, [0.02, 0.98]))
    margin = 0.12 * (max(ends) - min(ends) or 1.0)
    first, last = min(ends) - margin, max(ends) + margin
    axes.axvspan(max(low, first), min(high, last), color=GRID, lw=0)
    spread = np.linspace(0.15, 0.45, len(values)) if len(values) > 1 else np.full(len(values), 0.3)
    axes.scatter(values, spread, s=3, color=MUTED, alpha=0.5, linewidths=0)
    colour = COLOURS.get(status, MUTED)
    if np.isfinite(error):
        axes.plot([mean - 2 * error, mean + 2 * error], [0.75, 0.75], color=colour, lw=1.2)
    axes.scatter([mean], [0.75], s=22, color=colour, marker=MARKERS.get(status, "o"), zorder=3)
    axes.set(xlim=(first, last), ylim=(0, 1), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.locator_params(axis="x", nbins=4)
    axes.tick_params(axis="x", labelsize=6, length=2, pad=1)
    axes.set_title(str(fact["id"]), size=7.5, color=INK, pad=2)
