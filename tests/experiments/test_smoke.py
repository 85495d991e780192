"""Every experiment answers its question, as a user runs it."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from s3sim.cli import app
from s3sim.ensemble.experiments.config import ExperimentConfig, home, names

NAMES = names(home())


@pytest.fixture
def s3sim(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def headline(tmp_path_factory):
    """The store of the headline's samples, which five other experiments use."""
    return tmp_path_factory.mktemp("headline") / "store"


@pytest.mark.parametrize("name", NAMES)
def test_smoke_tier_answers(s3sim, name, tmp_path, headline):
    shares = "e05_headline" in (name, ExperimentConfig.read(home() / f"{name}.toml").samples_of)
    store = ("--store", headline) if shares else ()
    done = s3sim("experiment", "run", name, "--tier", "smoke", "--out", "out", "--workers", 1, "-q", *store)  # fmt: skip
    assert done.exit_code == 0, done.output
    summary = json.loads((tmp_path / "out/summary.json").read_text())
    question = (home() / f"{name}.toml").read_text().partition("\n")[0]
    assert summary["question"] == question.removeprefix("# ")
    assert summary["tier"] == "smoke"
    assert summary["failed"] == 0
    assert summary["answer"]
    assert summary["short"].endswith(".")
    assert "nan" not in summary["short"].split()
    assert all(sentence in " ".join(done.output.split()) for sentence in
               [" ".join(one.split()) for one in summary["answer"]])  # fmt: skip
    assert len(pd.read_csv(tmp_path / "out/table.csv"))
    for picture in (tmp_path / "out/figures").glob("*.png"):
        assert picture.stat().st_size > 5000
    assert str(tmp_path) not in (tmp_path / "out/summary.json").read_text()


def test_the_suite_is_complete():
    numbers = {name[:3] for name in NAMES}
    wanted = {f"e{k:02d}" for k in (*range(11), 13, 14)}
    assert wanted <= numbers


@pytest.mark.parametrize("name", NAMES)
def test_script_and_file_ask_the_same(name):
    question = (home() / f"{name}.toml").read_text().partition("\n")[0].removeprefix("# ")
    script = (home() / f"{name}.py").read_text()
    assert script.startswith(f'"""{question}'), question
