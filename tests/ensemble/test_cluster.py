"""Runs on a Dask cluster, and the page that tells how."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from s3sim import cli
from s3sim.core.errors import InputError
from s3sim.ensemble import executors
from s3sim.ensemble.comparison import compare
from s3sim.ensemble.executors import slots
from s3sim.ensemble.plan import Plan
from s3sim.ensemble.runner import run_scenarios
from s3sim.ensemble.store import Store
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

distributed = pytest.importorskip("distributed")

PAGE = Path(__file__).parents[2] / "docs" / "clusters.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)  # fmt: skip
PYTHON = [text for kind, text in BLOCKS if kind == "python"]
COMMANDS = [line for kind, text in BLOCKS if kind == "bash" for line in text.splitlines() if line]
TABLES = ("effects.csv", "ledger.csv", "regions.parquet", "timeline.parquet", "links.parquet")


def snippet(name):
    (found,) = (text for text in PYTHON if name in text)
    return found


@pytest.fixture(scope="module")
def scheduler():
    """The address of a cluster of two processes, as at a computing centre."""
    executors.one_thread()
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
    ) as cluster:
        yield cluster.scheduler_address


def tables(plan, results, out):
    out.mkdir()
    compare(plan, results).save_tables(out)
    runs = pd.read_parquet(out / "runs.parquet").drop(columns="seconds")
    runs.to_parquet(out / "runs.parquet")
    return {name: (out / name).read_bytes() for name in (*TABLES, "runs.parquet")}


def test_a_cluster_gives_the_same_bytes_and_resumes_from_elsewhere(scheduler, tmp_path):
    base = Scenario(World.synthetic(3, seed=1), scale=0.2, years=3)
    plan = Plan(base, ("isolated_s3", "trans_s3_tibs"), replications=4)
    scenarios = plan.scenarios()
    serial = tables(plan, run_scenarios(scenarios), tmp_path / "serial")
    before = list(warnings.filters)
    with executors.dask(scheduler, 1) as executor:
        assert slots(executor) == 2
        with Store(tmp_path / "store", {}) as store:
            run_scenarios(scenarios[:3], executor=executor, store=store)
        with Store(tmp_path / "store", {}) as store:
            results = run_scenarios(scenarios, executor=executor, store=store)
    assert warnings.filters == before
    assert tables(plan, results, tmp_path / "dask") == serial


DEADLY = """
import os


class Deadly:
    name = "deadly"

    def values(self):
        return {}

    def declared(self):
        return ()

    def updated(self, values):
        return self

    def __call__(self, state, context):
        os._exit(3)
"""


@pytest.mark.slow
def test_a_run_that_kills_its_workers_is_lost_and_no_other(tmp_path, monkeypatch):
    (tmp_path / "deadly.py").write_text(DEADLY)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    base = Scenario(World.load("partners"), scale=0.002, years=2)
    scenarios = [base.replace(replication=k) for k in range(12)]
    deadly = importlib.import_module("deadly").Deadly()
    scenarios[4] = scenarios[4].replace(mechanisms=(*base.mechanisms, deadly))
    with executors.dask("local", 2) as executor, Store(tmp_path / "store", {}) as store:
        results = run_scenarios(scenarios, executor=executor, store=store)
        assert len(store) == 11
    assert [k for k, one in enumerate(results) if one.status != "ok"] == [4]
    assert results[4].status == "lost"
    assert "KilledWorker" in results[4].message


def test_the_command_line_runs_on_a_local_cluster(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["compare", "--world", "partners", "--scale", "0.002", "--years", "2", "--policies", "trans_s3",
             "--replications", "2", "--no-report", "--out"]  # fmt: skip
    result = CliRunner().invoke(cli.app, [*words, "a", "--dask", "local", "--workers", "2"])
    assert result.exit_code == 0, result.output
    assert "on 2 processes of a local Dask cluster" in result.output
    assert CliRunner().invoke(cli.app, [*words, "b", "--workers", "1", "--quiet"]).exit_code == 0
    for name in TABLES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:9", "nobody", "tcp://", "http://127.0.0.1:9", ""]
)
def test_an_address_where_nobody_answers_is_told(monkeypatch, address):
    monkeypatch.setattr(executors, "CLUSTER_SECONDS", 0.3)
    with (
        pytest.raises(InputError, match="no Dask scheduler with workers answers") as error,
        executors.dask(address, 1),
    ):
        pass
    assert "give its address as in tcp://10.0.0.1:8786, or 'local'" in str(error.value)


def test_a_scheduler_without_workers_is_told(monkeypatch):
    monkeypatch.setattr(executors, "CLUSTER_SECONDS", 0.5)
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0", silence_logs=50) as cluster,
        pytest.raises(InputError, match="no Dask scheduler with workers"),
        executors.dask(cluster.scheduler_address, 1),
    ):
        pass


def test_a_client_is_made_only_where_something_listens(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a client was made")

    monkeypatch.setattr(distributed, "Client", refuse)
    monkeypatch.setattr(executors, "CLUSTER_SECONDS", 0.3)
    for address in (
        "tcp://127.0.0.1:9",
        "tls://127.0.0.1:9",
        "nobody",
        "tcp://:1",
        "tcp://a:99999",
    ):
        with pytest.raises(InputError, match="no Dask scheduler"), executors.dask(address, 1):
            pass


def test_a_local_cluster_listens_on_loopback_only(monkeypatch):
    seen = []

    class Cluster(distributed.LocalCluster):
        def __init__(self, **options):
            super().__init__(**options)
            seen.extend([options, self.scheduler_address, self.dashboard_link])

    monkeypatch.setattr(distributed, "LocalCluster", Cluster)
    with executors.dask("local", 1):
        options, scheduler, dashboard = seen
    assert options["worker_dashboard_address"] == "127.0.0.1:0"
    assert scheduler.startswith("tcp://127.0.0.1:")
    assert dashboard.startswith("http://127.0.0.1:")


def test_workers_of_other_code_are_refused(scheduler, monkeypatch):
    class Client:
        def __init__(self, answer):
            self.answer = answer

        def run(self, function):
            if isinstance(self.answer, Exception):
                raise self.answer
            return {"tcp://a": function(), "tcp://b": self.answer}

    executors._same_code(Client(executors.code_fingerprint()), "tcp://a")
    with pytest.raises(InputError, match="other code of the model"):
        executors._same_code(Client("0" * 16), "tcp://a")
    missing = ModuleNotFoundError("No module named 's3sim'")
    with pytest.raises(InputError, match=r"cannot run the model \(No module named 's3sim'\)"):
        executors._same_code(Client(missing), "tcp://a")


def test_dask_that_is_not_installed_is_told(monkeypatch):
    def load(name):
        raise ImportError(name)

    monkeypatch.setattr(executors, "import_module", load)
    with (
        pytest.raises(InputError, match=r"pip install \"\.\[cluster\]\""),
        executors.dask("local", 1),
    ):
        pass


# The page


def test_the_snippet_of_a_local_cluster_runs_as_printed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    space = {"__name__": "__main__"}
    exec(compile(snippet("LocalCluster"), str(PAGE), "exec"), space)
    assert len(space["results"]) == len(space["plan"].scenarios()) == 8
    assert {one.status for one in space["results"]} == {"ok"}
    assert list((tmp_path / "results" / "dask" / "parts").glob("part-*.parquet"))


def test_the_snippet_of_processes_runs_as_printed(tmp_path):
    (tmp_path / "sweep.py").write_text(
        snippet("processes(2)") + "    print([one.status for one in results])\n"
    )
    done = subprocess.run(
        [sys.executable, "sweep.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(["ok"] * 8)


@pytest.mark.parametrize("text", PYTHON)
def test_all_snippets_compile_and_name_what_exists(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            if node.module.partition(".")[0] in ("mpi4py", "dask_jobqueue"):
                module = (
                    pytest.importorskip(node.module) if node.module != "mpi4py.futures" else None
                )
            else:
                module = importlib.import_module(node.module)
            assert module is None or all(hasattr(module, one.name) for one in node.names)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            known = {"run_scenarios": run_scenarios, "Store": Store, "Plan": Plan}.get(node.func.id)
            if known is not None:
                inspect.signature(known).bind(*node.args, **{k.arg: k for k in node.keywords})


def test_the_snippet_of_slurm_writes_the_job_it_tells():
    jobqueue = pytest.importorskip("dask_jobqueue")
    (call,) = (
        node
        for node in ast.walk(ast.parse(snippet("SLURMCluster(")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "SLURMCluster"
    )
    options = {one.arg: ast.literal_eval(one.value) for one in call.keywords}
    with jobqueue.SLURMCluster(**options, scheduler_options={"dashboard_address": ":0"}) as cluster:
        script = cluster.job_script()
    for part in ("#SBATCH -p standard", "#SBATCH -A my-project", "#SBATCH -t 04:00:00", "--nthreads 1",
                 "--nworkers 16", "export OMP_NUM_THREADS=1", "export OPENBLAS_NUM_THREADS=1"):  # fmt: skip
        assert part in script, script


def test_commands_of_the_page_have_options_that_exist():
    assert len(COMMANDS) == 4
    shown = CliRunner().invoke(cli.app, ["compare", "--help"], env={"COLUMNS": "200"}).output
    for line in COMMANDS:
        assert line.startswith("s3sim compare ")
        for option in re.findall(r"--[\w-]+", line):
            assert option in shown, option
