"""Facts about where links go: how far, over which borders."""

import numpy as np

from s3sim.core.arrays import Floats, Ints, sum_by
from s3sim.validation.statistics.projects import SIDES, network, sides
from s3sim.validation.statistics.registry import statistic
from s3sim.validation.statistics.regression import gravity
from s3sim.validation.watch import DETAILED, Records


def links_of_regions(records: Records, kind: str = "all") -> tuple[Ints, Ints, Floats]:
    """Return unordered pairs of different regions and their links, mean of the last four years."""
    n = records.world.n_regions
    count = np.zeros(n * n)
    last = min(records.years, DETAILED)
    for year in range(max(1, last - 3), last + 1):
        pairs = records.ties[year]
        if kind != "all":
            pairs = pairs.where(sides(records, pairs.one, pairs.other) == SIDES[kind])
        a, b = records.region[pairs.one], records.region[pairs.other]
        count += sum_by(np.minimum(a, b) * n + np.maximum(a, b), n * n)
    one, other = np.triu_indices(n, 1)
    return one, other, count.reshape(n, n)[one, other]


def _gravity(records: Records, kind: str) -> dict[str, float]:
    """Return coefficients of links between regions, and the spread of what they belong to."""
    world = records.world
    one, other, count = links_of_regions(records, kind)
    share = world.domain_share
    alike = (share / np.linalg.norm(share, axis=1, keepdims=True)) @ share.T
    alike = alike / np.linalg.norm(share, axis=1)
    columns: dict[str, Floats] = {
        "distance": np.log(world.distance[one, other]),
        "border": world.cross_border[one, other].astype(np.float64),
        "technology": np.log(alike[one, other]),
        "language": (world.cross_border & world.shared_language)[one, other].astype(np.float64),
    }
    told = {name: c for name, c in columns.items() if np.ptp(c) > 0}
    found = dict(zip(told, gravity(count, one, other, list(told.values())), strict=True))
    spread = {f"sd {name}": float(c.std()) for name, c in told.items()}
    return {name: found.get(name, float("nan")) for name in columns} | spread


@statistic
def distance_elasticity(records: Records, kind: str = "all", of: str = "own") -> float:
    """Return the elasticity of links between regions to distance.

    Poisson with effects of regions, border, shared language and likeness of industry (as Scherngell
    and Barber 2009; Picci 2010); `kind`: all, firm-firm, firm-research, research-research; `of`: own collaborations or research projects.
    """
    return _gravity(network(records, of), kind)["distance"]


@statistic
def shared_language(records: Records) -> float:
    """Return the factor by which a shared language raises links across a border (Basche 2022)."""
    return float(np.exp(_gravity(records, "all")["language"]))


@statistic
def technology_over_distance(records: Records) -> float:
    """Return the effect of one standard deviation of likeness of industry less that of distance."""
    g = _gravity(records, "all")
    return g["technology"] * g["sd technology"] + g["distance"] * g["sd distance"]


@statistic
def border_over_distance(records: Records) -> float:
    """Return the effect of a border less that of one standard deviation of log distance."""
    g = _gravity(records, "all")
    return -g["border"] + g["distance"] * g["sd distance"]
