"""Regions by any of their names: native or English, of any NUTS level or vintage."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from s3sim.core.errors import InputError, nearest, printable, several

PLACES = Path(__file__).resolve().parent / "data" / "places.csv"

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "æ": "ae", "đ": "d", "œ": "oe"})
_SORT = re.compile(
    r"\b(lan|apskritis|county|voivodeship|wojewodztwo|maakond|maakunta|region|amt|kreis)\b"
)
"""Words that say what sort of territory it is; names are found with and without them."""


@dataclass(frozen=True)
class Place:
    """A name of a territory and the NUTS 2 regions of the 46 that it is, lies in or consists of.

    `kind` is "NUTS 2", "NUTS 3", "county", "country" or "former code"; `language` is "native",
    "English" or "Swedish".
    """

    name: str
    code: str
    kind: str
    language: str
    regions: tuple[str, ...]


@cache
def places() -> tuple[Place, ...]:
    """Return all names that are known."""
    with PLACES.open(encoding="utf-8", newline="") as file:
        return tuple(
            Place(row["place"], row["code"], row["kind"], row["language"], tuple(row["regions"].split()))
            for row in csv.DictReader(file)
        )  # fmt: skip


def search(text: str) -> list[Place]:
    """Return the places whose name or code is, starts with or contains a text, best first.

    Case, accents and words such as "län" or "county" do not count.

    >>> [place.regions for place in search("vasternorrland")][0]
    ('SE32',)
    """
    wanted = folded(text)
    if not wanted:
        return []
    ranked = []
    for k, place in enumerate(places()):
        names = {folded(place.name), place.code.casefold()}
        rank = (
            0 if wanted in names
            else 1 if any(name.startswith(wanted) for name in names)
            else 2 if len(wanted) > 2 and any(wanted in name for name in names)
            else None
        )  # fmt: skip
        if rank is not None:
            ranked.append((rank, k, place))
    return [place for _, _, place in sorted(ranked, key=lambda found: found[:2])]


def region_codes(names: Iterable[str]) -> tuple[str, ...]:
    """Return the NUTS 2 codes of the regions that are named, in order, each once.

    Parameters
    ----------
    names : iterable of str
        Codes of any NUTS level (``SE3``, ``SE32``, ``SE321``) or vintage (``PL34``), or names. A
        part of a region stands for the region, a larger territory for all its regions.

    Raises
    ------
    InputError
        With every name that is unknown (and the nearest one) or has several meanings.
    """
    found: list[str] = []
    problems = []
    for name in names:
        codes = _by_code(name) or _by_name(name)
        if isinstance(codes, str):
            problems.append(codes)
        else:
            found += codes
    if problems:
        raise InputError(problems)
    return tuple(dict.fromkeys(found))


def english(code: str) -> str:
    """Return the English name of a region, or an empty string where it has none of its own."""
    mine = (p.name for p in places() if p.regions == (code,) and p.code == code)
    named = [p for p in places() if p.code == code and p.language == "English"]
    return named[0].name if named else next(mine, "")


def parts(code: str) -> list[str]:
    """Return the native names of the NUTS 3 regions of a region."""
    return [
        p.name for p in places()
        if p.kind == "NUTS 3" and p.language == "native" and p.regions == (code,)
    ]  # fmt: skip


def folded(text: str) -> str:
    """Return a name without case, accents, punctuation and the sort of territory.

    >>> folded("Västernorrlands län"), folded("Świętokrzyskie"), folded("Ida-Viru county")
    ('vasternorrlands', 'swietokrzyskie', 'ida viru')
    """
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.sub(r"[^0-9a-z]+", " ", plain)
    return " ".join((_SORT.sub(" ", words) if _SORT.sub(" ", words).strip() else words).split())


def _by_code(name: str) -> Sequence[str]:
    """Return the regions of a code: an own one, a former one, part of one, or a larger unit."""
    wanted = name.strip().upper()
    if not re.fullmatch(r"[A-Z]{2}[0-9A-Z]{0,3}", wanted):
        return ()
    known = [place for place in places() if place.code == wanted]
    if known:
        return known[0].regions
    larger = [p.regions[0] for p in places() if p.kind == "NUTS 2" and p.code.startswith(wanted)]
    return (
        tuple(dict.fromkeys(larger)) if any(c.isdigit() for c in wanted) or len(wanted) == 2 else ()
    )


def _by_name(name: str) -> Sequence[str] | str:
    """Return the regions of a name, or what is wrong with it."""
    wanted = folded(name)
    exact = [place for place in places() if folded(place.name) == wanted and wanted]
    matches = exact or [p for p in search(name) if folded(p.name).startswith(wanted)]
    meanings = dict.fromkeys(place.regions for place in matches)
    if len(meanings) == 1:
        return next(iter(meanings))
    if meanings:
        said = several((f"{p.name} ({' '.join(p.regions)})" for p in matches), most=6)
        return f"region '{printable(name, 60)}' can be {said}; give the code that you mean."
    hint = nearest(name, [place.name for place in places()])
    return (
        f"unknown region '{printable(name, 60)}'{hint or '.'} Give a NUTS code or a name of a region "
        "of the Baltic Sea Region; `s3sim describe regions` lists them."
    )
