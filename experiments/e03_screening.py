"""Which of the parameters matter?"""

from dataclasses import replace

import numpy as np
import pandas as pd

from s3sim.analysis.intervals import t_interval
from s3sim.analysis.morris import morris_design, screen, stability
from s3sim.analysis.paired import three_outputs
from s3sim.analysis.problem import Problem
from s3sim.core.formatting import as_sentence, listed
from s3sim.ensemble.experiments.drivers import (
    dummies_check,
    in_percent,
    is_dummy,
    leading,
    of_output,
    together,
    without_failures,
)
from s3sim.ensemble.experiments.evidence import TITLES, Evidence, named
from s3sim.ensemble.experiments.result import Answer, Check
from s3sim.ensemble.factors import SEED, Space
from s3sim.report.figures.studies import mu_star_sigma

STABLE, SURE = 0.9, 0.9
NAMED, GROUPS, DRAWN = 8, 5, 30
NOTHING = 1e-9
"""Percent of the baseline's mean that rounding alone can make."""

SAID = {
    "baseline": "the level under isolated S3",
    "policy": "the level under the policy",
    "difference": "the difference",
}


def design_of(study):
    """Return the trajectories, over all factors but luck, and that space."""
    space = Space(tuple(factor for factor in study.space.factors if factor.name != SEED))
    problem = Problem(space.names, space.groups)
    return morris_design(problem, study.option("trajectories"), study.design.seed), space


def designs(study):
    """Trajectories, each on one luck; then their first points on other luck."""
    design, space = design_of(study)
    first = design.unit[:: len(design.labels) + 1]
    again = np.tile(first, (study.option("redraws"), 1))
    luck = (*design.trajectory.tolist(), *(design.trajectories + np.arange(len(again))).tolist())
    unit = np.vstack([design.unit, again])
    return [replace(study.samples(unit), space=space, replications=luck)]


def answer(study, run):
    """Screen, compare with dummies and with luck, and sum up by mechanism."""
    evidence, (design, _) = Evidence(*run), design_of(study)
    rows, outcomes = len(design.unit), study.design.outcomes
    kept, ok = without_failures(design, evidence.whole[:rows])
    tables, stable, figures = {}, {}, {}
    for name in outcomes:
        for output, y in three_outputs(*in_percent(evidence.rows(name)).T).items():
            steps = y[:rows][ok]
            found = pd.concat([screen(kept, steps, study.design.seed), luck_row(design, y)])
            tables[name, output] = found.reset_index(drop=True)
            stable[name, output] = stability(kept, steps, study.design.seed)
    table = together(tables)
    for name in outcomes:
        shown = pd.concat(
            drawn(part) for _, part in table[table["outcome"] == name].groupby("output")
        )
        figures[f"effects_{name}"] = mu_star_sigma(
            shown, outcome=f"{named(name)} most", unit="% of the baseline"
        )
    mine = table[~is_dummy(table) & (table["factor"] != SEED)]
    groups = mine.groupby(["outcome", "output", "group"], sort=False)["mu_star"]
    groups = groups.agg(sum="sum", max="max", parameters="size").reset_index()
    words = [
        f"{kept.trajectories} trajectories over {len(design.labels) - int(design.dummies.sum())} parameters, "
        f"{len(evidence.whole)} worlds under both policies. Effects are mean "
        "absolute changes over a whole range, extrapolated from steps of two thirds of it, in percent of the "
        "mean under isolated S3.",
        *(sentence(table, groups, share, *key) for key, share in stable.items()),
        "An effect below that of luck may be real, but is not told here from luck that is dealt out anew once a "
        "parameter moves; mechanisms with many parameters have larger sums. A screening ranks within the ranges "
        "that were declared: a parameter with a narrow range may matter and not show.",
    ]
    lowest = min((share for share in stable.values() if np.isfinite(share)), default=None)
    told = "no output varies" if lowest is None else f"lowest {lowest:.0%}"
    bar = f"in {STABLE:.0%} of them, every output"
    same = lowest is not None and lowest >= STABLE
    checks = [
        dummies_check(table.loc[is_dummy(table), ["mu_star", "sigma"]]),
        evidence.outlay_check(),
        Check("same parameters kept by resampled screenings", bar, told, same),
    ]
    numbers = {
        "trajectories": kept.trajectories,
        "worlds": len(evidence.whole),
        "groups": groups,
        "stability": [{"outcome": a, "output": b, "share": s} for (a, b), s in stable.items()],
    }
    return Answer(words, table, numbers, figures, checks, in_short(table, outcomes))


def luck_row(design, y):
    """Return what a factor would score that does nothing but change the luck."""
    first, again = y[: len(design.unit) : len(design.labels) + 1], y[len(design.unit) :]
    step = design.levels / (2 * (design.levels - 1))
    effects = (again.reshape(-1, design.trajectories) - first) / step
    effects = effects[:, np.isfinite(effects).all(axis=0)]
    mu_star, low, high = t_interval(np.abs(effects).mean(axis=0))
    found = {
        "factor": SEED,
        "group": SEED,
        "mu_star": mu_star,
        "mu_star_low": max(low, 0.0) if np.isfinite(low) else np.nan,
        "mu_star_high": high,
        "mu": 0.0,
        "sigma": float(np.sqrt((effects**2).mean())) if effects.size else np.nan,
        "kept_share": np.nan,
        "kept": False,
        "note": "what a change of luck alone would score",
    }
    return pd.DataFrame([found])


def drawn(table):
    """Return what a figure can hold: an output's largest factors, dummies, and luck by name."""
    factors = table[(table["factor"] != SEED) & ~is_dummy(table)]
    largest = leading(factors, "mu_star", DRAWN)
    luck = table[table["factor"] == SEED].assign(kept=True)
    return pd.concat([largest, table[is_dummy(table)], luck])


def said(value):
    """Return a size as text, without a power of ten."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def sizes(rows, name, size):
    """Return names with their sizes as text."""
    return ", ".join(f"{row[name]} {said(row[size])}" for row in rows.to_dict("records"))


def in_short(table, outcomes):
    """Return the answer in one sentence."""
    told = []
    for name in outcomes:
        mine = of_output(table, name, "difference")
        luck = mine.loc[mine["factor"] == SEED, "mu_star"].iloc[0]
        best = leading(mine[mine["mu_star"] > NOTHING], "mu_star", 3, [SEED])
        if best.empty:
            told.append(f"no parameter moves the difference in {named(name)}")
            continue
        doubt = ", not told from what a change of luck does"
        doubt = "" if best["mu_star_low"].iloc[0] > luck else doubt
        factors = listed(best["factor"].tolist())
        told.append(f"the difference in {named(name)} moves most with {factors}{doubt}")
    return as_sentence("; ".join(told))


def sentence(table, groups, stable, name, output):
    """Say which parameters and mechanisms move one output."""
    head, mine = f"{TITLES[name]}, {SAID[output]}", of_output(table, name, output)
    luck, factors = mine[mine["factor"] == SEED].iloc[0], mine[mine["factor"] != SEED]
    if not np.isfinite(factors["mu_star"]).any():
        return f"{head}: the same in all worlds; nothing moves it."
    moving = factors["mu_star"] > NOTHING
    best, parts = leading(factors[moving], "mu_star", NAMED), of_output(groups, name, output)
    parts = parts[parts["sum"] > NOTHING].sort_values("sum", ascending=False, kind="stable")
    above = int((factors["mu_star_low"] > luck["mu_star"]).sum())
    sure = int((factors["kept_share"] >= SURE).sum())
    return (
        f"{head}: {int(factors['kept'].sum())} of {int((~is_dummy(factors)).sum())} "
        f"parameters kept ({sure} of them in {SURE:.0%} of resampled screenings; the same set in "
        f"{stable:.0%}); {int((~moving).sum())} factors, dummies among them, move nothing. "
        f"Largest: {sizes(best, 'factor', 'mu_star')}. A change of luck alone would "
        f"score {said(luck['mu_star'])}; {above} parameters are clearly above that. Mechanisms by the sum of their "
        f"effects: {sizes(parts.head(GROUPS), 'group', 'sum')}."
    )
