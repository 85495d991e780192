import numpy as np
import pytest
from builders import around, orgs, state_of, two_regions

from s3sim.mechanisms.market import Market

MARKET = Market()
POWER = MARKET.substitution - 1
ACTIVE = np.array([True, True, True, True, False])
DOMAIN = np.array([0, 0, 0, 1, 0])


def sold(values=None, quarter=1, **columns):
    world = two_regions(trend=np.zeros(3))
    columns = {"active": ACTIVE, "domain": DOMAIN, "age": 1e6, **columns}
    state = state_of(orgs(**columns), world)
    return state, Market(**(values or {}))(state, around(world, quarter))


def test_shares_follow_strength_and_with_the_outside_sum_to_one():
    before, after = sold(productivity=[40, 50, 60, 50, 50])
    firms, markets = after.organisations, after.markets
    strength = (firms.productivity * firms.demand_shifter) ** POWER
    total = strength[:3].sum() + 1000.0 * 1.012 ** (POWER * 0.25)
    revenue = 2000.0 * (total / 2000.0) ** (1 / POWER)  # expenditure over the price index
    np.testing.assert_allclose(firms.value_added[:3], revenue * strength[:3] / total, rtol=1e-12)
    outside = markets.price[0] * 1000.0 * 1.012 ** (POWER * 0.25)
    assert firms.value_added[:3].sum() + outside == pytest.approx(revenue)
    assert firms.value_added[4] == 0
    assert before.organisations.value_added[4] == 1000


def test_one_firms_gain_is_its_rivals_loss_but_only_in_its_market():
    _, weak = sold(productivity=[40, 50, 60, 50, 50])
    _, strong = sold(productivity=[80, 50, 60, 50, 50])
    change = strong.organisations.value_added - weak.organisations.value_added
    assert change[0] > 0
    assert (change[1:3] < 0).all()
    assert change[3] == 0
    assert change[:3].sum() > 0  # the rest is taken from the outside, and prices fell


def test_demand_grows_with_the_trend_of_the_domain():
    world = two_regions(trend=np.array([0.02, 0.0, -0.01]))
    market, context = Market(outside_growth=0.0, demand_growth=0.01), around(world, quarter=8)
    state = state_of(orgs(1, active=False), world)
    price = market(state, context).markets.price
    base = 2000.0 * (1000.0 / 2000.0) ** (1 / POWER) / 1000.0
    lasting = 12 * (1 - np.exp(-2 / 12))  # two years of a trend that fades
    np.testing.assert_allclose(price[:3], base * 1.01**2 * np.array([1.02, 1.0, 0.99]) ** lasting)
    np.testing.assert_array_equal(price[:3], price[3:])


def test_trends_of_domains_come_to_an_end():
    world = two_regions(trend=np.array([0.02, 0.0, -0.01]))
    state = state_of(orgs(1, active=False), world)
    late = Market()(state, around(world, quarter=399, years=100)).markets.price
    np.testing.assert_allclose(late[0] / late[1], 1.02**12, rtol=1e-3)


def test_outside_suppliers_gain_where_firms_employ_more_than_at_the_start():
    """Rogoff 1996: an advantage in relative prices fades at 15 % a year."""
    world = two_regions(trend=np.zeros(3))
    state = state_of(orgs(4, region=[0, 0, 1, 1]), world)
    first = np.array([40.0, 40.0 / 1.1])
    state = state.replace(regions=state.regions.replace(first_jobs=first))
    after = MARKET(state, around(world, 1)).markets.outside.reshape(2, 3)
    usual = 1000.0 * 1.012 ** (POWER / 4)
    np.testing.assert_allclose(after[0], usual)
    np.testing.assert_allclose(after[1], usual * 1.1 ** (0.15 * POWER / 4))
    closed = Market(real_exchange_rate=0.0)(state, around(world, 1)).markets.outside
    np.testing.assert_allclose(closed, usual)


def test_wages_follow_value_added_a_head_and_stay_where_no_firm_is_left():
    _, after = sold()
    firms = after.organisations
    mean = firms.value_added[:4].sum() / firms.size[:4].sum()
    assert after.wage_level == pytest.approx(mean / 50.0)
    before, none = sold(active=False)
    assert none.wage_level == before.wage_level


def test_employment_moves_a_quarter_of_the_way_to_what_sales_need():
    _, after = sold(size=[10, 100, 20, 20, 20])
    firms = after.organisations
    needed = firms.value_added / firms.productivity
    old = np.array([10.0, 100, 20, 20, 20])
    expected = np.maximum(old + 0.25 * (needed - old), 0.5)
    np.testing.assert_allclose(firms.size[:4], expected[:4])
    assert firms.size[4] == 20  # dormant


def test_cash_takes_in_profit_and_owners_take_what_is_too_much():
    world = two_regions(trend=np.zeros(3))
    state = state_of(orgs(1, cash=50.0, rd=30.0, age=1e6), world)
    firm = MARKET(state, around(world, 1)).organisations
    # Alone in its region the firm is the mean: its wage is 0.65 of its value added a head.
    # It pays the 20 persons who made these sales, not those it hires now.
    wage = 0.65 * (firm.value_added / 20) ** 0.5 * 50.0**0.5
    cash = 50.0 + 0.25 * (firm.value_added - wage * 20 - 30.0)
    surplus = max(0.0, cash[0] - 0.5 * firm.value_added[0])
    assert firm.cash[0] == pytest.approx(cash[0] - 0.25 * surplus)
    rich = MARKET(state_of(orgs(1, cash=1e6, age=1e6), world), around(world, 1)).organisations
    keeps = 1e6 + 0.25 * (rich.value_added - wage * 20)
    assert rich.cash[0] == pytest.approx((0.75 * keeps + 0.25 * 0.5 * rich.value_added)[0])


def test_yearly_shocks_are_laplace_with_fat_tails_and_volatility_falls_with_size():
    """Fu et al. 2005: an exponential centre, tails of exponent three to four."""
    n, world = 40_000, two_regions(trend=np.zeros(3))
    size = np.where(np.arange(n) < n // 2, 10.0, 1000.0)
    state = state_of(orgs(n, size=size, age=1e6, domain=np.arange(n) % 3), world)
    for quarter in range(4):
        state = MARKET(
            state.replace(organisations=state.organisations.replace(size=size)),
            around(world, quarter),
        )
    growth = POWER * np.log(state.organisations.demand_shifter)  # sales at given prices
    for part, where in ((10.0, slice(0, n // 2)), (1000.0, slice(n // 2, n))):
        # Half of Laplace growth lies within 0.69 of its mean size, half of normal growth in 0.85.
        scaled = np.abs(growth[where]) / np.abs(growth[where]).mean()
        assert 0.5 < np.median(scaled) < 0.71
        largest = np.sort(scaled)[-len(scaled) // 100 :]
        assert 2.5 < 1 / np.log(largest / largest[0]).mean() < 4.5
        assert growth[where].std() == pytest.approx(0.24 * part**-0.17, rel=0.1)
        assert np.exp(growth[where]).mean() == pytest.approx(1.0, abs=0.01)  # a fair game


def test_the_young_grow_faster():
    _, new = sold(age=0.0)
    _, old = sold(age=1e6)
    gain = np.log(new.organisations.demand_shifter / old.organisations.demand_shifter)[:4]
    np.testing.assert_allclose(gain, 0.22 * 0.25 / POWER)
