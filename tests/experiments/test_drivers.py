"""What sensitivity studies share: failed parts are left out, points found, levels in percent."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from s3sim.analysis.morris import morris_design, screen
from s3sim.analysis.problem import Problem
from s3sim.analysis.sobol import indices, sobol_design
from s3sim.core.errors import InputError
from s3sim.ensemble.experiments.config import home
from s3sim.ensemble.experiments.drivers import (
    in_percent,
    leading,
    opinions,
    surrogate,
    without_failures,
)
from s3sim.ensemble.experiments.runner import load
from s3sim.ensemble.experiments.study import Study

PROBLEM = Problem(("a", "b", "dummy_1", "seed"), ("one", "one", "dummy_1", "seed"))


def test_a_failed_run_costs_its_trajectory():
    design = morris_design(PROBLEM, 6, 1)
    ok = np.ones(len(design.unit), bool)
    ok[7] = False  # in the second trajectory of five rows each
    left, rows = without_failures(design, ok)
    assert left.trajectories == 5
    assert rows.sum() == 25
    assert not rows[5:10].any()
    y = 3 * design.unit[:, 0] + design.unit[:, 1]
    y[7] = np.nan
    found = screen(left, y[rows]).set_index("factor")["mu_star"]
    assert found.to_dict() == pytest.approx({"a": 3, "b": 1, "dummy_1": 0, "seed": 0}, abs=1e-12)


def test_a_failed_run_costs_its_scramble():
    design = sobol_design(PROBLEM, 512, 1, grouped=True)
    ok = np.ones(len(design.unit), bool)
    ok[[0, 1, -1]] = False
    left, rows = without_failures(design, ok)
    assert (left.scrambles, left.n, rows.sum()) == (6, 384, 6 * 64 * 5)
    y = design.unit[:, 0] + design.unit[:, 3]
    found = indices(left, np.where(ok, y, np.nan)[rows]).set_index("factor")["ST"]
    assert found.to_dict() == pytest.approx({"one": 0.5, "dummy_1": 0.0, "seed": 0.5}, abs=0.03)


def test_too_many_failures_are_told():
    design = morris_design(PROBLEM, 3, 1)
    ok = np.zeros(len(design.unit), bool)
    ok[:5] = True
    with pytest.raises(InputError, match="all but 1 of the trajectories"):
        without_failures(design, ok)


def test_points_are_independent_of_one_another():
    design = sobol_design(PROBLEM, 64, 1, grouped=True)
    found = design.unit[design.independent]
    assert len(found) == 128
    assert len(np.unique(found, axis=0)) == 128
    assert (
        np.unique(np.delete(design.unit, np.flatnonzero(design.independent), 0)[:, 0]).size <= 128
    )


def test_percent_of_the_baseline():
    levels = np.array([[1.0, 2.0], [3.0, 2.0], [np.nan, np.nan]])
    np.testing.assert_allclose(in_percent(levels), [[50, 100], [150, 100], [np.nan, np.nan]])
    np.testing.assert_allclose(in_percent(-levels)[0], [-50, -100])
    zero = np.array([[0.0, 2.0]])
    assert in_percent(zero) is zero


def test_leading_leaves_some_out():
    frame = pd.DataFrame({"factor": ["a", "b", "c"], "ST": [0.5, np.nan, 0.7]})
    assert leading(frame, "ST", 2)["factor"].tolist() == ["c", "a"]
    assert leading(frame, "ST", 1, ["c"])["factor"].tolist() == ["a"]


def test_screening_keeps_luck_within_a_trajectory():
    config, script = load(home(), "e03_screening")
    study = Study(config.at("smoke"), "smoke")
    [worlds] = script.designs(study)
    design, _ = script.design_of(study)
    block = len(design.labels) + 1
    luck = np.array(worlds.replications)
    for k in range(design.trajectories):
        assert set(luck[k * block : (k + 1) * block]) == {k}
    again = np.arange(len(design.unit), len(luck))
    assert len(set(luck[again])) == len(again)
    assert not set(luck[again]) & set(luck[: len(design.unit)])
    first = worlds.unit[: len(design.unit) : block]
    np.testing.assert_array_equal(worlds.unit[again].reshape(-1, *first.shape)[0], first)


def test_luck_scores_what_a_change_of_luck_does():
    _, script = load(home(), "e03_screening")
    design = morris_design(PROBLEM, 2, 1)
    y = np.zeros(2 * 5 + 4)
    y[10:] = [2.0, -4.0, 2.0, -4.0]  # two redraws of two first points
    row = script.luck_row(design, y).iloc[0]
    # A step is two thirds of the range, so changes of 2 and 4 count 3 and 6.
    assert row["mu_star"] == pytest.approx(4.5)
    assert row["sigma"] == pytest.approx(np.sqrt((9 + 36) / 2))
    assert row["mu"] == 0


def fake(n):
    """Worlds of four factors in two groups, and luck."""
    unit = np.random.default_rng(0).random((n, 4))
    names, groups = ("a", "b", "dummy_1", "seed"), ("one", "two", "dummy_1", "seed")
    factors = [SimpleNamespace(name=a, group=b) for a, b in zip(names, groups, strict=True)]
    space = SimpleNamespace(names=names, factors=factors)
    return SimpleNamespace(
        unit=pd.DataFrame(unit[:, :3], columns=names[:3]),
        whole=np.ones(n, bool),
        samples=SimpleNamespace(unit=unit, space=space),
    )


def test_shares_of_the_surrogate_are_of_all_the_variance():
    worlds = fake(300)
    x = worlds.samples.unit
    y = 2 * x[:, 0] + x[:, 1] + x[:, 3]  # variances 4, 1 and, by luck, 1
    shares, reason = surrogate(worlds, y, 1 / 6, 0)
    assert reason.startswith("trusted")
    assert shares["ST"].to_dict() == pytest.approx({"one": 4 / 6, "two": 1 / 6, "dummy_1": 0}, abs=0.03)  # fmt: skip
    assert shares["Shapley"].sum() == pytest.approx(5 / 6)


def test_a_surrogate_is_withheld_with_its_reason():
    worlds = fake(300)
    rough = np.sign(np.sin(60 * worlds.samples.unit[:, 0]))
    for y, luck, why in ((rough, 0.0, "of the variance"), (rough, np.nan, "constant"),
                         (rough, 1.0, "all luck"), (rough[:50], 0.0, "too few")):  # fmt: skip
        shares, reason = surrogate(worlds, y, luck, 0)
        assert shares is None
        assert reason.startswith("withheld")
        assert why in reason


def test_opinions_name_single_factors_and_the_groups_they_lie_in():
    worlds = fake(300)
    x = worlds.samples.unit
    frame = pd.DataFrame({"factor": ["one", "two", "dummy_1", "seed"], "ST": [0.8, 0.2, 0.0, 0.0]})
    said = opinions(worlds, 2 * x[:, 0] + x[:, 1], frame, 0)
    assert "RBD-FAST (a, b, " in said
    assert "delta (a, b, " in said
    assert "no second opinion" in opinions(worlds, np.zeros(300), frame, 0)
