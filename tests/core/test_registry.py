"""Names of policies and outcomes survive every table that they are written into."""

import io

import pandas as pd
import pytest

from s3sim.core.errors import InputError
from s3sim.core.registry import Registry
from s3sim.outcomes import OUTCOMES, outcome
from s3sim.policies import POLICIES, Policy

LOST = ["null", "NULL", "NA", "na", "nan", "NaN", "None", "n/a", "N/A", "", "#N/A", "inf", "True",
        "<NA>", "1e5", "007"]  # fmt: skip


@pytest.mark.parametrize(
    "name", [*LOST, "my policy", "a,b", "../x", "a\n", "-x", 3, None, "x" * 61]
)
def test_names_that_a_table_loses_are_refused(name):
    before = dict(POLICIES)
    with pytest.raises(InputError, match=r"cannot be the name of a policy.*Allowed: a letter"):
        POLICIES[name] = Policy("x", "y")
    with pytest.raises(InputError):
        POLICIES.update({name: Policy("x", "y")})
    with pytest.raises(InputError):
        POLICIES.setdefault(name, Policy("x", "y"))
    assert before == POLICIES


@pytest.mark.parametrize("name", ["nan", "NULL", "policy", "status", "run_id"])
def test_outcomes_take_no_such_name_and_no_column_of_the_runs(name):
    def value(m):
        """Nothing."""
        return m["firms"]

    value.__name__ = name
    with pytest.raises(InputError, match="cannot be the name of an outcome"):
        outcome("x", "y", "higher")(value)
    assert name not in OUTCOMES


def test_declared_names_pass_a_reader_with_defaults():
    names = [*POLICIES, *OUTCOMES]
    table = pd.read_csv(io.StringIO("name,x\n" + "".join(f"{name},1\n" for name in names)))
    assert table["name"].tolist() == names


def test_a_registry_is_a_dictionary():
    made = Registry("thing")
    made["a"] = 1
    made |= {"b": 2}
    assert made | {"c": 3} == {"a": 1, "b": 2, "c": 3}
    assert dict(made) == {"a": 1, "b": 2}
    with pytest.raises(InputError, match="'none'"):
        made |= {"none": 3}
