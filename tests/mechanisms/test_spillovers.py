import numpy as np
import pytest
from builders import around, orgs, state_of, two_regions

from s3sim.mechanisms.spillovers import Spillovers

SQUARE = np.array([[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]])
WORLD = two_regions(relatedness=SQUARE)
ME, SIMILAR, APART = np.eye(3, dtype=np.float32)


def spilled(rd_stock, knowledge, region, quarter=0, spillovers=None, **columns):
    columns = {"absorptive_capacity": 0.5, "productivity": 50.0, **columns}
    folk = orgs(len(rd_stock), rd_stock=rd_stock, knowledge=knowledge, region=region, **columns)
    state = state_of(folk, WORLD, spill_reference=100.0)
    return (spillovers or Spillovers())(state, around(WORLD, quarter))


def test_the_pool_by_hand():
    """One firm of stock 100 in domain 0 of region 1, seen from region 0 and from at home."""
    state = spilled([0, 100.0], [ME, ME], [0, 1])
    home, away = np.exp(-20 / 300), 0.6 * np.exp(-200 / 300)
    related = SQUARE[0] ** 2.75
    np.testing.assert_allclose(state.regions.pool[1], home * related / (1 + home * related))
    np.testing.assert_allclose(state.regions.pool[0], away * related / (1 + away * related))
    expected = 0.5 * np.array([away / (1 + away), home / (1 + home)])
    np.testing.assert_allclose(state.organisations.spillover, expected)


def test_nothing_spills_between_totally_dissimilar_domains():
    """T11 (similarity and spillovers, RSUE 43): dissimilar below 0.1 of similar."""
    similar = spilled([0, 100.0], [ME, ME], [0, 1]).organisations.spillover[0]
    apart = spilled([0, 100.0], [ME, APART], [0, 1]).organisations.spillover[0]
    assert similar > 0
    assert apart < 0.1 * similar


def test_borders_and_distance_dampen():
    base = spilled([0, 100.0], [ME, ME], [0, 1]).organisations.spillover[0]
    open_ = spilled([0, 100.0], [ME, ME], [0, 1], spillovers=Spillovers(border=1.0))
    near = spilled([0, 100.0], [ME, ME], [0, 1], spillovers=Spillovers(decay=150.0))
    assert open_.organisations.spillover[0] > base > near.organisations.spillover[0]


def test_pools_are_refreshed_once_a_year():
    state = spilled([100.0, 100.0], [ME, ME], [0, 1], quarter=1)
    assert (state.regions.pool == 0).all()
    assert (state.organisations.spillover == 0).all()


def test_the_reference_is_set_once():
    folk = orgs(2, rd_stock=[100.0, 0], knowledge=np.array([ME, ME]), region=[0, 1])
    first = Spillovers()(state_of(folk, WORLD), around(WORLD, 0))
    mean = 100.0 * (np.exp(-20 / 300) + 0.6 * np.exp(-200 / 300)) * (1 + 0.5**2.75) / 6
    assert first.spill_reference == pytest.approx(mean)
    richer = first.replace(organisations=folk.replace(rd_stock=np.array([500.0, 0])))
    assert Spillovers()(richer, around(WORLD, 4)).spill_reference == first.spill_reference


def test_laggards_imitate_the_frontier_as_far_as_they_can_absorb():
    productivity = [50.0, 50.0, 100.0, 100.0, 100.0]
    after = spilled(
        np.zeros(5), np.tile(ME, (5, 1)), [0] * 5, productivity=productivity,
        absorptive_capacity=[0.5, 0.0, 0.5, 0.5, 0.5], domain=0,
    )  # fmt: skip
    assert after.frontier[0] == pytest.approx(np.log(100.0))
    gain = np.log(after.organisations.productivity / productivity)
    np.testing.assert_allclose(gain, [0.075 / 4 * 0.5 * 0.5, 0, 0, 0, 0], atol=1e-12)


def test_pools_saturate_and_are_relative_to_wages():
    plain, more = (spilled([0, s], [ME, ME], [0, 1]).regions.pool for s in (100.0, 1e12))
    assert (plain < 1).all()
    np.testing.assert_allclose(more[:, :2], 1.0, rtol=1e-6)  # related domains
    folk = orgs(2, rd_stock=[0, 200.0], knowledge=np.array([ME, ME]), region=[0, 1])
    state = state_of(folk, WORLD, spill_reference=100.0, wage_level=2.0)
    np.testing.assert_allclose(Spillovers()(state, around(WORLD)).regions.pool, plain)


def test_catching_up_falls_as_firms_come_near_and_is_bounded_far_behind():
    """Benhabib and Spiegel 2005: logistic diffusion, 1 - A / frontier."""
    own = np.array([1e-6, 25.0, 50.0, 90.0, 100.0])
    after = spilled(np.zeros(5), np.tile(ME, (5, 1)), [0] * 5, productivity=own,
                    spillovers=Spillovers(frontier=0.99), absorptive_capacity=1.0)  # fmt: skip
    best = np.exp(after.frontier[0])
    gain = np.log(after.organisations.productivity / own)
    np.testing.assert_allclose(gain, 0.075 / 4 * np.maximum(1 - own / best, 0), atol=1e-12)


def test_dormant_firms_neither_lead_nor_follow():
    after = spilled(
        np.zeros(3), np.tile(ME, (3, 1)), [0] * 3, productivity=[50, 60, 1e6], active=[1, 1, 0]
    )
    assert after.frontier[0] < np.log(61)
    assert after.organisations.productivity[2] == 1e6
