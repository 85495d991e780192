"""docs/validation.md agrees with the committed scoreboards and the file of targets."""

import importlib.util
from pathlib import Path

import pytest

from s3sim.core.scoreboard import scoreboard_line
from s3sim.validation.targets import targets

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def writer():
    spec = importlib.util.spec_from_file_location("validation_page", DOCS / "validation_page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def boards(writer):
    return writer.boards()


def test_the_page_is_fresh(writer, boards):
    text = (DOCS / "validation.md").read_text(encoding="utf-8")
    assert writer.page(boards) == text, "run: python docs/refresh.py"
    assert writer.sentence(boards).strip() == scoreboard_line(), "run: python docs/refresh.py"


@pytest.mark.parametrize("name", ["before", "now"])
def test_scoreboards_know_every_fact(boards, name):
    told = boards[name].rows
    known = {one.id: one for one in targets() if not one.missing}
    again = "run s3sim validate again, then docs/validation_page.py"
    assert set(known) == set(told["id"]), again
    for row in told.to_dict("records"):
        one = known[row["id"]]
        assert (row["low"], row["high"]) == (pytest.approx(one.low), pytest.approx(one.high)), again


def test_what_is_missed_is_explained_and_nothing_else(writer, boards):
    missed = set(writer.missed(boards["now"]))
    explained = {one.id for one in targets() if one.explanation}
    assert missed - explained == set(), "explain it in targets.toml"
    assert explained - missed == set(), "it is met now: strike its explanation"


def test_both_boards_have_the_same_worlds_and_scales(boards):
    cases = [set(zip(b.summary["world"], b.summary["scale"], strict=True)) for b in boards.values()]
    assert cases[0] == cases[1]
