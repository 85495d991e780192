"""The one reader of TOML files: bounded, and clear about what is wrong."""

import tomllib
from pathlib import Path
from typing import Any

from s3sim.core.errors import InputError, reason

MOST_BYTES = 1_000_000
MOST_DEPTH = 8
"""Tables within tables; the deepest that is read has two."""

_ESCAPES = ("hex value", "Unescaped", "escape")


def read_toml(path: Path | str, what: str = "file") -> dict[str, Any]:
    r"""Return what a TOML file holds.

    Parameters
    ----------
    path : path
        A file of at most 1 MB in UTF-8, with or without a byte order mark.
    what : str
        What to call it in a message, as in "scenario file".

    Raises InputError if it is no file, cannot be read, is too large or too deep, or is not TOML
    (with line and column, and a hint where a ``\`` in double quotes is the likely cause).
    """
    path = Path(path)
    if not path.exists():
        raise InputError(f"{what} {path} does not exist.")
    if not path.is_file():  # a folder, or a pipe that would never end
        raise InputError(f"{what} {path} is not a file.")
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise InputError(f"{what} {path} is larger than {MOST_BYTES // 1_000_000} MB.")
        found = tomllib.loads(data.decode("utf-8-sig"))
    except OSError as error:
        raise InputError(f"{what} {path} cannot be read: {reason(error)}.") from None
    except UnicodeDecodeError:
        raise InputError(f"{what} {path} is not text in UTF-8; save it as UTF-8.") from None
    except (ValueError, RecursionError) as error:  # numbers too long, tables too deep
        said = str(error)[:200]
        hint = (
            r" In double quotes a \ starts an escape: write 'C:\folder' in single quotes, or with /."
            if b"\\" in data and any(word in said for word in _ESCAPES)
            else ""
        )
        raise InputError(f"{path.name} is not valid TOML: {said}.{hint}") from None
    if _too_deep(found):
        raise InputError(f"{path.name} has tables more than {MOST_DEPTH} deep.")
    return found


def _too_deep(table: dict[str, Any]) -> bool:
    level: list[Any] = [table]
    for _ in range(MOST_DEPTH + 1):
        level = [
            inner
            for value in level
            for inner in (value.values() if isinstance(value, dict) else value)
            if isinstance(inner, dict | list)
        ]
    return bool(level)
