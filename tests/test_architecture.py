"""Imports run downward only; libraries stay where they belong. A failure names file and line."""

import ast
from pathlib import Path

import pytest

import s3sim

PACKAGE = Path(s3sim.__file__).resolve().parent

LAYERS = (
    ("errors", "arrays", "parameter", "streams", "rounding"),
    ("world",),
    ("ledger", "specialisation", "state"),
    ("proximity", "meeting", "agreement", "award"),
    ("instruments", "environment"),
    ("population", "beginning"),
    ("mechanisms", "policies", "outcomes"),
    ("quarter",),
    ("scenario",),
    ("engine",),
    ("recorder",),
    ("model", "agents"),
    ("explore",),
    (),  # modules that are named nowhere: tools above the explorer, which the model must not need
    ("figures",),
    ("report",),
    ("experiment",),
    ("cli", "app"),
    ("__main__",),
)
UNNAMED = LAYERS.index(())
SIBLINGS = ("mechanisms", "policies", "outcomes")

ONLY_IN = {
    "mesa": lambda path: path in ("agents.py", "model.py", "app.py"),
    "solara": lambda path: path == "app.py",
    "SALib": lambda path: path.startswith("explore/sensitivity"),
    "sklearn": lambda path: path.startswith(("explore/surrogate", "explore/discovery")),
    "ema_workbench": lambda path: path.startswith("explore/discovery"),
    "distributed": lambda path: path == "explore/executors.py",
    "matplotlib": lambda path: path.startswith("figures/") or path == "app.py",
    "typer": lambda path: path.startswith("cli"),
    "rich": lambda path: path.startswith("cli"),
    "jinja2": lambda path: path.startswith("report"),
    "random": lambda path: False,
    "secrets": lambda path: False,
}
"""Library to the files (relative to the package) that may import it."""


def imports(source):
    """Yield (line, module, name or None, level) of every import statement, wherever it stands."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, None, 0
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.lineno, node.module or "", alias.name, node.level


def part(path):
    """'world/world.py' -> 'world'; 'state.py' -> 'state'; '__init__.py' -> ''."""
    first = path.split("/")[0].removesuffix(".py")
    return "" if first == "__init__" else first


def height(name):
    """Layer of a part of the package; the package itself is at the bottom."""
    if not name:
        return 0
    return next((k for k, layer in enumerate(LAYERS) if name in layer), UNNAMED)


def modules_of(module, name):
    """The package's modules that an import statement may mean, as paths without suffix."""
    inner = module.split(".")[1:]
    yield inner
    if name is not None:
        yield [*inner, name]


def is_module(parts, root):
    path = root.joinpath(*parts)
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def complaints(path, source, root=PACKAGE):
    """Everything that is wrong with the imports of one file."""
    here, found = part(path), []
    for line, module, name, level in imports(source):
        where = f"s3sim/{path}:{line}"
        text = f"'{module}{'.' + name if name else ''}'"
        library = module.split(".")[0]
        if level:
            found.append(f"{where}: relative import of {text}; write it out")
            continue
        if library in ONLY_IN and not ONLY_IN[library](path):
            found.append(f"{where}: imports {library}, which does not belong here")
        touches = module.startswith("numpy.random") or (module == "numpy" and name == "random")
        if touches and path != "streams.py":
            found.append(f"{where}: touches numpy.random; draw through s3sim.streams")
        if library != "s3sim":
            continue
        inner = module.split(".")[1:]
        if inner and not is_module(inner, root):
            found.append(f"{where}: there is no module {module}")
        there = inner[0] if inner else (name if is_module([name], root) else "")
        if height(there) > height(here):
            found.append(f"{where}: '{here}' imports upward from '{there}' ({text})")
        elif here in SIBLINGS and there in SIBLINGS and here != there:
            found.append(f"{where}: '{here}' imports its sibling '{there}' ({text})")
        elif here == there == "mechanisms" and len(inner) > 1:
            found.append(f"{where}: one mechanism imports another ({text})")
    for node in ast.walk(ast.parse(source)):
        chain = isinstance(node, ast.Attribute) and node.attr == "random"
        chain = chain and isinstance(node.value, ast.Name) and node.value.id in ("np", "numpy")
        if chain and path != "streams.py":
            found.append(
                f"s3sim/{path}:{node.lineno}: touches np.random; draw through s3sim.streams"
            )
    return found


def files():
    return sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", files(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_imports_run_downward_and_libraries_stay_home(path):
    found = complaints(path.relative_to(PACKAGE).as_posix(), path.read_text(encoding="utf-8"))
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("path", "line", "says"),
    [
        ("arrays.py", "from s3sim.world import World", "imports upward from 'world'"),
        ("state.py", "import s3sim.engine", "imports upward from 'engine'"),
        ("state.py", "from s3sim import engine", "imports upward from 'engine'"),
        ("mechanisms/market.py", "from s3sim.policies import POLICIES", "sibling 'policies'"),
        (
            "outcomes/declared.py",
            "from s3sim.mechanisms.calls import funded",
            "sibling 'mechanisms'",
        ),
        ("mechanisms/market.py", "from s3sim.mechanisms.calls import funded", "one mechanism"),
        ("engine.py", "from s3sim.unheard_of import x", "imports upward"),
        ("engine.py", "def f():\n    from s3sim.cli import main", "engine.py:2"),
        ("explore/run.py", "import mesa.space", "imports mesa"),
        ("model.py", "from matplotlib import pyplot", "imports matplotlib"),
        ("explore/run.py", "from SALib.sample import saltelli", "imports SALib"),
        ("meeting.py", "from numpy.random import default_rng", "touches numpy.random"),
        ("meeting.py", "import numpy as np\nnp.random.default_rng()", "meeting.py:2"),
        ("meeting.py", "import random", "imports random"),
        ("meeting.py", "from . import state", "relative import"),
        ("cli/run.py", "from s3sim.no_such_thing import x", "there is no module"),
    ],
)
def test_offences_are_found_and_named(path, line, says):
    found = complaints(path, line)
    assert found
    assert any(says in one for one in found), found


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("model.py", "import mesa"),
        ("explore/sensitivity.py", "from SALib.analyze import sobol"),
        ("explore/sensitivity/design.py", "import SALib"),
        ("figures/maps.py", "from matplotlib.axes import Axes"),
        ("streams.py", "import numpy as np\nnp.random.Generator"),
        ("engine.py", "from s3sim import __version__"),
        ("cli/run.py", "from s3sim.engine import Engine"),
        ("policies/joint_programme.py", "from s3sim.policies.priorities import PROGRAMME"),
    ],
)
def test_what_is_allowed_passes(path, line):
    assert complaints(path, line) == []


def test_mechanisms_stand_in_the_list_of_the_quarter():
    from s3sim.quarter import QUARTER

    listed = {type(one).__module__.rsplit(".", 1)[1] for one in QUARTER}
    written = {p.stem for p in (PACKAGE / "mechanisms").glob("*.py")} - {"__init__"}
    assert written == listed
    assert len({one.name for one in QUARTER}) == len(QUARTER)
