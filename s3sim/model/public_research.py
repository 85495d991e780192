"""The institutes of a region: their sectors, and how public research is shared among them."""

import numpy as np

from s3sim.core.arrays import Floats, Ints, count_by, draw_from, sum_by
from s3sim.core.streams import Streams
from s3sim.model.consortium_calls import PARTICIPATIONS
from s3sim.model.state import UNIVERSITY
from s3sim.world import World


def public_research(
    world: World, streams: Streams, region: Ints, spread: float
) -> tuple[Ints, Floats]:
    """Return each institute's sector and its part of its region's public research, [N] each.

    Size is lognormal around a mean in proportion to the participations of the sector's members.

    Parameters
    ----------
    region : array [N]
        Region of each institute, sorted.
    spread : float
        Standard deviation of log size within a sector and region.
    """
    sector = sectors(world, region)
    noise = streams.normal("population/institute size", len(region))
    weight = PARTICIPATIONS[sector] * np.exp(spread * noise)
    return sector, weight / sum_by(region, world.n_regions, weight)[region]


def sectors(world: World, region: Ints) -> Ints:
    """Return the sector of each institute, shape [N]; `region` [N] is sorted.

    A region's institutes are spread evenly over its mix of sectors, which is its mix of
    participations over the participations of a member of each sector; the first is a university.
    """
    number = count_by(region, world.n_regions)
    place = np.arange(len(region)) - (np.cumsum(number) - number)[region]
    mix = np.cumsum(world.framework_kinds[:, 1:] / PARTICIPATIONS[1:], axis=1)
    return UNIVERSITY + draw_from(mix, region, place / number[region])
