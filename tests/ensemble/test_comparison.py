"""Comparing policies: pairs, verdicts, tables, money, failures."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from s3sim.analysis.paired import paired_effect
from s3sim.core.errors import InputError
from s3sim.ensemble import files, results, tables
from s3sim.ensemble.comparison import Comparison, compare, headline
from s3sim.ensemble.executors import local_executor
from s3sim.ensemble.plan import Plan
from s3sim.ensemble.provenance import manifest
from s3sim.ensemble.results import prepare
from s3sim.ensemble.runner import Interrupted, run_scenarios
from s3sim.outcomes import OUTCOMES
from s3sim.simulation.result import run_one
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

POLICIES = ("isolated_s3", "trans_s3_tibs", "no_change")


@pytest.fixture(scope="module")
def plan():
    world = World.synthetic(4, seed=2, firms=80)
    return Plan(Scenario(world, scale=0.5, years=4), POLICIES, 3, {"brokers.per_region": 2.0})


@pytest.fixture(scope="module")
def comparison(plan):
    return compare(plan, run_scenarios(plan.scenarios()))


def test_effect_is_the_mean_paired_difference_with_its_t_interval():
    rng_free = np.array([1.0, 2.0, 4.0, 5.0])
    effect = paired_effect(rng_free + np.array([1.0, 1.2, 0.8, 1.0]), rng_free)
    half = 3.182446305284263 * np.std([1.0, 1.2, 0.8, 1.0], ddof=1) / 2
    assert effect.effect == pytest.approx(1.0)
    assert (effect.ci_low, effect.ci_high) == pytest.approx((1 - half, 1 + half))
    assert effect.verdict == "higher"
    assert paired_effect(rng_free, rng_free + 1).verdict == "lower"
    assert paired_effect(rng_free, rng_free).verdict == "no clear difference"
    # Sure of its sign and meaningless: less than 0.01 % of the level.
    assert (
        paired_effect(1e6 + rng_free * 1e-9 + 50, 1e6 + rng_free * 0).verdict
        == "no clear difference"
    )
    assert paired_effect(1e6 + rng_free * 1e-9 + 150, 1e6 + rng_free * 0).verdict == "higher"
    assert paired_effect(np.array([np.nan, 1.0]), np.array([1.0, 2.0])).replications == 1


def test_every_outcome_is_compared_and_null_differs_in_nothing(comparison):
    effects = comparison.effects
    assert set(OUTCOMES) <= set(effects["outcome"])
    unchanged = effects[(effects["policy"] == "no_change") & effects["mean_policy"].notna()]
    assert len(unchanged) >= len(OUTCOMES) - 1
    assert (unchanged["effect"] == 0).all()
    assert (unchanged["verdict"] == "no clear difference").all()


def test_served_firms_stand_beside_totals(comparison):
    served = comparison.effects.query("policy == 'trans_s3_tibs' and outcome == 'smes_served'")
    assert served["mean_policy"].item() > 0
    names = set(comparison.effects.query("policy == 'trans_s3_tibs'")["outcome"])
    assert {"served_firms_value_added", "served_firms_cross_border_collaborations"} <= names
    assert "served_firms_value_added" not in set(
        comparison.effects.query("policy == 'no_change'")["outcome"]
    )


def test_all_policies_cost_the_same_every_year_to_the_cent(comparison):
    ledger = comparison.ledger.assign(
        cents=lambda t: (t["amount_eur"] * 100).round().astype("int64")
    )
    year = ledger.groupby(["replication", "year", "policy", "side"])["cents"].sum().unstack("side")
    assert (year["source"] == year["use"]).all()
    assert (year["source"].groupby(["replication", "year"]).nunique() == 1).all()
    fees = ledger.query("item == 'broker_fees' and policy == 'trans_s3_tibs'")["cents"].sum()
    assert fees > 0


def test_links_are_unordered_pairs_and_agree_with_the_outcome(comparison):
    links = comparison.links
    assert (links["region_i"] <= links["region_j"]).all()
    world = comparison.world
    country = dict(zip(world.codes, np.array(world.countries)[world.country], strict=True))
    abroad = links["region_i"].map(country) != links["region_j"].map(country)
    total = links[abroad].groupby(["policy", "replication"])["collaborations"].sum()
    # The outcome is per 1000 firms of the same four years.
    runs = comparison.runs.set_index(["policy", "replication"])
    firms = total / runs["cross_border_collaborations"] * 1000
    assert firms.between(0.5 * world.firms.sum(), 1.5 * world.firms.sum()).all()


def test_two_workers_change_nothing(plan, comparison):
    with local_executor(2) as executor:
        again = compare(plan, run_scenarios(plan.scenarios(), executor=executor))
    for name in ("effects", "regions", "timeline", "links", "ledger"):
        pd.testing.assert_frame_equal(
            getattr(comparison, name), getattr(again, name), check_exact=True
        )
    columns = [c for c in comparison.runs if c != "seconds"]
    pd.testing.assert_frame_equal(comparison.runs[columns], again.runs[columns], check_exact=True)


def test_a_failing_run_is_a_row_and_its_pair_is_left_out(plan):
    scenarios = plan.scenarios()
    broken = (
        scenarios[1]
        .drop_mechanism("market")
        .replace(mechanisms=(*scenarios[1].mechanisms, _Broken()))
    )
    ran = run_scenarios([scenarios[0], broken, *scenarios[2:]])
    with pytest.raises(InputError, match="1 of 9 results are not of this plan"):
        compare(plan, ran)
    ran[1] = replace(ran[1], run_id=scenarios[1].run_id)
    mixed = compare(plan, ran)
    assert [r.policy for r in mixed.failed] == ["trans_s3_tibs"]
    assert "deliberate" in mixed.runs.query("status == 'failed'")["message"].item()
    assert (
        mixed.effects.query("policy == 'trans_s3_tibs'")["replications"].max()
        == plan.replications - 1
    )


class _Broken:
    name = "broken"

    def values(self):
        return {}

    def parameters(self):
        return ()

    def with_values(self, values):
        return self

    def __call__(self, state, context):
        raise ArithmeticError("deliberate")


def test_ctrl_c_keeps_what_is_complete(plan):
    def stop(done, total):
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as stopped:
        run_scenarios(plan.scenarios(), progress=stop)
    assert len(stopped.value.results) == 4


def test_results_of_another_scenario_are_not_overwritten(plan, comparison, tmp_path):
    prepare(tmp_path, plan).close()
    names = {path.name for path in comparison.save_tables(tmp_path)}
    assert {"effects.csv", "runs.parquet", "manifest.json", "links.parquet"} <= names
    prepare(tmp_path, plan).close()
    other = Plan(plan.scenario.replace(seed=1), plan.policies, plan.replications)
    with pytest.raises(InputError, match="another scenario"):
        prepare(tmp_path, other)
    prepare(tmp_path, other, overwrite=True).close()
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is a file"):
        prepare(tmp_path / "file", plan)
    text = (tmp_path / "manifest.json").read_text()
    assert str(tmp_path) not in text
    assert plan.scenario.world.fingerprint in text


def test_all_mistakes_of_a_plan_are_told_at_once():
    base = Scenario(World.synthetic(2, seed=1))
    with pytest.raises(InputError) as error:
        Plan(
            base,
            ("isolated_s3", "trans-s3"),
            0,
            {"search.rat": 1, "search.rate": 9, "market.payout": "much"},
        )
    text = str(error.value)
    assert len(error.value.problems) == 5
    for part in ("'trans_s3'", "replications = 0", "'search.rate'", "0.05 to 0.6", "not a number"):
        assert part in text
    with pytest.raises(InputError, match="belongs to none"):
        Plan(base, ("isolated_s3",), 1, {"joint.pooled_share": 0.1})


@pytest.mark.parametrize(
    ("effect", "words"),
    [(5.0, "more cross-border"), (-5.0, "fewer cross-border"), (0.1, "no clear difference in")],
)
def test_the_headline_says_what_came_out(comparison, effect, words):
    effects = comparison.effects.query("policy == 'trans_s3_tibs'").copy()
    low, high = effect - 1, effect + 1
    verdict = "higher" if low > 0 else "lower" if high < 0 else "no clear difference"
    effects[["effect", "ci_low", "ci_high", "verdict"]] = effect, low, high, verdict
    sentence = headline(effects, ("isolated_s3", "trans_s3_tibs"), 4)
    assert words in sentence
    assert "gross value added" in sentence


def test_cost_of_a_collaboration_needs_clearly_more_of_them(comparison):
    rows = comparison.effects.query(
        "outcome == 'cost_per_additional_cross_border_collaboration'"
    ).set_index("policy")
    assert np.isnan(rows.loc["no_change", "effect"])
    cost = rows.loc["trans_s3_tibs"]
    assert np.isnan(cost["effect"]) or cost["ci_low"] <= cost["effect"] <= cost["ci_high"]


def test_run_ids_tell_scenarios_apart(plan):
    ids = {one.run_id for one in plan.scenarios()}
    assert len(ids) == len(plan.scenarios())
    assert run_one(plan.scenarios()[0]).run_id in ids


# On disk and back

FRAMES = ("effects", "runs", "regions", "timeline", "links", "ledger")


def test_a_comparison_comes_back_from_disk_as_it_was(comparison, tmp_path):
    comparison.save_tables(tmp_path)
    back = Comparison.load(tmp_path)
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(back, name), getattr(comparison, name), obj=name)
    assert back.headline == comparison.headline
    assert (back.policies, back.baseline) == (comparison.policies, comparison.baseline)
    (note,) = back.notes
    assert "'synthetic'" in note
    assert "is not found" in note
    with pytest.raises(InputError, match="name its folder"):
        _ = back.world


def test_a_comparison_finds_its_world_again_or_says_that_it_differs(tmp_path):
    plan = Plan(Scenario(World.load("partners"), scale=0.002, years=2), ("isolated_s3",), 1)
    compare(plan, run_scenarios(plan.scenarios())).save_tables(tmp_path)
    back = Comparison.load(tmp_path)
    assert back.notes == ()
    assert back.world.fingerprint == plan.scenario.world.fingerprint
    (note,) = Comparison.load(tmp_path, world="bsr").notes
    assert "has other figures now" in note


def test_long_tables_have_a_row_an_outcome(comparison):
    assert list(comparison.regions) == ["run_id", "policy", "replication", "region", "outcome", "value"]  # fmt: skip
    assert list(comparison.timeline) == ["run_id", "policy", "replication", "quarter", "outcome", "value"]  # fmt: skip
    runs, quarters = len(comparison.runs), 4 * 4
    assert len(comparison.regions) == runs * len(OUTCOMES) * comparison.world.n_regions
    assert len(comparison.timeline) == runs * len(OUTCOMES) * quarters
    last = comparison.timeline.query("outcome == 'employment' and quarter > 12")
    mean = last.groupby("run_id")["value"].mean()
    runs = comparison.runs.set_index("run_id")["employment"]
    assert mean.sort_index().to_numpy() == pytest.approx(runs.sort_index().to_numpy(), rel=1e-9)


def test_tables_are_the_same_however_many_runs_a_part_holds(comparison, monkeypatch):
    monkeypatch.setattr(tables, "PART_RUNS", 2)
    for name in FRAMES:
        parts = list(comparison.parts(name))
        assert len(parts) == (1 if name == "effects" else 5)
        pd.testing.assert_frame_equal(
            pd.concat(parts, ignore_index=True), getattr(comparison, name), obj=name
        )


@pytest.mark.parametrize(
    ("manifest", "told"),
    [(None, "holds no results"), ("{", "holds no results"), ('{"my": 1}', "holds no results"),
     ('{"versions": {"s3sim": "0"}, "complete": false}', "not written to the end"),
     ('{"versions": {"s3sim": "0"}}', "is missing")],
)  # fmt: skip
def test_what_is_no_whole_comparison_is_not_loaded(tmp_path, manifest, told):
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(InputError, match=told):
        Comparison.load(tmp_path)


@pytest.mark.parametrize(
    "name", ["effects.csv", "ledger.csv", "runs.parquet", "report.html", "figures/x.svg", "manifest.json"]
)  # fmt: skip
def test_files_of_a_user_are_not_replaced_unasked(plan, comparison, tmp_path, name):
    mine = tmp_path / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("my,own,data")
    for write in (comparison.save_tables, lambda out: prepare(out, plan)):
        with pytest.raises(InputError, match="which s3sim did not write"):
            write(tmp_path)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [mine]
    assert mine.read_text() == "my,own,data"
    (tmp_path / "notes.txt").write_text("mine")
    comparison.save_tables(tmp_path, overwrite=True)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_users_folder_called_store_loses_nothing(plan, tmp_path):
    mine = [tmp_path / "store" / name for name in ("film.part", "mydata.txt")]
    mine[0].parent.mkdir()
    for path in mine:
        path.write_text("precious")
    with pytest.raises(InputError, match="is not a store of s3sim's runs"):
        prepare(tmp_path, plan, overwrite=True)
    with prepare(tmp_path, plan) as store:
        run_scenarios(plan.scenarios()[:2], store=store)
    prepare(tmp_path, plan, overwrite=True).close()
    assert [path.read_text() for path in mine] == ["precious"] * 2
    other = tmp_path / "other" / "store"
    other.mkdir(parents=True)
    (other / "scenarios.parquet").write_text("mine")
    with pytest.raises(InputError, match="is not a store of s3sim's runs"):
        prepare(tmp_path / "other", plan)


def test_the_manifest_goes_first_comes_last_and_stale_files_go(comparison, tmp_path, monkeypatch):
    comparison.save_tables(tmp_path)
    (tmp_path / "figures").mkdir()
    later = [tmp_path / "report.html", tmp_path / "figures" / "map.svg"]
    for path in later:
        path.write_text("drawn")
    results.record_files(tmp_path, later)
    Comparison.load(tmp_path)
    (tmp_path / "figures" / "mine.svg").write_text("mine")

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(results, "_write_table", full)
        with pytest.raises(OSError, match="No space"):
            comparison.save_tables(tmp_path)
    with pytest.raises(InputError, match="not written to the end"):
        Comparison.load(tmp_path)
    comparison.save_tables(tmp_path)
    Comparison.load(tmp_path)
    assert not any(path.exists() for path in later)
    assert (tmp_path / "figures" / "mine.svg").exists()


def test_a_manifest_cannot_name_files_elsewhere(comparison, tmp_path):
    outside = tmp_path / "precious.txt"
    outside.write_text("mine")
    out = tmp_path / "out"
    comparison.save_tables(out)
    results.record_files(out, [])
    held = json.loads((out / "manifest.json").read_text())
    held["files"] += ["../precious.txt", str(outside)]
    (out / "manifest.json").write_text(json.dumps(held))
    comparison.save_tables(out)
    assert outside.read_text() == "mine"


def test_a_comparison_is_not_saved_over_another(plan, comparison, tmp_path):
    comparison.save_tables(tmp_path)
    other = Plan(plan.scenario.replace(seed=1), plan.policies, 1, plan.values)
    with pytest.raises(InputError, match=r"another scenario \(seed = 0 there, 1 here\)"):
        compare(other, run_scenarios(other.scenarios())).save_tables(tmp_path)


def test_cells_are_no_formulas_and_come_back(tmp_path):
    frame = pd.DataFrame(
        {"name": ["=1+1", "@x", "-", "NA", "null", "food", "'quoted", "'=2", "'-"], "value": -1.5}
    )
    files.write_csv(frame, tmp_path / "t.csv")
    text = (tmp_path / "t.csv").read_text()
    assert "\n'=1+1,-1.5\n" in text
    assert "\n-,-1.5\n" in text
    pd.testing.assert_frame_equal(files.read_csv(tmp_path / "t.csv"), frame)


# No verdict without an interval


def test_one_replication_is_no_verdict(plan):
    one = Plan(plan.scenario, ("isolated_s3", "trans_s3"), 1)
    found = compare(one, run_scenarios(one.scenarios()))
    assert set(found.effects["verdict"]) <= {"no verdict", "no clear difference"}
    assert "in one replication, which gives no interval" in found.headline
    assert "not available" not in found.headline


def test_one_country_has_no_border_to_cross():
    world = World.synthetic(2, seed=1, countries=1)
    one = Plan(Scenario(world, scale=0.1, years=2), ("isolated_s3", "trans_s3"), 2)
    found = compare(one, run_scenarios(one.scenarios()))
    assert "in one country there are no cross-border collaborations to compare" in found.headline
    assert "not available" not in found.headline


# Recorded commands


def test_a_folder_named_like_a_shipped_world_is_told_apart(plan):
    world = replace(plan.scenario.world, name="partners")
    found = Plan(replace(plan.scenario, world=world), ("isolated_s3",), 1)
    assert "--world ./partners " in manifest(found)["command"]
    shipped = Plan(Scenario(World.load("partners")), ("isolated_s3",), 1)
    assert "--world partners " in manifest(shipped)["command"]


def test_a_folder_whose_name_is_no_text_is_written_and_recorded(plan, tmp_path):
    world = replace(plan.scenario.world, name="r\udce9gions $x")
    found = Plan(replace(plan.scenario, world=world), ("isolated_s3",), 1)
    with prepare(tmp_path, found) as store:
        store.plan(found.scenarios())
        ran = run_scenarios(found.scenarios(), store=store)
    compare(found, ran).save_tables(tmp_path)
    held = json.loads((tmp_path / "manifest.json").read_text())
    assert held["scenario"]["world"] == r"r\xe9gions $x"
    assert r"--world $'./r\xe9gions $x' " in held["command"]


def test_run_ids_are_worked_out_once_and_are_those_of_each_scenario(plan):
    many = Plan(plan.scenario, plan.policies, 200)
    direct = many.of("trans_s3_tibs").replace(replication=7)
    assert many.scenarios()[7 * 3 + 1].run_id == direct.run_id
    assert many.scenarios()[0] is many.scenarios()[0]
    assert len({scenario.run_id for scenario in many.scenarios()}) == 600


def test_a_world_given_as_a_folder_is_never_the_shipped_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "partners").mkdir()
    with pytest.raises(InputError, match=r"regions\.csv"):
        World.load(Path("partners"))
    assert World.load("partners").n_regions == 11
