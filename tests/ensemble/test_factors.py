"""Factors, worlds and designs: what varies, what does not, and what a prefix is."""

import numpy as np
import pytest

from s3sim.core.errors import InputError
from s3sim.ensemble.factors import SEED, Factor, Space, space
from s3sim.ensemble.runner import run_scenarios
from s3sim.ensemble.sampling import SEQUENCES, Samples, complete, drawn, levels
from s3sim.policies import POLICIES
from s3sim.simulation.result import run_one
from s3sim.simulation.scenario import Scenario
from s3sim.world import World


@pytest.fixture(scope="module")
def base():
    return Scenario(World.synthetic(3, seed=1), scale=0.02, years=2, start=0)


def test_all_declared_parameters_of_all_policies_are_factors(base):
    found = space(base, ("isolated_s3", "trans_s3_tibs"), dummies=2)
    declared = {p.name: p for p in base.replace(policy="trans_s3_tibs").parameters()}
    assert set(found.names) == {*declared, "dummy_1", "dummy_2", SEED}
    for one in found.factors:
        if one.is_parameter:
            assert (one.low, one.high) == (declared[one.name].low, declared[one.name].high)
            assert one.group == one.name.partition(".")[0]


def test_groups_names_and_patterns_choose(base):
    one = space(
        base, ("trans_s3",), only=["search", "joint.*"], leave=["joint.at_random"], dummies=0
    )
    assert {name.partition(".")[0] for name in one.names} == {"search", "joint", SEED}
    assert "joint.at_random" not in one.names
    with pytest.raises(InputError) as error:
        space(base, ("trans_s3",), only=["serach.rate"], leave=["brokers"])
    assert len(error.value.problems) == 2
    assert "did you mean 'search.rate'?" in error.value.problems[0]


def test_whole_factors_take_every_value_of_their_range_alike():
    one = Space((Factor("a.b", 1, 3, "a", whole=True), Factor("a.c", -1.0, 1.0, "a")))
    values = one.natural(np.stack([np.linspace(0, 1, 3001), np.linspace(0, 1, 3001)], axis=1))
    counts = np.unique(values[:, 0], return_counts=True)
    assert counts[0].tolist() == [1.0, 2.0, 3.0]
    assert np.ptp(counts[1]) <= 1
    assert values[0, 1] == -1
    assert values[-1, 1] == 1


def test_both_ends_of_every_range_are_allowed(base):
    policies = ("isolated_s3", "trans_s3_tibs")
    one = space(base, policies, dummies=0)
    unit = np.stack([np.zeros(len(one.factors)), np.ones(len(one.factors))])
    assert len(one.scenarios(base, policies, unit)) == 4


def test_a_world_is_the_same_under_every_policy_but_for_the_policy(base):
    policies = ("isolated_s3", "no_change", "trans_s3_tibs")
    one = space(base, policies, dummies=1)
    unit = drawn(8, len(one.factors), seed=3)
    made = Samples(one, base, policies, unit)
    assert made.runs == 24
    for k, scenario in enumerate(made.scenarios):
        assert scenario.policy == policies[k % 3]
        values = dict(zip(one.names, one.natural(unit[k // 3][None])[0], strict=True))
        for name, value in scenario.parameter_values().items():
            if name in POLICIES[scenario.policy].fixed_parameters:
                assert value == 0
            else:
                assert value == values[name], name
    assert len({s.replication for s in made.scenarios}) == 8
    assert len({s.replication for s in made.scenarios[:3]}) == 1


def test_dummies_change_nothing_and_luck_does(base):
    one = space(base, ("isolated_s3",), only=["search.rate"], dummies=1)
    unit = np.array([[0.5, 0.1, 0.2], [0.5, 0.9, 0.2], [0.5, 0.1, 0.8]])
    same, dummy, luck = (run_one(s) for s in one.scenarios(base, ("isolated_s3",), unit))
    assert same.run_id == dummy.run_id
    assert same.outcomes == dummy.outcomes
    assert same.outcomes != luck.outcomes


def test_given_luck_wins_over_the_seed_factor(base):
    one = space(base, ("isolated_s3",), only=["search.rate"], dummies=0)
    made = Samples(one, base, ("isolated_s3",), np.full((3, 2), 0.5), replications=(4, 4, 9))
    assert [s.replication for s in made.scenarios] == [4, 4, 9]
    assert [s.replication for s in made.first(2).scenarios] == [4, 4]


def test_own_arms_are_policies_of_parts(base):
    parts = POLICIES["tibs_only"].parts
    one = space(base, ("isolated_s3", "tibs_only"), only=["brokers.cost"], dummies=0)
    made = Samples(
        one, base, ("isolated_s3", "mine"), np.full((1, 2), 0.5), own_policies={"mine": parts}
    )
    plain, mine = made.scenarios
    assert "brokers.cost" not in plain.parameter_values()
    assert mine.parameter_values()["brokers.cost"] == one.natural(np.full((1, 2), 0.5))[0, 0]
    assert run_one(mine).status == "ok"


def test_a_smaller_design_is_a_prefix_and_doublings_are_balanced():
    large = drawn(64, 5, seed=0)
    assert np.array_equal(drawn(16, 5, seed=0), large[:16])
    assert not np.array_equal(drawn(16, 5, seed=1), large[:16])
    for k in range(SEQUENCES):  # each scramble of 8 points has one in each eighth of every factor
        mine = large[k::SEQUENCES]
        assert (np.sort(np.floor(mine * 8), axis=0) == np.arange(8)[:, None]).all()
    with pytest.raises(InputError, match="multiple of 8"):
        drawn(12, 5, seed=0)


def test_a_failed_run_fails_its_world(base):
    policies = ("isolated_s3", "trans_s3")
    one = space(base, policies, only=["search.rate"], dummies=0)
    made = Samples(one, base, policies, drawn(8, 2, seed=0))
    results = run_scenarios(made.scenarios, progress=False)
    broken = [*results]
    broken[3] = type(results[3])(results[3].run_id, "trans_s3", 0, "failed", 0.0, "overflow")
    found = levels(broken, 8, policies, ["innovations"])
    assert found["innovations"].shape == (8, 2)
    assert complete(found).tolist() == [True, False, *[True] * 6]
    with pytest.raises(InputError, match="do not make 8 worlds"):
        levels(broken[:-1], 8, policies, ["innovations"])
