"""A run's result as one row of an Arrow table, and back."""

import math
from typing import Any

import numpy as np
import pyarrow as pa

from s3sim.core.arrays import Floats
from s3sim.model.ledger import ITEMS
from s3sim.model.state import TIE_KINDS
from s3sim.outcomes import OUTCOMES
from s3sim.simulation.result import RunResult

_FLOATS, _FLAGS, _COUNTS = pa.list_(pa.float64()), pa.list_(pa.bool_()), pa.list_(pa.int64())

SCHEMA = pa.schema(
    [("run_id", pa.string()), ("policy", pa.string()), ("replication", pa.int64()), ("status", pa.string()),
     ("message", pa.string()), ("command", pa.string()), ("seconds", pa.float64()),
     *((name, pa.float64()) for name in OUTCOMES), ("collaboration_years", pa.float64()),
     ("regions", _FLOATS), ("paths", _FLOATS), ("links", _FLOATS), ("ledger", _COUNTS),
     ("served", _FLAGS), ("value_added", _FLOATS), ("partners_abroad", _FLOATS)],
    metadata={"lists": "regions, paths: outcome by outcome; links: kind, region, region; ledger: year, item in cents"},
)  # fmt: skip
_TABLES = ("links", "ledger", "served", "value_added", "partners_abroad")


def as_batch(result: RunResult) -> pa.RecordBatch:
    """Return a result as a record batch of one row."""
    r = result
    plain = {
        "run_id": r.run_id, "policy": r.policy, "replication": r.replication, "status": r.status,
        "message": r.message, "command": r.command, "seconds": r.seconds, **r.outcomes,
        "collaboration_years": r.collaboration_years,
    }  # fmt: skip
    lists = {name: getattr(r, name) for name in _TABLES}
    lists |= {name: _joined(getattr(r, name)) for name in ("regions", "paths")}
    columns = []
    for column in SCHEMA:
        if column.name in lists:
            columns.append(_as_list(lists[column.name], column.type))
        else:
            columns.append(pa.array([plain.get(column.name)], column.type))
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def as_results(table: pa.Table) -> list[RunResult]:
    """Return the results that a table holds, row by row."""
    columns = {name: table.column(name).combine_chunks() for name in table.column_names}
    plain = {
        name: column.to_pylist()
        for name, column in columns.items()
        if not pa.types.is_list(column.type)
    }
    return [_result(columns, plain, k) for k in range(table.num_rows)]


def _result(columns: dict[str, pa.Array], plain: dict[str, list[Any]], k: int) -> RunResult:
    ok = plain["status"][k] == "ok"
    lists = {name: _from_list(columns[name], k) for name in (*_TABLES, "regions", "paths")}
    links, ledger = lists["links"], lists["ledger"]
    if links is not None:
        regions = math.isqrt(len(links) // len(TIE_KINDS))
        links = links.reshape(len(TIE_KINDS), regions, regions)
    return RunResult(
        run_id=plain["run_id"][k], policy=plain["policy"][k], replication=plain["replication"][k],
        status=plain["status"][k], seconds=plain["seconds"][k], message=plain["message"][k],
        command=plain["command"][k], outcomes={name: plain[name][k] for name in OUTCOMES} if ok else {},
        regions=_parted(lists["regions"]), paths=_parted(lists["paths"]), links=links,
        ledger=None if ledger is None else ledger.reshape(-1, len(ITEMS)),
        collaboration_years=plain["collaboration_years"][k],
        served=lists["served"], value_added=lists["value_added"], partners_abroad=lists["partners_abroad"],
    )  # fmt: skip


def _joined(values: dict[str, Floats]) -> Floats | None:
    return np.concatenate([values[name] for name in OUTCOMES]) if values else None


def _parted(values: Floats | None) -> dict[str, Floats]:
    if values is None:
        return {}
    return dict(zip(OUTCOMES, values.reshape(len(OUTCOMES), -1), strict=True))


def _as_list(values: np.ndarray | None, kind: pa.DataType) -> pa.Array:
    if values is None:
        return pa.nulls(1, kind)
    flat = pa.array(np.ascontiguousarray(values).ravel(), kind.value_type)
    return pa.ListArray.from_arrays(pa.array([0, len(flat)], pa.int32()), flat)


def _from_list(column: pa.Array, k: int) -> np.ndarray | None:
    one = column[k]
    return one.values.to_numpy(zero_copy_only=False) if one.is_valid else None
