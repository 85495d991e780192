"""Screening: elementary effects, dummies, and what is kept."""

import numpy as np
import pytest
from known_answers import Screening
from SALib.analyze import morris as raw

from s3sim.analysis.guard import undisturbed
from s3sim.analysis.known_functions import Ishigami
from s3sim.analysis.morris import elementary_effects, morris_design, screen, stability
from s3sim.analysis.problem import Problem
from s3sim.core.errors import InputError

GROUPED = Problem(("a", "b", "c", "dummy_1"), ("z", "y", "z", "none"))


def linear(design, weights=(3.0, -1.0, 2.0, 0.0)):
    return design.unit @ np.array(weights)


def test_effects_of_a_linear_function_are_its_slopes():
    problem = Problem(("a", "b", "c", "dummy_1", "dummy_2", "dummy_3"))
    design = morris_design(problem, 6, 0)
    y = linear(design, (3.0, -1.0, 0.2, 0, 0, 0))
    frame = screen(design, y).set_index("factor")
    assert frame["mu"].tolist() == pytest.approx([3, -1, 0.2, 0, 0, 0])
    assert frame["mu_star"].tolist() == pytest.approx([3, 1, 0.2, 0, 0, 0])
    assert frame["sigma"].to_numpy() == pytest.approx(0, abs=1e-12)
    # 0.2 is real, and less than a tenth of 3.
    assert frame["kept"].tolist() == [True, True, False, False, False, False]
    assert screen(design, y, relevant=0.05)["kept"].sum() == 3
    assert stability(design, y) == 1.0


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("levels", [4, 6])
def test_values_are_those_of_salib(grouped, levels):
    design = morris_design(GROUPED, 12, 2, levels, grouped)
    y = linear(design) ** 2
    effects = elementary_effects(design, y)
    frame = screen(design, y)
    with undisturbed():
        theirs = raw.analyze(GROUPED.salib(grouped), design.unit, y, num_levels=levels, seed=1)
    np.testing.assert_allclose(frame["mu_star"], theirs["mu_star"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(np.abs(effects).mean(axis=0), frame["mu_star"], atol=1e-12)
    single = frame["mu"].notna().to_numpy()
    np.testing.assert_allclose(effects.mean(axis=0)[single], frame["mu"][single], atol=1e-12)
    spread = effects.std(axis=0, ddof=1)
    np.testing.assert_allclose(spread[single], frame["sigma"][single], atol=1e-12)
    assert single.sum() == (2 if grouped else 4)


def test_trajectories_move_one_factor_at_a_time_inside_the_cube():
    design = morris_design(GROUPED, 5, 0)
    assert design.unit.shape == (25, 4)
    assert np.bincount(design.trajectory).tolist() == [5] * 5
    assert set(np.unique(np.rint(design.unit * 3))) == {0, 1, 2, 3}
    assert ((design.unit >= 0) & (design.unit <= 1)).all()
    steps = np.diff(design.unit.reshape(5, 5, 4), axis=1)
    assert ((steps != 0).sum(axis=2) == 1).all()
    assert ((steps != 0).sum(axis=1) == 1).all()
    moved = np.diff(morris_design(GROUPED, 5, 0, grouped=True).unit.reshape(5, 4, 4), axis=1) != 0
    assert (moved[:, :, 0] == moved[:, :, 2]).all()


def test_seeds_decide_designs_and_intervals_and_0_is_one():
    one, same, other = (morris_design(GROUPED, 8, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.unit, same.unit)
    assert (one.unit != other.unit).any()
    y = linear(one) ** 2
    assert screen(one, y, seed=0).equals(screen(one, y, seed=0))
    assert not screen(one, y, seed=0).equals(screen(one, y, seed=1))
    assert stability(one, y, seed=0) == stability(one, y, seed=0)


def test_intervals_are_around_the_values():
    design = morris_design(GROUPED, 20, 0)
    frame = screen(design, linear(design) ** 2)
    assert (
        (frame["mu_star_low"] <= frame["mu_star"]) & (frame["mu_star"] <= frame["mu_star_high"])
    ).all()
    inside = frame.query("factor in ['a', 'b', 'c']")
    assert (inside["mu_star_low"] < inside["mu_star_high"]).all()
    # Normal theory: half-width 1.96 sd / sqrt(20), within a third at twenty trajectories.
    spread = np.abs(elementary_effects(design, linear(design) ** 2))[:, 0].std(ddof=1)
    half = (frame["mu_star_high"] - frame["mu_star_low"])[0] / 2
    assert half == pytest.approx(1.96 * spread / np.sqrt(20), rel=0.33)


def test_what_is_not_allowed_is_told():
    for size in (1, 2.0, True):
        with pytest.raises(InputError, match="trajectories = "):
            morris_design(GROUPED, size, 0)
    with pytest.raises(InputError, match="odd"):
        morris_design(GROUPED, 4, 0, levels=5)
    with pytest.raises(InputError, match="no dummy to compare with"):
        morris_design(Ishigami().problem, 4, 0)
    with pytest.raises(InputError, match="no group of dummies"):
        morris_design(Problem(("a", "b", "dummy_1"), ("x", "y", "y")), 4, 0, grouped=True)


def test_few_dummies_get_a_note():
    design = morris_design(GROUPED, 4, 0)
    assert set(screen(design, linear(design))["note"]) == {
        "fewer than 3 dummies: an uncertain threshold"
    }
    enough = morris_design(Screening().problem, 4, 0)
    assert set(screen(enough, Screening()(enough.unit, enough.trajectory))["note"]) == {""}


def study(keyed, repeats, share=0.5):
    """Return the shares of influential and of other factors kept, and the mean stability."""
    f = Screening(share)
    other = ~f.influential
    other[20:] = False
    kept, wrong, steady = [], [], []
    for seed in range(repeats):
        design = morris_design(f.problem, 20, seed)
        rows = len(design.unit)
        luck = design.trajectory + 1000 * seed if keyed else np.arange(rows) + rows * seed
        y = f(design.unit, luck)
        frame = screen(design, y, seed)
        if keyed:
            assert not frame["mu_star"][20:].any()
        assert not frame["kept"][20:].any()
        kept.append(frame["kept"][f.influential].mean())
        wrong.append(frame["kept"][other].mean())
        steady.append(stability(design, y, seed))
    return float(np.mean(kept)), float(np.mean(wrong)), float(np.mean(steady))


def test_twenty_factors_with_half_the_variance_luck():
    kept, wrong, _ = study(keyed=True, repeats=4)
    assert kept >= 0.85
    assert wrong <= 0.20


def test_the_screening_function_has_the_share_of_luck_it_says():
    f, draw = Screening(0.5), np.random.default_rng(0)
    n = 40_000
    unit = draw.random((n, 23))
    first, second = (f(unit, np.arange(n) + k * n) for k in (0, 1))
    luck = np.var(first - second) / 2
    # Standard error of a ratio of two variances of 40,000: 0.01.
    assert luck / np.var(first) == pytest.approx(0.5, abs=0.03)
    moved = unit.copy()
    moved[:, 15:] = 0.5
    np.testing.assert_array_equal(f(moved, np.arange(n)), first)


@pytest.mark.slow
def test_screening_with_one_luck_a_trajectory_and_without():
    keyed, free = study(True, 60), study(False, 60)
    print("kept, false, stability:", keyed, "with independent luck:", free)
    assert keyed[0] >= 0.85
    assert keyed[1] <= 0.20
    # Independent luck hides most factors, and the dummies still hold false alarms down.
    assert free[0] < keyed[0] - 0.4
    assert free[1] <= 0.20
