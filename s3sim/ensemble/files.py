"""Files that appear whole or not at all, and folders that belong to one command at a time."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from s3sim.core.errors import InputError
from s3sim.ensemble.provenance import code_fingerprint

LOCK = ".lock"


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; at the end of the block it takes its name."""
    part = path.with_name(path.name + ".part")
    try:
        yield part
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_json(value: Mapping[str, Any], path: Path) -> None:
    """Write a mapping as indented JSON; it appears whole or not at all."""
    with writing(path) as part:
        part.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def locked(folder: Path) -> IO[str]:
    """Return an open lock file; it is free again when it is closed, or its process ends however.

    Raises
    ------
    InputError
        If another process holds it.
    """
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


def same_or_refuse(path: Path, asked: Mapping[str, Any], *, accept_code: bool) -> dict[str, Any]:
    """Return the manifest at `path` if it belongs to what is asked; empty if there is none.

    Raises
    ------
    InputError
        If it belongs to another design (naming what differs) or other code made its runs.
    """
    if not path.exists():
        return {}
    folder = path.parent
    try:
        held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        codes = list(held["codes"])
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(
            f"{path} cannot be read; name another folder or add --overwrite."
        ) from None
    asked = json.loads(json.dumps(asked))
    if differs := differences({name: held.get(name) for name in asked}, asked):
        raise InputError(
            f"{folder} holds results of another scenario ({differs}); name another folder or add --overwrite."
        )
    if code_fingerprint() not in codes and not accept_code:
        raise InputError(
            f"{folder} holds runs that another version of the model's code made; name another folder, "
            "add --accept-code to go on with both, or --overwrite to start over."
        )
    return held


def differences(held: Any, asked: Any, name: str = "") -> str:
    """Name the first settings that differ between two plain values.

    >>> differences({"years": 4, "scale": 0.1}, {"years": 14, "scale": 0.1})
    'years = 4 there, 14 here'
    """
    if isinstance(held, dict) and isinstance(asked, dict):
        inner = [differences(held.get(key), asked.get(key), key) for key in sorted({*held, *asked})]
        told = [one for one in inner if one]
        return "; ".join(told[:3]) + (f"; and {len(told) - 3} more" if len(told) > 3 else "")
    if held == asked:
        return ""
    short = [text if len(text := repr(value)) < 60 else "otherwise" for value in (held, asked)]
    return f"{name} = {short[0]} there, {short[1]} here"
