"""Does the answer survive other mechanisms?"""

import numpy as np
import pandas as pd

from s3sim.analysis.simultaneous import by_scrambles, verdict_table
from s3sim.core.formatting import listed
from s3sim.ensemble.experiments.evidence import (
    TITLES,
    Evidence,
    change,
    clear,
    failed_check,
    named,
    tidy,
)
from s3sim.ensemble.experiments.result import Answer, Check
from s3sim.ensemble.experiments.structure import under, variant
from s3sim.report.figures.studies import sign_table

SIGNS = {
    "same": "clearly that of the declared model",
    "open": "open",
    "changed": "clearly the other one",
    "clear": "clear where the declared model leaves it open",
}


def designs(study):
    """The same worlds under every variant."""
    return [under(study.samples(), variant(name)) for name in study.option("variants")]


def answer(study, *runs):
    """Estimate each variant, and how far it is from the model as declared."""
    found = {name: Evidence(*run) for name, run in zip(study.option("variants"), runs, strict=True)}
    reference, *_ = found.values()
    tables = [rows(study, name, evidence, reference) for name, evidence in found.items()]
    table, smallest = pd.concat(tables, ignore_index=True), study.design.smallest_effect
    by_outcome = table.groupby("outcome", sort=False)
    policy, baseline = study.title(study.policy), study.title(study.baseline)
    words = [
        f"{policy} less {baseline} in the same {reference.count} worlds under "
        f"{len(found)} structures, in percent of the mean under {baseline} in the declared model; 95 % "
        "intervals hold for both outcomes of a variant at once, not for all variants together:",
        *(sentence(part) for part in tables),
        *(summary(part, smallest) for _, part in by_outcome),
        "Variants share the rest of the code and the declared ranges; what they have in common is not tested, and "
        "an open sign may only mean too few worlds. This is no forecast.",
    ]
    equal = all(evidence.outlay_is_equal() for evidence in found.values())
    flipped = [f"{r.outcome} under {r.variant}" for r in table.itertuples() if r.sign == "changed"]
    signs, every = "; ".join(flipped) or "no clear change", "to the cent, every variant"
    checks = [
        Check("equal public outlay", f"{every}, year and world", "compared", equal, True),
        failed_check(*found.values()),
        Check("sign", "clearly changed under no variant", signs, not flipped),
    ]
    percent = {f"{key}_percent": key for key in ("low", "high")} | {"mean_percent": "effect"}
    figure = sign_table(
        table.drop(columns=["low", "high"]).rename(columns=percent),
        reference=next(iter(found)),
        titles=TITLES | {name: variant(name).title for name in found},
        units=dict.fromkeys(TITLES, "% of the baseline"),
    )
    told = [f"{named(outcome)}: {in_short(part)}" for outcome, part in by_outcome]
    numbers, short = {"worlds": reference.count, "variants": table}, "; ".join(told)
    short = f"The sign of the difference, {short}."
    return Answer(words, table, numbers, {"signs": figure}, checks, short)


def rows(study, name, evidence, reference):
    """Return a row an outcome of one variant; percentages are of the declared model's baseline.

    Where a variant's own baseline hardly grows, percentages of it would say nothing.
    """
    outcomes = study.design.outcomes
    size = np.abs([reference.mean_baseline(outcome) for outcome in outcomes])
    mine, declared = (
        np.stack([e.by_sequence(e.difference(o, study.policy)) for o in outcomes], axis=1)
        for e in (evidence, reference)
    )
    parts = (mine, declared, mine - declared)
    found, usual, shift = (by_scrambles(means, outcomes) for means in parts)
    smallest = study.design.smallest_effect * size
    verdicts = verdict_table(found, smallest, evidence.count, failed=evidence.failed)
    table = verdicts[["outcome", "mean", "low", "high", "verdict"]].assign(
        sign=[sign(a, b) for a, b in zip(clear(found), clear(usual), strict=True)]
    )
    percent, changed = tidy(found, size), tidy(shift, size)
    for key in ("mean_percent", "low_percent", "high_percent"):
        table[key], table[f"change_{key}"] = percent[key], changed[key]
    table.insert(1, "baseline_mean", [evidence.mean_baseline(outcome) for outcome in outcomes])
    table.insert(0, "title", variant(name).title)
    table.insert(0, "variant", name)
    return table.assign(worlds=evidence.count)


def sign(mine, declared):
    """Return how a sign stands to that of the declared model."""
    if not mine:
        return "open"
    return "clear" if not declared else "same" if mine == declared else "changed"


def in_short(part):
    """Say how many signs stand how."""
    signs = part["sign"].iloc[1:].value_counts()
    said = [f"{words} in {signs[word]}" for word, words in SIGNS.items() if signs.get(word)]
    return f"{listed(said)} of {len(part) - 1} variants"


def sentence(part):
    """Say what one variant gives, collaboration and growth together."""
    told = [
        f"{named(r.outcome)} {change(r.mean_percent, r.low_percent, r.high_percent)}, "
        f"{r.verdict} (level of the baseline {r.baseline_mean:.3g})"
        for r in part.itertuples()
    ]
    title = part["title"].iloc[0]
    return f"{title[:1].upper()}{title[1:]}: {'; '.join(told)}."


def summary(part, smallest):
    """Say how one outcome fares over all variants."""
    others, told = part.iloc[1:], []
    for word, said in SIGNS.items():
        which = others.loc[others["sign"] == word, "title"].tolist()
        if which:
            where = "all of them" if len(which) == len(others) else ", ".join(which)
            told.append(f"the sign is {said} under {where}")
    moved = others[others["change_low_percent"] * others["change_high_percent"] > 0]
    sizes = [
        f"{r.title} by {r.change_mean_percent:+.1f} ({r.change_low_percent:+.1f} to {r.change_high_percent:+.1f})"
        for r in moved.itertuples()
    ]
    return (
        f"{TITLES[part['outcome'].iloc[0]]} over {len(others)} variants: {'; '.join(told) or 'none was run'}. Differences lie "
        f"between {part['mean_percent'].min():+.1f} and {part['mean_percent'].max():+.1f} % (smallest effect of interest "
        f"{smallest:.0%}). Against the declared model, in percentage points: {'; '.join(sizes) or 'none clearly'}."
    )
