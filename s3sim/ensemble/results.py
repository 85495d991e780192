"""Results on disk: tables and a manifest, never mixed with those of another scenario."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from s3sim.core.errors import InputError
from s3sim.ensemble.comparison import Comparison
from s3sim.ensemble.files import locked, write_json, writing
from s3sim.ensemble.manifest import described
from s3sim.ensemble.plan import Plan
from s3sim.ensemble.store import Store

MANIFEST, STORE = "manifest.json", "store"


def design(plan: Plan) -> dict[str, Any]:
    """Return what the runs of a comparison belong to: more replications or policies join them."""
    growing = ("policies", "baseline", "replications", "firms_simulated")
    fixed = {name: value for name, value in described(plan).items() if name not in growing}
    return {
        **fixed, "data_fingerprint": plan.scenario.world.fingerprint, "changed_parameters": dict(plan.values)
    }  # fmt: skip


def prepare(out: Path, plan: Plan, *, overwrite: bool = False, accept_code: bool = False) -> Store:
    """Make `out` ready to be written and return the store of its runs.

    Raises
    ------
    InputError
        If it is a file, cannot be written, or holds results of another scenario or of other code.
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
    if overwrite and (out / STORE).exists():
        locked(out / STORE).close()  # refuse to take it from a command that is running
        shutil.rmtree(out / STORE)
    elif (out / MANIFEST).exists() and not (out / STORE).exists() and not overwrite:
        raise InputError(
            f"--out {out} holds results of another scenario; name another folder or add --overwrite."
        )
    return Store(out / STORE, design(plan), accept_code=accept_code)


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
    path = out / MANIFEST
    write_json(comparison.manifest, path)
    return [*written, path]


def _table(frame: pd.DataFrame, path: Path) -> Path:
    with writing(path) as part:
        if path.suffix == ".csv":
            frame.to_csv(
                part,
                index=False,
                float_format=None if path.name == "effects.csv" else "%.2f",
                lineterminator="\n",
            )
        else:
            frame.to_parquet(part, index=False, compression="zstd")
    return path
