import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from s3sim.world.specialisation import (
    complementarity,
    complexity,
    location_quotient,
    relatedness_density,
)

JOBS = np.array([[60.0, 30.0, 10.0], [20.0, 20.0, 60.0], [0.0, 100.0, 0.0]])
"""Shares of domains overall: 80, 150 and 70 of 300."""

PHI = np.array([[1.0, 0.5, 0.2], [0.5, 1.0, 0.3], [0.2, 0.3, 1.0]])

tables = arrays(float, (4, 5), elements=st.floats(0, 1000).map(lambda x: round(x, 3)))


def test_location_quotients_by_hand():
    expected = JOBS / 100 / (np.array([80, 150, 70]) / 300)
    np.testing.assert_allclose(location_quotient(JOBS), expected)
    assert location_quotient(JOBS)[0, 0] == pytest.approx(2.25)


@given(tables)
def test_location_quotients_average_to_one(jobs):
    quotient = location_quotient(jobs)
    assert np.isfinite(quotient).all()
    region, domain = jobs.sum(axis=1), jobs.sum(axis=0)
    if jobs.sum() > 1:
        seen = domain > 1e-3
        weighted = (quotient * region[:, None]).sum(axis=0) / jobs.sum()
        np.testing.assert_allclose(weighted[seen], 1.0, rtol=1e-9)


def test_empty_regions_and_domains_have_no_quotient():
    jobs = np.array([[0.0, 0.0], [0.0, 5.0]])
    np.testing.assert_allclose(location_quotient(jobs), [[0, 0], [0, 1]])


def test_density_by_hand():
    density = relatedness_density(np.array([[1.0, 0.0, 1.0]]), PHI)
    np.testing.assert_allclose(density, [[100 * 0.2 / 0.7, 100.0, 100 * 0.2 / 0.5]])


@given(arrays(bool, (4, 3)))
def test_density_lies_between_nothing_and_all(held):
    density = relatedness_density(held.astype(float), PHI)
    assert (density >= 0).all()
    assert (density <= 100 + 1e-9).all()
    full = relatedness_density(np.ones((1, 3)), PHI)
    np.testing.assert_allclose(full, 100.0)


def test_complementarity_by_hand():
    held = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]])
    needed = complementarity(held, PHI)
    assert needed.shape == (2, 2, 3)
    # What region 1 has and region 0 lacks: domains 1 and 2.
    np.testing.assert_allclose(needed[0, 1], [100.0, 100 * 0.3 / 0.8, 100 * 0.3 / 0.5])
    np.testing.assert_allclose(needed[1, 0], [0.0, 100 * 0.5 / 0.8, 100 * 0.2 / 0.5])
    assert (needed[[0, 1], [0, 1]] == 0).all()  # nobody complements itself


def nested(n=6):
    """Region r holds domains 0..r: the last domain is held by the most diversified alone."""
    return np.tril(np.ones((n, n)))


def test_complexity_ranks_a_nested_economy():
    index = complexity(nested())
    assert (np.diff(index) > 0).all()
    assert index.mean() == pytest.approx(0, abs=1e-9)
    assert index.std() == pytest.approx(1)


def test_complex_domains_are_those_of_rich_regions_where_incomes_are_known():
    """The most diversified region is the poorest: the index turns round."""
    poor_when_diverse = np.arange(6, 0, -1.0)
    turned = complexity(nested(), poor_when_diverse)
    np.testing.assert_allclose(turned, -complexity(nested()), atol=1e-9)


@given(st.permutations(range(6)), st.permutations(range(6)))
def test_complexity_does_not_depend_on_order(rows, columns):
    base = complexity(nested())
    np.testing.assert_allclose(complexity(nested()[rows][:, columns]), base[columns], atol=1e-8)


@given(arrays(bool, (5, 7)))
def test_complexity_is_always_a_number(held):
    assert np.isfinite(complexity(held.astype(float))).all()


def test_too_little_information_gives_zeros():
    assert complexity(np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])).tolist() == [0, 0, 0]
    assert np.abs(complexity(np.ones((4, 3)))).max() == 0
