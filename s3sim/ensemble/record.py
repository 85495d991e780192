"""A run's result as one row of an Arrow table, and back; outcomes stand beside their names.

A row carries a digest of its content. A row whose digest does not fit (a torn page, a flipped bit)
is never taken for a run.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError, reason
from s3sim.ensemble.files import refuse_link
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
    row: dict[str, Any] = {name: getattr(result, name) for name in _PLAIN}
    row["digest"] = digest(result)
    for name in ("outcomes", "regions", "paths"):
        row[name] = list(getattr(result, name).items())
    for name in _ARRAYS:
        values = getattr(result, name)
        row[name] = None if values is None else values.ravel()
    return pa.RecordBatch.from_pylist([row], SCHEMA)


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
    rows = table.select([*_PLAIN, "digest", "outcomes"]).to_pylist()
    results = []
    for k, row in enumerate(rows):
        expected = row.pop("digest")
        row["outcomes"] = dict(row["outcomes"] or ())
        row |= {name: _named(columns[name][k]) for name in ("regions", "paths")}
        row |= {name: _array(columns[name][k]) for name in _ARRAYS}
        if row["links"] is not None:
            n = math.isqrt(len(row["links"]) // len(TIE_KINDS))
            row["links"] = row["links"].reshape(len(TIE_KINDS), n, n)
        if row["ledger"] is not None:
            row["ledger"] = row["ledger"].reshape(-1, len(ITEMS))
        result = RunResult(**row)
        if digest(result) != expected:
            raise DamagedRun(f"run {result.run_id} is not what was written")
        results.append(result)
    return results


def _array(cell: pa.ListScalar) -> Any:
    return cell.values.to_numpy(zero_copy_only=False) if cell.is_valid else None


def _named(cell: pa.MapScalar) -> dict[str, Floats]:
    """Return a map from name to array."""
    pairs = cell.values
    if pairs is None:
        return {}
    return {
        name.as_py(): _array(item)
        for name, item in zip(pairs.field(0), pairs.field(1), strict=True)
    }


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn what is wrong with a part into one message."""
    refuse_link(path)
    try:
        yield
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        raise InputError(
            f"{path} cannot be read ({reason(error)}); delete this file to run its runs again."
        ) from None


def read_part(path: Path, columns: list[str] | None = None) -> pa.Table:
    """Return columns of a Parquet part, without empty cells where there must be none.

    Raises InputError if it is damaged, naming the file.
    """
    with _readable(path):
        # Folders named like 'policy=x' are no columns.
        table = pq.read_table(
            path, columns=columns, partitioning=None, page_checksum_verification=True
        )
        if missing := set(columns or SCHEMA.names) - set(table.column_names):
            raise DamagedRun(f"column {min(missing)} is missing")
        if any(table[name].null_count for name in columns or ()):
            raise DamagedRun("runs without a name")
        return table


def read_runs(path: Path, places: Mapping[int, str]) -> list[RunResult]:
    """Return the runs of a part at some rows, which hold the runs of these ids.

    Raises InputError if it is damaged, naming the file.
    """
    table = read_part(path)
    with _readable(path):
        found = as_results(table)
        if any(found[k].run_id != name for k, name in places.items()):
            raise DamagedRun("its runs are not those that it held")
        return [found[k] for k in places]


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
                runs += [(batch, run) for run in as_results(pa.Table.from_batches([batch]))]
    return runs
