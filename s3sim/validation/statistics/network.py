"""Facts about collaboration: how many, with whom, how far, how often again."""

import numpy as np

from s3sim.core.arrays import Floats, Ints
from s3sim.model.context import QUARTERS
from s3sim.model.state import FIRM
from s3sim.validation.statistics.projects import SIDES, network, sides
from s3sim.validation.statistics.registry import over, statistic, year_of
from s3sim.validation.statistics.regression import slope
from s3sim.validation.watch import DETAILED, Records

SETTLED = 8
"""Quarter from which flows are read: the drawn first collaborations have worn off."""

PROGRAMME = 7
"""Years of a framework programme."""

FEWEST = 30
"""Organisations or pairs below which no share of them is told."""

RETURN = 5
"""Years within which partners are seen again."""

OWN_FIRST, PROJECTS_FIRST = (3, 9), (1, 3)
"""First and last year of first meetings: five more are seen."""


def _share(records: Records, name: str, of: str, country: str | None, year: int) -> float:
    world = records.world
    if country is not None and country not in world.countries:
        return float("nan")
    here = slice(None) if country is None else world.country == world.countries.index(country)
    number, whole = (year_of(records.panel[n], year)[here].sum() for n in (name, of))
    return 100 * over(number, whole)


@statistic
def innovative(records: Records, year: int, country: str | None = None) -> float:
    """Return the share of firms that are innovation-active, %, mean of a year."""
    return _share(records, "innovators", "firms", country, year)


@statistic
def cooperating(records: Records, year: int, country: str | None = None) -> float:
    """Return the share of innovation-active firms with a partner, %, mean of a year."""
    return _share(records, "cooperating", "innovators", country, year)


@statistic
def cooperating_abroad(records: Records, year: int, country: str | None = None) -> float:
    """Return the share of innovation-active firms with a partner abroad, %, mean of a year."""
    return _share(records, "cooperating_abroad", "innovators", country, year)


@statistic
def abroad_among_cooperating(records: Records, year: int, country: str | None = None) -> float:
    """Return the share of cooperating innovators that have a partner abroad (0-1)."""
    return _share(records, "cooperating_abroad", "cooperating", country, year) / 100


@statistic
def science_partners(records: Records) -> float:
    """Return the share of innovation-active firms with a partner that does public research, %."""
    firms = records.firms[min(records.years, DETAILED)]
    return 100 * over((firms.science & firms.innovative).sum(), firms.innovative.sum())


@statistic
def drift_abroad(records: Records) -> float:
    """Return the drift of the cross-border share of collaborations, points a year, from year 3."""
    abroad, home = (records.path(n)[: QUARTERS * DETAILED] for n in ("cross_border", "domestic"))
    share = (100 * abroad / np.maximum(abroad + home, 1e-9))[SETTLED:]
    return slope(np.arange(len(share)) / QUARTERS, share)


@statistic
def abroad_over_start(records: Records, year: int) -> float:
    """Return the cross-border share of collaborations in a year over that at the start."""
    abroad = records.world.cross_border
    first = records.ties[0]
    share = over(abroad[records.region[first.one], records.region[first.other]].sum(), len(first))
    now = over(*(year_of(p, year) for p in (records.path("cross_border"), _all_links(records))))
    return over(now, share)


def _all_links(records: Records) -> Floats:
    return records.path("cross_border") + records.path("domestic")


@statistic
def within_region(records: Records) -> float:
    """Return the share of collaborations within one region, %, last four years."""
    last = min(records.years, DETAILED)
    pairs = [records.ties[year] for year in range(max(1, last - 3), last + 1)]
    same = [records.region[p.one] == records.region[p.other] for p in pairs]
    return 100 * over(sum(s.sum() for s in same), sum(map(len, pairs)))


def _programme(records: Records) -> tuple[Ints, Ints]:
    """Return both sides of collaborations that began in the last seven detailed years."""
    last = QUARTERS * min(records.years, DETAILED)
    met = records.meetings
    met = met.where((met.quarter >= last - QUARTERS * PROGRAMME) & ~met.again)
    return met.one, met.other


def _degrees(one: Ints, other: Ints) -> Ints:
    """Return the number of different partners of each organisation that has one."""
    pair = np.unique(np.stack((np.minimum(one, other), np.maximum(one, other))), axis=1)
    return np.unique(pair, return_counts=True)[1]


@statistic
def degree_tail(records: Records, of: str = "own") -> float:
    """Return the tail exponent of the number of partners over seven years (Almendral et al. 2007).

    1 + n / sum ln(k / (k_min - 1/2)), discrete approximation of Clauset, Shalizi and Newman (2009),
    with k_min the 90 % quantile but at least 2.
    """
    degree = _degrees(*_programme(network(records, of)))
    least = max(2.0, float(np.quantile(degree, 0.9))) if len(degree) else 2.0
    tail = degree[degree >= least]
    if len(tail) < FEWEST:
        return float("nan")
    return 1 + over(len(tail), np.log(tail / (least - 0.5)).sum())


@statistic
def mean_degree(records: Records) -> float:
    """Return mean partners over seven years of organisations with one (Tomasello et al. 2017)."""
    degree = _degrees(*_programme(records))
    return float(degree.mean()) if len(degree) else float("nan")


@statistic
def one_off(records: Records, who: str = "all", of: str = "own") -> float:
    """Return the share of participants that took part once in seven years; `who`: all or firms.

    Participants of research projects, or of own collaborations where there are none.
    """
    places = records.places
    if len(places) or of == "projects":
        last = QUARTERS * min(records.years, DETAILED)
        ends = places.row[places.quarter >= last - QUARTERS * PROGRAMME]
    else:
        ends = np.concatenate(_programme(records))
    if who == "firms":
        ends = ends[records.kind[ends] == FIRM]
    number = np.unique(ends, return_counts=True)[1]
    return over((number == 1).sum(), len(number)) if len(number) >= FEWEST else float("nan")


@statistic
def assortativity(records: Records) -> float:
    """Return the correlation of partners' numbers of partners, at the end of year 14."""
    pairs = records.ties[min(records.years, DETAILED)]
    if len(pairs) < FEWEST:
        return float("nan")
    degree = np.bincount(np.concatenate((pairs.one, pairs.other)))
    x = np.concatenate((degree[pairs.one], degree[pairs.other]))
    y = np.concatenate((degree[pairs.other], degree[pairs.one]))
    return float(np.corrcoef(x, y)[0, 1]) if np.ptp(x) else float("nan")


@statistic
def again(records: Records, kind: str, of: str = "own") -> float:
    """Return the share of pairs that meet again one to five years after their first meeting, %.

    As counted in H2020 (first joint project 2014-16, another in a later year until 2020): first met
    in years 1-3 in projects, 3-9 in own collaborations; a renewal counts as another one.
    """
    first_years = PROJECTS_FIRST if of == "projects" else OWN_FIRST
    records = network(records, of)
    met, n = records.meetings, len(records.kind)
    key = np.minimum(met.one, met.other) * n + np.maximum(met.one, met.other)
    order = np.lexsort((met.quarter, key))
    pair, year = key[order], met.quarter[order] // QUARTERS + 1
    first = np.concatenate((np.ones(min(1, len(pair)), bool), pair[1:] != pair[:-1]))
    start = np.maximum.accumulate(np.where(first, np.arange(len(pair)), 0))
    later = year - year[start]
    back = np.zeros(len(pair), bool)
    np.logical_or.at(back, start, (later >= 1) & (later <= RETURN))
    heads = first & ~met.again[order] & (sides(records, pair // n, pair % n) == SIDES[kind])
    heads &= (year >= first_years[0]) & (year <= first_years[1])
    return 100 * over(back[heads].sum(), heads.sum()) if heads.sum() >= FEWEST else float("nan")


@statistic
def move_to_the_core(records: Records) -> float:
    """Return the change of lagging regions' share in links abroad from year 3 to 14, points."""
    path = records.panel["cross_border"]
    share = [
        over(year_of(path, y)[records.world.lagging].sum(), year_of(path, y).sum())
        for y in (3, min(records.years, DETAILED))
    ]
    return 100 * (share[1] - share[0])
