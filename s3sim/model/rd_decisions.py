"""Whether firms innovate and do R&D, and how much: decisions of the first firms, of entrants, and anew."""

import numpy as np

from s3sim.core.arrays import Floats, Ints, standardised, sum_by
from s3sim.core.constants import SMALL, SME, TINY
from s3sim.model.state import Organisations
from s3sim.world import World

RD_SHARE_OF_INNOVATORS = np.array([0.22, 0.50, 0.80])
"""Own R&D among innovative firms by size class: 0.10, 0.30, 0.60 of all firms (assumed) over the
innovative shares 44.5, 60.1, 74.1 % by size (Eurostat, CIS 2020)."""
SIZE_GRADIENT = np.array([44.5, 60.1, 74.1])
"""Innovation-active firms of 10-49, 50-249 and 250 or more persons, % (Eurostat, CIS 2020)."""
RELATIVE_INTENSITY = np.array([0.04, 0.03, 0.035])
"""R&D over value added of performers by size class, before it is scaled to business R&D (assumed)."""
INTENSITY_SPREAD = 0.5
"""Standard deviation of log R&D intensity within industries, and as much between them."""
MOST_INTENSITY = 0.6
"""Largest R&D over value added."""
KNOWLEDGE_BASE = 0.1
"""Added to the knowledge intensity of a domain, so that none is without research."""


def innovative_share(world: World) -> Floats:
    """Return the innovation-active share by region and size class, shape [R, 3].

    The size gradient of CIS 2020 (44.5, 60.1, 74.1 %) scaled to the region's overall share.
    """
    mean = (world.firms @ SIZE_GRADIENT) / np.maximum(world.firms.sum(axis=1), TINY)
    level = world.innovative / np.where(mean > 0, mean, SIZE_GRADIENT[0])
    return np.clip(level[:, None] * SIZE_GRADIENT, 0.0, 0.98)


def rd_norm(orgs: Organisations, world: World, scale: float) -> Floats:
    """Return what a performer of R&D spends in each region for its business R&D to be met, [R].

    Business R&D (BERD) over what the region's firms would spend, on average over luck, at a norm
    of one: so the first draw decides how R&D is distributed, not to what level it returns.
    """
    likely = expected_rd_intensity(world, orgs.region, orgs.domain, size_class(orgs.size))
    raw = sum_by(orgs.region, world.n_regions, np.where(orgs.firms, likely * orgs.value_added, 0.0))
    target = world.berd / 100 * world.gdp * 1000 * scale
    return np.divide(target, raw, out=np.zeros_like(target), where=raw > 0)


def expected_rd_intensity(world: World, region: Ints, domain: Ints, size_class: Ints) -> Floats:
    """Return R&D over value added, over the region's norm, on average over luck, shape [P]."""
    share = innovative_share(world)[region, size_class] * RD_SHARE_OF_INNOVATORS[size_class]
    return share * RELATIVE_INTENSITY[size_class] * industry_rd(world)[domain]


def rd_intensity(
    world: World, norm: Floats, domain: Ints, size: Floats, u: Floats, noise: Floats
) -> Floats:
    """Return R&D over value added that innovative firms decide on, shape [P].

    Size decides whether a firm does R&D, its industry about half of how much (Cohen, Levin and
    Mowery 1987: size explains under 1 %, industry nearly half of the variance of intensity).

    Parameters
    ----------
    norm : array [P]
        `rd_norm` of each firm's region.
    u, noise : array [P]
        A uniform (whether) and a standard normal number (how much).
    """
    k = size_class(size)
    own = np.exp(INTENSITY_SPREAD * noise - INTENSITY_SPREAD**2 / 2)
    intensity = norm * RELATIVE_INTENSITY[k] * industry_rd(world)[domain] * own
    return np.where(u < RD_SHARE_OF_INNOVATORS[k], np.minimum(intensity, MOST_INTENSITY), 0.0)


def industry_rd(world: World) -> Floats:
    """Return R&D intensity of each domain over the mean one, by its knowledge intensity, [D]."""
    z = standardised(np.log(KNOWLEDGE_BASE + world.knowledge_intensity))
    return np.exp(INTENSITY_SPREAD * z - INTENSITY_SPREAD**2 / 2)


def size_class(size: Floats) -> Ints:
    """Return 0 for firms below 50 persons, 1 for medium, 2 for large ones."""
    return np.searchsorted(np.array([SMALL, SME]), size, side="right")
