"""Listing, running, resuming and refusing experiments, as a user does."""

import json
import shutil

import pandas as pd
import pytest
from typer.testing import CliRunner

from s3sim.cli import app
from s3sim.core.errors import InputError
from s3sim.ensemble.experiments.config import ExperimentConfig, chosen, home, listed, names
from s3sim.ensemble.experiments.runner import load
from s3sim.ensemble.experiments.study import Study

SMALL = """# Is one small experiment enough?
title = "Small"
[design]
years = 2
scale = 0.005
start = 0
policies = ["isolated_s3", "trans_s3"]
only = ["search.rate", "joint"]
leave = ["joint.at_random"]
dummies = 1
samples = 16
[tier.smoke]
samples = 8
"""
SCRIPT = '''"""Is one small experiment enough?"""

import pandas as pd

from s3sim.ensemble.experiments.result import Answer


def designs(study):
    return [study.samples()]


def answer(study, run):
    samples, results = run
    table = pd.DataFrame({"run_id": [r.run_id for r in results],
                          "value": [r.outcomes["innovations"] for r in results]})
    return Answer(["It ran."], table, {"n": len(results)})
'''


@pytest.fixture
def s3sim(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/e90_small.toml").write_text(SMALL)
    (tmp_path / "mine/e90_small.py").write_text(SCRIPT)
    return lambda *arguments: CliRunner().invoke(
        app, ["experiment", *(str(one) for one in arguments), "--folder", "mine"]
    )


def test_list_as_json(s3sim):
    done = s3sim("list", "--json")
    assert json.loads(done.stdout) == [
        {"name": "e90_small", "question": "Is one small experiment enough?",
         "runs": {"smoke": 16, "standard": 32, "full": 32}, "uses_runs_of": None}
    ]  # fmt: skip


def test_the_packages_own_are_listed_with_their_runs():
    found = {one["name"]: one for one in listed(home())}
    assert list(found) == names(home())
    for one in found.values():
        assert one["question"].endswith("?")
        assert set(one["runs"]) == {"smoke", "standard", "full"}
        assert one["runs"]["smoke"] <= one["runs"]["standard"] <= one["runs"]["full"]


def test_files_state_the_runs_that_scripts_make():
    for name in names(home()):
        config, script = load(home(), name)
        made = script.designs(Study(config.at("smoke"), "smoke"))
        runs = sum(samples.runs for samples in made[1 if config.samples_of else 0 :])
        assert config.runs["smoke"] == runs, f"write [runs] smoke = {runs} into {name}.toml"


def test_run_resume_and_extend(s3sim, tmp_path):
    first = s3sim("run", "e90", "--tier", "smoke", "--out", "out", "--workers", 1)
    assert first.exit_code == 0, first.output
    assert "It ran." in first.output
    table = (tmp_path / "out/table.csv").read_bytes()
    assert len(pd.read_csv(tmp_path / "out/table.csv")) == 16
    again = s3sim("run", "e90_small", "--tier", "smoke", "--out", "out", "--workers", 2)
    assert again.exit_code == 0
    assert (tmp_path / "out/table.csv").read_bytes() == table
    more = s3sim("run", "e90", "--tier", "standard", "--out", "out", "--workers", 1)
    assert "16 of 32 runs are there already; 16 to go" in more.output
    larger = pd.read_csv(tmp_path / "out/table.csv")
    assert larger["run_id"].tolist()[:16] == pd.read_csv(pd.io.common.BytesIO(table))["run_id"].tolist()  # fmt: skip
    plan = pd.read_parquet(tmp_path / "out/store/scenarios.parquet")
    assert {"run_id", "policy", "search.rate", "dummy_1", "seed_coordinate"} <= set(plan.columns)
    assert plan["run_id"].tolist() == larger["run_id"].tolist()


def test_stopping_by_time_keeps_complete_worlds_and_goes_on(s3sim, tmp_path):
    part = s3sim("run", "e90", "--tier", "standard", "--out", "out", "--workers", 1,
                 "--max-seconds", "0.05")  # fmt: skip
    assert part.exit_code == 0
    assert "the same command goes on from there" in part.output
    assert not (tmp_path / "out/summary.json").exists()
    whole = s3sim("run", "e90", "--tier", "standard", "--out", "out", "--workers", 1)
    assert whole.exit_code == 0
    assert (tmp_path / "out/summary.json").exists()


def test_another_design_is_refused(s3sim, tmp_path):
    assert s3sim("run", "e90", "--tier", "smoke", "--out", "out", "--workers", 1).exit_code == 0
    path = tmp_path / "mine/e90_small.toml"
    path.write_text(SMALL.replace("years = 2", "years = 3"))
    refused = s3sim("run", "e90", "--tier", "smoke", "--out", "out", "--workers", 1)
    assert refused.exit_code == 2
    assert "holds results of another" in " ".join(refused.output.split())
    fresh = s3sim("run", "e90", "--tier", "smoke", "--out", "out", "--workers", 1, "--overwrite")
    assert fresh.exit_code == 0


USER = '''"""Does another experiment use these worlds?"""

import pandas as pd

from s3sim.ensemble.experiments.result import Answer


def designs(study):
    return [study.samples(), study.samples().first(8)]


def answer(study, run, more):
    return Answer(["It used them."], pd.DataFrame({"n": [len(run[1]), len(more[1])]}))
'''


def test_afresh_means_its_own_runs_and_leaves_those_of_others(s3sim, tmp_path):
    (tmp_path / "mine/e92_user.toml").write_text(
        SMALL.replace("Is one small experiment enough?", "Does another experiment use these worlds?")
        .replace('title = "Small"', 'title = "User"\nsamples_of = "e90_small"')
    )  # fmt: skip
    (tmp_path / "mine/e92_user.py").write_text(USER)
    both = ("run", "e90", "e92", "--tier", "smoke", "--out", "out", "--workers", 1)
    assert s3sim(*both).exit_code == 0

    stores = [tmp_path / "out/e90_small" / name for name in ("store", "store_e92_user_2")]

    def parts():
        return [
            {path: path.stat().st_mtime_ns for path in one.glob("parts/part-*")} for one in stores
        ]

    before = parts()

    def kept():
        return [now == then for now, then in zip(parts(), before, strict=True)]

    user = (
        "run",
        "e92",
        "--tier",
        "smoke",
        "--out",
        "u",
        "--store",
        stores[0],
        "--workers",
        1,
        "--overwrite",
    )
    told = s3sim(*user, "--dry-run").output
    assert "Runs: 16, 16 of them are there already" in told
    assert "Runs: 16\n" in told
    assert kept() == [True, True]
    assert s3sim(*user).exit_code == 0
    assert kept() == [True, False]
    before = parts()
    assert s3sim(*both, "--overwrite").exit_code == 0
    assert kept() == [False, False]


def test_a_tier_changes_single_options(tmp_path):
    path = tmp_path / "e93_options.toml"
    path.write_text(
        "# May a tier change one option?\n[design]\noptions = { a = 1, b = 2 }\n"
        "[tier.smoke]\noptions = { b = 3 }\n"
    )
    tiers = ExperimentConfig.read(path).tiers
    assert tiers["smoke"].options == {"a": 1, "b": 3}
    assert tiers["standard"].options == tiers["full"].options == {"a": 1, "b": 2}


def test_dry_run_writes_nothing(s3sim, tmp_path):
    done = s3sim("run", "e90", "--tier", "full", "--out", "out", "--dry-run", "--workers", 2)
    assert done.exit_code == 0, done.output
    assert "Runs: 32" in done.output
    assert "Time: about" in done.output
    assert "Disk: about" in done.output
    assert not (tmp_path / "out").exists()


def test_mistakes_are_told_at_once(s3sim, tmp_path):
    done = s3sim("run", "e91", "x", "--workers", "0", "--max-seconds", "-1")
    assert done.exit_code == 2
    told = " ".join(done.output.split())
    for part in ("--workers = 0", "--max-seconds = -1", "unknown experiment 'e91'", "unknown experiment 'x'"):  # fmt: skip
        assert part in told
    assert s3sim("run", "e90", "--tier", "smok", "--out", "out").exit_code == 2
    (tmp_path / "file").write_text("")
    assert "is a file" in s3sim("run", "e90", "--tier", "smoke", "--out", "file").output


def test_a_bad_file_is_explained(tmp_path):
    path = tmp_path / "e92_bad.toml"
    path.write_text(
        'tilte = "x"\n[design]\nsamples = -1\nyeers = 3\npolicies = ["trans-s3"]\n[tier.smok]\nsamples = 1\n'
    )
    with pytest.raises(InputError) as error:
        ExperimentConfig.read(path)
    told = "\n".join(error.value.problems)
    for part in ("not a question", "unknown key 'tilte'", "did you mean 'title'", "samples = -1",
                 "unknown setting 'yeers'; did you mean 'years'?", "unknown tier 'smok'"):  # fmt: skip
        assert part in told, told


def test_too_many_failures_give_no_verdict(s3sim, tmp_path, monkeypatch):
    from s3sim.simulation import result

    real = result.Engine.of

    def of(scenario):
        if scenario.policy == "trans_s3":
            raise FloatingPointError("overflow")
        return real(scenario)

    monkeypatch.setattr(result.Engine, "of", of)
    done = s3sim("run", "e90", "--tier", "smoke", "--out", "out", "--workers", 1)
    assert done.exit_code == 3
    assert "No verdict: 8 of 16 runs failed" in done.output
    rows = pd.read_csv(tmp_path / "out/table.csv")
    assert rows["message"].str.contains("overflow").all()
    assert rows["command"].str.startswith("s3sim run --policy trans_s3").all()


def test_names_can_be_short():
    where = home()
    assert chosen(where, ["e05"]) == ["e05_headline"]
    assert chosen(where, ["all"]) == names(where)


def test_an_experiment_without_a_script(tmp_path, s3sim):
    shutil.copy(tmp_path / "mine/e90_small.toml", tmp_path / "mine/e93_alone.toml")
    done = s3sim("run", "e93", "--tier", "smoke")
    assert done.exit_code == 2
    assert "has no script e93_alone.py" in done.output


BROKEN_FILES = {
    "e94_toml.toml": "# Is it TOML?\n[design\n",
    "e95_deep.toml": "# Is it deep?\na = " + "[" * 5000 + "]" * 5000,
    "e96_up.toml": '# May it climb?\nsamples_of = "../../.."\n',
    "e97_flat.toml": "# Is it a table?\ndesign = 3\ntier = [1]\ntitle = 7\n",
    "e98_huge.toml": "# Is it huge?\n[design]\nsamples = 10000000000000000000\noptions = { a = nan, b = 1979-05-27 }\n",
    "e99_bytes.toml": b"# Is it text?\xff\n",
}


def test_a_broken_file_is_a_line_and_no_script_runs(s3sim, tmp_path):
    for name, text in BROKEN_FILES.items():
        (tmp_path / "mine" / name).write_bytes(text.encode() if isinstance(text, str) else text)
    (tmp_path / "mine/e93_folder.toml").mkdir()
    (tmp_path / "mine/e90_small.py").write_text("raise SystemExit(0)")
    done = s3sim("list", "--json")
    assert done.exit_code == 0, done.output
    found = {row["name"]: row for row in json.loads(done.stdout)}
    assert found["e90_small"]["runs"]["smoke"] == 16
    assert len(found) == 2 + len(BROKEN_FILES)
    for name, row in found.items():
        assert ("problem" in row) == (name != "e90_small"), row
        assert len(row.get("problem", "")) < 500
    assert s3sim("list").exit_code == 0
    for name in found:
        done = s3sim("run", name, "--tier", "smoke", "--out", "out")
        assert done.exit_code == 2, done.output
        assert "Traceback" not in done.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("import pandas as pd", "import pandas as", "line 3"),
        ("import pandas as pd", "import sys; sys.exit(0)", "line 3"),
        ("def designs", "def design", "no function designs(study)"),
        ("def answer", "answer = 3\ndef result", "no function answer(study, *runs)"),
        ("[study.samples()]", "3", "list of samples"),
        ("[study.samples()]", "[study.option('x')]", "line 9"),
    ],
)
def test_a_slip_in_a_script_is_a_sentence(s3sim, tmp_path, old, new, said):
    (tmp_path / "mine/e90_small.py").write_text(SCRIPT.replace(old, new))
    done = s3sim("run", "e90", "--tier", "smoke", "--out", "out", "--workers", 1)
    told = " ".join(done.output.split())
    assert done.exit_code == 2, told
    assert said in told
    assert "e90_small.py" in told
    assert "Traceback" not in told


def test_a_slip_in_an_answer_costs_no_run(s3sim, tmp_path):
    path = tmp_path / "mine/e90_small.py"
    command = ("run", "e90", "--tier", "smoke", "--out", "out", "--workers", 1)
    returned = 'return Answer(["It ran."], table, {"n": len(results)})'
    for line, said in {
        "raise SystemExit(0)": "line 16",
        "return 1 / 0": "ZeroDivisionError",
        "return None": "returns an Answer",
        'return Answer("It ran.", table)': "Answer.findings is not a list of sentences",
        'return Answer(["It ran."], 3)': "Answer.table is not a DataFrame",
        'return Answer(["It ran."], table, {"n": object()})': "Answer.numbers",
        'return Answer(["It ran."], table, figures={"../x": 3})': "Answer.figures",
    }.items():
        path.write_text(SCRIPT.replace(returned, line))
        done = s3sim(*command)
        told = " ".join(done.output.split())
        assert done.exit_code == 2, told
        assert said in told
        assert "Runs that were made are kept" in told
        assert not (tmp_path / "out/summary.json").exists()
    path.write_text(SCRIPT)
    done = s3sim(*command, "--dry-run")
    assert "16 of them are there already" in done.output
    assert s3sim(*command).exit_code == 0


def test_a_figure_that_fails_costs_neither_table_nor_summary(s3sim, tmp_path):
    figure = 'type("Figure", (), {"savefig": None})()'
    text = SCRIPT.replace("len(results)})", 'len(results)}, {"bad": ' + figure + "})")
    (tmp_path / "mine/e90_small.py").write_text(text)
    done = s3sim("run", "e90", "--tier", "smoke", "--out", "out", "--workers", 1)
    assert done.exit_code == 1
    assert "figure bad could not be drawn" in " ".join(done.output.split())
    assert "It ran." in done.output
    assert (tmp_path / "out/summary.json").exists()


def test_afresh_removes_nothing_that_is_not_its_own(s3sim, tmp_path):
    users = tmp_path / "users"
    users.mkdir()
    (users / "thesis.txt").write_text("years of work")
    command = ("run", "e90", "--tier", "smoke", "--out", "out", "--workers", 1, "--overwrite")
    done = s3sim(*command, "--store", users)
    assert done.exit_code == 2
    assert "nothing was removed" in " ".join(done.output.split())
    (users / "thesis.txt").rename(tmp_path / "thesis.txt")
    assert s3sim(*command, "--store", users).exit_code == 0
    for name in ("thesis.txt", "parts/mine.parquet"):
        (users / name).write_text("years of work")
    (tmp_path / "link").symlink_to(users)
    assert s3sim(*command, "--store", tmp_path / "link").exit_code == 2
    (users / "parts/mine.parquet").unlink()
    assert s3sim(*command, "--store", users).exit_code == 0
    assert (users / "thesis.txt").read_text() == "years of work"
