"""Does Trans-S3 beat isolated S3, over everything that is uncertain?"""

import numpy as np
import pandas as pd

from s3sim.analysis.stopping import Stopping, stopped_at
from s3sim.core.formatting import listed
from s3sim.ensemble.experiments.evidence import (
    LOWER,
    TITLES,
    Evidence,
    change,
    estimates,
    failed_check,
    named,
    sentence,
    settling,
)
from s3sim.ensemble.experiments.result import Answer, Check
from s3sim.report.figures.studies import difference_distributions, running_mean, trade_off

PRIMARY, DRAWN = 2, 3
PRECISE = "precise enough"


def designs(study):
    """Worlds drawn over all declared ranges, under all four policies."""
    return [study.samples()]


def stops(study, evidence):
    """Return what the stopping rule says of each primary outcome of the policy in question."""
    found = {}
    for name in study.design.outcomes[:PRIMARY]:
        smallest = study.design.smallest_effect * abs(evidence.mean_baseline(name))
        rule = Stopping(minimum=min(study.design.minimum, evidence.count), smallest=smallest)
        found[name] = stopped_at(evidence.difference(name, study.policy), rule)
    return found


def enough(study, worlds, results):
    """Stop when both primary outcomes of the policy in question are precise enough."""
    return all(s.reason == PRECISE for s in stops(study, Evidence(worlds, results)).values())


def answer(study, run):
    """Estimate, judge and show."""
    evidence, (links, growth) = Evidence(*run), study.design.outcomes[:PRIMARY]
    smallest, policies = study.design.smallest_effect, study.policies[1:]
    table = estimates(evidence, policies, study.design.outcomes, smallest)
    primary, rules = table[table["outcome"].isin([links, growth])], stops(study, evidence)
    words = [
        f"Over {evidence.count} worlds drawn from all declared ranges, against isolated S3 at equal "
        f"public outlay and on the same luck (an effect below {smallest:.0%} of the "
        "isolated mean is of no interest):",
        *(sentence(row) for row in primary.to_dict("records")),
        *(both(study, evidence, policy, links, growth) for policy in policies),
        *(stop.sentence for stop in rules.values()),
        "This is no forecast: it says what the model does over the ranges that were declared.",
    ]
    checks = [evidence.outlay_check(), failed_check(evidence)]
    for name, stop in rules.items():
        bar, met = f"stopping rule, {named(name)}", stop.reason == PRECISE
        checks.append(Check(bar, PRECISE, stop.sentence, met))
    told = []
    for policy in reversed(policies):
        parts = [
            f"{r.verdict} in {named(r.outcome)}, {change(r.mean_percent, r.low_percent, r.high_percent)}"
            for r in primary[primary["policy"] == policy].itertuples()
        ]
        told.append(f"{study.title(policy)}: {listed(parts)}")
    short, numbers = "; ".join(told), {"worlds": evidence.count, "effects": table}
    short = f"Against isolated S3, {short}."
    return Answer(words, table, numbers, figures(study, evidence), checks, short)


def both(study, evidence, policy, links, growth):
    """In how many worlds collaboration and growth rise together, and in how many they part."""
    up, more = evidence.difference(links, policy) > 0, evidence.difference(growth, policy) > 0
    return (
        f"{study.title(policy)}: both collaboration across borders and growth are higher in "
        f"{np.mean(up & more):.0%} of worlds, collaboration alone in {np.mean(up & ~more):.0%}, "
        f"growth alone in {np.mean(~up & more):.0%}, neither in {np.mean(~up & ~more):.0%}."
    )


def figures(study, evidence):
    """Distributions over worlds, collaboration against growth, how means settle."""
    outcomes, policies = study.design.outcomes, study.policies[1:]
    titles = TITLES | {name: study.title(name) for name in study.policies}
    percent = {
        (name, policy): evidence.percent(name, policy)
        for name in outcomes[:DRAWN]
        for policy in policies
    }
    spread = pd.concat(
        pd.DataFrame({"difference": values}).assign(
            outcome=name, policy=policy, better="lower" if name in LOWER else "higher"
        )
        for (name, policy), values in percent.items()
    )
    axes = dict(zip(("collaboration", "growth"), outcomes[:PRIMARY], strict=True))
    cloud = pd.concat(
        pd.DataFrame({axis: percent[name, policy] for axis, name in axes.items()}).assign(
            policy=policy
        )
        for policy in policies
    )
    means = {name: percent[name, study.policy] for name in outcomes[:PRIMARY]}
    smallest = 100 * study.design.smallest_effect
    units = dict.fromkeys(outcomes, "% of the baseline")
    return {
        "differences": difference_distributions(spread, smallest=smallest, titles=titles),
        "trade_off": trade_off(cloud, titles=titles, baseline="isolated S3"),
        "running_mean": running_mean(settling(means, first=8), titles=titles, units=units),
    }
