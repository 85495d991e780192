"""Which policy is the robust choice, and what should be measured next?"""

import numpy as np
import pandas as pd
from scipy import stats

from s3sim.analysis.dominance import dominance
from s3sim.analysis.information import value_of_information
from s3sim.analysis.robustness import robustness
from s3sim.core.formatting import listed
from s3sim.core.streams import generator
from s3sim.ensemble.experiments.estimates import LOWER
from s3sim.ensemble.experiments.evidence import Evidence
from s3sim.ensemble.experiments.result import Answer, Check
from s3sim.ensemble.factors import DUMMY
from s3sim.ensemble.sampling import SEQUENCES
from s3sim.outcomes import OUTCOMES
from s3sim.report.figures.studies import information_bars, rank_table, short

VALUED = "gross_value_added"
DUMMIES = "dummies"
RESAMPLES = 4999


def designs(study):
    """The worlds of the headline."""
    return [study.samples()]


def answer(study, run):
    """Rank, compare distributions, value information."""
    evidence = Evidence(*run)
    tables, words, figures, over, firsts = [], [], {}, [], []
    for name in study.design.outcomes:
        one = measures(study, evidence, name)
        orders = dominances(study, evidence, name)
        tables += [ranked(one, name), orders]
        words += [
            spoken(study, name, one),
            leader(study, evidence, name),
            *domination(study, name, orders),
        ]
        figures[f"ranks_{name}"] = rank_table(ranked(one, name), titles=titles(study, one))
        over.append(one.ranks.mean(axis=1))
        firsts.append(foremost(study, name, one))
    words.append(partner_choice(study, over))
    known, left_out = information(study, evidence)
    bars = known.table.merge(left_out, on="name").rename(columns={"name": "factor"})
    bars["group"] = np.where(bars["factor"] == DUMMIES, "dummy", bars["factor"])
    tables.append(bars.assign(kind="information", outcome=VALUED))
    figures["information"] = information_bars(bars, unit=OUTCOMES[VALUED].unit, perfect=known.evpi)
    words += worth(study, known, bars)
    table = pd.concat(tables, ignore_index=True)
    most = float(bars["evppi"].max())
    checks = [
        Check("EVPI >= largest EVPPI >= 0", "holds", f"{known.evpi:.4g} >= {most:.4g}",
              known.evpi >= most >= float(bars["evppi"].min()) >= 0, True),
        Check("dummies", "inside the band of what has no effect",
              "above" if above(bars, DUMMIES) else "inside", not above(bars, DUMMIES)),
    ]  # fmt: skip
    words = [
        f"Over {evidence.count} worlds, four candidates, the placebo among them. Growth is read beside collaboration:",
        *words,
        "Ranks describe these ranges and these candidates; they are no forecast.",
    ]  # fmt: skip
    numbers = {"worlds": evidence.count, "evpi": known.evpi, "choice": known.choice, "rows": table}
    short = f"First by most of {len(one.firsts)} measures of {'; of '.join(firsts)}."
    return Answer(words, table, numbers, figures, checks, short)


def better(name):
    """Which way an outcome is wanted."""
    return "lower" if name in LOWER else "higher"


def measures(study, evidence, name):
    """Return all robustness measures of one outcome."""
    base = evidence.mean_baseline(name)
    enough = base + study.design.smallest_effect * abs(base)
    return robustness(evidence.level(name), study.policies, better=better(name),
                      thresholds=sorted({base, enough}))  # fmt: skip


def titles(study, one):
    """Return what policies and measures are called in the figure."""
    found = {"mean": "mean", "share_best": "share best", "share_won": "share won", "regret_max": "largest regret",
             "regret_90": "90 % regret", "cvar_level": "worst 5 %, level", "cvar_difference": "worst 5 %, gain"}  # fmt: skip
    for metric in one.metrics:
        kind, _, number = str(metric).rpartition("_")
        if kind == "satisficing":
            found[str(metric)] = f"share >= {float(number):.3g}"
        if kind == "hurwicz":
            found[str(metric)] = f"Hurwicz {number}"
    return found | {policy: study.title(policy) for policy in study.policies}


def ranked(one, name):
    """Return measures and ranks as rows."""
    rows = one.metrics.stack().rename_axis(["policy", "metric"]).rename("value").reset_index()
    rows["rank"] = one.ranks.stack().to_numpy()
    return rows.assign(kind="measure", outcome=name)


def dominances(study, evidence, name):
    """Return both orders of dominance of every policy over isolated S3."""
    level = evidence.level(name)
    rows = []
    for k, policy in enumerate(study.policies[1:], 1):
        for order in (1, 2):
            one = dominance(level[:, k], level[:, 0], order, better=better(name),
                            name=study.title(policy), resamples=study.option("resamples"))  # fmt: skip
            rows.append({"kind": "dominance", "outcome": name, "policy": policy, "metric": f"order {order}",
                         "value": one.violation, "in_sample": one.in_sample, "word": one.word, "sentence": one.sentence})  # fmt: skip
    return pd.DataFrame(rows)


def spoken(study, name, one):
    """Say who is first by how many measures, ties counting for all who share a place."""
    taus = one.tau.to_numpy()[np.triu_indices(len(one.tau), 1)]
    taus = taus[np.isfinite(taus)]
    spread = (f"Kendall's tau between measures: median {np.median(taus):.2f}, lowest {taus.min():.2f}."
              if len(taus) else "No measure tells the policies apart.")  # fmt: skip
    firsts = {p: sum(p in first for first in one.firsts.values()) for p in study.policies}
    order = sorted(study.policies, key=lambda p: -firsts[p])
    said = ", ".join(f"{study.title(p)} by {firsts[p]}" for p in order)
    flips = (
        "no policy is first by all, so the choice depends on the attitude to risk"
        if one.flips
        else "the measures agree"
    )
    return f"{OUTCOMES[name].title}: first by how many of {len(one.firsts)} measures (ties count for each): {said}; {flips}. {spread}"


def foremost(study, name, one):
    """Say who is first by most measures."""
    count = {p: sum(p in first for first in one.firsts.values()) for p in study.policies}
    most = max(count.values())
    best = listed([study.title(p) for p in study.policies if count[p] == most])
    return f"{OUTCOMES[name].title.lower()}, {best} (by {most})"


def leader(study, evidence, name):
    """Say how often the policy with the best mean keeps it when worlds are resampled."""
    sign = -1.0 if name in LOWER else 1.0
    level = sign * evidence.level(name)
    n, rng = len(level), generator(study.design.seed, f"leader.{name}")
    mean = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES) / n @ level
    first = int(np.argmax(level.mean(axis=0)))
    share = float((mean.argmax(axis=1) == first).mean())
    doubt = "" if share >= 0.95 else ", so the first place by the mean is not sure"
    return f"{OUTCOMES[name].title}: {study.title(study.policies[first])} has the best mean, and keeps it in {share:.0%} of resamples of worlds{doubt}."


def domination(study, name, orders):
    """Say the dominance of each policy in few words."""
    said = [
        f"{study.title(policy)} {mine['word'].iloc[0]} (first order), {mine['word'].iloc[1]} (second order)"
        for policy, mine in orders.groupby("policy", sort=False)
    ]
    return [f"{OUTCOMES[name].title}, stochastic dominance over isolated S3: {'; '.join(said)}."]


def partner_choice(study, over):
    """Say whether outcomes agree on the ranking."""
    pairs = [(a, b) for a in range(len(over)) for b in range(a)]
    taus = [stats.kendalltau(over[a], over[b]).statistic for a, b in pairs]
    said = [f"{OUTCOMES[study.design.outcomes[b]].title.lower()} and {OUTCOMES[study.design.outcomes[a]].title.lower()} {tau:.2f}"
            for (a, b), tau in zip(pairs, taus, strict=True) if np.isfinite(tau)]  # fmt: skip
    if not said:
        return "The mean ranks tie, so outcomes cannot be compared."
    return f"Kendall's tau between the mean ranks by two outcomes: {', '.join(said)} (four policies, so coarse)."


def information(study, evidence):
    """Return the value of knowing each group of factors, with jackknife intervals over scrambles."""
    space, level = evidence.samples.space, evidence.level(VALUED)
    x = evidence.samples.natural[evidence.whole].reset_index(drop=True)
    groups = {}
    for factor in space.factors:
        if factor.is_parameter:
            groups.setdefault(factor.group, []).append(factor.name)
    groups[DUMMIES] = [name for name in space.names if name.startswith(DUMMY)]
    args = {"groups": groups, "better": better(VALUED), "unit": OUTCOMES[VALUED].unit}
    whole = value_of_information(level, study.policies, x, dummies=study.option("shuffles"), **args)
    scramble = (np.arange(len(evidence.whole)) % SEQUENCES)[evidence.whole]
    parts = pd.DataFrame({
        k: value_of_information(level[scramble != k], study.policies, x[scramble != k], dummies=0, **args)
        .table.set_index("name")["evppi"] for k in range(SEQUENCES)
    })  # fmt: skip
    middle = whole.table.set_index("name")["evppi"].reindex(parts.index)
    error = np.sqrt((SEQUENCES - 1) * parts.var(axis=1, ddof=0))
    half = stats.t.ppf(0.975, SEQUENCES - 1) * error
    ends = pd.DataFrame(
        {"low": (middle - half).clip(lower=0), "high": (middle + half).clip(upper=whole.evpi)}
    )
    return whole, ends.rename_axis("name").reset_index()


def above(bars, name):
    """Whether a group is above what a group without effect scores."""
    return bool(bars.loc[bars["factor"] == name, "above_dummy"].any())


def worth(study, known, bars):
    """Say what knowing is worth."""
    unit = OUTCOMES[VALUED].unit
    told = [f"Choosing by {OUTCOMES[VALUED].title.lower()}: without knowing more {study.title(known.choice)} has the highest "
            f"mean. Knowing everything, the luck of a world included, would be worth {short(known.evpi)} {unit}; "
            "luck cannot be known, so no measurement reaches this."]  # fmt: skip
    real = bars[bars["above_dummy"] & (bars["factor"] != DUMMIES)]
    if real.empty:
        return [*told, "No group of parameters is worth more than a group without effect seems to be: these worlds do not say what to measure next."]  # fmt: skip
    said = [f"{row['factor']} {short(row['evppi'])} ({short(row['low'])} to {short(row['high'])})" for row in real.head(3).to_dict("records")]  # fmt: skip
    tried = len(bars) - 1
    # One in twenty groups without effect is above its own band.
    chance = float(stats.binom.sf(len(real) - 1, tried, 0.05))
    sure = f"that many or more would be there by chance alone with a probability of {chance:.2g}"
    if chance > 0.05:
        sure += ", so these worlds do not say what to measure next"
    return [*told, f"Above the band of groups without effect ({unit}, jackknife interval): {'; '.join(said)}; {len(real)} of {tried} groups, {sure}."]  # fmt: skip
