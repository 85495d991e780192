"""From tables to the arrays of a World."""

from pathlib import Path
from typing import Any

import numpy as np

from s3sim.core.arrays import Bools, Floats, digest, first_seen
from s3sim.core.errors import InputError, several
from s3sim.world import consistency, schema, tables
from s3sim.world.csv_file import Log
from s3sim.world.geography import cross_border, distances, project, shared_language
from s3sim.world.plausibility import plausible
from s3sim.world.schema import SIZE_CLASSES
from s3sim.world.tables import Table

DATA = Path(__file__).resolve().parent / "data"
"""Folder of the shipped tables."""

_ADMIN_QUALITY = {"lagging": 0.5, "advanced": 0.7}


class _Reader:
    """Reads the tables of a folder, the shipped one where the folder has none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = Log()
        self.read_tables: list[Table] = []

    def own(self, file: str) -> bool:
        return self.folder == DATA or (self.folder / file).exists()

    def read(self, file: str, columns: tuple[schema.Column, ...], *key: str) -> Table:
        return self.required(file, columns, *key, folder=self.folder if self.own(file) else DATA)

    def required(
        self, file: str, columns: tuple[schema.Column, ...], *key: str, folder: Path | None = None
    ) -> Table:
        table = tables.read((folder or self.folder) / file, columns, self.log)
        self.read_tables.append(table)
        if key:
            tables.unique(table, key, self.log)
        return table

    def fingerprint(self, only: str | None) -> str:
        """Return a hash of the texts of all tables that were read."""
        return digest([only or "", *(f"{t.file}:{t.sha256}" for t in self.read_tables)])

    def stop_if_wrong(self) -> None:
        if self.log.problems:
            raise InputError(self.log.problems)


def assemble(folder: Path, name: str, *, only: str | None = None) -> dict[str, Any]:
    """Return the fields of a World.

    Parameters
    ----------
    folder : Path
        With at least regions.csv and employment.csv.
    name : str
        Name of the world.
    only : str, optional
        Keep the regions whose column `world` names this world or both.

    Raises InputError with all mistakes found in all tables.
    """
    source = _Reader(folder)
    log = source.log
    regions = source.required("regions.csv", schema.REGIONS, "region")
    employment = source.required("employment.csv", schema.EMPLOYMENT, "region", "domain")
    domains = source.read("domains.csv", schema.DOMAINS, "domain")
    countries = source.read("countries.csv", schema.COUNTRIES, "country")
    priorities = source.read(
        "priorities.csv", schema.PRIORITIES, "region", "period", "priority", "domain"
    )
    pairs = source.read("h2020_pairs.csv", schema.H2020_PAIRS)
    activity = source.read("h2020_regions.csv", schema.H2020_REGIONS, "region")
    # Without its domains the columns of the square table are unknown.
    square = source.read("relatedness.csv", schema.relatedness(domains["domain"]), "domain")

    tables.known(regions, "country", countries, "country", log)
    complete = tables.known(employment, "region", regions, "region", log)
    for table in (employment, priorities, square):
        tables.known(table, "domain", domains, "domain", log)
    for table in (priorities, activity):
        if source.own(table.file):
            tables.known(table, "region", regions, "region", log)
    if source.own("h2020_pairs.csv"):
        tables.known(pairs, "country_i", countries, "country", log)
        tables.known(pairs, "country_j", countries, "country", log)
    consistency.contradictory_pairs(pairs, log)
    consistency.incomplete(employment if complete else None, regions, square, domains, log)
    source.stop_if_wrong()

    regions = _in_order(regions, only)
    codes: list[str] = regions["region"]
    employed = _spread(employment, "employed", codes, domains["domain"])
    idle = [code for code, total in zip(codes, employed.sum(axis=1), strict=True) if total <= 0]
    if idle:
        log.problems.append(f"employment.csv: nobody is employed in any domain of {several(idle)}.")
    relatedness = _relatedness(square, domains["domain"], log.problems)
    row_of = {code: k for k, code in enumerate(countries["country"])}
    national = countries.select([row_of[code] for code in regions["country"]])
    source.stop_if_wrong()
    if folder != DATA:
        plausible(regions, employed.sum(axis=1), countries, log)
        source.stop_if_wrong()
        shipped = [table for table in source.read_tables if not source.own(table.file)]
        consistency.note_strange_files(folder, source.read_tables, log)
        consistency.note_defaults(shipped, employment, regions, len(domains), log)

    fields = _of_regions(regions, national)
    business = employed.sum(axis=1)
    firms, mean_size = _enterprises(national, business)
    themes = tuple(sorted({theme for row in domains["themes"] for theme in row}))
    chosen = priorities.select([k for k, on in enumerate(priorities["used"]) if on != 0.0])
    published = _spread(chosen, "weight", codes, domains["domain"])
    total = published.sum(axis=1, keepdims=True)
    observed = dict(zip(activity["region"], activity["participations"], strict=True))
    return fields | {
        "name": name,
        "notes": tuple(log.notes),
        "fingerprint": source.fingerprint(only),
        "business_employment": business,
        "firms": firms,
        "mean_size": mean_size,
        "domains": tuple(domains["domain"]),
        "domain_labels": tuple(domains.texts("label", domains["domain"])),
        **{c: domains.numbers(c) for c in ("tradable", "trend", "knowledge_intensity")},
        "domain_share": employed / business[:, None],
        "relatedness": relatedness,
        "themes": themes,
        "domain_theme": _membership(domains["themes"], themes),
        "trans_fields": schema.TRANS_FIELDS,
        "domain_trans_field": _membership(domains["trans_fields"], schema.TRANS_FIELDS),
        "published": np.divide(published, total, out=np.zeros_like(published), where=total > 0),
        "affinity": _affinity(pairs, fields["countries"]),
        "h2020_participations": np.array([observed.get(code, np.nan) for code in codes]),
    }


def _in_order(regions: Table, only: str | None) -> Table:
    """Return the wanted regions by latitude, longitude, population and GDP."""
    keys = [regions.numbers(k) for k in ("gdp", "population", "lon", "lat")]
    order = [int(k) for k in np.lexsort(keys)]
    return regions.select(
        [k for k in order if only is None or regions["world"][k] in (only, "both")]
    )


def _enterprises(national: Table, business: Floats) -> tuple[Floats, Floats]:
    """Return enterprises of a region, and persons an enterprise, by size class, both [R, 3].

    No regional count of enterprises by size is public at this level of detail, so a region is
    given its country's enterprises in proportion to its business employment:
    firms[r, k] = firms[country, k] * employed[r] / employed[country]; not rounded.
    """
    firms = np.stack([national.numbers(f"firms_{k}") for k in SIZE_CLASSES], axis=1)
    persons = np.stack([national.numbers(f"persons_{k}") for k in SIZE_CLASSES], axis=1)
    share = business / national.numbers("business_employment")
    return firms * share[:, None], persons / firms


def _of_regions(regions: Table, national: Table) -> dict[str, Any]:
    codes: list[str] = regions["region"]
    countries, country = first_seen(regions["country"])
    authorities, authority = first_seen(regions.texts("authority", codes))
    lon, lat, area = (regions.numbers(k) for k in ("lon", "lat", "area"))
    x_km, y_km = project(lon, lat)
    quality = np.array([_ADMIN_QUALITY[tier] for tier in regions["tier"]])
    spoken = [
        frozenset(regional or other or [state])
        for regional, other, state in zip(
            regions["languages"], national["languages"], regions["country"], strict=True
        )
    ]
    own = "population gdp berd public_rd public_researchers institutes tertiary patents employment"
    shares = "innovative cooperating cooperating_abroad birth_rate"
    return {
        "codes": tuple(codes),
        "names": tuple(regions.texts("name", codes)),
        "countries": countries,
        "country": country,
        "authorities": authorities,
        "authority": authority,
        "lagging": np.array([tier == "lagging" for tier in regions["tier"]], dtype=bool),
        **{column: regions.numbers(column) for column in own.split()},
        **{column: national.numbers(column) for column in shares.split()},
        "area": area,
        "lon": lon,
        "lat": lat,
        "x_km": x_km,
        "y_km": y_km,
        **{c: regions.numbers(c, national.numbers(c)) for c in ("budget_per_head", "eu_rate")},
        "admin_quality": regions.numbers("admin_quality", quality),
        **{c: regions.flags(c) for c in ("gosmart", "gosmart_excel")},
        "distance": distances(lon, lat, area),
        "cross_border": cross_border(country),
        "shared_language": shared_language(spoken),
    }


def _spread(table: Table, value: str, codes: list[str], domains: list[str]) -> Floats:
    """Return a long table as an array [R, D], summing rows of one cell, zero where it has none."""
    row = {code: k for k, code in enumerate(codes)}
    column = {domain: k for k, domain in enumerate(domains)}
    array = np.zeros((len(codes), len(domains)))
    for code, domain, amount in zip(table["region"], table["domain"], table[value], strict=True):
        if code in row and domain in column:
            array[row[code], column[domain]] += amount
    return array


def _relatedness(square: Table, domains: list[str], problems: list[str]) -> Floats:
    row = {domain: k for k, domain in enumerate(square["domain"])}
    order = [row[domain] for domain in domains]
    array = np.stack([square.numbers(domain)[order] for domain in domains], axis=1)
    uneven = [(i, j) for i, j in np.argwhere(np.abs(array - array.T) > 1e-6) if i < j]
    if uneven:
        i, j = uneven[0]
        more = f" ({len(uneven)} pairs differ)" if uneven[1:] else ""
        problems.append(
            f"{square.file}: '{domains[i]}' to '{domains[j]}' is {array[i, j]:g} but the "
            f"other way {array[j, i]:g}; the table must be symmetric{more}."
        )
    array = (array + array.T) / 2
    np.fill_diagonal(array, 1.0)
    return array


def _membership(rows: list[list[str]], names: tuple[str, ...]) -> Bools:
    array = [[name in row for row in rows] for name in names]
    return np.array(array, dtype=bool).reshape(len(names), len(rows))


def _affinity(pairs: Table, countries: tuple[str, ...]) -> Floats:
    place = {code: k for k, code in enumerate(countries)}
    array = np.ones((len(countries), len(countries)))
    values = pairs.numbers("affinity", 1.0)
    for i, j, value in zip(pairs["country_i"], pairs["country_j"], values, strict=True):
        if i in place and j in place and i != j:
            array[place[i], place[j]] = array[place[j], place[i]] = value
    return array
