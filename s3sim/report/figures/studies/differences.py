"""Differences over worlds: spread, trade-off, winners, parts, and signs under other mechanisms."""

from collections.abc import Mapping
from math import isclose
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from s3sim.analysis.verdicts import HIGHER, LOWER, verdict
from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError
from s3sim.core.formatting import rounded
from s3sim.report.figures.panels import HALO, ROW, Manifest, Panel, panels, row_panels
from s3sim.report.figures.style import BAND, GAIN, INK, LOSS, MUTED, dark, policy_marks, style
from s3sim.report.figures.words import checked, limits, percent, short, values
from s3sim.report.view import mean_interval

TOTAL = "total"
_FEW = 100  # worlds up to which an axis shows all of them
_LOSING = "#E3A163"
_CORNERS = ((1, 1, "more collaboration,\nmore growth"), (-1, 1, "less collaboration,\nmore growth"),
            (1, -1, "more collaboration,\nless growth"), (-1, -1, "less collaboration,\nless growth"))  # fmt: skip
_ROOM, _STRIP = 0.17, 0.33  # share of a panel kept for words; least share on each side of zero
Titles = Mapping[str, str] | None


@style()
def difference_distributions(
    frame: pd.DataFrame, *, smallest: float = 5.0, unit: str = "% of the baseline",
    titles: Titles = None, manifest: Manifest = None,
) -> Figure:  # fmt: skip
    """Draw how each outcome's paired difference is spread over worlds, with the worlds won.

    `frame` has a row a world, outcome and, if there are several, `policy`: `outcome`, `difference`
    (relative to the baseline); optional `better` ("higher" or "lower"; higher by default).
    `smallest` is the smallest effect of interest, in the unit of the differences; 0 draws no band.
    """
    table = checked(frame, "outcome difference", "difference_distributions")
    table = table.assign(policy=table.get("policy", ""), better=table.get("better", "higher"))
    groups = dict(list(table.groupby(["outcome", "policy"], sort=False)))
    words, many = titles or {}, len(table) > len(groups) * _FEW
    band = f" Grey: smaller than the smallest effect of interest, {short(smallest)}." if smallest else ""  # fmt: skip
    note = (
        f"Paired difference, {unit}. Purple: worlds won; orange: worlds lost. Dot: median; "
        f"lines: middle half and 90 % of worlds.{band} Each outcome has its own scale"
        f"{'; the outermost bars hold the worlds beyond it' if many else ''}."
    )
    made = panels(
        "How the difference varies over worlds", note, manifest, 4.9, 0.48, count=len(groups)
    )
    facts = []
    for axes, ((outcome, policy), mine) in zip(made, groups.items(), strict=True):
        label = fill(words.get(str(outcome), str(outcome)), 34)
        label += f"\n{words.get(str(policy), str(policy))}" if policy else ""
        axes.text(-0.02, 0.4, label, transform=axes.transAxes, ha="right", va="center", fontsize=7.5,
                  linespacing=1.1)  # fmt: skip
        (seen,) = values(table[table["outcome"] == outcome], "difference")
        seen = seen[np.isfinite(seen)]
        # Of many worlds the middle 98 %, or a few stretch the axis.
        seen = seen if len(seen) <= _FEW else np.quantile(seen, [0.01, 0.99])
        axes.set(yticks=[], xlim=limits([*seen, -smallest, smallest], pad=0.04))
        axes.spines["left"].set_visible(False)
        axes.ticks(7)
        axes.tick_params(axis="x", pad=1.5, labelsize=6.5)
        if smallest:
            axes.axvspan(
                -smallest, smallest, color=BAND, zorder=0, linewidth=0, gid="smallest effect"
            )
        axes.zero()
        told = _spread(
            axes, mine["difference"].to_numpy(float), -1 if mine["better"].iloc[0] == "lower" else 1
        )
        axes.text(1.02, 0.4, told, transform=axes.transAxes, va="center", fontsize=7.5)
        facts.append(f"{' '.join(label.split())}: {' '.join(told.split())}.")
    return made.described(*facts)


def _spread(axes: Panel, values: Floats, sign: int) -> str:
    """Draw a histogram over quantiles, and return the shares of worlds won and lost."""
    values = values[np.isfinite(values)]
    if not len(values):
        axes.text(0.5, 0.5, "withheld", transform=axes.transAxes, ha="center", va="center",
                  style="italic", color=MUTED)  # fmt: skip
        return "withheld"
    low, high = axes.get_xlim()
    step = (high - low) / 60
    # Bins start at zero, so that no bar mixes worlds won and lost.
    edges = step * np.arange(np.floor(low / step), np.ceil(high / step) + 1)
    counts, _ = np.histogram(np.clip(values[values != 0], edges[0], edges[-1]), edges)
    colours = [GAIN if sign * (a + step / 2) > 0 else LOSS for a in edges[:-1]]
    axes.bar(
        edges[:-1], counts, step, align="edge", color=colours, alpha=0.7, zorder=2, linewidth=0
    )
    tallest = max(int(counts.max()), 1)
    axes.set_ylim(-0.42 * tallest, 1.05 * tallest)
    five, quarter, half, three, most = np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95])
    axes.interval(-0.2 * tallest, five, most, INK, 0.9)
    axes.interval(-0.2 * tallest, quarter, three, INK, 2.4)
    axes.plot([half], [-0.2 * tallest], "o", color="white", markeredgecolor=INK, markersize=4,
              zorder=5, gid="median")  # fmt: skip
    axes.grid(axis="x")
    won, lost = float((sign * values > 0).mean()), float((sign * values < 0).mean())
    direction = "" if sign > 0 else " (lower is better)"
    return f"won in {percent(won)}, lost in {percent(lost)}\nof {len(values)} worlds{direction}"


@style()
def trade_off(
    frame: pd.DataFrame, *, units: tuple[str, str] = ("%", "%"), titles: Titles = None,
    baseline: str = "the baseline", manifest: Manifest = None,
) -> Figure:  # fmt: skip
    """Draw the change of collaboration against the change of growth, a dot a world.

    `frame` has a row a world and policy: `policy`, `collaboration`, `growth` (changes against
    `baseline`), with a pair of units.

    The cross is the mean with its 95 % Student interval in both directions. A world without any
    change in one of the two lies in no corner, so shares may add up to less than 100 %.
    """
    table = checked(frame, "policy collaboration growth", "trade_off")
    policies = [str(p) for p in dict.fromkeys(table["policy"])]
    note = (
        f"Each dot is a world: its change against {baseline}. Cross: mean with 95 % interval. "
        "Share of worlds in each corner."
    )
    wide = {1: 4.4, 2: 3.7}.get(len(policies), 3.2)
    title = "Does more collaboration come with more growth?"
    made = panels(title, note, manifest, wide, 3.0, count=len(policies), columns=3)
    changes, facts = values(table, "collaboration", "growth"), []
    xlim, ylim = _around(changes[0], 0.04), _around(changes[1], _ROOM)
    for axes, policy in zip(made, policies, strict=True):
        mine, colour = table[table["policy"] == policy], policy_marks(policies)[policy][0]
        x, y = values(mine, "collaboration", "growth")
        x, y = x[np.isfinite(x + y)], y[np.isfinite(x + y)]
        axes.set(xlim=xlim, ylim=ylim)
        axes.say(
            "Change of collaboration",
            units[0],
            *(("Change of growth", units[1]) if axes in made.column else ()),
        )
        name = (titles or {}).get(policy, policy)
        axes.head(name, wide)
        axes.ticks(5, 5)
        axes.zero()
        axes.zero(across=True)
        if not axes.known(x, both=True):
            facts.append(f"{name}: withheld.")
            continue
        axes.scatter(x, y, s=9, color=colour, alpha=0.45, linewidth=0, zorder=2, gid="worlds")
        (mx, *xs), (my, *ys) = mean_interval(x), mean_interval(y)
        for along, up in ((xs, [my, my]), ([mx, mx], ys)):
            axes.plot(along, up, color=INK, linewidth=1.8, zorder=4, path_effects=HALO)
        axes.plot([mx], [my], "o", color=INK, markersize=3.6, zorder=5, gid="mean")
        said = []
        for right, top, words in _CORNERS:
            share = percent(float(((np.sign(x) == right) & (np.sign(y) == top)).mean()))
            side = "right" if right > 0 else "left"
            axes.text(0.99 if right > 0 else 0.01, 0.985 if top > 0 else 0.015, f"{words}: {share}",
                      transform=axes.transAxes, fontsize=7.2, zorder=6, ha=side, multialignment=side,
                      va="top" if top > 0 else "bottom", color=dark(colour) if right == top == 1 else MUTED)  # fmt: skip
            said.append(f"{words} in {share} of {len(x)} worlds".replace("\n", " "))
        facts.append(f"{name}: {'; '.join(said)}.")
    return made.described(*facts)


def _around(values: Floats, pad: float) -> tuple[float, float]:
    """Return limits with room on both sides of zero, for the words in the corners."""
    low, high = limits(values, pad=0.03)
    low = min(low, -_STRIP / (1 - _STRIP) * high)
    high = max(high, -_STRIP / (1 - _STRIP) * low)
    return low - pad * (high - low), high + pad * (high - low)


@style()
def winners_losers(
    frame: pd.DataFrame, *, outcome: str = "the outcome", unit: str = "%",
    manifest: Manifest = None,
) -> Figure:  # fmt: skip
    """Draw the mean difference in each region, largest gain first, and where it loses.

    `frame` has a row a region: `code`, `name`, `mean`, `low`, `high` (over worlds) and
    `share_losing` (share of worlds in which the region loses, 0 to 1).
    """
    table = checked(frame, "code name mean low high share_losing", "winners_losers")
    table = table.sort_values(["mean", "code"], ascending=[False, True]).reset_index(drop=True)
    names = [f"{n if len(n) <= 40 else n[:39] + '…'}  {c}"
             for n, c in zip(table["name"].astype(str), table["code"].astype(str), strict=True)]  # fmt: skip
    mean, low, high = values(table, "mean", "low", "high")
    losing = int((high < 0).sum())
    clear = "no region clearly loses" if not losing else f"{losing} of {len(table)} clearly lose"
    note = (
        f"Mean paired difference over worlds with 95 % interval; {clear}. Bars at the right: share of "
        "worlds in which the region loses."
    )
    title = f"Who gains and who loses: {outcome} by region"
    made = row_panels(title, note, manifest, names, [4.0, 1.35], step=0.17, count=2)
    axes, lost = made
    axes.say("Difference", unit)
    lost.set(
        xlim=(0, 1.32),
        xticks=[0, 0.5, 1],
        xticklabels=["0", "50", "100"],
        xlabel="Worlds losing [%]",
    )
    if not axes.known(mean):
        return made.described("All differences are withheld.")
    axes.set_xlim(limits([*mean, *low, *high]))
    axes.ticks(6)
    axes.zero()
    for y, row in axes.each(table, "mean"):
        colour = {HIGHER: GAIN, LOWER: LOSS}.get(verdict(row["low"], row["high"]), MUTED)
        axes.dot(
            y, row["mean"], row["low"], row["high"], colour, filled=colour != MUTED, gid="region"
        )
        if np.isfinite(row["share_losing"]):
            lost.barh(y, row["share_losing"], 0.6, color=_LOSING, zorder=2)
            lost.beside(
                row["share_losing"], y, percent(row["share_losing"]), fontsize=6.2, color=MUTED
            )
    ends = [f"{names[k]} {short(mean[k], signed=True)} {unit}" for k in (0, -1)]
    return made.described(f"From {ends[0]} to {ends[1]}.")


@style()
def shapley_split(
    frame: pd.DataFrame, *, outcome: str = "the outcome", unit: str = "", titles: Titles = None,
    manifest: Manifest = None,
) -> Figure:  # fmt: skip
    """Draw what each component contributes to the difference, as steps that end at the total.

    `frame` has a row a component: `component`, `value`, `low`, `high` (of the part). A row "total"
    may give the whole with its limits.

    Shapley values of a factorial of components (Shapley 1953): each part is the mean contribution
    over all orders of adding the components, so the parts add up to the whole.

    Raises
    ------
    InputError
        Also when the parts do not add up to the total.
    """
    table = checked(frame, "component value low high", "shapley_split")
    whole, parts = table[table["component"] == TOTAL][:1], table[table["component"] != TOTAL]
    (value,) = values(parts, "value")
    total, scale = float(value.sum()), float(np.abs(value).sum())
    if len(whole) and np.isfinite(total):
        given = float(whole["value"].iloc[0])
        if not isclose(given, total, rel_tol=1e-6, abs_tol=1e-6 * scale):
            raise InputError(
                f"shapley_split: the parts add up to {total:g} and the total is {given:g}; they must agree."
            )
    words = {TOTAL: "all together", **(titles or {})}
    names = [words.get(n, n) for n in (*parts["component"].astype(str), TOTAL)]
    note = (
        "Mean contribution of each component over all orders of adding them (Shapley value), with "
        "95 % interval; each bar starts where the one above ends."
    )
    title = f"Which component makes the difference in {outcome}?"
    made = row_panels(title, note, manifest, names, 5.2, step=1.6 * ROW)
    axes = made.axes[0]
    axes.say(f"Difference in {outcome}", unit)
    if not axes.known([total if len(value) else np.nan], "not every part is known, so they do not add up"):  # fmt: skip
        return made.described("The split is withheld.")
    starts = np.concatenate([[0.0], np.cumsum(value)[:-1], [0.0]])
    sizes = np.concatenate([value, [total]])
    lows, highs = (np.append(part, end if len(end) else np.nan) for part, end in
                   zip(values(parts, "low", "high"), values(whole, "low", "high"), strict=True))  # fmt: skip
    axes.set_xlim(limits([*(starts + sizes), *(starts + lows), *(starts + highs)], pad=0.2))
    axes.ticks(7)
    axes.zero()
    said = []
    for y, (start, size, low, high) in enumerate(zip(starts, sizes, lows, highs, strict=True)):
        colour = MUTED if y == len(value) else GAIN if size >= 0 else LOSS
        axes.barh(y, size, 0.6, left=start, color=colour, alpha=0.75, zorder=2, gid="part")
        axes.interval(y, start + low, start + high, INK, 1.1)
        if y < len(value):
            axes.plot([start + size] * 2, [y + 0.3, y + 0.7], color=MUTED, linewidth=0.7, zorder=1)
        end = float(np.nanmax([start, start + size, start + low, start + high]))
        told = rounded(size, low, high)
        text = told.effect if np.isfinite(low) else short(size, signed=True)
        axes.beside(end, y, text, fontsize=7.2)
        said.append(f"{names[y]} {told.effect} {unit} ({told.low} to {told.high})")
    return made.described(f"{'; '.join(said)}.")
