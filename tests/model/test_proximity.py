import numpy as np
import pytest
from builders import two_regions
from hypothesis import given
from hypothesis import strategies as st

from s3sim.model.proximity import SPECTRUM_KEPT, Proximity, Space, degree

NO = np.array([False])


def value(
    distance, capacity, *, abroad=False, trust=0.0, relief=0.0, types=(False, False), **numbers
):
    distance = np.atleast_1d(np.asarray(distance, float))
    return Proximity(**numbers).value(
        distance,
        np.full(len(distance), capacity),
        np.full(len(distance), types[0]),
        np.full(len(distance), types[1]),
        np.full(len(distance), abroad),
        np.full(len(distance), trust),
        relief,
    )


@given(st.floats(0.2, 0.5), st.floats(0.2, 0.8), st.floats(0.0, 0.6), st.floats(0.0, 0.9))
def test_learning_is_an_inverted_u_with_its_top_at_half_the_reach(reach, gain, boredom, capacity):
    """T26 (Nooteboom et al. 2007): an interior maximum."""
    far = reach + gain * capacity
    grid = np.linspace(0.0, 1.5, 3001)
    curve = value(grid, capacity, reach=reach, reach_gain=gain, boredom=boredom)
    top = grid[curve.argmax()]
    assert top == pytest.approx(far / 2, abs=1e-3)
    assert curve.max() == pytest.approx((1 - boredom * capacity) * far / 4, rel=1e-4)
    assert curve[0] == 0
    assert (curve[grid > far + 1e-3] == 0).all()


def test_the_optimum_lies_farther_away_for_the_able():
    """T26: optimum distance rises with absorptive capacity."""
    grid = np.linspace(0, 1, 1001)
    tops = [grid[value(grid, capacity).argmax()] for capacity in (0.0, 0.3, 0.6, 0.9)]
    np.testing.assert_allclose(tops, (0.35 + 0.6 * np.array([0, 0.3, 0.6, 0.9])) / 2, atol=1e-3)


def test_frictions_by_hand():
    base = value(0.3, 0.5)[0]
    assert base == pytest.approx(0.85 * 0.3 * (1 - 0.3 / 0.65))
    assert value(0.3, 0.5, abroad=True)[0] == pytest.approx(0.7 * base)
    assert value(0.3, 0.5, abroad=True, trust=0.5)[0] == pytest.approx(0.85 * base)
    assert value(0.3, 0.5, abroad=True, relief=0.5)[0] == pytest.approx(0.85 * base)
    assert value(0.3, 0.5, types=(False, True))[0] == pytest.approx((1 - 0.25 * 0.5) * base)
    assert value(0.3, 0.5, abroad=True, trust=1.0)[0] == base


def test_institutes_reach_farther():
    both = value(0.66, 0.5, types=(True, True))[0]
    assert both == pytest.approx(0.85 * 0.66 * (1 - 0.66 / 0.85))
    assert value(0.66, 0.5)[0] == 0


def test_space_keeps_most_of_relatedness_and_measures_angles():
    square = np.array([[1.0, 0.6, 0.0], [0.6, 1.0, 0.0], [0.0, 0.0, 1.0]])
    space = Space.of(two_regions(relatedness=square), branching=2.0)
    kept = (space.basis.astype(float) ** 2).sum()
    assert kept >= SPECTRUM_KEPT * np.trace(square) - 1e-6
    np.testing.assert_allclose(space.relatedness_power, square**2)
    place = space.positions(np.eye(3, dtype=np.float32))
    np.testing.assert_allclose((place**2).sum(axis=1), 1.0, rtol=1e-6)
    away = space.cognitive_distance(place[[0, 0, 0]], place[[0, 1, 2]])
    np.testing.assert_allclose(away, [0.0, 0.4, 1.0], atol=1e-6)  # 1 - relatedness
    same = space.positions(np.array([[0.1, 0, 0], [0.9, 0, 0]], np.float32))
    assert space.cognitive_distance(same[:1], same[1:])[0] == pytest.approx(0, abs=1e-6)


def test_who_knows_nothing_is_far_from_all():
    space = Space.of(two_regions(), branching=2.0)
    place = space.positions(np.zeros((2, 3), np.float32))
    assert np.isfinite(place).all()
    assert space.cognitive_distance(place[:1], place[1:])[0] == 1.0


def test_degree_counts_both_sides():
    assert degree(4, np.array([0, 0, 1]), np.array([1, 2, 2])).tolist() == [2, 2, 2, 0]


def test_losses_can_use_up_a_partnership_but_not_turn_it_around():
    worst = {"border_loss": 0.8, "organisation_loss": 0.5}
    assert value(0.2, 0.0, abroad=True, types=(False, True), **worst)[0] == 0.0
