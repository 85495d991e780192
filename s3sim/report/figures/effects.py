"""Forest plot: what each policy changes, collaboration and growth side by side."""

from textwrap import fill

import pandas as pd
from matplotlib.figure import Figure

from s3sim.analysis.verdicts import HIGHER, LOWER, NO_VERDICT
from s3sim.core.formatting import SYMBOLS, effect_unit, listed, rounded
from s3sim.report.figures.panels import Panel, Panels, add_panel, key_entry, new_figure
from s3sim.report.figures.style import policy_marks, style
from s3sim.report.figures.words import limits
from s3sim.report.view import View, shown_effects

MORE = "Further outcomes"
BLOCKS = {
    "Collaboration": (
        "cross_border_collaborations", "domestic_collaborations",
        "industry_science_collaborations", "share_cooperating", "share_cooperating_abroad",
    ),
    "Innovation, growth and cohesion": (
        "innovations", "gross_value_added", "gross_value_added_lagging",
        "gross_value_added_advanced", "employment", "theil_index", "productivity_growth",
    ),
    "Structure and delivery": (
        "specialisation_index", "relatedness_density", "firm_survival", "absorption_rate",
    ),
}  # fmt: skip
"""Outcomes of the forest plot; links are never shown without growth beside them.

Outcomes in no block follow under `MORE`, in the order of the table.
"""
_COLUMNS = (
    ("Collaboration", "Structure and delivery"),
    ("Innovation, growth and cohesion", MORE),
)
_WIDE = 3.3  # inches of a panel


@style()
def forest_plot(view: View) -> Figure | None:
    """Draw the effect of every policy on every outcome with its 95 % interval."""
    table, others = shown_effects(view), view.others
    columns = [blocks for headings in _COLUMNS if (blocks := _blocks(table, headings))]
    if not columns or not others:
        return None
    marks = policy_marks(view.comparison.policies)
    key = [key_entry(view.policy(p), marks[p][0], marker=marks[p][1]) for p in others]
    note = (
        "Mean paired difference with 95 % interval; filled mark: the interval excludes zero.  "
        f"{SYMBOLS[HIGHER]} higher   {SYMBOLS[LOWER]} lower   ○ no clear difference"
    )
    figure = new_figure(
        f"What changes against {view.baseline}", note, view.comparison.manifest, key
    )
    most = max(sum(len(names) for _, _, names in blocks) for blocks in columns)
    drawn: list[list[Panel]] = []
    outer = figure.add_gridspec(1, len(columns))
    for k, blocks in enumerate(columns):
        counts = [len(names) for _, _, names in blocks]
        # What the longer column has more stays free below the shorter one.
        spare = [most - sum(counts)] if sum(counts) < most else []
        grid = outer[k].subgridspec(len(counts + spare), 1, height_ratios=counts + spare)
        drawn.append([add_panel(figure, grid[row]) for row in range(len(counts))])
        for axes, (title, points, names) in zip(drawn[-1], blocks, strict=True):
            _block(axes, view, table, names, marks)
            axes.set_title(title)
            unit = "percentage points" if points else f"% of the level under {view.baseline}"
            axes.set_xlabel(f"Difference, {unit}", fontsize=7.5)
    longest = max(range(len(columns)), key=lambda k: sum(len(n) for _, _, n in columns[k]))
    step = max(0.135 * len(others) + 0.12, 0.32)
    size = (_WIDE * len(columns), step * most)
    made = Panels(figure, [], [axes[0] for axes in drawn], drawn[longest], size)
    figure.set_label(_in_words(view, table))
    return made.described()


def _blocks(table: pd.DataFrame, headings: tuple[str, ...]) -> list[tuple[str, bool, list[str]]]:
    """Return (heading or nothing, in percentage points, outcomes) of the panels with data."""
    blocks: list[tuple[str, bool, list[str]]] = []
    placed = {name for names in BLOCKS.values() for name in names}
    more = [str(name) for name in table["outcome"].unique() if name not in placed]
    for heading in headings:
        said = ""
        for points in (False, True):
            known = set(table.loc[table["points"] == points, "outcome"])
            names = [name for name in BLOCKS.get(heading, more) if name in known]
            if names:
                blocks.append(("" if said else heading, points, names))
                said = heading
    return blocks


def _block(
    axes: Panel,
    view: View,
    table: pd.DataFrame,
    names: list[str],
    marks: dict[str, tuple[str, str]],
) -> None:
    axes.rows([fill(view.title(name), 25) for name in names])
    axes.zero()
    others = view.others
    width = 0.74 * (len(others) - 1) / len(others)
    mine = table[table["outcome"].isin(names)]
    for row in mine.to_dict("records"):
        k, (colour, marker) = others.index(row["policy"]), marks[row["policy"]]
        y = names.index(row["outcome"]) + width * (k / max(len(others) - 1, 1) - 0.5)
        axes.dot(y, row["shown"], row["shown_low"], row["shown_high"], colour, marker=marker,
            size=5.2, filled=row["verdict"] in (HIGHER, LOWER))  # fmt: skip
        axes.text(1.035, y, SYMBOLS.get(row["verdict"], "○"), ha="center", va="center",
                  transform=axes.get_yaxis_transform(), fontsize=6.5)  # fmt: skip
    axes.set_xlim(limits(mine[["shown", "shown_low", "shown_high"]].to_numpy(float).ravel()))
    axes.ticks(6)


def _in_words(view: View, table: pd.DataFrame) -> str:
    parts = []
    for policy in view.others:
        said = []
        for name in ("cross_border_collaborations", "productivity_growth", "gross_value_added"):
            mine = table[(table["policy"] == policy) & (table["outcome"] == name)]
            for row in mine.to_dict("records"):
                told = rounded(row["shown"], row["shown_low"], row["shown_high"])
                unit = effect_unit(view.unit(name)) if row["points"] else "%"
                said.append(f"{view.title(name)} {told.effect} {unit} (95 % interval {told.low} to "
                            f"{told.high}; {row['verdict']})")  # fmt: skip
        if said:
            parts.append(f"{view.policy(policy)}: {'; '.join(said)}.")
    counts = table["verdict"].value_counts()
    tally = [f"{counts.get(v, 0)} {v}" for v in SYMBOLS if v != NO_VERDICT or v in counts]
    return " ".join([f"Differences from {view.baseline} with 95 % intervals.", *parts,
                     f"Of all rows compared, {listed(tally)}."])  # fmt: skip
