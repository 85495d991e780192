"""Indicators of the field against an independent library that computes them its own way."""

import numpy as np
import pytest
from econcomplex.complexity.eigenvector import eci_pci_eigenvector
from econcomplex.relatedness.density import relatedness_density as oracle_density
from econcomplex.specialization.location_quotient import location_quotient as oracle_quotient

from s3sim.world import World
from s3sim.world.specialisation import complexity, location_quotient, relatedness_density

BSR = World.load("bsr")


@pytest.fixture(params=["random", "46 regions"])
def employed(request):
    if request.param == "random":
        return np.random.default_rng(7).gamma(0.6, size=(30, 20))
    return BSR.domain_share * BSR.business_employment[:, None]


@pytest.fixture
def specialised(employed):
    return (location_quotient(employed) > 1).astype(float)


def test_location_quotient(employed):
    assert location_quotient(employed) == pytest.approx(oracle_quotient(employed), rel=1e-9)


def test_relatedness_density(specialised):
    domains = specialised.shape[1]
    rng = np.random.default_rng(3)
    relatedness = rng.uniform(size=(domains, domains))
    relatedness = (relatedness + relatedness.T) / 2
    np.fill_diagonal(relatedness, 0.0)
    expected = oracle_density(specialised, phi=relatedness, use_rca=False, threshold=0.5)
    assert relatedness_density(specialised, relatedness) == pytest.approx(expected, rel=1e-9)


def test_complexity_is_the_second_eigenvector(specialised):
    """The method of reflections converges to it; orientation is a convention."""
    _, expected = eci_pci_eigenvector(specialised, use_rca=False, threshold=0.5)
    expected = np.asarray(expected)
    found = complexity(specialised, steps=400)
    assert abs(np.corrcoef(found, expected)[0, 1]) == pytest.approx(1.0, abs=1e-6)


def test_few_reflections_rank_domains_as_many_do(specialised):
    few, many = complexity(specialised), complexity(specialised, steps=400)
    assert abs(np.corrcoef(few, many)[0, 1]) > 0.9
