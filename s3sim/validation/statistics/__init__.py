"""Statistics of a recorded run, one function a fact; the targets name them."""

from s3sim.validation.statistics import (  # each fills STATISTICS
    economy,
    firms,
    links,
    network,
    projects,
    regions,
)
from s3sim.validation.statistics.registry import STATISTICS

__all__ = ["STATISTICS", "economy", "firms", "links", "network", "projects", "regions"]
