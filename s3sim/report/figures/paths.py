"""Paths over time of six key outcomes, and of their differences from the baseline."""

from collections.abc import Callable
from math import ceil
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from s3sim.analysis.verdicts import verdict
from s3sim.core.formatting import effect_unit, number, rounded
from s3sim.report.figures.inputs import Comparison, Drawn, Words, focus, others, shared_years
from s3sim.report.figures.labels import spread
from s3sim.report.figures.paired import mean_paths
from s3sim.report.figures.style import (
    CREDIT,
    GRID,
    INK,
    MUTED,
    SIDE,
    TITLE,
    credit,
    dark,
    marks,
    place,
    save,
    sheet,
)

SHOWN = (
    "cross_border_collaborations", "innovations", "gross_value_added",
    "gross_value_added_lagging", "employment", "theil_index",
)  # fmt: skip
_SPARE = ("share_cooperating", "productivity_growth", "domestic_collaborations", "firm_survival")
_DIRECT = 4  # up to this many policies are labelled at their lines, more get a key


def draw_paths(comparison: Comparison, words: Words, folder: Path, dpi: int) -> Drawn | None:
    """Draw how key outcomes develop under each policy, one small panel an outcome."""
    note = (
        "Mean of the replications with the 95 % interval of the mean. Policies share the same "
        "luck, so their differences are surer than the bands suggest."
    )
    return _draw(comparison, words, folder, dpi, ("paths", "Paths over time", note), change=False)


def draw_path_changes(comparison: Comparison, words: Words, folder: Path, dpi: int) -> Drawn | None:
    """Draw how the paired differences from the baseline develop."""
    title = f"Differences from {words.policy(comparison.baseline)} over time"
    note = "Mean of the paired differences with its 95 % interval; zero is no difference."
    named = ("path_changes", title, note)
    return _draw(comparison, words, folder, dpi, named, change=True) if others(comparison) else None


def _draw(
    comparison: Comparison, words: Words, folder: Path, dpi: int, named: tuple[str, str, str], *,
    change: bool,
) -> Drawn | None:  # fmt: skip
    file, title, note = named
    table = comparison.timeline
    policies = others(comparison) if change else list(comparison.policies)
    # Outcomes of no list, such as a user's own, fill what places are left.
    wanted = dict.fromkeys((*SHOWN, *_SPARE, *table["outcome"].unique()))
    known = set(table.loc[table["value"].notna(), "outcome"])
    outcomes = [n for n in wanted if n in known][:6]
    if not outcomes:
        return None
    direct = len(policies) <= _DIRECT
    columns = min(3, len(outcomes))
    rows = ceil(len(outcomes) / columns)
    total, left, room, high, below = 11.0, 0.62, 1.02 if direct else 0.12, 1.75, 0.85
    cell = (total - 2 * SIDE) / 3
    key = 0.0 if direct else 0.22 * ceil(len(policies) / 5)
    tall = TITLE + rows * (high + below) + key + CREDIT - 0.05
    figure = sheet(total, tall, title, note, credit(comparison.manifest))
    colours = {p: m for p, m in marks(comparison.policies).items() if p in policies}
    for k, name in enumerate(outcomes):
        row, column = divmod(k, columns)
        bottom = tall - TITLE - row * (high + below) - 0.38 - high
        axes = place(figure, SIDE + column * cell + left, bottom, cell - left - room, high)
        _panel(axes, comparison, words, name, colours, direct=direct, change=change)
        axes.set_title(words.outcome(name), x=-left / (cell - left - room), fontsize=8.5, pad=17)
        unit = effect_unit(words.unit(name)) if change else words.unit(name).strip("-")
        axes.text(-left / (cell - left - room), 1.035, unit or "index",
                  transform=axes.transAxes, fontsize=7.2, color=MUTED)  # fmt: skip
    if not direct:
        strip = place(figure, SIDE, CREDIT, total - 2 * SIDE, key)
        strip.set_axis_off()
        handles = [
            Line2D([], [], color=colour, marker=marker, markersize=4.5, label=words.policy(p))
            for p, (colour, marker) in colours.items()
        ]
        strip.legend(handles=handles, ncols=5, loc="center left", borderaxespad=0)
    alt = (_changes_in_words if change else _in_words)(comparison, words, outcomes)
    return save(figure, file, title, alt, folder, dpi)


def _panel(
    axes: Axes, comparison: Comparison, words: Words, name: str,
    colours: dict[str, tuple[str, str]], *, direct: bool, change: bool,
) -> None:  # fmt: skip
    ends: dict[str, float] = {}
    last = 0.0
    if change:
        axes.axhline(0, color=INK, linewidth=0.9, zorder=1)
    for k, (policy, (colour, marker)) in enumerate(colours.items()):
        quarters, (mean, low, high) = mean_paths(comparison, name, policy, change=change)
        if not len(quarters):
            continue
        years = quarters / 4
        # Marks take turns, so that lines which coincide still show that there are several.
        apart = max(1, len(years) // 5)
        axes.fill_between(
            years, low, high, color=colour, alpha=0.13 if direct else 0.05, linewidth=0, zorder=2
        )
        axes.plot(years, mean, color=colour, linewidth=1.5, marker=marker, markersize=3.4,
                  markevery=(k * apart // len(colours), apart), zorder=3)  # fmt: skip
        last = max(last, float(years[-1]))
        if np.isfinite(mean[-1]):
            ends[policy] = float(mean[-1])
    axes.set_xlim(0, last or 1)
    axes.set_xlabel("Year of the simulation", labelpad=2)
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    _mark_start(axes, comparison)
    low, high = axes.get_ylim()
    axes.set_ylim(low, high)
    axes.yaxis.set_major_formatter(_ticks(axes.get_yticks(), signed=change))
    if direct and ends:
        spots = spread(list(ends.values()), 0.105 * (high - low), low, high)
        for (policy, end), spot in zip(ends.items(), spots, strict=True):
            axes.annotate(
                _short(words.policy(policy)), (last, end), (1.05, spot), fontsize=7, va="center",
                textcoords=axes.get_yaxis_transform(), color=dark(colours[policy][0]),
                linespacing=0.9, annotation_clip=False,
                arrowprops={"arrowstyle": "-", "color": colours[policy][0], "linewidth": 0.6,
                            "shrinkA": 1, "shrinkB": 0, "relpos": (0.0, 0.5)},
            )  # fmt: skip


def _ticks(places_at: NDArray[np.float64], *, signed: bool) -> Callable[[float, float], str]:
    step = float(places_at[1] - places_at[0]) if len(places_at) > 1 else 1.0
    places = next((p for p in range(9) if abs(round(step, p) - step) < 1e-6 * abs(step)), 9)

    def tick(value: float, _position: float = 0.0) -> str:
        return number(value, places, signed=signed)

    return tick


def _short(title: str) -> str:
    return title if len(title) <= 19 else title[:18].rstrip() + "…"


def _mark_start(axes: Axes, comparison: Comparison) -> None:
    start = shared_years(comparison)
    if not start:
        return
    axes.axvline(start, color=INK, linewidth=0.8, linestyle=(0, (3, 2)), zorder=1)
    axes.text(start, 1.0, " policy starts", transform=axes.get_xaxis_transform(), va="top",
              ha="left", fontsize=6.5, color=MUTED)  # fmt: skip


def _in_words(comparison: Comparison, words: Words, named: list[str]) -> str:
    chosen = [p for p in (comparison.baseline, focus(comparison)) if p is not None]
    parts = []
    for name in named:
        said = []
        for policy in chosen:
            _, (mean, _, _) = mean_paths(comparison, name, policy)
            known = mean[np.isfinite(mean)]
            if len(known):
                places = words.decimals(name)
                said.append(f"from {number(float(known[0]), places)} to "
                            f"{number(float(known[-1]), places)} under {words.policy(policy)}")  # fmt: skip
        if said:
            parts.append(f"{words.outcome(name)}: {'; '.join(said)}.")
    return " ".join(["Lines over the years of the simulation, mean of the replications.", *parts])


def _changes_in_words(comparison: Comparison, words: Words, named: list[str]) -> str:
    policy = focus(comparison)
    parts = []
    for name in named if policy else []:
        _, (mean, low, high) = mean_paths(comparison, name, str(policy), change=True)
        if len(mean) and np.isfinite(mean[-1]):
            told = rounded(float(mean[-1]), float(low[-1]), float(high[-1]))
            clear = verdict(float(low[-1]), float(high[-1]))
            parts.append(f"{words.outcome(name)}: {told.effect} in the last quarter ({clear}).")
    return " ".join([
        f"Lines over the years of the simulation: differences from "
        f"{words.policy(comparison.baseline)}. Under {words.policy(str(policy))}:", *parts,
    ])  # fmt: skip
