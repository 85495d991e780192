"""Which of the declared parameters matter, for levels and for the difference between policies?"""

import pandas as pd

from s3sim.experiment.evidence import Evidence
from s3sim.experiment.study import Answer, Check
from s3sim.explore.factors import space
from s3sim.explore.sensitivity import Problem, morris_design, on_three, screen, stability
from s3sim.explore.worlds import Worlds
from s3sim.figures.studies.screening import mu_star_sigma
from s3sim.outcomes import OUTCOMES

STABLE = 0.9
NAMED = 6


def factors(study):
    """All factors but luck: a trajectory is one luck."""
    d = study.design
    return space(
        study.base, study.policies, only=d.only, leave=d.leave, dummies=d.dummies, seed=False
    )


def design(study):
    """The trajectories."""
    found = factors(study)
    problem = Problem(found.names, found.groups)
    return morris_design(problem, study.option("trajectories"), study.design.seed)


def designs(study):
    """Both policies at every point of every trajectory."""
    plan = design(study)
    luck = tuple(int(one) for one in plan.trajectory)
    return [Worlds(factors(study), study.base, study.policies, plan.unit, luck=luck)]


def answer(study, run):
    """Elementary effects on the level under each policy and on the paired difference."""
    plan, evidence = design(study), Evidence(*run)
    tables, words, figures, checks = [], [], {}, []
    for outcome in study.design.outcomes:
        level, one = evidence.level(outcome), OUTCOMES[outcome]
        table = on_three(lambda y: screen(plan, y), level[:, 0], level[:, 1])
        table.insert(0, "outcome", outcome)
        tables.append(table)
        words += [told(table, output, one) for output in ("baseline", "difference")]
        titles = {"baseline": "Level under isolated S3", "policy": f"Level under {study.title(study.policy)}",
                  "difference": "Paired difference"}  # fmt: skip
        figures[outcome] = mu_star_sigma(table, outcome=one.title.lower(), unit=one.unit, titles=titles)  # fmt: skip
        share = stability(plan, level[:, 1] - level[:, 0])
        checks.append(
            Check(f"kept set of the difference is stable, {one.title.lower()}", f"in {STABLE:.0%} of resamples",
                  f"{share:.0%}", share >= STABLE)
        )  # fmt: skip
    whole = pd.concat(tables, ignore_index=True)
    dummies = whole[whole["factor"].str.startswith("dummy_")]["mu_star"].dropna()
    checks.append(
        Check("inert dummies", "exactly 0", f"largest {dummies.max() if len(dummies) else 0.0:g}",
              bool((dummies == 0).all()), True)
    )  # fmt: skip
    words.append(
        f"{study.option('trajectories')} trajectories are few for {len(plan.problem.names)} factors: the order of the "
        "first ones can be relied on, that of the others cannot; a factor kept here may act only through luck that it reshuffles."
    )  # fmt: skip
    kept = whole[whole["kept"]].groupby(["outcome", "output"])["factor"].apply(list)
    numbers = {f"kept: {a}, {b}": names for (a, b), names in kept.items()}
    return Answer(words, whole, numbers, figures, checks)


def told(table, output, outcome):
    """The factors that matter most for an output, and for how much of it their groups stand."""
    name = outcome.title.lower()
    what = f"the level of {name} under isolated S3" if output == "baseline" else f"the difference in {name}"  # fmt: skip
    mine = table[(table["output"] == output) & table["kept"]].sort_values(
        "mu_star", ascending=False
    )
    if not len(mine):
        return f"For {what}, no factor is told from chance."
    first = ", ".join(f"{row.factor} ({row.mu_star:.3g})" for row in mine.head(NAMED).itertuples())
    groups = mine.groupby("group")["mu_star"].sum().sort_values(ascending=False)
    return (
        f"For {what}, {len(mine)} of {(table['output'] == output).sum()} factors are kept; the first are {first} "
        f"(mean absolute effect over the whole range, {outcome.unit}); by mechanism: {', '.join(groups.head(4).index)}."
    )  # fmt: skip
