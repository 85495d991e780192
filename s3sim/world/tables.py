"""Reading a table and saying everything that is wrong with it."""

import csv
import hashlib
import io
import math
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from s3sim.core.errors import nearest, shortened
from s3sim.world.arrays import BoolArray, FloatArray
from s3sim.world.schema import Column


@dataclass(frozen=True)
class Table:
    """A table that was read, column by column.

    Parameters
    ----------
    file : str
        Name of the file, for messages.
    lines : list of int [n]
        Line of each row in the file, counted from 1 with the header as line 1.
    columns : dict of str to list [n]
        Values: float (nan if empty), str, or list of str.
    sha256 : str
        Of the text of the file, whatever its line ends.
    broken : bool
        True if the file as a whole could not be used: what follows from that is not said again.
    """

    file: str
    lines: list[int]
    columns: dict[str, list[Any]]
    sha256: str
    broken: bool = False

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, column: str) -> list[Any]:
        return self.columns[column]

    def numbers(self, column: str, default: FloatArray | float = math.nan) -> FloatArray:
        """Return a column of numbers, FloatArray [n]; empty cells hold the default."""
        values = np.array(self.columns[column], dtype=np.float64)
        return np.where(np.isnan(values), default, values)

    def flags(self, column: str) -> BoolArray:
        """Return a column of flags, BoolArray [n]; empty cells are False."""
        set_: BoolArray = self.numbers(column, 0.0) > 0
        return set_

    def texts(self, column: str, default: list[str]) -> list[str]:
        """Return a column of texts; empty cells hold the default of their row."""
        return [own or other for own, other in zip(self.columns[column], default, strict=True)]

    def place(self, row: int, column: str) -> str:
        """Return where a value stands, for a message."""
        return f"{self.file}, row {self.lines[row]}, column '{column}'"

    def select(self, rows: list[int]) -> "Table":
        """Return some rows."""
        picked = {name: [values[k] for k in rows] for name, values in self.columns.items()}
        return Table(self.file, [self.lines[k] for k in rows], picked, self.sha256, self.broken)


MOST_BYTES = 64 * 2**20
"""Largest table that is read; that of 1,000 regions and 100 domains takes a tenth."""

_INVISIBLE = re.compile("[\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2064\\ufeff]")
_CONTROL = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_AS_WRITTEN = re.compile(r"[+-]?[0-9][0-9.,' \u00a0\u202f]*[0-9]|[0-9]")
_CODEPAGES = {"cp1257": "Windows-1257 (Baltic)", "cp1252": "Windows-1252 (Western)"}
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def read(path: Path, schema: tuple[Column, ...], problems: list[str], notes: list[str]) -> Table:
    """Read a CSV file (UTF-8, comma, header in the first row), strictly.

    Every mistake is appended to `problems`, one sentence a cause; what is wrong with a file as a
    whole (its encoding, its separator, an open quote) is the only thing said of it, and the table
    that is returned is `broken`. A value that cannot be used is read as empty, so that checking
    can go on. What is read but not used is told in `notes`.
    """
    text, wrong = _text_of(path)
    header: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    if not wrong:
        header, rows, wrong = _cells(path.name, text, schema)
    if wrong:
        problems.append(wrong)
    else:
        _check_header(path.name, header, schema, problems, notes)
        if not rows:
            problems.append(f"{path.name} has no rows below the header.")
        if schema[0].name not in header:  # what names the rows
            wrong = "no key"
    where = {name: k for k, name in reversed(list(enumerate(header)))}
    columns: dict[str, list[Any]] = {}
    for column in schema:
        k = where.get(column.name)
        values: list[Any] = []
        for line, row in rows:
            if k is None:
                values.append(_empty(column))
                continue
            cell = row[k].strip() if k < len(row) else ""
            place = f"{path.name}, row {line}, column '{column.name}'"
            values.append(_value(cell, column, place, problems))
        columns[column.name] = values
    return Table(path.name, [line for line, _ in rows], columns, _sha256(text), bool(wrong))


def _text_of(path: Path) -> tuple[str, str]:
    """Return the text of a file, and what is wrong with it."""
    name = path.name
    try:
        if not path.exists():
            return "", f"{name} does not exist in {path.parent}."
        if not path.is_file():
            return "", f"{name} is not a file."
        if path.stat().st_size > MOST_BYTES:
            return "", f"{name} has more than {MOST_BYTES // 2**20} MiB; it is no table of regions."
        raw = path.read_bytes()
    except OSError as error:
        return "", f"{name} cannot be read: {error.strerror or error}."
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in raw[:1000]:
        return "", f"{name} is not in UTF-8 but probably in UTF-16; save it as 'CSV UTF-8'."
    try:
        return raw.decode("utf-8-sig"), ""
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        likely = " or ".join(label for code, label in _CODEPAGES.items() if _decodes(raw, code))
        probably = f", probably in {likely}" if likely else ""
        return "", f"{name}, row {row}: not in UTF-8{probably}; save it as 'CSV UTF-8'."


def _decodes(raw: bytes, code: str) -> bool:
    try:
        raw.decode(code)
    except UnicodeDecodeError:
        return False
    return True


def _cells(
    name: str, text: str, schema: tuple[Column, ...]
) -> tuple[list[str], list[tuple[int, list[str]]], str]:
    """Return header and rows of a text, and what is wrong with it as a whole."""
    first = text.splitlines()[0] if text.strip() else ""
    for kind, pattern in (("invisible", _INVISIBLE), ("control", _CONTROL)):
        if hidden := pattern.search(text):
            row = text.count("\n", 0, hidden.start()) + 1
            letter = hidden.group()
            called = unicodedata.name(letter, "no letter")
            times = len(pattern.findall(text))
            often = f" ({times} such characters in the file)" if times > 1 else ""
            return (
                [],
                [],
                (
                    f"{name}, row {row}: holds the {kind} character U+{ord(letter):04X} ({called}){often}; "
                    "delete it, or type the cell anew."
                ),
            )
    if first.lstrip().startswith("#") or re.fullmatch(r"\W*sep=.\W*", first.strip().lower()):
        return (
            [],
            [],
            f"{name} begins with '{first[:40]}'; the header must be the first row, delete what stands above it.",
        )
    known = {column.name for column in schema}
    if len(known) > 1:
        for separator, called in _SEPARATORS.items():
            if first.count(separator) > first.count(","):
                return [], [], f"{name} is separated by {called}; save it with commas."
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    began = 1
    try:
        header = [cell.strip() for cell in next(reader, [])]
        began = reader.line_num + 1
        for cells in reader:
            if any(cells):
                rows.append((began, cells))
            began = reader.line_num + 1
    except csv.Error as error:
        said = "a quote is opened and not closed" if "unexpected end" in str(error) else str(error)
        return [], [], f"{name}, row {began}: {said}; a quote inside a text is written twice."
    for line, cells in rows:
        if len(cells) > len(header):
            said = (
                f"{name}, row {line} has {len(cells)} cells for {len(header)} columns; write numbers without "
                "thousands separators, and texts with a comma in double quotes."
            )
            return [], [], said
    return header, rows, ""


def unique(table: Table, columns: tuple[str, ...], problems: list[str]) -> None:
    """Report rows whose key was already used."""
    if table.broken:
        return
    seen: dict[tuple[str, ...], int] = {}
    for row, key in enumerate(zip(*(table[c] for c in columns), strict=True)):
        if key in seen:
            value = ", ".join(key)
            problems.append(
                f"{table.place(row, columns[-1])}: '{value}' stands already in row "
                f"{table.lines[seen[key]]}; every {' and '.join(columns)} is allowed once."
            )
        else:
            seen[key] = row


def known(
    table: Table, column: str, other: Table, problems: list[str], *, key: str | None = None
) -> None:
    """Report texts that another table does not have, once each with its rows."""
    if table.broken or other.broken:
        return
    allowed: list[str] = other[key or column]
    names = set(allowed)
    missing: dict[str, list[int]] = {}
    for row, value in enumerate(table[column]):
        if value and value not in names:
            missing.setdefault(value, []).append(table.lines[row])
    for value, rows in missing.items():
        more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
        problems.append(
            f"{table.file}, row {rows[0]}{more}, column '{column}': '{value}' is not in {other.file}"
            f"{nearest(value, allowed)}. Allowed: {_some(allowed)}."
        )


def _check_header(
    file: str, header: list[str], schema: tuple[Column, ...], problems: list[str], notes: list[str]
) -> None:
    names = [column.name for column in schema]
    small = {name: name.lower() for name in header if name.lower() in names and name not in names}
    if small:
        listed = ", ".join(f"'{name}' as '{low}'" for name, low in small.items())
        problems.append(f"{file}: columns are written in small letters; write {listed}.")
        return
    for column in schema:
        if column.required and column.name not in header:
            problems.append(
                f"{file} has no column '{column.name}'{_near(column.name, header, names)} "
                f"Allowed there: {column.rule}."
            )
    unused = []
    for name in dict.fromkeys(header):
        if header.count(name) > 1 and name in names:
            problems.append(f"{file} has column '{name}' more than once.")
        if name in names:
            continue
        if hint := nearest(name, [n for n in names if n not in header]):
            problems.append(f"{file}: unknown column '{name}'{hint}")
        else:
            unused.append(f"'{name}'")
    if unused:
        left = [name for name in names if name not in header]
        could = f"; columns that could stand there: {', '.join(left)}" if left else ""
        notes.append(f"{file}: not used: {_some(unused)}{could}.")


def _near(name: str, header: list[str], names: list[str]) -> str:
    hint = nearest(name, [h for h in header if h not in names])
    return hint if hint else "."


def _value(cell: str, column: Column, place: str, problems: list[str]) -> Any:
    if not cell:
        if column.required:
            problems.append(f"{place} is empty; allowed: {column.rule}.")
        return _empty(column)
    if column.kind == "text":
        if column.allowed and cell not in column.allowed:
            problems.append(f"{place}: '{cell}' is not allowed; allowed: {column.rule}.")
        return cell
    if column.kind == "list":
        parts = [part.strip() for part in cell.split(";") if part.strip()]
        for part in parts:
            if column.allowed and part not in column.allowed:
                problems.append(f"{place}: '{part}' is not allowed; allowed: {column.rule}.")
        return parts
    number = float(cell) if _NUMBER.fullmatch(cell) else math.nan
    shown = shortened(cell, 40)
    if not math.isfinite(number):
        problems.append(f"{place}: '{shown}' is not a number{_hint(cell)}; allowed: {column.rule}.")
    elif column.kind == "flag" and number not in (0.0, 1.0):
        problems.append(f"{place}: '{shown}' is not allowed; allowed: {column.rule}.")
    elif not column.low <= number <= column.high:
        share = (column.low, column.high) == (0.0, 1.0) and 1.0 < number <= 100.0
        hint = f" (a share: {number:g} % is {number / 100:g})" if share else ""
        problems.append(f"{place}: {shown} is out of bounds; allowed: {column.rule}{hint}.")
    else:
        return number
    return math.nan


def _hint(cell: str) -> str:
    """Return how to write what looks like a number of another country or program."""
    bare = cell.strip("€$%£ \u00a0").removesuffix("EUR").removeprefix("EUR").strip()
    if _NUMBER.fullmatch(bare):
        return f" (write {bare}, without a unit)"
    if _AS_WRITTEN.fullmatch(bare):
        return " (write it without thousands separators and with a decimal point)"
    return " (leave the cell empty where nothing is known)" if cell in (":", "-", "n/a") else ""


def _empty(column: Column) -> Any:
    if column.kind == "text":
        return ""
    return [] if column.kind == "list" else math.nan


def _some(names: list[str]) -> str:
    return ", ".join(names[:24]) + (", ..." if len(names) > 24 else "")


def _sha256(text: str) -> str:
    return hashlib.sha256("\n".join(text.splitlines()).encode()).hexdigest()
