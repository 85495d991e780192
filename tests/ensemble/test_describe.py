import json
from dataclasses import fields

import pytest
from typer.testing import CliRunner

from s3sim import cli
from s3sim.ensemble import describe
from s3sim.outcomes import OUTCOMES
from s3sim.policies import POLICIES
from s3sim.simulation.scenario import known_parameters
from s3sim.world import World

NAMES = {
    "parameters": list(known_parameters()),
    "policies": list(POLICIES),
    "outcomes": [*OUTCOMES, "cost_per_additional_cross_border_collaboration"],
    "regions": ["PL84", "Vidzeme"],
    "domains": list(World.load("partners").domains),
    "state": ["absorptive_capacity"],
}


def called(*arguments):
    result = CliRunner().invoke(cli.app, ["describe", *arguments], prog_name="s3sim")
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("what", NAMES)
@pytest.mark.parametrize("width", ["80", "120", "200"])
def test_no_name_is_cut_at_any_width(what, width, monkeypatch):
    monkeypatch.setenv("COLUMNS", width)
    text = called(what)
    assert all(name in text for name in NAMES[what])
    assert "…" not in text
    assert all(len(line) <= int(width) for line in text.splitlines())


@pytest.mark.parametrize("what", NAMES)
def test_json_and_markdown_hold_all_rows(what):
    rows = json.loads(called(what, "--json"))
    lines = called(what, "--markdown").splitlines()
    assert len(lines) == len(rows) + 2
    assert lines[0] == "| " + " | ".join(rows[0]) + " |"
    assert len({line.replace("\\|", "").count("|") for line in lines}) == 1
    assert all(value not in ("", None) for row in rows for value in row.values())


def test_parameters_have_all_that_is_declared():
    row = next(one for one in describe.parameters() if one["name"] == "brokers.cost")
    assert (row["default"], row["low"], row["high"], row["unit"]) == (
        66.0,
        40.0,
        250.0,
        "kEUR/year",
    )
    assert row["evidence"] == "reported"
    assert row["source"]


def test_policies_show_what_differs_from_defaults():
    parts = {row["name"]: row["parts"] for row in describe.policies()}
    assert parts["no_s3"] == "none"
    assert parts["domestic_brokers"] == "Priorities() + Brokers(domestic=1)"


def test_regions_of_another_world():
    assert len(json.loads(called("regions", "--world", "bsr", "--json"))) == 46
    codes = [row["code"] for row in describe.regions()]
    assert codes == sorted(codes)


def test_state_variables_are_all_columns_with_meaning_and_type():
    rows = describe.state_variables()
    for table in describe.STATE_TABLES:
        mine = [row for row in rows if row["table"] == table.__name__]
        assert [row["column"] for row in mine] == [one.name for one in fields(table)]
    assert all(row["meaning"] for row in rows)
    kinds = {row["dtype"] for row in rows if row["table"] != "State"}
    assert kinds == {"float64", "float32", "int64", "bool"}
    knowledge = next(row for row in rows if row["column"] == "knowledge")
    assert knowledge["meaning"] == "[N, D] mastery of each domain, 0-1"


def test_markdown_of_nothing():
    assert describe.markdown([]) == ""
