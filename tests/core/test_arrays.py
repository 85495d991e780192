import numpy as np
import pytest

from s3sim.core.arrays import count_by, draw_from, draw_own, sum_by


def test_draws_from_own_and_from_shared_tables_agree():
    weight = np.array([[1.0, 0.0, 3.0, 0.0], [0.0, 2.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    table = np.cumsum(weight, axis=1)
    u = np.linspace(0.0005, 0.9995, 999)
    for row in range(3):
        shared = draw_from(table, np.full(len(u), row), u)
        own = draw_own(np.broadcast_to(table[row], (len(u), 4)), u)
        np.testing.assert_array_equal(own, shared)
        np.testing.assert_array_equal(draw_own(table[row], u), own)
        allowed = [-1] if row == 2 else np.flatnonzero(weight[row])
        assert set(own.tolist()) == set(allowed)
    assert (draw_own(table[0], u) == 0).mean() == pytest.approx(0.25, abs=0.002)


@pytest.mark.parametrize("u", [0.0, 2.0**-53, 1 - 2.0**-53])
def test_the_ends_of_the_unit_interval_draw_what_has_weight(u):
    table = np.cumsum(np.array([0.0, 1e-12, 5.0, 0.1, 0.0]))
    assert draw_own(table, np.array([u]))[0] in (1, 2, 3)


def test_groups_without_anybody_count_zero():
    none = np.zeros(0, np.int64)
    assert count_by(none, 3).tolist() == [0, 0, 0]
    assert sum_by(none, 2).tolist() == [0.0, 0.0]
    assert count_by(np.array([1, 1], np.int32), 3).dtype == np.int64
