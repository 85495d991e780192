"""From a file's bytes to its text, header and rows, or one sentence why not."""

import csv
import io
import stat
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from s3sim.core.errors import nearest, printable, reason, several
from s3sim.world.schema import Column

LARGEST = 50_000_000
"""Bytes of a table at most."""

_LETTERS = set("äöüßåæøÄÖÜÅÆØéÉčėęįšųūžāēģīķļņąćłńóśźżõČĖĘĮŠŲŪŽĀĒĢĪĶĻŅĄĆŁŃÓŚŹŻÕ")
_ENCODINGS = {
    "cp1252": "Windows-1252 (western)",
    "cp1257": "Windows-1257 (Baltic)",
    "cp1250": "Windows-1250 (central European)",
}


_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


@dataclass
class Log:
    """What reading found.

    Parameters
    ----------
    problems : list of str
        Mistakes, one sentence a cause.
    notes : list of str
        What is not used or was filled in.
    """

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Unreadable(ValueError):
    """Why a file is no table: a predicate that follows the name of the file."""


def text_of(path: Path) -> str:
    """Return the text of a UTF-8 file, line ends as newlines.

    Raises
    ------
    Unreadable
        If it is no regular file, too large, or not UTF-8; the likely encoding is named.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise Unreadable("cannot be read: it is not a regular file.")
        if about.st_size > LARGEST:
            raise Unreadable(f"cannot be read: it is larger than {LARGEST // 1_000_000} MB.")
        raw = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"cannot be read: {reason(error)}.") from None
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or raw[1:2] == b"\0":
        raise Unreadable("cannot be read: it looks like UTF-16; save it as CSV UTF-8.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            f"cannot be read as UTF-8 (line {line}, byte 0x{raw[error.start]:02X}): it looks like "
            f"{_likely(raw)}; save it as CSV UTF-8."
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _likely(raw: bytes) -> str:
    """Return the encodings that give the most letters of the languages around the Baltic Sea."""
    score = {}
    for encoding in _ENCODINGS:
        text = raw.decode(encoding, errors="replace")
        score[encoding] = sum(1 if c in _LETTERS else -1 for c in text if ord(c) > 127)
    best = max(score.values())
    return " or ".join(_ENCODINGS[e] for e, points in score.items() if points == best)


def visible(text: str) -> str:
    r"""Return a text in which characters that mislead the eye stand with their code points.

    >>> print(visible("LT01\u200b"), visible("L\u0422"), visible("Vidurio ir vakarų"))
    LT01\u200b LТ (with U+0422 CYRILLIC CAPITAL LETTER TE) Vidurio ir vakarų
    """
    other = [c for c in text if ord(c) > 0x24F and c.isprintable()]
    names = f" (with {code_point(other[0])})" if other else ""
    return printable(text, 60) + names


def parse(
    file: str, text: str, schema: tuple[Column, ...], log: Log
) -> tuple[list[str], list[tuple[int, list[str]]], bool]:
    """Return header, rows with their lines, and whether all rows could be used."""
    names = [column.name for column in schema]
    first = text.partition("\n")[0]
    if not text.strip():
        raise Unreadable(f"is empty; its first line must be: {some(names)}.")
    if first.startswith("#") or first.lower().startswith("sep=") or not first.strip(" ,;\t"):
        raise Unreadable(f"has '{printable(first, 60)}' in line 1; the header must stand there.")
    for sign, word in _SEPARATORS.items():
        cells = {cell.strip(' "').casefold() for cell in first.split(sign)}
        if len(cells & set(names)) > 1 and first.count(sign) > first.count(","):
            raise Unreadable(f"is separated by {word}; save it with commas.")
    reader = csv.reader(io.StringIO(text), strict=True)
    rows: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for row in reader:
            if reader.line_num > line:
                raise Unreadable(
                    f"has a line break inside quotes, lines {line} to {reader.line_num}: "
                    f"a quote is opened in line {line} and not closed there."
                )
            if any(cell.strip() for cell in row):
                rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(
            f'has a quote (") in line {line} that is not closed, or text beside it ({error}).'
        ) from None
    header = [cell.strip() for cell in rows[0][1]]
    rows = rows[1:]
    while header and not header[-1] and all(len(r) < len(header) or not r[-1] for _, r in rows):
        header.pop()
    required = [column.name for column in schema if column.required]
    if not {name.casefold() for name in header} & set(required) and header[0].isprintable():
        raise Unreadable(
            f"begins with '{printable(first, 60)}'; its first line must be: {some(names)}."
        )
    sound = _check_header(file, header, schema, log)
    if not rows:
        log.problems.append(f"{file} has no rows below the header.")
    needed = max(
        (header.index(c.name) for c in schema if c.required and c.name in header), default=0
    )
    long = [(at, row) for at, row in rows if any(cell.strip() for cell in row[len(header) :])]
    short = [(at, row) for at, row in rows if len(row) <= needed]
    advice = (
        "put a text with a comma in double quotes, and write numbers without thousands separators.",
        "was the file cut off there?",
    )
    for wrong, word, advised in zip((long, short), ("more", "fewer"), advice, strict=True):
        if wrong:
            at, row = wrong[0]
            more = f" (as have {len(wrong) - 1:,} more rows)" if wrong[1:] else ""
            log.problems.append(
                f"{file}, row {at} has {len(row)} cells, {word} than the {len(header)} of the "
                f"header{more}; {advised}"
            )
    lost = {at for at, _ in (*long, *short)}
    return header, [r for r in rows if r[0] not in lost], bool(sound and rows and not lost)


def _check_header(file: str, header: list[str], schema: tuple[Column, ...], log: Log) -> bool:
    names = [column.name for column in schema]
    strange = [name for name in dict.fromkeys(header) if name not in names]
    for name in strange:
        if not name.isprintable():
            found = ", ".join(code_point(c) for c in name if not c.isprintable())
            log.problems.append(f"{file}: the header '{visible(name)}' holds {found}; remove it.")
            return False
    lower = [name for name in strange if name.casefold() in names]
    if lower:
        log.problems.append(f"{file}: write {several(lower)} in the header in lower case.")
        return False
    for name in dict.fromkeys(header):
        if header.count(name) > 1 and name in names:
            log.problems.append(f"{file} has column '{name}' more than once.")
            return False
    missing = [column for column in schema if column.required and column.name not in header]
    if missing:
        many = "columns" if missing[1:] else "column"
        named = several([column.name for column in missing])
        hint = nearest(missing[0].name, strange) or "."
        rule = f" Allowed there: {missing[0].rule}." if not missing[1:] else ""
        log.problems.append(f"{file} has no {many} {named}{hint}{rule}")
    unused = []
    for name in strange:
        near = nearest(name, [c.name for c in schema if not c.required and c.name not in header])
        if near and not missing and len(name) > 4 and _close(name, near):
            log.problems.append(f"{file}: unknown column '{visible(name)}'{near}")
        else:
            unused.append(name or "(without a name)")
    if unused:
        many = "columns" if unused[1:] else "column"
        log.notes.append(f"{file}: {many} {several(unused, 10)} not used.")
    return True


def _close(name: str, near: str) -> bool:
    """Say whether a name is a slip of the pen for the one named in a hint."""
    other = near.split("'")[1]
    return abs(len(name) - len(other)) <= 2 and name[:1] == other[:1]


def code_point(character: str) -> str:
    """Return a character's code point and name."""
    name = unicodedata.name(character, "a control character")
    return f"U+{ord(character):04X} {name}"


def some(names: Iterable[str]) -> str:
    """Return the first names of what is allowed."""
    names = [printable(name, 40) for name in names]
    return ", ".join(names[:24]) + (", ..." if len(names) > 24 else "")
