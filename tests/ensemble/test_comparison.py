"""Comparing policies: pairs, verdicts, tables, money, failures."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from s3sim.analysis.paired import paired_effect
from s3sim.core.errors import InputError
from s3sim.ensemble.comparison import compare
from s3sim.ensemble.effects import headline
from s3sim.ensemble.executors import local_executor
from s3sim.ensemble.plan import Plan
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
    results = run_scenarios([scenarios[0], broken, *scenarios[2:]])
    with pytest.raises(InputError, match="1 of 9 results are not of this plan"):
        compare(plan, results)
    results[1] = replace(results[1], run_id=scenarios[1].run_id)
    mixed = compare(plan, results)
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
    names = {path.name for path in comparison.save(tmp_path)}
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
