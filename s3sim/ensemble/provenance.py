"""Where results come from and what does them again: versions, code, manifests, commands.

Manifests name no people, hosts or absolute paths.
"""

import hashlib
import inspect
import json
import platform
import shlex
import subprocess
from collections.abc import Mapping
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from s3sim import __version__
from s3sim.core.errors import InputError
from s3sim.ensemble.plan import Plan
from s3sim.model.context import QUARTERS
from s3sim.outcomes import OUTCOMES
from s3sim.simulation.replay import printable, set_words, world_words

PACKAGES = ("mesa", "numpy", "scipy", "pandas", "pyarrow", "matplotlib", "SALib", "pydantic")

OF_A_RUN = ("core", "world", "model", "mechanisms", "policies", "outcomes", "simulation")
"""Folders of the package that decide a run's result."""

NOT_OF_A_RUN = (
    "core/scoreboard.py",
    "outcomes/declared.py",  # outcome by outcome: see `outcome_fingerprints`
    "simulation/agents.py",
    "simulation/model.py",
    "world/places.py",
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


def outcome_fingerprints() -> dict[str, str]:
    """Return for each outcome a hash of its declaration and of what it calls in its module.

    So an outcome that is added leaves the runs that are there valid, and one that is changed does
    not.
    """
    found = {}
    for name, outcome in OUTCOMES.items():
        sources: dict[str, str] = {}
        _collect(outcome.value, sources)
        found[name] = hashed(sorted(sources.items()))
    return found


def _collect(function: Any, sources: dict[str, str]) -> None:
    try:
        sources[function.__name__] = inspect.getsource(function).replace("\r\n", "\n")
    except (OSError, TypeError):  # typed in by hand
        sources[function.__name__] = function.__code__.co_code.hex()
    for name in function.__code__.co_names:
        called = function.__globals__.get(name)
        here = inspect.isfunction(called) and called.__module__ == function.__module__
        if here and called.__name__ not in sources:
            _collect(called, sources)


def store_manifest(
    asked: Mapping[str, Any], saved: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Return the manifest of a store, what `saved` has on record included, and outcomes it lacked."""
    outcomes, code = outcome_fingerprints(), code_fingerprint()
    known = saved.get("outcomes", {})
    new = {name: _with(known.get(name, []), mark) for name, mark in outcomes.items()}
    about = {
        **asked,
        "design_hash": hashed(asked),
        "codes": _with(saved.get("codes", []), code),
        "outcomes": {**known, **new},
        "commit": saved.get("commit", commit()),
        "versions": saved.get("versions", versions()),
    }
    return about, [name for name in outcomes if name not in known]


def _with(items: list[str], item: str) -> list[str]:
    return items if item in items else [*items, item]


def read_manifest(
    path: Path, asked: Mapping[str, Any] | None = None, *, accept_code: bool = False
) -> dict[str, Any]:
    """Return the manifest of a store if it belongs to what is asked; empty if there is none.

    Raises InputError if it belongs to another design (naming what differs) or other code made its
    runs.
    """
    if not path.exists():
        return {}
    folder = path.parent
    try:
        saved: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        codes, known = list(saved["codes"]), dict(saved.get("outcomes", {}))
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(
            f"{path} cannot be read; name another folder or add --overwrite."
        ) from None
    if asked is None:
        return saved
    asked = json.loads(json.dumps(asked))
    if differs := differences({name: saved.get(name) for name in asked}, asked):
        raise InputError(
            f"{folder} holds results of another scenario ({differs}); name another folder or add --overwrite."
        )
    changed = [n for n, mark in outcome_fingerprints().items() if mark not in known.get(n, [mark])]
    if (code_fingerprint() not in codes or changed) and not accept_code:
        what = f" ({', '.join(changed)})" if changed else ""
        raise InputError(
            f"{folder} holds runs that another version of the model's code made{what}; name another folder, "
            "add --accept-code to go on with both, or --overwrite to start over."
        )
    return saved


def differences(saved: Any, asked: Any, name: str = "") -> str:
    """Name the first settings that differ between two plain values.

    >>> differences({"years": 4, "scale": 0.1}, {"years": 14, "scale": 0.1})
    'years = 4 there, 14 here'
    """
    if isinstance(saved, dict) and isinstance(asked, dict):
        keys = sorted({*saved, *asked})
        told = [text for key in keys if (text := differences(saved.get(key), asked.get(key), key))]
        return "; ".join(told[:3]) + (f"; and {len(told) - 3} more" if len(told) > 3 else "")
    if saved == asked:
        return ""
    short = [text if len(text := repr(value)) < 60 else "otherwise" for value in (saved, asked)]
    return f"{name} = {short[0]} there, {short[1]} here"


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
        words = ["git", "-C", str(home), "rev-parse", "HEAD"]
        return subprocess.check_output(
            words, stderr=subprocess.DEVNULL, text=True, timeout=10
        ).strip()
    except (OSError, subprocess.SubprocessError):
        return None


def manifest(plan: Plan) -> dict[str, Any]:
    """Return scenario, seed, all parameter values, versions, fingerprint and command."""
    base = plan.scenario
    return {
        "scenario": {**described(plan), "countries": base.world.n_countries},
        "parameters": {policy: plan.of(policy).parameter_values() for policy in plan.policies},
        "changed_parameters": dict(plan.values),
        "versions": versions(),
        "commit": commit(),
        "data_fingerprint": base.world.fingerprint,
        "scenario_hash": scenario_hash(plan),
        "command": command(plan),
    }


def described(plan: Plan) -> dict[str, Any]:
    """Return what decides a comparison as plain values."""
    base = plan.scenario
    return {
        "world": printable(base.world.name),
        "policies": list(plan.policies),
        "baseline": plan.baseline,
        "replications": plan.replications,
        **{name: getattr(base, name) for name in ("years", "scale", "seed", "start")},
        "start_quarter": base.start * QUARTERS + 1,
        "firms_simulated": plan.firms,
    }


def scenario_hash(plan: Plan) -> str:
    """Return a hash of everything that decides the tables."""
    first = plan.scenarios()[: len(plan.policies)]
    return hashed([described(plan), [scenario.run_id for scenario in first]])


def command(plan: Plan) -> str:
    """Return the command line that makes the same tables."""
    base = plan.scenario
    parts = [
        "s3sim compare", world_words(base), f"--baseline {shlex.quote(plan.baseline)}",
        *(f"--policies {shlex.quote(name)}" for name in plan.policies[1:]),
        f"--replications {plan.replications}", f"--years {base.years}",
        f"--start {base.start}", f"--scale {base.scale!r}", f"--seed {base.seed}",
        *set_words(dict(plan.values)),
    ]  # fmt: skip
    return " ".join(parts)
