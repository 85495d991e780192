"""A run's result as one row of an Arrow table, and back; outcomes stand beside their names.

A row carries a digest of its content. A row whose digest does not fit (a torn page, a flipped bit)
is never taken for a run.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from s3sim.core.arrays import Floats
from s3sim.model.ledger import ITEMS
from s3sim.model.state import TIE_KINDS
from s3sim.simulation.result import RunResult

_FLOATS, _FLAGS, _COUNTS = pa.list_(pa.float64()), pa.list_(pa.bool_()), pa.list_(pa.int64())
_NAMED = pa.map_(pa.string(), _FLOATS)

SCHEMA = pa.schema(
    [("run_id", pa.string()), ("policy", pa.string()), ("replication", pa.int64()), ("status", pa.string()),
     ("message", pa.string()), ("command", pa.string()), ("seconds", pa.float64()),
     ("collaboration_years", pa.float64()), ("digest", pa.string()),
     ("outcomes", pa.map_(pa.string(), pa.float64())), ("regions", _NAMED), ("paths", _NAMED),
     ("links", _FLOATS), ("ledger", _COUNTS),
     ("served", _FLAGS), ("value_added", _FLOATS), ("partners_abroad", _FLOATS)],
    metadata={"lists": "regions, paths: by outcome; links: kind, region, region; ledger: year, item in cents"},
)  # fmt: skip
_PLAIN = tuple(column.name for column in SCHEMA)[:8]
_ARRAYS = ("links", "ledger", "served", "value_added", "partners_abroad")


class DamagedRun(ValueError):
    """A row that is not what was written."""


def as_batch(result: RunResult) -> pa.RecordBatch:
    """Return a result as a record batch of one row."""
    columns = {name: pa.array([getattr(result, name)], SCHEMA.field(name).type) for name in _PLAIN}
    columns["digest"] = pa.array([digest(result)])
    columns["outcomes"] = pa.array([list(result.outcomes.items())], SCHEMA.field("outcomes").type)
    for name in ("regions", "paths"):
        columns[name] = _as_map(getattr(result, name))
    for name in _ARRAYS:
        columns[name] = _as_list(getattr(result, name), SCHEMA.field(name).type)
    return pa.RecordBatch.from_arrays([columns[name] for name in SCHEMA.names], schema=SCHEMA)


def digest(result: RunResult) -> str:
    """Return 32 hex digits that hang on every bit of a result."""
    found = hashlib.sha256()
    for field in fields(RunResult):
        value = getattr(result, field.name)
        named = value if isinstance(value, Mapping) else {"": value}
        for name, content in sorted(named.items()):
            if isinstance(content, np.ndarray):
                found.update(f"{field.name} {name} {content.shape}".encode())
                found.update(np.ascontiguousarray(content).tobytes())
            else:
                found.update(json.dumps([field.name, name, content]).encode())
    return found.hexdigest()[:32]


def as_results(table: pa.Table) -> list[RunResult]:
    """Return the results that a table holds, row by row.

    Raises
    ------
    DamagedRun
        If a row is not what was written.
    """
    columns = {name: table.column(name).combine_chunks() for name in SCHEMA.names}
    for name in (*_PLAIN, "digest"):
        if columns[name].null_count:
            raise DamagedRun(f"column {name} has empty cells")
    plain = {name: columns[name].to_pylist() for name in (*_PLAIN, "digest", "outcomes")}
    maps = {name: _Maps(columns[name]) for name in ("regions", "paths")}
    results = []
    for k in range(table.num_rows):
        arrays = {name: _from_list(columns[name], k) for name in _ARRAYS}
        links, ledger = arrays["links"], arrays["ledger"]
        if links is not None:
            n = math.isqrt(len(links) // len(TIE_KINDS))
            arrays["links"] = links.reshape(len(TIE_KINDS), n, n)
        if ledger is not None:
            arrays["ledger"] = ledger.reshape(-1, len(ITEMS))
        values: dict[str, Any] = {name: plain[name][k] for name in _PLAIN}
        result = RunResult(
            **values, **arrays, outcomes=dict(plain["outcomes"][k] or ()),
            regions=maps["regions"].row(k), paths=maps["paths"].row(k),
        )  # fmt: skip
        if digest(result) != plain["digest"][k]:
            raise DamagedRun(f"run {result.run_id} is not what was written")
        results.append(result)
    return results


def whole_runs(path: Path) -> list[tuple[pa.RecordBatch, RunResult]]:
    """Return what a journal holds; its torn end, or a row that was damaged, is no run."""
    runs: list[tuple[pa.RecordBatch, RunResult]] = []
    with (
        path.open("rb") as file,
        suppress(pa.ArrowException, OSError, EOFError, StopIteration, MemoryError),
        pa.ipc.open_stream(file) as stream,
    ):
        while stream.schema.equals(SCHEMA):
            batch = stream.read_next_batch()
            with suppress(pa.ArrowException, ValueError, IndexError, TypeError, OverflowError):
                batch.validate(full=True)
                runs += [(batch, one) for one in as_results(pa.Table.from_batches([batch]))]
    return runs


def _as_map(values: Mapping[str, Floats]) -> pa.Array:
    """Return name to array as a map of one row."""
    lengths = [len(array) for array in values.values()]
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    flat = pa.array(np.concatenate([np.zeros(0), *values.values()]))
    items = pa.ListArray.from_arrays(offsets, flat)
    return pa.MapArray.from_arrays(
        pa.array([0, len(values)], pa.int32()), pa.array(list(values), pa.string()), items
    )


class _Maps:
    """A column of maps from name to array, taken apart once."""

    def __init__(self, column: pa.Array) -> None:
        self.rows = column.offsets.to_numpy()
        self.names = column.keys.to_pylist()
        self.offsets, self.values = column.items.offsets.to_numpy(), column.items.values.to_numpy()

    def row(self, k: int) -> dict[str, Floats]:
        """Return one row."""
        places = range(self.rows[k], self.rows[k + 1])
        return {self.names[j]: self.values[self.offsets[j] : self.offsets[j + 1]] for j in places}


def _as_list(values: np.ndarray | None, kind: pa.DataType) -> pa.Array:
    if values is None:
        return pa.nulls(1, kind)
    flat = pa.array(np.ascontiguousarray(values).ravel(), kind.value_type)
    return pa.ListArray.from_arrays(pa.array([0, len(flat)], pa.int32()), flat)


def _from_list(column: pa.Array, k: int) -> Any:
    cell = column[k]
    return cell.values.to_numpy(zero_copy_only=False) if cell.is_valid else None
