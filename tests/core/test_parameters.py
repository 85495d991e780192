import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3sim.core.errors import InputError
from s3sim.core.parameters import EVIDENCE, ParameterGroup, param
from s3sim.core.sources import SOURCES
from s3sim.policies import POLICIES
from s3sim.simulation.scenario import SHARED_PARAMETERS, Scenario, known_parameters
from s3sim.simulation.schedule import SCHEDULE

KNOWN = known_parameters()


@dataclass(frozen=True)
class Example(ParameterGroup):
    name: ClassVar[str] = "example"

    share: float = param(
        0.5, 0.0, 1.0, "a share", unit="share", source="a book", evidence="recalled"
    )
    count: int = param(3, 1, 9, "a count")
    label: str = "not declared"


@pytest.mark.parametrize("one", KNOWN.values(), ids=lambda p: p.name)
def test_every_number_is_declared_completely(one):
    assert one.low < one.high
    assert one.low <= one.default <= one.high
    assert one.evidence in EVIDENCE
    assert len(one.meaning) > 4
    assert one.source
    assert one.unit
    assert one.evidence == "assumed" or one.source != "project", "founded on what?"
    if one.whole:
        assert float(one.low).is_integer()
        assert float(one.high).is_integer()


def test_names_are_unique_and_groups_belong_to_one_class():
    parts = [part for policy in POLICIES.values() for part in policy.parts]
    classes = {}
    for group in (*SHARED_PARAMETERS, *SCHEDULE, *parts):
        assert classes.setdefault(group.name, type(group)) is type(group)
        assert group.name
    for name in KNOWN:
        assert name.count(".") == 1
        assert name.split(".")[0] in classes


def test_declared_values_and_updates():
    declared = list(Example.parameters())
    assert [p.name for p in declared] == ["example.share", "example.count"]
    assert [p.whole for p in declared] == [False, True]
    assert Example().values() == {"example.share": 0.5, "example.count": 3}
    new = Example().with_values({"example.count": 4.0, "other.thing": 1.0})
    assert new == Example(count=4)
    assert isinstance(new.count, int)
    same = Example()
    assert same.with_values({"other.share": 0.1}) is same


@given(st.one_of(st.floats(), st.integers(-100, 100), st.booleans(), st.text(max_size=3)))
def test_only_numbers_in_range_are_accepted(value):
    good = not isinstance(value, bool | str) and 0.0 <= value <= 1.0
    if good:
        assert Example(share=value).share == value
    else:
        with pytest.raises(InputError, match=r"example\.share = .* allowed 0 to 1 share"):
            Example(share=value)


@pytest.mark.parametrize("value", [2.5, 0, 10, math.nan, math.inf, -math.inf, True, "3", None])
def test_whole_numbers_are_whole_and_in_range(value):
    with pytest.raises(InputError, match=r"example\.count"):
        Example(count=value)


def test_all_mistakes_are_told_at_once():
    with pytest.raises(InputError) as caught:
        Example(share=2.0, count=0)
    assert len(caught.value.problems) == 2


def test_marks_are_checked():
    with pytest.raises(ValueError, match="guessed"):
        param(1.0, 0.0, 2.0, "x", evidence="guessed")


def test_a_scenario_takes_dotted_names_and_names_the_nearest(world):
    base = Scenario(world, "trans_s3")
    new = base.replace({"search.rate": 0.1, "joint.pooled_share": 0.4, "ties.duration": 5})
    assert new.parameter_values()["search.rate"] == 0.1
    assert new.parameter_values()["joint.pooled_share"] == 0.4
    assert base.parameter_values()["search.rate"] == KNOWN["search.rate"].default
    changed = {k for k, v in new.parameter_values().items() if v != base.parameter_values()[k]}
    assert changed == {"search.rate", "joint.pooled_share", "ties.duration"}
    with pytest.raises(InputError) as caught:
        base.replace({"serch.rate": 0.1, "search.rate": 7.0, "brokers.cost": 50.0})
    text = "\n".join(caught.value.problems)
    assert len(caught.value.problems) == 3
    assert "did you mean 'search.rate'" in text
    assert "search.rate = 7.0 is out of range" in text
    assert "brokers.cost" in text
    base.replace({"brokers.cost": 50.0}, strict=False)  # a parameter of another policy


@pytest.mark.parametrize(
    "wrong",
    [{"years": 0}, {"years": 2.5}, {"scale": 0.0}, {"scale": 1.5}, {"seed": -1}, {"start": True},
     {"replication": math.nan}, {"policy": "trans-s3"}],
)  # fmt: skip
def test_impossible_scenarios_are_refused(world, wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        Scenario(world, **wrong)


def test_the_run_id_follows_what_decides_the_run(world):
    base = Scenario(world)
    others = [
        base.replace(years=3), base.replace(policy="no_s3"), base.replace(seed=1),
        base.replace(replication=1), base.replace(scale=0.1), base.replace(start=2),
        base.replace({"search.rate": 0.1}), base.drop_mechanism("learning"),
    ]  # fmt: skip
    ids = {one.run_id for one in (base, *others)}
    assert len(ids) == 1 + len(others)
    assert Scenario(world).run_id == base.run_id


def test_mechanisms_that_do_not_exist_cannot_be_left_out(world):
    with pytest.raises(InputError, match="did you mean 'learning'"):
        Scenario(world).drop_mechanism("lerning")
    assert len(Scenario(world).drop_mechanism("learning").mechanisms) == len(SCHEDULE) - 1


def test_defaults_are_declared_numbers_not_numpy(world):
    assert all(
        type(v) in (int, float)
        for v in Scenario(world, "macro_regional").parameter_values().values()
    )
    assert not any(isinstance(v, np.generic) for v in KNOWN.values())


def test_numbers_of_numpy_decide_the_same_run_as_python_s(world):
    mine = Scenario(world, years=4, scale=0.25, seed=3).replace({"search.rate": 0.125})
    same = Scenario(world, years=np.int64(4), scale=np.float32(0.25), seed=np.uint8(3)).replace(
        {"search.rate": np.float32(0.125)}
    )
    assert mine.run_id == same.run_id
    assert mine.described() == same.described()


def test_a_flag_of_numpy_is_no_number(world):
    with pytest.raises(InputError, match="years"):
        Scenario(world, years=np.bool_(True))
    with pytest.raises(InputError, match="is not a number"):
        Scenario(world).replace({"search.rate": np.bool_(True)})


@pytest.mark.parametrize("value", [3.0, np.int64(3), np.float32(3.0), np.uint8(3)])
def test_whole_numbers_are_normalised_wherever_they_enter(world, value):
    assert repr(Example(count=value)) == repr(Example(count=3))
    assert repr(Example().with_values({"example.count": value})) == repr(Example())
    scenario = Scenario(world, years=value, seed=value, start=value, replication=value)
    assert scenario.run_id == Scenario(world, years=3, seed=3, start=3, replication=3).run_id
    assert isinstance(scenario.years, int)


@pytest.mark.parametrize("value", [1, 1.0, np.float64(1.0), np.int8(1)])
def test_real_numbers_are_normalised_wherever_they_enter(world, value):
    assert repr(Example(share=value)) == repr(Example(share=1.0))
    assert repr(Example(share=-0.0)) == repr(Example(share=0))
    scenario = Scenario(world, scale=value).replace({"search.former": 0})
    same = Scenario(world, scale=1.0).replace({"search.former": -0.0})
    assert scenario.run_id == same.run_id


@pytest.mark.parametrize(
    "value",
    [1e300, -1e300, 10**400, -(10**5000), math.inf, math.nan, np.float64("inf"), True, np.bool_(1),
     "2", None, 1j, np.array([2]), [2], {}, "x" * 5000],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_is_no_number_in_range_is_told_in_one_short_line(world, value):
    for attempt in (
        lambda: Example(count=value),
        lambda: Example(share=value),
        lambda: Scenario(world, years=value),
        lambda: Scenario(world, scale=value),
        lambda: Scenario(world).replace({"search.rate": value}),
    ):
        with pytest.raises(InputError, match="allowed") as caught:
            attempt()
        assert len(caught.value.problems) == 1
        assert len(str(caught.value)) < 250
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("one", KNOWN.values(), ids=lambda p: p.name)
def test_every_number_has_finite_bounds(one):
    assert math.isfinite(one.low)
    assert math.isfinite(one.high)


def test_every_key_of_a_source_is_used_and_printed_in_full():
    printed = {one.source for one in KNOWN.values()}
    assert set(SOURCES.values()) <= printed
    assert not printed & SOURCES.keys()
