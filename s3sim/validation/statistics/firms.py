"""Facts about firms: size, growth, entry and exit, R&D, grants."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln
from scipy.stats import kurtosis

from s3sim.core.arrays import Floats, Ints
from s3sim.model.context import QUARTERS
from s3sim.validation.statistics.registry import hill, over, statistic, year_of
from s3sim.validation.statistics.regression import least_squares, slope
from s3sim.validation.watch import DETAILED, Records

GROWN = 2.0
"""Age, years, from which a firm's growth is not that of a newcomer."""

CLASSES = 12
"""Classes of size, equally full, within which growth is measured."""

FEWEST = 5
"""Rates of growth in a class at the least."""

TEN, FIFTY, LARGE = 10.0, 50.0, 250.0
"""Persons at which the size classes of European statistics begin."""


def _last(records: Records, year: int = DETAILED) -> int:
    """Return the year of detailed records that is nearest before `year`."""
    return max(k for k in records.firms if k <= year)


@statistic
def size_tail(records: Records) -> float:
    """Return Hill's tail exponent of firm size, largest 2 % (Axtell 2001)."""
    return hill(records.firms[_last(records)].size, 0.02)


def growth(records: Records) -> tuple[Floats, Floats]:
    """Return yearly log growth of value added of firms that are no longer new, and their size."""
    rates, sizes = [], []
    last = min(records.years, DETAILED)
    for year in range(2, last + 1):
        then, now = records.firms[year - 1], records.firms[year]
        _, a, b = np.intersect1d(then.row, now.row, assume_unique=True, return_indices=True)
        kept = (then.age[a] > GROWN) & (now.age[b] > then.age[a])
        kept &= (then.value_added[a] > 0) & (now.value_added[b] > 0)
        a, b = a[kept], b[kept]
        rates.append(np.log(now.value_added[b] / then.value_added[a]))
        sizes.append(then.size[a])
    return np.concatenate(rates), np.concatenate(sizes)


def _classes(records: Records) -> tuple[Floats, Floats, Floats]:
    """Return growth standardised within classes of size; spread and mean log size of classes.

    Nothing where there are too few rates, or a class does not vary.
    """
    rate, size = growth(records)
    if len(rate) < FEWEST * CLASSES:
        return (np.zeros(0),) * 3
    classes = np.array_split(np.argsort(size, kind="stable"), CLASSES)
    spread = np.array([rate[c].std() for c in classes])
    middle = np.array([np.log(size[c]).mean() for c in classes])
    if not spread.all():
        return (np.zeros(0),) * 3
    scaled = np.concatenate(
        [(rate[c] - rate[c].mean()) / s for c, s in zip(classes, spread, strict=True)]
    )
    return scaled, spread, middle


@statistic
def growth_shape(records: Records) -> float:
    """Return Subbotin's shape of yearly log growth: 1 Laplace, 2 normal (Fu et al. 2005).

    Maximum likelihood of f(x) = b / (2 a Gamma(1 / b)) exp(-|x / a|^b), with a concentrated out.
    """
    size = np.abs(_classes(records)[0])
    size = size[size > 0]
    if not len(size):
        return float("nan")

    def loss(b: float) -> float:
        a = (b * np.mean(size**b)) ** (1 / b)
        return float(np.log(2 * a) + gammaln(1 / b) - np.log(b) + 1 / b)

    return float(minimize_scalar(loss, bounds=(0.2, 4.0), method="bounded").x)


@statistic
def growth_kurtosis(records: Records) -> float:
    """Return the kurtosis of yearly log growth within classes of size."""
    scaled = _classes(records)[0]
    return float(kurtosis(scaled, fisher=False)) if len(scaled) else float("nan")


@statistic
def growth_tail(records: Records) -> float:
    """Return the tail exponent of absolute yearly log growth, largest 1 % (Fu et al. 2005)."""
    return hill(np.abs(_classes(records)[0]), 0.01)


@statistic
def growth_size_exponent(records: Records) -> float:
    """Return how fast the spread of growth falls with size: -d ln sd / d ln size over classes."""
    _, spread, middle = _classes(records)
    return -slope(middle, np.log(spread))


@statistic
def survival(records: Records, years: int) -> float:
    """Return the share of firms born in the run that live so long (Kaplan and Meier)."""
    end = QUARTERS * min(records.years, DETAILED)
    exited = records.left >= 0
    lived = np.where(exited, records.left, end - 1) - records.joined
    quarters = np.arange(1, QUARTERS * years + 1)
    at_risk = (lived[:, None] >= quarters).sum(axis=0)
    died = ((lived[:, None] == quarters) & exited[:, None]).sum(axis=0)
    if not at_risk.all():
        return float("nan")
    return float(np.prod(1 - died / at_risk))


@statistic
def births(records: Records, country: str | None = None) -> float:
    """Return births over firms of all sizes, % a year, over the whole run."""
    return _rate(records, "entries", country)


@statistic
def deaths(records: Records, country: str | None = None) -> float:
    """Return deaths over firms of all sizes, % a year, over the whole run."""
    return _rate(records, "exits", country)


def _rate(records: Records, name: str, country: str | None) -> float:
    here = _regions(records, country)
    firms = sum(records.panel[n][:, here].sum(axis=1) for n in ("firms", "micro_firms"))
    number = records.panel[name][:, here].sum(axis=1)
    return 100 * QUARTERS * float(np.mean(number / np.maximum(firms, 1e-9)))


def _regions(records: Records, country: str | None) -> Ints:
    world = records.world
    if country is None:
        return np.arange(world.n_regions)
    if country not in world.countries:
        return np.zeros(0, np.int64)
    return np.flatnonzero(world.country == world.countries.index(country))


@statistic
def share_of_class(records: Records, least: float, of: str, country: str | None = None) -> float:
    """Return the share of firms with `least` or more persons in those of ten or more, %.

    `of` is "firms" or "jobs"; at the end of year 14.
    """
    firms = records.firms[_last(records)]
    ten = (firms.size >= TEN) & np.isin(firms.region, _regions(records, country))
    weight = ten * (firms.size if of == "jobs" else 1.0)
    return 100 * over(weight[firms.size >= least].sum(), weight.sum())


@statistic
def small_firms(records: Records, country: str) -> float:
    """Return the share of firms of 10-49 persons in those of ten or more, %, end of year 14."""
    return 100 - share_of_class(records, FIFTY, "firms", country)


@statistic
def below_ten(records: Records) -> float:
    """Return the share of the firms that are counted as 10+ that have fewer persons, %."""
    firms = records.firms[_last(records)]
    counted = records.path("firms")[QUARTERS * _last(records) - 1] * records.scale
    return 100 * max(0.0, 1 - over((firms.size >= TEN).sum(), counted))


@statistic
def jobs_a_firm(records: Records, year: int) -> float:
    """Return persons a firm of 10+ in a year over those in the first year."""
    mean = records.path("employment") / records.path("firms")
    return over(year_of(mean, year), year_of(mean, 1))


@statistic
def return_on_rd(records: Records) -> float:
    """Return the elasticity of firms' value added to their R&D stock.

    ln(value added) on ln(R&D stock) and ln(persons) with regional effects, firms with R&D, mean of
    the last three detailed years (the form of Hall, Mairesse and Mohnen 2010, across firms).
    """
    found = []
    for year in range(_last(records) - 2, _last(records) + 1):
        firms = records.firms[year]
        firms = firms.where((firms.rd_stock > 0) & (firms.rd > 0) & (firms.value_added > 0))
        columns = [np.log(firms.rd_stock), np.log(firms.size)]
        found.append(least_squares(np.log(firms.value_added), columns, firms.region)[0])
    return float(np.mean(found))


@statistic
def learning_curvature(records: Records) -> float:
    """Return the t value of the squared term of learning in cognitive distance.

    Learning of firms with partners on their mean distance and its square (Nooteboom et al. 2007).
    """
    firms = records.firms[_last(records)]
    firms = firms.where((firms.novelty > 0) & (firms.learning > 0))
    centred = firms.novelty - firms.novelty.mean() if len(firms) else firms.novelty
    value, error = least_squares(firms.learning, [centred**2, centred], None, with_error=True)
    return over(value, error)


@statistic
def added_rd(records: Records, size: str = "all") -> float:
    """Return R&D that happens because of grants over the grants; `size` all, small (below 50), large."""
    grants = records.grants
    small = grants.size < FIFTY
    which = {"all": small | True, "small": small, "large": ~small}[size]
    return over(grants.added[which].sum(), grants.grant[which].sum())
