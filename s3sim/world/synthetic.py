"""An invented world with the shape of the real ones: a core and a lagging half."""

import math
from typing import Any

import numpy as np

from s3sim.core.arrays import Floats, digest, first_seen
from s3sim.core.errors import InputError
from s3sim.core.streams import Streams
from s3sim.world.geography import cross_border, distances, project, shared_language
from s3sim.world.schema import TRANS_FIELDS

_THEMES = 6
_FIRMS_PER_HEAD = 0.0025
_BUSINESS_PER_HEAD = 0.25
_CLASS_SHARES = np.array([0.83, 0.14, 0.03])
_CLASS_SIZES = np.array([20.0, 100.0, 800.0])


def invent(
    regions: int, seed: int, countries: int | None, domains: int, firms: float
) -> dict[str, Any]:
    """Return the fields of a synthetic World; arguments as in ``World.synthetic``.

    The easternmost half of the regions is lagging: poorer, less R&D, fewer graduates, more
    support a head. Neighbouring regions share a country. All numbers are invented; only their
    ranges follow the real tables.
    """
    count = max(2, math.ceil(regions / 2)) if countries is None else countries
    _check(regions, seed, count, domains, firms)
    streams = Streams(seed, 0, -1)

    def draw(what: str, low: float, high: float, shape: int | tuple[int, ...]) -> Floats:
        return low + (high - low) * streams.uniform(f"world {what}", shape)

    lon, lat = draw("lon", 9.0, 28.0, regions), draw("lat", 53.0, 63.0, regions)
    size = draw("size", 0.5, 1.5, regions)
    size /= size.mean()
    order = np.lexsort((size, lon, lat))
    lon, lat, size = lon[order], lat[order], size[order]

    east = np.argsort(np.argsort(lon, kind="stable"), kind="stable")
    lagging = east >= regions - regions // 2
    codes = tuple(f"S{k + 1:02d}" for k in range(regions))
    country_names, country = first_seen([f"C{k * count // regions + 1}" for k in east])
    population = size * firms / _FIRMS_PER_HEAD
    business = population * _BUSINESS_PER_HEAD
    area = draw("area", 2000.0, 30000.0, regions)
    x_km, y_km = project(lon, lat)
    level = np.where(lagging, 0.4, 1.0) * draw("level", 0.8, 1.2, regions)

    structure = streams.exponential("world structure", (regions, domains)) ** 1.3 + 0.05
    structure /= structure.sum(axis=1, keepdims=True)
    place = streams.uniform("world place", (domains, 2))
    gaps = np.sqrt(((place[:, None, :] - place[None, :, :]) ** 2).sum(axis=2))
    relatedness = np.exp(-2.5 * gaps)
    chosen = structure * draw("priority", 0.3, 1.7, (regions, domains))
    ranks = np.argsort(np.argsort(-chosen, axis=1, kind="stable"), axis=1, kind="stable")
    published = (ranks < 4) / np.minimum(4, domains)
    propensity = draw("affinity", 1.0, 3.0, (count, count))
    affinity = np.sqrt(propensity * propensity.T)
    np.fill_diagonal(affinity, 1.0)

    kinds = np.arange(domains)
    return {
        "name": "synthetic",
        "fingerprint": digest(f"synthetic {k}" for k in (regions, seed, count, domains, firms)),
        "codes": codes,
        "names": tuple(f"Region {k + 1}" for k in range(regions)),
        "countries": country_names,
        "country": country,
        "authorities": codes,
        "authority": np.arange(regions, dtype=np.intp),
        "lagging": lagging,
        "population": population,
        "gdp": population * 45000.0 * level / 1e6,
        "area": area,
        "berd": 2.0 * level * draw("berd", 0.5, 1.2, regions),
        "public_rd": 0.9 * np.sqrt(level) * draw("public_rd", 0.6, 1.2, regions),
        "public_researchers": population * 0.003 * level,
        "institutes": np.maximum(1.0, np.round(population / 30000.0 * level)),
        "tertiary": np.clip(0.4 * np.sqrt(level) * draw("tertiary", 0.8, 1.2, regions), 0.0, 1.0),
        "patents": 180.0 * level**3,
        "employment": population * 0.47,
        "lon": lon,
        "lat": lat,
        "x_km": x_km,
        "y_km": y_km,
        "business_employment": business,
        "firms": size[:, None] * firms * _CLASS_SHARES[None, :],
        "mean_size": np.tile(_CLASS_SIZES, (regions, 1)),
        "innovative": draw("innovative", 0.25, 0.7, count)[country],
        "cooperating": draw("cooperating", 0.2, 0.55, count)[country],
        "cooperating_abroad": draw("abroad", 0.07, 0.2, count)[country],
        "birth_rate": draw("births", 0.08, 0.12, count)[country],
        "budget_per_head": np.where(lagging, 40.0, 8.0) * draw("budget", 0.8, 1.2, regions),
        "eu_rate": np.where(lagging, 0.85, 0.5),
        "admin_quality": np.where(lagging, 0.5, 0.7),
        "gosmart": np.ones(regions, dtype=bool),
        "gosmart_excel": np.ones(regions, dtype=bool),
        "domains": tuple(f"d{k + 1:02d}" for k in range(domains)),
        "domain_labels": tuple(f"Domain {k + 1}" for k in range(domains)),
        "tradable": draw("tradable", 0.1, 1.0, domains),
        "trend": draw("trend", -0.02, 0.02, domains),
        "knowledge_intensity": draw("knowledge", 0.1, 1.0, domains),
        "domain_share": structure,
        "relatedness": (relatedness + relatedness.T) / 2,
        "themes": tuple(f"theme_{k + 1}" for k in range(_THEMES)),
        "domain_theme": kinds[None, :] % _THEMES == np.arange(_THEMES)[:, None],
        "trans_fields": TRANS_FIELDS,
        "domain_trans_field": kinds[None, :] % 8 == np.arange(8)[:, None],
        "published": published / published.sum(axis=1, keepdims=True),
        "affinity": affinity,
        "h2020_participations": np.round(population / 1e4 * level**2),
        "distance": distances(lon, lat, area),
        "cross_border": cross_border(country),
        "shared_language": shared_language([frozenset({country_names[c]}) for c in country]),
    }


def _check(regions: int, seed: int, countries: int, domains: int, firms: float) -> None:
    rules = (
        (regions >= 2, f"a synthetic world needs at least 2 regions, not {regions}."),
        (domains >= 2, f"a synthetic world needs at least 2 domains, not {domains}."),
        (
            1 <= countries <= max(regions, 1),
            f"countries must be 1 to the number of regions, not {countries}.",
        ),
        (seed >= 0, f"the seed must be 0 or more, not {seed}."),
        (
            math.isfinite(firms) and firms >= 1,
            f"firms must be a number of at least 1, not {firms}.",
        ),
    )
    if problems := [text for fine, text in rules if not fine]:
        raise InputError(problems)
