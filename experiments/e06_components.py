"""Which component of Trans-S3 works?"""

import numpy as np
import pandas as pd

from s3sim.analysis.shapley import interactions, shapley
from s3sim.ensemble.experiments.evidence import TITLES, Evidence, change, clear, named, tidy
from s3sim.ensemble.experiments.result import Answer, Check
from s3sim.outcomes import OUTCOMES
from s3sim.policies import POLICIES
from s3sim.policies.brokers import Brokers
from s3sim.policies.joint_programme import JointProgramme
from s3sim.report.figures.studies import shapley_split

OPEN, JOINT, BROKERS = COMPONENTS = ("cooperation_propensity", "joint programme", "brokers")
LISTS = POLICIES["coordinated_s3"].parts
ARMS = {
    "open_joint": (*LISTS, JointProgramme()),
    "open_brokers": (*LISTS, Brokers()),
    "open_joint_brokers": (*LISTS, JointProgramme(), Brokers()),
}
MADE_OF = {
    frozenset(): "isolated_s3",
    frozenset({OPEN}): "coordinated_s3",
    frozenset({JOINT}): "trans_s3",
    frozenset({BROKERS}): "tibs_only",
    frozenset({JOINT, BROKERS}): "trans_s3_tibs",
    frozenset({OPEN, JOINT}): "open_joint",
    frozenset({OPEN, BROKERS}): "open_brokers",
    frozenset(COMPONENTS): "open_joint_brokers",
}
CONTROLS = {
    "brokers at home (placebo), against isolated S3": ("domestic_brokers", "isolated_s3"),
    "brokers abroad, against brokers at home": ("tibs_only", "domestic_brokers"),
    "Trans-S3 by lot (control), against isolated S3": ("random_priorities", "isolated_s3"),
    "Trans-S3, against Trans-S3 by lot": ("trans_s3", "random_priorities"),
}
EXACT = 1e-9


def designs(study):
    """All combinations and both placebos in the same worlds."""
    return [study.samples(policies=(*study.policies, *ARMS), own_policies=ARMS)]


def answer(study, run):
    """Split, judge and show."""
    evidence = Evidence(*run)
    tables, words, gaps, figures, told = [], [], [], {}, []
    for name in study.design.outcomes:
        table, gap = split(evidence, name)
        tables.append(table)
        gaps.append(gap)
        of = dict(iter(table.groupby("kind", sort=False)))
        whole, unit = said(of["total"].iloc[0]), OUTCOMES[name].unit
        level, split_up = evidence.mean_baseline(name), each(of["part"])
        moves = of["interaction"][clear(of["interaction"]) != 0]
        words += [
            f"{TITLES[name]} (isolated S3: {level:.3g} {unit}), all three together: {whole}; of it {'; '.join(split_up)}.",
            f"Interactions: {'; '.join(each(moves))}."
            if len(moves)
            else "No interaction between components is told from zero.",
            f"{'; '.join(each(of['control'], ': '))}.",
        ]
        told.append(f"{named(name)} by {whole}, of it {', '.join(split_up)}")
        parts = pd.concat([of["part"], of["total"]]).rename(columns={"name": "component"})
        figures[f"parts_{name}"] = shapley_split(parts, outcome=named(name), unit=unit)
    table = pd.concat(tables, ignore_index=True)
    words = [
        f"Over {evidence.count} worlds, all eight combinations of openness, joint programme and "
        "brokers at equal public outlay and on the same luck. Intervals (95 %, from the spread "
        "between independent scrambles) hold for all rows of their kind at once:",
        *words,
        "A part is a mean over all orders of adding components, not what a component does by "
        "itself in any one mix. This is no forecast: it says what the model does over the ranges "
        "that were declared.",
    ]
    sums, within = f"{max(gaps):.1e}", f"within {EXACT:g} of its size"
    placebos, rows = table.loc[table["kind"] == "control", "low"], "both placebos, both outcomes"
    known = bool(np.isfinite(placebos).all())
    checks = [
        evidence.outlay_check(),
        Check("parts sum to the total", within, sums, max(gaps) <= EXACT, True),
        Check("placebo interval reported", rows, f"{len(placebos)} rows", known),
    ]
    numbers, short = {"worlds": evidence.count, "rows": table}, "; ".join(told)
    return Answer(words, table, numbers, figures, checks, f"All three together change {short}.")


def split(evidence, outcome):
    """Return parts, interactions, arms and controls as a table, and how far parts miss the total.

    The gap is a share of the total or, where that is zero, of the baseline's level.
    """
    level, base = evidence.level(outcome), evidence.mean_baseline(outcome)
    of = dict(zip(evidence.samples.policies, level.T, strict=True))
    value = {parts: of[arm] for parts, arm in MADE_OF.items()}
    parts, usual = shapley(value, COMPONENTS), value[frozenset()]
    total = value[frozenset(COMPONENTS)] - usual
    both = {k: v for k, v in interactions(value, COMPONENTS).items() if len(k) > 1}
    arms = {k: v - usual for k, v in value.items() if k}
    kinds = {
        "part": parts,
        "total": {"total": total},
        "interaction": {joined(which, " with "): v for which, v in both.items()},
        "arm": {joined(which, " and "): v for which, v in arms.items()},
        "control": {name: of[a] - of[b] for name, (a, b) in CONTROLS.items()},
    }
    frames = []
    for kind, values in kinds.items():
        rows = pd.DataFrame({"outcome": outcome, "kind": kind, "name": list(values)})
        frames.append(rows.join(tidy(evidence.joint(values), abs(base), mean="value")))
    gap = abs(sum(part.mean() for part in parts.values()) - total.mean())
    return pd.concat(frames), gap / (abs(total.mean()) or abs(base) or 1.0)


def joined(which, word):
    """Return the names of components in their order."""
    return word.join(component for component in COMPONENTS if component in which)


def each(rows, between=" "):
    """Return name and change of each row as text."""
    return [f"{row['name']}{between}{said(row)}" for row in rows.to_dict("records")]


def said(row):
    """Return a change as text; in its unit where the baseline is zero."""
    if not np.isfinite(row["value_percent"]):
        return f"{row['value']:+.3g} ({row['low']:+.3g} to {row['high']:+.3g})"
    doubt = "" if row["low"] * row["high"] > 0 else ", not told from zero"
    told = change(row["value_percent"], row["low_percent"], row["high_percent"])
    return f"{told.removesuffix(')')}{doubt})"
