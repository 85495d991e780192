"""Does the answer survive other mechanisms?"""

import numpy as np
import pandas as pd

from s3sim.analysis.simultaneous import by_scrambles, verdict_table
from s3sim.core.formatting import listed
from s3sim.ensemble.experiments.evidence import Evidence
from s3sim.ensemble.experiments.result import Answer, Check
from s3sim.ensemble.experiments.structure import under, variant
from s3sim.outcomes import OUTCOMES
from s3sim.report.figures.studies import sign_table

SIGNS = {"same": "clearly that of the declared model", "open": "open", "changed": "clearly the other one",
         "clear": "clear where the declared model leaves it open"}  # fmt: skip


def designs(study):
    """The same worlds under every variant."""
    return [under(study.samples(), variant(name)) for name in study.option("variants")]


def answer(study, *runs):
    """Estimate each variant, and how far it is from the model as declared."""
    found = {name: Evidence(*run) for name, run in zip(study.option("variants"), runs, strict=True)}
    reference = next(iter(found.values()))
    table = pd.concat(
        [rows(study, name, one, reference) for name, one in found.items()], ignore_index=True
    )
    words = [
        f"{study.title(study.policy)} less {study.title(study.baseline)} in the same {reference.count} worlds under "
        f"{len(found)} structures, in percent of the mean under {study.title(study.baseline)} in the declared model; 95 % "
        "intervals hold for both outcomes of a variant at once, not for all variants together:",
        *(sentence(part) for _, part in table.groupby("variant", sort=False)),
        *(summary(part, study.design.smallest_effect) for _, part in table.groupby("outcome", sort=False)),
        "Variants share the rest of the code and the declared ranges; what they have in common is not tested, and "
        "an open sign may only mean too few worlds. This is no forecast.",
    ]  # fmt: skip
    flipped = table[table["sign"] == "changed"]
    equal = all(one.outlay_is_equal() for one in found.values())
    failed, worlds = (
        sum(e.failed for e in found.values()),
        sum(len(e.whole) for e in found.values()),
    )
    checks = [
        Check("equal public outlay", "to the cent, every variant, year and world", "compared", equal, True),
        Check("failed worlds", "at most 1 %", f"{failed} of {worlds}", failed <= 0.01 * worlds, True),
        Check("sign", "clearly changed under no variant",
              "; ".join(f"{r.outcome} under {r.variant}" for r in flipped.itertuples()) or "no clear change", flipped.empty),
    ]  # fmt: skip
    figure = sign_table(
        table.rename(columns={"mean_percent": "effect", "low_percent": "low", "high_percent": "high", "low": "low_", "high": "high_"}),
        reference=next(iter(found)), titles={name: one.title for name, one in OUTCOMES.items()} | {name: variant(name).title for name in found},
        units=dict.fromkeys(OUTCOMES, "% of the baseline"),
    )  # fmt: skip
    numbers = {"worlds": reference.count, "variants": table}
    return Answer(words, table, numbers, {"signs": figure}, checks, in_short(table))


def rows(study, name, evidence, reference):
    """Return a row an outcome of one variant; percentages are of the declared model's baseline.

    Where a variant's own baseline hardly grows, percentages of it would say nothing.
    """
    outcomes = tuple(study.design.outcomes)
    size = np.array([abs(reference.mean_baseline(one)) for one in outcomes])
    found, declared = (
        by_scrambles(np.stack([e.by_sequence(e.difference(o, study.policy)) for o in outcomes], axis=1), outcomes)
        for e in (evidence, reference)
    )  # fmt: skip
    change = by_scrambles(np.stack([
        evidence.by_sequence(evidence.difference(o, study.policy)) - reference.by_sequence(reference.difference(o, study.policy))
        for o in outcomes], axis=1), outcomes)  # fmt: skip
    table = verdict_table(found, study.design.smallest_effect * size, evidence.count,
                          failed=evidence.failed)[["outcome", "mean", "low", "high", "verdict"]]  # fmt: skip
    table["sign"] = [sign(a, b) for a, b in zip(clear(found), clear(declared), strict=True)]
    share = 100 / np.where(size > 0, size, np.nan)
    for key in ("mean", "low", "high"):
        table[f"{key}_percent"] = share * getattr(found, key)
        table[f"change_{key}_percent"] = share * getattr(change, key)
    table.insert(1, "baseline_mean", [evidence.mean_baseline(one) for one in outcomes])
    table.insert(0, "title", variant(name).title)
    table.insert(0, "variant", name)
    return table.assign(worlds=evidence.count)


def clear(found):
    """Return the sign of each interval, 0 where it holds zero."""
    return (found.low > 0).astype(int) - (found.high < 0)


def sign(mine, declared):
    """Return how a sign stands to that of the declared model."""
    if not mine:
        return "open"
    return "clear" if not declared else "same" if mine == declared else "changed"


def in_short(table):
    """Return the answer in one sentence."""
    told = []
    for outcome, part in table.groupby("outcome", sort=False):
        signs = part["sign"].iloc[1:].value_counts()
        said = [f"{words} in {signs[word]}" for word, words in SIGNS.items() if signs.get(word)]
        told.append(
            f"{OUTCOMES[outcome].title.lower()}: {listed(said)} of {len(part) - 1} variants"
        )
    return f"The sign of the difference, {'; '.join(told)}."


def sentence(part):
    """Say what one variant gives, collaboration and growth together."""
    told = "; ".join(
        f"{OUTCOMES[r.outcome].title.lower()} {r.mean_percent:+.1f} % ({r.low_percent:+.1f} to {r.high_percent:+.1f}), "
        f"{r.verdict} (level of the baseline {r.baseline_mean:.3g})" for r in part.itertuples()
    )  # fmt: skip
    return f"{part['title'].iloc[0][:1].upper()}{part['title'].iloc[0][1:]}: {told}."


def summary(part, smallest):
    """Say how one outcome fares over all variants."""
    others = part.iloc[1:]
    moved = others[others["change_low_percent"] * others["change_high_percent"] > 0]
    names = {
        word: others.loc[others["sign"] == word, "title"].tolist()
        for word in ("same", "open", "changed", "clear")
    }
    told = "; ".join(
        f"the sign is {SIGNS[word]} under {'all of them' if len(which) == len(others) else ', '.join(which)}"
        for word, which in names.items()
        if which
    )
    sizes = (
        "; ".join(f"{r.title} by {r.change_mean_percent:+.1f} ({r.change_low_percent:+.1f} to {r.change_high_percent:+.1f})" for r in moved.itertuples())
        or "none clearly"
    )  # fmt: skip
    return (
        f"{OUTCOMES[part['outcome'].iloc[0]].title} over {len(others)} variants: {told or 'none was run'}. Differences lie "
        f"between {part['mean_percent'].min():+.1f} and {part['mean_percent'].max():+.1f} % (smallest effect of interest "
        f"{smallest:.0%}). Against the declared model, in percentage points: {sizes}."
    )  # fmt: skip
