"""The recipes of CONTRIBUTING.md run as printed, and each has an effect."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from s3sim.cli import app
from s3sim.ensemble import describe
from s3sim.ensemble.comparison import compare
from s3sim.ensemble.plan import Plan
from s3sim.ensemble.runner import run_one, run_scenarios
from s3sim.outcomes import OUTCOMES
from s3sim.policies import POLICIES
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

TEXT = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
RECIPES = dict(
    re.findall(r"^### Add an? (\w+)\n(?:(?!^###).)*?^```python\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
)  # fmt: skip


def cook(name):
    namespace = {"__name__": f"recipe_{name}"}
    exec(compile(RECIPES[name], f"CONTRIBUTING.md, Add a(n) {name}", "exec"), namespace)
    return namespace


@pytest.fixture
def small():
    world = World.synthetic(4, 1, firms=150)
    return Scenario(world, scale=0.5, years=3)


@pytest.fixture(autouse=True)
def undo():
    """Let a recipe register what it likes; nothing of it stays."""
    kept = [(registry, dict(registry)) for registry in (POLICIES, OUTCOMES)]
    yield
    for registry, content in kept:
        registry.clear()
        registry.update(content)


def test_five_recipes_of_at_most_twenty_lines():
    assert list(RECIPES) == ["policy", "mechanism", "outcome", "region", "experiment"]
    for name, block in RECIPES.items():
        code = [line for line in block.splitlines() if line.strip()]
        assert len(code) <= 20, name
        assert max(map(len, code)) <= 110, name


def test_a_new_policy_is_compared_and_described(small):
    part = cook("policy")["OpenCalls"]
    plan = Plan(small, ("isolated_s3", "open_calls"), 2, {"open_calls.share": 1.0})
    result = compare(plan, run_scenarios(plan.scenarios()))
    assert not result.failed
    assert result.world is small.world
    effects = result.effects.set_index("outcome")["effect"]
    assert effects["cross_border_collaborations"] != 0
    assert "Open calls" in result.headline
    assert "open_calls" in {row["name"] for row in describe.policies()}
    names = {row["name"] for row in describe.parameters()}
    assert {"open_calls.share", "open_calls.lag"} <= names
    late = small.replace(policy="isolated_s3", parts=(*POLICIES["isolated_s3"].parts, part(lag=28)))
    assert run_one(late).outcomes == run_one(small).outcomes


def test_a_new_mechanism_changes_results_and_declares_its_parameter(small):
    scenario = small.replace(mechanisms=cook("mechanism")["MECHANISMS"])
    assert scenario.parameter_values()["routines.gain"] == 0.01
    assert "routines.gain" not in small.parameter_values()
    changed, without = run_one(scenario), run_one(scenario.drop_mechanism("routines"))
    assert changed.status == "ok", changed.message
    before = run_one(small).outcomes
    assert without.outcomes == before
    assert changed.outcomes["productivity_growth"] > before["productivity_growth"]
    none = run_one(scenario.replace({"routines.gain": 0.0}))
    assert none.outcomes["gross_value_added"] == before["gross_value_added"]


def test_a_new_outcome_is_in_the_effects(small):
    cook("outcome")
    plan = Plan(small, ("no_s3", "horizontal_support"), 2)
    result = compare(plan, run_scenarios(plan.scenarios()))
    row = result.effects.set_index("outcome").loc["rd_intensity"]
    assert row["unit"] == "% of value added"
    assert 0 < row["mean_baseline"] < 50
    assert row["effect"] != 0
    assert "rd_intensity" in {row["name"] for row in describe.outcomes()}


def test_a_new_outcome_is_compared_and_reported(tmp_path):
    """One decorated function, and the outcome stands in every table and in the report."""
    cook("outcome")
    out = tmp_path / "out"
    command = "compare --policies horizontal_support --years 3 --scale 0.005 --replications 2"
    done = CliRunner().invoke(app, [*command.split(), "--workers", "1", "--out", str(out)])
    assert done.exit_code == 0, done.output
    effects = pd.read_csv(out / "effects.csv").set_index("outcome")
    assert 0 < effects.loc["rd_intensity", "mean_baseline"] < 50
    assert "R&amp;D intensity" in (out / "report.html").read_text(encoding="utf-8")


def test_a_new_region_takes_part(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.warns(UserWarning, match="has nothing for MINE"):
        world = cook("region")["world"]
    known = World.load("partners")
    assert set(world.codes) == {*known.codes, "MINE"}
    here, there = world.index("MINE"), known.index("LV008")
    assert np.allclose(world.domain_share[here], known.domain_share[there])
    assert world.n_authorities == known.n_authorities
    assert "MINE" in {row["code"] for row in describe.regions(world)}
    result = run_one(Scenario(world, scale=0.02, years=2))
    assert result.status == "ok", result.message
    assert result.regions["gross_value_added"][here] > 0


def test_a_new_experiment_runs_from_its_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "my_experiments"
    folder.mkdir()
    (design,) = re.findall(r"^```toml\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
    (folder / "e90_pooling.toml").write_text(design)
    (folder / "e90_pooling.py").write_text(RECIPES["experiment"])
    command = re.search(r"`s3sim (experiment run e90 [^`]*)`", TEXT)[1].split()
    done = CliRunner().invoke(app, [*command, "--out", "out", "--workers", "1"])
    assert done.exit_code == 0, done.output
    assert "collaborations per 1000 firms" in " ".join(done.output.split())
    table = pd.read_csv(tmp_path / "out/table.csv")
    assert set(table) == {"joint.pooled_share", "meeting.language", "difference"}
    assert len(table) == 8
