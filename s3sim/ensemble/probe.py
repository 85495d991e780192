"""What a sweep will cost: one paired block is run for real, the rest is arithmetic."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from s3sim.ensemble.record import SCHEMA, as_batch
from s3sim.ensemble.runner import paired_blocks
from s3sim.ensemble.store import PART_RUNS, WRITTEN
from s3sim.simulation.result import DETAILS, RunResult, run_one
from s3sim.simulation.scenario import Scenario

POOL_SECONDS = 2.0
"""Start of a pool of processes, measured on a shared two-core server."""


@dataclass(frozen=True)
class Cost:
    """Predicted cost of what is still to be run."""

    runs: int
    completed: int
    seconds_a_run: float
    bytes_a_run: float
    bytes_a_part: float
    workers: int

    @property
    def seconds(self) -> float:
        """Wall time on the workers."""
        pool = POOL_SECONDS if self.workers > 1 and self.pending else 0.0
        return pool + self.pending * self.seconds_a_run / max(self.workers, 1)

    @property
    def pending(self) -> int:
        """Runs that are not in the store yet."""
        return self.runs - self.completed

    @property
    def disk(self) -> float:
        """Bytes of the whole store."""
        return self.runs * self.bytes_a_run + -(-self.runs // PART_RUNS) * self.bytes_a_part


def probe(
    scenarios: Sequence[Scenario],
    workers: int,
    *,
    completed: int = 0,
    keep: Collection[str] = DETAILS,
) -> Cost:
    """Return the cost of scenarios, from the first paired block run for real.

    Parameters
    ----------
    scenarios : sequence of Scenario
        At least one.
    workers : int
        Processes they will be spread over.
    completed : int
        How many are there already.
    keep : collection of str
        Details that will be kept.
    """
    sample = [scenarios[k] for k in paired_blocks(scenarios)[0]]
    run_one(sample[0].replace(years=1), keep)  # first use of libraries is no run's cost
    began = time.perf_counter()
    results = [run_one(scenario, keep) for scenario in sample]
    seconds = (time.perf_counter() - began) / len(results)
    part = _bytes([RunResult("", "", 0, "failed", 0.0)])
    size = (_bytes(results) - part) / len(results)
    return Cost(len(scenarios), completed, seconds, size, part, workers)


def _bytes(results: Sequence[RunResult]) -> int:
    """Return the size of a part that holds these runs."""
    sink = pa.BufferOutputStream()
    table = pa.Table.from_batches([as_batch(result) for result in results], SCHEMA)
    pq.write_table(table, sink, **WRITTEN)
    return int(sink.getvalue().size)


def size_words(size: float) -> str:
    """Write a number of bytes.

    >>> size_words(900), size_words(12_300_000), size_words(4.2e9)
    ('1 kB', '12.3 MB', '4.2 GB')
    """
    if size < 1e6:
        return f"{max(round(size / 1e3), 1)} kB"
    return f"{size / 1e6:.1f} MB" if size < 1e9 else f"{size / 1e9:.1f} GB"
