"""Dumb models of the same facts: what a fact is worth is what they do not get right for nothing.

A rival turns the records of a run into those that it would have made itself; the same statistics
are then read off them.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from s3sim.core.arrays import Floats, Ints, count_by, draw_from
from s3sim.core.registry import Registry
from s3sim.core.streams import generator
from s3sim.model.context import QUARTERS
from s3sim.validation.statistics.firms import growth
from s3sim.validation.statistics.regions import observed
from s3sim.validation.watch import Firms, Pairs, Records

Rival = Callable[[Records, int], Records]
"""`(records, seed) -> records`."""

RIVALS: Registry[Rival] = Registry(kind="rival")

ELASTICITY = -0.35
"""Of links to distance in the gravity rival (Picci 2008, recalled)."""


def rival(function: Rival) -> Rival:
    """Declare the decorated function as a rival under its name."""
    RIVALS[function.__name__] = function
    return function


@rival
def persistence(records: Records, seed: int) -> Records:
    """Nothing changes: every year is the first one again."""
    first = {
        name: np.broadcast_to(path[:QUARTERS].mean(axis=0), path.shape)
        for name, path in records.panel.items()
    }
    return records.replace(
        panel=first,
        firms=dict.fromkeys(records.firms, records.firms[1]),
        jobs=dict.fromkeys(records.jobs, records.jobs[1]),
        ties=dict.fromkeys(records.ties, records.ties[0]),
    )


@rival
def past_growth(records: Records, seed: int) -> Records:
    """Every region goes on growing as it was observed to grow from 2000 to 2008."""
    seen = observed()["gdp_growth_2000_08"].reindex(list(records.world.codes)).to_numpy()
    years = np.arange(len(records.path("firms")))[:, None] / QUARTERS
    grown = records.panel["value_added"][:QUARTERS].mean(axis=0) * np.exp(seen / 100 * years)
    jobs = np.broadcast_to(records.panel["employment"][:QUARTERS].mean(axis=0), grown.shape)
    return records.replace(panel={**records.panel, "value_added": grown, "employment": jobs})


@rival
def gibrat(records: Records, seed: int) -> Records:
    """Gibrat's law: the firms of the first year, each growing by a normal rate whatever its size."""
    luck = generator(seed, "validation/gibrat")
    spread = float(growth(records)[0].std())
    firms, made = records.firms[1], {}
    for year in sorted(records.firms):
        if year > 1:
            factor = np.exp(luck.normal(-(spread**2) / 2, spread, len(firms)))
            firms = firms.replace(
                size=firms.size * factor, value_added=firms.value_added * factor, age=firms.age + 1
            )
        made[year] = firms
    return records.replace(firms=made)


@rival
def gravity(records: Records, seed: int) -> Records:
    """As many links, between regions by the product of their R&D over distance, else by lot."""
    luck = generator(seed, "validation/gravity")
    world, n = records.world, records.world.n_regions
    mass = (world.berd + world.public_rd) * world.gdp
    weight = mass[:, None] * mass * world.distance**ELASTICITY
    pairs = np.cumsum(weight.ravel())[None, :]
    rows = _present(records)
    first = np.searchsorted(records.region[rows], np.arange(n))
    number = count_by(records.region[rows], n)

    def place_in(region: Ints) -> Ints:
        return np.asarray(rows[first[region] + _within(luck.random(len(region)), number[region])])

    def drawn(count: int) -> tuple[Ints, Ints]:
        place = draw_from(pairs, np.zeros(count, np.int64), luck.random(count))
        return place_in(place // n), place_in(place % n)

    ties = {}
    for year, held in records.ties.items():
        one, other = drawn(len(held))
        ties[year] = Pairs(one=one, other=other)
    one, other = drawn(len(records.meetings))
    places = records.places
    _, project = np.unique(places.project, return_inverse=True)
    return records.replace(
        ties=ties,
        meetings=records.meetings.replace(one=one, other=other),
        places=places.replace(row=_members(project, weight, mass, luck, place_in)),
    )


def _members(project: Ints, weight: Floats, mass: Floats, luck: Any, place_in: Any) -> Ints:
    """Return an organisation for each place: the first by mass, others by mass and distance to it."""
    if not len(project):
        return project
    lead = draw_from(np.cumsum(mass)[None, :], np.zeros(len(project), np.int64), luck.random(len(project)))  # fmt: skip
    _, first = np.unique(project, return_index=True)
    head = lead[first][project]
    region = draw_from(np.cumsum(weight / mass[:, None], axis=1), head, luck.random(len(project)))
    region[first] = lead[first]
    rows: Ints = place_in(region)
    return rows


def _within(u: Floats, number: Ints) -> Ints:
    return np.minimum((u * number).astype(np.int64), number - 1)


def _present(records: Records) -> Ints:
    """Return rows of organisations of the first year, in region order; every region has some."""
    firms: Firms = records.firms[1]
    rows = np.concatenate((firms.row, np.flatnonzero(records.kind != 0)))
    return rows[np.argsort(records.region[rows], kind="stable")]


@rival
def lottery(records: Records, seed: int) -> Records:
    """Every authority draws as many priorities by lot."""
    luck = generator(seed, "validation/lottery")
    lists = records.priorities
    rank = luck.random(lists.shape).argsort(axis=1).argsort(axis=1)
    return records.replace(priorities=rank < lists.sum(axis=1, keepdims=True))
