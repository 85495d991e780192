"""What must hold after every quarter, whatever the world, the parameters and the policy."""

import numpy as np
import pytest
from builders import leaves, pairs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s3sim.core.arrays import sum_by
from s3sim.model.context import QUARTERS
from s3sim.model.initial_conditions import market_of
from s3sim.model.proximity import degree
from s3sim.outcomes.measures import measures
from s3sim.policies import POLICIES
from s3sim.simulation.engine import Engine
from s3sim.simulation.scenario import Scenario, known_parameters
from s3sim.world import World

KNOWN = known_parameters()

NOT_OF_THE_ROW = {"shock_variance"}
"""Luck that is drawn for all rows, dormant ones too."""

PROBABILITIES = (
    "organisations.absorptive_capacity", "organisations.openness", "organisations.knowledge",
    "organisations.novelty", "organisations.tie_cost", "ties.trust", "brokers.skill",
    "brokers.funded", "authorities.success",
)  # fmt: skip

NON_NEGATIVE = (
    "organisations.size", "organisations.productivity", "organisations.appeal",
    "organisations.sales", "organisations.rd", "organisations.project_rd", "organisations.rd_stock",
    "organisations.learning", "organisations.spillover", "organisations.innovations",
    "organisations.age", "organisations.distress", "organisations.grants", "projects.award",
    "projects.cost", "projects.rd", "authorities.balance", "authorities.results", "brokers.credit",
    "brokers.clients", "brokers.matches", "regions.published", "regions.pool", "regions.entries",
    "regions.exits", "regions.tracked", "regions.grants_paid", "regions.awards", "markets.price",
    "markets.expenditure", "pool",
)  # fmt: skip


@st.composite
def scenarios(draw):
    """Small worlds, a few parameters anywhere in their ranges, any policy."""
    regions = draw(st.integers(2, 5))
    world = World.synthetic(
        regions,
        draw(st.integers(0, 1000)),
        countries=draw(st.integers(1, regions)),
        domains=draw(st.integers(2, 9)),
        firms=draw(st.sampled_from([15.0, 60.0, 150.0])),
    )
    values = {}
    for name in draw(st.lists(st.sampled_from(sorted(KNOWN)), max_size=12, unique=True)):
        one = KNOWN[name]
        drawn = st.integers if one.whole else st.floats
        bounds = (int(one.low), int(one.high)) if one.whole else (one.low, one.high)
        values[name] = draw(st.one_of(st.sampled_from(bounds), drawn(*bounds)))
    return Scenario(
        world,
        draw(st.sampled_from(sorted(POLICIES))),
        years=draw(st.integers(2, 4)),
        scale=draw(st.sampled_from([0.1, 0.5, 1.0])),
        seed=draw(st.integers(0, 9)),
        replication=draw(st.integers(0, 9)),
        start=draw(st.integers(0, 2)),
    ).replace(values, strict=False)


def check_numbers(state):
    for name, value in leaves(state):
        array = np.asarray(value)
        if name == "frontier":  # -inf where a domain has no firm
            assert not np.isnan(array).any()
            assert (array < 50).all()
            continue
        assert np.isfinite(array).all(), name
        if name in NON_NEGATIVE:
            assert (array >= 0).all(), name
        if name in PROBABILITIES:
            assert (array >= 0).all(), name
            assert (array <= 1 + 1e-9).all(), name
    assert isinstance(state.pool, int)
    for exact in (state.ledger.booked, state.authorities.balance, state.projects.award):
        assert exact.dtype == np.int64


def check_market(state, world, context, market):
    """Right after the market: shares of suppliers, with the outside, sum to one."""
    orgs, markets = state.organisations, state.markets
    years = context.calendar.quarter / QUARTERS
    power = market.substitution - 1
    strength = np.where(orgs.firms, (orgs.productivity * orgs.demand_shifter) ** power, 0.0)
    inside = sum_by(market_of(orgs, world), len(markets), orgs.value_added)
    outside = markets.outside * markets.price
    revenue = inside + outside
    share = np.divide(inside, revenue, out=np.zeros_like(inside), where=revenue > 0)
    np.testing.assert_allclose(
        share + np.divide(outside, revenue, out=np.ones_like(inside), where=revenue > 0), 1.0
    )
    np.testing.assert_allclose(orgs.value_added, strength * markets.price[market_of(orgs, world)])
    lasting = market.trend_life * (1 - np.exp(-years / market.trend_life))
    growth = np.tile((1 + world.trend) ** lasting, world.n_countries)
    growth = growth * (1 + market.demand_growth) ** years
    index = (revenue / markets.price / markets.strength) ** (-1 / power)
    np.testing.assert_allclose(revenue, markets.expenditure * growth / index, rtol=1e-9)


def check_ties(state, n):
    active, table = state.organisations.active, state.ties
    assert (table.source != table.partner).all()
    assert active[table.source].all()
    assert active[table.partner].all()
    assert len(np.unique(pairs(table, n))) == len(table)
    assert np.isin(table.kind, [0, 1, 2, 3]).all()
    assert (table.bid | ~table.pending).all()  # what is pending stands in a call


def check_new_ties(before, after, capacity):
    """Whoever gets a tie has room for it at that moment."""
    new = after.ties.where(np.arange(len(after.ties)) >= len(before.ties))
    load = degree(len(capacity), after.ties.source, after.ties.partner)
    touched = np.unique(np.concatenate([new.source, new.partner]))
    assert (load[touched] <= capacity[touched]).all()


def check_dormant(before, after):
    """Nobody home: nothing happens to the row unless a founder enters."""
    orgs, then = after.organisations, before.organisations
    still = ~then.active & ~orgs.active
    for name in (
        "value_added",
        "rd",
        "project_rd",
        "innovations",
        "absorptive_capacity",
        "seeking",
    ):
        assert (getattr(orgs, name)[~orgs.active] == 0).all(), name
    for name in type(orgs).__dataclass_fields__:
        if name not in NOT_OF_THE_ROW:
            np.testing.assert_array_equal(
                getattr(orgs, name)[still], getattr(then, name)[still], err_msg=name
            )
    for fixed in ("kind", "region"):
        np.testing.assert_array_equal(getattr(orgs, fixed), getattr(then, fixed))


def check_books(state, context):
    state.ledger.check(int(state.authorities.balance.sum()) + state.pool)
    closed = (context.calendar.quarter + 1) // QUARTERS
    np.testing.assert_array_equal(state.ledger.sources[:closed], state.ledger.uses[:closed])
    assert (state.ledger.booked[context.calendar.year + 1 :] == 0).all()
    promised = state.projects.award[state.projects.due > context.calendar.quarter].sum()
    grants = sum(
        state.ledger.total(item)
        for item in ("regional_grants", "joint_grants", "horizontal_support")
    )
    assert promised <= grants


def hold(scenario):
    engine = Engine.of(scenario)
    world, state = scenario.world, engine.initial_state()
    n, market = len(state.organisations), scenario.mechanisms[0]
    clients_paid, paid_out = np.zeros(world.n_regions), 0
    brokerage = next(one for one in scenario.mechanisms if one.name == "brokerage")
    check_numbers(state)
    check_ties(state, n)
    for quarter in range(engine.context.calendar.n_quarters):
        context, start = engine.context_at(state, quarter), state
        for mechanism in scenario.mechanisms:
            before, state = state, mechanism(state, context)
            if mechanism is market:
                check_market(state, world, context, market)
            if mechanism.name in ("search", "brokerage"):
                check_new_ties(before, state, context.partners.capacity(state.organisations))
        check_numbers(state)
        check_ties(state, n)
        check_dormant(start, state)
        check_books(state, context)
        paid_out += int(state.regions.grants_paid.sum())
        at_work = context.instruments.brokers * state.brokers.funded_share
        clients_paid += at_work * brokerage.clients * scenario.scale
        assert (state.brokers.clients <= clients_paid + 1e-6).all()
        assert (state.brokers.firms <= state.brokers.clients).all()
        assert (state.regions.tracked <= state.regions.cohort).all()
        for name, value in measures(state, world, scenario.scale).items():
            assert value.shape == (world.n_regions,), name
            assert np.isfinite(value).all(), name
            assert (value >= 0).all(), name
    ledger = state.ledger
    grants = sum(
        ledger.total(item) for item in ("regional_grants", "joint_grants", "horizontal_support")
    )
    waiting = state.projects.award[state.projects.due >= engine.context.calendar.n_quarters].sum()
    # Money granted has been paid or waits, to the cent; awards to who has just gone still wait.
    assert grants == paid_out + waiting


@settings(max_examples=40)
@given(scenarios())
def test_invariants(scenario):
    hold(scenario)


@pytest.mark.slow
@settings(max_examples=400, suppress_health_check=list(HealthCheck))
@given(scenarios())
def test_invariants_in_many_worlds(scenario):
    hold(scenario)


@pytest.mark.parametrize("policy", POLICIES)
def test_every_policy_keeps_the_invariants(policy, world):
    hold(Scenario(world, policy, years=4, scale=0.5, start=1))


@pytest.mark.parametrize("end", ["low", "high"])
def test_all_parameters_at_one_end_of_their_ranges(end, world):
    values = {name: getattr(one, end) for name, one in KNOWN.items()}
    values |= {name: int(v) for name, v in values.items() if KNOWN[name].whole}
    hold(Scenario(world, "macro_regional", years=3, scale=0.3).replace(values, strict=False))
