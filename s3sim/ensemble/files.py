"""Files that appear whole or not at all, and folders that belong to one command at a time."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Any

import pandas as pd

from s3sim.core.errors import InputError

LOCK = ".lock"
TEMPORARY = re.compile(r"\.s3sim-.+-[0-9a-f]{8}\.part")
"""Names of files that `writing` has not finished; no one else gives such names."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the start of a formula in a cell of text."""


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; at the end of the block it takes its name.

    The file and its folder are synced to the disk first. Whatever goes wrong, `path` keeps what it
    held, the temporary file is removed, and an OSError names `path`.
    """
    part = path.with_name(f".s3sim-{path.name}-{os.urandom(4).hex()}.part")
    try:
        part.open("xb").close()
        yield part
        sync(part)
        part.replace(path)
        sync(path.parent)
    except BaseException as error:
        with suppress(OSError):
            part.unlink()
        if isinstance(error, OSError):
            error.filename = str(path)
        raise


def sync(path: Path) -> None:
    """Have a file or folder written to the disk, where the system can."""
    folder = path.is_dir()
    try:
        number = os.open(path, os.O_RDONLY if folder else os.O_RDWR)
    except OSError:  # folders cannot be opened on Windows
        if folder:
            return
        raise
    try:
        os.fsync(number)
    except OSError:
        if not folder:
            raise
    finally:
        os.close(number)


def remove_unfinished(folder: Path) -> None:
    """Remove what a killed command left of `writing` in a folder that is locked by this one."""
    for path in folder.iterdir():
        if TEMPORARY.fullmatch(path.name) and not path.is_symlink():
            path.unlink()


def write_json(value: Mapping[str, Any], path: Path) -> None:
    """Write a mapping as indented JSON; it appears whole or not at all."""
    with writing(path) as part:
        part.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def write_csv(frame: pd.DataFrame, path: Path, float_format: str | None = None) -> None:
    """Write a table as CSV; text that a spreadsheet would run as a formula begins with a '."""
    text = [name for name in frame if frame[name].dtype == object or frame[name].dtype == "str"]
    safe = frame.assign(**{str(name): frame[name].map(harmless) for name in text})
    with writing(path) as part:
        safe.to_csv(
            part, index=False, float_format=float_format, lineterminator="\n", encoding="utf-8"
        )


def harmless(cell: Any) -> Any:
    """Return a cell that no spreadsheet runs.

    >>> harmless("=1+1"), harmless("-"), harmless("food"), harmless(-1)
    ("'=1+1", '-', 'food', -1)
    """
    return f"'{cell}" if _is_formula(cell) else cell


def _is_formula(cell: Any) -> bool:
    # Cells that begin with the sign that makes others harmless get a second one.
    return isinstance(cell, str) and len(cell) > 1 and cell.lstrip("'").startswith(FORMULA)


def read_csv(path: Path) -> pd.DataFrame:
    """Return a table that `write_csv` wrote, cell by cell as it was: 'NA' and 'null' are text."""
    frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
    for name in frame:
        if frame[name].dtype == object or frame[name].dtype == "str":
            frame[name] = frame[name].map(_as_it_was)
    return frame


def _as_it_was(cell: Any) -> Any:
    marked = isinstance(cell, str) and cell.startswith("'") and _is_formula(cell[1:])
    return cell[1:] if marked else cell


def refuse_link(path: Path) -> None:
    """Refuse a symbolic link where a file or folder of our own is to be written.

    Raises InputError if `path` is one: what it points to is not ours.
    """
    if path.is_symlink():
        raise InputError(f"{path} is a symbolic link; remove it or name another folder.")


def locked(folder: Path) -> IO[str]:
    """Return an open lock file; it is free again when it is closed, or its process ends however.

    Raises InputError if another process holds it.
    """
    refuse_link(folder / LOCK)
    file = (folder / LOCK).open("a")
    try:
        _lock(file)
    except (BlockingIOError, PermissionError):
        file.close()
        raise InputError(
            f"{folder} is in use by another command; wait for it or name another folder."
        ) from None
    except OSError:  # some network file systems know no locks
        os.utime(folder / LOCK)
    return file


def _lock(file: IO[str]) -> None:
    """Lock an open file for this process, or raise OSError at once."""
    try:
        fcntl: Any = import_module("fcntl")
    except ImportError:  # on Windows
        msvcrt: Any = import_module("msvcrt")
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
