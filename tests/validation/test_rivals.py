"""Rivals are what they say they are."""

import numpy as np
import pytest

from s3sim.simulation.scenario import Scenario
from s3sim.validation.rivals import RIVALS
from s3sim.validation.statistics import STATISTICS
from s3sim.validation.targets import targets
from s3sim.validation.watch import record


@pytest.fixture(scope="module")
def run(partners):
    return record(Scenario(partners, "isolated_s3", years=14, scale=0.02, start=0))


def test_every_rival_stands_beside_a_fact():
    assert {one.rival for one in targets() if one.rival} == set(RIVALS)


def test_persistence_stands_still(run):
    still = RIVALS["persistence"](run, 0)
    assert STATISTICS["rd_over_value_added"](still, year=14) == pytest.approx(1)
    assert STATISTICS["productivity_growth"](still) == pytest.approx(0)
    assert STATISTICS["move_to_the_core"](still) == pytest.approx(0)


def test_gibrat_grows_whatever_the_size(run):
    dumb = RIVALS["gibrat"](run, 0)
    assert abs(STATISTICS["growth_size_exponent"](dumb)) < 0.05
    assert STATISTICS["growth_shape"](dumb) == pytest.approx(2, abs=0.2)


def test_gravity_has_as_many_links_that_fall_with_distance(run, bsr):
    dumb = RIVALS["gravity"](run, 0)
    assert {year: len(p) for year, p in dumb.ties.items()} == {
        y: len(p) for y, p in run.ties.items()
    }
    assert len(dumb.meetings) == len(run.meetings)
    large = record(Scenario(bsr, "no_s3", years=4, scale=0.1))
    elasticity = STATISTICS["distance_elasticity"](RIVALS["gravity"](large, 0), kind="all")
    assert elasticity == pytest.approx(-0.35, abs=0.15)


def test_the_lottery_draws_lists_of_the_same_length(run):
    dumb = RIVALS["lottery"](run, 0)
    assert (dumb.priorities.sum(axis=1) == run.priorities.sum(axis=1)).all()
    assert (dumb.priorities != run.priorities).any()
    by_lot = [STATISTICS["list_agreement"](RIVALS["lottery"](run, k)) for k in range(60)]
    assert np.mean(by_lot) == pytest.approx(1, abs=0.12)


def test_past_growth_goes_on(bsr):
    run = record(Scenario(bsr, "no_s3", years=14, scale=0.002))
    dumb = RIVALS["past_growth"](run, 0)
    assert STATISTICS["growth_ranks"](dumb) == pytest.approx(0.72, abs=0.02)


def test_equal_seeds_equal_rivals(run):
    for name in ("gibrat", "gravity", "lottery"):
        one, same, other = (RIVALS[name](run, seed) for seed in (1, 1, 2))
        told = [
            (r.priorities.tolist(), r.ties[14].one.tolist(), r.firms[14].size.tolist())
            for r in (one, same, other)
        ]
        assert told[0] == told[1]
        assert told[0] != told[2]
