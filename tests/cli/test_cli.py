import json
import os
import subprocess
import sys

import pandas as pd
import pytest
from typer.testing import CliRunner

from s3sim import cli
from s3sim.cli.options import spread
from s3sim.ensemble.options import OPTIONS
from s3sim.policies import POLICIES
from s3sim.simulation import result as explore_result
from s3sim.world.assemble import DATA

SMALL = ["--scale", "0.01", "--years", "2", "--replications", "2", "--workers", "1"]
FAST = ["compare", *SMALL, "--policies", "trans_s3_tibs", "--no-report", "--quiet"]


@pytest.fixture
def s3sim(tmp_path, monkeypatch):
    """The command line in this process, in an empty folder, 80 columns wide."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def call(*arguments):
        return CliRunner().invoke(cli.app, [str(one) for one in arguments], prog_name="s3sim")

    return call


@pytest.fixture
def three(tmp_path):
    """A user's folder: three regions cut out of the shipped tables."""
    folder = tmp_path / "three"
    folder.mkdir()
    for file in ("regions.csv", "employment.csv"):
        table = pd.read_csv(DATA / file, dtype=str, keep_default_na=False)
        table[table["region"].isin(["PL84", "DE60", "SE23"])].to_csv(folder / file, index=False)
    return folder


def shell(*arguments, cwd, flags=(), **settings):
    command = [sys.executable, *flags, "-m", "s3sim", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, env={**os.environ, **settings})  # fmt: skip


def said(result):
    """Output without line breaks, checked to hold no traceback."""
    assert "Traceback" not in result.output, result.output
    return " ".join(result.output.split())


# What it does


def test_compare_prints_table_headline_and_files(s3sim, tmp_path):
    result = s3sim("compare", *SMALL, "--years", "4", "--policies", "trans_s3", "tibs_only",
                   "--out", "here", "--no-report")  # fmt: skip
    text = said(result)
    assert result.exit_code == 0
    for part in ("11 regions,", "2 replications, 6 runs", "--scale 1 would take about",
                 "Trans-S3", "TIBS only", "Cross-border", "Gross value added", "/2", "○", "pp",
                 "After 4 years at equal public money", "Tables: here"):  # fmt: skip
        assert part in text, part
    assert all(len(line) <= 80 for line in result.stdout.splitlines())
    effects = pd.read_csv(tmp_path / "here" / "effects.csv")
    assert set(effects["policy"]) == {"trans_s3", "tibs_only"}
    assert (tmp_path / "here" / "manifest.json").exists()


def test_quiet_says_nothing_on_the_way(s3sim):
    result = s3sim(*FAST)
    assert result.exit_code == 0
    assert "s3sim:" not in result.output
    assert "Tables: results/compare" in result.output


def test_plain_progress_where_there_is_no_terminal(s3sim):
    arguments = [one for one in FAST if one != "--quiet"]
    text = said(s3sim(*arguments))
    assert "s3sim: 2 of 4 runs, about" in text
    assert "s3sim: 4 of 4 runs" in text


def test_json_is_one_object_and_nothing_else(s3sim):
    done = s3sim(*FAST, "--json", "--out", "j")
    assert done.exit_code == 0
    assert done.stderr == ""
    told = json.loads(done.stdout)
    assert told["headline"].startswith("After 2 years")
    assert told["failures"] == []
    assert told["out"] == "j"
    assert {row["policy"] for row in told["effects"]} == {"trans_s3_tibs"}
    assert set(told["effects"][0]) >= {"outcome", "unit", "effect", "ci_low", "ci_high", "verdict"}


def test_one_and_two_workers_give_the_same_bytes_and_a_report(tmp_path):
    for n, report in (("1", []), ("2", ["--no-report"])):
        arguments = [*FAST[:-2], *report, "--quiet", "--workers", n, "--out", n]
        done = shell(*arguments, cwd=tmp_path, PYTHONIOENCODING="ascii", MPLBACKEND="nonsense")
        assert done.returncode == 0, done.stderr
        assert ("Report: 1" in done.stdout) == (n == "1")
    one, two = ((tmp_path / n / "effects.csv").read_bytes() for n in ("1", "2"))
    assert one == two
    assert (tmp_path / "1" / "report.html").stat().st_size > 10_000


def test_own_world_and_options_over_a_scenario_file(s3sim, three, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(
        'world = "three"\nyears = 3\nreplications = 2\nscale = 0.01\npolicies = ["trans_s3"]\n'
        "[parameters]\nsearch.rate = 0.2\n"
    )
    result = s3sim("compare", "--scenario", file, "--years", "2", "--set", "search.rate=0.3",
                   "--workers", "1", "--no-report")  # fmt: skip
    assert result.exit_code == 0, result.output
    manifest = json.loads((tmp_path / "results/compare/manifest.json").read_text())
    assert manifest["scenario"]["years"] == 2
    assert manifest["scenario"]["world"] == "three"
    assert manifest["changed_parameters"] == {"search.rate": 0.3}


def test_run_prints_and_writes(s3sim, tmp_path):
    arguments = ["run", "--policy", "trans_s3", "--scale", "0.01", "--years", "2", "--out", "one"]
    text = said(s3sim(*arguments))
    assert "Gross value added" in text
    assert "EUR million a year" in text
    assert pd.read_parquet(tmp_path / "one" / "timeline.parquet")["quarter"].max() == 8
    assert pd.read_parquet(tmp_path / "one" / "regions.parquet")["region"].nunique() == 11
    assert (tmp_path / "one" / "ledger.csv").exists()
    assert json.loads((tmp_path / "one" / "manifest.json").read_text())["policy"] == "trans_s3"
    again = json.loads(s3sim(*arguments, "--json").stdout)
    assert again["outcomes"]["gross_value_added"] > 0
    other = s3sim(*arguments, "--seed", "5")
    assert other.exit_code == 2
    assert "holds results of another scenario" in said(other)
    assert s3sim(*arguments, "--seed", "5", "--overwrite").exit_code == 0


def test_init_writes_a_file_that_runs(s3sim, tmp_path):
    assert s3sim("init", "sub/my.toml").exit_code == 0
    text = (tmp_path / "sub/my.toml").read_text()
    assert all(name in text for name in POLICIES)
    assert s3sim("compare", "--scenario", "sub/my.toml", *SMALL, "--no-report").exit_code == 0
    refused = s3sim("init", "sub/my.toml")
    assert refused.exit_code == 2
    assert "exists; name another file or add --overwrite" in said(refused)
    assert s3sim("init", "sub/my.toml", "--overwrite").exit_code == 0
    assert "is a folder" in said(s3sim("init", "sub"))


HEAVY = {"mesa", "pandas", "matplotlib", "scipy", "SALib", "pyarrow"}


@pytest.mark.parametrize(
    ("words", "heavy"),
    [(["--help"], {*HEAVY, "numpy", "pydantic"}), (["experiment", "list"], HEAVY)],
)
def test_help_and_lists_load_little(tmp_path, words, heavy):
    done = shell(*words, cwd=tmp_path, flags=("-X", "importtime"))
    lines = done.stderr.splitlines()
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}
    assert "typer" in loaded
    assert not loaded & heavy


def test_help_is_readable_and_agrees_with_the_code(s3sim):
    for command in ([], ["compare"], ["run"], ["describe"], ["init"]):
        result = s3sim(*command, "--help")
        assert result.exit_code == 0
        assert all(len(line) <= 80 for line in result.output.splitlines())
    text = said(s3sim("compare", "--help")).replace("│", "")
    text = " ".join(text.split())
    defaults = [OPTIONS[name].default for name in ("scale", "replications", "baseline")]
    defaults.append(" ".join(OPTIONS["policies"].default))
    for part in (*(f"default {value}" for value in defaults), "Examples"):
        assert part in text, part
    assert said(s3sim("--version")).startswith("s3sim 0")


# What it refuses


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--policies", "trans-s3"], "unknown policy 'trans-s3'; did you mean 'trans_s3'?"),
        (["--policies", "isolated_s3"], "nothing to compare with the baseline 'isolated_s3'"),
        (["--baseline", "isolated"], "--baseline: unknown policy 'isolated'; did you mean"),
        (["--world", "partnerz"], "--world: unknown world 'partnerz'; did you mean 'partners'?"),
        (["--set", "search.rat=0.3"], "unknown parameter 'search.rat'; did you mean 'search.rate'?"),
        (["--set", "search.rate=7"], "search.rate = 7 is out of range; allowed 0.05 to 0.6"),
        (["--set", "search.rate=nan"], "search.rate = nan is out of range"),
        (["--set", "brokers.lag=inf"], "brokers.lag = inf is out of range"),
        (["--set", "search.rate=often"], "search.rate = 'often' is not a number"),
        (["--set", "search.rate"], "--set 'search.rate' is not of the form name=value"),
        (["--policies", "trans_s3", "--set", "brokers.lag=2"], "belongs to none of the policies"),
        (["--years", "-3"], "--years = -3 is out of range; allowed 1 to 100"),
        (["--years", "ten"], "--years = 'ten' is not a whole number; allowed 1 to 100"),
        (["--years", "2", "--start", "2"], "policies would never start"),
        (["--seed", "-1"], "--seed = -1 is out of range; allowed 0 to 2147483648"),
        (["--scale", "0"], "--scale = 0 is out of range; allowed 0.001 to 1"),
        (["--scale", "nan"], "--scale = nan is out of range"),
        (["--replications", "1.5"], "--replications = 1.5 is not a whole number"),
        (["--workers", "0"], "--workers = 0 is out of range; allowed 1 to 1024"),
        (["--scenario", "none.toml"], "scenario file none.toml does not exist; 's3sim init"),
        (["--scenario", "."], "is not a file"),
    ],
)  # fmt: skip
def test_mistakes(s3sim, tmp_path, arguments, told):
    result = s3sim("compare", *arguments)
    assert result.exit_code == 2
    assert told in said(result)
    assert all(line.startswith("s3sim: ") for line in result.output.splitlines())
    assert not (tmp_path / "results").exists()


def test_all_mistakes_at_once(s3sim):
    result = s3sim("compare", "--policies", "nobody", "--world", "mars", "--set", "search.rate=9",
                   "--set", "x", "--years", "-1", "--set", "a.b=1", "--workers", "many",
                   "--scenario", "none.toml")  # fmt: skip
    assert result.exit_code == 2
    assert len(result.output.splitlines()) == 8
    for part in ("nobody", "mars", "search.rate = 9", "'x'", "--years", "a.b", "many", "none.toml"):
        assert part in result.output


def test_mistakes_of_run_and_describe(s3sim):
    result = s3sim("run", "--policy", "x", "--years", "0", "--replication", "-1")
    assert result.exit_code == 2
    assert len(result.output.splitlines()) == 3
    result = s3sim("run", "--policy", "isolated_s3", "--set", "brokers.lag=2")
    assert "policy 'isolated_s3' has no parameter 'brokers.lag'" in said(result)
    result = s3sim("describe", "policy", "--world", "mars")
    assert result.exit_code == 2
    assert "unknown table 'policy'; did you mean 'policies'?" in said(result)
    assert "unknown world 'mars'" in said(result)


def test_out_that_cannot_be_written(s3sim, tmp_path):
    (tmp_path / "file").write_text("")
    result = s3sim(*FAST, "--out", "file")
    assert result.exit_code == 2
    assert "--out file is a file; name a folder" in said(result)
    result = s3sim(*FAST, "--out", "file/below")
    assert result.exit_code == 2
    assert "cannot be written" in said(result)
    result = s3sim("run", "--scale", "0.01", "--years", "2", "--out", "file/below")
    assert result.exit_code == 2
    assert "Not a directory" in said(result)


def test_results_of_another_scenario_are_kept(s3sim, tmp_path):
    assert s3sim(*FAST).exit_code == 0
    before = (tmp_path / "results/compare/effects.csv").read_bytes()
    assert s3sim(*FAST).exit_code == 0
    assert (tmp_path / "results/compare/effects.csv").read_bytes() == before
    refused = s3sim(*FAST, "--seed", "3")
    assert refused.exit_code == 2
    assert "holds results of another scenario" in said(refused)
    assert (tmp_path / "results/compare/effects.csv").read_bytes() == before
    assert s3sim(*FAST, "--seed", "3", "--overwrite").exit_code == 0


# What goes wrong on the way


def failing(monkeypatch, when):
    real = explore_result.Engine.of
    counted = []

    def of(scenario):
        counted.append(scenario)
        when(scenario, len(counted))
        return real(scenario)

    monkeypatch.setattr(explore_result.Engine, "of", of)


def test_a_failing_run_is_named_and_the_others_kept(s3sim, monkeypatch, tmp_path):
    def when(scenario, _):
        if scenario.policy == "trans_s3_tibs" and scenario.replication == 1:
            raise FloatingPointError("overflow")

    failing(monkeypatch, when)
    result = s3sim(*FAST)
    assert result.exit_code == 1
    assert "run failed: trans_s3_tibs, replication 1: FloatingPointError: overflow" in said(result)
    assert "1 of 4 runs failed" in said(result)
    assert "No verdict: 1 of 4 runs failed" in result.output
    runs = pd.read_parquet(tmp_path / "results/compare/runs.parquet")
    assert sorted(runs["status"]) == ["failed", "ok", "ok", "ok"]


def test_when_all_runs_fail(s3sim, monkeypatch):
    def when(scenario, _):
        raise FloatingPointError("overflow")

    failing(monkeypatch, when)
    arguments = [one for one in FAST if one != "--no-report"]
    result = s3sim(*arguments, "--json")
    assert result.exit_code == 1
    assert len(json.loads(result.stdout)["failures"]) == 4
    assert "4 of 4 runs failed" in said(result)
    assert "run failed: FloatingPointError" in said(s3sim("run", "--years", "2", "--scale", "0.01"))


def test_stopping_keeps_complete_replications(s3sim, monkeypatch, tmp_path):
    def when(scenario, number):
        if number == 4:
            raise KeyboardInterrupt

    failing(monkeypatch, when)
    result = s3sim(*FAST)
    assert result.exit_code == 130
    assert "stopped: 1 of 2 replications were complete and are kept in results/compare" in said(result)  # fmt: skip
    assert len(pd.read_parquet(tmp_path / "results/compare/runs.parquet")) == 2
    manifest = json.loads((tmp_path / "results/compare/manifest.json").read_text())
    assert manifest["stopped_after_replications"] == 1


def test_stopping_at_once(s3sim, monkeypatch, tmp_path):
    def when(scenario, _):
        raise KeyboardInterrupt

    failing(monkeypatch, when)
    result = s3sim(*FAST)
    assert result.exit_code == 130
    assert "no tables were written" in said(result)
    assert [one.name for one in (tmp_path / "results/compare").iterdir()] == ["store"]


def test_a_full_disk_is_one_line(s3sim, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device", "effects.csv.part")

    monkeypatch.setattr("s3sim.ensemble.comparison.write", full)
    result = s3sim(*FAST)
    assert result.exit_code == 2
    assert said(result) == "s3sim: effects.csv.part: No space left on device."


def test_spread_leaves_other_arguments_alone():
    given = ["--policies=a", "--quiet", "--set", "x=1", "y=2", "--out", "here"]
    assert spread(given) == ["--policies=a", "--quiet", "--set", "x=1", "--set", "y=2", "--out", "here"]  # fmt: skip
