"""Mesa is really used: views, agent sets, data collection, batch runs, no leak."""

import gc
import weakref

import mesa
import numpy as np
import pytest

from s3sim.core.errors import InputError
from s3sim.outcomes import OUTCOMES
from s3sim.simulation.agents import Authority, Broker, Firm, Institute
from s3sim.simulation.engine import Engine
from s3sim.simulation.model import S3Model
from s3sim.simulation.scenario import Scenario
from s3sim.world import World


@pytest.fixture(scope="module")
def world():
    return World.synthetic(3, seed=1, firms=40)


def ran(world, quarters, **changes):
    model = S3Model(world=world, scale=0.5, years=3, policy="trans_s3_tibs", **changes)
    for _ in range(quarters):
        model.step()
    return model


def test_views_equal_the_arrays_after_entry_and_exit(world):
    model = ran(world, 2)
    assert len(model.agents_by_type[Firm]) == model.state.organisations.firms.sum()
    for _ in range(8):
        model.step()
    orgs = model.state.organisations
    firms = model.agents_by_type[Firm]
    assert {f.row for f in firms} == set(np.flatnonzero(orgs.firms).tolist())
    assert [f.value_added for f in firms] == [orgs.value_added[f.row] for f in firms]
    assert len(model.agents_by_type[Institute]) == (orgs.active & (orgs.kind == 1)).sum()
    assert [a.name for a in model.agents_by_type[Authority]] == list(world.authorities)
    assert {b.region for b in model.agents_by_type[Broker]} == set(world.codes)
    assert all(f.partners for f in firms if f.row in set(model.state.ties.source.tolist()))


def test_agent_sets_select_group_and_aggregate(world):
    model = ran(world, 1)  # sets of agents hold them weakly
    firms = model.agents_by_type[Firm]
    large = firms.select(lambda f: f.size > 50)
    assert 0 < len(large) < len(firms)
    assert large.agg("value_added", np.sum) == pytest.approx(sum(f.value_added for f in large))
    groups = firms.groupby("region")
    assert set(groups.groups) == set(world.codes)
    assert sum(groups.count().values()) == len(firms)


def test_writing_to_an_agent_changes_the_run(world):
    plain, shocked = ran(world, 4), ran(world, 4)
    for firm in shocked.agents_by_type[Firm]:
        firm.productivity *= 2
    plain.step()
    shocked.step()
    assert (
        shocked.state.organisations.value_added.sum()
        > 1.2 * plain.state.organisations.value_added.sum()
    )


def test_looking_at_agents_changes_nothing(world):
    looked, unlooked = ran(world, 3), ran(world, 3)
    for _ in range(3):
        len(looked.agents)
        looked.step()
        unlooked.step()
    assert np.array_equal(
        looked.state.organisations.value_added, unlooked.state.organisations.value_added
    )


def test_model_and_engine_agree(world):
    model = ran(world, 12)
    scenario = Scenario(world, policy="trans_s3_tibs", scale=0.5, years=3)
    *_, state = Engine.of(scenario).run()
    assert np.array_equal(model.state.organisations.productivity, state.organisations.productivity)
    assert not model.running


def test_data_collector_holds_every_quarter_and_outcome(world):
    frame = ran(world, 12).datacollector.get_model_vars_dataframe()
    assert frame.shape == (12, len(OUTCOMES))
    assert frame["gross_value_added"].gt(0).all()


def test_batch_run_sweeps_policies_replications_and_parameters(world):
    rows = mesa.batch_run(
        S3Model,
        {
            "world": [world], "scale": 0.5, "years": 1, "search.rate": [0.1, 0.5],
            "policy": ["isolated_s3", "no_s3"], "replication": [0, 1],
        },
        number_processes=1, data_collection_period=-1, display_progress=False, max_steps=4,
    )  # fmt: skip
    assert len(rows) == 8
    # Policies start after the first year: rates and replications make the four results.
    assert len({row["domestic_collaborations"] for row in rows}) == 4


def test_two_hundred_models_in_a_process_are_all_freed(world):
    kept = []
    for replication in range(200):
        model = S3Model(world=world, scale=0.2, years=1, replication=replication)
        len(model.agents_by_type)
        model.step()
        kept.append(weakref.ref(model))
        del model
    gc.collect()
    assert sum(ref() is not None for ref in kept) == 0


def test_rng_is_the_replication_and_mistakes_are_named(world):
    assert S3Model(world=world, scale=0.2, rng=3).scenario.replication == 3
    with pytest.raises(InputError, match=r"did you mean 'search\.rate'"):
        S3Model(world=world, **{"search.rat": 0.1})
    with pytest.raises(InputError, match="did you mean 'trans_s3'"):
        S3Model(world=world, policy="trans-s3")


@pytest.mark.filterwarnings("ignore:The `iterations`:DeprecationWarning")  # Mesa 3.5
def test_each_iteration_of_a_batch_is_a_replication_of_its_own(world):
    settings = dict(number_processes=1, display_progress=False, data_collection_period=-1)
    parameters = {"world": [world], "scale": 0.5, "years": 1}
    rows = mesa.batch_run(S3Model, parameters, iterations=3, **settings)
    single = [S3Model(world=world, scale=0.5, years=1, replication=k) for k in range(3)]
    for model in single:
        while model.running:
            model.step()
    collected = [m.datacollector.get_model_vars_dataframe().iloc[-1] for m in single]
    assert [row["gross_value_added"] for row in rows] == [c["gross_value_added"] for c in collected]
    assert len({row["gross_value_added"] for row in rows}) == 3
    fixed = mesa.batch_run(S3Model, parameters | {"replication": 1}, iterations=2, **settings)
    assert len({row["gross_value_added"] for row in fixed}) == 1  # the user has named it


def test_a_step_after_the_end_is_refused_and_leaves_the_state(world):
    model = ran(world, 12)
    state = model.state
    with pytest.raises(InputError, match="the run ended after 12 quarters"):
        model.step()
    assert model.state is state
    assert model.quarter == 12


def test_outcomes_before_the_start_say_what_to_do(world):
    with pytest.raises(InputError, match=r"call step\(\) first"):
        ran(world, 0).outcomes()


def test_removing_a_firm_closes_it(world):
    model = ran(world, 2)
    firm = next(f for f in model.agents_by_type[Firm] if f.partners)
    partner, row = firm.partners[0], firm.row
    firm.remove()
    assert not model.state.organisations.active[row]
    assert row not in {f.row for f in model.agents_by_type[Firm]}
    assert row not in {p.row for p in partner.partners}
    model.step()
    assert row not in model.state.ties.source
    with pytest.raises(InputError, match="authorities come with the world"):
        next(iter(model.agents_by_type[Authority])).remove()


@pytest.mark.parametrize("make", [Firm, lambda m: Firm(m, 10**6), lambda m: Firm.create_agents(m, 3),
                                  Institute, Broker, Authority])  # fmt: skip
def test_users_make_no_views(world, make):
    with pytest.raises(InputError, match="agents are views on rows"):
        make(ran(world, 1))


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        (
            "productivity",
            float("nan"),
            "productivity of Firm.* = nan is not possible; allowed: a n",
        ),
        ("productivity", -1.0, "-1.0 is not possible"),
        ("productivity", 1e300, "1e[+]300 is not possible"),
        ("productivity", "high", "'high' is not possible"),
        ("cooperation_propensity", 1.5, "from 0 to 1"),
        ("innovations", 1.5, "allowed: a whole number from 0"),
        ("innovative", 2, "allowed: True or False"),
        ("domain", 1, "can only be read"),
        ("region", "LT01", "can only be read"),
        ("prodctivity", 9.0, "did you mean 'productivity'"),
    ],
)
def test_what_cannot_be_written_is_refused_at_once(world, column, value, says):
    model = ran(world, 1)
    firm = next(iter(model.agents_by_type[Firm]))
    before = model.state.organisations.productivity.copy()
    with pytest.raises(InputError, match=says):
        setattr(firm, column, value)
    assert np.array_equal(model.state.organisations.productivity, before)
    with pytest.raises(ValueError, match="read-only"):
        firm.knowledge[0] = np.nan


def test_whole_floats_and_numpy_numbers_are_written(world):
    firm = next(iter(ran(world, 1).agents_by_type[Firm]))
    firm.innovations = np.float64(2.0)
    firm.productivity = np.int64(80)
    firm.innovative = np.True_
    assert (firm.innovations, firm.productivity, firm.innovative) == (2, 80.0, True)


def test_a_users_own_agents_have_numbers_of_their_own(world):
    class Lobby(mesa.Agent):
        pass

    model = ran(world, 1)
    for _ in range(20):
        Lobby(model)
    numbers = [agent.unique_id for agent in model.agents]
    assert len(numbers) == len(set(numbers))
    model.step()
    assert len(model.agents_by_type[Lobby]) == 20


@pytest.mark.parametrize("rng", [object(), 1.5, True, "3"])
def test_rng_is_a_whole_number(world, rng):
    with pytest.raises(InputError, match="rng is the replication"):
        S3Model(world=world, rng=rng)


def test_luck_that_is_left_open_is_the_default(world):
    assert S3Model(world=world, seed=None, rng=None).scenario == S3Model(world=world).scenario
    assert S3Model(world=world, rng=np.int64(3)).scenario.replication == 3
