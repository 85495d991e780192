"""Reading a table and saying everything that is wrong with it."""

import csv
import hashlib
import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from s3sim.core.errors import nearest
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
    """

    file: str
    lines: list[int]
    columns: dict[str, list[Any]]
    sha256: str

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
        return Table(self.file, [self.lines[k] for k in rows], picked, self.sha256)


def read(path: Path, schema: tuple[Column, ...], problems: list[str]) -> Table:
    """Read a CSV file (UTF-8, comma, header in the first row).

    Every mistake is appended to `problems`, one sentence each; a value that cannot be used is
    read as empty, so that checking can go on.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""))
        header = [cell.strip() for cell in next(reader, [])]
        rows = [(reader.line_num, row) for row in reader if any(row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problems.append(f"{path.name} cannot be read as a UTF-8 CSV file: {error}.")
        text, header, rows = "", [], []
    else:
        _check_header(path.name, header, schema, problems)
        if not rows:
            problems.append(f"{path.name} has no rows below the header.")
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
    return Table(path.name, [line for line, _ in rows], columns, _sha256(text))


def unique(table: Table, columns: tuple[str, ...], problems: list[str]) -> None:
    """Report rows whose key was already used."""
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


def known(table: Table, column: str, allowed: list[str], where: str, problems: list[str]) -> None:
    """Report texts that another table does not have."""
    names = set(allowed)
    for row, value in enumerate(table[column]):
        if value and value not in names:
            problems.append(
                f"{table.place(row, column)}: '{value}' is not in {where}"
                f"{nearest(value, allowed)}. Allowed: {_some(allowed)}."
            )


def _check_header(
    file: str, header: list[str], schema: tuple[Column, ...], problems: list[str]
) -> None:
    names = [column.name for column in schema]
    for column in schema:
        if column.required and column.name not in header:
            problems.append(
                f"{file} has no column '{column.name}'{_near(column.name, header, names)} "
                f"Allowed there: {column.rule}."
            )
    for name in dict.fromkeys(header):
        if header.count(name) > 1 and name in names:
            problems.append(f"{file} has column '{name}' more than once.")
        hint = nearest(name, [n for n in names if n not in header])
        if name not in names and hint:
            problems.append(f"{file}: unknown column '{name}'{hint}")


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
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        problems.append(f"{place}: '{cell}' is not a number; allowed: {column.rule}.")
    elif column.kind == "flag" and number not in (0.0, 1.0):
        problems.append(f"{place}: '{cell}' is not allowed; allowed: {column.rule}.")
    elif not column.low <= number <= column.high:
        problems.append(f"{place}: {cell} is out of bounds; allowed: {column.rule}.")
    else:
        return number
    return math.nan


def _empty(column: Column) -> Any:
    if column.kind == "text":
        return ""
    return [] if column.kind == "list" else math.nan


def _some(names: list[str]) -> str:
    return ", ".join(names[:24]) + (", ..." if len(names) > 24 else "")


def _sha256(text: str) -> str:
    return hashlib.sha256("\n".join(text.splitlines()).encode()).hexdigest()
