"""Runs on disk: Parquet parts, a journal of the newest, the plan, a manifest.

A finished run goes to the journal (an Arrow stream) before the next one is looked at, so that a
killed sweep loses at most the runs that were under way. The journal is synced to the disk every
few seconds: a power cut loses the runs of those seconds as well. Journals become parts as they
grow; a part is synced before its journal goes. Every run has a digest and every page of a part a
checksum: what a disk damages is not taken for a run. Whatever order runs end in, tables are made
from them in the order of the plan.
"""

import errno
import os
import re
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from s3sim.core.errors import InputError, reason
from s3sim.ensemble.files import locked, refuse_link, remove_unfinished, write_json, writing
from s3sim.ensemble.provenance import hashed, read_manifest, store_manifest
from s3sim.ensemble.record import SCHEMA, as_batch, read_part, read_runs, whole_runs
from s3sim.simulation.replay import printable
from s3sim.simulation.result import DETAILS, RunResult
from s3sim.simulation.scenario import Scenario

MANIFEST, SCENARIOS, PARTS = "manifest.json", "scenarios.parquet", "parts"
JOURNAL = "journal.arrows"
PART = re.compile(r"part-[0-9a-f]{16}\.parquet")
WRITTEN: dict[str, Any] = {"compression": "zstd", "write_page_checksum": True}
PART_RUNS = 512
"""Runs a part: few big files rather than many small ones."""

SYNC_SECONDS = 5.0
"""Longest time that finished runs are not yet synced to the disk."""

_NO_WRITING = (errno.EROFS, errno.EACCES, errno.EPERM)


class Store:
    """A folder of runs, open for one sweep.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    design : mapping
        What the runs belong to, as plain values; a store of another design is refused.
    keep : collection of str
        Details kept of each run (see `s3sim.simulation.result.DETAILS`).
    accept_code : bool
        Go on although the runs there were made by other code; both are then on record. Runs that
        failed are tried again.
    read_only : bool
        Look, without a lock and without writing; also what happens where a store that is there
        cannot be written, as on read-only media.

    Raises InputError if the folder cannot be written, is in use, or holds another design's or other
    code's runs.
    """

    def __init__(
        self,
        folder: Path | str,
        design: Mapping[str, Any],
        *,
        keep: Collection[str] = DETAILS,
        accept_code: bool = False,
        read_only: bool = False,
    ) -> None:
        self.folder, self.keep = Path(folder), tuple(d for d in DETAILS if d in keep)
        self.notes: list[str] = []
        self._journal: pa.RecordBatchStreamWriter | None = None
        self._file: IO[bytes] | None = None
        self._lock: IO[str] | None = None
        self._pending: list[pa.RecordBatch] = []
        self._new: dict[str, RunResult] = {}  # in the journal
        self._places: dict[str, tuple[Path, int]] = {}  # in a part, at a row
        self._settled, self._synced = True, 0.0
        self._path = self.folder / PARTS / JOURNAL
        for path in (self.folder / PARTS, self._path, self.folder / MANIFEST):
            refuse_link(path)
        if not read_only:
            with self._careful():
                try:
                    (self.folder / PARTS).mkdir(parents=True, exist_ok=True)
                    self._lock = locked(self.folder)
                except OSError as error:
                    there = (self.folder / MANIFEST).exists()
                    if error.errno not in _NO_WRITING or not there:
                        raise
        try:
            self._open({"design": dict(design), "keep": list(self.keep)}, accept_code)
        except BaseException:
            self.close()
            raise

    def _open(self, asked: dict[str, Any], accept_code: bool) -> None:
        saved = read_manifest(self.folder / MANIFEST, asked, accept_code=accept_code)
        failed: set[str] = set()
        self._index(failed)
        about, added = store_manifest(asked, saved)
        if added and saved and len(self):
            self.notes.append(
                f"the {len(self)} runs in {self.folder} were made before {', '.join(added)} was declared "
                "and lack it; --overwrite runs them again."
            )
        if about != saved and self._lock is not None:
            with self._careful():
                write_json(about, self.folder / MANIFEST)
        if accept_code:
            for name in failed:
                self._places.pop(name, None)
                self._new.pop(name, None)

    def _index(self, failed: set[str]) -> None:
        """Note where each run is; of a run that was tried again, where it did not fail."""

        def wanted(run_id: str, status: str) -> bool:
            known = run_id in self._places or run_id in self._new
            if known and status != "ok":
                return False
            (failed.discard if status == "ok" else failed.add)(run_id)
            return True

        for path in sorted((self.folder / PARTS).glob("part-*.parquet")):
            if not PART.fullmatch(path.name):
                continue
            for k, row in enumerate(read_part(path, ["run_id", "status"]).to_pylist()):
                if wanted(**row):
                    self._places[row["run_id"]] = path, k
        if self._path.exists():
            for batch, result in whole_runs(self._path):
                self._pending.append(batch)
                if wanted(result.run_id, result.status):
                    self._places.pop(result.run_id, None)
                    self._new[result.run_id] = result

    @property
    def run_ids(self) -> set[str]:
        """Ids of the runs that are there."""
        return {*self._places, *self._new}

    def __len__(self) -> int:
        return len(self.run_ids)

    def count(self, scenarios: Iterable[Scenario]) -> int:
        """Return how many of these scenarios have their result, those that are one run each."""
        there = self.run_ids
        return sum(scenario.run_id in there for scenario in scenarios)

    def load(self, run_ids: Collection[str] | None = None) -> dict[str, RunResult]:
        """Return the results of these runs (all, if not given), by run id, as far as they are there.

        Raises InputError if a part is damaged, naming the file.
        """
        names = self.run_ids if run_ids is None else set(run_ids)
        results = {name: self._new[name] for name in names & self._new.keys()}
        rows: dict[Path, dict[int, str]] = {}
        for name in names & self._places.keys() - results.keys():
            path, row = self._places[name]
            rows.setdefault(path, {})[row] = name
        for path, places in rows.items():
            results |= dict(zip(places.values(), read_runs(path, places), strict=True))
        return results

    def plan(self, scenarios: Sequence[Scenario], varied: pd.DataFrame | None = None) -> None:
        """Write down what is to be run: one row a scenario, with the values that vary."""
        if self._lock is None:
            return
        with self._careful():
            names = ("policy", "years", "scale", "seed", "replication", "start")
            frame = pd.DataFrame(
                {
                    "run_id": s.run_id,
                    "world": printable(s.world.name),
                    **{name: getattr(s, name) for name in names},
                }
                for s in scenarios
            )
            if varied is not None:
                frame = pd.concat([frame, varied.reset_index(drop=True)], axis=1)
            with writing(self.folder / SCENARIOS) as part:
                frame.to_parquet(part, index=False, compression="zstd")

    def add(self, result: RunResult) -> None:
        """Save a result, in its file before this returns.

        Raises InputError if the disk does not take it; what was saved before stays.
        """
        batch = as_batch(result)
        with self._careful():
            if self._lock is None:
                raise OSError(errno.EROFS, os.strerror(errno.EROFS))
            if self._journal is None:
                self._begin_journal()
            assert self._journal is not None
            assert self._file is not None
            self._journal.write_batch(batch)
            self._file.flush()
            if time.monotonic() - self._synced >= SYNC_SECONDS:
                os.fsync(self._file.fileno())
                self._synced = time.monotonic()
        self._pending.append(batch)
        self._new[result.run_id] = result
        if len(self._pending) >= PART_RUNS:
            with self._careful():
                self._settle()

    def _begin_journal(self) -> None:
        """Open an empty journal, after what a killed sweep left is put in order."""
        for folder in (self.folder, self.folder / PARTS):
            remove_unfinished(folder)
        self._settle()
        refuse_link(self._path)
        self._settled = False
        self._file = self._path.open("wb")
        self._journal = pa.ipc.new_stream(self._file, SCHEMA)

    def _settle(self) -> None:
        """Turn the journal into a part; until the part is whole, the journal stays."""
        if self._pending:
            self._write_part(self._pending)
            self._end_journal()
            self._path.unlink()

    def _write_part(self, batches: list[pa.RecordBatch]) -> None:
        table = pa.Table.from_batches(batches, SCHEMA)
        name = hashed(table.column("digest").to_pylist())
        path = self.folder / PARTS / f"part-{name}.parquet"
        refuse_link(path)
        with writing(path) as part:
            pq.write_table(table, part, **WRITTEN)

    def _end_journal(self) -> None:
        journal, file = self._journal, self._file
        self._pending, self._journal, self._file = [], None, None
        if journal is None or file is None:
            return
        # The end mark is not needed to read it.
        for step in (journal.close, file.flush, lambda: os.fsync(file.fileno()), file.close):
            with suppress(OSError):
                step()

    @contextmanager
    def _careful(self) -> Iterator[None]:
        """Turn what a disk refuses into one message."""
        try:
            yield
        except OSError as error:
            raise InputError(
                f"{self.folder} cannot be written: {reason(error)}. {len(self)} runs are kept there; "
                "free space or name another folder, then give the same command again."
            ) from None

    def close(self) -> None:
        """Turn the journal into a part and let go of the folder."""
        try:
            if not self._settled:
                with suppress(OSError):  # the journal holds the same runs
                    self._settle()
        finally:
            self._end_journal()
            if self._lock is not None:
                self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()
