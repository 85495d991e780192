"""Which policy is the robust choice, and what should be measured next?"""

from collections import Counter
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from s3sim.analysis.dominance import dominance
from s3sim.analysis.information import value_of_information
from s3sim.analysis.robustness import robustness
from s3sim.core.formatting import listed
from s3sim.core.streams import generator
from s3sim.ensemble.experiments.evidence import LOWER, TITLES, Evidence, named
from s3sim.ensemble.experiments.result import Answer, Check
from s3sim.ensemble.factors import DUMMY
from s3sim.ensemble.sampling import SEQUENCES
from s3sim.outcomes import OUTCOMES
from s3sim.report.figures.studies import information_bars, rank_table, short

VALUED = "gross_value_added"
UNIT = OUTCOMES[VALUED].unit
DUMMIES = "dummies"
RESAMPLES, SURE, CHANCE = 4999, 0.95, 0.05
MEASURES = {
    "mean": "mean",
    "share_best": "share best",
    "share_won": "share won",
    "regret_max": "largest regret",
    "regret_90": "90 % regret",
    "cvar_level": "worst 5 %, level",
    "cvar_difference": "worst 5 %, gain",
}


def designs(study):
    """The worlds of the headline."""
    return [study.samples()]


def answer(study, run):
    """Rank, compare distributions, value information."""
    evidence = Evidence(*run)
    tables, words, figures, over, firsts = [], [], {}, {}, []
    for name in study.design.outcomes:
        level, base = evidence.level(name), evidence.mean_baseline(name)
        limits = sorted({base, base + study.design.smallest_effect * abs(base)})
        found = robustness(level, study.policies, better=better(name), thresholds=limits)
        ranks = ranked(found, name)
        orders = dominances(study, evidence, name)
        tables += [ranks, orders]
        said, first = spoken(study, name, found)
        words += [said, leader(study, evidence, name), domination(study, name, orders)]
        figures[f"ranks_{name}"] = rank_table(ranks, titles=titles(study, found))
        over[name] = found.ranks.mean(axis=1)
        firsts.append(first)
    known, bars = information(study, evidence)
    tables.append(bars.assign(kind="information", outcome=VALUED))
    figures["information"] = information_bars(bars, unit=UNIT, perfect=known.evpi)
    table, (least, most) = pd.concat(tables, ignore_index=True), bars["evppi"].agg(["min", "max"])
    ordered, told = known.evpi >= most >= least >= 0, f"{known.evpi:.4g} >= {most:.4g}"
    above = bool(bars.loc[bars["factor"] == DUMMIES, "above_dummy"].any())
    band, place = "inside the band of what has no effect", "above" if above else "inside"
    checks = [
        Check("EVPI >= largest EVPPI >= 0", "holds", told, ordered, True),
        Check("dummies", band, place, not above),
    ]
    words = [
        f"Over {evidence.count} worlds, four candidates, the placebo among them. Growth is read beside collaboration:",
        *words,
        agreement(over),
        *worth(study, known, bars),
        "Ranks describe these ranges and these candidates; they are no forecast.",
    ]
    numbers = {"worlds": evidence.count, "evpi": known.evpi, "choice": known.choice, "rows": table}
    told = f"First by most of {len(found.firsts)} measures of {'; of '.join(firsts)}."
    return Answer(words, table, numbers, figures, checks, told)


def better(name):
    """Which way an outcome is wanted."""
    return "lower" if name in LOWER else "higher"


def titles(study, found):
    """Return what policies and measures are called in the figure."""
    made = MEASURES | {policy: study.title(policy) for policy in study.policies}
    for metric in map(str, found.metrics):
        kind, _, number = metric.rpartition("_")
        if kind == "satisficing":
            made[metric] = f"share >= {float(number):.3g}"
        if kind == "hurwicz":
            made[metric] = f"Hurwicz {number}"
    return made


def ranked(found, name):
    """Return measures and ranks as rows."""
    rows = found.metrics.stack().rename_axis(["policy", "metric"]).rename("value").reset_index()
    rows["rank"] = found.ranks.stack().to_numpy()
    return rows.assign(kind="measure", outcome=name)


def dominances(study, evidence, name):
    """Return both orders of dominance of every policy over isolated S3."""
    base, *levels = evidence.level(name).T
    rows, options = [], {"better": better(name), "resamples": study.option("resamples")}
    for policy, level in zip(study.policies[1:], levels, strict=True):
        for order in (1, 2):
            found = dominance(level, base, order, name=study.title(policy), **options)
            made = {"policy": policy, "metric": f"order {order}", "value": found.violation}
            parts = {key: getattr(found, key) for key in ("in_sample", "word", "sentence")}
            rows.append({"kind": "dominance", "outcome": name, **made, **parts})
    return pd.DataFrame(rows)


def spoken(study, name, found):
    """Say who is first by how many measures, ties counting for all; and who by most."""
    taus = found.tau.to_numpy()[np.triu_indices(len(found.tau), 1)]
    taus = taus[np.isfinite(taus)]
    spread = "No measure tells the policies apart."
    if len(taus):
        spread = f"Kendall's tau between measures: median {np.median(taus):.2f}, lowest {taus.min():.2f}."
    count = Counter(dict.fromkeys(study.policies, 0))
    count.update(policy for first in found.firsts.values() for policy in first)
    said = ", ".join(f"{study.title(policy)} by {number}" for policy, number in count.most_common())
    flips = "the measures agree"
    if found.flips:
        flips = "no policy is first by all, so the choice depends on the attitude to risk"
    most = max(count.values())
    best = listed([study.title(policy) for policy in study.policies if count[policy] == most])
    told = f"first by how many of {len(found.firsts)} measures (ties count for each): {said}; {flips}. {spread}"
    return f"{TITLES[name]}: {told}", f"{named(name)}, {best} (by {most})"


def leader(study, evidence, name):
    """Say how often the policy with the best mean keeps it when worlds are resampled."""
    level = evidence.level(name) * (-1.0 if name in LOWER else 1.0)
    n, rng = len(level), generator(study.design.seed, f"leader.{name}")
    mean = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES) / n @ level
    first = int(np.argmax(level.mean(axis=0)))
    share = float((mean.argmax(axis=1) == first).mean())
    doubt = "" if share >= SURE else ", so the first place by the mean is not sure"
    best = study.title(study.policies[first])
    return f"{TITLES[name]}: {best} has the best mean, and keeps it in {share:.0%} of resamples of worlds{doubt}."


def domination(study, name, orders):
    """Say the dominance of each policy in few words."""
    words = orders.groupby("policy", sort=False)["word"].agg(list)
    said = [
        f"{study.title(policy)} {first} (first order), {second} (second order)"
        for policy, (first, second) in words.items()
    ]
    return f"{TITLES[name]}, stochastic dominance over isolated S3: {'; '.join(said)}."


def agreement(over):
    """Say whether outcomes agree on the ranking."""
    said = []
    for first, later in combinations(over, 2):
        tau = stats.kendalltau(over[later], over[first]).statistic
        said += [f"{named(first)} and {named(later)} {tau:.2f}"] if np.isfinite(tau) else []
    if not said:
        return "The mean ranks tie, so outcomes cannot be compared."
    return f"Kendall's tau between the mean ranks by two outcomes: {', '.join(said)} (four policies, so coarse)."


def information(study, evidence):
    """Return the value of knowing each group of factors, with jackknife intervals over scrambles."""
    space, level = evidence.samples.space, evidence.level(VALUED)
    x = evidence.samples.natural[evidence.whole].reset_index(drop=True)
    factors = [factor for factor in space.factors if factor.is_parameter]
    groups = {f.group: [g.name for g in factors if g.group == f.group] for f in factors}
    groups[DUMMIES] = [name for name in space.names if name.startswith(DUMMY)]
    about = {"groups": groups, "better": better(VALUED)}

    def value(rows, shuffles):
        policies = study.policies
        return value_of_information(level[rows], policies, x[rows], dummies=shuffles, **about)

    known = value(slice(None), study.option("shuffles"))
    scramble = (np.arange(len(evidence.whole)) % SEQUENCES)[evidence.whole]
    rest = {k: value(scramble != k, 0).table.set_index("name")["evppi"] for k in range(SEQUENCES)}
    error = np.sqrt((SEQUENCES - 1) * pd.DataFrame(rest).var(axis=1, ddof=0))
    half = stats.t.ppf(0.975, SEQUENCES - 1) * known.table["name"].map(error)
    bars = known.table.rename(columns={"name": "factor"})
    bars["low"] = (bars["evppi"] - half).clip(lower=0)
    bars["high"] = (bars["evppi"] + half).clip(upper=known.evpi)
    bars["group"] = bars["factor"].replace(DUMMIES, "dummy")
    return known, bars


def worth(study, known, bars):
    """Say what knowing is worth."""
    told = (
        f"Choosing by {named(VALUED)}: without knowing more {study.title(known.choice)} has the highest "
        f"mean. Knowing everything, the luck of a world included, would be worth {short(known.evpi)} {UNIT}; "
        "luck cannot be known, so no measurement reaches this."
    )
    real = bars[bars["above_dummy"] & (bars["factor"] != DUMMIES)]
    tried, silent = len(bars) - 1, "these worlds do not say what to measure next"
    if real.empty:
        none = "No group of parameters is worth more than a group without effect seems to be"
        return [told, f"{none}: {silent}."]
    said = [
        f"{r.factor} {short(r.evppi)} ({short(r.low)} to {short(r.high)})"
        for r in real.itertuples()
    ]
    # One in twenty groups without effect is above its own band.
    chance = float(stats.binom.sf(len(real) - 1, tried, CHANCE))
    doubt = f", so {silent}" if chance > CHANCE else ""
    return [
        told,
        f"Above the band of groups without effect ({UNIT}, jackknife interval): {'; '.join(said[:3])}; {len(real)} of {tried} groups, "
        f"that many or more would be there by chance alone with a probability of {chance:.2g}{doubt}.",
    ]
