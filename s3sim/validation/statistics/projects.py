"""Facts about research projects, against CORDIS: who takes part, with whom, from where."""

from functools import cache

import numpy as np
import pandas as pd

from s3sim.core.arrays import Floats, Ints, sum_by
from s3sim.model.context import QUARTERS
from s3sim.model.state import FIRM
from s3sim.validation.statistics.regions import rank_correlation
from s3sim.validation.statistics.registry import over, statistic
from s3sim.validation.watch import Meetings, Pairs, Places, Records
from s3sim.world.assemble import DATA

SIDES = {"firm-firm": 0, "firm-research": 1, "research-research": 2}
"""Sides of a pair that are no firms."""

BUSINESS = 0
"""Sector of firms among participants."""


def sides(records: Records, one: Ints, other: Ints) -> Ints:
    """Return how many sides of each pair are no firms, 0 to 2."""
    return (records.kind[one] != FIRM).astype(np.int64) + (records.kind[other] != FIRM)


def network(records: Records, of: str) -> Records:
    """Return records in which pairs of a wanted kind of collaboration stand.

    `of`: "own" collaborations; partners in research "projects" (each pair of participants, in the
    quarter and year in which the project begins); "either", projects where there are any.
    """
    if of == "own" or (of == "either" and not len(records.places)):
        return records
    one, other, quarter = partners(records.places)
    year = quarter // QUARTERS + 1
    ties = {y: Pairs(one=one[year == y], other=other[year == y]) for y in records.ties}
    met = Meetings(one=one, other=other, quarter=quarter, again=np.zeros(len(one), bool))
    return records.replace(ties=ties, meetings=met)


def partners(places: Places) -> tuple[Ints, Ints, Ints]:
    """Return both members of every pair within a project, and the quarter in which it begins."""
    places = places.where(places.row >= 0)
    order = np.argsort(places.project, kind="stable")
    project, row, quarter = (c[order] for c in (places.project, places.row, places.quarter))
    found: list[tuple[Ints, Ints]] = []
    for step in range(1, len(project)):
        first = np.flatnonzero(project[step:] == project[:-step])
        if not len(first):
            break
        found.append((first, first + step))
    if not found:
        return row[:0], row[:0], quarter[:0]
    a, b = (np.concatenate([pair[side] for pair in found]) for side in (0, 1))
    return row[a], row[b], quarter[a]


@statistic
def participations(records: Records, sector: int) -> float:
    """Return the share of a sector in participations in research projects, %.

    Sectors: 0 business, 1 universities, 2 research organisations, 3 public bodies, 4 others.
    """
    return 100 * over((records.places.sector == sector).sum(), len(records.places))


@statistic
def project_partners(records: Records) -> float:
    """Return mean partners of research projects, those outside the modelled regions included."""
    _, first = np.unique(records.places.project, return_index=True)
    return over(records.places.partners[first].sum(), len(first))


def _countries_of_projects(records: Records) -> Floats:
    """Return joint projects of countries, [C, C], with each country's projects on the diagonal.

    Of research projects; where there are none, of collaborations with a research institute.
    """
    n, world = records.world.n_countries, records.world
    if len(records.places):
        number, project = np.unique(records.places.project, return_inverse=True)
        row, total = records.places.row, len(number)
    else:
        met = records.meetings
        met = met.where(~met.again & (sides(records, met.one, met.other) > 0))
        total = len(met)
        project, row = np.tile(np.arange(total), 2), np.concatenate((met.one, met.other))
    country = world.country[records.region[row]]
    there = sum_by(project * n + country, total * n).reshape(total, n) > 0
    return np.asarray(there.T.astype(np.float64) @ there)


@statistic
def joint_project_ranks(records: Records) -> float:
    """Return the rank correlation of joint projects of countries with those of H2020."""
    countries = records.world.countries
    one, other = np.triu_indices(len(countries), 1)
    seen = _joint_projects()
    known = [seen.get(frozenset((countries[i], countries[j])), np.nan) for i, j in zip(one, other, strict=True)]  # fmt: skip
    return rank_correlation(_countries_of_projects(records)[one, other], np.array(known))


@statistic
def affinity_ranks(records: Records) -> float:
    """Return the rank correlation of countries' affinity with that in H2020.

    Affinity: joint projects over the product of both countries' projects, up to a constant.
    """
    joint = _countries_of_projects(records)
    one, other = np.triu_indices(len(joint), 1)
    expected = joint[one, one] * joint[other, other]
    told = np.divide(joint[one, other], expected, out=np.full(len(one), np.nan), where=expected > 0)
    return rank_correlation(told, records.world.affinity[one, other])


@statistic
def participation_ranks(records: Records) -> float:
    """Return the rank correlation of regions' participations in projects with those in H2020.

    Where there are no research projects: ends of collaborations with a research institute.
    """
    row = records.places.row
    if not len(row):
        met = records.meetings
        met = met.where(sides(records, met.one, met.other) > 0)
        row = np.concatenate((met.one, met.other))
    number = sum_by(records.region[row], records.world.n_regions)
    return rank_correlation(number, records.world.h2020_participations)


@cache
def _joint_projects() -> dict[frozenset[str], float]:
    """Return joint H2020 projects of two countries (CORDIS, as the worlds have them)."""
    pairs = pd.read_csv(DATA / "h2020_pairs.csv")
    abroad = pairs[pairs["country_i"] != pairs["country_j"]]
    return {
        frozenset(p): float(n)
        for *p, n in abroad[["country_i", "country_j", "joint_projects"]].itertuples(index=False)
    }
