"""Settings and fixtures of the whole suite."""

import os

os.environ["S3SIM_CHECK"] = "1"  # before the package is imported: copies of tables are checked

import pytest
from builders import two_regions
from hypothesis import HealthCheck, settings

from s3sim.world import World

settings.register_profile(
    "quick",
    max_examples=15,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("quick")


@pytest.fixture(scope="session")
def world():
    """Four regions in two countries, twelve domains."""
    return World.synthetic(4, seed=1, countries=2, firms=150.0)


@pytest.fixture(scope="session")
def partners():
    """The regions of the founding projects."""
    return World.load("partners")


@pytest.fixture(scope="session")
def bsr():
    """All regions of the Baltic Sea Region."""
    return World.load("bsr")


@pytest.fixture(scope="session")
def pair_world():
    """Two regions in two countries, three domains."""
    return two_regions()
