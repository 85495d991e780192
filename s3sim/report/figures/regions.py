"""Winners and losers: what each policy changes in each region, with intervals."""

from math import ceil
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from s3sim.core.formatting import SYMBOLS, listed, lower_first, rounded
from s3sim.report.figures.inputs import Comparison, Drawn, Words, focus
from s3sim.report.figures.paired import regional_effects
from s3sim.report.figures.style import (
    CREDIT,
    GAIN,
    GRID,
    INK,
    LOSS,
    MUTED,
    SIDE,
    TITLE,
    credit,
    place,
    save,
    sheet,
)

OUTCOME = "gross_value_added"
_COLOURS = {"higher": GAIN, "lower": LOSS, "no clear difference": MUTED}
_NAMES, _GAP = 2.5, 0.22


def draw_regions(
    comparison: Comparison, words: Words, folder: Path, dpi: int, outcome: str = OUTCOME
) -> Drawn | None:
    """Draw the paired effect on `outcome` in every region, sorted, one panel a policy."""
    table = regional_effects(comparison, outcome)
    lead = focus(comparison)
    if table.empty or lead is None:
        return None
    policies = list(dict.fromkeys(table["policy"]))
    chief = lead if lead in policies else policies[-1]
    order = ranked(table, chief)
    columns = min(len(policies), 4)
    rows = ceil(len(policies) / columns)
    total = {1: 7.2, 2: 9.2}.get(columns, 11.0)
    wide = (total - 2 * SIDE - _NAMES - (columns - 1) * _GAP) / columns
    high = max(0.17 * len(order), 1.0)
    tall = TITLE + rows * (high + 0.75) + 0.26 + CREDIT
    title = f"Who gains and who loses: {lower_first(words.outcome(outcome))} by region"
    note = (
        f"Difference from {words.policy(comparison.baseline)} in %, mean of paired replications "
        f"with 95 % interval; sorted by {words.policy(chief)}."
    )
    figure = sheet(total, tall, title, note, credit(comparison.manifest))
    ends = table[["effect", "low", "high"]].to_numpy(float)
    reach = 1.06 * float(np.nanmax(np.abs(ends))) or 1.0
    for k, policy in enumerate(policies):
        row, column = divmod(k, columns)
        bottom = tall - TITLE - row * (high + 0.75) - 0.28 - high
        axes = place(figure, SIDE + _NAMES + column * (wide + _GAP), bottom, wide, high)
        _panel(axes, table[table["policy"] == policy].set_index("region"), order, reach)
        axes.set_title(words.policy(policy), pad=4)
        if column == 0:
            _names(axes, table[table["policy"] == chief].set_index("region"), order)
    _key(figure, total)
    return save(figure, "regions", title, in_words(comparison, words, table, outcome), folder, dpi)


def ranked(table: pd.DataFrame, policy: str) -> list[str]:
    """Return region codes from the largest gain to the largest loss under a policy."""
    mine = table[table["policy"] == policy].sort_values(
        ["effect", "region"], ascending=[False, True]
    )
    rest = [code for code in dict.fromkeys(table["region"]) if code not in set(mine["region"])]
    return [*mine["region"], *rest]


def _panel(axes: Axes, mine: pd.DataFrame, order: list[str], reach: float) -> None:
    axes.axvline(0, color=INK, linewidth=0.9, zorder=1)
    for y, code in enumerate(order):
        if y % 2 == 0:
            axes.axhspan(y - 0.5, y + 0.5, color="#F5F5F3", zorder=0, linewidth=0)
        if code not in mine.index:
            continue
        row = mine.loc[code]
        colour = _COLOURS.get(str(row["verdict"]), MUTED)
        if np.isfinite(row["low"]):
            axes.plot([row["low"], row["high"]], [y, y], color=colour, linewidth=1.6, zorder=2,
                      solid_capstyle="butt")  # fmt: skip
        axes.plot([row["effect"]], [y], marker="s" if row["lagging"] else "o", markersize=4.8,
                  color=colour, markeredgewidth=1.1, zorder=3,
                  markerfacecolor="white" if row["verdict"].startswith("no") else colour)  # fmt: skip
    axes.set(ylim=(len(order) - 0.5, -0.5), xlim=(-reach, reach), yticks=[])
    axes.set_xlabel("Difference, %", labelpad=2)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)


def _names(axes: Axes, chief: pd.DataFrame, order: list[str]) -> None:
    for y, code in enumerate(order):
        row = chief.loc[code] if code in chief.index else None
        what = "no clear difference" if row is None else str(row["verdict"])
        name = code if row is None else str(row["name"])
        name = name if len(name) <= 36 else name[:35].rstrip() + "…"
        sign = "" if what.startswith("no") else f"  {SYMBOLS.get(what, '○')}"
        axes.text(-0.03, y, name + sign, transform=axes.get_yaxis_transform(), ha="right",
                  va="center", fontsize=7.2, color=INK if what.startswith("no") else _COLOURS.get(what, MUTED),
                  weight="bold" if what == "lower" else "normal")  # fmt: skip


def _key(figure: Figure, total: float) -> None:
    strip = place(figure, SIDE, CREDIT, total - 2 * SIDE, 0.36)
    strip.set_axis_off()
    handles = [
        Line2D([], [], color=GAIN, linewidth=1.6, label="▲ gains"),
        Line2D([], [], color=LOSS, linewidth=1.6, label="▼ loses (bold name)"),
        Line2D([], [], color=MUTED, linewidth=1.6, label="○ no clear difference"),
        Line2D([], [], color="none", marker="s", markeredgecolor=INK, markerfacecolor="white",
               markersize=5, label="lagging region"),
        Line2D([], [], color="none", marker="o", markeredgecolor=INK, markerfacecolor="white",
               markersize=5, label="advanced region"),
    ]  # fmt: skip
    strip.legend(handles=handles, ncols=5, loc="lower left", borderaxespad=0, fontsize=7.2,
                 columnspacing=1.3, handlelength=1.6)  # fmt: skip


def in_words(comparison: Comparison, words: Words, table: pd.DataFrame, outcome: str) -> str:
    """Say for each policy how many regions gain or lose, who gains most, and who loses."""
    parts = []
    for policy in dict.fromkeys(table["policy"]):
        mine = table[table["policy"] == policy]
        gain, lose = mine[mine["verdict"] == "higher"], mine[mine["verdict"] == "lower"]
        text = (
            f"{words.policy(policy)}: {lower_first(words.outcome(outcome))} is clearly higher in "
            f"{len(gain)} and clearly lower in {len(lose)} of {len(mine)} regions"
        )
        if len(gain):
            best = gain.loc[gain["effect"].idxmax()]
            told = rounded(best["effect"], best["low"], best["high"])
            text += f"; the largest gain is in {best['name']} ({told.effect} %)"
        if len(lose):
            names = [str(n) for n in lose.sort_values("effect")["name"]]
            more = [f"{len(names) - 8} more"] if len(names) > 8 else []
            text += f"; lower in {listed(names[:8] + more)}"
        parts.append(text + ".")
    return " ".join([*parts, f"Compared with {words.policy(comparison.baseline)}."])
