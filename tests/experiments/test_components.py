"""What scripts of components, vulnerability, distribution and value compute on small arrays."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from s3sim.core.errors import InputError
from s3sim.ensemble.experiments.config import home
from s3sim.ensemble.experiments.drivers import (
    binned_mean,
    by_seed,
    repeated,
    sign_change,
    strongest,
)
from s3sim.ensemble.experiments.evidence import same_outlay
from s3sim.ensemble.experiments.money import (
    booked,
    break_even,
    discounted,
    links_added,
    ramp,
    ratio,
)
from s3sim.ensemble.experiments.regional import convergence_change, inequality
from s3sim.ensemble.experiments.runner import load
from s3sim.ensemble.experiments.study import Study
from s3sim.model.ledger import ITEMS, SOURCES


def study_of(name, tier="smoke"):
    config, script = load(home(), name)
    return Study(config.at(tier), tier), script


def test_components_run_every_combination_once():
    study, script = study_of("e06_components")
    (worlds,) = script.designs(study)
    assert len(script.MADE_OF) == 8
    assert set(script.MADE_OF.values()) | {"domestic_brokers", "random_priorities"} == set(worlds.policies)  # fmt: skip
    assert worlds.policies[0] == "isolated_s3"
    runs = dict(zip(worlds.policies, worlds.scenarios, strict=False))
    for parts, arm in script.MADE_OF.items():
        values = runs[arm].parameter_values()
        assert (values["priorities.abroad_share"] == 0.15) == ("cooperation_propensity" in parts)
        assert ("joint.pooled_share" in values) == ("joint programme" in parts)
        assert ("brokers.cost" in values) == ("brokers" in parts)
        assert runs[arm].replication == runs["isolated_s3"].replication


def test_repeated_samples_differ_in_luck_alone():
    study, script = study_of("e07_vulnerability")
    worlds, again = script.designs(study)
    seeds = study.option("seeds")
    names = np.array(again.space.names)
    rows = again.unit.reshape(-1, seeds, len(names))
    np.testing.assert_array_equal(rows[:, 0], worlds.unit[: len(rows)])
    assert (np.ptp(rows[:, :, names != "seed"], axis=1) == 0).all()
    assert len(np.unique(again.unit[:, names == "seed"])) == len(again.unit)
    with pytest.raises(InputError, match="seeds"):
        repeated(worlds, 4, 1, 0)


def test_swept_worlds_differ_in_cost_alone():
    study, script = study_of("e10_value")
    worlds, swept = script.designs(study)
    levels = study.option("levels")
    names = np.array(swept.space.names)
    rows = swept.unit.reshape(-1, levels, len(names))
    same = names != "brokers.cost"
    assert (rows[:, :, same] == worlds.unit[: len(rows), None][:, :, same]).all()
    assert swept.natural["brokers.cost"].tolist()[:levels] == [40.0, 145.0, 250.0]
    seeds = [one.replication for one in swept.scenarios]
    assert seeds[:levels] == [worlds.scenarios[0].replication] * levels


@pytest.mark.parametrize(
    "name", ["e07_vulnerability", "e08_robust", "e09_distribution", "e10_value"]
)
@pytest.mark.parametrize("tier", ["smoke", "standard", "full"])
def test_the_headlines_worlds_are_used_as_they_are(name, tier):
    owner, headline = study_of("e05_headline", tier)
    study, script = study_of(name, tier)
    keys = ("world", "years", "scale", "seed", "start", "policies", "leave", "only", "dummies", "samples")  # fmt: skip
    assert {k: getattr(study.design, k) for k in keys} == {
        k: getattr(owner.design, k) for k in keys
    }
    if tier == "smoke":
        mine, theirs = script.designs(study)[0], headline.designs(owner)[0]
        assert study.hash_of(mine) == owner.hash_of(theirs)
        np.testing.assert_array_equal(mine.unit, theirs.unit)


def test_worlds_that_lost_a_seed_are_left_out():
    rows = np.array([1.0, 2.0, 3.0, np.nan, 5.0, 6.0])
    assert by_seed(rows, 2).tolist() == [[1.0, 2.0], [5.0, 6.0]]
    found = by_seed(np.stack([rows, -rows], axis=1), 2)
    assert found.shape == (2, 2, 2)
    assert found[1, :, 1].tolist() == [-5.0, -6.0]


def test_the_factor_that_matters_is_found_and_shown():
    rng = np.random.default_rng(2)
    x = pd.DataFrame(rng.random((200, 5)), columns=list("abcde"))
    y = np.sin(3 * x["c"].to_numpy()) - 0.5 + 0.05 * rng.normal(size=200)
    assert strongest(x, y)[0] == "c"
    curve = binned_mean(x["c"].to_numpy(), y)
    assert len(curve) == 8
    assert curve["worlds"].sum() == 200
    assert curve["value"].is_monotonic_increasing
    assert sign_change(curve) == "some bins are clearly above zero and others clearly below"
    assert sign_change(binned_mean(x["c"].to_numpy(), y + 10)) == "no bin is clearly below zero"
    flat = binned_mean(np.ones(6), np.zeros(6))
    assert len(flat) == 1
    assert sign_change(flat) == "no bin is told from zero"


def run_of(years, **items):
    ledger = np.zeros((years, len(ITEMS)), np.int64)
    for item, cents in items.items():
        ledger[:, ITEMS.index(item)] = cents
    return SimpleNamespace(ledger=ledger, collaboration_years=float(ledger[:, 3].sum()))


def test_euro_are_told_by_year_and_outlay_to_the_cent():
    arms = [[run_of(3, **{SOURCES[0]: 500, SOURCES[1]: split, "broker_fees": 250})] for split in (100, 100, 101)]  # fmt: skip
    assert booked(arms[0], ("broker_fees", "joint_grants")).tolist() == [[2.5, 2.5, 2.5]]
    assert same_outlay(arms[0], arms[1])
    assert not same_outlay(arms[0], arms[2])
    other = [run_of(3, **{SOURCES[0]: 600})]  # the same sum from one source
    assert same_outlay(arms[0], other)
    assert not same_outlay(arms[0], [SimpleNamespace(ledger=None)])
    with pytest.raises(InputError, match="no ledger"):
        booked([SimpleNamespace(ledger=None)], ("broker_fees",))


def test_links_last_two_years():
    one, other = SimpleNamespace(collaboration_years=10.0), SimpleNamespace(collaboration_years=4.0)
    assert links_added([one, one], [other, one]).tolist() == [3.0, 0.0]


def test_discounting_and_the_ramp():
    yearly = ramp(np.array([4.0, -8.0]), 5, 1)
    assert yearly.tolist() == [[0, 1, 2, 3, 4], [0, -2, -4, -6, -8]]
    assert discounted(yearly, 0.0, 1).tolist() == [10.0, -20.0]
    # 1 + 2/1.25 + 3/1.25^2 + 4/1.25^3
    assert discounted(yearly, 0.25, 1)[0] == pytest.approx(1 + 1.6 + 1.92 + 2.048, rel=1e-12)
    assert discounted(np.ones((1, 3)), 0.04, 2).tolist() == [1.0]
    with pytest.raises(InputError, match="no year"):
        ramp(np.ones(2), 4, 4)


def test_a_price_needs_a_clear_rise():
    rng = np.random.default_rng(5)
    money, links = rng.normal(1000, 50, 300), rng.normal(10, 2, 300)
    value, low, high = ratio(money, links, seed=0, clear=True)
    assert low < value < high
    # Delta method: relative error 0.05 and 0.2 over the square root of 300 worlds.
    assert (high - low) / value == pytest.approx(2 * 1.96 * np.hypot(0.05, 0.2) / np.sqrt(300), rel=0.2)  # fmt: skip
    assert np.isnan(ratio(money, links - 10, seed=0, clear=True)).all()
    assert np.isnan(ratio(money, -links, seed=0, clear=False)).all()


def test_no_break_even_outside_the_range():
    cost = np.array([1.0, 2.0, 3.0])
    assert np.isnan(break_even(cost, np.array([3.0, 2.0, 1.0])))
    assert np.isnan(break_even(cost, np.array([-1.0, -2.0, -3.0])))
    assert break_even(cost, np.array([1.0, 0.0, -1.0])) == 2.0


def test_inequality_splits_exactly():
    rng = np.random.default_rng(1)
    orgs = rng.uniform(1, 3, 6)
    value = rng.uniform(1, 10, (20, 6))
    table, gap = inequality(value, orgs, ["a", "a", "b", "b", "c", "c"])
    assert gap < 1e-14
    assert (table["total"] > 0).all()
    equal, _ = inequality(orgs[None], orgs, list("aabbcc"))
    assert abs(equal.to_numpy()).max() < 1e-15


def test_convergence_change_is_a_change_of_slope():
    rng = np.random.default_rng(4)
    first = rng.uniform(1, 5, 8)
    other = rng.uniform(1, 5, (3, 8))
    policy = other * first**0.2
    found, whole = convergence_change(policy, other, first)
    assert whole.all()
    np.testing.assert_allclose(found["slope"], 0.2, rtol=1e-12)
    change = [np.polyfit(np.log(first), np.log(p / first), 1)[0] - np.polyfit(np.log(first), np.log(b / first), 1)[0]
              for p, b in zip(policy, other, strict=True)]  # fmt: skip
    np.testing.assert_allclose(found["slope"], change, rtol=1e-9)
    other[1, 2] = 0.0
    found, whole = convergence_change(policy, other, first)
    assert whole.tolist() == [True, False, True]
    assert len(found) == 2
    with pytest.raises(InputError, match="not all equal"):
        convergence_change(policy, other, np.ones(8))
