"""Facts about where links go: how far, over which borders, between which countries."""

from functools import cache

import numpy as np
import pandas as pd

from s3sim.core.arrays import Floats, Ints, sum_by
from s3sim.model.state import FIRM
from s3sim.validation.statistics.regions import rank_correlation
from s3sim.validation.statistics.registry import statistic
from s3sim.validation.statistics.regression import gravity
from s3sim.validation.watch import DETAILED, Pairs, Records
from s3sim.world.assemble import DATA

SIDES = {"firm-firm": 0, "firm-research": 1, "research-research": 2}
"""Sides of a collaboration that are research institutes."""


def _kinds(records: Records, pairs: Pairs, kind: str) -> Pairs:
    """Return pairs of two firms, of firm and institute, of two institutes, or all."""
    if kind == "all":
        return pairs
    sides = (records.kind[pairs.one] != FIRM).astype(int) + (records.kind[pairs.other] != FIRM)
    return pairs.where(sides == SIDES[kind])


def links_of_regions(records: Records, kind: str = "all") -> tuple[Ints, Ints, Floats]:
    """Return unordered pairs of different regions and their links, mean of the last four years."""
    n = records.world.n_regions
    count = np.zeros(n * n)
    last = min(records.years, DETAILED)
    for year in range(max(1, last - 3), last + 1):
        pairs = _kinds(records, records.ties[year], kind)
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
def distance_elasticity(records: Records, kind: str = "all") -> float:
    """Return the elasticity of links between regions to distance.

    Poisson with effects of regions, border, shared language and likeness of industry (as Scherngell
    and Barber 2009; Picci 2010); `kind`: all, firm-firm, firm-research, research-research.
    """
    return _gravity(records, kind)["distance"]


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


def _country_links(records: Records) -> Floats:
    """Return links of research institutes that began in the run by pair of countries, [C, C]."""
    met, n = records.meetings, records.world.n_countries
    met = met.where(
        ~met.again & ((records.kind[met.one] != FIRM) | (records.kind[met.other] != FIRM))
    )
    a, b = (records.world.country[records.region[side]] for side in (met.one, met.other))
    table = sum_by(a * n + b, n * n).reshape(n, n)
    return np.asarray(table + table.T)


@statistic
def joint_project_ranks(records: Records) -> float:
    """Return the rank correlation of institutes' links between countries with joint H2020 projects."""
    countries = records.world.countries
    one, other = np.triu_indices(len(countries), 1)
    seen = _joint_projects()
    known = np.array([
        seen.get(frozenset((countries[i], countries[j])), np.nan)
        for i, j in zip(one, other, strict=True)
    ])  # fmt: skip
    return rank_correlation(_country_links(records)[one, other], known)


@statistic
def affinity_ranks(records: Records) -> float:
    """Return the rank correlation of countries' affinity with that in H2020.

    Affinity: joint links times all links over the product of both countries' links.
    """
    links = _country_links(records)
    total = links.sum(axis=1)
    one, other = np.triu_indices(len(links), 1)
    expected = total[one] * total[other]
    told = np.divide(links[one, other], expected, out=np.full(len(one), np.nan), where=expected > 0)
    return rank_correlation(told, records.world.affinity[one, other])


@cache
def _joint_projects() -> dict[frozenset[str], float]:
    """Return joint H2020 projects of two countries (CORDIS, as the worlds have them)."""
    pairs = pd.read_csv(DATA / "h2020_pairs.csv")
    abroad = pairs[pairs["country_i"] != pairs["country_j"]]
    return {
        frozenset(p): float(n)
        for *p, n in abroad[["country_i", "country_j", "joint_projects"]].itertuples(index=False)
    }
