"""The store of runs: nothing is lost, nothing is mixed, one clear message when the disk ends."""

import errno
import json
import os
import subprocess
import sys
import time
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from s3sim.core.errors import InputError
from s3sim.ensemble import files, provenance, store
from s3sim.ensemble.record import as_batch, digest, whole_runs
from s3sim.ensemble.results import discard
from s3sim.ensemble.store import Store
from s3sim.ensemble.tables import runs_table, timeline_table
from s3sim.outcomes import OUTCOMES
from s3sim.simulation.result import DETAILS, RunResult, run_one
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

DESIGN = {"years": 2, "scale": 0.05}
SCENARIO = Scenario(World.synthetic(3, seed=1), "trans_s3_tibs", scale=0.2, years=4)


@pytest.fixture(scope="module")
def done():
    """One finished run with brokers, all details."""
    return run_one(SCENARIO)


def failed(k, message="ArithmeticError: deliberate"):
    """A small row."""
    return RunResult(f"run{k:03}", "trans_s3", k, "failed", 0.5, message, "s3sim run")


def fill(folder, n, **options):
    with Store(folder, DESIGN, **options) as runs:
        for k in range(n):
            runs.add(failed(k))


def held(folder, **options):
    with Store(folder, DESIGN, **options) as runs:
        return sorted(runs.run_ids)


def load(folder):
    with Store(folder, DESIGN, read_only=True) as runs:
        return list(runs.load().values())


def names(n):
    return [f"run{k:03}" for k in range(n)]


def parts(folder):
    return sorted((folder / "parts").glob("part-*.parquet"))


def abandon(runs):
    """Let go of a store as a killed process does: nothing is tidied."""
    runs._file.close()
    runs._lock.close()


def bytes_of(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# What comes back is what went in


def test_a_run_comes_back_to_the_last_bit(tmp_path, done):
    with Store(tmp_path, DESIGN) as runs:
        runs.add(done)
        runs.add(failed(1))
    with Store(tmp_path, DESIGN) as runs:
        back, row = (runs.load()[name] for name in (done.run_id, "run001"))
    assert row == failed(1)
    assert done.served.any()
    for field in fields(RunResult):
        here, there = getattr(done, field.name), getattr(back, field.name)
        if isinstance(here, dict):
            assert list(here) == list(there)
            pairs = zip(here.values(), there.values(), strict=True)
        else:
            pairs = [(here, there)]
        for one, other in pairs:
            assert np.asarray(one).dtype == np.asarray(other).dtype, field.name
            assert np.asarray(one).shape == np.asarray(other).shape, field.name
            assert np.asarray(one).tobytes() == np.asarray(other).tobytes() or one == other


def test_details_that_are_not_kept_are_not_stored(tmp_path, done):
    bare = run_one(SCENARIO, ())
    with Store(tmp_path, DESIGN, keep=()) as runs:
        runs.add(bare)
    with pytest.raises(InputError, match=r"keep = \[\] there"):
        Store(tmp_path, DESIGN, keep=DETAILS)
    with Store(tmp_path, DESIGN, keep=()) as runs:
        assert runs.load()[bare.run_id].outcomes == done.outcomes
        assert runs.load()[bare.run_id].links is None


def test_many_runs_are_few_parts_and_no_journal(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "PART_RUNS", 4)
    fill(tmp_path, 10)
    assert len(parts(tmp_path)) == 3
    assert not (tmp_path / "parts" / "journal.arrows").exists()
    assert held(tmp_path) == names(10)


def test_a_folder_named_like_a_column_adds_none(tmp_path):
    folder = tmp_path / "policy=other" / "seconds=1"
    fill(folder, 2)
    with Store(folder, DESIGN) as runs:
        assert runs.load()["run000"] == failed(0)


def test_looking_changes_nothing(tmp_path):
    runs = Store(tmp_path, DESIGN)
    runs.add(failed(0))
    abandon(runs)
    before = bytes_of(tmp_path)
    assert held(tmp_path) == names(1)
    assert bytes_of(tmp_path) == before


# After a kill


@pytest.fixture
def torn(tmp_path):
    """A store whose command was killed after three runs; and its journal's length after two."""
    runs = Store(tmp_path / "torn", DESIGN)
    for k in range(3):
        runs.add(failed(k))
        if k == 1:
            two = runs._path.stat().st_size
    abandon(runs)
    return tmp_path / "torn", two


def test_a_torn_journal_loses_the_torn_run_only(torn):
    folder, two = torn
    journal = folder / "parts" / "journal.arrows"
    whole = journal.read_bytes()
    for size in range(two, len(whole) + 1):
        journal.write_bytes(whole[:size])
        rows = [run.run_id for _, run in whole_runs(journal)]
        assert rows == names(3 if size == len(whole) else 2), size
    for size in (0, 1, 7, two // 2, two, len(whole) - 1):  # as a user meets it
        journal.write_bytes(whole[:size])
        kept = held(folder)
        assert kept == names(len(kept))
        assert len(kept) == 2 or size < two


@pytest.mark.parametrize(
    "garbage", [b"\0" * 200, b"\xff" * 200, b"PAR1" * 50, bytes(range(256)) * 8]
)
def test_garbage_after_the_last_run_is_no_run(torn, garbage):
    folder, _ = torn
    with (folder / "parts" / "journal.arrows").open("ab") as journal:
        journal.write(garbage)
    assert held(folder) == names(3)
    with Store(folder, DESIGN) as runs:
        runs.add(failed(3))
    assert held(folder) == names(4)


def test_random_garbage_never_ends_a_sweep(torn):
    folder, _ = torn
    journal = folder / "parts" / "journal.arrows"
    whole, rng = journal.read_bytes(), np.random.default_rng(0)
    for _ in range(50):
        journal.write_bytes(whole + rng.bytes(int(rng.integers(1, 4000))))
        assert [run.run_id for _, run in whole_runs(journal)][:3] == names(3)


def test_a_kill_between_part_and_journal_counts_no_run_twice(torn, tmp_path):
    folder, _ = torn
    journal = (folder / "parts" / "journal.arrows").read_bytes()
    with Store(folder, DESIGN) as runs:
        runs.add(failed(3))
    (folder / "parts" / "journal.arrows").write_bytes(journal)
    with Store(folder, DESIGN) as runs:
        assert len(runs) == 4
        runs.add(failed(4))
    rows = [name for path in parts(folder) for name in pq.read_table(path)["run_id"].to_pylist()]
    assert sorted(rows) == names(5)


def test_half_a_part_is_cleared_away(torn):
    folder, _ = torn
    left = folder / "parts" / ".s3sim-part-0123456789abcdef.parquet-01234567.part"
    left.write_bytes(b"PAR1 half")
    with Store(folder, DESIGN) as runs:
        assert len(runs) == 3
        runs.add(failed(3))
    assert not left.exists()
    assert held(folder) == names(4)


def test_a_missing_journal_loses_its_runs_only(torn):
    folder, _ = torn
    (folder / "parts" / "journal.arrows").unlink()
    fill(folder, 2)
    assert held(folder) == names(2)


@pytest.mark.parametrize("damage", ["short", "noise", "inside", "empty", "other"])
def test_an_unreadable_part_is_named_with_what_to_do(tmp_path, damage):
    fill(tmp_path, 3)
    (part,) = parts(tmp_path)
    whole = part.read_bytes()
    if damage == "other":
        pq.write_table(pa.table({"x": [1]}), part)
    else:
        half = len(whole) // 2
        part.write_bytes({
            "short": whole[:-9], "noise": b"no Parquet " * 9, "empty": b"",
            "inside": whole[:4] + b"\x5a" * half + whole[4 + half :],
        }[damage])  # fmt: skip
    with pytest.raises(InputError) as error:
        Store(tmp_path, DESIGN)
    assert str(part) in str(error.value)
    assert "delete this file to run its runs again" in str(error.value)
    part.unlink()
    assert held(tmp_path) == []


# One design, one code, one command at a time


def test_another_design_is_refused_by_name(tmp_path):
    fill(tmp_path, 1)
    before = bytes_of(tmp_path)
    with pytest.raises(InputError, match=r"another scenario \(years = 2 there, 14 here\)") as error:
        Store(tmp_path, {**DESIGN, "years": 14})
    assert "name another folder or add --overwrite" in str(error.value)
    assert bytes_of(tmp_path) == before
    assert held(tmp_path) == names(1)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '"x"', '{"codes": 3}', "\udcff"])
def test_an_unreadable_manifest_is_named(tmp_path, text):
    fill(tmp_path, 1)
    (tmp_path / "manifest.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=r"manifest\.json cannot be read; name another folder"):
        Store(tmp_path, DESIGN)


def other_code(monkeypatch):
    monkeypatch.setattr(provenance, "code_fingerprint", lambda: "f" * 16)


def test_other_code_is_refused_or_put_on_record(tmp_path, monkeypatch, done):
    with Store(tmp_path, DESIGN) as runs:
        runs.add(done)
        runs.add(failed(1))
    other_code(monkeypatch)
    with pytest.raises(InputError, match="another version of the model's code") as error:
        Store(tmp_path, DESIGN)
    assert "--accept-code" in str(error.value)
    assert held(tmp_path, accept_code=True) == [done.run_id]  # failed runs are tried again
    codes = json.loads((tmp_path / "manifest.json").read_text())["codes"]
    assert len(codes) == 2
    assert codes[1] == "f" * 16
    # Killed before it tried: the same command tries, and what it finds then is what counts.
    with Store(tmp_path, DESIGN, accept_code=True) as runs:
        assert len(runs) == 1
        for k in range(8):
            runs.add(failed(k))
    for k in range(8):  # whatever order parts are read in
        with Store(tmp_path, DESIGN, accept_code=True) as runs:
            runs.add(replace(done, run_id=f"run{k:03}"))
    with Store(tmp_path, DESIGN) as runs:
        assert {one.status for one in runs.load().values()} == {"ok"}
        assert len(runs) == 9


def test_a_second_command_is_refused(tmp_path):
    with Store(tmp_path, DESIGN) as runs:
        with pytest.raises(InputError, match="in use by another command; wait for it or name"):
            Store(tmp_path, DESIGN)
        runs.add(failed(0))
    assert held(tmp_path) == names(1)


HOLD = """
import sys, time
from s3sim.ensemble.store import Store
from s3sim.simulation.result import RunResult
with Store(sys.argv[1], {"years": 2, "scale": 0.05}) as runs:
    runs.add(RunResult("run000", "trans_s3", 0, "failed", 0.5))
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_lock_is_free_after_a_kill(tmp_path):
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(InputError, match="in use"):
            Store(tmp_path, DESIGN)
    finally:
        other.kill()
        other.wait()
        other.stdout.close()
    assert held(tmp_path) == names(1)


def test_a_file_system_without_locks_will_do(tmp_path, monkeypatch):
    def refuse(file):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(files, "_lock", refuse)
    fill(tmp_path, 2)
    assert held(tmp_path) == names(2)


def test_windows_locks_are_asked_for_where_there_are_no_others(tmp_path, monkeypatch):
    calls = []

    class Msvcrt:
        LK_NBLCK = 2

        @staticmethod
        def locking(number, mode, size):
            calls.append((mode, size))
            if len(calls) > 1:
                raise PermissionError(errno.EACCES, "Permission denied")

    def load(name):
        if name == "fcntl":
            raise ImportError(name)
        return Msvcrt

    monkeypatch.setattr(files, "import_module", load)
    with Store(tmp_path, DESIGN), pytest.raises(InputError, match="in use by another command"):
        Store(tmp_path, DESIGN)
    assert calls == [(2, 1), (2, 1)]


# A disk that takes no more


def test_a_full_disk_is_one_message_and_keeps_what_is_there(tmp_path):
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    fill(tmp_path, 2)
    runs = Store(tmp_path, DESIGN)
    runs._path = Path("/dev/full")
    with pytest.raises(InputError) as error, runs:
        runs.add(failed(2))
    (message,) = error.value.problems
    assert "No space left on device. 2 runs are kept there; free space" in message
    assert "give the same command again" in message
    assert held(tmp_path) == names(2)


def test_a_disk_that_is_full_at_a_part_keeps_the_journal(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(store, "PART_RUNS", 3)
        patch.setattr(pq, "write_table", full)
        runs = Store(tmp_path, DESIGN)
        runs.add(failed(0))
        runs.add(failed(1))
        with pytest.raises(InputError, match=r"No space left on device\. 3 runs are kept"), runs:
            runs.add(failed(2))
    assert parts(tmp_path) == []
    assert held(tmp_path) == names(3)
    fill(tmp_path, 5)
    assert held(tmp_path) == names(5)


def test_a_record_half_written_to_a_full_disk_is_no_run(tmp_path):
    runs = Store(tmp_path, DESIGN)
    runs.add(failed(0))
    inner = runs._file

    class Full:
        closed = False

        def __getattr__(self, name):
            return getattr(inner, name)

        def write(self, data):
            inner.write(memoryview(data)[: len(data) // 2])
            inner.flush()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    runs._journal = pa.ipc.new_stream(pa.PythonFile(Full(), "w"), store.SCHEMA)
    with pytest.raises(InputError, match="1 runs are kept"):
        runs.add(failed(1))
    abandon(runs)
    assert held(tmp_path) == names(1)


def test_a_file_in_the_way_and_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match=r"cannot be written: .*name another folder"):
        Store(tmp_path / "file", DESIGN)
    with pytest.raises(InputError, match=r"cannot be written: .*name another folder"):
        Store(tmp_path / "file" / "below", DESIGN)
    if Path("/proc/self").exists():  # not even for root
        with pytest.raises(InputError, match="cannot be written"):
            Store("/proc/self/runs", DESIGN)
    assert (tmp_path / "file").read_text() == "x"


def test_plan_is_a_row_a_scenario_with_what_varies(tmp_path):
    world = World.synthetic(3, seed=1)
    scenarios = [Scenario(world, replication=k) for k in range(3)]
    varied = pd.DataFrame({"search.rate": [0.1, 0.2, 0.3]}, index=[5, 6, 7])
    with Store(tmp_path, DESIGN) as runs:
        runs.plan(scenarios, varied)
    table = pd.read_parquet(tmp_path / "scenarios.parquet")
    assert table["run_id"].tolist() == [one.run_id for one in scenarios]
    assert table["search.rate"].tolist() == [0.1, 0.2, 0.3]


def test_keeping_a_run_costs_little(tmp_path, done):
    batch = as_batch(done)
    assert batch.num_rows == 1
    with Store(tmp_path, DESIGN) as runs:
        runs.add(done)
        began = time.perf_counter()
        for k in range(100):
            runs.add(replace(done, run_id=f"run{k:03}"))
        # 0.3 ms measured; ten times that is a defect on any machine.
        assert time.perf_counter() - began < 100 * 3e-3


LOADED = """
import sys
from pathlib import Path
import s3sim, s3sim.simulation.engine, s3sim.outcomes, s3sim.policies, s3sim.simulation.recorder, s3sim.simulation.scenario
home = Path(s3sim.__file__).parent
files = [m.__file__ for n, m in sys.modules.items() if n.partition(".")[0] == "s3sim" and m.__file__]
print(*sorted(Path(file).relative_to(home).as_posix() for file in files), sep="\\n")
"""


def test_the_fingerprint_is_of_what_a_run_loads_and_of_nothing_above():
    told = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    )
    loaded = set(told.stdout.split())
    home = Path(provenance.__file__).parents[1]
    everything = {path.relative_to(home).as_posix() for path in home.rglob("*.py")}
    of_a_run = {
        name
        for name in everything
        if name.partition("/")[0] in provenance.OF_A_RUN and name not in provenance.NOT_OF_A_RUN
    }
    assert loaded - of_a_run <= {"__init__.py", "outcomes/declared.py"}
    # Worlds made up for tests and demonstrations, and views for Mesa.
    assert of_a_run - loaded <= {
        "world/synthetic.py",
        "simulation/result.py",
        "simulation/replay.py",
    }


# Names, digests, ownership


def test_outcomes_are_stored_by_name_whatever_their_order(tmp_path, done, monkeypatch):
    with Store(tmp_path, DESIGN) as runs:
        runs.add(done)
    order = {name: OUTCOMES[name] for name in reversed(list(OUTCOMES))}
    monkeypatch.setattr(provenance, "OUTCOMES", order)
    with Store(tmp_path, DESIGN) as runs:
        back = runs.load()[done.run_id]
    assert back.outcomes == pytest.approx(done.outcomes, nan_ok=True)
    for name in OUTCOMES:
        assert back.regions[name].tobytes() == done.regions[name].tobytes()
        assert back.paths[name].tobytes() == done.paths[name].tobytes()


def test_an_outcome_added_later_is_lacking_in_old_runs_and_said_once(tmp_path, done, monkeypatch):
    with Store(tmp_path, DESIGN) as runs:
        runs.add(done)
    wages = replace(OUTCOMES["employment"], name="wages")
    monkeypatch.setitem(OUTCOMES, "wages", wages)
    with Store(tmp_path, DESIGN) as runs:
        (note,) = runs.notes
        assert "1 runs" in note
        assert "wages" in note
        back = runs.load()[done.run_id]
        assert "wages" not in back.outcomes
    with Store(tmp_path, DESIGN) as runs:
        assert runs.notes == []
    frame = runs_table([back])
    assert frame["wages"].isna().all()
    assert frame["employment"].item() == done.outcomes["employment"]
    assert "wages" not in set(timeline_table([back])["outcome"])


def test_an_outcome_that_is_declared_otherwise_is_other_code(tmp_path, monkeypatch):
    fill(tmp_path, 1)
    other = {**provenance.outcome_fingerprints(), "employment": "0" * 16}
    monkeypatch.setattr(provenance, "outcome_fingerprints", lambda: other)
    with pytest.raises(
        InputError, match=r"another version of the model's code made \(employment\)"
    ):
        Store(tmp_path, DESIGN)
    assert held(tmp_path, accept_code=True) == []


@pytest.mark.parametrize("size", [64, 512, 4096])
def test_a_zeroed_tail_of_the_journal_is_no_run(torn, size):
    folder, _ = torn
    journal = folder / "parts" / "journal.arrows"
    whole = journal.read_bytes()
    expected = {run.run_id: run for _, run in whole_runs(journal)}
    for cut in range(0, len(whole), size):
        journal.write_bytes(whole[:cut] + b"\0" * (len(whole) - cut))
        for _, run in whole_runs(journal):
            assert run == expected[run.run_id], cut


def test_flipped_bits_are_never_taken_for_results(tmp_path, done):
    with Store(tmp_path / "part", DESIGN) as runs:
        runs.add(done)
    runs = Store(tmp_path / "journal", DESIGN)
    runs.add(done)
    abandon(runs)
    (part,), journal = parts(tmp_path / "part"), tmp_path / "journal" / "parts" / "journal.arrows"
    luck = np.random.default_rng(0)
    for path, folder in ((part, "part"), (journal, "journal")):
        whole = path.read_bytes()
        for _ in range(60):
            flipped = bytearray(whole)
            flipped[luck.integers(len(whole))] ^= 1 << int(luck.integers(8))
            path.write_bytes(flipped)
            try:
                found = load(tmp_path / folder)
            except InputError as error:
                found = []
                if str(path) not in str(error):
                    raise
            assert all(digest(run) == digest(done) for run in found)


def test_a_finished_store_is_looked_at_without_lock_or_writing(tmp_path):
    fill(tmp_path, 2)
    (tmp_path / ".lock").unlink()
    before = bytes_of(tmp_path)
    with Store(tmp_path, DESIGN, read_only=True) as runs:
        assert sorted(runs.run_ids) == names(2)
        runs.plan([])
        with pytest.raises(InputError, match="cannot be written: Read-only file system"):
            runs.add(failed(2))
    assert bytes_of(tmp_path) == before


def test_a_store_on_read_only_media_is_opened_to_look(tmp_path, monkeypatch):
    fill(tmp_path, 2)

    def refuse(folder):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(store, "locked", refuse)
    assert held(tmp_path) == names(2)


@pytest.mark.parametrize("name", ["parts", "parts/journal.arrows", "manifest.json"])
def test_links_are_refused(tmp_path, name):
    fill(tmp_path / "store", 1)
    target = tmp_path / "store" / name
    if target.exists():
        target.rename(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").touch()
    target.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="is a symbolic link"):
        Store(tmp_path / "store", DESIGN)


def test_discarding_a_store_leaves_what_is_a_users(tmp_path):
    folder = tmp_path / "store"
    fill(folder, 2)
    for name in ("film.part", "notes.txt", "parts/part-x.parquet"):
        (folder / name).write_text("mine")
    fill(folder, 3)
    discard(folder)
    left = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert left == {"film.part", "notes.txt", "parts/part-x.parquet"}
    with pytest.raises(InputError, match="is not a store"):
        discard(folder)
    fill(tmp_path / "other", 2)
    discard(tmp_path / "other")
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("column", ["policy", "status", "seconds", "digest", "run_id"])
def test_empty_cells_in_a_part_are_one_message(tmp_path, column):
    fill(tmp_path, 2)
    (part,) = parts(tmp_path)
    table = pq.read_table(part, partitioning=None)
    place = table.column_names.index(column)
    nulls = pa.nulls(2, table.schema.field(column).type)
    pq.write_table(table.set_column(place, column, nulls), part)
    with pytest.raises(InputError) as error:
        load(tmp_path)
    assert len(error.value.problems) == 1
    assert str(part) in str(error.value)
