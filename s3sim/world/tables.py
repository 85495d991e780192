"""Reading a table strictly, one message for one cause."""

import hashlib
import math
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from s3sim.core.arrays import Bools, Floats
from s3sim.core.errors import nearest, several
from s3sim.world.csv_file import Log, Unreadable, code_point, parse, some, text_of, visible
from s3sim.world.schema import Column

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_HINTS = (
    (r".*[€$£].*|.*\bEUR\b.*", "write the number alone, without a currency"),
    (r".*%\s*", "write the number alone, without a per cent sign"),
    (
        r"[+-]?\d{1,3}([ ,.'’\u00a0\u2009\u202f]\d{3}){2,}([.,]\d+)?",
        "write no thousands separators",
    ),
    (r"[+-]?\d{1,3}[ '’\u00a0\u2009\u202f]\d{3}([.,]\d+)?", "write no thousands separators"),
    (r"[+-]?\d{1,3},\d{3}(\.\d+)?", "write no thousands separators, and decimals with a point"),
    (r"[+-]?\d*,\d+", "write decimals with a point"),
)


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

    def numbers(self, column: str, default: Floats | float = math.nan) -> Floats:
        """Return a column of numbers, Floats [n]; empty cells hold the default."""
        values = np.array(self.columns[column], dtype=np.float64)
        return np.where(np.isnan(values), default, values)

    def flags(self, column: str) -> Bools:
        """Return a column of flags, Bools [n]; empty cells are False."""
        set_: Bools = self.numbers(column, 0.0) > 0
        return set_

    def texts(self, column: str, default: list[str]) -> list[str]:
        """Return a column of texts; empty cells hold the default of their row."""
        return [own or other for own, other in zip(self.columns[column], default, strict=True)]

    def place(self, row: int, column: str) -> str:
        """Return where a value stands, for a message."""
        return f"{self.file}, row {self.lines[row]}, column '{column}'"

    def select(self, rows: list[int]) -> "Table":
        """Return some rows."""
        columns = {name: [values[k] for k in rows] for name, values in self.columns.items()}
        return replace(self, lines=[self.lines[k] for k in rows], columns=columns)


def read(path: Path, schema: tuple[Column, ...], log: Log) -> Table:
    """Read a CSV file (UTF-8, comma, header in the first line).

    Every mistake is told once in `log`, with the number of rows that share it; a value that cannot
    be used is read as empty, so that checking can go on.
    """
    text, sound = "", False
    header: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    try:
        text = text_of(path)
        header, rows, sound = parse(path.name, text, schema, log)
    except Unreadable as why:
        log.problems.append(f"{path.name} {why}")
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
        values, wrong = columns.setdefault(column.name, []), dict[str, list[int]]()
        for row, cell in enumerate(cells):
            value, reason = _value(cell, column)
            values.append(value)
            if reason:
                wrong.setdefault(reason, []).append(row)
                broken.add(column.name)
        for reason, at in wrong.items():
            more = f" ({len(at):,} rows of the kind)" if len(at) > 1 else ""
            told = visible(cells[at[0]])
            seen = reason.replace("@", f"'{told}'", 1).replace("#", told, 1)
            log.problems.append(
                f"{path.name}, row {rows[at[0]][0]}, column '{column.name}'{seen}{more}; "
                f"allowed: {column.rule}."
            )
    sha256 = hashlib.sha256("\n".join(text.splitlines()).encode()).hexdigest()
    lines = [line for line, _ in rows]
    return Table(
        file=path.name, lines=lines, columns=columns, sha256=sha256, broken=frozenset(broken)
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
            f"{table.place(row, columns[-1])}: '{', '.join(filter(None, key))}' stands already in row "
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
            f"{other.file}{nearest(first, allowed) or '.'} Allowed: {some(allowed)}.{rest}"
        )
    return not strange


def _value(cell: str, column: Column) -> tuple[Any, str]:
    """Return the value of a cell, and what is wrong with it; `@` and `#` stand for the cell, quoted and not."""
    if not cell:
        return _empty(column), " is empty" if column.required else ""
    if column.kind in ("text", "list"):
        if not column.required:
            cell = re.sub(r"[\u00a0\u2000-\u200a\u202f]", " ", cell)
        odd = [c for c in cell if not c.isprintable()]
        if odd:
            return _empty(column), f": @ holds {code_point(odd[0])}; remove it"
        parts = [part.strip() for part in cell.split(";") if part.strip()]
        if column.allowed and not set(parts) <= set(column.allowed):
            hint = nearest(cell, column.allowed).rstrip("?")
            return _empty(column), f": @ is not allowed{hint}"
        return (parts if column.kind == "list" else cell), ""
    if not _NUMBER.fullmatch(cell) or not math.isfinite(number := float(cell)):
        hint = next((f"; {text}" for pattern, text in _HINTS if re.fullmatch(pattern, cell)), "")
        return math.nan, f": @ is not a number{hint}"
    if column.kind == "flag" and number not in (0.0, 1.0):
        return math.nan, ": @ is not allowed"
    if not column.low <= number <= column.high:
        percent = (column.low, column.high) == (0.0, 1.0) and 1.0 < number <= 100.0
        return math.nan, ": # is out of bounds" + (
            "; it looks like per cent, write a share (0.54, not 54)" if percent else ""
        )
    return number, ""


def _empty(column: Column) -> Any:
    if column.kind == "text":
        return ""
    return [] if column.kind == "list" else math.nan
