"""What calls for research consortia bring about: partners, those inside the model, their sectors."""

from functools import cache

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints, draw_from
from s3sim.core.constants import TINY
from s3sim.model.state import BUSINESS, FRAMEWORK, NATIONAL
from s3sim.world import World

PARTNERS = np.array([1, 2, 3, 8, 14, 20, 26, 32, 40, 60])
PROJECTS = np.array([0.0, 0.192, 0.254, 0.505, 0.780, 0.906, 0.954, 0.977, 0.990, 1.0])
"""Share of framework projects of several partners with at most so many (CORDIS H2020, 12,401
projects: mean 10.1, median 8); between two numbers the sizes are equally frequent."""

MOST_INSIDE = 24
"""Partners of a project that come from the modelled regions, at the most; the 0.3 % that have
more are given so many."""

EUROPE = 20_108.0
"""Participations a year in all framework projects of several partners (CORDIS H2020: 125,676 in
6.25 years of starts)."""

MOST_SHARE = 0.95
"""Most that any set of regions holds of Europe's participations (assumed)."""

GRANTS = np.array([366.0, 432.0, 506.0, 305.0, 296.0])
"""Mean EU money of a participation of firms, universities, research organisations, public and other
bodies of the eight countries in projects of several partners, kEUR (CORDIS H2020; medians 249, 290,
279, 151, 143)."""

PARTICIPATIONS = np.array([1.83, 23.5, 8.67, 3.53, 2.42])
"""Framework projects of a participating organisation of each sector, 2014-20 (CORDIS H2020, eight countries)."""

LEADS = np.array([0.114, 0.551, 0.230, 0.050, 0.055])
"""Sectors of the coordinators from the eight countries (CORDIS H2020)."""

NATIONAL_FIRMS = 0.5
"""Share of firms in national projects (assumed: one side of a project of two)."""


def public_rd(world: World) -> Floats:
    """Return public R&D, EUR million a year, [R]."""
    return world.public_rd / 100 * world.gdp


def share(world: World) -> float:
    """Return the share of the modelled regions in all participations of the programme."""
    yearly = float(public_rd(world) @ world.framework_participations)
    return min(yearly / EUROPE, MOST_SHARE)


@cache
def sizes(share: float, clustering: float) -> tuple[Ints, Ints, Floats]:
    """Return partners, partners inside and frequency of projects with somebody inside.

    Each place of a project is inside with the same chance, which differs between projects (a beta
    distribution), so that the number inside is beta-binomial: regions that work together, and
    countries at home, meet in more projects than chance alone would have it.

    Parameters
    ----------
    share : float
        Of all participations, those of the modelled regions, 0-1.
    clustering : float
        Correlation of two places of a project in being inside, 0-1.

    Returns
    -------
    partners, inside : array [S]
        Sizes, smallest first.
    frequency : array [S]
        Sums to the share of all projects that have somebody inside.
    """
    partners = np.arange(2, PARTNERS[-1] + 1)
    frequency = np.diff(np.interp(np.arange(1, PARTNERS[-1] + 1), PARTNERS, PROJECTS))
    strength = (1 - clustering) / clustering
    here, elsewhere = share * strength, (1 - share) * strength
    # Beta-binomial by recursion, from nobody inside upwards.
    steps = np.arange(PARTNERS[-1])
    none = np.cumprod((elsewhere + steps) / (strength + steps))[partners - 1]
    table = np.zeros((MOST_INSIDE + 1, len(partners)))
    table[0] = none
    for k in range(MOST_INSIDE):
        odds = (
            (partners - k) * (here + k) / ((k + 1) * np.maximum(elsewhere + partners - k - 1, 1e-9))
        )
        table[k + 1] = np.where(partners > k, table[k] * odds, 0.0)
    table[MOST_INSIDE] += np.maximum(1.0 - table.sum(axis=0), 0.0)
    table *= frequency
    inside, size = np.indices(table[1:].shape)
    return partners[size.ravel()], inside.ravel() + 1, table[1:].ravel()


def drawn(share: float, clustering: float, u: Floats) -> tuple[Ints, Ints]:
    """Return partners and partners inside of projects with somebody inside, by inverse transform."""
    partners, inside, frequency = sizes(share, clustering)
    cumulative = np.cumsum(frequency)
    found = np.searchsorted(cumulative, u * cumulative[-1], side="right")
    found = np.minimum(found, len(cumulative) - 1)
    return partners[found], inside[found]


@cache
def mean_inside(share: float, clustering: float) -> float:
    """Return the mean number of partners inside, of projects with somebody inside."""
    _, inside, frequency = sizes(share, clustering)
    return float(inside @ frequency / frequency.sum())


def sectors(world: World, funder: Ints, lead: Bools, u: Floats) -> Ints:
    """Return the sector of each place: as observed, with leads' own mix."""
    public = public_rd(world)
    mix = (public * world.framework_participations) @ world.framework_kinds
    mix = mix / max(float(mix.sum()), TINY)
    led = float(lead[funder == FRAMEWORK].mean()) if (funder == FRAMEWORK).any() else 0.0
    others = np.maximum(mix - led * LEADS, 0.0)
    national = public @ world.framework_kinds
    national[BUSINESS] = 0.0
    national *= (1 - NATIONAL_FIRMS) / max(float(national.sum()), TINY)
    national[BUSINESS] = NATIONAL_FIRMS
    table = np.cumsum(np.stack((others, LEADS, national)), axis=1)
    row = np.where(funder == NATIONAL, 2, lead)
    return draw_from(table, row, u)
