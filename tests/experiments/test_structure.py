"""Other structures: the same worlds, told apart, and published when a sign changes."""

import numpy as np
import pytest

from s3sim.core.errors import InputError
from s3sim.ensemble.experiments.config import home
from s3sim.ensemble.experiments.runner import load
from s3sim.ensemble.experiments.structure import VARIANTS, Variant, under, variant
from s3sim.ensemble.experiments.study import Study
from s3sim.simulation.schedule import SCHEDULE


@pytest.fixture(scope="module")
def study():
    config, _ = load(home(), "e13_structure")
    return Study(config.at("smoke"), "smoke")


def test_every_variant_is_another_design(study):
    made = [under(study.samples(), one) for one in VARIANTS.values()]
    assert len({study.hash_of(one) for one in made}) == len(VARIANTS)
    assert study.hash_of(made[0]) == study.hash_of(study.samples())


def test_worlds_keep_their_parameters_and_luck(study):
    usual = study.samples()
    first = usual.scenarios[-1]
    for name, one in VARIANTS.items():
        other = under(usual, one)
        last = other.scenarios[-1]
        assert last.replication == first.replication, name
        values = first.parameter_values() | dict(one.fixed)
        mine = last.parameter_values()
        assert mine == {key: values[key] for key in mine}, name


def test_a_mechanism_is_gone(study):
    for name in ("spillovers", "learning", "institutes", "demography"):
        base = under(study.samples(), variant(f"no_{name}")).base
        assert len(base.mechanisms) == len(SCHEDULE) - 1
        assert name not in [one.name for one in base.mechanisms]


def test_years_after_the_start_stay(study):
    base, later = study.base, under(study.samples(), variant("later_start")).base
    assert later.years - later.start == base.years - base.start
    assert later.start == base.start + 3


def test_unknown_names_are_told(study):
    with pytest.raises(InputError, match="no_spillovers"):
        variant("no_spillover")
    with pytest.raises(InputError, match=r"search\.rate"):
        under(study.samples(), Variant("x", fixed={"search.rat": 1.0}))


def test_signs_against_the_declared_model():
    _, script = load(home(), "e13_structure")
    assert script.sign(1, 1) == "same"
    assert script.sign(-1, 1) == "changed"
    assert script.sign(0, 1) == "open"
    assert script.sign(1, 0) == "clear"


def test_designs_of_the_standard_model_keep_their_name():
    # Stores of finished runs are known by it: a change would throw them away.
    config, _ = load(home(), "e05_headline")
    study = Study(config.at("standard"), "standard")
    usual = study.samples()
    less = under(usual, variant("no_learning"))
    assert "learning" in [one.name for one in usual.base.mechanisms]
    assert study.hash_of(usual) != study.hash_of(less)
    assert np.array_equal(usual.unit, less.unit)
