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
    firms = ran(world, 1).agents_by_type[Firm]
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
