"""Growth of productivity is split without rest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from s3sim.outcomes.decomposition import PARTS, Firms, aggregate, decomposed


def firms(jobs, productivity, age):
    return Firms(np.array(jobs, float), np.array(productivity, float), np.array(age, float))


THEN = firms([10, 10, 20, 0], [50, 100, 80, 0], [5, 5, 5, 0])


def test_growth_of_all_firms_alike_is_within():
    now = firms([10, 10, 20, 0], [55, 110, 88, 0], [6, 6, 6, 0])
    found = decomposed(THEN, now)
    assert found["within"] == pytest.approx(np.log(1.1))
    assert [found[name] for name in PARTS[1:]] == pytest.approx([0, 0, 0])


def test_jobs_that_move_to_productive_firms_are_between():
    now = firms([5, 15, 20, 0], [50, 100, 80, 0], [6, 6, 6, 0])
    found = decomposed(THEN, now)
    assert found["between"] > 0
    assert found["within"] == pytest.approx(0)


def test_a_weak_firm_that_leaves_and_a_strong_one_that_enters_raise_productivity():
    now = firms([0, 10, 20, 10], [0, 100, 80, 200], [6, 6, 6, 1])
    found = decomposed(THEN, now)
    assert found["exit"] > 0
    assert found["entry"] > 0


def test_a_row_with_a_new_founder_has_left_and_entered():
    now = firms([10, 10, 20, 0], [50, 100, 80, 0], [0.5, 6, 6, 0])
    found = decomposed(THEN, now)
    assert found["within"] == pytest.approx(0)
    assert found["exit"] > 0 > found["entry"]


def test_nothing_is_told_when_no_firm_survives():
    now = firms([10, 0, 0, 0], [50, 0, 0, 0], [1, 0, 0, 0])
    assert all(np.isnan(value) for value in decomposed(THEN, now).values())


jobs = arrays(float, 8, elements=st.sampled_from([0.0, 1.0, 12.5, 300.0]))
levels = arrays(float, 8, elements=st.floats(2.0, 500.0))
ages = arrays(float, 8, elements=st.floats(0.0, 40.0))


@given(jobs, levels, ages, jobs, levels, ages)
def test_parts_sum_to_growth(jobs_1, level_1, age_1, jobs_2, level_2, age_2):
    then, now = Firms(jobs_1, level_1, age_1), Firms(jobs_2, level_2, age_2)
    found = decomposed(then, now)
    if np.isfinite(found["within"]):
        growth = aggregate(now) - aggregate(then)
        assert sum(found.values()) == pytest.approx(growth, abs=1e-9)
