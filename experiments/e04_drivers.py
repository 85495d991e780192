"""What drives the difference between the policies?"""

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from s3sim.analysis.paired import three_outputs
from s3sim.analysis.problem import Problem
from s3sim.analysis.sobol import indices, noise_share, sobol_design
from s3sim.core.formatting import listed
from s3sim.ensemble.experiments.drivers import (
    TOP,
    dummies_check,
    followed,
    in_percent,
    is_dummy,
    leading,
    of_output,
    opinions,
    surrogate,
    together,
    without_failures,
)
from s3sim.ensemble.experiments.evidence import TITLES, Evidence, named
from s3sim.ensemble.experiments.result import Answer, Check
from s3sim.ensemble.factors import SEED, space
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


def design_of(study):
    """Return the Saltelli design over mechanisms, policy parts, luck and a dummy; and its space."""
    only, policies = study.option("vary"), (study.baseline, study.policy)
    leave = study.design.leave if only == ["*"] else []
    factors = space(study.base, policies, only=only, leave=leave, dummies=1)
    points, scrambles = study.option("points"), study.option("scrambles")
    problem = Problem(factors.names, factors.groups)
    return sobol_design(problem, points, study.design.seed, scrambles, grouped=True), factors


def designs(study):
    """The worlds of the headline; and a Saltelli design, in which luck is the factor 'seed'."""
    design, factors = design_of(study)
    policies = (study.baseline, study.policy)
    return [study.samples(), study.samples(design.unit, space=factors, policies=policies)]


def answer(study, run, mixed):
    """Attribute the variance, ask for second opinions, and follow the strongest factor."""
    worlds, evidence, seed = Evidence(*run), Evidence(*mixed), study.design.seed
    design, ok = without_failures(design_of(study)[0], evidence.whole)
    tables, words, figures, widths, gaps = {}, [], {}, [], []
    for name in study.design.outcomes:
        drawn = outputs(in_percent(worlds.level(name)[:, [0, -1]]))
        for output, y in outputs(in_percent(evidence.rows(name))[ok]).items():
            frame = indices(design, y)
            found, reason = surrogate(worlds, drawn[output], noise_share(frame).share, seed)
            shapley = {} if found is None else found["Shapley"]
            tables[name, output] = frame.assign(shapley=frame["factor"].map(shapley).astype(float))
            words.append(f"{TITLES[name]}, {SAID[output]}: {sentence(frame, reason)}")
            widths.append(width(frame, TOP))
            gaps.append(gap(frame, found))
            if output == "difference":
                said = opinions(worlds, drawn[output], frame, seed)
                words.append(f"{TITLES[name]}, difference: {said}")
                curve(study, worlds.x, drawn[output], frame, name, words, figures)
        figures[f"drivers_{name}"] = index_bars(
            pd.concat(shown(tables[name, output]).assign(output=output) for output in SAID),
            outcome=named(name),
            titles={ORDER: "Order of worlds"},
        )
    table = together(tables)
    wide, far = (np.nanmax(v) if np.isfinite(v).any() else np.nan for v in (widths, gaps))
    words = [
        f"{design.n} points in {design.scrambles} independent scrambles, {len(design.labels)} groups of factors "
        f"(mechanisms, policy parts, luck, a dummy), {len(design.unit):,} worlds under both policies. S1 is the share "
        "of the variance that a group explains alone, ST with its interactions; total shares overlap and sum to "
        "more than 1. ST of luck is the share of the variance in which luck takes part. Surrogates, second opinions and "
        f"curves are of the {worlds.count:,} worlds of the headline.",
        *words,
        "Shares depend on the ranges that were declared: a mechanism whose parameters are known well moves little. "
        "This says what the model's difference hangs on, not what would happen anywhere.",
    ]
    trusted = f"{sum(np.isfinite(gaps))} of {len(gaps)} outputs trusted, the others withheld"
    rule = "explains at least 0.9 of what is not luck, or its indices are withheld"
    apart = f"by up to {far:.2f}" if np.isfinite(far) else "not compared: no surrogate is trusted"
    close, name = f"differ by at most {CLOSE:g}", f"surrogate and direct ST, largest {TOP}"
    narrow, half = f"at most {WIDEST:g}", f"half-width of ST, largest {TOP} of every output"
    checks = [
        dummies_check(table.loc[is_dummy(table), ["S1", "ST"]]),
        evidence.outlay_check(),
        Check(half, narrow, f"widest {wide:.2f}", bool(wide <= WIDEST)),
        Check("surrogate", rule, trusted, True),
        Check(name, close, apart, bool(far <= CLOSE)),
    ]
    numbers = {"points": design.n, "worlds": len(design.unit), "widest_half_width": wide}
    short = in_short(table, study.design.outcomes)
    return Answer(words, table, {**numbers, "indices": table}, figures, checks, short)


def outputs(levels):
    """Return the three outputs of levels [rows, 2] and the rank of the difference, 0 to 1.

    A few worlds with huge differences can hold nearly all variance of the difference, so that its
    indices are not resolved; ranks are bounded, and say what orders worlds.
    """
    three = three_outputs(*levels.T)
    return three | {ORDER: rankdata(three["difference"]) / len(levels)}


def width(frame, top):
    """Return the widest half-width of ST among the largest groups; nan for a constant output."""
    best = leading(frame, "ST", top)
    return float(((best["ST_high"] - best["ST_low"]) / 2).max())


def shown(frame):
    """Return the table without indices that are not resolved."""
    if not width(frame, 1) > UNRESOLVED:
        return frame
    values = [column for column in frame if column.startswith(("S1", "ST", "shapley"))]
    return frame.assign(**dict.fromkeys(values, np.nan), withheld="not resolved with so few points")


def gap(frame, found):
    """Return how far ST of the surrogate lies from the direct one; nan if it is withheld."""
    if found is None:
        return np.nan
    best = leading(frame, "ST", TOP, [SEED]).set_index("factor")["ST"]
    return float((best - found["ST"].reindex(best.index)).abs().max())


def sentence(frame, reason):
    """Say what drives one output."""
    if not np.isfinite(frame["ST"]).any():
        return "the same at all independent points; there is no variance to attribute."
    if width(frame, 1) > UNRESOLVED:
        return (
            f"not resolved. The largest total index has an interval {2 * width(frame, 1):.1f} wide, though a "
            "share lies between 0 and 1; a few worlds hold most of the variance, and more points are needed."
        )
    luck, clear = noise_share(frame), int((frame["ST_low"] > 0).sum())
    parts = [
        f"{r.factor} {r.ST:.2f} ({r.ST_low:.2f} to {r.ST_high:.2f}; alone {r.S1:.2f})"
        for r in leading(frame, "ST", TOP, [SEED]).itertuples()
    ]
    return (
        f"ST {', '.join(parts)}; luck {luck.share:.2f} ({luck.low:.2f} to {luck.high:.2f}; alone {luck.alone:.2f}). "
        f"{clear} of {len(frame)} groups are clearly above zero. Surrogate {reason}"
    )


def in_short(table, outcomes):
    """Return the answer in one sentence."""
    told = []
    for name in outcomes:
        mine = of_output(table, name, "difference")
        if not np.isfinite(mine["ST"]).any() or width(mine, 1) > UNRESOLVED:
            told.append(f"{named(name)} not resolved with so few points")
            continue
        moving = mine[~is_dummy(mine) & (mine["ST"] != 0)]
        best = leading(moving, "ST", 3, [SEED]).itertuples()
        parts = listed([f"{r.factor} ({r.ST:.2f})" for r in best])
        told.append(f"{named(name)} {parts}, luck {noise_share(mine).share:.2f}")
    return f"Total shares of the variance of the difference: {'; '.join(told)}."


def curve(study, x, difference, frame, name, words, figures):
    """Follow the difference along the strongest parameter of the strongest mechanism."""
    best = leading(frame[~is_dummy(frame)], "ST", 1, [SEED])
    if not np.isfinite(best["ST"]).any() or not np.ptp(difference):
        return
    group = best["factor"].iloc[0]
    own = [factor.name for factor in study.space.factors if factor.group == group]
    ranked, points, line, said = followed(x[own], difference)
    words.append(
        f"{TITLES[name]}: along {ranked[0]}, which explains most within {group} on one half of the worlds, {said}"
    )
    figures[f"tipping_{name}"] = tipping_curve(
        line, points, factor=ranked[0], outcome=named(name), unit="% of the baseline"
    )
