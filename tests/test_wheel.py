"""The package works from a wheel that was built elsewhere, with its data and templates."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(out),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return next(out.glob("*.whl"))


def test_data_templates_and_types_are_inside(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in (
        "world/data/regions.csv",
        "world/data/SOURCES.md",
        "report/report.html.j2",
        "core/data/scoreboard.txt",
        "validation/data/targets.toml",
        "py.typed",
    ):
        assert f"s3sim/{name}" in names
    assert not any(name.startswith(("tests/", "docs/")) for name in names)


def test_it_runs_from_elsewhere(wheel, tmp_path):
    installed = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(installed)
    code = (
        "from s3sim.world import World; from s3sim.ensemble.runner import run_one;"
        "from s3sim.simulation.scenario import Scenario; import s3sim;"
        "r = run_one(Scenario(World.load('bsr'), scale=0.001, years=1));"
        "print(r.status, s3sim.__file__)"
    )
    context = {**os.environ, "PYTHONPATH": str(installed)}
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=context,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.startswith("ok")
    assert str(installed) in told.stdout
