"""The world of a run: regions, domains and what is known about them, as read-only arrays."""

import warnings
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from s3sim.core.arrays import Bools, Floats, Index, content_digest, freeze
from s3sim.core.errors import InputError, unknown

WORLDS = ("partners", "bsr")
"""Worlds that come with the package."""


class WorldNote(UserWarning):
    """Something about a user's tables that is no mistake but should be known."""


@dataclass(frozen=True, eq=False, kw_only=True)
class World:
    """Regions (R), countries (C), authorities, domains (D) and themes (T); nothing changes it.

    Content alone decides the order of regions (latitude, longitude, population, never a label), so
    renaming or reordering rows permutes results exactly. Countries and authorities stand in order
    of first appearance. Sources: ``s3sim/world/data/SOURCES.md``.

    The fingerprint says what decides the content, in 16 hex digits: a hash of the texts of the
    tables, whatever their line ends, or of the arguments of a synthetic world. A world that was put
    together or changed in memory (`dataclasses.replace`) has a hash of its arrays to six digits. It
    is the same on every processor.
    """

    name: str  # partners, bsr, synthetic, or the name of a user's folder
    codes: tuple[str, ...]  # [R] of regions, NUTS 2021 in the shipped worlds
    names: tuple[str, ...]  # [R] of regions
    countries: tuple[str, ...]  # [C] codes
    country: Index  # [R] index of each region's country
    authorities: tuple[str, ...]  # who decides a strategy; national in Estonia, Latvia, Lithuania
    authority: Index  # [R] index of each region's authority
    lagging: Bools  # [R] whether the partnership calls it "to be strengthened"
    population: Floats  # [R] persons
    gdp: Floats  # [R] EUR million a year at current prices
    area: Floats  # [R] square kilometres
    berd: Floats  # [R] R&D spending of business, % of GDP
    public_rd: Floats  # [R] R&D spending of government and higher education, % of GDP
    public_researchers: Floats  # [R] R&D personnel outside business, full-time equivalents
    institutes: Floats  # [R] research institutes, count
    tertiary: Floats  # [R] share of those aged 25-64 with tertiary education, 0-1
    patents: Floats  # [R] EPO applications per million inhabitants
    employment: Floats  # [R] persons employed in all sectors
    lon: Floats  # [R] population-weighted centre, degrees east
    lat: Floats  # [R] population-weighted centre, degrees north
    x_km: Floats  # [R] of the centre, ETRS89-LAEA
    y_km: Floats  # [R] of the centre, ETRS89-LAEA
    business_employment: Floats  # [R] persons in the business economy (NACE 05-82 and 95)
    firms: Floats  # [R, 3] enterprises of 10-49, 50-249 and 250+ persons
    mean_size: Floats  # [R, 3] persons an enterprise in these classes
    innovative: Floats  # [R] share of enterprises 10+ that are innovation-active, 0-1
    cooperating: Floats  # [R] share of those that cooperates, 0-1
    cooperating_abroad: Floats  # [R] share of those with a European partner abroad, 0-1
    birth_rate: Floats  # [R] enterprise births as a share of enterprises, a year
    budget_per_head: Floats  # [R] public innovation budget, national part too, EUR a head, year
    eu_rate: Floats  # [R] EU co-financing rate, 0-1
    admin_quality: Floats  # [R] administrative quality, 0-1 (assumed)
    gosmart: Bools  # [R] partner regions of GoSmart BSR
    gosmart_excel: Bools  # [R] partner regions of GoSmart&Excel BSR
    domains: tuple[str, ...]  # [D] codes of groups of NACE divisions
    domain_labels: tuple[str, ...]  # [D]
    tradable: Floats  # [D] tradability, 0-1
    trend: Floats  # [D] yearly growth of demand relative to the average
    knowledge_intensity: Floats  # [D] 0-1
    domain_share: Floats  # [R, D] share of business employment; rows sum to 1
    relatedness: Floats  # [D, D] proximity of domains, symmetric, 0-1, diagonal 1
    themes: tuple[str, ...]  # [T] of strategies
    domain_theme: Bools  # [T, D] domains that each covers
    trans_fields: tuple[str, ...]  # [8] fields of the Trans-S3 of 2021
    domain_trans_field: Bools  # [8, D] domains that each covers
    published: Floats  # [R, D] published S3 priorities; a row sums to 1, or is 0 without a list
    affinity: Floats  # [C, C] joint H2020 projects over what totals imply; unknown 1
    h2020_participations: Floats  # [R] in H2020 projects 2014-20; nan where unknown
    distance: Floats  # [R, R] km; the diagonal is the typical distance within the region
    cross_border: Bools  # [R, R] pairs in two countries
    shared_language: Bools  # [R, R] pairs with a language in common
    notes: tuple[str, ...] = ()  # what reading tables filled in or left out; no part of the content
    fingerprint: str = field(default="", init=False)

    def __post_init__(self) -> None:
        content = {item.name: freeze(getattr(self, item.name)) for item in fields(self)}
        self.__dict__.update(content)
        if not self.fingerprint:
            for name in ("name", "notes", "fingerprint"):
                del content[name]
            object.__setattr__(self, "fingerprint", content_digest(content))

    @classmethod
    def _of(cls, content: dict[str, Any]) -> "World":
        """Return the world of assembled content, which knows its own fingerprint."""
        world = object.__new__(cls)
        world.__dict__.update(content)
        world.__post_init__()
        return world

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.__post_init__()

    def __repr__(self) -> str:
        return f"<World {self.name!r}: {self.n_regions} regions, {self.n_domains} domains>"

    @classmethod
    def load(cls, name_or_folder: str | Path) -> "World":
        """Return a shipped world by its name, or a user's world from a folder of tables.

        Raises
        ------
        InputError
            If the name is unknown or a table holds mistakes.
        """
        from s3sim.world.assemble import DATA, assemble

        name = str(name_or_folder)
        if name in WORLDS and not isinstance(name_or_folder, Path):
            return cls._of(assemble(DATA, name, only=name))
        if Path(name_or_folder).is_dir():
            return cls.from_tables(name_or_folder)
        hint = "A folder with regions.csv and employment.csv will do as well."
        raise InputError(f"{unknown('world', name, WORLDS)} {hint}")

    @classmethod
    def from_tables(cls, folder: Path | str) -> "World":
        """Return a user's world.

        Parameters
        ----------
        folder : Path or str
            Holds regions.csv and employment.csv; domains, relatedness, countries, priorities and
            the two H2020 tables are the shipped ones where the folder has none.

        Raises
        ------
        InputError
            With every mistake of every table: file, row, column, value and what is allowed.
        """
        from s3sim.world.assemble import assemble

        path = Path(folder)
        world = cls._of(assemble(path, path.resolve().name))
        for note in world.notes:
            warnings.warn(note, WorldNote, stacklevel=2)
        return world

    @classmethod
    def synthetic(
        cls,
        regions: int = 6,
        seed: int = 0,
        *,
        countries: int | None = None,
        domains: int = 12,
        firms: float = 300.0,
    ) -> "World":
        """Return an invented world for tests and for studies of the mechanisms alone.

        Parameters
        ----------
        regions, domains : int
            How many; at least 2 each.
        seed : int
            Decides everything that is drawn.
        countries : int, optional
            At most one a region; half as many as regions (at least 2) if not given.
        firms : float
            Mean enterprises with 10 or more persons a region.
        """
        from s3sim.world.synthetic import invent

        return cls._of(invent(regions, seed, countries, domains, firms))

    @property
    def n_regions(self) -> int:
        """Number of regions."""
        return len(self.codes)

    @property
    def n_countries(self) -> int:
        """Number of countries."""
        return len(self.countries)

    @property
    def n_authorities(self) -> int:
        """Number of deciding authorities."""
        return len(self.authorities)

    @property
    def n_domains(self) -> int:
        """Number of domains."""
        return len(self.domains)

    def index(self, code: str) -> int:
        """Return the place of a region in every array with a region axis.

        Raises
        ------
        InputError
            If no region has this code; the message names the nearest one.
        """
        try:
            return self.codes.index(code)
        except ValueError:
            raise InputError(unknown("region", code, self.codes, see="regions.csv")) from None
