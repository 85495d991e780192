"""The same run on another processor: numpy's vectorised functions and BLAS kernels are switched off.

Floats may differ in their last bits between processors; names, integers and decisions may not.
"""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from test_golden import POLICIES, numbers

from s3sim.simulation.result import run_one
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

X86 = platform.machine().lower() in ("x86_64", "amd64")
HERE = Path(__file__).resolve().parent


def dispatched():
    """Features of this processor for which numpy has functions of their own."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]


def seen():
    """What must agree: integers and names exactly, floats to 1e-9."""
    kept = {policy: numbers(policy) for policy in POLICIES}
    scenario = Scenario(World.load("partners"), "trans_s3_tibs", years=2, scale=0.01, start=0)
    result = run_one(scenario)
    assert result.status == "ok", result.message
    names = {world: World.load(world).fingerprint for world in ("partners", "bsr")}
    names |= {"synthetic": World.synthetic(3, seed=2).fingerprint, "run": result.run_id}
    floats = {policy: one["floats"] for policy, one in kept.items()}
    floats["partners"] = result.outcomes
    integers = {policy: one["integers"] for policy, one in kept.items()}
    integers["ledger"] = result.ledger.tolist()
    return {
        "names": names, "integers": integers, "floats": floats,
        "active": sorted(set(dispatched())),
    }  # fmt: skip


@pytest.mark.skipif(not X86, reason="names of features and kernels are those of x86")
@pytest.mark.parametrize("kernel", ["Prescott", "Sandybridge"])
def test_a_run_is_the_same_without_vector_instructions(kernel):
    paths = [str(HERE), str(HERE.parent), *(p for p in sys.path if p)]
    limited = {
        "NPY_DISABLE_CPU_FEATURES": " ".join(dispatched()),
        "OPENBLAS_CORETYPE": kernel,
        "PYTHONPATH": os.pathsep.join(paths),
    }
    code = "import json, test_processors; print(json.dumps(test_processors.seen()))"
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, **limited}, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    other, here = json.loads(told.stdout), json.loads(json.dumps(seen()))
    assert other["active"] == []
    assert other["names"] == here["names"]
    assert other["integers"] == here["integers"]
    assert other["floats"].keys() == here["floats"].keys()
    for name, values in here["floats"].items():
        assert other["floats"][name] == pytest.approx(values, rel=1e-9, abs=1e-12, nan_ok=True), (
            name
        )
    assert np.isfinite(here["floats"]["no_s3"]["employment"])
