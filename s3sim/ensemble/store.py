"""Runs on disk that survive anything: Parquet parts, the plan, a manifest.

A finished run goes to a journal (an Arrow stream) before the next one is looked at, so that a
killed sweep loses at most the runs that were under way; journals become Parquet parts as they
grow. Whatever order runs end in, tables are made from them in the order of the plan.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from s3sim.core.errors import InputError
from s3sim.ensemble.files import locked, same_or_refuse, write_json, writing
from s3sim.ensemble.provenance import code_fingerprint, commit, hashed, versions
from s3sim.ensemble.record import SCHEMA, as_batch, as_results
from s3sim.simulation.result import DETAILS, RunResult
from s3sim.simulation.scenario import Scenario

MANIFEST, SCENARIOS, PARTS = "manifest.json", "scenarios.parquet", "parts"
JOURNAL = "journal.arrows"
COMPRESSION = "zstd"
PART_RUNS = 512
"""Runs a part: few big files rather than many small ones."""


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

    Raises
    ------
    InputError
        If the folder cannot be written, is in use, or holds another design's or other code's runs.
    """

    def __init__(
        self,
        folder: Path | str,
        design: Mapping[str, Any],
        *,
        keep: Collection[str] = DETAILS,
        accept_code: bool = False,
    ) -> None:
        self.folder, self.keep = Path(folder), tuple(d for d in DETAILS if d in keep)
        self._journal: pa.RecordBatchStreamWriter | None = None
        self._file: IO[bytes] | None = None
        self._pending: list[pa.RecordBatch] = []
        self._settled = True
        self._path = self.folder / PARTS / JOURNAL
        with self._careful():
            (self.folder / PARTS).mkdir(parents=True, exist_ok=True)
            self._lock = locked(self.folder)
        try:
            self._results = self._open(
                {"design": dict(design), "keep": list(self.keep)}, accept_code
            )
        except BaseException:
            self._lock.close()
            raise

    def _open(self, asked: dict[str, Any], accept_code: bool) -> dict[str, RunResult]:
        held = same_or_refuse(self.folder / MANIFEST, asked, accept_code=accept_code)
        codes = held["codes"] if held else []
        fresh = code_fingerprint() not in codes
        if fresh:
            about = {
                **asked, "design_hash": hashed(asked), "codes": [*codes, code_fingerprint()],
                "commit": commit(), "versions": versions(),
            }  # fmt: skip
            with self._careful():
                write_json(about, self.folder / MANIFEST)
        results: dict[str, RunResult] = {}
        for one in self._read():
            if one.run_id not in results or one.status == "ok":  # tried again and no longer failing
                results[one.run_id] = one
        return {k: r for k, r in results.items() if not (accept_code and r.status != "ok")}

    def results(self, scenarios: Iterable[Scenario]) -> dict[str, RunResult]:
        """Return the results that are there for these scenarios, by run id."""
        return {one.run_id: one for one in self.held([s.run_id for s in scenarios]).values()}

    def count(self, scenarios: Iterable[Scenario]) -> int:
        """Return how many of these scenarios have their result, those that are one run each."""
        return len(self.held([s.run_id for s in scenarios]))

    def held(self, ids: Sequence[str]) -> dict[int, RunResult]:
        """Return the results that are there, by the places of their run ids in `ids`."""
        return {k: self._results[one] for k, one in enumerate(ids) if one in self._results}

    def __len__(self) -> int:
        return len(self._results)

    def plan(self, scenarios: Sequence[Scenario], varied: pd.DataFrame | None = None) -> None:
        """Write down what is to be run: one row a scenario, with the values that vary."""
        with self._careful():
            frame = scenarios_table(scenarios, varied)
            with writing(self.folder / SCENARIOS) as part:
                frame.to_parquet(part, index=False, compression="zstd")

    def add(self, result: RunResult) -> None:
        """Keep a result, on disk before this returns.

        Raises
        ------
        InputError
            If the disk does not take it; what was kept before stays.
        """
        batch = as_batch(result)
        with self._careful():
            if self._journal is None:
                self._begin_journal()
            assert self._journal is not None
            assert self._file is not None
            self._journal.write_batch(batch)
            self._file.flush()
        self._pending.append(batch)
        self._results[result.run_id] = result
        if len(self._pending) >= PART_RUNS:
            with self._careful():
                self._settle()

    def _begin_journal(self) -> None:
        """Open an empty journal, after what a killed sweep left is put in order."""
        for left in self.folder.rglob("*.part"):
            left.unlink()
        self._settle()
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
        name = hashed(table.column("run_id").to_pylist())
        with writing(self.folder / PARTS / f"part-{name}.parquet") as part:
            pq.write_table(table, part, compression=COMPRESSION)

    def _end_journal(self) -> None:
        self._pending = []
        journal, file = self._journal, self._file
        self._journal = self._file = None
        with suppress(OSError):  # its end mark is not needed to read it
            if journal is not None:
                journal.close()
        with suppress(OSError):
            if file is not None:
                file.close()

    def _read(self) -> Iterator[RunResult]:
        """Yield what parts and journals hold; the torn end of a journal is no run."""
        for path in sorted((self.folder / PARTS).glob("part-*.parquet")):
            try:
                # Folders named like 'policy=x' are no columns.
                yield from as_results(pq.read_table(path, partitioning=None))
            except (pa.ArrowException, OSError, KeyError, ValueError) as error:
                raise InputError(
                    f"{path} cannot be read ({str(error).splitlines()[0]}); delete this file to run its runs again."
                ) from None
        if self._path.exists():
            self._pending = _whole_batches(self._path)
            yield from as_results(pa.Table.from_batches(self._pending, SCHEMA))

    @contextmanager
    def _careful(self) -> Iterator[None]:
        """Turn what a disk refuses into one message."""
        try:
            yield
        except OSError as error:
            kept = len(getattr(self, "_results", ()))
            raise InputError(
                f"{self.folder} cannot be written: {error.strerror or error}. {kept} runs are kept there; "
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
            self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()


def scenarios_table(
    scenarios: Sequence[Scenario], varied: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return run_id, policy and luck of each scenario, in order, beside the values that vary."""
    frame = pd.DataFrame(
        {"run_id": s.run_id, "world": s.world.name, "policy": s.policy, "years": s.years, "scale": s.scale,
         "seed": s.seed, "replication": s.replication, "start": s.start}
        for s in scenarios
    )  # fmt: skip
    return frame if varied is None else pd.concat([frame, varied.reset_index(drop=True)], axis=1)


def _whole_batches(path: Path) -> list[pa.RecordBatch]:
    batches: list[pa.RecordBatch] = []
    with (
        path.open("rb") as file,
        suppress(pa.ArrowException, OSError, EOFError, StopIteration, MemoryError),
        pa.ipc.open_stream(file) as stream,
    ):
        while stream.schema.equals(SCHEMA):
            batch = stream.read_next_batch()
            batch.validate(full=True)
            batches.append(batch)
    return batches
