"""Is it reproducible at scale, whatever interrupts it?"""

import tempfile
import time
from pathlib import Path

import pandas as pd

from s3sim.ensemble.executors import local_executor
from s3sim.ensemble.experiments.result import Answer, Check
from s3sim.ensemble.plan import Plan
from s3sim.ensemble.provenance import hashed
from s3sim.ensemble.runner import Interrupted, run_scenarios
from s3sim.ensemble.store import Store
from s3sim.ensemble.tables import runs_table

STOPS = 5
EVERY, FIRST = 15, 7
"""Every fifteenth run is made to fail, the eighth first."""


class Refusing:
    """A mechanism that fails in every quarter."""

    name = "refusing"

    def __call__(self, state, context):
        """Fail."""
        raise FloatingPointError("injected")

    def parameters(self):
        """No parameters."""
        return iter(())

    def values(self):
        """No parameters."""
        return {}

    def with_values(self, values):
        """Return itself."""
        return self


def designs(study):
    """The sweeps are run here, several times over."""
    return []


def answer(study):
    """Compare serial, two processes, and a sweep that is stopped five times; inject failures."""
    scenarios = Plan(study.base, study.policies, study.option("replications")).scenarios()
    plain, serial = timed(scenarios)
    with local_executor(2) as executor:
        run_scenarios(scenarios[:2], executor=executor, progress=False)
        two, parallel = timed(scenarios, executor=executor)
    with tempfile.TemporaryDirectory() as folder:
        kept = interrupted(scenarios, Path(folder))
    chosen = set(range(FIRST, len(scenarios), EVERY))
    broken = [
        s.replace(mechanisms=(*s.mechanisms, Refusing())) if k in chosen else s
        for k, s in enumerate(scenarios)
    ]
    mixed = run_scenarios(broken, progress=False)
    failed = [run for run in mixed if run.status == "failed"]
    told = all("injected" in run.message and run.command for run in failed)
    intact, wanted = (
        digest([run for k, run in enumerate(runs) if k not in chosen]) for runs in (mixed, plain)
    )
    whole, each, gain = digest(plain), serial / len(scenarios), serial / parallel
    two, kept, n = digest(two), digest(kept), len(failed)
    speed, told = f"{gain:.2f} at {each:.3f} s a run", told and n == len(chosen)
    rows = f"{len(chosen)} rows with message and command"
    checks = [
        Check("two processes", "same bytes as in order", two, two == whole, True),
        Check("stopped five times and resumed", "same bytes", kept, kept == whole, True),
        Check("injected failures", rows, f"{n} rows", told, True),
        Check("runs beside failures", "same bytes", intact, intact == wanted, True),
        Check("gain from two processes", "at least 1.7 at 0.1 s a run", speed, gain >= 1.7),
    ]
    words = "Results are not reproducible on this machine; see the checks."
    if all(check.met for check in checks if check.must):
        words = (
            f"{len(scenarios)} runs gave the same table in order, on two processes, and stopped five times and resumed; "
            f"{n} injected failures left the others untouched. A run took {each:.3f} s, two processes were "
            f"{gain:.2f} times as fast as one (on whatever else this machine did)."
        )
    table = pd.DataFrame(checks).drop(columns="must")
    return Answer([words], table, {"runs": 4 * len(scenarios), "digest": whole}, checks=checks)


def timed(scenarios, **options):
    """Return the results of a sweep, and its seconds."""
    began = time.perf_counter()
    return run_scenarios(scenarios, progress=False, **options), time.perf_counter() - began


def digest(results):
    """Hash of the table of runs without wall-clock seconds."""
    return hashed(runs_table(results).drop(columns="seconds").to_json(double_precision=15))


def interrupted(scenarios, folder):
    """Results of a sweep that is stopped five times as Ctrl-C does, each time a little later."""
    for k in range(1, STOPS + 2):

        def tell(done, total, last=k):
            if last <= STOPS and done >= last * total // (STOPS + 1):
                raise KeyboardInterrupt

        with Store(folder, {"design": "resilience"}) as store:
            try:
                results = run_scenarios(scenarios, store=store, progress=tell)
            except Interrupted:
                continue
    return results
