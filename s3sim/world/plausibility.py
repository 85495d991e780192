"""Figures that are read without complaint but cannot be meant: wrong units, swapped coordinates."""

import numpy as np

from s3sim.world.arrays import BoolArray, FloatArray
from s3sim.world.geography import EARTH_RADIUS_KM
from s3sim.world.tables import Table

EUROPE = (-32.0, 34.0, 70.0, 82.0)
"""West, south, east and north of Europe with its islands, degrees."""

FAR_KM = 1500.0
"""A region farther than this from the centre of its country's other regions is asked about.
Assumed: no country of the Baltic Sea Region is wider."""


def plausible(regions: Table, employed: FloatArray, problems: list[str], notes: list[str]) -> None:
    """Report figures that no region of Europe has, with the unit that they are probably in.

    Parameters
    ----------
    regions : Table
        regions.csv, R rows.
    employed : array [R]
        Persons employed by business, summed from employment.csv.
    problems, notes : list of str
        Take one sentence a cause; notes where a figure is odd but possible.

    Notes
    -----
    Bounds are wide and assumed: Eurostat's regions have GDP of EUR 5,000 to 250,000 a head
    (nama_10r_2gdp), 25 to 70 % of inhabitants in employment (lfst_r_lfe2emp) and 3 to 8,000
    inhabitants a square kilometre (demo_r_d3dens).
    """
    population, jobs = regions.numbers("population"), regions.numbers("employment")
    with np.errstate(divide="ignore", over="ignore"):
        per_head = regions.numbers("gdp") * 1e6 / population
        working, share = jobs / population, employed / jobs
        density = population / regions.numbers("area")
    checks = [
        ("gdp", per_head > 1e6, per_head, "EUR a head", "gdp is in EUR million a year; is it in euro or thousand euro?"),
        ("gdp", per_head < 500, per_head, "EUR a head", "gdp is in EUR million a year; is it in billion?"),
        ("population", working > 1.5, working, "employed an inhabitant", "population is in persons; is it in thousands?"),
        ("employment", working < 0.02, working, "employed an inhabitant", "employment is in persons; is it in thousands?"),
        ("area", density < 0.05, density, "inhabitants a km2", "area is in square kilometres; is it in hectares or m2?"),
        ("area", density > 1e5, density, "inhabitants a km2", "area is in square kilometres; is it in thousand km2?"),
    ]  # fmt: skip
    for column, wrong, value, unit, ask in checks:
        _say(regions, wrong, f"column '{column}'", value, unit, ask, problems)
    ask = "employed in employment.csv is in persons; is it in thousands (Eurostat's THS_PER)?"
    unit = "of all persons employed (regions.csv) work in the domains of employment.csv"
    _say(regions, share < 0.01, "employment.csv", share, unit, ask, problems)
    ask = "regions.csv 'employment' counts all sectors; is it in thousands?"
    unit = "times the persons employed (regions.csv) work in the domains of employment.csv"
    _say(regions, share > 3.0, "employment.csv", share, unit, ask, problems)
    _coordinates(regions, problems, notes)


def _say(
    regions: Table, wrong: BoolArray, where: str, value: FloatArray, unit: str, ask: str, problems: list[str]
) -> None:  # fmt: skip
    rows = np.flatnonzero(wrong)
    if len(rows):
        k = int(rows[0])
        more = f" (and {len(rows) - 1} more regions)" if len(rows) > 1 else ""
        problems.append(
            f"{regions.file}, row {regions.lines[k]}, {where}: '{regions['region'][k]}' has {value[k]:.3g} "
            f"{unit}{more}. {ask[0].upper()}{ask[1:]}"
        )


def _coordinates(regions: Table, problems: list[str], notes: list[str]) -> None:
    lon, lat = regions.numbers("lon"), regions.numbers("lat")
    west, south, east, north = EUROPE

    def inside(x: FloatArray, y: FloatArray) -> BoolArray:
        within: BoolArray = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        return within

    codes = regions["region"]
    outside = ~inside(lon, lat)
    swapped = outside & inside(lat, lon)
    if swapped.any():
        k = int(np.flatnonzero(swapped)[0])
        problems.append(
            f"{regions.file}, row {regions.lines[k]}: '{codes[k]}' lies outside Europe at lon {lon[k]:g}, "
            f"lat {lat[k]:g}; lon and lat are probably swapped ({int(swapped.sum())} of {len(codes)} regions)."
        )
        return
    places: dict[tuple[float, float], int] = {}
    for k, place in enumerate(zip(lon.tolist(), lat.tolist(), strict=True)):
        first = places.setdefault(place, k)
        if first != k:
            problems.append(
                f"{regions.file}, row {regions.lines[k]}: '{codes[k]}' lies exactly where '{codes[first]}' "
                f"(row {regions.lines[first]}) lies; give each region its own lon and lat."
            )
    for k in np.flatnonzero(outside).tolist():
        notes.append(
            f"{regions.file}: '{codes[k]}' lies outside Europe (lon {lon[k]:g}, lat {lat[k]:g})."
        )
    country = np.array(regions["country"])
    for code in dict.fromkeys(regions["country"]):
        mine = np.flatnonzero(country == code)
        if len(mine) < 2:
            continue
        away = _km(lon[mine], lat[mine], float(np.median(lon[mine])), float(np.median(lat[mine])))
        for k in mine[away > FAR_KM].tolist():
            notes.append(
                f"{regions.file}: '{codes[k]}' lies more than {FAR_KM:,.0f} km from the other regions of {code}."
            )


def _km(lon: FloatArray, lat: FloatArray, lon0: float, lat0: float) -> FloatArray:
    """Return great-circle distances (haversine)."""
    x, y, x0, y0 = np.radians(lon), np.radians(lat), np.radians(lon0), np.radians(lat0)
    half = np.sin((y - y0) / 2) ** 2 + np.cos(y) * np.cos(y0) * np.sin((x - x0) / 2) ** 2
    km: FloatArray = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half))
    return km
