"""Sweeps here and on executors: order, budgets, failing runs, dying workers, forecasts."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace

import pandas as pd
import pytest
from typer.testing import CliRunner

from s3sim import cli
from s3sim.core.errors import InputError
from s3sim.ensemble import executors, progress
from s3sim.ensemble import runner as run
from s3sim.ensemble.comparison import compare
from s3sim.ensemble.executors import local_executor, slots
from s3sim.ensemble.plan import Plan
from s3sim.ensemble.probe import probe
from s3sim.ensemble.results import design
from s3sim.ensemble.runner import paired_blocks, run_scenarios
from s3sim.ensemble.store import Store
from s3sim.simulation import result
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

TABLES = ("effects.csv", "ledger.csv", "regions.parquet", "timeline.parquet", "links.parquet")


@pytest.fixture(scope="module")
def plan():
    base = Scenario(World.synthetic(3, seed=1), scale=0.2, years=3)
    return Plan(base, ("isolated_s3", "trans_s3_tibs"), replications=4)


@pytest.fixture(scope="module")
def serial(plan, tmp_path_factory):
    return tables(plan, run_scenarios(plan.scenarios()), tmp_path_factory.mktemp("serial"))


def tables(plan, results, out):
    """Return all tables as bytes; the seconds of a run are no result."""
    compare(plan, results).save_tables(out)
    runs = pd.read_parquet(out / "runs.parquet").drop(columns="seconds")
    runs.to_parquet(out / "runs.parquet")
    return {name: (out / name).read_bytes() for name in (*TABLES, "runs.parquet")}


class Homemade(Executor):
    """The least an executor is: one thread a call, no word on how many at a time."""

    def __init__(self):
        self.now = self.most = 0
        self.lock = threading.Lock()

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)

        def work():
            value = fn(*args, **kwargs)
            with self.lock:
                self.now -= 1
            future.set_result(value)

        threading.Thread(target=work).start()
        return future


# Who runs them changes nothing


def test_tables_are_the_same_bytes_whoever_runs(plan, serial, tmp_path):
    homemade = Homemade()
    with local_executor(2) as two, ThreadPoolExecutor(3) as threads:
        for k, executor in enumerate((two, threads, homemade)):
            out = tmp_path / str(k)
            with Store(out / "store", design(plan)) as store:
                results = run_scenarios(plan.scenarios(), executor=executor, store=store)
            assert tables(plan, results, out) == serial
            with Store(out / "store", design(plan)) as store:  # and read back
                again = run_scenarios(plan.scenarios(), store=store)
            assert tables(plan, again, out) == serial
    assert 1 < homemade.most <= run.AHEAD * executors.usable_cores()


def test_a_scenario_given_twice_has_two_results(plan, tmp_path):
    one, other = plan.scenarios()[:2]
    with Store(tmp_path, {}) as store:
        results = run_scenarios([one, other, one], store=store)
    assert [r.run_id for r in results] == [one.run_id, other.run_id, one.run_id]


def test_scenarios_that_are_one_run_are_run_once(plan, tmp_path, monkeypatch):
    base = plan.scenarios()[0]  # isolated S3 has no brokers
    worlds = [
        base.replace({"brokers.per_region": k}, strict=False, policy=policy)
        for k in (1, 2, 3)
        for policy in ("isolated_s3", "trans_s3_tibs")
    ]
    ids = [one.run_id for one in worlds]
    assert len(set(ids)) == 4
    ran = []

    def counted(scenario, keep):
        ran.append(scenario.run_id)
        return result.run_one(scenario, keep)

    monkeypatch.setattr(run, "run_one", counted)
    with Store(tmp_path / "store", {"of": "brokers"}) as store:
        found = run_scenarios(worlds, store=store, progress=False)
        assert [one.run_id for one in found] == ids
        assert sorted(ran) == sorted(set(ids))
        assert store.count(worlds) == 6
        assert len(store) == 4
        run_scenarios(worlds, store=store, progress=False)
    assert len(ran) == 4
    with ThreadPoolExecutor(2) as executor:
        assert [one.run_id for one in run_scenarios(worlds, executor=executor)] == ids
    # Time is up after the first world: the second has its baseline, and is not complete.
    part = run_scenarios(worlds, progress=False, max_seconds=1e-9)
    assert part == []
    clock = iter([0.0, 0.0, 9.0, 9.0])
    monkeypatch.setattr(run.time, "monotonic", lambda: next(clock))
    part = run_scenarios(worlds, progress=False, max_seconds=1.0)
    assert [one.run_id for one in part] == ids[:2]


def test_worlds_are_scenarios_that_differ_in_policy_alone(plan):
    assert paired_blocks(plan.scenarios()) == [range(0, 2), range(2, 4), range(4, 6), range(6, 8)]
    one, other = plan.scenarios()[:2]
    assert paired_blocks([one, one]) == [range(0, 1), range(1, 2)]
    assert paired_blocks([one, other.replace({"search.rate": 0.3})]) == [range(0, 1), range(1, 2)]
    assert paired_blocks([]) == []


def test_slots_are_what_an_executor_tells():
    class Mpi(Executor):
        num_workers = 7

    class Client:
        found = dict(a=3, b=4)  # noqa: RUF012

        def ncores(self):
            return self.found

    class Dask(Executor):
        _client = Client()

    with ThreadPoolExecutor(3) as threads:
        assert slots(threads) == 3
    assert slots(Mpi()) == 7
    assert slots(Dask()) == 7
    Client.found = {}
    assert slots(Dask()) == 1
    assert slots(Homemade()) == executors.usable_cores()


def test_workers_that_join_later_are_used(plan, monkeypatch):
    class Growing(Homemade):
        @property
        def _max_workers(self):
            return 1 if not asked or asked.append(0) else 3

    asked = []
    monkeypatch.setattr(run, "LOOK_SECONDS", 0.0)
    few = Growing()
    run_scenarios(plan.scenarios(), executor=few)
    assert few.most == run.AHEAD
    asked.append(0)
    many = Growing()
    run_scenarios(plan.scenarios(), executor=many)
    assert many.most == 3 * run.AHEAD


# Budgets


@pytest.mark.parametrize("workers", [1, 3])
def test_a_budget_stops_at_a_complete_world_and_the_rest_follows(plan, tmp_path, workers):
    def slow(done, total):
        time.sleep(0.25)

    scenarios = plan.scenarios()
    with Store(tmp_path, {}) as store:
        executor = None if workers == 1 else ThreadPoolExecutor(1)
        results = run_scenarios(
            scenarios, executor=executor, store=store, progress=slow, max_seconds=0.2
        )
        assert 0 < len(results) < len(scenarios)
        assert len(results) % 2 == 0
        assert [r.run_id for r in results] == [s.run_id for s in scenarios[: len(results)]]
        told = []
        rest = run_scenarios(
            scenarios, executor=executor, store=store, progress=lambda *n: told.append(n)
        )
    assert [r.run_id for r in rest] == [s.run_id for s in scenarios]
    assert told == [(k, 8) for k in range(len(results), 9)]
    if executor is not None:
        executor.shutdown()


# Runs that fail


class Sick:
    """A mechanism that raises in some replications."""

    name = "sick"

    def __init__(self, which):
        self.which = which

    def values(self):
        return {}

    def parameters(self):
        return ()

    def with_values(self, values):
        return self

    def __call__(self, state, context):
        if self.which == "error":
            raise ArithmeticError("deliberate")
        if self.which == "exit":
            os._exit(3)
        os.kill(os.getpid(), signal.SIGKILL)


def sick(scenario, which):
    return scenario.replace(mechanisms=(*scenario.mechanisms, Sick(which)))


def test_one_in_fifteen_that_fails_leaves_the_rest_intact(tmp_path):
    base = Scenario(World.synthetic(3, seed=1), scale=0.05, years=2)
    scenarios = Plan(base, ("isolated_s3", "trans_s3"), replications=15).scenarios()
    mixed = [sick(one, "error") if k % 15 == 7 else one for k, one in enumerate(scenarios)]
    well = run_scenarios(scenarios)
    with Store(tmp_path, {}) as store:
        store.plan(mixed)
        results = run_scenarios(mixed, store=store)
    failed = [k for k, one in enumerate(results) if one.status != "ok"]
    assert failed == [7, 22]
    for k, (one, other) in enumerate(zip(well, results, strict=True)):
        if k not in failed:
            assert one.outcomes == other.outcomes
    row = results[7]
    assert row.status == "failed"
    assert row.message == "ArithmeticError: deliberate (__call__)"
    table = pd.read_parquet(tmp_path / "scenarios.parquet").set_index("run_id")
    assert table.loc[row.run_id, ["policy", "replication", "scale"]].tolist() == [
        "trans_s3",
        3,
        0.05,
    ]
    with Store(tmp_path, {}) as store:  # a failed run is done: it would fail again
        assert run_scenarios(mixed, store=store, progress=None)[7] == row
        assert len(store) == 30


# Workers that die


@pytest.mark.parametrize("which", ["exit", "kill"])
def test_a_dying_worker_costs_its_run_and_no_other(plan, tmp_path, which):
    if which == "kill" and not hasattr(signal, "SIGKILL"):
        pytest.skip("no SIGKILL here")
    scenarios = plan.scenarios()
    deadly = [*scenarios[:5], sick(scenarios[5], which), *scenarios[6:]]
    told = []
    with Store(tmp_path, {}) as store, local_executor(1) as executor:
        results = run_scenarios(
            deadly, executor=executor, store=store, progress=lambda done, _: told.append(done)
        )
        kept = len(store)
    states = [one.status for one in results]
    assert states == ["ok"] * 5 + ["lost"] + ["ok"] * 2
    assert "worker died: BrokenProcessPool" in results[5].message
    assert kept == max(told) == 7
    with Store(tmp_path, {}) as store:
        again = run_scenarios(scenarios, store=store)
    assert {one.status for one in again} == {"ok"}


@pytest.mark.slow
def test_workers_that_all_die_at_once_end_in_one_message(plan):
    deadly = [sick(scenario, "exit") for scenario in plan.scenarios()]
    with (
        local_executor(1) as executor,
        pytest.raises(InputError, match=r"no run was done .*little memory"),
    ):
        run_scenarios(deadly, executor=executor, progress=None)


def test_a_script_without_a_main_guard_is_told_so_before_anything_runs(tmp_path):
    script = tmp_path / "sweep.py"
    script.write_text(
        "from s3sim.ensemble.executors import processes\nwith processes(2): print('on')\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True)
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr.count("Traceback") == 1
    last = done.stderr.splitlines()[-1]
    assert "sweep.py starts workers" in last
    assert 'if __name__ == "__main__":' in last


class Faulty(Homemade):
    """Some calls are cancelled, some end in errors of the machinery."""

    def submit(self, fn, /, scenario, details):
        future = Future()
        if scenario.replication == 1:
            future.cancel()
            future.set_running_or_notify_cancel()
        elif scenario.replication == 2:
            future.set_exception(ModuleNotFoundError("No module named 's3sim'"))
        else:
            future.set_result(fn(scenario, details))
        return future


def test_whatever_an_executor_does_to_a_run_is_that_runs_matter(plan, tmp_path):
    with Store(tmp_path, {}) as store:
        results = run_scenarios(plan.scenarios(), executor=Faulty(), store=store)
        assert len(store) == 4
    assert [one.status for one in results] == ["ok"] * 2 + ["lost"] * 4 + ["ok"] * 2
    assert results[2].message == "worker died: CancelledError"
    assert "No module named 's3sim'" in results[4].message


def test_workers_of_another_version_are_refused(plan, tmp_path):
    class Older(Homemade):
        def submit(self, fn, /, scenario, details):
            future = Future()
            future.set_result(replace(fn(scenario, details), run_id="0" * 16))
            return future

    with (
        Store(tmp_path, {}) as store,
        pytest.raises(InputError, match="another version of s3sim than this process"),
    ):
        run_scenarios(plan.scenarios(), executor=Older(), store=store)
    with Store(tmp_path, {}) as store:
        assert len(store) == 0


def test_the_command_line_says_once_that_runs_were_lost(tmp_path, monkeypatch):
    class Broken(ProcessPoolExecutor):
        """Pools whose workers die after four runs."""

        calls = 0

        def submit(self, fn, /, *args):
            Broken.calls += 1  # of all pools: a new one does no better
            if Broken.calls > 4:
                raise BrokenProcessPool("A child process terminated abruptly")
            future = Future()
            future.set_result(fn(*args))
            return future

    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(executors, "local_executor", Broken)
        words = ["compare", "--world", "partners", "--scale", "0.002", "--years", "2", "--workers", "2",
                 "--policies", "trans_s3", "--replications", "300", "--no-report", "--out", "out"]  # fmt: skip
        lost = CliRunner().invoke(cli.app, [*words, "--quiet"], prog_name="s3sim")
    said = [line for line in lost.output.splitlines() if line.startswith("s3sim: ")]
    assert "Traceback" not in lost.output
    assert len(said) == 2
    assert said[0].startswith("s3sim: 596 of 600 runs were lost: a process")
    assert said[0].endswith("the same command runs them again.")
    words[words.index("300")] = "3"
    again = CliRunner().invoke(cli.app, words, prog_name="s3sim")
    assert again.exit_code == 0, again.output
    assert "4 of 6 runs are there already; 2 to go" in again.output


# What is foretold


def test_disk_is_foretold_within_a_factor_of_two(tmp_path):
    for name, scale in (("partners", 0.002), ("bsr", 0.002)):
        base = Scenario(World.load(name), scale=scale, years=3)
        scenarios = Plan(base, ("isolated_s3", "trans_s3_tibs"), replications=4).scenarios()
        with Store(tmp_path / name, {}) as store:
            store.plan(scenarios)
            run_scenarios(scenarios, store=store)
        size = sum(p.stat().st_size for p in (tmp_path / name / "parts").iterdir())
        cost = probe(scenarios, 1)
        assert cost.runs == cost.pending == 8
        assert 0.5 < cost.disk / size < 2.0, (name, cost.disk, size)


def test_time_is_that_of_what_is_left_on_all_workers(plan):
    scenarios = plan.scenarios()
    cost = replace(probe(scenarios, 1, completed=2), seconds_a_run=10.0)
    assert cost.seconds == 60.0
    assert replace(cost, workers=2).seconds == pytest.approx(30.0, abs=5.0)
    assert replace(cost, completed=8, workers=2).seconds == 0.0


@pytest.fixture
def clock(monkeypatch):
    """A clock that is moved by hand."""

    class Clock:
        now = 1000.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


@pytest.mark.parametrize("there", [0, 60])
def test_the_time_left_is_that_of_new_runs_at_their_pace(clock, capsys, there):
    tell = progress.lines(100)
    if there:
        tell(there, 100)
    clock.now += 30.0  # workers start
    for done in range(there + 1, 100 + 1):
        tell(done, 100)
        clock.now += 2.0
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1] == "s3sim: 100 of 100 runs"
    if there:  # the start of workers is part of the pace then, and fades
        assert "60 of 100 runs" in lines[0]
        assert "left" not in lines[0]
        assert lines[-2] == "s3sim: 90 of 100 runs, about 29 s left"
    else:
        assert lines[0] == "s3sim: 10 of 100 runs, about 3 min left"
        assert lines[1] == "s3sim: 20 of 100 runs, about 3 min left"
        assert lines[-2] == "s3sim: 90 of 100 runs, about 20 s left"


def test_a_run_keeps_no_more_than_it_is_asked_for(plan):
    bare = result.run_one(plan.scenarios()[1], ())
    assert bare.regions == bare.paths == {}
    assert bare.links is bare.ledger is bare.served is bare.value_added is None
