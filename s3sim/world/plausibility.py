"""Whether a user's figures can be what they say they are, and which unit they are likely in.

The bounds are several times wider than what regions of Europe show (shipped tables: GDP a head
12,000 to 90,000 EUR, employed 0.35 to 0.59 of inhabitants, business 0.30 to 0.90 of employed).
"""

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from s3sim.core.errors import several
from s3sim.world.arrays import SIZE_CLASSES, BoolArray, FloatArray
from s3sim.world.csv_file import Log
from s3sim.world.geography import distances
from s3sim.world.tables import Table

_BUSINESS_SHARE = (0.02, 1.5)  # of the employed of all sectors; commuters may exceed 1
_ROUNDING = 1.001
_SIZES = ((5.0, 60.0), (40.0, 300.0), (200.0, 1e6))  # persons an enterprise by class
_FAR_KM = 1500.0  # from the nearest shipped region of the same country
_EUROPE = (-32.0, 70.0, 27.0, 82.0)  # west, east, south, north


class _Rule(NamedTuple):
    """A ratio [R] with its bounds, in words, and what a ratio below or above them suggests."""

    column: str
    value: FloatArray
    bounds: tuple[float, float]
    what: str
    if_low: str
    if_high: str


def plausible(regions: Table, business: FloatArray, countries: Table, log: Log) -> None:
    """Add to `log` a problem for each unit that cannot be right, and notes on odd places.

    Parameters
    ----------
    regions, countries : Table
        As read.
    business : FloatArray [R]
        Persons employed in all domains of each region, in the order of `regions`.
    """
    heads, gdp, employed = (regions.numbers(c) for c in ("population", "gdp", "employment"))
    rules = (
        _Rule("population", employed / heads, (0.05, 2.0),
              "{} employed an inhabitant ('employment' over 'population')",
              "is 'employment' in thousand persons?", "is 'population' in thousand persons?"),
        _Rule("gdp", gdp * 1e6 / heads, (500.0, 1e6), "a GDP of {} EUR an inhabitant",
              "is 'gdp' in EUR billion, not million?", "is 'gdp' in EUR, not EUR million?"),
        _Rule("area", heads / regions.numbers("area"), (0.02, 50_000.0),
              "{} inhabitants a square kilometre", "is 'area' in hectares or square metres?",
              "is 'area' in thousand square kilometres?"),
        _Rule("institutes", regions.numbers("institutes") / heads, (0.0, 0.01),
              "{} institutes an inhabitant", "", "'institutes' is a count."),
        _Rule("public_researchers", regions.numbers("public_researchers") / heads, (0.0, 0.5),
              "{} public researchers an inhabitant", "", "the unit is full-time equivalents."),
        _Rule("budget_per_head", regions.numbers("budget_per_head", 0.0), (0.0, 10_000.0),
              "a budget of {} EUR an inhabitant", "", "is it the whole budget of the region?"),
    )  # fmt: skip
    codes: list[str] = regions["region"]
    for rule in rules:
        off = (rule.value < rule.bounds[0]) | (rule.value > rule.bounds[1])
        if off.any():
            first = int(np.argmax(off))
            value = rule.value[first]
            amount = rule.what.format(f"{value:,.0f}" if value >= 100 else f"{value:.3g}")
            question = rule.if_low if value < rule.bounds[0] else rule.if_high
            place = regions.place(first, rule.column)
            log.problems.append(f"{place}: {_named(codes, off)} would have {amount}; {question}")
            return  # one wrong unit upsets every later ratio
    if _more_than_country(regions["country"], business, countries, log):
        return
    share = business / employed
    off = (share < _BUSINESS_SHARE[0]) | (share > _BUSINESS_SHARE[1])
    if off.any():
        first = int(np.argmax(off))
        unit = "thousand persons" if share[first] < 1 else "persons, all sectors, once"
        log.problems.append(
            f"employment.csv: {_named(codes, off)} would employ {business[first]:,.0f} persons in all "
            f"domains, {100 * share[first]:.2g} % of the {employed[first]:,.0f} 'employment' of "
            f"regions.csv; is 'employed' in {unit}?"
        )
    _sizes(countries, log)
    _coordinates(regions, log)


def _named(codes: list[str], off: BoolArray) -> str:
    wrong = [codes[k] for k in np.flatnonzero(off)]
    return f"{'regions' if wrong[1:] else 'region'} {several(wrong)}"


def _more_than_country(state: list[str], business: FloatArray, countries: Table, log: Log) -> bool:
    """Report and say whether regions employ more persons than their country."""
    total = np.array([business[np.array(state) == c].sum() for c in countries["country"]])
    limit = countries.numbers("business_employment")
    off = total > limit * _ROUNDING
    if off.any():
        first = int(np.argmax(off))
        wrong = [countries["country"][k] for k in np.flatnonzero(off)]
        log.problems.append(
            f"employment.csv: regions of {several(wrong)} employ {total[first]:,.0f} persons, more "
            f"than the country's business_employment of {limit[first]:,.0f} in countries.csv; are "
            "both in persons?"
        )
    return bool(off.any())


def _sizes(countries: Table, log: Log) -> None:
    for size, (low, high) in zip(SIZE_CLASSES, _SIZES, strict=True):
        mean = countries.numbers(f"persons_{size}") / countries.numbers(f"firms_{size}")
        off = (mean < low) | (mean > high)
        if off.any():
            row = int(np.argmax(off))
            place = countries.place(row, f"persons_{size}")
            log.problems.append(
                f"{place}: '{countries['country'][row]}' would have {mean[row]:.3g} persons an "
                "enterprise; are enterprises and persons plain counts?"
            )
            return


def _coordinates(regions: Table, log: Log) -> None:
    """Refuse swapped or equal coordinates; note regions far from their country or Europe."""
    lon, lat = regions.numbers("lon"), regions.numbers("lat")
    codes: list[str] = regions["region"]
    row_of: dict[tuple[float, float], int] = {}
    for row, at in enumerate(zip(lon.tolist(), lat.tolist(), strict=True)):
        if row_of.setdefault(at, row) != row:
            log.problems.append(
                f"{regions.place(row, 'lon')}: '{codes[row]}' has the coordinates of "
                f"'{codes[row_of[at]]}'; two regions cannot lie in one place."
            )
            return
    far = np.array([_far(*at) for at in zip(regions["country"], lon, lat, strict=True)])
    near_if_swapped = np.array(
        [not _far(*at) for at in zip(regions["country"], lat, lon, strict=True)]
    )
    swapped = far & near_if_swapped
    if swapped.any():
        log.problems.append(
            f"{regions.place(int(np.argmax(swapped)), 'lon')}: {_named(codes, swapped)} would lie "
            "far from its country or outside Europe; are 'lon' (degrees east) and 'lat' (degrees "
            "north) swapped?"
        )
    elif far.any():
        log.notes.append(
            f"regions.csv: {_named(codes, far)} would lie far from its country or outside Europe; "
            "check 'lon' and 'lat'."
        )


def _far(country: str, lon: float, lat: float) -> bool:
    """Say whether a place is outside Europe or far from the shipped regions of its country."""
    west, east, south, north = _EUROPE
    if not (west <= lon <= east and south <= lat <= north):
        return True
    there = _shipped_places().get(country)
    if not there:
        return False
    places = np.array([(lon, lat), *there])
    return bool(distances(places[:, 0], places[:, 1], np.ones(len(places)))[0, 1:].min() > _FAR_KM)


@cache
def _shipped_places() -> dict[str, list[tuple[float, float]]]:
    found: dict[str, list[tuple[float, float]]] = {}
    path = Path(__file__).resolve().parent / "data" / "regions.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            found.setdefault(row["country"], []).append((float(row["lon"]), float(row["lat"])))
    return found
