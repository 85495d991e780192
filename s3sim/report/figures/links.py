"""Links between regions: how many, which change clearly, and the words that say so."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from s3sim.analysis.verdicts import verdict
from s3sim.core.formatting import listed, number
from s3sim.report.figures.inputs import Comparison, Words
from s3sim.report.figures.paired import mean_interval

Floats = NDArray[np.float64]


def links_of_runs(comparison: Comparison) -> pd.DataFrame:
    """Return collaborations of each pair of different regions in each run.

    Index: region numbers (i, j) with i < j; columns: (policy, replication). A pair that a run does
    not list had no collaboration in it.
    """
    table, codes = comparison.links, [str(code) for code in comparison.world.codes]
    order = {code: k for k, code in enumerate(codes)}
    ends = []
    for column in ("region_i", "region_j"):
        named = table[column]
        numeric = pd.api.types.is_numeric_dtype(named)
        ends.append((named if numeric else named.map(order)).to_numpy(float))
    frame = table[["policy", "replication", "collaborations"]].copy()
    frame["i"], frame["j"] = np.minimum(*ends), np.maximum(*ends)
    frame = frame[frame["i"] != frame["j"]].dropna(subset=["i", "j"])
    frame[["i", "j"]] = frame[["i", "j"]].astype(int)
    wide = frame.pivot_table(
        index=["i", "j"], columns=["policy", "replication"], values="collaborations", aggfunc="sum"
    )
    runs = table[["policy", "replication"]].drop_duplicates().sort_values(["policy", "replication"])
    wide = wide.reindex(columns=pd.MultiIndex.from_frame(runs))
    return wide.fillna(0.0)


def mean_links(comparison: Comparison) -> pd.DataFrame:
    """Return the mean number of collaborations, one row a pair of regions, one column a policy."""
    runs = links_of_runs(comparison)
    known = set(runs.columns.get_level_values(0))
    means = {
        p: runs[[p]].to_numpy(float).mean(axis=1) if p in known else np.zeros(len(runs))
        for p in comparison.policies
    }
    return pd.DataFrame(means, index=runs.index)


def link_changes(comparison: Comparison, policy: str) -> pd.DataFrame:
    """Return effect, low, high and verdict of a policy for each pair, paired by replication."""
    runs = links_of_runs(comparison)
    known = set(runs.columns.get_level_values(0))
    if policy not in known or comparison.baseline not in known:
        return pd.DataFrame(columns=["effect", "low", "high", "verdict"])
    both = set(runs[[policy]].columns.get_level_values(1))
    shared = sorted(both & set(runs[[comparison.baseline]].columns.get_level_values(1)))
    paired = sum(
        sign * runs[[(arm, replication) for replication in shared]].to_numpy(float)
        for sign, arm in ((1, policy), (-1, comparison.baseline))
    )
    told = pd.DataFrame(
        [mean_interval(row) for row in np.asarray(paired)],
        index=runs.index, columns=["effect", "low", "high"],
    )  # fmt: skip
    told["verdict"] = [
        verdict(low, high) for low, high in zip(told["low"], told["high"], strict=True)
    ]
    return told


def crosses_border(comparison: Comparison, pairs: pd.Index) -> NDArray[np.bool_]:
    """Say for each pair of region numbers whether it lies in two countries."""
    country = np.asarray(comparison.world.country)
    return np.array([country[i] != country[j] for i, j in pairs], dtype=bool)


def two_digits(value: float) -> int:
    """Return the decimals that show two digits of a value, without idle zeros."""
    if not value > 0:
        return 0
    places = max(0, 1 - int(np.floor(np.log10(value))))
    return places if round(value, places) != round(value, max(places - 1, 0)) else places - 1


def levels_in_words(comparison: Comparison, words: Words, links: pd.DataFrame) -> str:
    """Say where most collaborations across a border lie under each policy."""
    abroad = crosses_border(comparison, links.index)
    parts = []
    for policy in comparison.policies:
        value = links[policy][abroad]
        if len(value) and value.max() > 0:
            most = float(value.max())
            parts.append(f"under {words.policy(policy)}, between {_pair(comparison, value.idxmax())} "
                         f"({number(most, two_digits(most))})")  # fmt: skip
    told = f" Most collaborations across a border: {'; '.join(parts)}." if parts else ""
    return (
        f"Maps of {len(comparison.world.codes)} regions joined by arcs whose width is the mean "
        f"number of collaborations, one map a policy.{told}"
    )


def changes_in_words(comparison: Comparison, words: Words, changes: dict[str, pd.DataFrame]) -> str:
    """Say between which regions collaborations across borders clearly rise or fall most."""
    parts = []
    for policy, change in changes.items():
        abroad = change[crosses_border(comparison, change.index)]
        said = []
        for word, what, sign in (("rise", "higher", 1), ("fall", "lower", -1)):
            clear = abroad[abroad["verdict"] == what]
            if len(clear):
                at = int(np.argmax(sign * clear["effect"].to_numpy(float)))
                pair, size = clear.index[at], float(clear["effect"].iloc[at])
                amount = number(size, two_digits(abs(size)), signed=True)
                said.append(f"{word} most between {_pair(comparison, pair)} ({amount})")
        what = listed(said) if said else "show no clear change between any two regions"
        parts.append(f"Collaborations across borders {what} under {words.policy(policy)}.")
    return " ".join([*parts, f"Measured against {words.policy(comparison.baseline)}."])


def _pair(comparison: Comparison, pair: Any) -> str:
    return f"{comparison.world.names[pair[0]]} and {comparison.world.names[pair[1]]}"
