"""The outcomes of the standard comparison, collaboration beside growth."""

import numpy as np

from s3sim.core.arrays import Floats
from s3sim.core.arrays import theil_index as theil_of
from s3sim.model.context import QUARTERS
from s3sim.outcomes.outcome import outcome, ratio
from s3sim.outcomes.panel import Window

# fmt: off

@outcome("Cross-border collaborations", "per 1000 firms", "higher", window="last 4 years",
         proxies="RCO87 organisations cooperating across borders")
def cross_border_collaborations(m: Window) -> Floats:
    """Active collaborations between two countries; each counts half in either region."""
    return 1000 * ratio(m["cross_border"], m["firms"])


@outcome("Domestic collaborations", "per 1000 firms", "higher", window="last 4 years")
def domestic_collaborations(m: Window) -> Floats:
    """Active collaborations within one country."""
    return 1000 * ratio(m["domestic"], m["firms"])


@outcome("Industry-science collaborations", "per 1000 firms", "higher", window="last 4 years",
         proxies="RIS public-private co-publications")
def industry_science_collaborations(m: Window) -> Floats:
    """Active collaborations of a firm and a research institute."""
    return 1000 * ratio(m["industry_science"], m["firms"])


@outcome("Innovators cooperating", "%", "higher", window="last 4 years",
         proxies="CIS innovation cooperation")
def share_cooperating(m: Window) -> Floats:
    """Share of innovation-active firms with at least one partner."""
    return 100 * ratio(m["cooperating"], m["innovators"])


@outcome("Innovators cooperating across a border", "%", "higher", window="last 4 years",
         proxies="CIS cooperation with European partners")
def share_cooperating_abroad(m: Window) -> Floats:
    """Share of innovation-active firms with at least one partner in another country."""
    return 100 * ratio(m["cooperating_abroad"], m["innovators"])


@outcome("Innovations", "per 1000 firms and year", "higher", window="last 4 years",
         proxies="RCR03 SMEs introducing innovation")
def innovations(m: Window) -> Floats:
    """Innovations of firms."""
    return 1000 * QUARTERS * ratio(m["innovations"], m["firms"])


@outcome("Productivity growth", "% a year", "higher", decimals=2)
def productivity_growth(m: Window) -> Floats:
    """Growth of value added per person employed since the year before policies start."""
    now, then = (
        ratio(m["value_added"], m["employment"]),
        ratio(m.before["value_added"], m.before["employment"]),
    )
    years = np.where(m.years_since > 0, m.years_since, np.nan)
    growth: Floats = 100 * (ratio(now, then) ** (1 / years) - 1)
    return growth


@outcome("Productivity growth within firms", "points a year", "neither", decimals=2, regional=False)
def growth_within(m: Window) -> Floats:
    """Part of the growth of mean log productivity since policies start that survivors make themselves."""
    return np.asarray(100 * m.panel.growth["within"])


@outcome("Productivity growth between firms", "points a year", "neither", decimals=2, regional=False)
def growth_between(m: Window) -> Floats:
    """Part that jobs moving between surviving firms make."""
    return np.asarray(100 * m.panel.growth["between"])


@outcome("Productivity growth by entry", "points a year", "neither", decimals=2, regional=False)
def growth_by_entry(m: Window) -> Floats:
    """Part that firms founded since then make, compared with survivors."""
    return np.asarray(100 * m.panel.growth["entry"])


@outcome("Productivity growth by exit", "points a year", "neither", decimals=2, regional=False)
def growth_by_exit(m: Window) -> Floats:
    """Part that firms gone since then make: positive if they were less productive than survivors."""
    return np.asarray(100 * m.panel.growth["exit"])


@outcome("Gross value added", "EUR million a year", "higher", decimals=0,
         proxies="regional accounts")
def gross_value_added(m: Window) -> Floats:
    """Value added of firms at constant prices."""
    return m["value_added"]


@outcome("Gross value added, lagging regions", "EUR million a year", "higher", decimals=0)
def gross_value_added_lagging(m: Window) -> Floats:
    """Value added of firms in regions to be strengthened."""
    return m.of("value_added", m.panel.lagging)


@outcome("Gross value added, advanced regions", "EUR million a year", "higher", decimals=0)
def gross_value_added_advanced(m: Window) -> Floats:
    """Value added of firms in advanced regions."""
    return m.of("value_added", 1 - m.panel.lagging)


@outcome("Employment", "persons", "higher", decimals=0)
def employment(m: Window) -> Floats:
    """Persons employed in firms."""
    return m["employment"]


@outcome("Firm survival", "% of the firms of the start", "higher")
def firm_survival(m: Window) -> Floats:
    """Firms of the start that are still there."""
    return 100 * ratio(m["survivors"], m["cohort"])


@outcome("Inequality between regions (Theil)", "index x 1000", "lower", decimals=2, regional=False)
def theil_index(m: Window) -> Floats:
    """Theil index of value added a head over regions."""
    return 1000 * theil_of(m.by_region("value_added"), m.panel.population)


@outcome("Specialisation (Krugman)", "index 0-2", "neither", decimals=3)
def specialisation_index(m: Window) -> Floats:
    """Sum of absolute differences between regional and overall shares of employment in domains."""
    return ratio(m["specialisation_jobs"], m["employment"])


@outcome("Relatedness density", "0-100", "neither", decimals=2)
def relatedness_density(m: Window) -> Floats:
    """Mean relatedness density around the domains in which regions are specialised."""
    return ratio(m["density_jobs"], m["employment"])


@outcome("Grants paid", "EUR million a year", "neither", window="whole run", decimals=1)
def grants_paid(m: Window) -> Floats:
    """Grants that reached firms and institutes."""
    return QUARTERS * m["grants_paid"]


@outcome("Absorption", "% of appropriations", "higher", window="whole run", regional=False,
         proxies="programme absorption")
def absorption_rate(m: Window) -> Floats:
    """Appropriated money that is not left unspent, over the whole run."""
    return np.asarray(100 * (1 - m.panel.unspent / m.panel.sources) if m.panel.sources else np.nan)


@outcome("SMEs served by brokers", "firms", "neither", decimals=0)
def smes_served(m: Window) -> Floats:
    """Different SMEs that brokers have served up to then."""
    return m["smes_served"]
