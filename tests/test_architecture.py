"""Imports run downward only, by folder; libraries stay home. A failure names file and line."""

import ast
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

import s3sim

PACKAGE = Path(s3sim.__file__).resolve().parent

FLOORS = (
    ("core",),
    ("world", "analysis"),
    ("model",),
    ("mechanisms", "policies", "outcomes"),
    ("simulation",),
    ("ensemble",),
    ("report", "validation"),
    ("cli",),
    ("__main__",),
)
HEIGHT = {name: k for k, floor in enumerate(FLOORS) for name in floor}
SIBLINGS = ("mechanisms", "policies", "outcomes")
MOST_ROOMS = 12
MOST_LINES = 300

ONLY_IN = {
    "mesa": "simulation/",
    "SALib": "analysis/",
    "sklearn": "analysis/",
    "ema_workbench": "analysis/",
    "distributed": "ensemble/executors.py",
    "matplotlib": "report/",
    "jinja2": "report/",
    "typer": "cli/",
    "rich": "cli/",
    "random": "nowhere",
    "secrets": "nowhere",
}
"""Library to the part of the package that may import it."""

ENGINE_MAY_IMPORT = {"numpy", "s3sim"}
"""What the path of a run imports beside the standard library, so that it also runs in a browser."""


def imports(source):
    """Yield (line, module, name or None, level) of every import statement, wherever it stands."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, None, 0
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.lineno, node.module or "", alias.name, node.level


def room(path):
    """'world/world.py' -> 'world'; '__init__.py' -> ''."""
    first = path.split("/")[0].removesuffix(".py")
    return "" if first == "__init__" else first


def is_module(parts, root):
    path = root.joinpath(*parts)
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def complaints(path, source, root=PACKAGE):
    """Everything that is wrong with the imports of one file."""
    here, found = room(path), []
    for line, module, name, level in imports(source):
        where = f"s3sim/{path}:{line}"
        text = f"'{module}{'.' + name if name else ''}'"
        library = module.split(".")[0]
        if level:
            found.append(f"{where}: relative import of {text}; write it out")
            continue
        if library in ONLY_IN and not path.startswith(ONLY_IN[library]):
            found.append(f"{where}: imports {library}, which does not belong here")
        touches = module.startswith("numpy.random") or (module == "numpy" and name == "random")
        if touches and path != "core/streams.py":
            found.append(f"{where}: touches numpy.random; draw through s3sim.core.streams")
        if library != "s3sim":
            continue
        inner = module.split(".")[1:]
        if inner and not is_module(inner, root):
            found.append(f"{where}: there is no module {module}")
        there = inner[0] if inner else (name if is_module([name], root) else "")
        if (
            there not in HEIGHT or here not in HEIGHT
        ):  # the front door is open to all, and shows all
            continue
        if HEIGHT[there] > HEIGHT[here]:
            found.append(f"{where}: '{here}' imports upward from '{there}' ({text})")
        elif HEIGHT[there] == HEIGHT[here] and here != there:
            found.append(f"{where}: '{here}' imports its sibling '{there}' ({text})")
        elif here == there == "mechanisms" and len(inner) > 1:
            found.append(f"{where}: one mechanism imports another ({text})")
    for node in ast.walk(ast.parse(source)):
        chain = isinstance(node, ast.Attribute) and node.attr == "random"
        chain = chain and isinstance(node.value, ast.Name) and node.value.id in ("np", "numpy")
        if chain and path != "core/streams.py":
            found.append(
                f"s3sim/{path}:{node.lineno}: touches np.random; draw through s3sim.core.streams"
            )
    return found


def files():
    return sorted(PACKAGE.rglob("*.py"))


def relative(path):
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", files(), ids=relative)
def test_imports_run_downward_and_libraries_stay_home(path):
    found = complaints(relative(path), path.read_text(encoding="utf-8"))
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("path", "line", "says"),
    [
        ("core/arrays.py", "from s3sim.world import World", "imports upward from 'world'"),
        ("model/state.py", "import s3sim.simulation.engine", "imports upward from 'simulation'"),
        ("model/state.py", "from s3sim import simulation", "imports upward from 'simulation'"),
        ("analysis/x.py", "from s3sim.world import World", "its sibling 'world'"),
        ("mechanisms/market.py", "from s3sim.policies import POLICIES", "sibling 'policies'"),
        ("outcomes/x.py", "from s3sim.mechanisms.calls import Calls", "sibling 'mechanisms'"),
        ("mechanisms/market.py", "from s3sim.mechanisms.calls import Calls", "one mechanism"),
        ("simulation/engine.py", "from s3sim.unheard_of import x", "there is no module"),
        ("simulation/engine.py", "def f():\n    from s3sim.cli import main", "engine.py:2"),
        ("ensemble/run.py", "import mesa.space", "imports mesa"),
        ("simulation/model.py", "from matplotlib import pyplot", "imports matplotlib"),
        ("ensemble/run.py", "from SALib.sample import saltelli", "imports SALib"),
        ("model/x.py", "from numpy.random import default_rng", "touches numpy.random"),
        ("model/x.py", "import numpy as np\nnp.random.default_rng()", "model/x.py:2"),
        ("model/x.py", "import random", "imports random"),
        ("model/x.py", "from . import state", "relative import"),
    ],
)
def test_offences_are_found_and_named(path, line, says):
    found = complaints(path, line)
    assert found
    assert any(says in one for one in found), found


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("simulation/model.py", "import mesa"),
        ("analysis/sensitivity/design.py", "import SALib"),
        ("report/maps.py", "from matplotlib.axes import Axes"),
        ("core/streams.py", "import numpy as np\nnp.random.Generator"),
        ("simulation/engine.py", "from s3sim import __version__"),
        ("cli/run.py", "from s3sim.simulation.engine import Engine"),
        ("__init__.py", "from s3sim.ensemble.comparison import compare"),
    ],
)
def test_what_is_allowed_passes(path, line):
    assert complaints(path, line) == []


def test_the_house_is_small():
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert rooms == set(HEIGHT) - {"__main__"}
    assert len(rooms) <= MOST_ROOMS
    assert {p.stem for p in PACKAGE.glob("*.py")} == {"__init__", "__main__"}
    long = {relative(p): n for p in files() if (n := len(p.read_text().splitlines())) > MOST_LINES}
    assert not long


def test_no_circle_and_few_floors():
    spec = spec_from_file_location("house", PACKAGE.parent / "benchmarks" / "house.py")
    house = module_from_spec(spec)
    spec.loader.exec_module(house)
    found = house.counts()
    assert found["circles of rooms"] == found["circles of files"] == []
    assert found["floors"] <= 9


def test_a_run_imports_numpy_and_nothing_else():
    import subprocess
    import sys

    code = (
        "import sys\nbefore = set(sys.modules)\n"
        "from s3sim.simulation.result import run_one\nfrom s3sim.simulation.scenario import Scenario\n"
        "from s3sim.world import World\n"
        "result = run_one(Scenario(World.synthetic(2, 1, firms=20), scale=1.0, years=1, start=0))\n"
        "assert result.status == 'ok', result.message\n"
        "print(*{m.partition('.')[0] for m in set(sys.modules) - before})"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    third = {m for m in told.stdout.split() if m not in sys.stdlib_module_names}
    third -= {"cython_runtime"}  # numpy's own
    assert {m for m in third if not m.startswith("_")} == ENGINE_MAY_IMPORT


def test_mechanisms_stand_in_the_schedule():
    from s3sim.simulation.schedule import SCHEDULE

    listed = {type(one).__module__.rsplit(".", 1)[1] for one in SCHEDULE}
    written = {p.stem for p in (PACKAGE / "mechanisms").glob("*.py")} - {"__init__"}
    assert written == listed
    assert len({one.name for one in SCHEDULE}) == len(SCHEDULE)
