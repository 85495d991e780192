"""Limits in which the model is simple enough for an answer worked out by hand.

Answers by hand to single equations (hazard, inverted U, appropriation, depreciation) are in
`tests/mechanisms` and `tests/model`; here stand what a process settles at, and whole runs with one
force taken out.
"""

from dataclasses import replace

import numpy as np
import pytest
from builders import around, last, orgs, pairs, panel_of, ran, state_of, ties, two_regions

from s3sim.mechanisms.brokerage import Brokerage
from s3sim.mechanisms.innovation import Innovation
from s3sim.mechanisms.market import Market
from s3sim.mechanisms.research import Research
from s3sim.mechanisms.spillovers import Spillovers
from s3sim.mechanisms.tie_dynamics import TieDynamics
from s3sim.simulation.engine import Engine
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

OLD = 1e6
"""Age, years, at which youth has no effect left."""

CLOSED = {"population.closed_propensity": 0.0, "search.newcomers": 0.0,
          "consortia.framework": 0.0, "consortia.national": 0.0}  # fmt: skip
"""Nobody without a habit of cooperating looks for partners, not even for money, and no consortia."""


@pytest.fixture(scope="module")
def single_country():
    return World.synthetic(3, seed=2, countries=1, firms=150.0)


# --- firms and markets


def sold(market, firms):
    """Firms after a quarter of sales without demand shocks."""
    world = two_regions(trend=np.zeros(3))
    firms = firms.replace(shock_variance=np.zeros(len(firms)), age=np.full(len(firms), OLD))
    return market(state_of(firms, world), around(world, 1)).organisations


def test_equal_firms_share_a_market_equally():
    firms = sold(Market(), orgs(5))
    assert firms.value_added[0] > 0
    np.testing.assert_allclose(firms.value_added / firms.value_added.sum(), 0.2)


@pytest.mark.parametrize(("substitution", "share"), [(2.0, 2 / 3), (3.0, 4 / 5), (5.0, 16 / 17)])
def test_two_firms_share_a_market_by_the_power_of_their_productivity(substitution, share):
    """Twice the productivity: share 2^(sigma - 1) / (1 + 2^(sigma - 1))."""
    firms = sold(Market(substitution=substitution), orgs(2, productivity=[100.0, 50.0]))
    assert firms.value_added[0] / firms.value_added.sum() == pytest.approx(share)


def test_without_research_the_ability_to_absorb_is_that_of_graduates():
    """4 kEUR x half the workforce = 2 kEUR a head, over 2 + 5."""
    world = two_regions(tertiary=np.array([0.5, 0.0]))
    state = Research()(state_of(orgs(2, region=[0, 1]), world), around(world, 1))
    np.testing.assert_allclose(state.organisations.absorptive_capacity, [2 / 7, 0.0])


# --- knowledge


def test_innovations_at_the_reference_effort():
    """Two person-years of R&D bring 0.24 innovations a year, eight 2^(2 x 0.6) times as many."""
    world, n = two_regions(tertiary=np.full(2, 0.3)), 40_000
    rd = np.where(np.arange(n) < n // 2, 100.0, 400.0)
    firms = orgs(n, rd=rd, size=0.0, productivity=50.0)
    number = Innovation()(state_of(firms, world), around(world, 1)).organisations.innovations
    for mean, count in ((0.24 / 4, number[: n // 2]), (0.24 / 4 * 2**1.2, number[n // 2 :])):
        assert count.mean() == pytest.approx(mean, abs=4 * np.sqrt(mean / len(count)))


def test_without_any_effort_nobody_innovates():
    world = two_regions()
    firms = orgs(2000, rd=0.0, size=0.0, learning=1.0, spillover=1.0)
    number = Innovation(rate=1.0)(state_of(firms, world), around(world, 1)).organisations
    assert number.innovations.sum() == 0


def test_imitation_alone_is_logistic_growth_towards_the_frontier():
    """d ln A / dt = m ac (1 - A / F) has the solution F / (1 + (F / A0 - 1) exp(-m ac t))."""
    world = two_regions()
    folk = orgs(5, productivity=[20.0, 50.0, 90.0, 100.0, 100.0], absorptive_capacity=0.5)
    state, around_ = state_of(folk, world), Spillovers(imitation=0.12, frontier=0.9)
    for quarter in range(80):
        state = around_(state, around(world, quarter, years=20))
    grown, first = state.organisations.productivity, folk.productivity
    by_hand = 100 / (1 + (100 / first - 1) * np.exp(-0.12 * 0.5 * 20))
    np.testing.assert_allclose(grown, by_hand, rtol=0.01)
    assert by_hand[0] == pytest.approx(45.4, abs=0.1)
    assert grown[3:].tolist() == [100.0, 100.0]


def test_productivity_stands_still_when_nobody_innovates_learns_or_imitates(world):
    scenario = Scenario(world, "trans_s3_tibs", years=4, scale=0.3)
    still = scenario.replace({"ties.know_how": 0.0})
    for name in ("innovation", "spillovers", "demography"):
        still = still.drop_mechanism(name)
    first, final = Engine.of(still).initial_state().organisations, last(Engine.of(still).run())
    assert (final.organisations.productivity == first.productivity).all()
    assert (final.organisations.spillover == 0).all()
    moved = last(Engine.of(scenario.drop_mechanism("demography")).run()).organisations
    assert (moved.productivity > first.productivity).mean() > 0.3


def test_with_imitation_alone_nobody_passes_the_best(world):
    scenario = Scenario(world, "isolated_s3", years=4, scale=0.3).replace({"ties.know_how": 0.0})
    for name in ("innovation", "demography"):
        scenario = scenario.drop_mechanism(name)
    first, final = (
        state.organisations
        for state in (Engine.of(scenario).initial_state(), last(Engine.of(scenario).run()))
    )
    grown = final.productivity > first.productivity
    firms = first.firms
    assert grown[firms].mean() > 0.5
    for domain in range(world.n_domains):
        row = firms & (first.domain == domain)
        assert final.productivity[row].max() == first.productivity[row].max()


# --- collaborations


def test_ties_settle_at_inflow_times_length_over_what_is_not_renewed():
    """100 a quarter x 8 quarters / (1 - 1/2): half are renewed at odds of one."""
    life = TieDynamics(
        broken=0.0, renewal=0.0, renewal_trust=0.0, renewal_value=0.0, renewal_border=0.0,
        renewal_science=0.0,
    )  # fmt: skip
    assert settled_ties(life) == pytest.approx(1600, abs=4 * np.sqrt(1600))


def test_ties_that_break_and_are_hardly_renewed_settle_lower():
    """Of each cohort s^k are left after k quarters, s^8 = 1 - 0.4, then e^-5 of them go on."""
    life = TieDynamics(
        broken=0.4, renewal=-5.0, renewal_trust=0.0, renewal_value=0.0, renewal_border=0.0,
        renewal_science=0.0,
    )  # fmt: skip
    s, again = 0.6 ** (1 / 8), 1 / (1 + np.exp(5))
    first = sum(s**k for k in range(1, 9))
    by_hand = 100 * (first + 0.6 * again * sum(s**k for k in range(8)) / (1 - s**7 * again))
    assert settled_ties(life) == pytest.approx(by_hand, abs=4 * np.sqrt(by_hand))
    assert by_hand == pytest.approx(609, abs=1)


def settled_ties(life, inflow=100, quarters=80):
    """Mean stock of the last ten quarters when `inflow` new pairs of twins meet every quarter."""
    world, n = two_regions(), 2 * inflow * quarters
    state = state_of(orgs(n, knowledge=np.eye(1, 3)), world)
    context, stock = around(world, years=quarters // 4), []
    for quarter in range(quarters):
        one = np.arange(inflow) + inflow * quarter
        new = ties(one, one + n // 2, start=quarter, end=-1)
        state = life(state.replace(ties=state.ties.joined(new)), context.at(quarter))
        stock.append(len(state.ties))
    return np.mean(stock[-10:])


@pytest.mark.parametrize("policy", ["isolated_s3", "coordinated_s3", "trans_s3"])
def test_where_nobody_is_used_to_cooperating_nobody_ever_does(world, policy):
    none = np.zeros(world.n_regions)
    closed = replace(world, cooperating=none, cooperating_abroad=none)
    scenario = Scenario(closed, policy, years=4, scale=0.3, start=0)
    states = ran(scenario.replace(CLOSED))
    assert sum(len(state.ties) + len(state.acquaintances) for state in states) == 0
    assert states[-1].organisations.grants.sum() > 0
    assert (states[-1].organisations.know_how == 0).all()
    assert len(last(Engine.of(replace(scenario, world=world)).run()).ties) > 0


def test_without_search_old_partners_part_and_no_new_ones_meet(world):
    scenario = Scenario(world, "trans_s3", years=6, scale=0.5).drop_mechanism("search")
    engine = Engine.of(scenario)
    before = engine.initial_state()
    n = len(before.organisations)
    first = len(before.ties)
    for state in engine.run():
        assert np.isin(pairs(state.ties, n), pairs(before.ties, n)).all()
        before = state
    assert len(before.ties) < first / 4


def test_one_country_has_nothing_abroad(single_country):
    values = panel_of(Scenario(single_country, "macro_regional", years=5, scale=0.5)).values
    for name in ("cross_border", "cooperating_abroad", "research_pairs_abroad", "brokered"):
        assert (values[name] == 0).all(), name
    assert values["domestic"].sum() > 0
    assert values["smes_served"].sum() > 0


# --- public money


def test_broker_fees_by_hand(single_country):
    """Three regions pay 66 kEUR a broker-year from quarter 4 + 5 to the end of year 4: 7 quarters."""
    state = last(Engine.of(Scenario(single_country, "tibs_only", years=4, scale=0.5)).run())
    assert state.ledger.total("broker_fees") == 3 * 66_000 * 100 * 7 // 4
    assert state.ledger.total("joint_grants") == 0


def test_clients_by_hand(single_country):
    """4 clients a quarter x half the firms x 7 quarters."""
    state = last(Engine.of(Scenario(single_country, "tibs_only", years=4, scale=0.5)).run())
    assert state.brokers.clients.tolist() == [14, 14, 14]


def test_firms_without_a_free_place_are_no_clients():
    world, n = two_regions(), 40
    ring = np.arange(n)
    busy = state_of(orgs(n), world, ties=ties(ring, np.roll(ring, 1)))
    idle = state_of(orgs(n), world)
    context = around(world, 1, brokers=np.ones(2), broker_network=True)
    served = [
        Brokerage()(s.replace(brokers=s.brokers.replace(funded_share=np.ones(2))), context)
        for s in (busy, idle)
    ]
    assert [state.brokers.clients.tolist() for state in served] == [[0, 0], [4, 0]]


@pytest.mark.parametrize("policy", ["no_s3", "trans_s3_tibs", "horizontal_support"])
def test_without_money_nothing_is_granted_and_the_books_are_empty(world, policy):
    poor = replace(world, budget_per_head=np.zeros(world.n_regions))
    scenario = Scenario(poor, policy, years=4, scale=0.3)
    alone = scenario.replace({"consortia.framework": 0.0, "consortia.national": 0.0})
    states = ran(alone)
    assert (states[-1].ledger.booked == 0).all()
    for state in states:
        assert len(state.projects) == state.pool == state.brokers.clients.sum() == 0
        assert (state.organisations.project_rd == 0).all()
        assert (state.organisations.grants == 0).all()
    other = last(Engine.of(scenario).run()).ledger
    assert other.appropriated == 0
    assert other.sources.sum() == other.uses.sum() > 0  # research consortia are paid by others


def test_frozen_demography_keeps_everybody(world):
    scenario = Scenario(world, "trans_s3_tibs", years=4, scale=0.3)
    panel = panel_of(scenario.drop_mechanism("demography")).values
    assert (panel["survivors"] == panel["cohort"]).all()
    np.testing.assert_allclose(panel["firms"] + panel["micro_firms"], panel["cohort"])
    assert panel["entries"].sum() == panel["exits"].sum() == 0
    assert panel_of(scenario).values["exits"].sum() > 0
