"""Relations between runs: what more of one thing may never do to another, on the same luck."""

from dataclasses import replace

import numpy as np
import pytest
from builders import last, panel_of, ran
from hypothesis import given
from hypothesis import strategies as st

from s3sim.mechanisms.budget import broker_fees
from s3sim.model.budget_allocation import allocate_budget
from s3sim.simulation.engine import Engine
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

ROWS = st.lists(st.tuples(st.integers(0, 2), st.floats(-3, 3), st.integers(1, 90)), min_size=1)


@given(ROWS, st.integers(0, 400), st.integers(0, 400))
def test_more_money_never_funds_fewer_projects(rows, pot, more):
    group, score, asked = (np.array(column) for column in zip(*rows, strict=True))
    poor, rich = (
        allocate_budget(group, score, asked, np.full(3, money)) for money in (pot, pot + more)
    )
    assert (rich >= poor).all()


def test_more_budget_funds_more_projects_in_a_run(world):
    won = []
    for factor in (0.5, 1.0, 2.0):
        richer = replace(world, budget_per_head=world.budget_per_head * factor)
        final = last(Engine.of(Scenario(richer, "isolated_s3", years=4, scale=0.4)).run())
        won.append(final.organisations.grants.sum())
    assert won[0] < won[1] < won[2]


@given(st.floats(40.0, 250.0), st.floats(0.0, 200.0), st.integers(0, 60_000_000))
def test_a_higher_price_never_pays_more_brokers(cost, more, money):
    world = World.synthetic(2, seed=0, countries=2, domains=3)
    balance, quarters = np.full(2, money), np.full(2, 4.0)
    (cheap, many), (dear, few) = (
        broker_fees(balance, quarters, price, world) for price in (cost, cost + more)
    )
    assert (few <= many + 1e-9).all()
    assert (dear >= cheap).all()
    assert (dear <= balance).all()


def test_more_brokers_never_serve_fewer_clients(world):
    served = [
        last(
            Engine.of(
                Scenario(world, "tibs_only", years=4, scale=0.5).replace({"brokers.per_region": n})
            ).run()
        ).brokers.clients
        for n in (0.0, 0.5, 1.0, 2.0)
    ]
    assert (np.diff(served, axis=0) > 0).all()


def test_longer_projects_leave_no_fewer_running(world):
    running = []
    for duration in (4, 8, 14):
        scenario = Scenario(world, "isolated_s3", years=5, scale=0.4)
        states = ran(scenario.replace({"calls.duration": duration}))
        running.append([len(state.projects) for state in states])
    running = np.array(running)
    assert (running.mean(axis=1)[1:] > running.mean(axis=1)[:-1]).all()


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("agreement.border", 0.0, 1.5),
        ("agreement.unaccustomed", 0.0, 3.0),
        ("proximity.border_loss", 0.0, 0.8),
        ("ties.renewal_border", 0.0, 1.5),
    ],
)
def test_lower_border_frictions_never_mean_fewer_ties_abroad(name, low, high):
    world, more = World.synthetic(4, seed=1, countries=2, firms=600.0), []
    for replication in range(3):
        scenario = Scenario(world, "isolated_s3", years=3, scale=0.5, replication=replication)
        open_, shut = (
            panel_of(scenario.replace({name: v})).values["cross_border"].sum() for v in (low, high)
        )
        more.append(open_ - shut)
    assert np.mean(more) > 0, more
