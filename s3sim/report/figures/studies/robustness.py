"""Robustness and effort: ranks, signs, break-even, how the mean settles, what pairing saves."""

from collections.abc import Mapping
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from s3sim.core.formatting import listed
from s3sim.report.figures.panels import ROW, Manifest, panels, row_panels
from s3sim.report.figures.style import BAND, DASHED, FACTOR, INK, LOSS, MUTED, style
from s3sim.report.figures.words import checked, crossings, limits, short, values

_SHADES = ("#3F2A78", "#7C68B0", "#B5A9D3", "#DCD6EA", "#F3F1F8")
_CHANGED = "#FBE3CC"
Titles = Mapping[str, str] | None


@style()
def rank_table(
    frame: pd.DataFrame, *, titles: Titles = None, manifest: Manifest = None
) -> Figure:  # fmt: skip
    """Draw the rank of each policy by each robustness metric, rank 1 darkest.

    `frame` has a row a policy and metric: `policy`, `metric`, `value`, `rank` (1 is best).
    """
    table, words = checked(frame, "policy metric value rank", "rank_table"), titles or {}
    table[["policy", "metric"]] = table[["policy", "metric"]].astype(str)
    mean = table.groupby("policy")["rank"].mean().fillna(np.inf)
    policies, metrics = (
        sorted(mean.index, key=lambda p: (mean[p], p)),
        list(dict.fromkeys(table["metric"])),
    )
    across, down = len(metrics), len(policies)
    title = "Which policy holds up, however robustness is measured?"
    note = "Rank of each policy by each measure, 1 is best and darkest; small: the measure's value."
    made = panels(title, note, manifest, 1.08 * across, 0.42 * down)
    axes, first = made.axes[0], []
    axes.set(xlim=(0, across), ylim=(down, 0))
    for axis, names, wide in ((axes.xaxis, metrics, 15), (axes.yaxis, policies, 28)):
        shown = [fill(words.get(name, name), wide) for name in names]
        axis.set_ticks(np.arange(len(names)) + 0.5, shown, color=INK, fontsize=7.4)
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    axes.spines[:].set_visible(False)
    for metric, policy, value, rank in table[["metric", "policy", "value", "rank"]].itertuples(index=False):  # fmt: skip
        x, y, ranked = metrics.index(metric), policies.index(policy), bool(np.isfinite(rank))
        step = min(round((rank - 1) / max(down - 1, 1) * 4), 4) if ranked else 4
        axes.add_patch(Rectangle((x, y), 1, 1, facecolor=_SHADES[step] if ranked else "white",
                                 edgecolor="white", linewidth=1.5))  # fmt: skip
        look: dict[str, Any] = {
            "ha": "center",
            "va": "center",
            "color": "white" if step <= 1 else INK,
        }
        if not ranked:
            axes.text(x + 0.5, y + 0.5, "withheld", fontsize=7, style="italic", **look)
            continue
        axes.text(x + 0.5, y + 0.36, f"{rank:g}", fontsize=11, weight="bold", **look)
        axes.text(x + 0.5, y + 0.78, short(value), fontsize=6.5, **look)
        if rank == 1:
            first.append(f"{words.get(metric, metric)}: {words.get(policy, policy)}")
    return made.described(f"Best by {listed(first)}." if first else "All ranks are withheld.")


@style()
def cost_curve(
    frame: pd.DataFrame, *, level: float = 0.0, level_name: str = "", cost: str = "Brokerage cost",
    cost_unit: str = "EUR a year", value: str = "Net effect", unit: str = "",
    manifest: Manifest = None,
) -> Figure:  # fmt: skip
    """Draw a value against the cost of an instrument, and where it breaks even.

    `frame` has a row a cost: `cost`, `value` (net effect, or cost of an additional collaboration),
    `low`, `high`. The policy breaks even at `level`: 0 for a net effect, the price of the
    alternative for a cost. The other keywords are words for the level and the axes.
    """
    table = checked(frame, "cost value low high", "cost_curve").sort_values("cost")
    x, y, low, high = values(table, "cost", "value", "low", "high")
    note = f"{value} at each cost, mean over worlds with 95 % interval."
    made = panels("At what cost does it stop paying off?", note, manifest, 6.0, 3.0)
    axes = made.axes[0]
    axes.say(cost, cost_unit, value, unit)
    if not axes.known(y, both=True):
        return made.described("The curve is withheld.")
    axes.lone_curve(x, y, low, high, [*y, *low, *high], level=level, marker="o", markersize=3.6)
    axes.text(0.995, level, level_name, transform=axes.get_yaxis_transform(), ha="right",
              va="bottom", fontsize=7, color=MUTED, zorder=5)  # fmt: skip
    turns, told = crossings(x, y - level), not ((low <= level) & (level <= high)).all()
    bounds = [short(c) for side in (low, high) for c in crossings(x, side - level)[:1]]
    if not told:
        said = f"No break-even can be told: {level_name or 'zero'} lies within the interval at every cost"
    elif not turns:
        said = "No break-even within this range"
    else:
        said = f"Break-even at {short(turns[0])} {cost_unit}".rstrip()
        if len(bounds) == 2:
            said += f" ({listed(sorted(bounds, key=len))} at the ends of the interval)"
        axes.turning_point(turns[0], level, "break-even")
    axes.above(said, LOSS if turns and told else MUTED)
    return made.described(f"{said}.")


@style()
def running_mean(
    frame: pd.DataFrame, *, titles: Titles = None, units: Titles = None,
    smallest: Mapping[str, float] | None = None, manifest: Manifest = None,
) -> Figure:  # fmt: skip
    """Draw how the mean difference settles with the number of worlds, a panel an outcome.

    `frame` has a row a number of worlds: `worlds`, `mean`, `low`, `high`; optional `outcome`.
    `units` and `smallest` give each outcome's unit and smallest effect of interest, a grey band.
    """
    table = checked(frame, "worlds mean low high", "running_mean")
    table["outcome"] = table["outcome"].astype(str) if "outcome" in table else ""
    groups = dict(list(table.sort_values("worlds").groupby("outcome")))
    names = list(dict.fromkeys(table["outcome"]))
    grey = " Grey: smaller than the smallest effect of interest." if smallest else ""
    note = f"Mean paired difference over the first worlds, with 95 % interval.{grey}"
    wide, facts = {1: 6.0, 2: 3.7}.get(len(names), 3.1), []
    made = panels("How the mean difference settles", note, manifest, wide, 2.0, count=len(names), columns=3)  # fmt: skip
    for axes, outcome in zip(made, names, strict=True):
        name = (titles or {}).get(outcome, outcome)
        x, mean, low, high = values(groups[outcome], "worlds", "mean", "low", "high")
        axes.head(name, wide)
        axes.say("Worlds", "", "Difference", (units or {}).get(outcome, ""))
        if not axes.known(mean, both=True):
            facts.append(f"{name}: withheld.")
            continue
        band = (smallest or {}).get(outcome, 0.0)
        if band:
            axes.axhspan(-band, band, color=BAND, zorder=0, linewidth=0, gid="smallest effect")
        # The first few intervals are so wide that they would hide all that follows.
        settled = x >= np.nanquantile(x, 0.1)
        axes.lone_curve(x, mean, low, high, [*mean, *low[settled], *high[settled], -band, band])
        facts.append(
            f"{name}: {short(mean[-1], signed=True)} after {x[-1]:.0f} worlds.".lstrip(": ")
        )
    return made.described(*facts)


@style()
def variance_ratio(
    frame: pd.DataFrame, *, wanted: float = 2.0, titles: Titles = None, manifest: Manifest = None
) -> Figure:  # fmt: skip
    """Draw how many times pairing cuts the variance of the difference, on a logarithmic scale.

    `frame` has a row an outcome: `outcome`, `ratio` (variance with independent seeds over variance
    with the same luck; one that is not positive is withheld), `low`, `high`. `wanted` is drawn as a
    line.
    """
    table = checked(frame, "outcome ratio low high", "variance_ratio")
    table = table.sort_values("ratio", ascending=False, kind="stable").reset_index(drop=True)
    table["ratio"] = table["ratio"].where(table["ratio"] > 0)
    names = [(titles or {}).get(str(o), str(o)) for o in table["outcome"]]
    note = (
        "Variance of the difference with independent luck, over that with the same luck under both "
        f"policies: as many times fewer runs are needed. Dashed: {short(wanted)}, asked for."
    )
    made = row_panels("How much the same luck saves", note, manifest, names, 4.8)
    axes, (ratio, low, high) = made.axes[0], values(table, "ratio", "low", "high")
    axes.say("Times less variance (1: pairing saves nothing)")
    if not axes.known(ratio):
        return made.described("All ratios are withheld.")
    ends = np.array([v for v in (*ratio, *low, *high, 1.0, wanted) if np.isfinite(v) and v > 0])
    axes.set(xscale="log", xlim=(float(ends.min()) / 1.15, float(ends.max()) * 1.9))
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if ends.max() < 60 else (1.0,)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.6g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_minor_locator(NullLocator())
    axes.zero(1)
    axes.axvline(wanted, color=MUTED, linewidth=0.9, linestyle=DASHED, zorder=3)
    first = []
    for y, row in axes.each(table, "ratio", at=1.0):
        colour = FACTOR if row["ratio"] >= wanted else LOSS
        axes.barh(y, row["ratio"] - 1, 0.6, left=1, color=colour, alpha=0.8, zorder=2)
        if row["low"] > 0:
            axes.interval(y, row["low"], row["high"])
        axes.beside(
            float(np.nanmax([row["ratio"], row["high"], 1.0])), y, f"×{short(row['ratio'])}"
        )
        first.append(f"{names[y]} {short(row['ratio'])}")
    return made.described(f"Times less variance: {listed(first)}.")


@style()
def sign_table(
    frame: pd.DataFrame, *, reference: str | None = None, titles: Titles = None,
    units: Titles = None, manifest: Manifest = None,
) -> Figure:  # fmt: skip
    """Draw the difference under structural variants of the model, a panel an outcome.

    `frame` has a row a variant and outcome: `variant`, `outcome`, `effect`, `low`, `high`.
    `reference` is the variant whose sign the others are held against; the first by default.

    A sign counts as changed only when both intervals exclude zero, on different sides; a point
    estimate that crosses zero within its interval is "open".
    """
    table = checked(frame, "variant outcome effect low high", "sign_table")
    words = titles or {}
    variants, outcomes = (list(dict.fromkeys(table[c])) for c in ("variant", "outcome"))
    anchor = reference if reference is not None else variants[0]
    names = [fill(words.get(str(v), str(v)), 34) for v in variants]
    note = (
        f"Mean paired difference with 95 % interval; grey: {words.get(str(anchor), str(anchor))}. "
        "Hollow: the interval holds zero. Shaded: the sign is clearly the other one."
    )
    wide, step = {1: 3.4, 2: 2.6}.get(len(outcomes), 2.0), 1.5 if "\n" in "".join(names) else 1.1
    made = row_panels("Does the answer survive other mechanisms?", note, manifest, names, wide,
                      step=ROW * step, count=len(outcomes))  # fmt: skip
    changed = []
    for axes, outcome in zip(made, outcomes, strict=True):
        mine = table[table["outcome"] == outcome].drop_duplicates("variant")
        name = words.get(str(outcome), str(outcome))
        axes.head(name, wide)
        axes.set_xlabel((units or {}).get(str(outcome), ""))
        ends = mine[["effect", "low", "high"]].to_numpy(float).ravel()
        if not axes.known(ends):
            continue
        axes.set_xlim(limits(ends, pad=0.08))
        axes.ticks(4)
        axes.zero()
        base = next((row for row in mine.to_dict("records") if row["variant"] == anchor), None)
        if base and np.isfinite([base["low"], base["high"]]).all():
            axes.axvspan(base["low"], base["high"], color=BAND, zorder=0.5, linewidth=0)
        for y, row in axes.each(mine, "effect", variants, "variant"):
            opposite, clear = base is not None and _sign(base) * _sign(row) < 0, _sign(row) != 0
            if opposite:
                changed.append(f"{name} under {row['variant']}")
                axes.axhspan(
                    y - 0.5, y + 0.5, color=_CHANGED, zorder=0.4, linewidth=0, gid="changed"
                )
            axes.dot(y, row["effect"], row["low"], row["high"], LOSS if opposite else INK, filled=clear,
                gid="effect")  # fmt: skip
    return made.described(f"The sign changes for {listed(changed)}." if changed else "No sign clearly changes.")  # fmt: skip


def _sign(row: Mapping[Any, Any]) -> int:
    """Return the sign of an interval that excludes zero, else 0."""
    return int(row["low"] > 0) - int(row["high"] < 0)
