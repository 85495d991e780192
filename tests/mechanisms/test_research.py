import numpy as np
import pytest
from builders import around, orgs, state_of, two_regions

from s3sim.mechanisms.research import Research
from s3sim.model.rd_decisions import (
    RD_SHARE_OF_INNOVATORS,
    RELATIVE_INTENSITY,
    industry_rd,
    innovative_share,
)
from s3sim.model.state import FIRM, INSTITUTE


def researched(**columns):
    world = two_regions(tertiary=np.array([0.5, 0.25]))
    return Research()(state_of(orgs(**columns), world), around(world)).organisations


def test_spending_follows_plans_and_austerity():
    after = researched(
        kind=[FIRM, FIRM, FIRM, INSTITUTE, INSTITUTE],
        active=[1, 1, 0, 1, 0],
        rd_intensity=[0.04, 0.04, 0.04, 300.0, 300.0],
        cash=[1.0, -1.0, 1.0, -1.0, 1.0],
    )
    np.testing.assert_allclose(after.rd, [40.0, 20.0, 0.0, 300.0, 0.0])


def test_the_stock_decays_and_takes_in_a_quarter_of_yearly_spending():
    after = researched(
        rd_intensity=0.04, rd_stock=100.0, project_rd=[0, 8, 0, 0, 0], active=[1, 1, 1, 1, 0]
    )
    kept = 100.0 * 0.85**0.25
    np.testing.assert_allclose(after.rd_stock, [kept + 10, kept + 12, kept + 10, kept + 10, 100.0])


def test_a_constant_effort_settles_at_effort_over_depreciation():
    world = two_regions()
    state = state_of(orgs(1, rd_intensity=0.04), world)
    for _ in range(200):
        state = Research()(state, around(world, 0))
    # Quarterly compounding: 10 / (1 - 0.85^0.25)
    assert state.organisations.rd_stock[0] == pytest.approx(10 / (1 - 0.85**0.25), rel=1e-3)


def test_absorptive_capacity_is_half_at_half_saturation_and_needs_heads():
    after = researched(
        rd_stock=np.array([60.0, 0.0, 1e9, 60.0, 60.0]) / 0.85**0.25,
        size=[20, 20, 20, 0.5, 20],
        region=[0, 0, 0, 0, 1],
        active=[1, 1, 1, 1, 0],
    )
    a_head = np.array([3.0, 0.0, 5e7, 60.0]) + 4.0 * 0.5
    np.testing.assert_allclose(after.absorptive_capacity[:4], a_head / (a_head + 5.0))
    assert after.absorptive_capacity[0] == pytest.approx(0.5)
    assert after.absorptive_capacity[4] == 0


def test_capacity_and_public_money_are_relative_to_wages():
    """Howitt 2000: the frontier moves on, so that the same money buys less."""
    world = two_regions()
    state = state_of(orgs(kind=[FIRM, FIRM, INSTITUTE, FIRM, FIRM], rd_stock=60.0, rd_intensity=0.0,
                          value_added=0.0), world)  # fmt: skip
    richer = state.replace(
        wage_level=2.0, organisations=state.organisations.replace(rd_stock=np.full(5, 120.0))
    )
    now, later = (Research()(s, around(world)).organisations for s in (state, richer))
    np.testing.assert_allclose(later.absorptive_capacity, now.absorptive_capacity)
    paid = state.organisations.replace(rd_intensity=np.full(5, 300.0))
    after = Research()(state.replace(wage_level=2.0, organisations=paid), around(world))
    assert after.organisations.rd[2] == 600.0


def decided(size, quarter=3, n=20_000, **columns):
    world = two_regions(innovative=np.full(2, 0.4), firms=np.full((2, 3), 100.0))
    folk = orgs(n, size=size, rd_intensity=0.5, **columns)
    return world, Research()(state_of(folk, world), around(world, quarter)).organisations


@pytest.mark.parametrize(("size", "k"), [(20.0, 0), (100.0, 1), (800.0, 2)])
def test_some_firms_decide_afresh_each_year_by_size_and_industry(size, k):
    world, after = decided(size)
    kept = after.innovative & (after.rd_intensity == 0.5)
    innovative, does = innovative_share(world)[0, k], RD_SHARE_OF_INNOVATORS[k]
    assert kept.mean() == pytest.approx(0.80, abs=0.01)
    fresh = ~kept
    assert after.innovative[fresh].mean() == pytest.approx(innovative, abs=0.04)
    assert (after.rd_intensity[~after.innovative] == 0).all()
    performs = fresh & (after.rd_intensity > 0)
    assert performs[fresh].mean() == pytest.approx(innovative * does, abs=0.04)
    # The norm of the region is one; draws above 0.6 are cut.
    log = np.log(after.rd_intensity[performs])
    typical = np.log(RELATIVE_INTENSITY[k] * industry_rd(world)[0]) - 0.125
    assert np.median(log) == pytest.approx(typical, abs=0.06)
    assert log.std() == pytest.approx(0.5, rel=0.12)


def test_decisions_stand_within_a_year_and_those_of_institutes_always():
    for quarter in (0, 1, 2):
        assert (decided(20.0, quarter, 100)[1].rd_intensity == 0.5).all()
    assert (decided(20.0, 3, 100, kind=INSTITUTE)[1].rd_intensity == 0.5).all()
