"""Tables are copied cheaply, and checked whenever the tests run."""

import ast
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from builders import orgs, projects, state_of, ties, two_regions

import s3sim
from s3sim.core.record import CHECKED
from s3sim.model.state import Brokers, Markets, Ties

ENGINE = ("core", "world", "model", "mechanisms", "policies", "outcomes", "simulation")


def test_copies_share_what_is_not_exchanged():
    folk = orgs(3)
    richer = folk.replace(cash=folk.cash + 1)
    assert type(richer) is type(folk)
    assert (richer.cash - folk.cash).tolist() == [1.0, 1.0, 1.0]
    shared = [one.name for one in fields(folk) if one.name != "cash"]
    assert all(getattr(richer, name) is getattr(folk, name) for name in shared)
    state = state_of(folk, two_regions())
    assert state.replace(pool=5).organisations is folk
    assert state.pool == 0


def test_unknown_names_are_refused():
    with pytest.raises(TypeError, match="Organisations has no apeal"):
        orgs(2).replace(apeal=np.ones(2))
    with pytest.raises(TypeError, match="State has no tie"):
        state_of(orgs(2), two_regions()).replace(tie=Ties.none())


def test_columns_of_unequal_length_are_found():
    assert CHECKED
    with pytest.raises(ValueError, match="unequal length"):
        orgs(2).replace(cash=np.ones(3))
    one = np.ones(2)
    with pytest.raises(ValueError, match="unequal length"):
        Markets(expenditure=one, outside=one, strength=one, price=np.ones(3))


@pytest.mark.parametrize(("switch", "checked"), [({}, False), ({"S3SIM_CHECK": "1"}, True)])
def test_copies_are_checked_only_when_asked(switch, checked):
    env = {name: value for name, value in os.environ.items() if name != "S3SIM_CHECK"}
    code = "from s3sim.core.record import CHECKED; print(CHECKED)"
    told = subprocess.run(
        [sys.executable, "-c", code], env={**env, **switch}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert told.stdout.strip() == str(checked)


def test_tables_take_names_only():
    with pytest.raises(TypeError):
        Brokers(*[np.zeros(2)] * 6)


def test_rows_are_kept_and_joined():
    table = ties([0, 1, 2], [1, 2, 3], trust=[0.1, 0.2, 0.3])
    some = table.where(np.array([True, False, True]))
    assert some.source.tolist() == [0, 2]
    assert some.trust.tolist() == [0.1, 0.3]
    assert table.where(np.ones(3, bool)) is table
    assert len(table.where(np.zeros(3, bool))) == 0
    both = some.joined(table)
    assert both.partner.tolist() == [1, 3, 1, 2, 3]
    assert both.bid.dtype == bool
    assert table.joined(Ties.none()) is table
    assert projects([0]).joined(projects([3])).organisation.tolist() == [0, 3]


def test_counts_go_through_one_function():
    """`np.bincount` refuses 64-bit groups on 32-bit builds; `core/arrays.py` converts them."""
    package, found = Path(s3sim.__file__).parent, []
    for room in ENGINE:
        for path in sorted((package / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr == "bincount":
                    found.append(path.relative_to(package).as_posix())
    assert set(found) == {"core/arrays.py"}
