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


def digest(results):
    """Hash of the table of runs without wall-clock seconds."""
    return hashed(runs_table(results).drop(columns="seconds").to_json(double_precision=15))


def stopped_after(n):
    """A progress that stops the sweep, as Ctrl-C does."""

    def tell(done, total):
        if done >= n:
            raise KeyboardInterrupt

    return tell


def answer(study):
    """Compare serial, two processes, and a sweep that is stopped five times; inject failures."""
    plan = Plan(study.base, study.policies, study.option("replications"))
    scenarios = plan.scenarios()
    began = time.perf_counter()
    plain = run_scenarios(scenarios, progress=False)
    serial = time.perf_counter() - began
    with local_executor(2) as executor:
        run_scenarios(scenarios[:2], executor=executor, progress=False)
        began = time.perf_counter()
        two = run_scenarios(scenarios, executor=executor, progress=False)
        spread = time.perf_counter() - began
    with tempfile.TemporaryDirectory() as folder:
        kept = interrupted(scenarios, Path(folder))
    broken = [
        one.replace(mechanisms=(*one.mechanisms, Refusing())) if k % 15 == 7 else one
        for k, one in enumerate(scenarios)
    ]
    mixed = run_scenarios(broken, progress=False)
    failed = [one for one in mixed if one.status == "failed"]
    intact = digest([r for k, r in enumerate(mixed) if k % 15 != 7])
    wanted = digest([r for k, r in enumerate(plain) if k % 15 != 7])
    own = len([k for k in range(len(broken)) if k % 15 == 7])
    told = all("injected" in one.message and one.command for one in failed)
    each, gain = serial / len(scenarios), serial / spread
    rows = [
        ("two processes", "same bytes as in order", digest(two), digest(two) == digest(plain), True),
        ("stopped five times and resumed", "same bytes", digest(kept), digest(kept) == digest(plain), True),
        ("injected failures", f"{own} rows with message and command", f"{len(failed)} rows", len(failed) == own and told, True),
        ("runs beside failures", "same bytes", intact, intact == wanted, True),
        ("gain from two processes", "at least 1.7 at 0.1 s a run", f"{gain:.2f} at {each:.3f} s a run", gain >= 1.7, False),
    ]  # fmt: skip
    checks = [Check(*one) for one in rows]
    table = pd.DataFrame([vars(one) for one in checks]).drop(columns="must")
    words = [
        f"{len(scenarios)} runs gave the same table in order, on two processes, and stopped five times and resumed; "
        f"{len(failed)} injected failures left the others untouched. A run took {each:.3f} s, two processes were "
        f"{gain:.2f} times as fast as one (on whatever else this machine did)."
    ]  # fmt: skip
    if not all(one.met for one in checks if one.must):
        words = ["Results are not reproducible on this machine; see the checks."]
    return Answer(words, table, {"runs": 4 * len(scenarios), "digest": digest(plain)}, {}, checks)


def interrupted(scenarios, folder):
    """Results of a sweep that is stopped five times, each time a little later."""
    for k in range(5):
        n = (k + 1) * len(scenarios) // 6
        with Store(folder, {"design": "resilience"}) as store:
            try:
                run_scenarios(scenarios, store=store, progress=stopped_after(n))
            except Interrupted:
                continue
    with Store(folder, {"design": "resilience"}) as store:
        return run_scenarios(scenarios, store=store, progress=False)
