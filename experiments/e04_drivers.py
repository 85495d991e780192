"""What drives the difference between the policies?"""

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from s3sim.analysis.paired_outputs import three_outputs
from s3sim.analysis.sobol import indices, noise_share, sobol_design
from s3sim.core.formatting import listed
from s3sim.ensemble.experiments.conditions import binned_mean, sign_change, strongest
from s3sim.ensemble.experiments.drivers import (
    TOP,
    every_row,
    in_percent,
    leading,
    opinions,
    problem_of,
    surrogate,
    whole_scrambles,
)
from s3sim.ensemble.experiments.evidence import Evidence
from s3sim.ensemble.experiments.result import Answer, Check
from s3sim.ensemble.factors import DUMMY, SEED, space
from s3sim.outcomes import OUTCOMES
from s3sim.report.figures.studies import index_bars, tipping_curve

WIDEST, CLOSE = 0.10, 0.05
UNRESOLVED = 0.5
"""Half-width of the largest total index from which its interval is as wide as all that a share can be."""

ORDER = "order"
SAID = {
    "baseline": "level under isolated S3",
    "policy": "level under the policy",
    "difference": "difference",
    ORDER: "order of worlds by the difference",
}


def space_of(study):
    """Return the factors of the Saltelli design: those of the two policies, luck and one dummy."""
    only = study.option("vary")
    return space(study.base, (study.baseline, study.policy), only=only,
                 leave=study.design.leave if only == ["*"] else [], dummies=1)  # fmt: skip


def design_of(study):
    """Return the Saltelli design over mechanisms, policy parts, luck and a dummy."""
    return sobol_design(
        problem_of(space_of(study)), study.option("points"), study.design.seed, study.option("scrambles"),
        grouped=True)  # fmt: skip


def designs(study):
    """The worlds of the headline; and a Saltelli design, in which luck is the factor 'seed'."""
    mixed = study.samples(design_of(study).unit, space=space_of(study), policies=(study.baseline, study.policy))  # fmt: skip
    return [study.samples(), mixed]


def answer(study, run, mixed):
    """Attribute the variance, ask for second opinions, and follow the strongest factor."""
    worlds, evidence = Evidence(*run), Evidence(*mixed)
    design, ok = whole_scrambles(design_of(study), evidence.whole)
    tables, words, figures, widths, gaps = [], [], {}, [], []
    for name in study.design.outcomes:
        frames = []
        drawn = outputs(*in_percent(worlds.level(name)[:, [0, -1]]).T)
        for output, y in outputs(*in_percent(every_row(evidence, name))[ok].T).items():
            frame = indices(design, y)
            frame.insert(0, "output", output)
            frame.insert(0, "outcome", name)
            found, reason = surrogate(
                worlds, drawn[output], noise_share(frame).share, study.design.seed
            )
            frame["shapley"] = (
                frame["factor"].map(found["Shapley"]) if found is not None else np.nan
            )
            frames.append(frame)
            words.append(sentence(name, output, frame, reason))
            widths.append(width(frame, TOP))
            gaps.append(gap(frame, found))
            if output == "difference":
                said = opinions(worlds, drawn[output], frame, study.design.seed)
                words.append(f"{OUTCOMES[name].title}, difference: {said}")
                curve(study, worlds.x, drawn[output], frame, name, words, figures)
        tables += frames
        figures[f"drivers_{name}"] = index_bars(
            pd.concat([shown(one) for one in frames]), outcome=OUTCOMES[name].title.lower(),
            titles={ORDER: "Order of worlds"})  # fmt: skip
    table = pd.concat(tables, ignore_index=True)
    dummies = table.loc[table["factor"].str.startswith("dummy_"), ["S1", "ST"]].fillna(0.0)
    wide = np.nanmax(widths) if np.isfinite(widths).any() else np.nan
    far = np.nanmax(gaps) if np.isfinite(gaps).any() else np.nan
    words = [
        f"{design.n} points in {design.scrambles} independent scrambles, {len(design.labels)} groups of factors "
        f"(mechanisms, policy parts, luck, a dummy), {len(design.unit):,} worlds under both policies. S1 is the share "
        "of the variance that a group explains alone, ST with its interactions; total shares overlap and sum to "
        "more than 1. ST of luck is the share of the variance in which luck takes part. Surrogates, second opinions and "
        f"curves are of the {worlds.count:,} worlds of the headline.",
        *words,
        "Shares depend on the ranges that were declared: a mechanism whose parameters are known well moves little. "
        "This says what the model's difference hangs on, not what would happen anywhere.",
    ]  # fmt: skip
    checks = [
        Check("dummies", "exactly 0", f"largest {np.abs(dummies.to_numpy()).max(initial=0):g}", bool((dummies == 0).all(axis=None)), True),
        evidence.outlay_check(),
        Check(f"half-width of ST, largest {TOP} of every output", f"at most {WIDEST:g}", f"widest {wide:.2f}", bool(wide <= WIDEST)),
        Check("surrogate", "explains at least 0.9 of what is not luck, or its indices are withheld",
              f"{sum(np.isfinite(gaps))} of {len(gaps)} outputs trusted, the others withheld", True),
        Check("surrogate and direct ST, largest 5", f"differ by at most {CLOSE:g}",
              f"by up to {far:.2f}" if np.isfinite(far) else "not compared: no surrogate is trusted", bool(far <= CLOSE)),
    ]  # fmt: skip
    numbers = {
        "points": design.n,
        "worlds": len(design.unit),
        "widest_half_width": wide,
        "indices": table,
    }
    return Answer(words, table, numbers, figures, checks, in_short(table, study.design.outcomes))


def outputs(baseline, policy):
    """Return the three outputs and the rank of the difference, 0 to 1.

    A few worlds with huge differences can hold nearly all variance of the difference, so that its
    indices are not resolved; ranks are bounded, and say what orders worlds.
    """
    three = three_outputs(baseline, policy)
    return three | {ORDER: rankdata(three["difference"]) / len(baseline)}


def width(frame, top):
    """Return the widest half-width of ST among the largest groups; nan for a constant output."""
    best = leading(frame, "ST", top)
    return float(((best["ST_high"] - best["ST_low"]) / 2).max())


def shown(frame):
    """Return the table without indices that are not resolved."""
    if not width(frame, 1) > UNRESOLVED:
        return frame
    values = [one for one in frame if one.startswith(("S1", "ST", "shapley"))]
    return frame.assign(**dict.fromkeys(values, np.nan), withheld="not resolved with so few points")


def gap(frame, found):
    """Return how far ST of the surrogate lies from the direct one; nan if it is withheld."""
    if found is None:
        return np.nan
    best = leading(frame, "ST", TOP, [SEED]).set_index("factor")["ST"]
    return float((best - found["ST"].reindex(best.index)).abs().max())


def sentence(name, output, frame, reason):
    """Say what drives one output."""
    head = f"{OUTCOMES[name].title}, {SAID[output]}"
    if not np.isfinite(frame["ST"]).any():
        return f"{head}: the same at all independent points; there is no variance to attribute."
    luck = noise_share(frame)
    best = leading(frame, "ST", TOP, [SEED])
    if width(frame, 1) > UNRESOLVED:
        return (
            f"{head}: not resolved. The largest total index has an interval {2 * width(frame, 1):.1f} wide, though a "
            "share lies between 0 and 1; a few worlds hold most of the variance, and more points are needed."
        )
    listed = ", ".join(
        f"{r.factor} {r.ST:.2f} ({r.ST_low:.2f} to {r.ST_high:.2f}; alone {r.S1:.2f})"
        for r in best.itertuples()
    )
    clear = int((frame["ST_low"] > 0).sum())
    return (
        f"{head}: ST {listed}; luck {luck.share:.2f} ({luck.low:.2f} to {luck.high:.2f}; alone {luck.alone:.2f}). "
        f"{clear} of {len(frame)} groups are clearly above zero. Surrogate {reason}"
    )  # fmt: skip


def in_short(table, outcomes):
    """Return the answer in one sentence."""
    told = []
    for name in outcomes:
        mine = table[(table["outcome"] == name) & (table["output"] == "difference")]
        if not np.isfinite(mine["ST"]).any() or width(mine, 1) > UNRESOLVED:
            told.append(f"{OUTCOMES[name].title.lower()} not resolved with so few points")
            continue
        none = mine["factor"].str.startswith(DUMMY) | (mine["ST"] == 0)
        best = leading(mine, "ST", 3, [SEED, *mine["factor"][none]])
        parts = [f"{r.factor} ({r.ST:.2f})" for r in best.itertuples()]
        told.append(
            f"{OUTCOMES[name].title.lower()} {listed(parts)}, luck {noise_share(mine).share:.2f}"
        )
    return f"Total shares of the variance of the difference: {'; '.join(told)}."


def curve(study, x, difference, frame, name, words, figures):
    """Follow the difference along the strongest parameter of the strongest mechanism."""
    best = leading(
        frame, "ST", 1, [SEED, *frame["factor"][frame["factor"].str.startswith("dummy_")]]
    )
    if not np.isfinite(best["ST"]).any() or not np.ptp(difference):
        return
    group = best["factor"].iloc[0]
    # Chosen on one half of the scrambles, shown on the other: the first of many is partly first by luck.
    own = [one.name for one in study.space.factors if one.group == group]
    factor = strongest(x.loc[::2, own], difference[::2])[0]
    value, difference = x[factor].to_numpy()[1::2], difference[1::2]
    drawn, title = binned_mean(value, difference), OUTCOMES[name].title.lower()
    words.append(
        f"Along {factor}, which explains most within {group} (chosen on one half of the worlds, shown on the other), the difference in {title} is {drawn['mean'].iloc[0]:+.1f} % of the "
        f"isolated mean at its low end ({drawn['low'].iloc[0]:+.1f} to {drawn['high'].iloc[0]:+.1f}) and "
        f"{drawn['mean'].iloc[-1]:+.1f} % at its high end ({drawn['low'].iloc[-1]:+.1f} to {drawn['high'].iloc[-1]:+.1f}); "
        f"{sign_change(drawn)}."
    )  # fmt: skip
    figures[f"tipping_{name}"] = tipping_curve(
        drawn, pd.DataFrame({"value": value, "difference": difference}), factor=factor, outcome=title,
        unit="% of the baseline")  # fmt: skip
