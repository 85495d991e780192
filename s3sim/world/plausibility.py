"""Whether a user's figures can be what they say they are, and which unit they are likely in.

The bounds are several times wider than what regions of Europe show (shipped tables: GDP a head
12,000 to 90,000 EUR, employed 0.35 to 0.59 of inhabitants, business 0.30 to 0.90 of employed).
"""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from s3sim.core.arrays import Bools, Floats
from s3sim.core.errors import several
from s3sim.world.csv_file import Log
from s3sim.world.geography import distances
from s3sim.world.tables import Table

_SIZES = {"small": (5.0, 60.0), "medium": (40.0, 300.0), "large": (200.0, 1e6)}
"""Persons an enterprise by size class."""

_FAR_KM = 1500.0  # from the nearest shipped region of the same country
_EUROPE = (-32.0, 70.0, 27.0, 82.0)  # west, east, south, north


class _Rule(NamedTuple):
    """A ratio of each row with its bounds, in words, and what one below or above them suggests."""

    table: Table
    column: str
    value: Floats
    bounds: tuple[float, float]
    what: str
    if_low: str
    if_high: str


def plausible(regions: Table, business: Floats, countries: Table, log: Log) -> None:
    """Add to `log` a problem for a unit that cannot be right, and notes on odd places.

    Parameters
    ----------
    regions, countries : Table
        As read.
    business : Floats [R]
        Persons employed in all domains of each region, in the order of `regions`.
    """
    for rule in _rules(regions, business, countries):
        low, high = rule.bounds
        off = (rule.value < low) | (rule.value > high)
        if off.any():
            first = int(np.argmax(off))
            value = rule.value[first]
            amount = rule.what.format(f"{value:,.0f}" if value >= 100 else f"{value:.3g}")
            named = _named(rule.table, off)
            question = rule.if_low if value < low else rule.if_high
            place = rule.table.place(first, rule.column)
            log.problems.append(f"{place}: {named} would have {amount}; {question}")
            break  # one wrong unit upsets every later ratio
    _coordinates(regions, log)


def _rules(regions: Table, business: Floats, countries: Table) -> Iterator[_Rule]:
    heads, gdp, employed = (regions.numbers(c) for c in ("population", "gdp", "employment"))
    for column, value, bounds, what, if_low, if_high in (
        ("population", employed / heads, (0.05, 2.0),
         "{} employed an inhabitant ('employment' over 'population')",
         "is 'employment' in thousand persons?", "is 'population' in thousand persons?"),
        ("gdp", gdp * 1e6 / heads, (500.0, 1e6), "a GDP of {} EUR an inhabitant",
         "is 'gdp' in EUR billion, not million?", "is 'gdp' in EUR, not EUR million?"),
        ("area", heads / regions.numbers("area"), (0.02, 50_000.0),
         "{} inhabitants a square kilometre", "is 'area' in hectares or square metres?",
         "is 'area' in thousand square kilometres?"),
        ("institutes", regions.numbers("institutes") / heads, (0.0, 0.01),
         "{} institutes an inhabitant", "", "'institutes' is a count."),
        ("public_researchers", regions.numbers("public_researchers") / heads, (0.0, 0.5),
         "{} public researchers an inhabitant", "", "the unit is full-time equivalents."),
        ("budget_per_head", regions.numbers("budget_per_head", 0.0), (0.0, 10_000.0),
         "a budget of {} EUR an inhabitant", "", "is it the whole budget of the region?"),
    ):  # fmt: skip
        yield _Rule(regions, column, value, bounds, what, if_low, if_high)
    state = np.array(regions["country"])
    total = np.array([business[state == code].sum() for code in countries["country"]])
    rounding = 1.001
    yield _Rule(
        countries, "business_employment", total / countries.numbers("business_employment"),
        (0.0, rounding), "{} times the persons in employment.csv, more than the country's business_employment",
        "", "are both in persons?",
    )  # fmt: skip
    commuting = 1.5
    yield _Rule(
        regions, "employment", business / employed, (0.02, commuting),
        "{} persons in employment.csv for each one employed in all sectors",
        "is 'employed' in thousand persons?", "is 'employed' in persons, all sectors, once?",
    )  # fmt: skip
    for size, bounds in _SIZES.items():
        mean = countries.numbers(f"persons_{size}") / countries.numbers(f"firms_{size}")
        ask = "are enterprises and persons plain counts?"
        yield _Rule(
            countries, f"persons_{size}", mean, bounds, "{} persons an enterprise", ask, ask
        )


def _named(table: Table, off: Bools) -> str:
    """Return the regions or countries of some rows."""
    key, many = ("region", "regions") if "region" in table.columns else ("country", "countries")
    wrong = [table[key][k] for k in np.flatnonzero(off)]
    return f"{many if wrong[1:] else key} {several(wrong)}"


def _coordinates(regions: Table, log: Log) -> None:
    """Refuse swapped or equal coordinates; note regions far from their country or Europe."""
    codes, state = regions["region"], regions["country"]
    lon, lat = regions.numbers("lon"), regions.numbers("lat")
    row_of: dict[tuple[float, float], int] = {}
    for row, at in enumerate(zip(lon.tolist(), lat.tolist(), strict=True)):
        if row_of.setdefault(at, row) != row:
            log.problems.append(
                f"{regions.place(row, 'lon')}: '{codes[row]}' has the coordinates of "
                f"'{codes[row_of[at]]}'; two regions cannot lie in one place."
            )
            return
    far = np.array([_far(*at) for at in zip(state, lon, lat, strict=True)])
    swapped = far & ~np.array([_far(*at) for at in zip(state, lat, lon, strict=True)])
    where = "would lie far from its country or outside Europe"
    if swapped.any():
        log.problems.append(
            f"{regions.place(int(np.argmax(swapped)), 'lon')}: {_named(regions, swapped)} {where}; "
            "are 'lon' (degrees east) and 'lat' (degrees north) swapped?"
        )
    elif far.any():
        log.notes.append(f"regions.csv: {_named(regions, far)} {where}; check 'lon' and 'lat'.")


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
