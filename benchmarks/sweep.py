"""What a sweep costs beside its runs, and how well its forecasts hold.

Run one line: python benchmarks/sweep.py. Times of two processes mean something on a machine with
two free cores only; the line of two bare processes tells what the machine gives.
"""

import contextlib
import io
import re
import tempfile
import time
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

from s3sim.ensemble import runner as sweeps
from s3sim.ensemble.executors import local_executor, one_thread
from s3sim.ensemble.plan import Plan
from s3sim.ensemble.probe import probe
from s3sim.ensemble.progress import lines
from s3sim.ensemble.store import Store
from s3sim.simulation.result import RunResult, run_one
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

RUN_SECONDS = 0.1
LOOPS_A_SECOND = 20_000_000
MODEL: dict[str, RunResult] = {}


def empty(scenario: Scenario, keep: object) -> RunResult:
    """Return a full result in no time."""
    return replace(MODEL["one"], run_id=scenario.run_id, replication=scenario.replication)


def spin(scenario: Scenario, keep: object) -> RunResult:
    """Return a small result after a fixed piece of work."""
    work()
    return RunResult(scenario.run_id, scenario.policy, scenario.replication, "failed", RUN_SECONDS)


def work() -> int:
    """Do a fixed piece of work, about a tenth of a second on a plain core."""
    total = 0
    for k in range(int(LOOPS_A_SECOND * RUN_SECONDS)):
        total ^= k
    return total


def plan(world: str, replications: int, **changes: float) -> list[Scenario]:
    """Return scenarios of two policies."""
    base = Scenario(World.load(world), **changes)
    return Plan(base, ("isolated_s3", "trans_s3_tibs"), replications).scenarios()


def timed(scenarios: list[Scenario], executor: Executor | None, store: bool = True) -> float:
    """Return the seconds of a sweep, its store closed."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        if store:
            with Store(folder, {}) as runs:
                sweeps.run_scenarios(scenarios, executor=executor, store=runs, progress=None)
        else:
            sweeps.run_scenarios(scenarios, executor=executor, progress=None)
        return time.perf_counter() - began


def bookkeeping(world: str) -> None:
    """Print milliseconds of processor time a run, of everything but the run."""
    scenarios = plan(world, 1000, scale=0.02, years=14)
    MODEL["one"] = run_one(scenarios[1])
    began = time.process_time()
    ids = [one.run_id for one in scenarios]
    naming = (time.process_time() - began) / len(ids)
    sweeps.run_one = empty
    began = time.process_time()
    timed(scenarios, None)
    seconds = (time.process_time() - began) / len(scenarios)
    # The run names itself, in its worker; that is part of a run.
    print(
        f"{world}: bookkeeping {1e3 * (seconds - naming):.2f} ms a run, of it its name {1e3 * naming:.2f} ms"
    )
    sweeps.run_one = run_one


def two_processes() -> None:
    """Print what two processes gain, and the time left that is told after a tenth."""
    scenarios = plan("partners", 100, scale=0.002, years=2)
    sweeps.run_one = spin
    one = timed(scenarios, None)
    with local_executor(2) as executor:
        timed(scenarios[:4], executor)
        two = timed(scenarios, executor)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as bare:
        list(bare.map(_bare, range(2)))
        began = time.perf_counter()
        list(bare.map(_bare, [len(scenarios) // 2] * 2))
        best = time.perf_counter() - began
    print(f"two processes, {one / len(scenarios):.3f} s a run: {one / two / 2:.0%} of twice one process; "
          f"two bare processes reach {one / best / 2:.0%}")  # fmt: skip
    told = io.StringIO()
    ends = []
    tell = lines(len(scenarios))

    def both(done: int, total: int) -> None:
        tell(done, total)
        ends.append(time.perf_counter())

    with local_executor(2) as executor, contextlib.redirect_stderr(told):
        sweeps.run_scenarios(scenarios, executor=executor, progress=both)
    told_seconds = float(re.findall(r"about (\d+) s left", told.getvalue())[0])
    took = ends[-1] - ends[len(ends) // 10 - 1]
    print(
        f"time left after a tenth: told {told_seconds:.0f} s, took {took:.1f} s ({told_seconds / took - 1:+.0%})"
    )
    sweeps.run_one = run_one


def _bare(times: int) -> None:
    for _ in range(times):
        work()


def forecasts() -> None:
    """Print time and disk foretold over those met."""
    for world, scale, years in (("partners", 0.01, 6), ("bsr", 0.02, 6)):
        scenarios = plan(world, 20, scale=scale, years=years)
        for workers in (1, 2):
            cost = probe(scenarios, workers)
            with tempfile.TemporaryDirectory() as folder:
                began = time.perf_counter()
                with local_executor(2) as executor, Store(folder, {}) as runs:
                    sweeps.run_scenarios(
                        scenarios, executor=executor if workers == 2 else None, store=runs, progress=None
                    )  # fmt: skip
                took = time.perf_counter() - began
                size = sum(part.stat().st_size for part in runs.folder.rglob("*.parquet"))
            print(f"{world}, {workers} process(es), {len(scenarios)} runs: told {cost.seconds:.1f} s, took {took:.1f} s "
                  f"({cost.seconds / took:.2f}); told {cost.disk / 1e6:.2f} MB, are {size / 1e6:.2f} ({cost.disk / size:.2f})")  # fmt: skip


def main() -> None:
    """Measure all of it."""
    one_thread()
    for world in ("partners", "bsr"):
        bookkeeping(world)
    two_processes()
    forecasts()


if __name__ == "__main__":
    main()
