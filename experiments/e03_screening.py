"""Which of the parameters matter?"""

from dataclasses import replace

import numpy as np
import pandas as pd

from s3sim.analysis.intervals import t_interval
from s3sim.analysis.morris import morris_design, screen, stability
from s3sim.analysis.paired_outputs import OUTPUTS, three_outputs
from s3sim.core.formatting import listed
from s3sim.ensemble.experiments.drivers import (
    every_row,
    in_percent,
    leading,
    problem_of,
    whole_trajectories,
)
from s3sim.ensemble.experiments.evidence import Evidence
from s3sim.ensemble.experiments.result import Answer, Check
from s3sim.ensemble.factors import SEED, Space
from s3sim.outcomes import OUTCOMES
from s3sim.report.figures.studies import mu_star_sigma

STABLE, SURE = 0.9, 0.9
NAMED = 8
DRAWN = 30
NOTHING = 1e-9
"""Percent of the baseline's mean that rounding alone can make."""

SAID = {"baseline": "the level under isolated S3", "policy": "the level under the policy",
        "difference": "the difference"}  # fmt: skip


def design_of(study):
    """Return the trajectories, over all factors but luck, and that space."""
    space = Space(tuple(one for one in study.space.factors if one.name != SEED))
    return morris_design(problem_of(space), study.option("trajectories"), study.design.seed), space


def designs(study):
    """Trajectories, each on one luck; then their first points on other luck."""
    design, space = design_of(study)
    first = design.unit[:: len(design.labels) + 1]
    again = np.tile(first, (study.option("redraws"), 1))
    unit = np.vstack([design.unit, again])
    luck = (
        *design.trajectory.tolist(),
        *range(design.trajectories, design.trajectories + len(again)),
    )
    return [replace(study.samples(unit), space=space, replications=luck)]


def answer(study, run):
    """Screen, compare with dummies and with luck, and sum up by mechanism."""
    evidence, (design, _) = Evidence(*run), design_of(study)
    rows = len(design.unit)
    kept, ok = whole_trajectories(design, evidence.whole[:rows])
    tables, stable, figures = [], {}, {}
    for name in study.design.outcomes:
        levels = in_percent(every_row(evidence, name))
        frames = []
        for output, y in three_outputs(*levels.T).items():
            frame = screen(kept, y[:rows][ok], study.design.seed)
            frame.insert(0, "output", output)
            frame.insert(0, "outcome", name)
            frames += [frame, luck_row(design, y, name, output)]
            stable[name, output] = stability(kept, y[:rows][ok], study.design.seed)
        tables += frames
        figures[f"effects_{name}"] = mu_star_sigma(
            drawn(frames), outcome=f"{OUTCOMES[name].title.lower()} most", unit="% of the baseline"
        )  # fmt: skip
    table = pd.concat(tables, ignore_index=True)
    dummies = table.loc[table["factor"].str.startswith("dummy_"), ["mu_star", "sigma"]]
    zero = bool((dummies.fillna(0.0) == 0).all(axis=None))
    groups = by_group(table)
    words = [
        f"{kept.trajectories} trajectories over {len(design.labels) - int(design.dummies.sum())} parameters, "
        f"{len(design.unit) + evidence.samples.unit.shape[0] - rows} worlds under both policies. Effects are mean "
        "absolute changes over a whole range, extrapolated from steps of two thirds of it, in percent of the "
        "mean under isolated S3.",
        *(sentence(table, groups, stable, name, output) for name in study.design.outcomes for output in OUTPUTS),
        "An effect below that of luck may be real, but is not told here from luck that is dealt out anew once a "
        "parameter moves; mechanisms with many parameters have larger sums. A screening ranks within the ranges "
        "that were declared: a parameter with a narrow range may matter and not show.",
    ]  # fmt: skip
    settled = [one for one in stable.values() if np.isfinite(one)]
    checks = [
        Check("dummies", "exactly 0", f"largest {dummies.max(axis=None) if len(dummies) else 0:g}", zero, True),
        evidence.outlay_check(),
        Check("same parameters kept by resampled screenings", f"in {STABLE:.0%} of them, every output",
              f"lowest {min(settled):.0%}" if settled else "no output varies", bool(settled) and min(settled) >= STABLE),
    ]  # fmt: skip
    numbers = {"trajectories": kept.trajectories, "worlds": len(evidence.whole), "groups": groups,
               "stability": [{"outcome": a, "output": b, "share": s} for (a, b), s in stable.items()]}  # fmt: skip
    return Answer(words, table, numbers, figures, checks, in_short(table, study.design.outcomes))


def drawn(frames):
    """Return what a figure can hold: each output's largest factors, dummies, and luck by name."""
    parts = []
    for frame in frames:
        dummy = frame["factor"].str.startswith("dummy_")
        best = leading(frame, "mu_star", DRAWN, frame["factor"][dummy])
        parts.append(pd.concat([best, frame[dummy]]))
    found = pd.concat(parts, ignore_index=True)
    return found.assign(kept=found["kept"] | (found["factor"] == SEED))


def said(value):
    """Return a size as text, without a power of ten."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def luck_row(design, y, name, output):
    """Return what a factor would score that does nothing but change the luck."""
    first, again = y[: len(design.unit) : len(design.labels) + 1], y[len(design.unit) :]
    step = design.levels / (2 * (design.levels - 1))
    effects = (again.reshape(-1, design.trajectories) - first) / step
    effects = effects[:, np.isfinite(effects).all(axis=0)]
    mu_star, low, high = t_interval(np.abs(effects).mean(axis=0))
    return pd.DataFrame({
        "outcome": [name], "output": output, "factor": SEED, "group": SEED, "mu_star": mu_star,
        "mu_star_low": max(low, 0.0) if np.isfinite(low) else np.nan, "mu_star_high": high, "mu": 0.0,
        "sigma": float(np.sqrt((effects**2).mean())) if effects.size else np.nan, "kept_share": np.nan,
        "kept": False, "note": "what a change of luck alone would score",
    })  # fmt: skip


def in_short(table, outcomes):
    """Return the answer in one sentence."""
    told = []
    for name in outcomes:
        mine = table[(table["outcome"] == name) & (table["output"] == "difference")]
        luck = mine.loc[mine["factor"] == SEED, "mu_star"].iloc[0]
        best = leading(mine[mine["mu_star"] > NOTHING], "mu_star", 3, [SEED])
        if best.empty:
            told.append(f"no parameter moves the difference in {OUTCOMES[name].title.lower()}")
            continue
        clear = best["mu_star_low"].iloc[0] > luck
        told.append(
            f"the difference in {OUTCOMES[name].title.lower()} moves most with {listed(best['factor'].tolist())}"
            f"{'' if clear else ', not told from what a change of luck does'}"
        )
    return f"{'; '.join(told)[:1].upper()}{'; '.join(told)[1:]}."


def by_group(table):
    """Return sum and maximum of mu_star over the parameters of each mechanism or policy part."""
    mine = table[~table["factor"].str.startswith("dummy_") & (table["factor"] != SEED)]
    found = mine.groupby(["outcome", "output", "group"], sort=False)["mu_star"]
    return found.agg(sum="sum", max="max", parameters="size").reset_index()


def sentence(table, groups, stable, name, output):
    """Say which parameters and mechanisms move one output."""
    head = f"{OUTCOMES[name].title}, {SAID[output]}"
    mine = table[(table["outcome"] == name) & (table["output"] == output)]
    luck, factors = mine[mine["factor"] == SEED].iloc[0], mine[mine["factor"] != SEED]
    if not np.isfinite(factors["mu_star"]).any():
        return f"{head}: the same in all worlds; nothing moves it."
    best = leading(factors[factors["mu_star"] > NOTHING], "mu_star", NAMED)
    above = int((factors["mu_star_low"] > luck["mu_star"]).sum())
    sure = int((factors["kept_share"] >= SURE).sum())
    parts = groups[(groups["outcome"] == name) & (groups["output"] == output)]
    parts = parts[parts["sum"] > NOTHING].sort_values("sum", ascending=False, kind="stable").head(5)
    return (
        f"{head}: {int(factors['kept'].sum())} of {len(factors) - int(factors['factor'].str.startswith('dummy_').sum())} "
        f"parameters kept ({sure} of them in {SURE:.0%} of resampled screenings; the same set in "
        f"{stable[name, output]:.0%}); {int((factors['mu_star'] <= NOTHING).sum())} factors, dummies among them, move nothing. "
        f"Largest: {', '.join(f'{r.factor} {said(r.mu_star)}' for r in best.itertuples())}. A change of luck alone would "
        f"score {said(luck['mu_star'])}; {above} parameters are clearly above that. Mechanisms by the sum of their "
        f"effects: {', '.join(f'{r.group} {said(r.sum)}' for r in parts.itertuples())}."
    )  # fmt: skip
