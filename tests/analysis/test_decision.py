"""Robustness, dominance, information and distribution: identities and known answers."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.stats import qmc

from s3sim.analysis.distribution import losers, theil
from s3sim.analysis.dominance import dominance
from s3sim.analysis.information import evpi, value_of_information
from s3sim.analysis.robustness import regret, robustness, tail_mean
from s3sim.analysis.smooth import smoother
from s3sim.core.errors import InputError

NAMES = ("isolated", "bold", "safe")
BY_HAND = np.array([[1.0, 4.0, 2.0], [1.0, 0.0, 2.0], [1.0, 3.0, 2.0], [2.0, -1.0, 2.0]])
"""Four worlds: bold is best on average, safe never loses."""


def test_measures_by_hand():
    found = robustness(BY_HAND, NAMES, thresholds=(2.0,))
    m = found.metrics
    assert m["mean"].tolist() == [1.25, 1.5, 2.0]
    # Ties count for each: isolated and safe share the fourth world.
    assert m["share_best"].tolist() == [0.25, 0.5, 0.5]
    assert m["share_won"].tolist() == [0.5, 0.5, 0.875]
    assert m["regret_max"].tolist() == [3.0, 3.0, 2.0]
    assert m["satisficing_2"].tolist() == [0.25, 0.5, 1.0]
    # 5 % of four worlds is a fifth of the worst one.
    assert m["cvar_level"].tolist() == pytest.approx([1.0, -1.0, 2.0])
    assert m["cvar_difference"].tolist() == pytest.approx([0.0, -3.0, 0.0])
    assert m["hurwicz_0.75"].tolist() == [1.75, 2.75, 2.0]
    assert m["hurwicz_0.25"].tolist() == [1.25, 0.25, 2.0]
    assert m["regret_90"]["safe"] == pytest.approx(np.quantile([2, 0, 1, 0], 0.9))
    assert found.ranks["mean"].tolist() == [3.0, 2.0, 1.0]
    assert found.ranks["regret_max"].tolist() == [2.5, 2.5, 1.0]


def test_it_is_said_whether_the_ranking_flips():
    found = robustness(BY_HAND, NAMES)
    assert found.flips
    assert found.firsts["hurwicz_0.75"] == ("bold",)
    assert found.firsts["share_best"] == ("bold", "safe")
    assert found.firsts["cvar_difference"] == ("isolated", "safe")
    sure = robustness(BY_HAND[:, [0, 2]] + [[0.0, 1.0]], ("isolated", "safe"))
    assert not sure.flips
    assert set(sure.firsts.values()) == {("safe",)}


def test_lower_is_better_mirrors_everything():
    level = np.random.default_rng(0).normal(size=(101, 3))
    up, down = robustness(level, NAMES), robustness(-level, NAMES, better="lower")
    pd.testing.assert_frame_equal(up.ranks, down.ranks)
    assert down.metrics["mean"].to_numpy() == pytest.approx(-up.metrics["mean"].to_numpy())
    for name in ("share_best", "share_won", "regret_max", "regret_90"):
        assert (up.metrics[name] == down.metrics[name]).all()
    kept = robustness(-level, NAMES, better="lower", thresholds=(0.0,)).metrics["satisficing_0"]
    assert kept.to_numpy() == pytest.approx((level >= 0).mean(axis=0))


def test_kendall_s_tau_is_between_rankings():
    found = robustness(np.random.default_rng(1).normal(size=(50, 5)), "abcde")
    assert np.diag(found.tau).tolist() == pytest.approx([1.0] * len(found.tau))
    expected = stats.kendalltau(found.metrics["mean"], -found.metrics["regret_max"]).statistic
    assert found.tau.loc["mean", "regret_max"] == pytest.approx(expected)
    assert found.tau.to_numpy() == pytest.approx(found.tau.to_numpy().T)


def test_identical_policies_share_every_rank():
    found = robustness(np.random.default_rng(2).normal(size=(40, 1)).repeat(2, axis=1), "ab")
    assert (found.ranks == 1.5).all().all()
    assert not found.flips
    assert found.tau.isna().all().all()


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_regret_is_never_negative_and_somebody_has_none(better):
    for seed in range(20):
        lost = regret(np.random.default_rng(seed).normal(size=(64, 4)), better)
        assert (lost >= 0).all()
        assert (lost.min(axis=1) == 0).all()


def test_tail_mean_of_normal_numbers():
    values = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)[:, None]
    # Mean of the worst 5 %: -phi(z) / 0.05; the midpoint rule is good to 1e-3 in the tail.
    assert tail_mean(values)[0] == pytest.approx(
        -stats.norm.pdf(stats.norm.ppf(0.05)) / 0.05, abs=1e-3
    )
    assert tail_mean(values, 1.0)[0] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    "bad",
    [
        {"level": BY_HAND[:, :2]},
        {"level": np.where(BY_HAND == 4, np.nan, BY_HAND)},
        {"level": BY_HAND[:1]},
        {"policies": ("a", "a", "b")},
        {"better": "bigger"},
        {"thresholds": (np.nan,)},
    ],
)
def test_tables_that_do_not_fit_are_refused(bad):
    with pytest.raises(InputError):
        robustness(**({"level": BY_HAND, "policies": NAMES} | bad))


def test_a_shift_dominates_in_both_orders():
    rng = np.random.default_rng(3)
    base = rng.normal(0, 1, 400)
    for order in (1, 2):
        found = dominance(base + 0.5 + 0.01 * rng.normal(size=400), base, order, seed=0)
        assert found.word == "dominates"
        assert found.gain == pytest.approx(np.full(99, 0.5), abs=0.05)
        assert (found.violation, found.in_sample) == (0.0, True)
        assert ": yes, everyone who wants it" in found.sentence


def test_less_spread_dominates_in_the_second_order_only():
    rng = np.random.default_rng(4)
    base = rng.normal(0, 1, 1000)
    first = dominance(0.5 * base + 0.1, base, 1, seed=0)
    second = dominance(0.5 * base + 0.1, base, 2, seed=0)
    assert first.word == "does not dominate"
    assert second.word == "dominates"
    # Exact: quantiles differ by 0.1 - 0.5 q, the worst at the 99 % quantile.
    assert first.violation == pytest.approx(0.5 * np.quantile(base, 0.99) - 0.1, abs=1e-9)
    assert first.at == 0.99
    assert f"{first.violation:.3g} worse" in first.sentence
    assert second.gain[49] == pytest.approx(0.5 * np.sqrt(2 / np.pi) + 0.1, abs=0.06)


def test_second_order_at_all_worlds_is_the_mean_and_first_implies_second():
    rng = np.random.default_rng(5)
    for seed in range(10):
        base, policy = rng.normal(size=60), rng.normal(0.4, 1.0, 60)
        one, two = (dominance(policy, base, k, resamples=20, seed=seed) for k in (1, 2))
        ordered = np.sort(policy) - np.sort(base)
        assert two.gain[49] == pytest.approx(ordered[:30].mean())
        if (ordered >= 0).all():
            assert one.in_sample
            assert two.in_sample


def test_lower_is_better_names_the_mirrored_share():
    base = np.random.default_rng(6).normal(0, 1, 500)
    up = dominance(0.5 * base, base, 1, seed=0)
    down = dominance(-0.5 * base, -base, 1, better="lower", seed=0)
    assert down.gain == pytest.approx(up.gain)
    assert "the 99% quantile" in up.sentence
    assert "the 1% quantile" in down.sentence


def test_identical_distributions_dominate_weakly_and_noise_decides_nothing():
    base = np.random.default_rng(7).normal(0, 1, 200)
    assert dominance(base, base, 1, resamples=50).word == "dominates"
    other = np.random.default_rng(8).normal(0, 1, 200)
    found = dominance(other, base, 2, seed=0)
    assert found.word == "undecided"
    assert "luck in the draw" in found.sentence or "in this sample" in found.sentence
    with pytest.raises(InputError, match="order"):
        dominance(base, base, 3)
    with pytest.raises(InputError, match="shape"):
        dominance(base, base[:5], 1)


SLOPES = np.array([1.0, 0.6, 0.3])


def linear_normal(n, noise=0.0):
    """Difference 0.2 + slopes . x + noise of six standard normal factors, three without effect."""
    z = stats.norm.ppf(qmc.Sobol(7, rng=np.random.default_rng(0)).random(n))
    x = pd.DataFrame(z[:, :6], columns=list("abcdef"))
    difference = 0.2 + z[:, :3] @ SLOPES + noise * z[:, 6]
    common = np.random.default_rng(1).normal(size=(n, 1))
    return common + np.column_stack([np.zeros(n), difference]), x


def analytic(spread, mean=0.2):
    """E[max(0, N(mean, spread^2))] - max(0, mean)."""
    ratio = mean / spread
    return mean * stats.norm.cdf(ratio) + spread * stats.norm.pdf(ratio) - max(mean, 0)


@pytest.mark.parametrize(("noise", "tolerance"), [(0.0, 0.05), (1.0, 0.05)])
def test_value_of_information_of_a_linear_normal_choice(noise, tolerance):
    level, x = linear_normal(4096, noise)
    found = value_of_information(level, ("a", "b"), x, dummies=19, seed=0)
    assert found.evpi == pytest.approx(analytic(np.hypot(np.sqrt(1.45), noise)), rel=tolerance)
    value = found.table.set_index("name")
    for name, slope in zip("ab", SLOPES, strict=False):
        assert value.loc[name, "evppi"] == pytest.approx(analytic(slope), rel=tolerance)
    # A weak factor's value is 3 % of the spread of the difference; its noise is as large as 5 %.
    assert value.loc["c", "evppi"] == pytest.approx(analytic(0.3), rel=0.15)
    assert value["above_dummy"][list("abc")].all()
    # Nothing but chance: less than 1 % of EVPI.
    assert (value.loc[list("def"), "evppi"] < 0.01 * found.evpi).all()
    assert found.choice == "b"
    assert found.table["name"][0] == "a"


def test_groups_are_learned_together():
    level, x = linear_normal(4096)
    groups = {"strong": ["a", "b"], "all": ["a", "b", "c"], "none": ["d", "e", "f"]}
    found = value_of_information(level, ("a", "b"), x, groups=groups, dummies=9, seed=0)
    value = found.table.set_index("name")["evppi"]
    assert value["strong"] == pytest.approx(analytic(np.hypot(1, 0.6)), rel=0.05)
    assert value["all"] == pytest.approx(found.evpi, rel=1e-6)
    assert value["none"] < 0.01 * found.evpi


def test_an_interaction_is_worth_knowing_only_together():
    rng = np.random.default_rng(2)
    x = pd.DataFrame(rng.uniform(-1, 1, (2000, 2)), columns=["a", "b"])
    level = np.column_stack([np.zeros(2000), 0.02 + x["a"] * x["b"]])
    alone = value_of_information(level, ("a", "b"), x, dummies=9)
    both = value_of_information(level, ("a", "b"), x, groups={"ab": ["a", "b"]}, dummies=9)
    assert alone.table["evppi"].max() < 0.1 * alone.evpi
    assert both.table["evppi"][0] == pytest.approx(both.evpi, rel=0.01)


def test_evpi_bounds_every_evppi_and_both_are_never_negative():
    for seed in range(15):
        rng = np.random.default_rng(seed)
        x = pd.DataFrame(rng.random((80, 3)), columns=list("abc"))
        level = rng.normal(size=(80, 3)) * rng.uniform(0.1, 2) + 3 * x[["a"]].to_numpy()
        found = value_of_information(level, NAMES, x, dummies=0)
        assert (found.table["evppi"] >= -1e-9).all()
        assert (found.table["evppi"] <= found.evpi + 1e-9).all()
        assert found.evpi == pytest.approx(evpi(-level, "lower"))


def test_a_policy_that_is_best_everywhere_leaves_nothing_to_learn():
    level = np.random.default_rng(3).random((50, 1)) + np.array([[0.0, 1.0]])
    x = pd.DataFrame({"a": np.linspace(0, 1, 50), "still": 1.0})
    found = value_of_information(level, ("a", "b"), x, dummies=9)
    assert found.evpi == 0
    assert (found.table["evppi"] == 0).all()
    assert not found.table["above_dummy"].any()
    with pytest.raises(InputError, match="unknown factor 'z'"):
        value_of_information(level, ("a", "b"), x, groups={"g": ["z"]})
    with pytest.raises(InputError, match="rows of factors"):
        value_of_information(level, ("a", "b"), x[:10])
    with pytest.raises(InputError, match="not finite"):
        value_of_information(level, ("a", "b"), x.assign(a=np.nan))


def test_smoother_follows_a_curve_keeps_means_and_knows_flags():
    rng = np.random.default_rng(4)
    x = rng.random((1500, 1))
    curve = np.sin(2 * np.pi * x)
    y = np.hstack([curve, rng.normal(size=(1500, 1)), 3 * x]) + 0.3 * rng.normal(size=(1500, 3))
    fitted = smoother(x).fit(y)
    assert fitted.mean(axis=0) == pytest.approx(y.mean(axis=0), abs=1e-9)
    # About ten coefficients from 1,500 points of spread 0.3: error 0.3 sqrt(10 / 1500) = 0.024.
    assert np.sqrt(((fitted[:, :1] - curve) ** 2).mean()) < 0.05
    assert fitted[:, 1].std() < 0.15
    flag = (x > 0.3).astype(float)
    by_value = smoother(flag).fit(y[:, :1])[:, 0]
    for kind in (0, 1):
        here = flag[:, 0] == kind
        assert by_value[here] == pytest.approx(np.full(here.sum(), y[here, 0].mean()))
    assert smoother(np.ones((1500, 1))).fit(y) == pytest.approx(
        np.repeat(y.mean(axis=0, keepdims=True), 1500, axis=0)
    )


def test_theil_parts_add_up():
    rng = np.random.default_rng(5)
    for _ in range(20):
        value, orgs = rng.lognormal(0, 1, 30), rng.uniform(1, 9, 30)
        found = theil(value, orgs, rng.choice(list("abcde"), 30))
        assert found.within + found.between == pytest.approx(found.total, abs=1e-12)
        assert min(found.within, found.between) >= -1e-12


def test_theil_by_hand():
    # Two regions of one person, values 1 and 3: shares 1/4, 3/4, mean 2.
    total = 0.25 * np.log(0.5) + 0.75 * np.log(1.5)
    one = theil(np.array([1.0, 3.0]), np.ones(2), ["a", "a"])
    assert (one.total, one.within, one.between) == pytest.approx((total, total, 0))
    two = theil(np.array([1.0, 3.0]), np.ones(2), ["a", "b"])
    assert (two.within, two.between) == pytest.approx((0, total))
    assert theil(np.array([0.0, 2.0]), np.ones(2), ["a", "b"]).total == pytest.approx(np.log(2))
    assert theil(np.full(4, 7.0), np.arange(1.0, 5), list("aabb")).total == pytest.approx(0)
    for bad in (np.array([-1.0, 2.0]), np.zeros(2), np.array([1.0, np.nan])):
        with pytest.raises(InputError):
            theil(bad, np.ones(2), ["a", "b"])
    with pytest.raises(InputError):
        theil(np.ones(2), np.array([0.0, 1.0]), ["a", "b"])


def test_losers_are_named_with_care():
    rng = np.random.default_rng(7)
    difference = rng.normal(0, 1, (200, 30))
    difference = (difference - difference.mean(axis=0)) / difference.std(axis=0, ddof=1)
    difference[:, 0] -= 1.0
    difference[:, 1] += 1.0
    # 2.5 standard errors below zero: a loser on its own, but the sort that 30 regions bring up.
    difference[:, 2] -= 2.5 / np.sqrt(200)
    names, orgs = [f"r{k}" for k in range(30)], np.r_[10.0, np.ones(29)]
    found = losers(difference, names, orgs, seed=0)
    assert found.losers == ("r0",)
    assert found.table["region"][0] == "r0"
    assert found.table.set_index("region")["word"]["r1"] == "wins"
    assert found.share_losing == pytest.approx((difference < 0).mean())
    expected = ((difference < 0) @ orgs / orgs.sum()).mean()
    assert found.population_losing == pytest.approx(expected)
    assert found.population_losing > found.share_losing
    close = found.table.set_index("region").loc["r2"]
    assert close["high"] < 0 < close["high_joint"]
    assert (found.table["low_joint"] < found.table["low"]).all()
    mirrored = losers(-difference, names, orgs, better="lower", seed=0)
    assert mirrored.losers == ("r0",)
    assert mirrored.table["region"].tolist() == found.table["region"].tolist()
    calm = losers(difference[:, 5:10], names[:5], orgs[:5], seed=0)
    assert calm.losers == ()
    with pytest.raises(InputError, match="population"):
        losers(difference, names, orgs[:5])
