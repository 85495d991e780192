"""Which component of Trans-S3 works?"""

import numpy as np
import pandas as pd

from s3sim.analysis.shapley import interactions, shapley
from s3sim.analysis.simultaneous import by_scrambles
from s3sim.ensemble.experiments.evidence import Evidence
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
    tables, words, gaps, figures = [], [], [], {}
    for name in study.design.outcomes:
        table, gap = split(evidence, name)
        tables.append(table)
        gaps.append(gap)
        words += sentences(table, name, evidence.mean_baseline(name))
        parts = table[table["kind"].isin(["part", "total"])].rename(columns={"name": "component"})
        figures[f"parts_{name}"] = shapley_split(
            parts, outcome=OUTCOMES[name].title.lower(), unit=OUTCOMES[name].unit
        )
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
    checks = [
        evidence.outlay_check(),
        Check("parts sum to the total", f"within {EXACT:g} of its size", f"{max(gaps):.1e}", max(gaps) <= EXACT, True),
        Check("placebo interval reported", "both placebos, both outcomes", f"{(table['kind'] == 'control').sum()} rows",
              bool(np.isfinite(table.loc[table["kind"] == "control", "low"]).all())),
    ]  # fmt: skip
    return Answer(
        words, table, {"worlds": evidence.count, "rows": table}, figures, checks, in_short(table)
    )


def split(evidence, outcome):
    """Return parts, interactions, arms and controls as a table, and how far parts miss the total.

    The gap is a share of the total or, where that is zero, of the baseline's level.
    """
    level = evidence.level(outcome)
    of = {name: level[:, k] for k, name in enumerate(evidence.samples.policies)}
    value = {parts: of[arm] for parts, arm in MADE_OF.items()}
    parts = shapley(value, COMPONENTS)
    total = value[frozenset(COMPONENTS)] - value[frozenset()]
    size = abs(total.mean()) or abs(level[:, 0].mean()) or 1.0
    gap = abs(sum(one.mean() for one in parts.values()) - total.mean()) / size
    both = {" with ".join(c for c in COMPONENTS if c in which): values
            for which, values in interactions(value, COMPONENTS).items() if len(which) > 1}  # fmt: skip
    arms = {" and ".join(c for c in COMPONENTS if c in which): of[arm] - of["isolated_s3"]
            for which, arm in MADE_OF.items() if which}  # fmt: skip
    controls = {name: of[one] - of[other] for name, (one, other) in CONTROLS.items()}
    kinds = {
        "part": parts,
        "total": {"total": total},
        "interaction": both,
        "arm": arms,
        "control": controls,
    }
    return pd.concat([_rows(evidence, outcome, kind, made) for kind, made in kinds.items()]), gap


def _rows(evidence, outcome, kind, made):
    means = np.stack([evidence.by_sequence(one) for one in made.values()], axis=1)
    found = by_scrambles(means, tuple(made))
    frame = pd.DataFrame({"outcome": outcome, "kind": kind, "name": list(made), "value": found.mean,
                          "low": found.low, "high": found.high})  # fmt: skip
    base = abs(evidence.mean_baseline(outcome)) or np.nan
    for column in ("value", "low", "high"):
        frame[f"{column}_percent"] = 100 * frame[column] / base
    return frame


def sentences(table, outcome, base):
    """Return what was found for one outcome."""
    title, unit = OUTCOMES[outcome].title, OUTCOMES[outcome].unit
    rows = dict(iter(table.groupby("kind", sort=False)))
    whole = rows["total"].iloc[0]
    told = [f"{title} (isolated S3: {base:.3g} {unit}), all three together: {_said(whole)}; of it "
            + "; ".join(f"{row['name']} {_said(row)}" for _, row in rows["part"].iterrows()) + "."]  # fmt: skip
    clear = rows["interaction"][rows["interaction"]["low"] * rows["interaction"]["high"] > 0]
    told.append(
        "Interactions: " + "; ".join(f"{row['name']} {_said(row)}" for _, row in clear.iterrows())
        + "." if len(clear) else "No interaction between components is told from zero."
    )  # fmt: skip
    told.append("; ".join(f"{row['name']}: {_said(row)}" for _, row in rows["control"].iterrows()) + ".")  # fmt: skip
    return told


def in_short(table):
    """Return the answer in one sentence."""
    told = []
    for outcome, mine in table.groupby("outcome", sort=False):
        whole = mine[mine["kind"] == "total"].iloc[0]
        parts = [
            f"{row['name']} {_said(row)}" for _, row in mine[mine["kind"] == "part"].iterrows()
        ]
        told.append(
            f"{OUTCOMES[outcome].title.lower()} by {_said(whole)}, of it {', '.join(parts)}"
        )
    return f"All three together change {'; '.join(told)}."


def _said(row):
    if not np.isfinite(row["value_percent"]):
        return f"{row['value']:+.3g} ({row['low']:+.3g} to {row['high']:+.3g})"
    clear = "" if row["low"] * row["high"] > 0 else ", not told from zero"
    return f"{row['value_percent']:+.1f} % ({row['low_percent']:+.1f} to {row['high_percent']:+.1f} %{clear})"  # fmt: skip
