"""What follows from where regions lie: map coordinates, distances, borders, languages."""

import math

import numpy as np

from s3sim.core.arrays import Bools, Floats, Index

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the earth, km (IUGG)."""

# ETRS89-LAEA (EPSG:3035): Lambert azimuthal equal-area on the GRS80 ellipsoid, centre 52 N 10 E.
_A = 6378.137
_F = 1 / 298.257222101
_E2 = _F * (2 - _F)
_E = math.sqrt(_E2)
_LON_0, _LAT_0 = 10.0, 52.0
_FALSE_EAST, _FALSE_NORTH = 4321.0, 3210.0


def project(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return map coordinates (ETRS89-LAEA, EPSG:3035) of geographic ones.

    Forward formula of the Lambert azimuthal equal-area projection on an ellipsoid
    (EPSG method 9820, IOGP Guidance Note 7-2; Snyder 1987, p. 187).

    Parameters
    ----------
    lon, lat : Floats [n]
        Degrees east and north.

    Returns
    -------
    x_km, y_km : Floats [n]
        Kilometres east and north, false origin 4321, 3210.

    >>> x, y = project(np.array([5.0]), np.array([50.0]))
    >>> round(float(x[0]), 3), round(float(y[0]), 3)
    (3962.799, 2999.719)
    """
    pole = _q(np.array(1.0))
    beta_0 = float(np.arcsin(_q(np.array(math.sin(math.radians(_LAT_0)))) / pole))
    sin_lat = np.sin(np.radians(lat))
    beta = np.arcsin(np.clip(_q(sin_lat) / pole, -1.0, 1.0))
    turn = np.radians(np.asarray(lon) - _LON_0)
    radius = _A * math.sqrt(float(pole) / 2)
    sin_0 = math.sin(math.radians(_LAT_0))
    stretch = (
        _A
        * math.cos(math.radians(_LAT_0))
        / (math.sqrt(1 - _E2 * sin_0**2) * radius * math.cos(beta_0))
    )
    b = radius * np.sqrt(
        2 / (1 + math.sin(beta_0) * np.sin(beta) + math.cos(beta_0) * np.cos(beta) * np.cos(turn))
    )
    x = _FALSE_EAST + b * stretch * np.cos(beta) * np.sin(turn)
    y = _FALSE_NORTH + b / stretch * (
        math.cos(beta_0) * np.sin(beta) - math.sin(beta_0) * np.cos(beta) * np.cos(turn)
    )
    return x, y


def distances(lon: Floats, lat: Floats, area: Floats) -> Floats:
    """Return great-circle distances between regions, and typical ones within them.

    Haversine formula off the diagonal. The diagonal is 2/3 sqrt(area / pi), the mean distance to
    the centre of a disc of the region's area (Head and Mayer 2010, "Illusory border effects").

    Parameters
    ----------
    lon, lat : Floats [R]
        Degrees of the population-weighted centre.
    area : Floats [R]
        Square kilometres.

    Returns
    -------
    Floats [R, R]
        Kilometres, symmetric.
    """
    phi, lam = np.radians(lat), np.radians(lon)
    across = np.sin((phi[:, None] - phi[None, :]) / 2) ** 2
    along = np.sin((lam[:, None] - lam[None, :]) / 2) ** 2
    h = across + np.cos(phi)[:, None] * np.cos(phi)[None, :] * along
    km: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(h, 0.0, 1.0)))
    np.fill_diagonal(km, 2 / 3 * np.sqrt(area / math.pi))
    return km


def cross_border(country: Index) -> Bools:
    """Return which pairs of regions lie in two countries, Bools [R, R]."""
    apart: Bools = country[:, None] != country[None, :]
    return apart


def shared_language(languages: list[frozenset[str]]) -> Bools:
    """Return which pairs of regions have a language tag in common.

    Parameters
    ----------
    languages : list of frozenset of str, length R
        Tags of a region; Danish and Swedish regions also carry "scandinavian", since the two
        languages are mutually intelligible.

    Returns
    -------
    Bools [R, R]
        Symmetric, true on the diagonal.
    """
    tags = sorted(set().union(*languages))
    spoken = np.array([[tag in own for tag in tags] for own in languages], dtype=bool)
    spoken = spoken.reshape(len(languages), len(tags))
    common: Bools = (spoken.astype(np.int64) @ spoken.T.astype(np.int64)) > 0
    np.fill_diagonal(common, True)
    return common


def _q(sin_lat: Floats) -> Floats:
    """Return the authalic q of a sine of latitude (Snyder 1987, eq. 3-12)."""
    es = _E * sin_lat
    q: Floats = (1 - _E2) * (sin_lat / (1 - es**2) - np.log((1 - es) / (1 + es)) / (2 * _E))
    return q
