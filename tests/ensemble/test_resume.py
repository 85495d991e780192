"""Sweeps that are killed, stopped or out of disk go on where they were, to the same bytes."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from s3sim import cli
from s3sim.ensemble.plan import Plan
from s3sim.ensemble.results import STORE, design
from s3sim.ensemble.store import Store
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

resource = pytest.importorskip("resource", reason="kills process groups, limits files")

TABLES = ("effects.csv", "ledger.csv", "regions.parquet", "timeline.parquet", "links.parquet")
SWEEP = '''
"""A comparison that tells every run it has done, with parts of three runs, and may die of itself."""
import os, signal, sys
from pathlib import Path

import pyarrow.parquet as pq

import s3sim.ensemble.store as st
from s3sim.ensemble.comparison import compare
from s3sim.ensemble.executors import processes
from s3sim.ensemble.plan import Plan
from s3sim.ensemble.results import prepare
from s3sim.ensemble.runner import run_scenarios
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

PLAN = Plan(Scenario(World.synthetic(3, seed=1), scale=0.05, years=2), ("isolated_s3", "trans_s3_tibs"), 7)


def die():
    os.killpg(0, signal.SIGKILL)


def arm(when):
    st.PART_RUNS = 3
    if when == "half a part":
        whole = pq.write_table

        def half(table, path, **options):
            whole(table, path, **options)
            os.truncate(path, 2000)
            die()

        pq.write_table = half
    if when == "part and journal":
        unlink = Path.unlink
        Path.unlink = lambda path, **o: die() if path.name == st.JOURNAL else unlink(path, **o)


def main():
    out, workers, when = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    arm(when)

    def tell(done, total):
        os.write(1, f"{done}\\n".encode())
        if when == str(done):
            die()

    with processes(workers) as executor, prepare(out, PLAN) as store:
        os.write(1, b"open\\n")
        if when == "open":
            die()
        results = run_scenarios(PLAN.scenarios(), executor=executor, store=store, progress=tell)
    compare(PLAN, results).save_tables(out, overwrite=True)


if __name__ == "__main__":
    main()
'''


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    path = tmp_path_factory.mktemp("script") / "sweep.py"
    path.write_text(SWEEP)
    return path


def go(script, out, workers=1, when="-"):
    """Run the sweep; return its end and how many runs it said were done."""
    done = subprocess.run(
        [sys.executable, script, out, str(workers), when],
        capture_output=True, text=True, start_new_session=True, timeout=120,
    )  # fmt: skip
    told = [int(line) for line in done.stdout.split() if line.isdigit()]
    return done.returncode, max(told, default=0), done.stderr


def plan():
    return Plan(
        Scenario(World.synthetic(3, seed=1), scale=0.05, years=2),
        ("isolated_s3", "trans_s3_tibs"),
        7,
    )


def rows(out):
    with Store(out / STORE, design(plan())) as store:
        return len(store)


def tables(out):
    """Return what a reader gets, as bytes; the seconds of a run are no result."""
    found = {name: (out / name).read_bytes() for name in TABLES}
    runs = io.BytesIO()
    pd.read_parquet(out / "runs.parquet").drop(columns="seconds").to_parquet(runs)
    return {**found, "runs.parquet": runs.getvalue()}


@pytest.fixture(scope="module")
def whole(script, tmp_path_factory):
    """The tables of a sweep that nobody disturbed."""
    out = tmp_path_factory.mktemp("whole") / "out"
    end, told, errors = go(script, out)
    assert (end, told) == (0, 14), errors
    return tables(out)


def test_killed_five_times_it_ends_with_the_same_bytes(script, whole, tmp_path):
    out, before = tmp_path / "out", 0
    for workers, when in (
        (2, "open"), (1, "2"), (1, "half a part"), (2, "part and journal"), (1, "9"),
    ):  # fmt: skip
        end, told, errors = go(script, out, workers, when)
        assert end == -signal.SIGKILL, errors
        kept = rows(out)
        assert kept >= max(told, before), (when, told, kept)
        before = kept
    assert 9 <= before < 14
    end, told, errors = go(script, out, 2)
    assert (end, told) == (0, 14), errors
    assert tables(out) == whole
    assert not list(out.rglob("*.part"))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_moment_it_ends_with_the_same_bytes(script, whole, tmp_path, seed):
    out, before = tmp_path / "out", 0
    for k in range(5):
        command = [sys.executable, script, out, str((1, 2, 3)[(k + seed) % 3]), "-"]
        sweep = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        time.sleep((0.05, 0.9, 1.2, 1.6, 2.2)[k] * (1 + seed / 10))
        os.killpg(sweep.pid, signal.SIGKILL)
        told = [int(line) for line in sweep.communicate()[0].split() if line.isdigit()]
        kept = rows(out) if (out / STORE).exists() else 0
        assert kept >= max([before, *told])
        before = kept
    assert go(script, out, 2)[0] == 0
    assert tables(out) == whole


def test_workers_end_with_a_killed_parent(script, tmp_path):
    sweep = subprocess.Popen(
        [sys.executable, script, tmp_path / "out", "2", "-"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        assert sweep.stdout.readline() == b"open\n"
        assert sweep.stdout.readline() == b"1\n"
        os.kill(sweep.pid, signal.SIGKILL)
        sweep.wait()
        until = time.monotonic() + 10
        while (left := group(sweep.pid)) and time.monotonic() < until:
            time.sleep(0.05)
        assert left == []
        assert 0 < rows(tmp_path / "out") < 14
    finally:
        if group(sweep.pid):
            os.killpg(sweep.pid, signal.SIGKILL)
        sweep.communicate()


def group(number):
    """Return the processes of a group that do something."""
    told = subprocess.run(
        ["ps", "-A", "-o", "pgid=,stat=,pid="], capture_output=True, text=True, check=True
    )
    lines = [line.split() for line in told.stdout.splitlines()]
    return [pid for pgid, stat, pid in lines if pgid == str(number) and not stat.startswith("Z")]


# On the command line


@pytest.fixture
def compare(tmp_path, monkeypatch):
    """`s3sim compare`: (code, output without a traceback); with a limit in its own process."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments, limit=None):
        words = [
            "compare", "--world", "partners", "--scale", "0.002", "--years", "2", "--policies",
            "trans_s3", "--replications", "8", "--workers", "1", "--no-report", "--out", "out", *arguments,
        ]  # fmt: skip
        if limit is None:
            result = CliRunner().invoke(cli.app, words, prog_name="s3sim")
            code, text = result.exit_code, result.output
        else:
            done = subprocess.run(
                [sys.executable, "-m", "s3sim", *words], capture_output=True, text=True, timeout=120,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
            )  # fmt: skip
            code, text = done.returncode, done.stdout + done.stderr
        assert "Traceback" not in text, text
        return code, text

    return call


def test_a_full_disk_ends_in_one_line_and_the_same_command_goes_on(compare, tmp_path):
    code, text = compare("--quiet", limit=60_000)
    assert code == 2
    assert text.count("s3sim:") == 1
    assert "out/store cannot be written: File too large." in text
    kept = int(text.split("File too large. ")[1].split()[0])
    assert kept > 0
    code, text = compare()
    assert code == 0
    assert f"{kept} of 16 runs are there already; {16 - kept} to go" in text
    assert compare("--out", "other", "--quiet")[0] == 0
    assert tables(tmp_path / "out") == tables(tmp_path / "other")


def test_a_budget_of_time_stops_at_a_complete_world(compare, tmp_path):
    code, text = compare("--max-seconds", "0.3", "--workers", "2")
    assert code == 0
    assert "the same command goes on from there" in text
    if (tmp_path / "out" / "runs.parquet").exists():
        runs = pd.read_parquet(tmp_path / "out" / "runs.parquet")
        assert set(runs.groupby("replication").size()) == {2}
        assert len(runs) < 16
    code, text = compare()
    assert code == 0
    assert len(pd.read_parquet(tmp_path / "out" / "runs.parquet")) == 16


def test_a_dry_run_writes_nothing_and_tells_what_is_there(compare, tmp_path):
    code, text = compare("--dry-run")
    assert code == 0
    assert not (tmp_path / "out").exists()
    for part in ("Runs: 16\n", "Time: about ", "Disk: about ", " s a run)"):
        assert part in text
    assert compare("--quiet", "--replications", "3")[0] == 0
    before = {p: p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()}
    code, text = compare("--dry-run")
    assert code == 0
    assert "Runs: 16, 6 of them are there already" in text
    code, text = compare("--dry-run", "--overwrite")
    assert code == 0
    assert "Runs: 16\n" in text
    assert {p: p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("seconds", ["0", "-1", "soon", "nan", "inf", ""])
def test_what_is_no_budget_is_refused(compare, seconds):
    code, text = compare("--max-seconds", seconds)
    assert code == 2
    empty = "--max-seconds is empty; give it a value"
    assert ("--max-seconds = " if seconds else empty) in text
    assert not seconds or "; allowed 1e-06 to 1000000000" in text
    assert list(Path().iterdir()) == []
