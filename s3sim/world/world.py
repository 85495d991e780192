"""The world of a run: regions, domains and what is known about them, as read-only arrays."""

import warnings
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from s3sim.core.errors import InputError, unknown
from s3sim.world.arrays import BoolArray, FloatArray, IntArray, content_digest, freeze

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

    Parameters
    ----------
    name : str
        "partners", "bsr", "synthetic", or the name of a user's folder.
    codes, names : tuple of str [R]
        Codes (NUTS 2021 in the shipped worlds) and names of regions.
    countries, country : tuple of str [C], IntArray [R]
        Country codes; each region's country as an index.
    authorities, authority : tuple of str, IntArray [R]
        Who decides the strategy; national in Estonia, Latvia and Lithuania.
    lagging : BoolArray [R]
        True where the partnership calls a region "to be strengthened".
    population, gdp, area : FloatArray [R]
        Persons; EUR million a year at current prices; square kilometres.
    berd, public_rd : FloatArray [R]
        R&D spending of business, and of government plus higher education; % of GDP.
    public_researchers, institutes : FloatArray [R]
        R&D personnel outside business, full-time equivalents; research institutes, count.
    tertiary, patents, employment : FloatArray [R]
        Share with tertiary education (25-64, 0-1); EPO applications per million inhabitants;
        persons employed in all sectors.
    lon, lat, x_km, y_km : FloatArray [R]
        Population-weighted centre, degrees and kilometres (ETRS89-LAEA).
    business_employment : FloatArray [R]
        Persons employed in the business economy (NACE 05-82 and 95).
    firms, mean_size : FloatArray [R, 3]
        Enterprises, and persons an enterprise, in the classes 10-49, 50-249 and 250+ persons.
    innovative, cooperating, cooperating_abroad : FloatArray [R]
        Share of enterprises 10+ that are innovation-active; of those the share that cooperates,
        and the share with a European partner in another country (0-1).
    birth_rate : FloatArray [R]
        Enterprise births as a share of enterprises, a year.
    budget_per_head, eu_rate, admin_quality : FloatArray [R]
        Public innovation budget with national part, EUR a head and year; EU co-financing rate
        0-1; administrative quality 0-1 (assumed).
    gosmart, gosmart_excel : BoolArray [R]
        Partner regions of GoSmart BSR and GoSmart&Excel BSR.
    domains, domain_labels : tuple of str [D]
        Codes and names of domains (groups of NACE divisions).
    tradable, trend, knowledge_intensity : FloatArray [D]
        Tradability 0-1; yearly growth of demand relative to the average; knowledge intensity 0-1.
    domain_share : FloatArray [R, D]
        Share of business employment; rows sum to 1.
    relatedness : FloatArray [D, D]
        Proximity of domains, symmetric, 0-1, diagonal 1.
    themes, domain_theme : tuple of str [T], BoolArray [T, D]
        Themes of strategies and the domains each covers.
    trans_fields, domain_trans_field : tuple of str [8], BoolArray [8, D]
        Fields of the Trans-S3 of 2021 and the domains each covers.
    published : FloatArray [R, D]
        Published S3 priorities coded to domains; a row sums to 1, or is 0 without a list.
    affinity : FloatArray [C, C]
        Joint H2020 projects over what totals alone imply; diagonal and unknown 1.
    h2020_participations : FloatArray [R]
        Participations in H2020 projects 2014-20; nan where unknown.
    framework_participations : FloatArray [R]
        Participations a year in framework projects of several partners, for each EUR million of a
        year's public R&D; a country's figure.
    framework_kinds : FloatArray [R, 5]
        Shares of firms, universities, research organisations, public bodies and others in them.
    distance : FloatArray [R, R]
        Kilometres; the diagonal is the typical distance within the region.
    cross_border, shared_language : BoolArray [R, R]
        Pairs in two countries; pairs with a language in common.
    notes : tuple of str
        What reading a user's tables filled in or left out, a sentence each; no part of the content.
    fingerprint : str
        What decides the content, in 16 hex digits: a hash of the texts of the tables, whatever
        their line ends, or of the arguments of a synthetic world. A world that was put together or
        changed in memory (`dataclasses.replace`) has a hash of its arrays to six digits. It is the
        same on every processor.
    """

    name: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    countries: tuple[str, ...]
    country: IntArray
    authorities: tuple[str, ...]
    authority: IntArray
    lagging: BoolArray
    population: FloatArray
    gdp: FloatArray
    area: FloatArray
    berd: FloatArray
    public_rd: FloatArray
    public_researchers: FloatArray
    institutes: FloatArray
    tertiary: FloatArray
    patents: FloatArray
    employment: FloatArray
    lon: FloatArray
    lat: FloatArray
    x_km: FloatArray
    y_km: FloatArray
    business_employment: FloatArray
    firms: FloatArray
    mean_size: FloatArray
    innovative: FloatArray
    cooperating: FloatArray
    cooperating_abroad: FloatArray
    birth_rate: FloatArray
    budget_per_head: FloatArray
    eu_rate: FloatArray
    admin_quality: FloatArray
    gosmart: BoolArray
    gosmart_excel: BoolArray
    domains: tuple[str, ...]
    domain_labels: tuple[str, ...]
    tradable: FloatArray
    trend: FloatArray
    knowledge_intensity: FloatArray
    domain_share: FloatArray
    relatedness: FloatArray
    themes: tuple[str, ...]
    domain_theme: BoolArray
    trans_fields: tuple[str, ...]
    domain_trans_field: BoolArray
    published: FloatArray
    affinity: FloatArray
    h2020_participations: FloatArray
    framework_participations: FloatArray
    framework_kinds: FloatArray
    distance: FloatArray
    cross_border: BoolArray
    shared_language: BoolArray
    notes: tuple[str, ...] = ()
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
