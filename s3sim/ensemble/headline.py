"""One sentence in plain words: collaboration and growth together, whichever way it came out."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from s3sim.core.formatting import rounded
from s3sim.policies import POLICIES

LINKS, GROWTH = "cross_border_collaborations", "gross_value_added"


def headline(effects: pd.DataFrame, policies: Sequence[str], years: int) -> str:
    """Return the sentence for all policies of a comparison.

    Parameters
    ----------
    effects : DataFrame
        As written to `effects.csv`.
    policies : sequence of str
        Baseline first.
    years : int
        Length of the runs.
    """
    baseline = POLICIES[policies[0]].title
    if len(policies) == 1:
        return f"{baseline} was run alone over {years} years; there is nothing to compare it with."
    parts = [_of(effects, policy) for policy in policies[1:]]
    return f"After {years} years at equal public money and on the same luck, compared with {baseline}: {'; '.join(parts)}."


def _of(effects: pd.DataFrame, policy: str) -> str:
    mine = effects[effects["policy"] == policy].set_index("outcome")
    if LINKS not in mine.index or not mine.loc[LINKS, "replications"]:
        return f"{POLICIES[policy].title} has no complete replication"
    links, growth = mine.loc[LINKS], mine.loc[GROWTH]
    return f"{POLICIES[policy].title} has {_words(links, 'cross-border collaborations', 'more', 'fewer')} and {_words(growth, 'gross value added', 'higher', 'lower')}"


def _words(row: Any, what: str, up: str, down: str) -> str:
    """Return 'more x (+3.1 %, 95 % interval +2.0 to +4.2 %)' or 'no clear difference in x (...)'."""
    base = abs(float(row["mean_baseline"])) or float("nan")
    told = rounded(*(100 * float(row[name]) / base for name in ("effect", "ci_low", "ci_high")))
    size = f"{told.effect} %, 95 % interval {told.low} to {told.high} %"
    verdict = str(row["verdict"])
    if verdict == "higher":
        return f"{up} {what} ({size})"
    if verdict == "lower":
        return f"{down} {what} ({size})"
    return f"no clear difference in {what} ({size})"
