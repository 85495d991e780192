"""`s3sim validate --trial` and `--hindcast` as a user calls them."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from s3sim.cli import app, trials


@pytest.fixture(autouse=True)
def few_runs(monkeypatch):
    monkeypatch.setitem(trials.TRIALS, "quick", (0.03, 2))
    monkeypatch.setitem(trials.HINDCASTS, "quick", (0.004, 1))


def call(*arguments):
    return CliRunner().invoke(app, ["validate", "--workers", "1", *arguments])


def test_the_trial_prints_effects_and_saves_them(tmp_path):
    done = call("--trial", "--out", str(tmp_path))
    assert done.exit_code == 0
    told = done.stdout
    assert "One brokered meeting abroad" in told
    assert "A first grant" in told
    saved = pd.read_csv(tmp_path / "trial.csv")
    assert set(saved["trial"]) == {"meeting", "grant"}
    assert set(saved["years"]) == {1, 2, 3, 5}


def test_the_hindcast_prints_errors_beside_rivals_and_saves_them(tmp_path):
    done = call("--hindcast", "--out", str(tmp_path))
    assert done.exit_code == 0
    told = done.stdout
    assert "gdp per head" in told
    assert "random walk" in " ".join(told.split())
    assert {"rival", "statistic", "p"} <= set(pd.read_csv(tmp_path / "hindcast_tests.csv"))
    assert len(pd.read_csv(tmp_path / "hindcast_forecasts.csv"))


def test_json_is_nothing_but_json():
    rows = json.loads(call("--trial", "--json").stdout)
    assert {row["measure"] for row in rows} >= {"ties_abroad", "revenue"}
