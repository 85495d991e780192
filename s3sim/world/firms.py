"""How many enterprises a region has, derived from its employment and its country's figures."""

import numpy as np

from s3sim.world.arrays import FloatArray


def enterprises(
    country_firms: FloatArray, country_business: FloatArray, region_business: FloatArray
) -> FloatArray:
    """Return enterprises of a region by size class.

    No regional count of enterprises by size is public at this level of detail, so a region is
    given its country's enterprises in proportion to its business employment:
    firms[r, k] = firms[country, k] * employed[r] / employed[country].

    Parameters
    ----------
    country_firms : FloatArray [R, 3]
        Enterprises of the region's country by size class (counts).
    country_business : FloatArray [R]
        Persons employed in the business economy of the region's country.
    region_business : FloatArray [R]
        Persons employed in the business economy of the region.

    Returns
    -------
    FloatArray [R, 3]
        Enterprises with 10 or more persons; not rounded.
    """
    share = region_business / country_business
    return np.asarray(country_firms * share[:, None], dtype=np.float64)


def mean_sizes(country_firms: FloatArray, country_persons: FloatArray) -> FloatArray:
    """Return persons an enterprise by size class, FloatArray [R, 3].

    Parameters
    ----------
    country_firms, country_persons : FloatArray [R, 3]
        Enterprises, and persons employed in them, of the region's country by size class.
    """
    return np.asarray(country_persons / country_firms, dtype=np.float64)
