"""How strongly members of a research consortium draw on each region."""

from functools import lru_cache

import numpy as np

from s3sim.core.arrays import Floats
from s3sim.core.constants import TINY
from s3sim.model.consortium_calls import public_rd
from s3sim.model.state import FRAMEWORK, NATIONAL
from s3sim.world import World

ROUNDS = 5
"""Rounds in which the pull between regions is balanced with their masses."""


@lru_cache(maxsize=8)
def reach(
    world: World,
    *,
    affinity: float,
    home: tuple[float, float, float],
    distance: tuple[float, float, float],
    national: float,
) -> tuple[Floats, Floats]:
    """Return the pull between regions by kind of pair, [4, R, R], and masses, [2, K, R].

    Mass is public R&D x participations for each euro of it x the sector's share in them; national
    money counts public R&D alone. Pull = affinity of the countries over its mean abroad, or `home`,
    x km^-distance; the last kind of pair are national projects, in one country.

    Parameters
    ----------
    world : World
        Regions, their distances and their public R&D.
    affinity : float
        Elasticity to joint projects of two countries.
    home, distance : tuple of 3 floats
        Pull of the own country, and elasticity to distance, for pairs with no, one and two firms.
    national : float
        Elasticity to distance in national projects.
    """
    abroad, public = world.cross_border, public_rd(world)
    parts = (public[:, None] * world.framework_kinds).T
    mass = np.stack((parts * world.framework_participations, parts))
    joint = world.affinity[world.country][:, world.country] ** affinity
    weight = np.outer(mass[FRAMEWORK].sum(axis=0), mass[FRAMEWORK].sum(axis=0)) * abroad
    usual = float((joint * weight).sum()) / max(float(weight.sum()), TINY)
    log_km = np.log(np.maximum(world.distance, 1.0))
    kernel = [
        np.where(abroad, joint / max(usual, TINY), own) * np.exp(-power * log_km)
        for own, power in zip(home, distance, strict=True)
    ]
    kernel.append(~abroad * np.exp(-national * log_km))
    totals = mass.sum(axis=1)[[FRAMEWORK, FRAMEWORK, FRAMEWORK, NATIONAL]]
    return balanced(np.stack(kernel), totals), mass


def balanced(kernel: Floats, mass: Floats) -> Floats:
    """Return kernels [E, R, R], scaled so that regions are invited in proportion to mass [E, R].

    Without it regions with many close neighbours would take part more than their mass says.
    """
    for _ in range(ROUNDS):
        reach = np.maximum(np.einsum("eij,ej->ei", kernel, mass), TINY)
        root = np.sqrt(reach)
        kernel = kernel / root[:, :, None] / root[:, None, :]
    return kernel
