import numpy as np
import pytest
from builders import around, orgs, state_of, two_regions

from s3sim.mechanisms.research import Research
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
    for quarter in range(200):
        state = Research()(state, around(world, quarter, years=60))
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
