"""Robustness, cost and effort: ranks, break-even, how the mean settles, what pairing saves."""

from collections.abc import Mapping
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from s3sim.core.formatting import listed
from s3sim.report.figures.forms import (
    beside,
    checked,
    column,
    crossings,
    curve,
    interval,
    no_values,
    row_withheld,
    short,
    turning_point,
    with_unit,
    zero_line,
)
from s3sim.report.figures.panels import above, heading, limits, panels, plain_ticks, row_panels
from s3sim.report.figures.style import BAND, DASHED, FACTOR, INK, LOSS, MUTED, style

_SHADES = ("#3F2A78", "#7C68B0", "#B5A9D3", "#DCD6EA", "#F3F1F8")


@style()
def rank_table(
    frame: pd.DataFrame, *, titles: Mapping[str, str] | None = None,
    manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw the rank of each policy by each robustness metric, rank 1 darkest.

    Parameters
    ----------
    frame : DataFrame
        A row a policy and metric: `policy`, `metric`, `value`, `rank` (1 is best; nan: withheld).
    """
    table, words = checked(frame, ("policy", "metric", "value", "rank"), "rank_table"), titles or {}
    mean = table.groupby("policy")["rank"].mean().fillna(np.inf)
    policies = sorted(mean.index, key=lambda p: (mean[p], str(p)))
    metrics = list(dict.fromkeys(table["metric"]))
    across, down = len(metrics), len(policies)
    title = "Which policy holds up, however robustness is measured?"
    note = "Rank of each policy by each measure, 1 is best and darkest; small: the measure's value."
    made = panels(title, note, manifest, 1.08 * across, 0.42 * down)
    axes = made.axes[0]
    axes.set(xlim=(0, across), ylim=(down, 0))
    for axis, names, wide in ((axes.xaxis, metrics, 15), (axes.yaxis, policies, 28)):
        shown = [fill(words.get(str(name), str(name)), wide) for name in names]
        axis.set_ticks(np.arange(len(names)) + 0.5, shown, color=INK, fontsize=7.4)
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    axes.spines[:].set_visible(False)
    first = []
    for row in table.to_dict("records"):
        x, y, rank = metrics.index(row["metric"]), policies.index(row["policy"]), row["rank"]
        step = round((rank - 1) / max(down - 1, 1) * 4) if np.isfinite(rank) else 4
        shade = _SHADES[min(step, 4)] if np.isfinite(rank) else "white"
        axes.add_patch(Rectangle((x, y), 1, 1, facecolor=shade, edgecolor="white", linewidth=1.5))
        look: dict[str, Any] = {
            "ha": "center",
            "va": "center",
            "color": "white" if step <= 1 else INK,
        }
        if not np.isfinite(rank):
            axes.text(x + 0.5, y + 0.5, "withheld", fontsize=7, style="italic", **look)
            continue
        axes.text(x + 0.5, y + 0.36, f"{rank:g}", fontsize=11, weight="bold", **look)
        axes.text(x + 0.5, y + 0.78, short(row["value"]), fontsize=6.5, **look)
        if rank == 1:
            first.append(" ".join(words.get(str(n), str(n)) + end for n, end in ((row["metric"], ":"), (row["policy"], ""))))  # fmt: skip
    return made.described(f"Best by {listed(first)}." if first else "All ranks are withheld.")


@style()
def cost_curve(
    frame: pd.DataFrame, *, level: float = 0.0, level_name: str = "", cost: str = "Brokerage cost",
    cost_unit: str = "EUR a year", value: str = "Net effect", unit: str = "",
    manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw a value against the cost of an instrument, and where it breaks even.

    Parameters
    ----------
    frame : DataFrame
        A row a cost: `cost`, `value` (net effect, or cost of an additional collaboration), `low`,
        `high`.
    level : float
        Value at which the policy breaks even: 0 for a net effect, the price of the alternative for
        a cost.
    level_name, cost, cost_unit, value, unit : str
        Words for the level and the axes.
    """
    table = checked(frame, ("cost", "value", "low", "high"), "cost_curve").sort_values("cost")
    x, y, low, high = (column(table, name) for name in ("cost", "value", "low", "high"))
    note = f"{value} at each cost, mean over worlds with 95 % interval."
    made = panels("At what cost does it stop paying off?", note, manifest, 6.0, 3.0)
    axes = made.axes[0]
    axes.set(xlabel=with_unit(cost, cost_unit), ylabel=with_unit(value, unit))
    if no_values(axes, y, both=True):
        return made.described("The curve is withheld.")
    curve(axes, x, y, low, high, marker="o", markersize=3.6)
    zero_line(axes, across=True, at=level)
    axes.set(xlim=limits(x, zero=False, pad=0.03), ylim=limits([*y, *low, *high, level], pad=0.08))
    plain_ticks(axes.xaxis, 7)
    plain_ticks(axes.yaxis)
    axes.grid(axis="y")
    axes.text(0.995, level, level_name, transform=axes.get_yaxis_transform(), ha="right",
              va="bottom", fontsize=7, color=MUTED, zorder=5)  # fmt: skip
    turns = crossings(x, y - level)
    bounds = [short(c) for side in (low, high) for c in crossings(x, side - level)[:1]]
    known = not ((low <= level) & (level <= high)).all()
    if not known:
        said = f"No break-even can be told: {level_name or 'zero'} lies within the interval at every cost"
    elif not turns:
        said = "No break-even within this range"
    else:
        said = f"Break-even at {short(turns[0])} {cost_unit}".rstrip()
        if len(bounds) == 2:
            said += f" ({listed(sorted(bounds, key=len))} at the ends of the interval)"
        turning_point(axes, turns[0], level, "break-even")
    above(axes, said, LOSS if turns and known else MUTED)
    return made.described(f"{said}.")


@style()
def running_mean(
    frame: pd.DataFrame, *, titles: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None, smallest: Mapping[str, float] | None = None,
    manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw how the mean difference settles with the number of worlds, a panel an outcome.

    Parameters
    ----------
    frame : DataFrame
        A row a number of worlds: `worlds`, `mean`, `low`, `high`; optional `outcome`.
    units, smallest : mapping, optional
        Unit of each outcome, and its smallest effect of interest, drawn as a grey band.
    """
    table = checked(frame, ("worlds", "mean", "low", "high"), "running_mean")
    table["outcome"] = table["outcome"].astype(str) if "outcome" in table else ""
    names = list(dict.fromkeys(table["outcome"]))
    note = "Mean paired difference over the first worlds, with 95 % interval." + (
        " Grey: smaller than the smallest effect of interest." if smallest else ""
    )
    wide = {1: 6.0, 2: 3.7}.get(len(names), 3.1)
    title = "How the mean difference settles"
    made = panels(title, note, manifest, wide, 2.0, count=len(names), columns=3)
    facts = []
    for axes, outcome in zip(made, names, strict=True):
        mine = table[table["outcome"] == outcome].sort_values("worlds")
        name = (titles or {}).get(outcome, outcome)
        x, mean, low, high = (column(mine, c) for c in ("worlds", "mean", "low", "high"))
        heading(axes, name, wide)
        axes.set(xlabel="Worlds", ylabel=with_unit("Difference", (units or {}).get(outcome, "")))
        if no_values(axes, mean, both=True):
            facts.append(f"{name}: withheld.")
            continue
        band = (smallest or {}).get(outcome, 0.0)
        if band:
            axes.axhspan(-band, band, color=BAND, zorder=0, linewidth=0, gid="smallest effect")
        zero_line(axes, across=True)
        curve(axes, x, mean, low, high)
        # The first few intervals are so wide that they would hide all that follows.
        settled = x >= np.nanquantile(x, 0.1)
        seen = [*mean, *low[settled], *high[settled], -band, band]
        axes.set(xlim=limits(x, zero=False, pad=0.02), ylim=limits(seen, pad=0.08))
        plain_ticks(axes.xaxis)
        plain_ticks(axes.yaxis)
        axes.grid(axis="y")
        facts.append(
            f"{name}: {short(mean[-1], signed=True)} after {x[-1]:.0f} worlds.".lstrip(": ")
        )
    return made.described(*facts)


@style()
def variance_ratio(
    frame: pd.DataFrame, *, wanted: float = 2.0, titles: Mapping[str, str] | None = None,
    manifest: Mapping[str, Any] | None = None,
) -> Figure:  # fmt: skip
    """Draw how many times pairing cuts the variance of the difference, on a logarithmic scale.

    Parameters
    ----------
    frame : DataFrame
        A row an outcome: `outcome`, `ratio` (variance with independent seeds over variance with the
        same luck), `low`, `high`. A ratio that is not positive is withheld.
    wanted : float
        Ratio asked for, drawn as a line.
    """
    table = checked(frame, ("outcome", "ratio", "low", "high"), "variance_ratio")
    table = table.sort_values("ratio", ascending=False, kind="stable")
    names = [(titles or {}).get(str(o), str(o)) for o in table["outcome"]]
    ratio, low, high = (column(table, c) for c in ("ratio", "low", "high"))
    good = np.isfinite(ratio) & (ratio > 0)
    note = (
        "Variance of the difference with independent luck, over that with the same luck under both "
        f"policies: as many times fewer runs are needed. Dashed: {short(wanted)}, asked for."
    )
    made = row_panels("How much the same luck saves", note, manifest, names, 4.8)
    axes = made.axes[0]
    axes.set_xlabel("Times less variance (1: pairing saves nothing)")
    if no_values(axes, np.where(good, ratio, np.nan)):
        return made.described("All ratios are withheld.")
    ends = np.concatenate([ratio[good], low[good], high[good], [1.0, wanted]])
    ends = ends[np.isfinite(ends) & (ends > 0)]
    axes.set(xscale="log", xlim=(float(ends.min()) / 1.15, float(ends.max()) * 1.9))
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if ends.max() < 60 else (1.0,)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.6g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_minor_locator(NullLocator())
    zero_line(axes, at=1)
    axes.axvline(wanted, color=MUTED, linewidth=0.9, linestyle=DASHED, zorder=3)
    for y, known in enumerate(good):
        if not known:
            row_withheld(axes, y, 1.0)
            continue
        colour = FACTOR if ratio[y] >= wanted else LOSS
        axes.barh(y, ratio[y] - 1, 0.6, left=1, color=colour, alpha=0.8, zorder=2)
        if low[y] > 0:
            interval(axes, y, low[y], high[y])
        beside(axes, float(np.nanmax([ratio[y], high[y], 1.0])), y, f"×{short(ratio[y])}")
    first = [f"{n} {short(r)}" for n, r, g in zip(names, ratio, good, strict=True) if g]
    return made.described(f"Times less variance: {listed(first)}.")
