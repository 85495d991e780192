"""Statistics of a recorded run, one function a fact; the targets name them."""

from s3sim.validation.statistics import economy, firms, links, network, regions  # fills STATISTICS
from s3sim.validation.statistics.registry import STATISTICS, Statistic, statistic

__all__ = [
    "STATISTICS",
    "Statistic",
    "economy",
    "firms",
    "links",
    "network",
    "regions",
    "statistic",
]
