"""Which columns the tables have and what they may hold."""

from dataclasses import dataclass

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


def _text(name: str, *, required: bool = True, allowed: tuple[str, ...] = ()) -> Column:
    return Column(name, "text", required=required, allowed=allowed)


def _amount(name: str, *, required: bool = True) -> Column:
    return Column(name, required=required)


def _above_zero(name: str) -> Column:
    return Column(name, low=_TINY)


def _share(name: str, *, required: bool = True) -> Column:
    return Column(name, low=0.0, high=1.0, required=required)


def _optional(name: str, kind: str) -> Column:
    return Column(name, kind, required=False)


FLAG = _text("flag", required=False)

REGIONS = (
    _text("region"),
    _text("name", required=False),
    _text("world", required=False, allowed=("partners", "bsr", "both")),
    _text("country"),
    _text("authority", required=False),
    _text("tier", allowed=("lagging", "advanced")),
    _above_zero("population"),
    _above_zero("gdp"),
    _above_zero("area"),
    Column("lon", low=-180.0, high=180.0),
    Column("lat", low=-90.0, high=90.0),
    Column("berd", low=0.0, high=100.0),
    Column("public_rd", low=0.0, high=100.0),
    _amount("public_researchers"),
    _amount("institutes"),
    _share("tertiary"),
    _amount("patents"),
    _above_zero("employment"),
    _amount("budget_per_head", required=False),
    _share("eu_rate", required=False),
    _share("admin_quality", required=False),
    _optional("gosmart", "flag"),
    _optional("gosmart_excel", "flag"),
    _optional("languages", "list"),
    FLAG,
)

EMPLOYMENT = (_text("region"), _text("domain"), _amount("employed"), FLAG)

DOMAINS = (
    _text("domain"),
    _text("label", required=False),
    _text("nace", required=False),
    _optional("themes", "list"),
    Column("trans_fields", "list", required=False, allowed=TRANS_FIELDS),
    _text("tech_class", required=False),
    _share("tradable"),
    Column("trend", low=-0.5, high=0.5),
    _share("knowledge_intensity"),
    FLAG,
)

COUNTRIES = (
    _text("country"),
    _text("name", required=False),
    _optional("languages", "list"),
    _above_zero("firms_small"),
    _above_zero("firms_medium"),
    _above_zero("firms_large"),
    _above_zero("persons_small"),
    _above_zero("persons_medium"),
    _above_zero("persons_large"),
    _above_zero("business_employment"),
    _share("innovative"),
    _share("cooperating"),
    _share("cooperating_abroad"),
    _share("birth_rate"),
    _amount("budget_per_head"),
    _share("eu_rate"),
    _amount("framework_participations", required=False),
    _share("framework_firms", required=False),
    FLAG,
)

PRIORITIES = (
    _text("region"),
    _text("period", required=False),
    _text("priority", required=False),
    _text("domain"),
    _share("weight"),
    _optional("used", "flag"),
    FLAG,
    _text("source", required=False),
)

H2020_PAIRS = (
    _text("country_i"),
    _text("country_j"),
    _amount("joint_projects", required=False),
    _amount("affinity", required=False),
    FLAG,
)

SECTORS = ("hes", "rec", "pub", "oth")
"""Public actors of CORDIS: higher education, research organisations, public bodies, others."""

H2020_REGIONS = (
    _text("region"),
    _amount("participations", required=False),
    *(_optional(name, "text") for name in ("organisations", "projects", "firms")),
    _optional("ec_contribution", "text"),
    *(_amount(name, required=False) for name in SECTORS),
    FLAG,
)


def relatedness(domains: list[str]) -> tuple[Column, ...]:
    """Return the columns of the square table of relatedness of these domains."""
    return (_text("domain"), *(_share(domain) for domain in domains))
