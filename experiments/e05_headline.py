"""Does Trans-S3 beat isolated S3, over everything that is uncertain?"""

import numpy as np
import pandas as pd

from s3sim.analysis.stopping import Stopping, stopped_at
from s3sim.core.formatting import listed
from s3sim.ensemble.experiments.estimates import LOWER, estimates, sentence
from s3sim.ensemble.experiments.evidence import Evidence
from s3sim.ensemble.experiments.result import Answer, Check
from s3sim.outcomes import OUTCOMES
from s3sim.report.figures.studies import difference_distributions, running_mean, trade_off

PRIMARY = 2


def designs(study):
    """Worlds drawn over all declared ranges, under all four policies."""
    return [study.samples()]


def rule(study, evidence, outcome):
    """The stopping rule of one outcome."""
    smallest = study.design.smallest_effect * abs(evidence.mean_baseline(outcome))
    return Stopping(minimum=min(study.design.minimum, evidence.count), smallest=smallest)


def enough(study, worlds, results):
    """Stop when both primary outcomes of the policy in question are precise enough."""
    evidence = Evidence(worlds, results)
    return all(
        stopped_at(evidence.difference(name, study.policy), rule(study, evidence, name)).reason
        == "precise enough"
        for name in study.design.outcomes[:PRIMARY]
    )


def answer(study, run):
    """Estimate, judge and show."""
    evidence = Evidence(*run)
    outcomes, policies = study.design.outcomes, study.policies[1:]
    table = estimates(evidence, policies, outcomes, study.design.smallest_effect)
    stops = {
        name: stopped_at(evidence.difference(name, study.policy), rule(study, evidence, name))
        for name in outcomes[:PRIMARY]
    }
    primary = table[table["outcome"].isin(outcomes[:PRIMARY])]
    corner = both(study, evidence)
    words = [
        f"Over {evidence.count} worlds drawn from all declared ranges, against isolated S3 at equal "
        f"public outlay and on the same luck (an effect below {study.design.smallest_effect:.0%} of the "
        "isolated mean is of no interest):",
        *(sentence(row) for _, row in primary.iterrows()),
        *corner,
        *(one.sentence for one in stops.values()),
        "This is no forecast: it says what the model does over the ranges that were declared.",
    ]  # fmt: skip
    checks = [
        evidence.outlay_check(),
        Check("failed worlds", "at most 1 %", f"{evidence.failed} of {len(evidence.whole)}", evidence.failed <= 0.01 * len(evidence.whole), True),
        *(Check(f"stopping rule, {OUTCOMES[name].title.lower()}", "precise enough", one.sentence, one.reason == "precise enough")
          for name, one in stops.items()),
    ]  # fmt: skip
    return Answer(words, table, {"worlds": evidence.count, "effects": table}, figures(study, evidence), checks, in_short(study, primary))  # fmt: skip


def in_short(study, primary):
    """Return the answer in one sentence, the policy in question first."""
    told = []
    for policy in reversed(study.policies[1:]):
        parts = [
            f"{r.verdict} in {OUTCOMES[r.outcome].title.lower()} ({r.mean_percent:+.1f} %, {r.low_percent:+.1f} to {r.high_percent:+.1f})"
            for r in primary[primary["policy"] == policy].itertuples()
        ]
        told.append(f"{study.title(policy)} is {listed(parts)}")
    return f"Against isolated S3, {'; '.join(told)}."


def percent(evidence, outcome, policy):
    """The difference as a percentage of the baseline's mean."""
    return 100 * evidence.difference(outcome, policy) / abs(evidence.mean_baseline(outcome))


def both(study, evidence):
    """In how many worlds collaboration and growth rise together, and in how many they part."""
    links, growth = study.design.outcomes[:PRIMARY]
    told = []
    for policy in study.policies[1:]:
        up, more = evidence.difference(links, policy) > 0, evidence.difference(growth, policy) > 0
        told.append(
            f"{study.title(policy)}: both collaboration across borders and growth are higher in "
            f"{np.mean(up & more):.0%} of worlds, collaboration alone in {np.mean(up & ~more):.0%}, "
            f"growth alone in {np.mean(~up & more):.0%}, neither in {np.mean(~up & ~more):.0%}."
        )
    return told


def figures(study, evidence):
    """Distributions over worlds, collaboration against growth, how means settle."""
    outcomes = study.design.outcomes
    links, growth = outcomes[:PRIMARY]
    titles = {name: OUTCOMES[name].title for name in outcomes}
    titles |= {name: study.title(name) for name in study.policies}
    spread = pd.concat([
        pd.DataFrame({"outcome": name, "policy": policy, "difference": percent(evidence, name, policy),
                      "better": "lower" if name in LOWER else "higher"})
        for name in outcomes[:3] for policy in study.policies[1:]
    ])  # fmt: skip
    cloud = pd.concat([
        pd.DataFrame({"policy": policy, "collaboration": percent(evidence, links, policy),
                      "growth": percent(evidence, growth, policy)})
        for policy in study.policies[1:]
    ])  # fmt: skip
    return {
        "differences": difference_distributions(spread, smallest=100 * study.design.smallest_effect, titles=titles),
        "trade_off": trade_off(cloud, titles=titles, baseline="isolated S3"),
        "running_mean": running_mean(settling(study, evidence), titles=titles,
                                     units=dict.fromkeys(outcomes, "% of the baseline")),
    }  # fmt: skip


def settling(study, evidence):
    """Mean difference over the first worlds, with a t interval."""
    from s3sim.analysis.intervals import t_interval

    rows = []
    for name in study.design.outcomes[:PRIMARY]:
        values = percent(evidence, name, study.policy)
        for n in np.unique(np.linspace(min(8, len(values)), len(values), 40).astype(int)):
            mean, low, high = t_interval(values[:n])
            rows.append({"outcome": name, "worlds": n, "mean": mean, "low": low, "high": high})
    return pd.DataFrame(rows)
