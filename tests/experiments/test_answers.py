"""The answers that are written down are those of the summaries that are kept."""

import json
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from s3sim.ensemble.experiments.config import home, names
from s3sim.world import World

HERE = Path(__file__).parents[2]
KEPT = sorted((HERE / "docs" / "experiments").glob("*/summary.json"))


@pytest.fixture(scope="module")
def refresh():
    spec = spec_from_file_location("experiments_refresh", HERE / "experiments" / "refresh.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_fresh(refresh):
    page = (HERE / "experiments" / "README.md").read_text(encoding="utf-8")
    assert refresh.refreshed(page) == page, "run: python experiments/refresh.py"


@pytest.mark.parametrize("path", KEPT, ids=lambda p: p.parent.name)
def test_kept_summaries_are_of_the_standard_tier_and_say_of_which_model(path):
    held = json.loads(path.read_text(encoding="utf-8"))
    assert held["tier"] == "standard"
    todays = held["data_fingerprint"] == World.load(held["design"]["world"]).fingerprint
    page = (HERE / "experiments" / "README.md").read_text(encoding="utf-8")
    assert todays or "**Which model answered.**" in page, (
        "run it again, or say of which model it is"
    )
    assert held["failed"] <= 0.01 * held["runs"]
    assert (HERE / "experiments" / f"{held['name']}.toml").exists()


def test_answers_are_kept_for_every_question():
    kept = {path.parent.name[:3] for path in KEPT}
    assert kept == {name[:3] for name in names(home())}
