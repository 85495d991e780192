"""Scenario discovery: known boxes are found, absent ones are not, wrong labels are noticed."""

import logging
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from s3sim.analysis.boxes import Box, Limit, prim_boxes, pruned, tree_boxes
from s3sim.analysis.discovery import choose, discover, trajectory
from s3sim.analysis.label_noise import label_noise
from s3sim.core.errors import InputError

PLANTED = Box((Limit("f0", low=5.5), Limit("f1", high=0.4)))
"""f0 is spread over 0-10, so the box holds 0.45 x 0.4 = 18 % of worlds."""


def worlds(n, seed, factors=10):
    x = np.random.default_rng(seed).random((n, factors))
    x[:, 0] *= 10
    return pd.DataFrame(x, columns=[f"f{k}" for k in range(factors)])


@pytest.fixture(scope="module")
def planted():
    x = worlds(1000, 1)
    return x, PLANTED.contains(x)


@pytest.fixture(scope="module")
def found(planted):
    return discover(*planted, policy="Trans-S3", resamples=6, seed=0)


def test_a_box_holds_its_limits_and_counts_what_is_inside():
    x = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": [5, 5, 6, 6]})
    box = Box((Limit("a", 1.0, 2.0),))
    assert box.contains(x).tolist() == [False, True, True, False]
    score = box.score(x, np.array([True, True, False, False]))
    assert (score.density, score.coverage, score.mass) == (0.5, 0.5, 0.5)
    assert (score.losses_inside, score.inside, score.losses, score.worlds) == (1, 2, 2, 4)
    # Wilson's interval of 1 of 2.
    assert (score.density_low, score.density_high) == pytest.approx((0.0945, 0.9055), abs=1e-4)
    empty = Box((Limit("b", high=1.0),)).score(x, np.zeros(4, bool))
    assert np.isnan(empty.density)
    assert np.isnan(empty.coverage)


def test_quasi_p_is_the_binomial_chance_without_the_limit():
    # 10 of 10 worlds below 10 lose, and 5 of the 10 others: 15 of 20 without the limit.
    x = pd.DataFrame({"a": np.arange(20.0), "b": np.zeros(20)})
    labels = np.r_[np.ones(10, bool), np.tile([True, False], 5)]
    box = pruned(Box((Limit("a", high=9.0),)), x, labels, 1.0, 4)
    assert box.limits[0].quasi_p_high == pytest.approx(0.75**10)
    assert box.limits[0].quasi_p_low is None


def test_quasi_p_values_are_the_workbench_s(planted):
    x, labels = planted
    x, labels = x[:150].reset_index(drop=True), labels[:150]
    boxes = prim_boxes(x, labels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ema_workbench.analysis import prim

        theirs = prim.Prim(x.copy(), labels, threshold=0.1, mass_min=0.05).find_box()
    assert len(boxes) == len(theirs.qp)
    ours, values = pruned(boxes[-1], x, labels, 1.1, 99), theirs.qp[-1]
    assert set(ours.factors) == set(values)
    for limit in ours.limits:
        for value, reference in zip(
            (limit.quasi_p_low, limit.quasi_p_high), values[limit.factor], strict=True
        ):
            # -1 is the workbench's mark for no limit.
            assert (-1 if value is None else value) == pytest.approx(reference, rel=1e-9)


def test_trajectory_is_the_workbench_s_and_starts_with_every_world(planted):
    boxes = prim_boxes(*planted)
    rows = trajectory(boxes, *planted)
    assert boxes[0] == Box()
    assert (rows["coverage"][0], rows["mass"][0]) == (1.0, 1.0)
    assert (rows["density"].diff()[1:] > 0).all()
    assert rows["mass"].iloc[-1] < 0.3


def test_whole_numbers_and_flags_can_be_peeled():
    rng = np.random.default_rng(3)
    x = pd.DataFrame({"k": rng.integers(0, 7, 400), "flag": rng.random(400) < 0.5, "z": 1.5})
    labels = ((x["k"] >= 5) & x["flag"]).to_numpy()
    box = choose(prim_boxes(x, labels), x, labels)
    assert box.factors == ("k", "flag")
    assert box.contains(x).tolist() == labels.tolist()


def test_weak_limits_are_dropped_and_four_factors_stay_at_the_most(planted):
    x, labels = planted
    loose = Box((*PLANTED.limits, Limit("f2", low=0.02), Limit("f3", high=0.97)))
    assert pruned(loose, x, labels, 0.05, 4).factors == ("f0", "f1")
    assert len(pruned(PLANTED, x, labels, 0.05, 1).factors) == 1
    assert pruned(Box((Limit("f5", low=0.02),)), x, labels, 0.05, 4) == Box()


def test_planted_box_is_recovered_on_new_worlds(found):
    """Held-out precision and recall of at least 0.9 from 1,000 worlds and ten factors."""
    x = worlds(20_000, 99)
    score = found.box.score(x, PLANTED.contains(x))
    assert found.box.factors == ("f0", "f1")
    assert score.density >= 0.9
    assert score.coverage >= 0.9
    assert found.held_out.density >= 0.9
    assert found.held_out.coverage >= 0.9
    assert found.accepted
    assert found.held_out.worlds == 300


@pytest.mark.slow
def test_planted_boxes_are_recovered_with_clean_and_noisy_labels(record_property):
    fresh = worlds(20_000, 99)
    truth = PLANTED.contains(fresh)
    for flipped in (0.0, 0.05, 0.08):
        precision, recall = [], []
        for seed in range(20):
            x = worlds(1000, seed)
            noise = np.random.default_rng(1000 + seed).random(1000) < flipped
            score = discover(x, PLANTED.contains(x) ^ noise, resamples=0, seed=seed).box.score(
                fresh, truth
            )
            precision.append(score.density)
            recall.append(score.coverage)
        for name, values in (("precision", precision), ("recall", recall)):
            record_property(f"{name}_{flipped}", round(float(np.mean(values)), 3))
            print(flipped, name, np.mean(values), np.min(values))
            assert np.mean(values) >= 0.9


def test_sentence_says_where_and_how_much(found):
    high = found.box.limits[1].high
    assert high == pytest.approx(0.4, abs=0.03)
    assert found.sentence.startswith("Trans-S3 loses where f0 is above 5.")
    assert f"f1 is below {high:.3g}" in found.sentence
    assert "% of worlds there lose (held out: " in found.sentence
    assert "% of all losses lie there" in found.sentence


def test_stability_and_the_tree_support_the_box(found):
    share = found.stability.set_index("factor")["share"]
    assert (share[["f0", "f1"]] >= 0.8).all()
    # Chance of a stray limit on an inert factor is about 0.05 a resample.
    assert share.drop(["f0", "f1"]).max() <= 0.5
    assert found.tree["limits"].str.contains("f0 is").all()
    assert found.tree["coverage_held_out"].sum() > 0.8


def test_tree_leaves_are_the_two_corners():
    x = worlds(600, 8)
    labels = ((x["f0"] > 5) ^ (x["f1"] > 0.5)).to_numpy()
    boxes = tree_boxes(x, labels, most_limits=4, smallest_density=0.7, seed=0)
    inside = np.array([box.contains(x) for box in boxes])
    assert (inside.sum(axis=0) <= 1).all()
    assert (inside.any(axis=0) == labels).mean() > 0.85
    assert all(len(box.sides()) <= 4 for box in boxes)


def test_the_seed_decides_everything(planted):
    x, labels = planted
    x, labels = x[:300], labels[:300]
    one, two = (discover(x, labels, resamples=1, seed=0) for _ in range(2))
    assert one.box == two.box
    pd.testing.assert_frame_equal(one.stability, two.stability)
    other = discover(x, labels, resamples=0, seed=1)
    assert other.box != one.box


def test_no_compact_region_is_said_when_losses_are_everywhere():
    x = worlds(600, 5)
    labels = np.random.default_rng(6).random(600) < 0.3
    result = discover(x, labels, resamples=0, seed=0)
    assert not result.accepted
    assert result.sentence.startswith("There is no compact region of worlds")


@pytest.mark.parametrize(("losses", "says"), [(0, "0 of"), (200, "200 of"), (9, "9 of")])
def test_too_few_of_a_kind_is_said_and_no_box_is_given(losses, says):
    result = discover(worlds(200, 2), np.arange(200) < losses)
    assert result.box is None
    assert says in result.refused
    assert result.sentence == result.refused


def test_bad_tables_are_refused():
    x, labels = worlds(50, 1), np.arange(50) < 25
    for bad, kind in (
        (x.assign(f0=np.nan), labels),
        (x, labels.astype(int)),
        (x, labels[:10]),
        (x.assign(f0="a"), labels),
        (pd.concat([x, x], axis=1), labels),
    ):
        with pytest.raises(InputError):
            discover(bad, kind)


def test_wrong_labels_are_estimated_from_the_spread_of_luck():
    """A losing region of 16 % with effects of 0.75, under little and much luck."""
    rng = np.random.default_rng(0)
    expected = np.where(rng.random(800) < 0.16, -0.75, 0.75)
    for sd in (0.5, 1.0, 2.5):
        observed = expected + rng.normal(0, sd, 800)
        truth = ((observed < 0) != (expected < 0)).mean()
        # True by the normal distribution: 0.067, 0.227, 0.382; the estimate is good to 0.05.
        assert truth == pytest.approx(stats.norm.sf(0.75 / sd), abs=0.04)
        noise = label_noise(observed, 0.0, sd=sd)
        assert noise.share == pytest.approx(truth, abs=0.05)
        assert noise.refused == (sd > 0.5)


def test_two_seeds_a_world_measure_luck_themselves():
    rng = np.random.default_rng(1)
    expected = rng.normal(0.5, 0.7, 800)
    both = expected[:, None] + rng.normal(0, 0.5, (800, 2))
    truth = ((both.mean(axis=1) < 0) != (expected < 0)).mean()
    noise = label_noise(both, 0.0)
    assert noise.sd == pytest.approx(0.5 / np.sqrt(2), rel=0.05)
    assert noise.share == pytest.approx(truth, abs=0.03)
    single = ((both[:, 0] < 0) != (expected < 0)).mean()
    assert noise.disagreement / 2 - 0.03 <= single <= noise.disagreement + 0.03


def test_no_luck_no_wrong_label():
    noise = label_noise(np.linspace(-1, 1, 50), 0.0, sd=0.0)
    assert noise.share == 0
    assert "at most 10% is allowed" in noise.sentence


@pytest.mark.parametrize(
    ("values", "sd"),
    [
        (np.zeros(5), None),
        (np.zeros((5, 2)), 1.0),
        (np.array([1.0, np.nan]), 1.0),
        (np.zeros(5), -1.0),
        (np.zeros(1), 1.0),
    ],
)
def test_luck_that_cannot_be_known_is_refused(values, sd):
    with pytest.raises(InputError):
        label_noise(values, 0.0, sd=sd)


def test_noisy_labels_close_the_gate(planted):
    noise = label_noise(np.random.default_rng(2).normal(0, 1, 100), 0.0, sd=0.9)
    result = discover(*planted, noise=noise)
    assert result.box is None
    assert "too many to look for boxes" in result.refused


def test_the_surroundings_are_left_alone(planted, capfd):
    x, labels = planted
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    logger = logging.getLogger("EMA")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        filters, propagate = list(warnings.filters), logger.propagate
        discover(x[:200], labels[:200], resamples=1)
        assert warnings.filters == filters
    assert logger.propagate == propagate
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002
    assert capfd.readouterr() == ("", "")


def test_a_missing_library_is_named_with_its_extra(planted, monkeypatch):
    monkeypatch.setitem(sys.modules, "ema_workbench.analysis", None)
    with pytest.raises(InputError, match=r"\.\[analysis\]"):
        discover(*planted)
    monkeypatch.setitem(sys.modules, "sklearn.tree", None)
    with pytest.raises(InputError, match=r"\.\[analysis\]"):
        tree_boxes(*planted, most_limits=4, smallest_density=0.7, seed=0)
