"""Forest plot: what each policy changes, collaboration and growth side by side."""

from pathlib import Path
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from s3sim.core.formatting import SYMBOLS, effect_unit, listed, rounded
from s3sim.report.figures.inputs import Comparison, Drawn, Words, others
from s3sim.report.figures.paired import shown_effects
from s3sim.report.figures.style import (
    CREDIT,
    GRID,
    INK,
    SIDE,
    TITLE,
    credit,
    marks,
    place,
    save,
    sheet,
)

COLLABORATION, GROWTH, OTHER, MORE = (
    "Collaboration", "Innovation, growth and cohesion", "Structure and delivery",
    "Further outcomes",
)  # fmt: skip
BLOCKS = {
    COLLABORATION: (
        "cross_border_collaborations", "domestic_collaborations",
        "industry_science_collaborations", "share_cooperating", "share_cooperating_abroad",
    ),
    GROWTH: (
        "innovations", "gross_value_added", "gross_value_added_lagging",
        "gross_value_added_advanced", "employment", "theil_index", "productivity_growth",
    ),
    OTHER: ("specialisation_index", "relatedness_density", "firm_survival", "absorption_rate"),
}  # fmt: skip
"""Outcomes of the forest plot; links are never shown without growth beside them.

Outcomes in no block follow under `MORE`, in the order of the table.
"""
_COLUMNS = ((COLLABORATION, OTHER), (GROWTH, MORE))
_WIDTH, _NAMES, _SIGNS, _BETWEEN, _HEAD, _FOOT = 11.0, 1.75, 0.24, 0.3, 0.32, 0.42


def draw_effects(comparison: Comparison, words: Words, folder: Path, dpi: int) -> Drawn | None:
    """Draw the effect of every policy on every outcome with its 95 % interval."""
    rest = others(comparison)
    if not rest:
        return None
    units = {name: words.unit(name, comparison.effects) for name in comparison.effects["outcome"]}
    table = shown_effects(comparison, units)
    table = table[np.isfinite(table["shown"].to_numpy(float))]
    columns = [blocks for members in _COLUMNS if (blocks := _blocks(table, members))]
    if not columns:
        return None
    step = max(0.135 * len(rest) + 0.12, 0.32)
    key_rows = -(-len(rest) // 5)
    body = max(
        sum(_HEAD * bool(h) + _FOOT + step * len(names) for h, _, names in c) for c in columns
    )
    tall = TITLE + body + 0.2 * key_rows + CREDIT + 0.08
    base = words.policy(comparison.baseline)
    title = f"What changes against {base}"
    note = (
        "Mean paired difference with 95 % interval; filled mark: the interval excludes zero.  "
        f"{SYMBOLS['higher']} higher   {SYMBOLS['lower']} lower   "
        f"{SYMBOLS['no clear difference']} no clear difference"
    )
    figure = sheet(_WIDTH, tall, title, note, credit(comparison.manifest))
    colours = marks(comparison.policies)
    cell = (_WIDTH - 2 * SIDE - _BETWEEN) / 2
    wide = cell - _NAMES - _SIGNS
    for column, blocks in enumerate(columns):
        left, top = SIDE + column * (cell + _BETWEEN), tall - TITLE
        for heading, points, names in blocks:
            high = step * len(names)
            top -= _HEAD * bool(heading) + high
            axes = place(figure, left + _NAMES, top, wide, high)
            _block(axes, table, names, rest, colours, words)
            axes.set_title(heading, x=-_NAMES / wide, pad=6)
            unit = "percentage points" if points else f"% of the level under {base}"
            axes.set_xlabel(f"Difference, {unit}", labelpad=1, fontsize=7.5)
            top -= _FOOT
    key = place(figure, SIDE, CREDIT, _WIDTH - 2 * SIDE, 0.2 * key_rows)
    key.set_axis_off()
    key.legend(handles=_key(rest, colours, words), loc="center left", ncols=5, borderaxespad=0,
               columnspacing=1.6)  # fmt: skip
    return save(figure, "effects", title, _in_words(comparison, words, table), folder, dpi)


def _blocks(table: pd.DataFrame, headings: tuple[str, ...]) -> list[tuple[str, bool, list[str]]]:
    """Return (heading or nothing, in percentage points, outcomes) of the panels with data."""
    blocks: list[tuple[str, bool, list[str]]] = []
    placed = {name for names in BLOCKS.values() for name in names}
    more = [str(name) for name in table["outcome"].unique() if name not in placed]
    for heading in headings:
        for points in (False, True):
            known = set(table.loc[table["points"] == points, "outcome"])
            names = [name for name in BLOCKS.get(heading, more) if name in known]
            if names:
                said = any(h == heading for h, _, _ in blocks)
                blocks.append(("" if said else heading, points, names))
    return blocks


def _block(
    axes: Axes, table: pd.DataFrame, names: list[str], rest: list[str],
    colours: dict[str, tuple[str, str]], words: Words,
) -> None:  # fmt: skip
    rows = table.set_index(["outcome", "policy"])
    axes.axvline(0, color=INK, linewidth=0.9, zorder=1)
    width = 0.74 * (len(rest) - 1) / len(rest)
    for row, name in enumerate(names):
        if row % 2 == 0:
            axes.axhspan(row - 0.5, row + 0.5, color="#F5F5F3", zorder=0, linewidth=0)
        for k, policy in enumerate(rest):
            if (name, policy) not in rows.index:
                continue
            found = rows.loc[[(name, policy)]].iloc[0]
            y = row + width * (k / max(len(rest) - 1, 1) - 0.5)
            _interval(axes, found, y, *colours[policy])
            axes.text(1.035, y, SYMBOLS.get(str(found["verdict"]), "○"), ha="center", va="center",
                      transform=axes.get_yaxis_transform(), fontsize=6.5, color=INK)  # fmt: skip
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), [fill(words.outcome(name), 25) for name in names], color=INK,
                    linespacing=1.05)  # fmt: skip
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    low, high = axes.get_xlim()
    span = max(high - low, 1e-9)
    axes.set_xlim(min(low, -0.05 * span), max(high, 0.05 * span))


def _interval(axes: Axes, row: pd.Series, y: float, colour: str, marker: str) -> None:
    low, high = float(row["shown_low"]), float(row["shown_high"])
    if np.isfinite(low) and np.isfinite(high):
        axes.plot([low, high], [y, y], color=colour, linewidth=1.6, zorder=2,
                  solid_capstyle="butt")  # fmt: skip
    clear = str(row["verdict"]) in ("higher", "lower")
    axes.plot([float(row["shown"])], [y], marker=marker, markersize=5.2, color=colour, zorder=3,
              markerfacecolor=colour if clear else "white", markeredgewidth=1.1)  # fmt: skip


def _key(rest: list[str], colours: dict[str, tuple[str, str]], words: Words) -> list[Line2D]:
    return [
        Line2D([], [], color=colours[p][0], marker=colours[p][1], markersize=5.2, linewidth=1.6,
               label=words.policy(p))
        for p in rest
    ]  # fmt: skip


def _in_words(comparison: Comparison, words: Words, table: pd.DataFrame) -> str:
    parts = []
    for policy in others(comparison):
        mine = table[table["policy"] == policy]
        said = []
        for name in ("cross_border_collaborations", "productivity_growth", "gross_value_added"):
            for _, row in mine[mine["outcome"] == name].iterrows():
                told = rounded(
                    float(row["shown"]), float(row["shown_low"]), float(row["shown_high"])
                )
                unit = "%"
                if row["points"]:
                    unit = effect_unit(words.unit(name, comparison.effects))
                said.append(f"{words.outcome(name)} {told.effect} {unit} "
                            f"(95 % interval {told.low} to {told.high}; {row['verdict']})")  # fmt: skip
        if said:
            parts.append(f"{words.policy(policy)}: {'; '.join(said)}.")
    counts = table["verdict"].value_counts()
    tally = listed(
        [f"{int(counts.get(v, 0))} {v}" for v in SYMBOLS if v != "no verdict" or v in counts]
    )
    return " ".join([
        f"Differences from {words.policy(comparison.baseline)} with 95 % intervals.",
        *parts, f"Of all rows compared, {tally}." if len(table) else "",
    ]).strip()  # fmt: skip
