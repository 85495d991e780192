"""Forecasts of the past: rivals on series whose future is known, tests that know the loser."""

import numpy as np
import pandas as pd
import pytest

from s3sim.validation import hindcast as h

COUNTRY = np.array(["A", "A", "B", "B"])


def past(values):
    return pd.DataFrame(values, index=range(2000, 2000 + len(values)))


def test_rivals_predict_what_they_assume():
    steady = past([[k * g for g in (0.01, 0.03, -0.02, 0.0)] for k in range(6)])
    walk = h.RIVALS["random walk with drift"](steady, COUNTRY, 3)
    assert walk == pytest.approx([0.03, 0.09, -0.06, 0.0])
    nation = h.RIVALS["national growth"](steady, COUNTRY, 2)
    assert nation == pytest.approx([0.04, 0.04, -0.02, -0.02])
    assert not h.RIVALS["no change"](steady, COUNTRY, 5).any()


def test_beta_convergence_finds_the_speed_at_which_gaps_close():
    start = np.array([-0.4, -0.1, 0.2, 0.3])
    closing = past([start * 0.95**k for k in range(8)])
    change = h.RIVALS["beta-convergence"](closing, COUNTRY, 1)
    now = closing.iloc[-1].to_numpy()
    assert np.sign(change).tolist() == (-np.sign(now)).tolist()


def test_autoregression_of_growth_carries_momentum_on():
    growth = 0.04 * 0.5 ** np.arange(8)
    rows = np.concatenate([[0], np.cumsum(growth)])[:, None] * np.array([1.0, 2.0, -1.0, 0.5])
    change = h.RIVALS["panel AR(1)"](past(rows), COUNTRY, 1)
    assert change == pytest.approx(0.5 * growth[-1] * np.array([1.0, 2.0, -1.0, 0.5]), rel=1e-6)


@pytest.mark.parametrize("rival", h.RIVALS)
def test_one_known_year_is_no_reason_to_fail(rival):
    change = h.RIVALS[rival](past([[0.1, 0.2, -0.1, 0.0]]), COUNTRY, 2)
    assert change == pytest.approx(np.zeros(4))


def test_the_better_forecast_wins_the_test():
    rng = np.random.default_rng(4)
    rows = []
    for region in range(40):
        for method in (h.MODEL, *h.RIVALS):
            error = rng.normal(0, 0.01 if method == h.MODEL else 0.05)
            rows.append({"variable": "gdp_per_head", "origin": 2010, "horizon": 1, "region": region,
                         "country": f"C{region % 8}", "method": method, "error": error})  # fmt: skip
    found = h.judged(pd.DataFrame(rows))
    assert (found.tests["ratio"] < 0.5).all()
    assert (found.tests["statistic"] < 0).all()
    assert (found.tests["p"] < 0.05).all()


def test_one_country_cannot_be_tested():
    index = pd.MultiIndex.from_tuples([("A", 1), ("A", 2)], names=["country", "region"])
    assert np.isnan(h.clustered_test(pd.Series([1.0, 2.0], index))).all()


def test_the_world_of_a_year_has_the_figures_of_that_year():
    world = h.world_of(2010)
    row = h.series().set_index(["region", "year"]).loc[("DE30", 2010)]
    k = world.codes.index("DE30")
    assert world.population[k] == row["population"]
    assert world.gdp[k] == pytest.approx(row["gdp_eur_hab"] * row["population"] / 1e6)
    assert len(world.codes) == 46


def test_forecasts_cover_both_origins_and_the_observed_horizons():
    found = h.hindcast(scale=0.005, replications=1)
    gdp = found.forecasts[found.forecasts["variable"] == "gdp_per_head"]
    assert set(gdp["origin"]) == set(h.ORIGINS)
    assert set(gdp["horizon"]) == set(h.HORIZONS)
    relative = gdp[gdp["method"] == h.MODEL].groupby(["origin", "horizon"])["forecast"].mean()
    assert relative.to_numpy() == pytest.approx(np.zeros(len(relative)), abs=1e-9)
    jobs = found.forecasts[found.forecasts["variable"] == "employment"]
    assert jobs["observed"].notna().any()
    assert jobs["horizon"].max() == 5
