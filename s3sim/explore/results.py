"""Results on disk: tables and a manifest, never mixed with those of another scenario."""

import json
import tempfile
from pathlib import Path

import pandas as pd

from s3sim.errors import InputError
from s3sim.explore.compare import Comparison
from s3sim.explore.manifest import scenario_hash
from s3sim.explore.plan import Plan

MANIFEST = "manifest.json"


def prepare(out: Path, plan: Plan, *, overwrite: bool = False) -> None:
    """Make `out` ready to be written.

    Raises
    ------
    InputError
        If it is a file, cannot be written, or holds results of another scenario.
    """
    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out} is a file; name a folder.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise InputError(
            f"--out {out} cannot be written: {error.strerror or error}; name another folder."
        ) from None
    found = _held(out)
    if found and found != scenario_hash(plan) and not overwrite:
        raise InputError(
            f"--out {out} holds results of another scenario; name another folder or add --overwrite."
        )


def _held(out: Path) -> str:
    """Return the hash of the scenario whose results a folder holds, or an empty string."""
    path = out / MANIFEST
    if not path.exists():
        return ""
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["scenario_hash"])
    except (OSError, ValueError, KeyError, TypeError):
        return "unreadable"


def write(comparison: Comparison, out: Path) -> list[Path]:
    """Write all tables and the manifest; each file appears whole or not at all.

    The manifest comes last: a folder without one holds nothing that can be relied on.
    """
    written = []
    for name, frame in (
        ("effects.csv", comparison.effects),
        ("ledger.csv", comparison.ledger),
        ("runs.parquet", comparison.runs),
        ("regions.parquet", comparison.regions),
        ("timeline.parquet", comparison.timeline),
        ("links.parquet", comparison.links),
    ):
        written.append(_table(frame, out / name))
    text = json.dumps(comparison.manifest, indent=2, sort_keys=False) + "\n"
    path = out / MANIFEST
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
    return [*written, path]


def _table(frame: pd.DataFrame, path: Path) -> Path:
    part = path.with_suffix(path.suffix + ".part")
    if path.suffix == ".csv":
        frame.to_csv(
            part,
            index=False,
            float_format=None if path.name == "effects.csv" else "%.2f",
            lineterminator="\n",
        )
    else:
        frame.to_parquet(part, index=False, compression="zstd")
    part.replace(path)
    return path
