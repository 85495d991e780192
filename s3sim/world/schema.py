"""Which columns the tables have and what they may hold."""

from dataclasses import dataclass
from typing import Any

TRANS_FIELDS = (
    "advanced manufacturing",
    "circular economy",
    "bioeconomy",
    "resource efficiency and rehabilitation",
    "sustainable water management",
    "smart health",
    "smart cities",
    "digitalisation and cybersecurity",
)
"""Shared priorities of the BSR-wide Trans-S3 of 2021 (Baltic Institute of Finland)."""

SIZE_CLASSES = ("small", "medium", "large")
"""Size classes of enterprises: 10-49, 50-249 and 250 or more persons (Eurostat)."""

_TINY = 1e-9

MOST = 1e13
"""No amount of a region or country is larger, whatever its unit."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    name : str
        Header.
    kind : str
        "number", "text", "flag" (0 or 1) or "list" (texts separated by ";").
    low, high : float
        Bounds of a number.
    required : bool
        Whether the column must exist and every row must fill it.
    allowed : tuple of str
        The only texts allowed, if any are named.
    """

    name: str
    kind: str = "number"
    low: float = 0.0
    high: float = MOST
    required: bool = True
    allowed: tuple[str, ...] = ()

    @property
    def rule(self) -> str:
        """What is allowed, in words."""
        if self.allowed:
            return f"one of {', '.join(self.allowed)}"
        if self.kind == "flag":
            return "0 or 1"
        if self.kind != "number":
            return "a text"
        if self.low == _TINY:
            return "a number above 0"
        if self.high == MOST:
            return f"a number of at least {self.low:g}"
        return f"a number from {self.low:g} to {self.high:g}"


def _columns(names: str, kind: str = "number", **rules: Any) -> tuple[Column, ...]:
    """Return columns of one kind."""
    return tuple(Column(name, kind, **rules) for name in names.split())


WORLDS_OF_A_REGION = ("partners", "bsr", "both")
TIERS = ("lagging", "advanced")

REGIONS = (
    *_columns("region country", "text"),
    Column("tier", "text", allowed=TIERS),
    *_columns("population gdp area employment", low=_TINY),
    Column("lon", low=-180.0, high=180.0),
    Column("lat", low=-90.0, high=90.0),
    *_columns("berd public_rd", high=100.0),
    *_columns("public_researchers institutes patents"),
    *_columns("tertiary", high=1.0),
    *_columns("name authority flag", "text", required=False),
    Column("world", "text", required=False, allowed=WORLDS_OF_A_REGION),
    *_columns("budget_per_head", required=False),
    *_columns("eu_rate admin_quality", high=1.0, required=False),
    *_columns("gosmart gosmart_excel", "flag", required=False),
    *_columns("languages", "list", required=False),
)

EMPLOYMENT = (
    *_columns("region domain", "text"),
    *_columns("employed"),
    *_columns("flag", "text", required=False),
)

DOMAINS = (
    *_columns("domain", "text"),
    *_columns("tradable knowledge_intensity", high=1.0),
    Column("trend", low=-0.5, high=0.5),
    *_columns("label nace tech_class flag", "text", required=False),
    *_columns("themes", "list", required=False),
    Column("trans_fields", "list", required=False, allowed=TRANS_FIELDS),
)

COUNTRIES = (
    *_columns("country", "text"),
    *_columns("firms_small firms_medium firms_large", low=_TINY),
    *_columns("persons_small persons_medium persons_large business_employment", low=_TINY),
    *_columns("innovative cooperating cooperating_abroad birth_rate eu_rate", high=1.0),
    *_columns("budget_per_head"),
    *_columns("name flag", "text", required=False),
    *_columns("languages", "list", required=False),
)

PRIORITIES = (
    *_columns("region domain", "text"),
    *_columns("weight", high=1.0),
    *_columns("period priority flag source", "text", required=False),
    *_columns("used", "flag", required=False),
)

H2020_PAIRS = (
    *_columns("country_i country_j", "text"),
    *_columns("joint_projects affinity", required=False),
    *_columns("flag", "text", required=False),
)

H2020_REGIONS = (
    *_columns("region", "text"),
    *_columns("participations", required=False),
    *_columns("organisations projects firms ec_contribution flag", "text", required=False),
)


def relatedness(domains: list[str]) -> tuple[Column, ...]:
    """Return the columns of the square table of relatedness of these domains."""
    return (Column("domain", "text"), *(Column(domain, high=1.0) for domain in domains))
