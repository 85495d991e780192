"""No number stands unnamed in a mechanism or policy: it is a parameter or a documented constant."""

import ast
from pathlib import Path

import pytest

import s3sim

ROOT = Path(s3sim.__file__).parent
FILES = sorted((ROOT / "mechanisms").glob("*.py")) + sorted((ROOT / "policies").glob("*.py"))
PLAIN = (0, 1, 2, 0.5)
"""Numbers of plain arithmetic; a sign in front does not make another number."""


def unnamed(source):
    """Return (line, number) of every literal in the bodies of functions and methods."""
    found = []
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef):
            # Positions (`u[:, 3]`) and shapes are not quantities of the model.
            positions = {
                id(leaf)
                for part in ast.walk(function)
                if isinstance(part, ast.Subscript)
                for leaf in ast.walk(part.slice)
            }
            found += [
                (leaf.lineno, leaf.value)
                for leaf in ast.walk(function)
                if isinstance(leaf, ast.Constant)
                and type(leaf.value) in (int, float)
                and leaf.value not in PLAIN
                and id(leaf) not in positions
            ]
    return sorted(set(found))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_numbers_have_names(path):
    assert unnamed(path.read_text(encoding="utf-8")) == []


def test_an_unnamed_number_is_found():
    assert unnamed("def f(x):\n    return 0.3 * x + x[3] - 1") == [(2, 0.3)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_named_constants_say_what_they_are(path):
    body = ast.parse(path.read_text(encoding="utf-8")).body
    for number, statement in enumerate(body):
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            following = body[number + 1] if number + 1 < len(body) else None
            said = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
            assert said, f"{statement.targets[0].id} has no line that says what it is"
