"""What a sweep will cost: guessed at once, or measured on one paired block that is run for real."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from s3sim.ensemble.plan import Plan
from s3sim.ensemble.progress import duration
from s3sim.ensemble.record import SCHEMA, as_batch
from s3sim.ensemble.runner import paired_blocks
from s3sim.ensemble.store import PART_RUNS, WRITTEN, Store
from s3sim.ensemble.sweep import Place
from s3sim.model.context import QUARTERS
from s3sim.simulation.result import DETAILS, RunResult, run_one
from s3sim.simulation.scenario import Scenario

FIXED_SECONDS = 0.15
SECONDS_PER_FIRM_QUARTER = 2.6e-6
SECONDS_PER_QUARTER = 0.0045
POOL_SECONDS = 2.0
"""Cost of a run on one core of a plain laptop, and of starting a pool of processes, measured by
`benchmarks/`; for predictions only."""


def predict_seconds(plan: Plan, workers: int, scale: float | None = None) -> float:
    """Return a rough time for all runs of a plan, at its scale or another."""
    factor = 1.0 if scale is None else scale / plan.scenario.scale
    per_quarter = SECONDS_PER_QUARTER + SECONDS_PER_FIRM_QUARTER * plan.firms * factor
    seconds = FIXED_SECONDS + plan.scenario.years * QUARTERS * per_quarter
    runs = len(plan.policies) * plan.replications
    return POOL_SECONDS * (workers > 1) + seconds * runs / max(workers, 1)


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
    """Return the cost of scenarios, at least one, from the first paired block run for real.

    Parameters
    ----------
    scenarios : sequence of Scenario
        What is to be run, or is there already.
    workers : int
        Processes they will be spread over.
    completed : int
        How many are there already.
    keep : collection of str
        Details that will be saved.
    """
    sample = [scenarios[k] for k in paired_blocks(scenarios)[0]]
    run_one(sample[0].replace(years=1), keep)  # first use of libraries is no run's cost
    began = time.perf_counter()
    results = [run_one(scenario, keep) for scenario in sample]
    seconds = (time.perf_counter() - began) / len(results)
    part = _bytes([RunResult("", "", 0, "failed", 0.0)])
    size = (_bytes(results) - part) / len(results)
    return Cost(len(scenarios), completed, seconds, size, part, workers)


def estimate_cost(scenarios: Sequence[Scenario], store: Store, where: Place) -> str:
    """Return in words what all runs will cost, from a probe."""
    completed = store.count(scenarios)
    cost = probe(scenarios, where.workers, completed=completed, keep=store.keep)
    there = f", {completed} of them are there already" if completed else ""
    return (
        f"Runs: {cost.runs}{there}\n"
        f"Time: about {duration(cost.seconds)} {where.words} ({cost.seconds_a_run:.2f} s a run)\n"
        f"Disk: about {size_words(cost.disk)}"
    )


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
