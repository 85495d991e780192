"""Where results come from: versions, commit and a fingerprint of the code that decides a run."""

import hashlib
import json
import platform
import subprocess
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from s3sim import __version__

PACKAGES = ("mesa", "numpy", "scipy", "pandas", "pyarrow", "matplotlib", "SALib", "pydantic")

OF_A_RUN = ("core", "world", "model", "mechanisms", "policies", "outcomes", "simulation")
"""Folders of the package that decide a run's result."""

NOT_OF_A_RUN = (
    "core/formatting.py",
    "simulation/agents.py",
    "simulation/model.py",
)
"""Files of these folders that no run's result depends on."""


def hashed(value: Any) -> str:
    """Return 16 hex digits of the SHA-256 of a plain value's JSON text, keys sorted."""
    text = json.dumps(value, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def code_fingerprint() -> str:
    """Return a hash of the source of everything that decides a run."""
    home = Path(str(resources.files("s3sim")))
    digest = hashlib.sha256()
    for path in sorted(home.rglob("*.py")):
        name = path.relative_to(home).as_posix()
        if name.partition("/")[0] not in OF_A_RUN or name in NOT_OF_A_RUN:
            continue
        digest.update(name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()[:16]


def versions() -> dict[str, str]:
    """Return versions of this package, Python and what results depend on."""
    found = {"s3sim": __version__, "python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def commit() -> str | None:
    """Return the commit of the checkout that runs, or None for an installed package."""
    home = Path(str(resources.files("s3sim"))).parent
    if not (home / ".git").exists():
        return None
    try:
        told = subprocess.run(
            ["git", "-C", str(home), "rev-parse", "HEAD"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return told.stdout.strip() or None
