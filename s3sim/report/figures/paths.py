"""Paths over time of six key outcomes, and of their differences from the baseline."""

import numpy as np
from matplotlib.figure import Figure

from s3sim.analysis.verdicts import verdict
from s3sim.core.formatting import effect_unit, number, rounded
from s3sim.report.figures.labels import spread
from s3sim.report.figures.panels import Panel, key_entry, panels
from s3sim.report.figures.style import DASHED, INK, MUTED, dark, policy_marks, style
from s3sim.report.figures.words import limits
from s3sim.report.view import View, mean_paths

SHOWN = (
    "cross_border_collaborations", "innovations", "gross_value_added",
    "gross_value_added_lagging", "employment", "theil_index",
)  # fmt: skip
_SPARE = ("share_cooperating", "productivity_growth", "domestic_collaborations", "firm_survival")
_DIRECT = 4  # up to this many policies are labelled at their lines, more get a key
_MOST = 6  # panels


@style()
def paths(view: View) -> Figure | None:
    """Draw how key outcomes develop under each policy, one small panel an outcome."""
    note = (
        "Mean of the replications with the 95 % interval of the mean. Policies share the same "
        "luck, so their differences are surer than the bands suggest."
    )
    return _draw(view, list(view.comparison.policies), "Paths over time", note, change=False)


@style()
def path_changes(view: View) -> Figure | None:
    """Draw how the paired differences from the baseline develop."""
    title = f"Differences from {view.baseline} over time"
    note = "Mean of the paired differences with its 95 % interval; zero is no difference."
    return _draw(view, view.others, title, note, change=True) if view.others else None


def _draw(view: View, policies: list[str], title: str, note: str, *, change: bool) -> Figure | None:
    table = view.comparison.timeline
    known = set(table.loc[table["value"].notna(), "outcome"])
    # Outcomes of no list, such as a user's own, fill what places are left.
    wanted = dict.fromkeys((*SHOWN, *_SPARE, *table["outcome"].unique()))
    outcomes = [name for name in wanted if name in known][:_MOST]
    if not outcomes:
        return None
    marks = {p: m for p, m in policy_marks(view.comparison.policies).items() if p in policies}
    direct = len(policies) <= _DIRECT
    key = [] if direct else [key_entry(view.policy(p), c, marker=m) for p, (c, m) in marks.items()]
    made = panels(title, note, view.comparison.manifest, 2.2, 1.75, count=len(outcomes), columns=3,
                  key=key)  # fmt: skip
    for axes, name in zip(made, outcomes, strict=True):
        _panel(axes, view, name, marks, direct=direct, change=change)
        axes.set_title(view.title(name), fontsize=8.5, pad=15)
        unit = effect_unit(view.unit(name)) if change else view.unit(name).strip("-")
        axes.above(unit or "index")
    made.figure.set_label((_changes_in_words if change else _in_words)(view, outcomes))
    return made.described()


def _panel(
    axes: Panel, view: View, name: str, marks: dict[str, tuple[str, str]], *, direct: bool,
    change: bool,
) -> None:  # fmt: skip
    ends: dict[str, float] = {}
    seen, last = [np.nan], 0.0
    if change:
        axes.zero(across=True)
    for k, (policy, (colour, marker)) in enumerate(marks.items()):
        quarters, (mean, low, high) = mean_paths(view.comparison, name, policy, change=change)
        if not len(quarters):
            continue
        # Marks take turns, so that lines which coincide still show that there are several.
        apart = max(1, len(quarters) // 5)
        axes.curve(quarters / 4, mean, low, high, colour, opacity=0.13 if direct else 0.05,
              marker=marker, markersize=3.4, markevery=(k * apart // len(marks), apart))  # fmt: skip
        last = max(last, float(quarters[-1]) / 4)
        seen += [*mean, *low, *high]
        if np.isfinite(mean[-1]):
            ends[policy] = float(mean[-1])
    low_end, high_end = limits(seen, zero=change)
    axes.set(xlim=(0, last or 1), ylim=(low_end, high_end), xlabel="Year of the simulation")
    axes.ticks(7, whole=True)
    axes.ticks(y=5, signed=change)
    axes.grid(axis="y")
    if view.shared_years and view.shared_years < last:
        axes.axvline(view.shared_years, color=INK, linewidth=0.8, linestyle=DASHED, zorder=1)
        axes.text(view.shared_years, 1.0, " policy starts", transform=axes.get_xaxis_transform(),
                  va="top", fontsize=6.5, color=MUTED)  # fmt: skip
    spots = spread(list(ends.values()), 0.105 * (high_end - low_end), low_end, high_end)
    for (policy, end), spot in zip(ends.items(), spots if direct else [], strict=direct):
        title, colour = view.policy(policy), marks[policy][0]
        axes.annotate(
            title if len(title) <= 19 else title[:18].rstrip() + "…", (last, end), (1.05, spot),
            textcoords=axes.get_yaxis_transform(), fontsize=7, va="center", color=dark(colour),
            annotation_clip=False, arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.6,
            "shrinkA": 1, "shrinkB": 0, "relpos": (0.0, 0.5)},
        )  # fmt: skip


def _in_words(view: View, named: list[str]) -> str:
    parts = ["Lines over the years of the simulation, mean of the replications."]
    for name in named:
        said, places = [], view.decimals(name)
        for policy in filter(None, (view.comparison.baseline, view.focus)):
            _, (mean, _, _) = mean_paths(view.comparison, name, policy)
            known = mean[np.isfinite(mean)]
            if len(known):
                said.append(f"from {number(known[0], places)} to {number(known[-1], places)} under "
                            f"{view.policy(policy)}")  # fmt: skip
        if said:
            parts.append(f"{view.title(name)}: {'; '.join(said)}.")
    return " ".join(parts)


def _changes_in_words(view: View, named: list[str]) -> str:
    policy = str(view.focus)
    parts = [f"Lines over the years of the simulation: differences from {view.baseline}.",
             f"Under {view.policy(policy)}:"]  # fmt: skip
    for name in named:
        _, bands = mean_paths(view.comparison, name, policy, change=True)
        if bands.size and np.isfinite(bands[0, -1]):
            effect, low, high = (float(v) for v in bands[:, -1])
            told = rounded(effect, low, high).effect
            parts.append(f"{view.title(name)}: {told} in the last quarter ({verdict(low, high)}).")
    return " ".join(parts)
