"""Intervals, verdicts and stopping: known answers, and coverage where only counting can tell."""

import numpy as np
import pytest
from scipy import stats

from s3sim.analysis.intervals import bca_interval, t_interval, wilson
from s3sim.analysis.paired import paired_effect
from s3sim.analysis.simultaneous import by_scrambles, max_t, simultaneous, verdict_table
from s3sim.analysis.stopping import Stopping, stopped_at
from s3sim.analysis.verdicts import EQUAL, HIGHER, LOWER, NO_VERDICT, UNCLEAR, pairs_needed, verdict
from s3sim.core.errors import InputError

EIGHT = tuple("abcdefgh")


def correlated(rng, n, number=8, correlation=0.6):
    """Standard normal columns that share one factor."""
    common = rng.standard_normal((n, 1))
    return np.sqrt(correlation) * common + np.sqrt(1 - correlation) * rng.standard_normal(
        (n, number)
    )


def test_wilson_is_scipy_s():
    for hits, n in ((0, 10), (3, 10), (10, 10), (500, 1024)):
        expected = stats.binomtest(hits, n).proportion_ci(method="wilson")
        share, low, high = wilson(hits, n)
        assert share == hits / n
        assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert np.isnan(wilson(0, 0)).all()


def test_t_interval_is_scipy_s():
    values = np.array([1.0, 2.0, 4.0, 8.0])
    expected = stats.ttest_1samp(values, 0).confidence_interval()
    assert t_interval(values) == pytest.approx((3.75, expected.low, expected.high))
    assert np.isnan(t_interval(values[:1])[1:]).all()


def test_bca_leans_with_the_skew_and_is_determined_by_its_seed():
    values = np.random.default_rng(0).lognormal(0, 1, 200)
    mean, low, high = bca_interval(values, seed=0)
    assert mean == pytest.approx(values.mean())
    assert high - mean > mean - low
    assert bca_interval(values, seed=0) == (mean, low, high)
    assert bca_interval(values, seed=1) != (mean, low, high)
    # The t interval is symmetric; both agree on the width to a fifth at this size.
    _, t_low, t_high = t_interval(values)
    assert high - low == pytest.approx(t_high - t_low, rel=0.2)
    assert bca_interval(np.full(5, 2.0), seed=0) == (2.0, 2.0, 2.0)
    with pytest.raises(InputError, match="leave failed worlds out"):
        bca_interval(np.array([1.0, np.nan]), seed=0)


def test_one_outcome_needs_about_the_t_value_and_eight_need_more():
    values = correlated(np.random.default_rng(1), 200)
    one = simultaneous(values[:, :1], ["a"], seed=0)
    # Monte Carlo error of a bootstrap quantile from 4,999 resamples is about 0.03.
    assert one.critical == pytest.approx(stats.t.ppf(0.975, 199), abs=0.12)
    eight = simultaneous(values, EIGHT, seed=0)
    bonferroni = stats.t.ppf(1 - 0.025 / 8, 199)
    assert one.critical < eight.critical < bonferroni
    assert ((eight.low < eight.mean) & (eight.mean < eight.high)).all()


def test_identical_outcomes_count_once():
    column = np.random.default_rng(2).standard_normal((60, 1))
    one = simultaneous(column, ["a"], seed=0)
    many = simultaneous(np.repeat(column, 8, axis=1), EIGHT, seed=0)
    assert many.critical == pytest.approx(one.critical)
    assert many.p_value == pytest.approx(np.repeat(one.p_value, 8))


def test_a_constant_difference_has_no_width():
    values = np.column_stack([np.zeros(30), np.full(30, 0.3), np.arange(30.0)])
    found = simultaneous(values, ["null", "sure", "moves"], seed=0)
    assert found.low.tolist()[:2] == found.high.tolist()[:2] == [0.0, pytest.approx(0.3)]
    assert found.p_value[:2].tolist() == [1.0, 0.0]
    assert found.low[2] < found.mean[2]
    still = simultaneous(values[:, :1], ["null"], seed=0)
    assert (still.critical, still.low[0], still.high[0]) == (0.0, 0.0, 0.0)


def test_adjusted_p_values_find_what_the_intervals_find():
    rng = np.random.default_rng(3)
    values = correlated(rng, 40) + np.array([0.8, 0.6, 0.5, 0.4, 0, 0, 0, 0])
    found = simultaneous(values, EIGHT, seed=0)
    outside = (found.low > 0) | (found.high < 0)
    assert outside.any()
    assert not outside.all()
    assert (found.p_value[outside] <= 0.0502).all()
    assert (found.p_value[~outside] > 0.0498).all()


def test_scrambles_get_bonferroni_t_and_holm():
    means = np.random.default_rng(4).normal(0.5, 1, (8, 3))
    found = by_scrambles(means, ["a", "b", "c"])
    assert found.critical == pytest.approx(stats.t.ppf(1 - 0.05 / 6, 7))
    single = stats.ttest_1samp(means, 0).pvalue
    order = np.argsort(single)
    assert found.p_value[order[0]] == pytest.approx(min(1, 3 * single[order[0]]))
    assert found.p_value[order[2]] >= single[order[2]]
    assert (np.diff(found.p_value[order]) >= 0).all()
    still = by_scrambles(np.zeros((8, 1)), ["null"])
    assert (still.low[0], still.high[0], still.p_value[0]) == (0, 0, 1)


def test_failed_worlds_and_wrong_shapes_are_named():
    values = np.zeros((10, 2))
    values[3, 1] = np.nan
    with pytest.raises(InputError, match=r"1 of 10 worlds .* \[3\]"):
        simultaneous(values, ["a", "b"], seed=0)
    with pytest.raises(InputError, match="one column"):
        simultaneous(values, ["a"], seed=0)
    with pytest.raises(InputError, match="at least two"):
        by_scrambles(values[:1], ["a", "b"])


@pytest.mark.parametrize(
    ("low", "high", "smallest", "word"),
    [
        (0.6, 1.0, 0.5, HIGHER),
        (-1.0, -0.6, 0.5, LOWER),
        (-0.5, 0.5, 0.5, EQUAL),
        (0.1, 0.4, 0.5, EQUAL),
        (0.4, 0.9, 0.5, UNCLEAR),
        (-0.9, 0.9, 0.5, UNCLEAR),
        (0.0, 0.0, 0.0, UNCLEAR),
        (0.1, 0.2, 0.0, HIGHER),
        (np.nan, np.nan, 0.5, NO_VERDICT),
    ],
)
def test_verdict_words(low, high, smallest, word):
    assert verdict(low, high, smallest_effect=smallest) == word


def test_pairs_needed_bring_the_half_width_to_the_smallest_effect():
    assert pairs_needed(1.0, 0.5, 100) == 400
    # Narrow already but across the smallest effect: more, by doubling.
    assert pairs_needed(0.05, 0.5, 100) == 200
    assert pairs_needed(1.0, 0.0, 100) is None


def test_too_many_failures_allow_no_verdict():
    assert verdict(0.6, 1.0, smallest_effect=0.5, runs=1000, failed=10) == HIGHER
    assert verdict(0.6, 1.0, smallest_effect=0.5, runs=1000, failed=11) == NO_VERDICT


def test_impossible_intervals_are_refused():
    for low, high, smallest in ((1.0, 0.0, 0.5), (0.0, 1.0, -0.5), (0.0, 1.0, np.nan)):
        with pytest.raises(InputError):
            verdict(low, high, smallest_effect=smallest)


def test_table_of_verdicts():
    values = np.column_stack([np.full(50, 1.0), np.zeros(50), np.tile([2.0, -2.0], 25)])
    found = simultaneous(values, ["cost", "still", "wild"], seed=0)
    table = verdict_table(found, np.full(3, 0.2), 50)
    assert table["verdict"].tolist() == [HIGHER, EQUAL, UNCLEAR]
    assert table["pairs_needed"].isna().tolist() == [True, True, False]


def test_one_pair_has_no_verdict():
    found = paired_effect(np.array([2.0]), np.array([1.0]))
    assert (found.effect, found.replications, found.verdict) == (1.0, 1, NO_VERDICT)
    assert paired_effect(np.array([np.nan]), np.array([1.0])).verdict == NO_VERDICT


def test_stopping_looks_at_doubling_prefixes():
    rule = Stopping(minimum=4, relative=0.1)
    values = np.r_[np.tile([0.0, 2.0], 2), np.full(60, 1.0)]
    # Half-width at 2^k worlds by hand: sd = sqrt(4 / (n - 1)), mean 1.
    for n in (4, 8, 16, 32):
        half = stats.t.ppf(0.975, n - 1) * np.sqrt(4 / (n - 1) / n)
        assert (half <= 0.1) == (n >= 64), n
    found = stopped_at(values, rule)
    assert (found.worlds, found.reason) == (64, "precise enough")
    assert found.target == pytest.approx(0.1)
    assert stopped_at(values[:40], rule).reason == "budget spent"
    assert stopped_at(values[:40], rule).worlds == 40
    assert stopped_at(np.ones(64), rule).worlds == 4


def test_a_large_smallest_effect_stops_earlier():
    values = np.random.default_rng(5).normal(0.01, 1, 4096)
    assert stopped_at(values, Stopping(64)).reason == "budget spent"
    found = stopped_at(values, Stopping(64, smallest=1.0))
    assert found.reason == "precise enough"
    assert found.worlds <= 1024
    assert "asked for 0.1" in found.sentence


@pytest.mark.parametrize(
    "bad", [{"minimum": 1}, {"relative": 0.0}, {"smallest": -1.0}, {"confidence": 1.0}]
)
def test_impossible_rules_are_refused(bad):
    with pytest.raises(InputError):
        Stopping(**bad)


def test_too_few_worlds_or_failed_ones_are_refused():
    with pytest.raises(InputError, match="at least 256"):
        stopped_at(np.zeros(10), Stopping())
    with pytest.raises(InputError, match="not finite"):
        stopped_at(np.array([0.0, np.nan]), Stopping(2))


DRAWS = {
    "normal": (lambda rng, n: rng.normal(1, 1.5, n), 1.0),
    # Coefficient of variation 1: variance of the logarithm ln 2.
    "lognormal": (lambda rng, n: rng.lognormal(0, np.sqrt(np.log(2)), n), np.sqrt(2)),
}


def stopping_coverage(name, repeats, rule, budget=4096):
    draw, truth = DRAWS[name]
    rng = np.random.default_rng(11)
    found = [stopped_at(draw(rng, budget), rule) for _ in range(repeats)]
    covered = np.mean([one.low <= truth <= one.high for one in found])
    return covered, np.mean([one.worlds for one in found]), {one.reason for one in found}


@pytest.mark.parametrize("name", DRAWS)
def test_stopped_intervals_cover(name):
    # 300 repeats: three standard errors of 0.95 are 0.038.
    covered, worlds, reasons = stopping_coverage(name, 300, Stopping())
    assert 0.91 <= covered <= 0.988
    assert reasons == {"precise enough"}
    assert 256 < worlds < 4096


@pytest.mark.slow
@pytest.mark.parametrize(("minimum", "relative"), [(256, 0.1), (30, 0.1), (256, 0.06)])
@pytest.mark.parametrize("name", DRAWS)
def test_stopped_intervals_cover_0_93_to_0_97(name, minimum, relative, record_property):
    covered, worlds, _ = stopping_coverage(name, 1000, Stopping(minimum, relative))
    record_property("coverage", float(covered))
    print(name, minimum, relative, covered, worlds)
    assert 0.93 <= covered <= 0.97


def test_family_error_of_scrambles_is_kept():
    # Exact bound of Bonferroni: 0.05; 2,000 repeats, three standard errors are 0.015.
    rng = np.random.default_rng(12)
    hits = [
        (np.abs((f := by_scrambles(correlated(rng, 8), EIGHT)).mean) > f.high - f.mean).any()
        for _ in range(2000)
    ]
    assert 0.01 < np.mean(hits) <= 0.065
    print("scrambles", np.mean(hits))


@pytest.mark.slow
def test_family_error_under_the_global_null(record_property):
    """Eight outcomes, 30 pairs, correlation 0.6; p-values and intervals."""
    rng = np.random.default_rng(13)
    tests, interval, repeats = 0, 0, 2000
    for k in range(repeats):
        values = correlated(rng, 30)
        found = simultaneous(values, EIGHT, seed=k, resamples=999)
        tests += bool((found.p_value <= 0.05).any())
        interval += bool(((found.low > 0) | (found.high < 0)).any())
    record_property("family_error", tests / repeats)
    print("family error", tests / repeats, interval / repeats)
    assert tests / repeats <= 0.06
    assert interval / repeats <= 0.06
    power = 0
    for k in range(300):
        values = correlated(rng, 30) + 0.5
        power += (simultaneous(values, EIGHT, seed=k, resamples=999).p_value <= 0.05).mean()
    print("power", power / 300)
    assert power / 300 > 0.5


@pytest.mark.slow
def test_bca_covers(record_property):
    rng = np.random.default_rng(14)
    for name, (draw, truth) in DRAWS.items():
        hits = 0
        for k in range(1000):
            _, low, high = bca_interval(draw(rng, 256), seed=k, resamples=999)
            hits += low <= truth <= high
        record_property(name, hits / 1000)
        print("bca", name, hits / 1000)
        assert 0.92 <= hits / 1000 <= 0.975


def test_resampled_statistics_are_student_s_for_normal_data():
    values = correlated(np.random.default_rng(15), 400, 2)
    t = max_t(values, seed=0, resamples=4999)
    assert t.shape == (4999, 2)
    # Standard error of this share is 0.003.
    assert (t > stats.t.ppf(0.975, 399)).mean() == pytest.approx(0.05, abs=0.015)
