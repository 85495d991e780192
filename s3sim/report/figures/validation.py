"""Small multiples of the scoreboard: what runs say of each fact, against its published band."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from s3sim.core.arrays import Floats
from s3sim.report.figures.panels import Panel, panels
from s3sim.report.figures.style import GRID, INK, MUTED, save_figure, style
from s3sim.report.view import Drawn

COLUMNS, WIDE, HIGH = 6, 1.6, 0.6
"""Small multiples in a row, and inches of one."""

LOOKS = {"PASS": ("#009E73", "o"), "WARN": ("#A89B00", "^"), "FAIL": ("#D55E00", "X")}
"""Colour and marker of a status."""


def draw_validation(
    facts: pd.DataFrame, values: pd.DataFrame, folder: Path, case: str, dpi: int = 110
) -> Drawn:
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
    passed = int((facts["status"] == "PASS").sum())
    title = f"{passed} of {len(facts)} facts within their bands ({case.replace('_', ', scale ')})"
    note = (
        "Shaded: published band. Grey: single runs. Marker: their mean, with a line of two standard errors; "
        "circle inside the band, triangle near it, cross outside."
    )
    with style():
        made = panels(title, note, None, WIDE, HIGH, count=len(facts), columns=COLUMNS)
        for axes, fact in zip(made, facts.to_dict("records"), strict=True):
            _fact(axes, fact, runs.get(str(fact["id"]), np.zeros(0)))
        figure = made.described(f"{len(facts)} small diagrams, one for each fact.")
    return save_figure(figure, f"validation_{case}", folder, dpi)


def _fact(axes: Panel, fact: dict[Any, Any], values: Floats) -> None:
    low, high, mean, error = (float(fact[name]) for name in ("low", "high", "mean", "error"))
    values = values[np.isfinite(values)]
    ends = [x for x in (low, high, mean) if np.isfinite(x)]
    if len(values):
        ends += list(np.quantile(values, [0.02, 0.98]))
    margin = 0.12 * (max(ends) - min(ends) or 1.0)
    first, last = min(ends) - margin, max(ends) + margin
    axes.axvspan(max(low, first), min(high, last), color=GRID, lw=0)
    spread = np.linspace(0.15, 0.45, len(values)) if len(values) > 1 else np.full(len(values), 0.3)
    axes.scatter(values, spread, s=3, color=MUTED, alpha=0.5, linewidths=0)
    colour, marker = LOOKS.get(str(fact["status"]), (MUTED, "o"))
    axes.interval(0.75, mean - 2 * error, mean + 2 * error, colour, 1.2)
    axes.scatter([mean], [0.75], s=22, color=colour, marker=marker, zorder=3)
    axes.set(xlim=(first, last), ylim=(0, 1), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.ticks(3)
    axes.tick_params(axis="x", labelsize=6, length=2, pad=1)
    axes.set_title(str(fact["id"]), size=7.5, color=INK, pad=2)
