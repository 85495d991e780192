"""How commands end when something is wrong: one line, nothing lost, an exit code that says so."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from s3sim import cli
from s3sim.core.errors import InputError, printable
from s3sim.ensemble import results
from s3sim.report.comparison_result import ComparisonResult
from s3sim.world.assemble import DATA

TINY = ["--scale", "0.001", "--years", "2"]
FAST = ["compare", *TINY, "--replications", "2", "--workers", "1", "--policies", "trans_s3", "--quiet"]  # fmt: skip
posix = pytest.mark.skipif(os.name == "nt", reason="streams and signals as on POSIX")


@pytest.fixture
def s3sim(tmp_path, monkeypatch):
    """The command line in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def call(*arguments):
        result = CliRunner().invoke(cli.app, [str(one) for one in arguments], prog_name="s3sim")
        assert "Traceback" not in result.output
        return result

    return call


def raising(error):
    def instead(*_, **__):
        raise error

    return instead


@pytest.mark.parametrize(
    "option",
    ["--out", "--policies", "--dask", "--world", "--scenario", "--baseline", "--set", "--years",
     "--workers", "--max-seconds"],
)  # fmt: skip
@pytest.mark.parametrize("value", ["", " "])
def test_an_empty_option_is_refused(s3sim, tmp_path, option, value):
    result = s3sim(*FAST, option, value)
    assert result.exit_code == 2
    assert f"s3sim: {option} is empty; give it a value or leave it out." in result.stderr
    assert not list(tmp_path.iterdir())


def test_empty_options_of_the_other_commands(s3sim, tmp_path):
    for command in (["run", "--out", ""], ["experiment", "run", "e05", "--store", ""], ["init", ""],
                    ["experiment", "list", "--folder", ""], ["describe", "regions", "--world", ""]):  # fmt: skip
        result = s3sim(*command)
        assert result.exit_code == 2
        assert "is empty" in result.stderr
    assert s3sim("compare", "--policies", ",").exit_code == 2
    assert not list(tmp_path.iterdir())


def test_a_repeated_option_is_told_and_a_repeated_parameter_refused(s3sim):
    result = s3sim("run", *TINY, "--years", "3", "--quiet")
    assert result.exit_code == 0
    assert "--years is given 2 times; the last one counts: 3." in result.stderr
    result = s3sim(*FAST, "--set", "search.rate=0.2", "--set", "search.rate=0.3")
    assert result.exit_code == 2
    assert "'search.rate' is set twice" in result.stderr


def test_bytes_that_are_no_text_are_refused(s3sim):
    result = s3sim(*FAST, "--world", "r\udce9gions")
    assert result.exit_code == 2
    assert r"--world = 'r\udce9gions' is not text in UTF-8; rename it." in result.stderr


def test_control_characters_are_escaped_and_long_lists_cut(s3sim):
    assert printable("a\x1b[31m\u200b b") == r"a\x1b[31m\u200b b"
    result = s3sim(*FAST, "--policies", "a\x1b[31mb", *(f"p{k}" for k in range(40)))
    assert "\x1b" not in result.stderr
    assert len(result.stderr.splitlines()) == 11
    assert result.stderr.splitlines()[-1].startswith("s3sim: and ")


def test_an_unexpected_error_names_a_log_file(s3sim, monkeypatch, tmp_path):
    monkeypatch.setattr("s3sim.simulation.result.run_one", raising(TypeError("odd")))
    result = s3sim("run", *TINY, "--quiet")
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert "an unexpected error (TypeError: odd)" in line
    (log,) = tmp_path.glob("s3sim-*.log")
    assert log.name in line
    assert "TypeError: odd" in log.read_text()


def test_a_report_that_fails_costs_no_table(s3sim, monkeypatch, tmp_path):
    monkeypatch.setattr(ComparisonResult, "save_report", raising(ValueError("no such font")))
    result = s3sim(*FAST)
    assert result.exit_code == 1
    assert "After 2 years" in result.stdout
    assert "the report could not be written: an unexpected error (ValueError: no such font)" in result.stderr  # fmt: skip
    assert (tmp_path / "results/compare/effects.csv").exists()


def test_no_complete_replication_is_no_success(s3sim, monkeypatch):
    monkeypatch.setattr("s3sim.report.front_door.sweep", lambda *_, **__: ([], False))
    result = s3sim(*FAST)
    assert result.exit_code == 1
    assert "stopped before a replication was complete" in result.stderr


def test_run_on_a_full_disk_leaves_nothing(s3sim, monkeypatch, tmp_path):
    monkeypatch.setattr(results, "write_json", raising(OSError(28, "No space left on device")))
    result = s3sim("run", *TINY, "--quiet", "--out", "one")
    assert result.exit_code == 2
    assert result.stderr == (
        "s3sim: --out one cannot be written: No space left on device; free space or name another folder.\n"
    )
    assert not list((tmp_path / "one").iterdir())


def test_init_on_a_full_disk_leaves_nothing(s3sim, monkeypatch, tmp_path):
    def full(path, *_, **__):
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    result = s3sim("init", "my.toml")
    assert result.exit_code == 2
    assert "s3sim: my.toml cannot be written: No space left on device" in result.stderr
    assert not list(tmp_path.iterdir())


def test_run_replaces_only_what_it_wrote(s3sim, tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one/ledger.csv").write_text("my own")
    result = s3sim("run", *TINY, "--quiet", "--out", "one")
    assert result.exit_code == 2
    assert "one holds ledger.csv, which s3sim did not write" in result.stderr
    assert (tmp_path / "one/ledger.csv").read_text() == "my own"


@pytest.mark.parametrize("name", ["effects.csv", "store/mydata.txt", "store/film.part"])
@pytest.mark.parametrize("more", [[], ["--overwrite"]])
def test_compare_leaves_files_of_a_user(s3sim, tmp_path, name, more):
    mine = tmp_path / "out" / name
    mine.parent.mkdir(parents=True)
    mine.write_text("precious")
    result = s3sim(*FAST, "--no-report", "--out", "out", *more)
    if more and name == "effects.csv":
        assert result.exit_code == 0  # asked for by name
        return
    assert mine.read_text() == "precious"
    if name == "effects.csv" or more:
        assert result.exit_code == 2
        assert len(result.stderr.splitlines()) == 1
    else:  # a store beside the user's file takes nothing from it
        assert result.exit_code == 0


def three(folder):
    """A user's folder: three regions cut out of the shipped tables."""
    folder.mkdir()
    for name in ("regions.csv", "employment.csv"):
        head, *rows = (DATA / name).read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [row for row in rows if row.startswith(("PL84", "DE60", "SE23"))]
        (folder / name).write_text("".join([head, *kept]), encoding="utf-8")
    return folder


def test_a_folder_called_like_a_shipped_world_is_told_apart(s3sim, tmp_path):
    three(tmp_path / "partners")
    result = s3sim("run", *TINY, "--quiet", "--world", "partners")
    assert "the one that the package ships; for the folder beside you write ./partners" in result.stderr  # fmt: skip
    result = s3sim(*FAST, "--world", "./partners", "--no-report")
    assert result.exit_code == 0
    assert "ships" not in result.stderr


def test_what_a_user_should_know_of_a_world_is_told_once(s3sim, tmp_path):
    table = three(tmp_path / "three") / "regions.csv"
    head, *rows = table.read_text(encoding="utf-8").splitlines()
    wider = [f"{head},mayor", *(f"{row},x" for row in rows)]
    table.write_text("\n".join(wider) + "\n", encoding="utf-8")
    for command in (["run", *TINY, "--quiet"], ["describe", "domains"]):
        result = s3sim(*command, "--world", "three")
        assert result.exit_code == 0, result.output
        assert sum("mayor" in line for line in result.stderr.splitlines()) == 1


@posix
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_closed_streams_cost_nothing(tmp_path, closed):
    command = f"'{sys.executable}' -m s3sim run {' '.join(TINY)} --out one {closed}"
    assert subprocess.run(command, shell=True, cwd=tmp_path).returncode == 0
    assert (tmp_path / "one/manifest.json").exists()


@posix
def test_nobody_reads_or_nothing_can_be_printed(tmp_path):
    command = f"'{sys.executable}' -m s3sim describe parameters"
    for end, code in (("| head -n 1; exit ${PIPESTATUS[0]}", 1), ("> /dev/full", 2)):
        if "full" in end and not Path("/dev/full").exists():
            continue
        done = subprocess.run(["bash", "-c", f"{command} {end}"], cwd=tmp_path, capture_output=True, text=True)  # fmt: skip
        assert done.returncode == code
        assert len(done.stderr.splitlines()) == code - 1


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_end_a_sweep_with_its_complete_replications(tmp_path, number):
    command = [sys.executable, "-m", "s3sim", "compare", "--world", str(three(tmp_path / "three")), "--scale", "0.01",
               "--replications", "30", "--workers", "2", "--policies", "trans_s3", "--no-report"]  # fmt: skip
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True,
                               stderr=subprocess.PIPE, start_new_session=True)  # fmt: skip
    told = ""
    while " of 60 runs" not in told:
        line = process.stderr.readline()
        assert line, told
        told += line
    os.kill(process.pid, number)
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 128 + number, rest
    assert "Traceback" not in rest
    assert "leaked" not in rest
    assert "replications were complete and are kept in results/compare" in rest
    assert (tmp_path / "results/compare/effects.csv").exists()


def test_a_mistake_is_no_unexpected_error(s3sim, monkeypatch):
    monkeypatch.setattr(
        "s3sim.simulation.result.run_one", raising(InputError(["so", "so", "not so"]))
    )
    assert s3sim("run", *TINY, "--quiet").stderr.splitlines() == ["s3sim: so", "s3sim: not so"]
