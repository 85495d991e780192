"""Ranks of policies by robustness, a table in colour."""

from collections.abc import Mapping
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from s3sim.core.formatting import listed
from s3sim.report.figures.studies.base import (
    board,
    broad,
    checked,
    describe,
    margin,
    top_of,
)
from s3sim.report.figures.studies.words import short
from s3sim.report.figures.style import CREDIT, INK, MUTED, SIDE, look, place

_SHADES = ("#3F2A78", "#7C68B0", "#B5A9D3", "#DCD6EA", "#F3F1F8")


@look()
def rank_table(
    frame: pd.DataFrame, *, titles: Mapping[str, str] | None = None,
    manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw the rank of each policy by each robustness metric, rank 1 darkest.

    Parameters
    ----------
    frame : DataFrame
        A row a policy and metric: `policy`, `metric`, `value`, `rank` (1 is best; nan: withheld).
    titles : mapping, optional
        Titles of policies and metrics.
    manifest : mapping, optional
        For the credit line.

    Raises
    ------
    InputError
        When a column is missing or the table is empty.
    """
    table = checked(frame, ("policy", "metric", "value", "rank"), "rank_table")
    words = titles or {}
    ranks = table.pivot_table(index="policy", columns="metric", values="rank", dropna=False)
    mean = ranks.mean(axis=1).fillna(np.inf)
    policies = sorted(dict.fromkeys(table["policy"]), key=lambda p: (mean.get(p, np.inf), str(p)))
    metrics = list(dict.fromkeys(table["metric"]))
    title = "Which policy holds up, however robustness is measured?"
    note = "Rank of each policy by each measure, 1 is best and darkest; small: the measure's value."
    heads = [fill(words.get(str(m), str(m)), 15) for m in metrics]
    names = [fill(words.get(str(p), str(p)), 28) for p in policies]
    side, cell, high = margin(names, 7.5), 1.08, 0.42
    top = 0.14 + 0.14 * max(h.count("\n") + 1 for h in heads)
    width = broad(2 * SIDE + side + cell * len(metrics), title)
    head = top_of(note, width) + top
    figure = board(width, head + high * len(policies) + CREDIT + 0.1, title, note, manifest)
    axes = place(figure, SIDE + side, CREDIT + 0.1, cell * len(metrics), high * len(policies))
    axes.set(xlim=(0, len(metrics)), ylim=(len(policies), 0))
    axes.set_yticks(np.arange(len(policies)) + 0.5, names, color=INK, fontsize=7.5)
    axes.set_xticks(np.arange(len(metrics)) + 0.5, heads, color=INK, fontsize=7.2)
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    for _, row in table.iterrows():
        _cell(axes, metrics.index(row["metric"]), policies.index(row["policy"]),
              float(row["rank"]), float(row["value"]), len(policies))  # fmt: skip
    first = [
        f"{words.get(str(m), str(m))}: {words.get(str(p), str(p))}"
        for m in metrics
        for p in policies
        if ((table["metric"] == m) & (table["policy"] == p) & (table["rank"] == 1)).any()
    ]
    return describe(figure, f"Best by {listed(first)}." if first else "All ranks are withheld.")


def _cell(axes: Axes, x: int, y: int, rank: float, value: float, n: int) -> None:
    known = np.isfinite(rank)
    step = 0 if n <= 1 or not known else round((rank - 1) / (n - 1) * (len(_SHADES) - 1))
    shade = _SHADES[min(step, len(_SHADES) - 1)] if known else "white"
    axes.add_patch(Rectangle((x, y), 1, 1, facecolor=shade, edgecolor="white", linewidth=1.5))
    if not known:
        axes.text(x + 0.5, y + 0.5, "withheld", ha="center", va="center", fontsize=7, color=MUTED,
                  style="italic")  # fmt: skip
        return
    letters = "white" if step <= 1 else INK
    axes.text(x + 0.5, y + 0.36, f"{rank:g}", ha="center", va="center", fontsize=11, color=letters,
              weight="bold")  # fmt: skip
    axes.text(
        x + 0.5, y + 0.78, short(value), ha="center", va="center", fontsize=6.5, color=letters
    )
