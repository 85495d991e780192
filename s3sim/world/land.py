"""Outlines of land for maps."""

import csv
from itertools import groupby

import numpy as np

from s3sim.core.arrays import Floats
from s3sim.world.assemble import DATA


def land_outlines(country: str | None = None) -> list[Floats]:
    """Return outlines of land around the Baltic Sea.

    Parameters
    ----------
    country : str, optional
        Name of a country as in land.csv; all countries if not given.

    Returns
    -------
    list of Floats [n, 2]
        Closed polygons; kilometres east and north in the projection of ``World.x_km, y_km``.
        Made with Natural Earth (public domain).
    """
    with (DATA / "land.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return [
        np.array([[float(row["x_km"]), float(row["y_km"])] for row in polygon])
        for (_, name), polygon in groupby(rows, key=lambda row: (row["polygon"], row["country"]))
        if country in (None, name)
    ]


def land_countries() -> tuple[str, ...]:
    """Return the names of countries that have outlines, in the order of the table."""
    with (DATA / "land.csv").open(encoding="utf-8", newline="") as handle:
        return tuple(dict.fromkeys(row["country"] for row in csv.DictReader(handle)))
