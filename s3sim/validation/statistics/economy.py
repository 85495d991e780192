"""Facts about the economy as a whole: does it stand still where it should, and grow as it should?"""

import numpy as np

from s3sim.core.arrays import Floats, sum_by
from s3sim.validation.statistics.registry import over, statistic, year_of
from s3sim.validation.statistics.regression import least_squares, slope
from s3sim.validation.watch import Firms, Records
from s3sim.world.specialisation import complexity, location_quotient, relatedness_density

BRANCHING = ((1, 6), (6, 11))
"""Years between which regions' new and lost specialisations are counted: five each."""

FEWEST = 20
"""Domains of regions at the least, for chances of entry and exit."""

NEAR = 300.0
"""Kilometres within which regional R&D spills over (Bottazzi and Peri 2003)."""


def _ratio(records: Records, number: str, by: str, year: int) -> float:
    return float(year_of(records.path(number), year) / year_of(records.path(by), year))


@statistic
def rd_over_value_added(records: Records, year: int) -> float:
    """Return business R&D over value added in a year, over that of the first year."""
    return over(_ratio(records, "rd", "value_added", year), _ratio(records, "rd", "value_added", 1))


@statistic
def innovations_a_firm(records: Records, year: int) -> float:
    """Return innovations a firm in a year, over those of the first year."""
    return over(_ratio(records, "innovations", "firms", year), _ratio(records, "innovations", "firms", 1))  # fmt: skip


def _growth(records: Records, first: int, last: int) -> float:
    """Return growth of value added a person between the means of two years, % a year."""
    start, end = (_ratio(records, "value_added", "employment", year) for year in (first, last))
    return 100 * ((end / start) ** (1 / (last - first)) - 1)


@statistic
def productivity_growth(records: Records, first: int = 1, last: int = 14) -> float:
    """Return growth of value added a person employed, % a year."""
    return _growth(records, first, last)


@statistic
def late_over_early_growth(records: Records) -> float:
    """Return productivity growth of years 80-100 over that of years 1-14."""
    return over(_growth(records, 80, 100), _growth(records, 1, 14))


def _spread(firms: Firms) -> float:
    """Return p90/p10 of value added a person relative to the mean of the region."""
    firms = firms.where((firms.value_added > 0) & (firms.size > 0))
    level = np.log(firms.value_added / firms.size)
    n = int(firms.region.max()) + 1
    mean = sum_by(firms.region, n, level) / np.maximum(sum_by(firms.region, n), 1)
    low, high = np.quantile(level - mean[firms.region], [0.1, 0.9])
    return float(np.exp(high - low))


@statistic
def productivity_spread(records: Records, year: int) -> float:
    """Return p90/p10 of firms' productivity within regions at a year's end, over the first year's."""
    if year not in records.firms:
        return float("nan")
    return over(_spread(records.firms[year]), _spread(records.firms[1]))


@statistic
def most_productive_region(records: Records, year: int) -> float:
    """Return the highest regional value added a person over the mean of the regions."""
    level = year_of(records.panel["value_added"], year) / year_of(records.panel["employment"], year)
    return over(level.max(), level.mean())


def regional_growth(records: Records, first: int = 1, last: int = 14) -> tuple[Floats, Floats]:
    """Return log productivity at the start and its growth a year, by region [R]."""
    level = [
        np.log(year_of(records.panel["value_added"], y) / year_of(records.panel["employment"], y))
        for y in (first, last)
    ]
    return level[0], (level[1] - level[0]) / (last - first)


@statistic
def convergence(records: Records) -> float:
    """Return beta convergence between regions, % a year: -slope of growth on the level before."""
    level, growth = regional_growth(records)
    return -100 * slope(level, growth)


@statistic
def convergence_of_countries(records: Records) -> float:
    """Return how much faster countries converge than regions within them, points a year.

    -slope over countries' means, less -slope over deviations from them.
    """
    level, growth = regional_growth(records)
    country, n = records.world.country, records.world.n_countries
    number = np.maximum(sum_by(country, n), 1)
    between = [sum_by(country, n, v) / number for v in (level, growth)]
    if n < 3 or len(level) - n < 3:
        return float("nan")
    within = least_squares(growth, [level], country)[0]
    return -100 * (slope(*between) - within)


@statistic
def rd_elasticity_of_innovations(records: Records, of: str = "own") -> float:
    """Return the elasticity of regional innovations to own R&D or to that of regions within 300 km.

    ln innovations on ln own R&D and ln R&D near, over regions, whole run (the form of Bottazzi and
    Peri 2003). Regions without neighbours, innovations or R&D are left out.
    """
    innovations, rd = (records.panel[name].sum(axis=0) for name in ("innovations", "rd"))
    distance = records.world.distance
    close = (distance < NEAR) & ~np.eye(len(rd), dtype=bool)
    near = close @ rd
    used = (innovations > 0) & (rd > 0) & (near > 0)
    columns = [np.log(rd[used]), np.log(near[used])]
    if of == "near":
        columns.reverse()
    return least_squares(np.log(innovations[used]), columns, None)[0]


def _branching(records: Records, *, held: bool) -> tuple[Floats, Floats, Floats]:
    """Return density, complexity and change five years later of domains (not) specialised in."""
    told: list[list[Floats]] = [[], [], []]
    for first, last in BRANCHING:
        if last not in records.jobs:
            continue
        before, after = (location_quotient(records.jobs[y]) > 1 for y in (first, last))
        had = before.astype(np.float64)
        density = relatedness_density(had, records.world.relatedness)
        which = before == held
        told[0].append(density[which])
        told[1].append(np.broadcast_to(complexity(had), before.shape)[which])
        told[2].append((after != before)[which].astype(np.float64))
    return tuple(np.concatenate(part) if part else np.zeros(0) for part in told)  # type: ignore[return-value]


def _by_density(density: Floats, changed: Floats) -> float:
    """Return the change in % of a chance for 10 % more density, from the two halves of density."""
    if len(density) < FEWEST:
        return float("nan")
    order = np.argsort(density, kind="stable")[len(density) // 20 :]
    halves = np.array_split(order, 2)
    (x0, x1), (y0, y1) = ([v[h].mean() for h in halves] for v in (density, changed))
    if min(y0, y1, x0) <= 0 or x1 <= x0:
        return float("nan")
    return 100 * float(1.1 ** (np.log(y1 / y0) / np.log(x1 / x0)) - 1)


@statistic
def entry_by_density(records: Records) -> float:
    """Return % more entries into a domain for 10 % more density (Boschma et al. 2015)."""
    density, _, entered = _branching(records, held=False)
    return _by_density(density, entered)


@statistic
def exit_by_density(records: Records) -> float:
    """Return % more exits from a domain for 10 % more density (Boschma et al. 2015)."""
    density, _, left = _branching(records, held=True)
    return _by_density(density, left)


@statistic
def entry_by_complexity(records: Records) -> float:
    """Return entries into the more complex half of domains over those into the simpler half."""
    _, complex_, entered = _branching(records, held=False)
    if len(entered) < FEWEST:
        return float("nan")
    halves = np.array_split(np.argsort(complex_, kind="stable"), 2)
    return over(entered[halves[1]].mean(), entered[halves[0]].mean())


@statistic
def list_likeness(records: Records) -> float:
    """Return mean Jaccard likeness of lists within countries less that between countries.

    Over pairs of authorities (Deegan, Broekel and Fitjar 2021); nan without lists.
    """
    lists, world = records.priorities, records.world
    country = np.array([world.country[world.authority == a][0] for a in range(len(lists))])
    both = (lists[:, None] & lists).sum(axis=2)
    either = (lists[:, None] | lists).sum(axis=2)
    pair = np.triu(np.ones_like(both, bool), 1) & (either > 0)
    same = country[:, None] == country
    if not (pair & same).any() or not (pair & ~same).any():
        return float("nan")
    likeness = both / np.maximum(either, 1)
    return float(likeness[pair & same].mean() - likeness[pair & ~same].mean())


@statistic
def list_agreement(records: Records) -> float:
    """Return places of authorities' lists that a published list names too, over those of a lottery.

    Regions with a published list; a lottery hits the share of all domains that is published.
    """
    world = records.world
    chosen, published = records.priorities[world.authority], world.published > 0
    listed = published.any(axis=1) & chosen.any(axis=1)
    hits = (chosen & published)[listed].sum()
    by_lot = (chosen.sum(axis=1) * published.mean(axis=1))[listed].sum()
    return over(hits, by_lot)


@statistic
def change_of_rd_share(records: Records) -> float:
    """Return the median region's change of business R&D over GDP, percentage points a year.

    Value added of firms stands for GDP at the first year's ratio of the two.
    """
    return float(np.nanmedian(rd_change(records)))


def rd_change(records: Records) -> Floats:
    """Return the change of business R&D over GDP by region, points a year, over up to 14 years [R]."""
    last = min(records.years, 14)
    share = [
        year_of(records.panel["rd"], y) / year_of(records.panel["value_added"], y)
        for y in (1, last)
    ]
    first = np.where(share[0] > 0, share[0], np.nan)
    return np.asarray(records.world.berd * (share[1] / first - 1) / (last - 1))
