"""What is known of the world: the facts of ``data/targets.toml``, checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from inspect import signature
from math import isnan
from pathlib import Path
from typing import Any

from s3sim.core.errors import InputError, unknown
from s3sim.ensemble.toml_file import read_toml
from s3sim.validation.rivals import RIVALS
from s3sim.validation.statistics import STATISTICS
from s3sim.world import WORLDS

TARGETS = Path(__file__).parent / "data" / "targets.toml"

RUNS = {
    "base": "14 years without S3 policy",
    "century": "100 years without S3 policy",
    "turnover": "8 years without S3 policy, the EU's turnover of firms in every region",
    "strategies": "2 years of isolated strategies",
}
"""Kinds of runs that facts are read off."""

MARKS = ("reported", "recalled", "measured", "set")
ROLES = ("calibration", "check")
TEXTS = ("id", "section", "title", "unit", "source", "mark", "role")
SCORED = ("statistic", "low", "high")
OTHERS = ("target", "with", "at", "by", "recalled", "run", "worlds", "rival", "missing", "explanation")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Target:
    """One fact.

    Parameters
    ----------
    id, section, title, unit, source : str
        What it is called and where it is from.
    mark : str
        Of `MARKS`: read in a source, from memory, computed from data, or the project's own bar.
    role : str
        "calibration" or "check" (held out).
    statistic : str
        Name in `STATISTICS`; empty where `missing` says why the model cannot be asked.
    arguments : tuple of mapping
        Arguments of the statistic; several are judged apart, and the worst counts.
    target, low, high : float
        The number, and the band as published (infinite where only an order is).
    run : str
        Of `RUNS`.
    worlds : tuple of str
        Worlds in which it is asked.
    rival : str
        Name in `RIVALS`, or empty.
    """

    id: str
    section: str
    title: str
    unit: str
    source: str
    mark: str
    role: str
    statistic: str = ""
    arguments: tuple[Mapping[str, Any], ...] = ({},)
    target: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    run: str = "base"
    worlds: tuple[str, ...] = WORLDS
    rival: str = ""
    missing: str = ""
    explanation: str = field(default="", compare=False)


@cache
def targets() -> tuple[Target, ...]:
    """Return the facts of the package."""
    return read_targets(TARGETS)


def read_targets(path: Path | str) -> tuple[Target, ...]:
    """Return the facts of a file, one a country where it gives bands by country.

    Raises
    ------
    InputError
        With every mistake: unknown or missing fields, statistics, arguments, marks, empty bands.
    """
    held = read_toml(path, "file of targets")
    problems = [unknown("table", name, ["target"]) for name in held if name != "target"]
    entries = held.get("target", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError(f"{path}: 'target' must be a list of tables, each under [[target]].")
    made: list[Target] = []
    for k, entry in enumerate(entries, 1):
        where = f"target {entry.get('id', f'number {k}')}"
        wrong = [f"{where}: {one}" for one in _problems(entry)]
        problems += wrong
        made += [] if wrong else _made(entry)
    ids = [one.id for one in made]
    problems += [f"target {name}: its id is given twice." for name in sorted({i for i in ids if ids.count(i) > 1})]  # fmt: skip
    if problems:
        raise InputError(problems)
    return tuple(made)


def _problems(entry: dict[str, Any]) -> list[str]:
    found = [
        unknown("field", n, (*TEXTS, *SCORED, *OTHERS))
        for n in entry
        if n not in (*TEXTS, *SCORED, *OTHERS)
    ]
    found += [f"'{n}' is missing." for n in TEXTS if not isinstance(entry.get(n), str)]
    choices = {"mark": MARKS, "role": ROLES, "run": tuple(RUNS), "rival": tuple(RIVALS)}
    found += [
        unknown(n, str(entry[n]), allowed)
        for n, allowed in choices.items()
        if n in entry and entry[n] not in allowed
    ]
    found += [unknown("world", str(w), WORLDS) for w in entry.get("worlds", ()) if w not in WORLDS]
    if "missing" in entry:
        return found + [f"'{n}' and 'missing' exclude each other." for n in SCORED if n in entry]
    if entry.get("statistic") not in STATISTICS:
        return [*found, unknown("statistic", str(entry.get("statistic")), STATISTICS)]
    bands = entry.get("by", {"": [entry.get("low"), entry.get("high")]})
    found += [
        f"the band{f' of {c}' if c else ''} must be two numbers, the lower one first, not {band}."
        for c, band in bands.items()
        if not _is_band(band)
    ]
    try:
        for arguments in _arguments(entry, next(iter(bands), "")):
            signature(STATISTICS[entry["statistic"]]).bind(None, **arguments)
    except TypeError as error:
        found.append(f"{entry['statistic']}: {error}.")
    return found


def _is_band(band: Any) -> bool:
    return (
        isinstance(band, list)
        and len(band) == 2
        and all(isinstance(x, int | float) and not isnan(x) for x in band)
        and band[0] < band[1]
    )


def _arguments(entry: dict[str, Any], country: str) -> tuple[dict[str, Any], ...]:
    fixed = {**entry.get("with", {}), **({"country": country} if country else {})}
    years = entry.get("at")
    return tuple({**fixed, "year": year} for year in years) if years else (fixed,)


def _made(entry: dict[str, Any]) -> list[Target]:
    known = [*TEXTS, "statistic", "run", "rival", "missing", "explanation"]
    told: dict[str, Any] = {name: entry[name] for name in known if name in entry}
    if "worlds" in entry:
        told["worlds"] = tuple(entry["worlds"])
    if "missing" in entry:
        return [Target(**told)]
    if "by" not in entry:
        told |= {name: float(entry.get(name, "nan")) for name in ("low", "high", "target")}
        return [Target(**told, arguments=_arguments(entry, ""))]
    made = []
    for country, (low, high) in entry["by"].items():
        own = {"id": f"{entry['id']} {country}", "title": f"{entry['title']}, {country}"}
        if country in entry.get("recalled", ()):
            own["mark"] = "recalled"
        explanation = entry.get("explanation", {})
        if isinstance(explanation, dict):
            own["explanation"] = explanation.get(country, "")
        band = {"low": float(low), "high": float(high), "target": (low + high) / 2}
        made.append(Target(**{**told, **own, **band}, arguments=_arguments(entry, country)))
    return made
