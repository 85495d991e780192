"""A failed run can be done again from its row alone."""

import shlex

import numpy as np
import pytest
from typer.testing import CliRunner

from s3sim import cli
from s3sim.ensemble.runner import run_scenarios
from s3sim.ensemble.store import Store
from s3sim.mechanisms.market import Market
from s3sim.simulation.replay import replay_command, set_words, world_words
from s3sim.simulation.scenario import Scenario
from s3sim.world import World


@pytest.fixture(scope="module")
def scenario():
    base = Scenario(World.load("partners"), "trans_s3_tibs", years=3, scale=0.0025, seed=7, start=2)
    return base.replace({"search.rate": np.float64(0.3), "brokers.per_region": 2}, replication=4)


def read(command):
    """Return the scenario that the command line runs, as `s3sim run` sees it."""
    seen = []

    def catch(wanted, *_):
        seen.append(wanted)
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("s3sim.simulation.result.run_one", catch)
        result = CliRunner().invoke(cli.app, shlex.split(command)[1:], prog_name="s3sim")
    assert result.exit_code == 130, result.output
    return seen[0]


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"policy": "isolated_s3"},
        {"policy": "no_change", "years": 5},
        {"scale": np.float64(0.1) * 3},
        {"seed": 0, "replication": 0, "start": 0},
    ],
)
def test_a_command_runs_the_same_scenario(scenario, change):
    one = scenario.replace({"search.rate": 1 / 3}, **change)
    command = replay_command(one)
    assert "np." not in command
    assert read(command).run_id == one.run_id


def test_only_what_differs_from_the_policys_own_is_named(scenario):
    assert replay_command(scenario) == (
        "s3sim run --policy trans_s3_tibs --world partners --years 3 --start 2 --scale 0.0025 "
        "--seed 7 --replication 4 --set search.rate=0.3 --set brokers.per_region=2.0"
    )


def test_numbers_of_numpy_are_written_plainly():
    values = {"a": np.float64(0.1) * 3, "b": np.float32(0.5), "c": 4, "d": 2.0}
    words = ["--set a=0.30000000000000004", "--set b=0.5", "--set c=4", "--set d=2.0"]
    assert set_words(values) == words


def test_what_no_command_line_can_do_is_said(scenario):
    assert replay_command(scenario.drop_mechanism("market")).startswith(
        "from Python only: its mechanisms"
    )
    parts = Scenario(scenario.world, "mine", parts=scenario.parts)
    assert replay_command(parts).startswith("from Python only: its policy")


def test_a_users_world_is_named_without_its_path():
    assert world_words(Scenario(World.synthetic(3, seed=1))) == "--world ./synthetic"


def test_the_command_of_a_failed_run_fails_the_same_way(tmp_path, monkeypatch, scenario):
    usual = Market.__call__

    def sometimes(self, state, context):
        if context.calendar.quarter == 5 and context.streams.replication == 3:
            raise ArithmeticError("negative price")
        return usual(self, state, context)

    monkeypatch.setattr(Market, "__call__", sometimes)
    scenarios = [scenario.replace(replication=k) for k in range(2, 5)]
    with Store(tmp_path, {}) as store:
        run_scenarios(scenarios, store=store, progress=None)
    with Store(tmp_path, {}) as store:
        rows = store.load([scenario.run_id for scenario in scenarios])
    states = [rows[one.run_id].status for one in scenarios]
    assert states == ["ok", "failed", "ok"]
    row = rows[scenarios[1].run_id]
    assert row.message == "ArithmeticError: negative price (sometimes)"
    again = CliRunner().invoke(cli.app, shlex.split(row.command)[1:], prog_name="s3sim")
    assert again.exit_code == 1
    assert f"run failed: {row.message}" in again.output
    well = CliRunner().invoke(
        cli.app, shlex.split(replay_command(scenarios[2]))[1:], prog_name="s3sim"
    )
    assert well.exit_code == 0
