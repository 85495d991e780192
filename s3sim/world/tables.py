"""Reading a table strictly, one message for one cause."""

import csv
import hashlib
import io
import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from s3sim.core.errors import nearest, printable, several
from s3sim.world.arrays import BoolArray, FloatArray
from s3sim.world.encoding import Unreadable, text_of
from s3sim.world.schema import Column

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_HINTS = (
    (r".*[€$£].*|.*\bEUR\b.*", "write the number alone, without a currency"),
    (r".*%\s*", "write the number alone, without a per cent sign"),
    (r"[+-]?\d{1,3}([ ,.'’\u00a0\u2009\u202f]\d{3}){2,}([.,]\d+)?", "write no thousands separators"),
    (r"[+-]?\d{1,3}[ '’\u00a0\u2009\u202f]\d{3}([.,]\d+)?", "write no thousands separators"),
    (r"[+-]?\d{1,3},\d{3}(\.\d+)?", "write no thousands separators, and decimals with a point"),
    (r"[+-]?\d*,\d+", "write decimals with a point"),
)


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


@dataclass(frozen=True, kw_only=True)
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
    broken : frozenset of str
        Columns with mistakes: nothing that follows from them is worth a message.
    """

    file: str
    lines: list[int]
    columns: dict[str, list[Any]]
    sha256: str
    broken: frozenset[str]

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
        return Table(
            file=self.file,
            lines=[self.lines[k] for k in rows],
            columns={name: [values[k] for k in rows] for name, values in self.columns.items()},
            sha256=self.sha256,
            broken=self.broken,
        )


def read(path: Path, schema: tuple[Column, ...], log: Log) -> Table:
    """Read a CSV file (UTF-8, comma, header in the first line).

    Every mistake is told once in `log`, with the number of rows that share it; a value that cannot
    be used is read as empty, so that checking can go on.
    """
    text, header, rows, sound = "", [], [], False
    try:
        text = text_of(path)
        header, rows, sound = _parse(path.name, text, schema, log)
    except Unreadable as reason:
        log.problems.append(f"{path.name} {reason}")
    where = {name: k for k, name in reversed(list(enumerate(header)))}
    broken = set() if sound else {column.name for column in schema}
    columns: dict[str, list[Any]] = {}
    for column in schema:
        k = where.get(column.name)
        if k is None:
            columns[column.name] = [_empty(column)] * len(rows)
            broken |= {column.name} if column.required else set()
            continue
        cells = [row[k].strip() if k < len(row) else "" for _, row in rows]
        values, wrong = _values(cells, column)
        columns[column.name] = values
        broken |= {column.name} if wrong else set()
        for reason, at in wrong.items():
            more = f" ({len(at):,} rows of the kind)" if len(at) > 1 else ""
            seen = reason.replace("@", f"'{visible(cells[at[0]])}'", 1)
            log.problems.append(
                f"{path.name}, row {rows[at[0]][0]}, column '{column.name}'{seen}{more}; "
                f"allowed: {column.rule}."
            )
    lines = [line for line, _ in rows]
    return Table(
        file=path.name, lines=lines, columns=columns, sha256=_sha256(text), broken=frozenset(broken)
    )


def unique(table: Table, columns: tuple[str, ...], log: Log) -> None:
    """Report rows whose key was already used."""
    if table.broken & set(columns):
        return
    seen: dict[tuple[str, ...], int] = {}
    again = []
    for row, key in enumerate(zip(*(table[c] for c in columns), strict=True)):
        if seen.setdefault(key, row) != row:
            again.append((row, key))
    if again:
        row, key = again[0]
        more = f" ({len(again):,} rows repeat others)" if len(again) > 1 else ""
        log.problems.append(
            f"{table.place(row, columns[-1])}: '{', '.join(key)}' stands already in row "
            f"{table.lines[seen[key]]}; every {' and '.join(columns)} is allowed once{more}."
        )


def known(table: Table, column: str, other: Table, name: str, log: Log) -> bool:
    """Report texts of a column that the column `name` of another table lacks; say if all is well.

    Nothing is reported where either column holds mistakes of its own.
    """
    if column in table.broken or name in other.broken:
        return False
    allowed = list(dict.fromkeys(other[name]))
    strange = [value for value in dict.fromkeys(table[column]) if value not in set(allowed)]
    if strange:
        first = strange[0]
        rest = f" Neither are {several(strange[1:])}." if strange[1:] else ""
        log.problems.append(
            f"{table.place(table[column].index(first), column)}: '{visible(first)}' is not in "
            f"{other.file}{nearest(first, allowed) or '.'} Allowed: {_some(allowed)}.{rest}"
        )
    return not strange


def visible(text: str) -> str:
    r"""Return a text in which characters that mislead the eye stand with their code points.

    >>> print(visible("LT01\u200b"), visible("L\u0422"), visible("Vidurio ir vakarų"))
    LT01\u200b LТ (with U+0422 CYRILLIC CAPITAL LETTER TE) Vidurio ir vakarų
    """
    other = [c for c in text if ord(c) > 0x24F and c.isprintable()]
    names = f" (with {_code_point(other[0])})" if other else ""
    return printable(text, 60) + names


def _parse(
    file: str, text: str, schema: tuple[Column, ...], log: Log
) -> tuple[list[str], list[tuple[int, list[str]]], bool]:
    """Return header, rows with their lines, and whether all rows could be used."""
    names = [column.name for column in schema]
    first = text.partition("\n")[0]
    if not text.strip():
        raise Unreadable(f"is empty; its first line must be: {_some(names)}.")
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
    sound = _check_header(file, header, schema, log)
    if not rows:
        log.problems.append(f"{file} has no rows below the header.")
    long = [(at, row) for at, row in rows if any(cell.strip() for cell in row[len(header) :])]
    if long:
        more = f" (as have {len(long) - 1:,} more rows)" if long[1:] else ""
        log.problems.append(
            f"{file}, row {long[0][0]} has {len(long[0][1])} cells, more than the {len(header)} of "
            f"the header{more}; put a text with a comma in double quotes, and write numbers "
            "without thousands separators."
        )
    return header, [r for r in rows if r not in long], bool(sound and rows and not long)


def _check_header(file: str, header: list[str], schema: tuple[Column, ...], log: Log) -> bool:
    names = [column.name for column in schema]
    strange = [name for name in dict.fromkeys(header) if name not in names]
    for name in strange:
        if not name.isprintable():
            found = ", ".join(_code_point(c) for c in name if not c.isprintable())
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
        many = "columns are" if unused[1:] else "column is"
        log.notes.append(f"{file}: {many} not used: {several(unused, 10)}.")
    return True


def _close(name: str, near: str) -> bool:
    """Say whether a name is a slip of the pen for the one named in a hint."""
    other = near.split("'")[1]
    return abs(len(name) - len(other)) <= 2 and name[:1] == other[:1]


def _values(cells: list[str], column: Column) -> tuple[list[Any], dict[str, list[int]]]:
    """Return the values of cells, and the rows of each reason why cells cannot be used."""
    values, wrong = [], {}
    for row, cell in enumerate(cells):
        value, reason = _value(cell, column)
        values.append(value)
        if reason:
            wrong.setdefault(reason, []).append(row)
    return values, wrong


def _value(cell: str, column: Column) -> tuple[Any, str]:
    """Return the value of a cell, and what is wrong with it; `@` stands for the cell."""
    if not cell:
        return _empty(column), " is empty" if column.required else ""
    if column.kind in ("text", "list"):
        if not column.required:
            cell = re.sub(r"[\u00a0\u2000-\u200a\u202f]", " ", cell)
        odd = [c for c in cell if not c.isprintable()]
        if odd:
            return _empty(column), f": @ holds {_code_point(odd[0])}; remove it"
        parts = [part.strip() for part in cell.split(";") if part.strip()]
        if column.allowed and not set(parts) <= set(column.allowed):
            return _empty(column), ": @ is not allowed"
        return (parts if column.kind == "list" else cell), ""
    if not _NUMBER.fullmatch(cell) or not math.isfinite(number := float(cell)):
        hint = next((f"; {text}" for pattern, text in _HINTS if re.fullmatch(pattern, cell)), "")
        return math.nan, f": @ is not a number{hint}"
    if column.kind == "flag" and number not in (0.0, 1.0):
        return math.nan, ": @ is not allowed"
    if not column.low <= number <= column.high:
        percent = (column.low, column.high) == (0.0, 1.0) and 1.0 < number <= 100.0
        return math.nan, ": @ is out of bounds" + (
            "; it looks like per cent, write a share (0.54, not 54)" if percent else ""
        )
    return number, ""


def _empty(column: Column) -> Any:
    if column.kind == "text":
        return ""
    return [] if column.kind == "list" else math.nan


def _code_point(character: str) -> str:
    name = unicodedata.name(character, "a control character")
    return f"U+{ord(character):04X} {name}"


def _some(names: Iterable[str]) -> str:
    names = [printable(name, 40) for name in names]
    return ", ".join(names[:24]) + (", ..." if len(names) > 24 else "")


def _sha256(text: str) -> str:
    return hashlib.sha256("\n".join(text.splitlines()).encode()).hexdigest()
