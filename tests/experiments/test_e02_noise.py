"""How much is luck and what pairing saves, on arrays with known answers."""

import numpy as np
import pytest

from s3sim.core.errors import InputError
from s3sim.ensemble.experiments.config import home
from s3sim.ensemble.experiments.noise import gain, pairs_needed, spread
from s3sim.ensemble.experiments.runner import load
from s3sim.ensemble.experiments.study import Study


def made(worlds, seeds, between, luck, seed=0):
    draw = np.random.default_rng(seed)
    return between * draw.normal(size=(worlds, 1)) + luck * draw.normal(size=(worlds, seeds))


def test_shares_of_known_variances():
    found = spread(made(2000, 4, between=3.0, luck=1.0))
    # The share is 0.1; the standard error of 2000 worlds with 4 seeds is about 0.003.
    assert found.share == pytest.approx(0.1, abs=0.012)
    assert found.luck == pytest.approx(1.0, abs=0.06)
    assert found.samples == pytest.approx(9.0, abs=1.2)
    assert found.low < found.share < found.high


def test_the_part_of_luck_in_the_means_of_worlds_is_taken_away():
    # Without the correction two seeds of pure luck would look like a third between worlds.
    found = spread(made(4000, 2, between=0.0, luck=1.0))
    assert found.share > 0.93


def test_no_luck_and_no_variance():
    assert spread(made(20, 3, between=1.0, luck=0.0)).share == pytest.approx(0.0, abs=1e-12)
    assert np.isnan(spread(np.full((4, 2), 0.1)).share)
    assert np.isnan(spread(np.zeros((4, 2))).share)


def test_interval_covers_the_share():
    inside = 0
    for k in range(60):
        found = spread(made(40, 6, between=1.0, luck=1.0, seed=k), seed=k)
        inside += found.low <= 0.5 <= found.high
    # Percentile intervals of 40 worlds are somewhat short: 0.85 to 1 allows for that and for chance.
    assert inside >= 51


def test_gain_of_known_pairs():
    luck = made(600, 8, between=0.0, luck=1.0)
    own = made(600, 8, between=0.0, luck=0.5, seed=1)
    found = gain(luck + own, luck)
    # (1.25 + 1) / 0.25 = 9. Both variances have 7 degrees of freedom, so their median ratio is near
    # that too; 600 worlds leave a standard error of about 0.35.
    assert found.pooled == pytest.approx(9.0, rel=0.05)
    assert found.ratio == pytest.approx(9.0, abs=1.0)
    assert found.low < found.ratio < found.high


def test_gain_is_one_without_pairing():
    found = gain(made(600, 8, 0.0, 1.0, seed=2), made(600, 8, 0.0, 1.0, seed=3))
    assert found.pooled == pytest.approx(1.0, abs=0.05)


def test_gain_without_an_effect_is_infinite_and_without_luck_unknown():
    level = made(10, 4, 1.0, 1.0)
    assert gain(level, level).ratio == np.inf
    assert gain(level + 5.0, level).pooled == np.inf
    assert np.isnan(gain(np.ones((3, 2)), np.zeros((3, 2))).ratio)


def test_one_world_without_an_effect_does_not_hide_the_others():
    luck = made(3, 8, 0.0, 1.0)
    policy = luck + made(3, 8, 0.0, 0.5, seed=1)
    policy[0] = luck[0]
    assert np.isfinite(gain(policy, luck).ratio)
    assert gain(policy, luck).high == np.inf


def test_pairs_give_the_half_width():
    from scipy import stats

    n = pairs_needed(2.0, 0.5)
    assert stats.t.ppf(0.975, n - 1) * 2.0 / np.sqrt(n) <= 0.5
    assert stats.t.ppf(0.975, n - 2) * 2.0 / np.sqrt(n - 1) > 0.5
    assert pairs_needed(np.nan, 1.0) is None


@pytest.mark.parametrize(
    "bad", [np.zeros((1, 3)), np.zeros((3, 1)), np.zeros(4), np.full((3, 3), np.nan)]
)
def test_refuses(bad):
    with pytest.raises(InputError, match="samples, seeds"):
        spread(bad)


def test_the_last_world_has_the_defaults():
    config, script = load(home(), "e02_noise")
    study = Study(config.at("smoke"), "smoke")
    [worlds] = script.designs(study)
    for policy, one in zip(worlds.policies, worlds.scenarios[-2:], strict=True):
        usual = study.base.replace(policy=policy).parameter_values()
        assert one.parameter_values() == pytest.approx(usual, rel=1e-12)
    seeds = study.option("seeds")
    last = [one.replication for one in worlds.scenarios[-2 * seeds :: 2]]
    assert len(set(last)) == seeds
