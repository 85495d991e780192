"""How long a firm and quarter take, how that grows, what a firm costs in memory.

Run one line: python benchmarks/speed.py [--world bsr]. One core, plain numpy, no report.
Each size runs in a process of its own, so that peak memory is its own.
"""

import argparse
import json
import os
import subprocess
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

SIZES = (1_000, 10_000, 100_000)
YEARS = 3


def measure(firms: int, world_name: str) -> dict[str, float]:
    """Return nanoseconds per firm and quarter, and peak bytes a firm beyond the start."""
    import resource

    import numpy as np

    from s3sim.simulation.engine import Engine
    from s3sim.simulation.scenario import Scenario
    from s3sim.world import World

    world = World.load(world_name)
    Engine.of(Scenario(world, scale=0.001, years=1)).step  # noqa: B018 (imports before the clock)
    scenario = Scenario(
        world, policy="trans_s3_tibs", scale=min(firms / world.firms.sum(), 1.0), years=YEARS
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    engine = Engine.of(scenario)
    state = engine.initial_state()
    times = []
    for quarter in range(YEARS * 4):
        began = time.perf_counter()
        state, _ = engine.step(state, quarter)
        times.append(time.perf_counter() - began)
    active = int(state.organisations.firms.sum())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "firms": active,
        "ns_per_firm_quarter": float(np.mean(times)) / active * 1e9,
        "seconds_per_quarter": float(np.mean(times)),
        "peak_bytes_per_firm": (peak - before) * 1024 / active,
    }


def main() -> None:
    """Measure every size and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--world", default="bsr")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one, arguments.world)))
        return
    rows = []
    for size in SIZES:
        command = [sys.executable, __file__, "--world", arguments.world, "--one", str(size)]
        rows.append(
            json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        )
    print(f"{'firms':>8} {'ns/firm-quarter':>16} {'ms/quarter':>11} {'bytes/firm (peak)':>18}")
    for row in rows:
        print(
            f"{row['firms']:>8.0f} {row['ns_per_firm_quarter']:>16.0f} {1000 * row['seconds_per_quarter']:>11.1f} {row['peak_bytes_per_firm']:>18.0f}"
        )
    import math

    growth = math.log(rows[-1]["seconds_per_quarter"] / rows[0]["seconds_per_quarter"]) / math.log(
        rows[-1]["firms"] / rows[0]["firms"]
    )
    print(
        f"growth exponent of a quarter's time, {rows[0]['firms']:.0f} to {rows[-1]['firms']:.0f} firms: {growth:.2f}"
    )
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "s3sim", "--help"], check=True, capture_output=True)
    print(f"s3sim --help: {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    main()
