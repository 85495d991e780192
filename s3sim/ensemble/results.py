"""A folder of results: tables, a manifest, the store of runs; what is a user's stays as it is.

The manifest lists the files that are ours: only those are replaced or removed. It is marked
incomplete before the first table is written and made whole after the last.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from s3sim.core.errors import InputError, reason
from s3sim.ensemble.files import (
    LOCK,
    locked,
    refuse_link,
    remove_unfinished,
    write_csv,
    write_json,
    writing,
)
from s3sim.ensemble.plan import Plan
from s3sim.ensemble.provenance import described, differences, read_manifest
from s3sim.ensemble.store import JOURNAL, PART, PARTS, SCENARIOS, Store

MANIFEST, STORE, REPORT, FIGURES = "manifest.json", "store", "report.html", "figures"
TABLES = {
    "effects": "effects.csv", "ledger": "ledger.csv", "runs": "runs.parquet",
    "regions": "regions.parquet", "timeline": "timeline.parquet", "links": "links.parquet",
}  # fmt: skip
"""Name of each table's file."""

NAMES = (*TABLES.values(), MANIFEST, REPORT, FIGURES)


GROWING = ("policies", "baseline", "replications", "firms_simulated")
"""What may differ between runs of one store: more of them join those that are there."""


def design(plan: Plan) -> dict[str, Any]:
    """Return what the runs of a comparison belong to."""
    fingerprint = plan.scenario.world.fingerprint
    return _fixed(described(plan), fingerprint, dict(plan.values))


def _fixed(scenario: Mapping[str, Any], fingerprint: Any, values: Any) -> dict[str, Any]:
    fixed = {name: value for name, value in scenario.items() if name not in GROWING}
    return {**fixed, "data_fingerprint": fingerprint, "changed_parameters": values}


def prepare(out: Path, plan: Plan, *, overwrite: bool = False, accept_code: bool = False) -> Store:
    """Make `out` ready to be written and return the store of its runs.

    Raises InputError if it is a file, cannot be written, or holds results of another scenario or of
    other code, or files of the same names that are not ours.
    """
    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out} is a file; name a folder.")
    claim(out, NAMES, overwrite=overwrite)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise InputError(
            f"--out {out} cannot be written: {reason(error)}; name another folder."
        ) from None
    if overwrite:
        discard(out / STORE)
    elif (out / MANIFEST).exists() and not (out / STORE).exists():
        raise InputError(
            f"--out {out} holds results of another scenario; name another folder or add --overwrite."
        )
    elif (out / STORE / SCENARIOS).exists():
        _refuse_if_no_store(out / STORE)
    return Store(out / STORE, design(plan), accept_code=accept_code)


def claim(out: Path, names: Iterable[str], *, overwrite: bool = False) -> None:
    """Refuse a folder that holds files of these names which our manifest does not list.

    Raises InputError naming them.
    """
    refuse_link(out / MANIFEST)
    ours = set(owned(out))
    foreign = [name for name in names if name != MANIFEST and _is_foreign(out, name, ours)]
    if (out / MANIFEST).exists() and not manifest_of(out):
        foreign.append(MANIFEST)
    if foreign and not overwrite:
        raise InputError(
            f"{out} holds {', '.join(foreign)}, which s3sim did not write; name another folder, or add "
            "--overwrite to replace what has these names."
        )


def _is_foreign(out: Path, name: str, ours: set[str]) -> bool:
    path = out / name
    if path.is_dir() and not path.is_symlink():
        return any(path.iterdir()) and not any(file.startswith(f"{name}/") for file in ours)
    return name not in ours and (path.exists() or path.is_symlink())


def owned(out: Path) -> list[str]:
    """Return the files in a folder of results that are ours, as its manifest lists them."""
    listed, root = manifest_of(out).get("files", []), out.resolve()
    return [
        name
        for name in listed
        if isinstance(name, str) and (out / name).resolve().parent.is_relative_to(root)
    ]


def manifest_of(out: Path) -> dict[str, Any]:
    """Return our manifest in a folder; empty if there is none or it is another's."""
    try:
        saved = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
        return saved if isinstance(saved["versions"]["s3sim"], str) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def write(
    tables: Mapping[str, Iterator[pd.DataFrame]], about: Mapping[str, Any], out: Path
) -> list[Path]:
    """Write tables, each in parts, and the manifest; each file appears whole or not at all.

    Files that an earlier writing left there and that are not written now, such as an old report,
    are removed.
    """
    out.mkdir(parents=True, exist_ok=True)
    before = owned(out)
    names = [TABLES[name] for name in tables]
    files = [*names, MANIFEST]
    remove_unfinished(out)
    write_json({**about, "complete": False, "files": sorted({*before, *files})}, out / MANIFEST)
    for name in set(before) - set(files):
        (out / name).unlink(missing_ok=True)
        with suppress(OSError):
            (out / name).parent.rmdir()
    for name, parts in tables.items():
        _write_table(parts, out / TABLES[name])
    write_json({**about, "files": files}, out / MANIFEST)
    return [out / name for name in files]


def record_files(out: Path, paths: Iterable[Path]) -> None:
    """Add files that were written later, as a report and its figures, to the manifest."""
    saved = manifest_of(out)
    new = [path.relative_to(out).as_posix() for path in paths]
    write_json({**saved, "files": list(dict.fromkeys([*saved["files"], *new]))}, out / MANIFEST)


def read_results(out: Path) -> dict[str, Any]:
    """Return the manifest of a folder that holds whole results.

    Raises InputError if it holds none.
    """
    saved = manifest_of(out)
    if not saved:
        raise InputError(f"{out} holds no results of s3sim: no {MANIFEST} of ours is in it.")
    if saved.get("complete") is False:
        raise InputError(
            f"{out} holds tables that were not written to the end; give the command that made them again."
        )
    missing = [name for name in TABLES.values() if not (out / name).is_file()]
    if missing or "scenario" not in saved:
        what = f"{', '.join(missing)} is missing" if missing else "it holds no comparison"
        raise InputError(f"{out} cannot be read: {what}.")
    return saved


def refuse_others(out: Path, about: Mapping[str, Any]) -> None:
    """Refuse a folder that holds results of another scenario; more replications or policies do.

    Raises InputError naming what differs.
    """
    there = manifest_of(out)
    if not there:
        return
    asked, saved = (
        _fixed(m.get("scenario", {}), m.get("data_fingerprint"), m.get("changed_parameters"))
        for m in (json.loads(json.dumps(about)), there)
    )
    if differs := differences(saved, asked):
        raise InputError(
            f"{out} holds results of another scenario ({differs}); name another folder or overwrite them."
        )


def _write_table(parts: Iterator[pd.DataFrame], path: Path) -> None:
    if path.suffix == ".csv":
        frame = pd.concat(list(parts), ignore_index=True)
        write_csv(frame, path, None if path.name == TABLES["effects"] else "%.2f")
        return
    with writing(path) as part:
        first = pa.Table.from_pandas(next(parts), preserve_index=False)
        with pq.ParquetWriter(part, first.schema, compression="zstd") as writer:
            writer.write_table(first)
            for frame in parts:
                writer.write_table(
                    pa.Table.from_pandas(frame, schema=first.schema, preserve_index=False)
                )


def discard(folder: Path) -> None:
    """Remove a store: the files that a `Store` writes and no others, and folders left empty.

    Raises InputError if the folder is no store, another command uses it, or it cannot be removed.
    """
    refuse_link(folder)
    if not folder.exists():
        return
    _refuse_if_no_store(folder)
    lock = locked(folder)
    try:
        remove_unfinished(folder)
        if (folder / PARTS).is_dir() and not (folder / PARTS).is_symlink():
            remove_unfinished(folder / PARTS)
            for path in (folder / PARTS).iterdir():
                if path.name == JOURNAL or PART.fullmatch(path.name):
                    path.unlink()
            with suppress(OSError):  # something of the user's is in it
                (folder / PARTS).rmdir()
        # The manifest goes last: it says whose the folder is.
        for name in (SCENARIOS, MANIFEST):
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be removed: {reason(error)}.") from None
    finally:
        lock.close()
    (folder / LOCK).unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def _refuse_if_no_store(folder: Path) -> None:
    """Refuse a folder without a store's manifest; what an early kill leaves is a store too."""
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else {""}
    if MANIFEST in names:
        ours = {"design_hash", "codes"} <= read_manifest(folder / MANIFEST).keys()
    else:
        ours = names <= {LOCK, PARTS} and not any((folder / PARTS).glob("*"))
    if not ours:
        raise InputError(
            f"{folder} is not a store of s3sim's runs and is left as it is; name another folder."
        )
