"""Links between regions: how many, which change clearly, and the words that say so."""

from typing import Any

import numpy as np
import pandas as pd

from s3sim.analysis.verdicts import HIGHER, LOWER, verdict
from s3sim.core.arrays import Bools
from s3sim.core.formatting import listed, number
from s3sim.report.view import View, mean_interval


def links_of_runs(view: View) -> pd.DataFrame:
    """Return collaborations of each pair of different regions in each run.

    Index: region numbers (i, j) with i < j; columns: (policy, replication). A pair that a run does
    not list had no collaboration in it.
    """
    table = view.comparison.links
    number_of = {str(code): k for k, code in enumerate(view.comparison.world.codes)}
    ends = [table[end].map(number_of).to_numpy(float) for end in ("region_i", "region_j")]
    frame = table[["policy", "replication", "collaborations"]].assign(
        i=np.minimum(*ends), j=np.maximum(*ends)
    )
    frame = frame[frame["i"] != frame["j"]].dropna(subset=["i", "j"]).astype({"i": int, "j": int})
    wide = frame.pivot_table(
        index=["i", "j"], columns=["policy", "replication"], values="collaborations", aggfunc="sum"
    )
    runs = table[["policy", "replication"]].drop_duplicates().sort_values(["policy", "replication"])
    return wide.reindex(columns=pd.MultiIndex.from_frame(runs)).fillna(0.0)


def mean_links(view: View) -> pd.DataFrame:
    """Return the mean number of collaborations, one row a pair of regions, one column a policy."""
    runs = links_of_runs(view)
    means = runs.T.groupby(level=0).mean().T
    return means.reindex(columns=list(view.comparison.policies), fill_value=0.0)


def link_changes(view: View, policy: str) -> pd.DataFrame:
    """Return effect, low, high and verdict of a policy for each pair, paired by replication."""
    runs, baseline = links_of_runs(view), view.comparison.baseline
    known = set(runs.columns.get_level_values(0))
    if not {policy, baseline} <= known:
        return pd.DataFrame(columns=["effect", "low", "high", "verdict"])
    mine, base = runs[policy], runs[baseline]
    shared = mine.columns.intersection(base.columns)
    bands = mean_interval((mine[shared] - base[shared]).to_numpy(float))
    told = pd.DataFrame(bands.T, index=runs.index, columns=["effect", "low", "high"])
    told["verdict"] = [verdict(*ends) for ends in zip(told["low"], told["high"], strict=True)]
    return told


def crosses_border(view: View, pairs: pd.Index) -> Bools:
    """Say for each pair of region numbers whether it lies in two countries."""
    country = np.asarray(view.comparison.world.country)
    return np.array([country[i] != country[j] for i, j in pairs], dtype=bool)


def two_digits(value: float, *, signed: bool = False) -> str:
    """Write a value with the decimals that show two digits of it, without idle zeros."""
    size = abs(value)
    places = max(0, 1 - int(np.floor(np.log10(size)))) if size > 0 else 0
    if places and round(size, places) == round(size, places - 1):
        places -= 1
    return number(value, places, signed=signed)


def levels_in_words(view: View, links: pd.DataFrame) -> str:
    """Say where most collaborations across a border lie under each policy."""
    abroad = links[crosses_border(view, links.index)]
    parts = [
        f"under {view.policy(str(policy))}, between {_pair(view, value.idxmax())} ({two_digits(value.max())})"
        for policy, value in abroad.items()
        if len(value) and value.max() > 0
    ]
    told = f" Most collaborations across a border: {'; '.join(parts)}." if parts else ""
    return (
        f"Maps of {len(view.comparison.world.codes)} regions joined by arcs whose width is the mean "
        f"number of collaborations, one map a policy.{told}"
    )


def changes_in_words(view: View, changes: dict[str, pd.DataFrame]) -> str:
    """Say between which regions collaborations across borders clearly rise or fall most."""
    parts = []
    for policy, change in changes.items():
        abroad, said = change[crosses_border(view, change.index)], []
        for word, what, sign in (("rise", HIGHER, 1), ("fall", LOWER, -1)):
            clear = abroad.loc[abroad["verdict"] == what, "effect"]
            if len(clear):
                pair: Any = (sign * clear).idxmax()
                amount = two_digits(clear[pair], signed=True)
                said.append(f"{word} most between {_pair(view, pair)} ({amount})")
        told = listed(said) if said else "show no clear change between any two regions"
        parts.append(f"Collaborations across borders {told} under {view.policy(policy)}.")
    return " ".join([*parts, f"Measured against {view.baseline}."])


def _pair(view: View, pair: Any) -> str:
    return " and ".join(str(view.comparison.world.names[end]) for end in pair)
