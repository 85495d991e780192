"""Tidy tables of runs: one row a run; an outcome of a region or a quarter; a link; a booking."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from s3sim.core.arrays import Floats
from s3sim.model.ledger import ITEMS, SOURCES
from s3sim.model.state import TIE_KINDS
from s3sim.outcomes import OUTCOMES
from s3sim.simulation.result import RunResult
from s3sim.world import World

PART_RUNS = 256
"""Runs whose tables are made at a time: what many runs need of memory."""

_RUN = ("run_id", "policy", "replication")


def runs_table(results: Sequence[RunResult]) -> pd.DataFrame:
    """Return run_id, policy, replication, status, message, seconds and every outcome by name.

    An outcome that was declared after a run was made is nan in its row.
    """
    rows = [
        {"run_id": r.run_id, "policy": r.policy, "replication": r.replication, "status": r.status,
         "message": r.message, "seconds": r.seconds, **{name: r.outcomes.get(name, np.nan) for name in OUTCOMES}}
        for r in results
    ]  # fmt: skip
    columns = [*_RUN, "status", "message", "seconds", *OUTCOMES]
    return pd.DataFrame(rows, columns=columns)


def regions_table(results: Sequence[RunResult], world: World) -> pd.DataFrame:
    """Return run_id, policy, replication, region, outcome, value: regions in order of their codes.

    Outcomes without a regional value are nan.
    """
    order = np.argsort(np.array(world.codes))
    codes = np.array(world.codes, dtype=object)[order]
    return _long(results, "region", codes, lambda run, name: run.regions[name][order], "regions")


def timeline_table(results: Sequence[RunResult]) -> pd.DataFrame:
    """Return run_id, policy, replication, quarter (from 1), outcome, value."""
    length = max((len(path) for r in results for path in r.paths.values()), default=0)
    quarters = np.arange(1, length + 1)
    return _long(results, "quarter", quarters, lambda run, name: run.paths[name], "paths")


def _long(
    results: Sequence[RunResult],
    key: str,
    keys: Any,
    values: Callable[[RunResult, str], Floats],
    of: str,
) -> pd.DataFrame:
    """Return one row a run, outcome and key; outcomes that a run lacks have no rows."""
    done = [(r, [name for name in OUTCOMES if name in getattr(r, of)]) for r in results]
    done = [(run, names) for run, names in done if run.status == "ok" and names]
    n = len(keys)
    blocks = np.array([len(names) for _, names in done], dtype=np.intp)
    columns: dict[str, Any] = {
        name: np.repeat(
            np.array([getattr(run, name) for run, _ in done], np.int64 if name == "replication" else object),
            blocks * n,
        )
        for name in _RUN
    }  # fmt: skip
    columns[key] = np.tile(keys, int(blocks.sum()))
    columns["outcome"] = np.repeat(np.array([m for _, names in done for m in names], object), n)
    found = [values(run, name) for run, names in done for name in names]
    columns["value"] = np.concatenate([np.zeros(0), *found])
    return pd.DataFrame(columns)


def links_table(results: Sequence[RunResult], world: World) -> pd.DataFrame:
    """Return policy, replication, region_i <= region_j, kind and mean active collaborations."""
    frames = []
    codes = np.array(world.codes, dtype=object)
    for r in results:
        if r.links is None:
            continue
        kind, i, j = np.nonzero(r.links)
        frame = pd.DataFrame({
            "policy": r.policy, "replication": r.replication,
            "region_i": np.minimum(codes[i], codes[j]), "region_j": np.maximum(codes[i], codes[j]),
            "kind": np.array(TIE_KINDS, object)[kind], "collaborations": r.links[kind, i, j],
        })  # fmt: skip
        frames.append(frame.sort_values(["region_i", "region_j", "kind"], kind="stable"))
    empty = pd.DataFrame({
        "policy": np.zeros(0, object), "replication": np.zeros(0, np.int64),
        "region_i": np.zeros(0, object), "region_j": np.zeros(0, object),
        "kind": np.zeros(0, object), "collaborations": np.zeros(0),
    })  # fmt: skip
    return pd.concat(frames, ignore_index=True) if frames else empty


def ledger_table(results: Sequence[RunResult]) -> pd.DataFrame:
    """Return policy, replication, year (from 1), side, item and amount in euro, to the cent."""
    rows = [
        {"policy": r.policy, "replication": r.replication, "year": year + 1,
         "side": "source" if item in SOURCES else "use", "item": item, "amount_eur": cents / 100}
        for r in results if r.ledger is not None
        for year, booked in enumerate(r.ledger.tolist())
        for item, cents in zip(ITEMS, booked, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(
        rows, columns=["policy", "replication", "year", "side", "item", "amount_eur"]
    )


def in_parts(
    results: Sequence[RunResult], table: Callable[[Sequence[RunResult]], pd.DataFrame]
) -> Iterator[pd.DataFrame]:
    """Yield a table of many runs in parts; at least one, which may be empty."""
    for start in range(0, max(len(results), 1), PART_RUNS):
        yield table(results[start : start + PART_RUNS])
