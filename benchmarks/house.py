"""Counts of the house: rooms, floors, circles, lines, and the files of three journeys.

    python benchmarks/house.py [--json]

Floors are counted over imports between the rooms (folders) of the package, circles over imports
between its files; imports for type checking alone count too.
"""

import ast
import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "s3sim"

JOURNEYS = {
    "--set to mechanism": (
        5,
        "cli/compare.py ensemble/plan.py simulation/scenario.py "
        "core/parameters.py mechanisms/search.py",
    ),
    "run to figure": (
        8,
        "simulation/result.py ensemble/runner.py ensemble/store.py ensemble/record.py "
        "ensemble/tables.py analysis/paired.py ensemble/comparison.py "
        "report/figures/effects.py",
    ),
    "experiment's TOML to summary.json": (
        6,
        "ensemble/experiments/config.py ensemble/experiments/study.py ensemble/sampling.py "
        "ensemble/experiments/runner.py ensemble/experiments/result.py cli/experiment.py",
    ),
}
"""Most files aimed at, and the files passed, in the order of docs/architecture.md."""


def modules(root: Path = PACKAGE) -> dict[str, Path]:
    """Return dotted names of all modules of the package and where they are."""
    found = {}
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(path: Path, known: dict[str, Path]) -> set[str]:
    """Return the modules of the package that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names} & known.keys()
            found |= inner or {node.module}
    return (found & known.keys()) - {"s3sim"}


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return groups of nodes that reach one another."""
    reach = {node: _reached(graph, node) for node in graph}
    groups = {tuple(sorted(m for m in graph if m in reach[n] and n in reach[m])) for n in graph}
    return [list(group) for group in sorted(groups) if len(group) > 1]


def _reached(graph: dict[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    todo = list(graph[start])
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            todo += graph.get(node, ())
    return seen


def floors(rooms: dict[str, set[str]]) -> int:
    """Return the longest way down, counted in rooms."""
    height: dict[str, int] = {}

    def high(room: str) -> int:
        if room not in height:
            height[room] = 1 + max((high(below) for below in rooms[room]), default=0)
        return height[room]

    return max(high(room) for room in rooms)


def lines(*folders: str) -> int:
    """Return lines of Python below folders of the repository."""
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in paths)


def counts() -> dict[str, object]:
    """Return every count."""
    known = modules()
    files = {name: imports(path, known) - {name} for name, path in known.items() if name != "s3sim"}
    rooms: dict[str, set[str]] = {}
    for name, below in files.items():
        room = name.split(".")[1]
        rooms.setdefault(room, set()).update({b.split(".")[1] for b in below} - {room})
    longest = max(known.values(), key=lambda p: len(p.read_text(encoding="utf-8").splitlines()))
    return {
        "rooms": len([p for p in PACKAGE.iterdir() if (p / "__init__.py").exists()]),
        "floors": floors(rooms),
        "circles of rooms": circles(rooms),
        "circles of files": circles(files),
        "longest file": f"{longest.relative_to(ROOT)}: {len(longest.read_text(encoding='utf-8').splitlines())}",
        "lines of s3sim and experiments": lines("s3sim", "experiments"),
        "lines of tests": lines("tests"),
        **{
            f"{name} (aim: at most {most})": sum(
                (PACKAGE / file).is_file() for file in passed.split()
            )
            for name, (most, passed) in JOURNEYS.items()
        },
    }


if __name__ == "__main__":
    found = counts()
    if "--json" in sys.argv:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:45} {value}")
