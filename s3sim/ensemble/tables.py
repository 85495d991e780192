"""Tidy tables of runs: one row a run, a region, a quarter, a link, a booking."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from s3sim.model.ledger import ITEMS, SOURCES
from s3sim.model.state import TIE_KINDS
from s3sim.outcomes import OUTCOMES
from s3sim.simulation.result import RunResult
from s3sim.world import World


def runs_table(results: Sequence[RunResult]) -> pd.DataFrame:
    """Return run_id, policy, replication, status, message, seconds and every outcome."""
    rows = [
        {"run_id": r.run_id, "policy": r.policy, "replication": r.replication, "status": r.status,
         "message": r.message, "seconds": r.seconds, **{name: r.outcomes.get(name, np.nan) for name in OUTCOMES}}
        for r in results
    ]  # fmt: skip
    columns = ["run_id", "policy", "replication", "status", "message", "seconds", *OUTCOMES]
    return pd.DataFrame(rows, columns=columns)


def regions_table(results: Sequence[RunResult], world: World) -> pd.DataFrame:
    """Return run_id, policy, replication, region and every outcome that has a regional value."""
    order = np.argsort(np.array(world.codes))
    codes = np.array(world.codes)[order]
    frames = [
        pd.DataFrame({"run_id": r.run_id, "policy": r.policy, "replication": r.replication, "region": codes,
                      **{name: r.regions[name][order] for name in OUTCOMES}})
        for r in results if r.status == "ok"
    ]  # fmt: skip
    empty = pd.DataFrame(columns=["run_id", "policy", "replication", "region", *OUTCOMES])
    return pd.concat(frames, ignore_index=True) if frames else empty


def timeline_table(results: Sequence[RunResult]) -> pd.DataFrame:
    """Return policy, replication, quarter (from 1) and every outcome."""
    frames = []
    for r in results:
        if r.status == "ok":
            quarters = np.arange(1, len(next(iter(r.paths.values()))) + 1)
            frames.append(
                pd.DataFrame(
                    {
                        "policy": r.policy,
                        "replication": r.replication,
                        "quarter": quarters,
                        **r.paths,
                    }
                )
            )
    empty = pd.DataFrame(columns=["policy", "replication", "quarter", *OUTCOMES])
    return pd.concat(frames, ignore_index=True) if frames else empty


def links_table(results: Sequence[RunResult], world: World) -> pd.DataFrame:
    """Return policy, replication, region_i <= region_j, kind and mean active collaborations."""
    frames = []
    codes = np.array(world.codes)
    for r in results:
        if r.links is None:
            continue
        kind, i, j = np.nonzero(r.links)
        one, other = codes[i], codes[j]
        frame = pd.DataFrame({
            "policy": r.policy, "replication": r.replication,
            "region_i": np.minimum(one.astype(object), other.astype(object)),
            "region_j": np.maximum(one.astype(object), other.astype(object)),
            "kind": np.array(TIE_KINDS)[kind], "collaborations": r.links[kind, i, j],
        })  # fmt: skip
        frames.append(frame.sort_values(["region_i", "region_j", "kind"], kind="stable"))
    empty = pd.DataFrame(
        columns=["policy", "replication", "region_i", "region_j", "kind", "collaborations"]
    )
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
