"""The facts of the package, and mistakes in a file of facts."""

import numpy as np
import pytest

from s3sim.core.errors import InputError
from s3sim.validation.statistics import STATISTICS
from s3sim.validation.targets import read_targets, targets

FACT = """
[[target]]
id = "X1"
section = "Firms"
title = "Something"
statistic = "growth_shape"
low = 0.7
high = 1.3
unit = "shape"
source = "somebody 2005"
mark = "reported"
role = "check"
"""


def read(tmp_path, text):
    path = tmp_path / "targets.toml"
    path.write_text(text, encoding="utf-8")
    return read_targets(path)


def test_the_package_has_the_facts_that_were_collected():
    known = {one.id.split()[0].rstrip("abcdefgh") for one in targets()}
    collected = {f"T{n:02d}" for n in (1, 2, 3, 5, 6, 7, 8, 9, *range(11, 24), *range(25, 34), 35)} - {"T24", "T29"}  # fmt: skip
    assert collected - known == {"T29"} & collected
    assert sum(one.id.startswith("D") for one in targets()) >= 8


def test_every_statistic_serves_a_fact():
    assert {one.statistic for one in targets() if one.statistic} == set(STATISTICS)


def test_targets_lie_within_their_bands():
    for one in targets():
        if not one.missing:
            assert one.low <= one.target <= one.high, one.id


def test_a_fact_by_country_is_one_fact_a_country(tmp_path):
    by = FACT.replace("low = 0.7\nhigh = 1.3", "at = [1, 5]\nby = { DE = [1, 3], LV = [2.0, 4.0] }\nrecalled = ['LV']").replace("growth_shape", "innovative")  # fmt: skip
    german, latvian = read(tmp_path, by)
    assert (german.id, german.low, german.high, german.target) == ("X1 DE", 1, 3, 2)
    assert german.arguments == ({"country": "DE", "year": 1}, {"country": "DE", "year": 5})
    assert (german.mark, latvian.mark) == ("reported", "recalled")


def test_an_order_is_open_on_one_side(tmp_path):
    (one,) = read(tmp_path, FACT.replace("high = 1.3", "high = inf"))
    assert one.high == np.inf


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("growth_shape", "growth_shap", "did you mean 'growth_shape'"),
        ('mark = "reported"', 'mark = "rumoured"', "unknown mark 'rumoured'"),
        ('role = "check"', "", "'role' is missing"),
        ("low = 0.7", "low = 2.7", "the lower one first"),
        ("low = 0.7\n", "", "must be two numbers"),
        ("low = 0.7", "low = 0.7\nlov = 1", "unknown field 'lov'"),
        ("low = 0.7", "low = 0.7\nwith = { yaer = 3 }", "yaer"),
        ("low = 0.7", 'low = 0.7\nworlds = ["mars"]', "unknown world 'mars'"),
        ("low = 0.7", 'low = 0.7\nrival = "nobody"', "unknown rival 'nobody'"),
        ("low = 0.7", 'low = 0.7\nmissing = "no"', "exclude each other"),
        ('role = "check"', 'role = "check"' + FACT, "its id is given twice"),
    ],
)
def test_mistakes_are_named(tmp_path, old, new, told):
    with pytest.raises(InputError, match="X1") as wrong:
        read(tmp_path, FACT.replace(old, new))
    assert told in str(wrong.value)


def test_all_mistakes_at_once(tmp_path):
    bad = FACT.replace('"reported"', '"no"') + FACT.replace('"check"', '"maybe"')
    with pytest.raises(InputError) as wrong:
        read(tmp_path, bad)
    assert len(wrong.value.problems) == 2
