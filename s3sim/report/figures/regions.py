"""Winners and losers: what each policy changes in each region, with intervals."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from s3sim.analysis.verdicts import HIGHER, LOWER
from s3sim.core.formatting import SYMBOLS, listed, lower_first, rounded
from s3sim.report.figures.panels import key_entry, row_panels
from s3sim.report.figures.style import GAIN, INK, LOSS, MUTED, style
from s3sim.report.view import REGIONAL, View, ranked, regional_effects

_COLOURS = {HIGHER: GAIN, LOWER: LOSS}


@style()
def regions(view: View) -> Figure | None:
    """Draw the paired effect on value added in every region, sorted, one panel a policy."""
    table = regional_effects(view.comparison, REGIONAL)
    if table.empty:
        return None
    policies = list(dict.fromkeys(table["policy"]))
    chief = str(view.focus) if view.focus in policies else policies[-1]
    mine = ranked(table, chief)
    rest = table[~table["region"].isin(mine["region"])].drop_duplicates("region")
    rest = rest.assign(verdict="no number")
    order = pd.concat([mine, rest]) if len(rest) else mine
    places = {code: y for y, code in enumerate(order["region"])}
    names = []
    for name, what in zip(order["name"], order["verdict"], strict=True):
        text = name if len(name) <= 36 else name[:35].rstrip() + "…"
        names.append(f"{text}  {SYMBOLS[what]}" if what in _COLOURS else text)
    note = (
        f"Difference from {view.baseline} in %, mean of paired replications with 95 % interval; "
        f"sorted by {view.policy(chief)}."
    )
    key = [
        key_entry("▲ gains", GAIN), key_entry("▼ loses (bold name)", LOSS),
        key_entry("○ no clear difference", MUTED),
        *(key_entry(f"{tier} region", INK, linestyle="", marker=mark, markerfacecolor="white")
          for tier, mark in (("lagging", "s"), ("advanced", "o"))),
    ]  # fmt: skip
    wide = {1: 3.9, 2: 2.9}.get(len(policies), 2.3)
    title = f"Who gains and who loses: {lower_first(view.title(REGIONAL))} by region"
    made = row_panels(title, note, view.comparison.manifest, names, wide, step=0.17, key=key,
                      count=len(policies))  # fmt: skip
    reach = 1.06 * float(np.nanmax(np.abs(table[["effect", "low", "high"]].to_numpy(float)))) or 1.0
    for axes, policy in zip(made, policies, strict=True):
        axes.head(view.policy(policy), wide)
        axes.zero()
        axes.set(xlim=(-reach, reach), xlabel="Difference, %")
        axes.ticks(5)
        for row in table[table["policy"] == policy].to_dict("records"):
            axes.dot(places[row["region"]], row["effect"], row["low"], row["high"],
                _COLOURS.get(row["verdict"], MUTED), marker="s" if row["lagging"] else "o", size=4.8,
                filled=row["verdict"] in _COLOURS)  # fmt: skip
        for text, what in zip(axes.get_yticklabels(), order["verdict"], strict=True):
            if text.get_text() and what in _COLOURS:
                text.set(color=_COLOURS[what], weight="bold" if what == LOWER else "normal")
    made.figure.set_label(in_words(view, table))
    return made.described()


def in_words(view: View, table: pd.DataFrame) -> str:
    """Say for each policy how many regions gain or lose, who gains most, and who loses."""
    parts, what = [], lower_first(view.title(REGIONAL))
    for policy in dict.fromkeys(table["policy"]):
        mine = ranked(table, policy)
        gain, lose = mine[mine["verdict"] == HIGHER], mine[mine["verdict"] == LOWER][::-1]
        text = (
            f"{view.policy(policy)}: {what} is clearly higher in {len(gain)} and clearly lower in "
            f"{len(lose)} of {len(mine)} regions"
        )
        if len(gain):
            best = gain.iloc[0]
            told = rounded(best["effect"], best["low"], best["high"])
            text += f"; the largest gain is in {best['name']} ({told.effect} %)"
        if len(lose):
            more = [f"{len(lose) - 8} more"] if len(lose) > 8 else []
            text += f"; lower in {listed([*lose['name'][:8], *more])}"
        parts.append(text + ".")
    return " ".join([*parts, f"Compared with {view.baseline}."])
