"""The scoreboard as a whole: runs, judgement, files, command line."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from s3sim.cli import app
from s3sim.core.errors import InputError
from s3sim.validation import jobs
from s3sim.validation.jobs import TIERS, Case, jobs_of
from s3sim.validation.scoreboard import Scoreboard, validate
from s3sim.validation.targets import targets

TINY = (Case("partners", 0.005, base=2, turnover=1, strategies=1, meeting=1, grant=1),)


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setitem(TIERS, "quick", TINY)


@pytest.fixture(scope="module")
def board():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(TIERS, "quick", TINY)
        return validate(workers=1, progress=False)


def s3sim(*arguments):
    return CliRunner().invoke(app, ["validate", *arguments], env={"COLUMNS": "160"})


def test_every_fact_of_the_world_has_a_row(board):
    rows = board.rows
    asked = {t.id for t in targets() if "partners" in t.worlds and t.run != "century"}
    missing = {t.id for t in targets() if t.missing}
    assert set(rows["id"]) == asked - missing
    assert rows["score"].dropna().between(0, 1).all()


def test_the_worst_year_counts(board):
    values = board.values[board.values["id"] == "T16 LV"]
    assert sorted(values["part"].unique()) == [0, 1, 2]
    row = board.rows.set_index("id").loc["T16 LV"]
    means = values.groupby("part")["value"].mean()
    assert row["mean"] in means.to_numpy()


def test_the_sums_are_those_of_the_rows(board):
    scored = board.rows[board.rows["score"].notna()]
    (told,) = board.summary.to_dict("records")
    assert told["facts"] == len(scored)
    assert told["passed"] == (scored["status"] == "PASS").sum()
    assert told["score"] == pytest.approx(scored["score"].mean())
    assert told["runs"] == 2
    assert f"{told['passed']} of {told['facts']} known facts in the world partners" in board.line


def test_number_of_workers_changes_nothing(board):
    other = validate(workers=2, progress=False)
    assert other.values.equals(board.values)


def test_what_is_saved_is_what_is_loaded(board, tmp_path):
    judgement, runs = board.save(tmp_path)
    again = Scoreboard.load(judgement)
    assert again.rows["score"].fillna(-1).tolist() == pytest.approx(
        board.rows["score"].fillna(-1).tolist(), abs=1e-4
    )
    assert again.line == board.line
    assert len(pd.read_csv(runs)) == len(board.values)


def test_a_file_that_is_no_scoreboard_is_named(tmp_path):
    (tmp_path / "x.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"x\.json holds no scoreboard"):
        Scoreboard.load(tmp_path / "x.json")


def test_a_century_tells_its_first_years_too(monkeypatch):
    monkeypatch.setitem(TIERS, "quick", (Case("partners", 0.005, base=3, century=2, turnover=1),))
    made = jobs_of("quick", ["partners"], 0)
    assert sorted(job.runs for job in made) == [("base",), ("base", "century"), ("base", "century"), ("turnover",)]  # fmt: skip
    assert made[0].years == 100


def test_full_asks_at_three_scales_in_both_worlds():
    cases = {(case.world, case.scale) for case in TIERS["full"]}
    assert cases == {(w, s) for w in ("partners", "bsr") for s in (0.05, 0.2, 1.0)}
    assert all(case.century for case in TIERS["full"])


def test_all_mistakes_at_once():
    with pytest.raises(InputError) as wrong:
        validate("quik", ["mars"], seed=-1, workers=0)
    told = str(wrong.value)
    assert len(wrong.value.problems) == 4
    for part in ("did you mean 'quick'", "unknown world 'mars'", "seed", "workers"):
        assert part in told


def test_the_command_prints_and_writes(tmp_path):
    ended = s3sim("--workers", "1", "--quiet", "--out", str(tmp_path))
    assert ended.exit_code == 0, ended.output
    assert "World partners, scale 0.005" in ended.output
    assert "T02a" in ended.output
    assert (tmp_path / "validation.json").exists()
    again = s3sim("--workers", "1", "--quiet", "--out", str(tmp_path))
    assert again.exit_code == 0, again.output


def test_a_run_that_fails_is_named(monkeypatch):
    def broken(scenario):
        raise FloatingPointError("overflow")

    monkeypatch.setattr(jobs, "record", broken)
    with pytest.raises(RuntimeError, match=r"overflow \(s3sim run --policy no_s3 --world partners"):
        validate(workers=1, progress=False)


def test_json_is_one_object():
    ended = s3sim("--workers", "1", "--json")
    assert ended.exit_code == 0
    told = json.loads(ended.stdout)
    assert np.isfinite(told["summary"][0]["score"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--tier", "quik"), "did you mean 'quick'"),
        (("--world", "mars"), "unknown world 'mars'"),
        (("--workers", "none"), "--workers"),
        (("--seed", "x"), "--seed"),
    ],
)
def test_mistakes_end_with_two(arguments, told):
    ended = s3sim(*arguments)
    assert ended.exit_code == 2
    assert told in ended.output


def test_a_file_of_the_user_is_kept(tmp_path):
    (tmp_path / "validation.json").write_text("my own", encoding="utf-8")
    ended = s3sim("--workers", "1", "--out", str(tmp_path))
    assert ended.exit_code == 2
    assert (tmp_path / "validation.json").read_text(encoding="utf-8") == "my own"
