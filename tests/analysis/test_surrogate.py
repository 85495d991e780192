"""Surrogates: known indices are found, identities hold, untrusted fits are withheld."""

import sys
import warnings

import numpy as np
import pytest
from scipy.stats import qmc

from s3sim.analysis.polynomial import (
    Polynomial,
    degrees,
    evaluate,
    fit,
    index_table,
    shares,
)  # fmt: skip
from s3sim.analysis.surrogate import held_out, surrogate_study, trees_q2
from s3sim.core.errors import InputError


def names(d):
    return [f"x{k}" for k in range(d)]


def design(n, d, seed=0):
    return qmc.LatinHypercube(d, rng=seed).random(n)


def ishigami(unit):
    x = (2 * unit - 1) * np.pi
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


ISHIGAMI = np.array([0.3139, 0.4424, 0.0, 0.0]), np.array([0.5576, 0.4424, 0.2437, 0.0])


def sobol_g(unit, a=(0.0, 1.0, 4.5, 9.0)):
    a = np.array([*a, *[1e6] * (unit.shape[1] - len(a))])
    return ((np.abs(4 * unit - 2) + a) / (1 + a)).prod(axis=1)


def sobol_g_indices(d, a=(0.0, 1.0, 4.5, 9.0)):
    part = 1 / (3 * (1 + np.array([*a, *[1e6] * (d - len(a))])) ** 2)
    whole = (1 + part).prod()
    return part / (whole - 1), part * whole / (1 + part) / (whole - 1)


def tipping(unit):
    return 2.0 * ((unit[:, 0] > 0.6) & (unit[:, 1] < 0.4)) + unit[:, 2]


def noisy(y, share, seed):
    luck = np.random.default_rng(seed)
    return y + luck.standard_normal(len(y)) * y.std() * np.sqrt(share / (1 - share))


def many(unit):
    """Five live factors among many, one interaction."""
    x = unit - 0.5
    return 3 * x[:, 0] + 2 * x[:, 1] + 4 * x[:, 2] ** 2 + 4 * x[:, 3] * x[:, 0] + 1.5 * x[:, 4]


def rmse(found, truth):
    return float(np.sqrt(np.mean((np.asarray(found) - truth) ** 2)))


@pytest.fixture(scope="module")
def chaos():
    unit = design(200, 4)
    return fit(unit, ishigami(unit), names(4))


@pytest.fixture(scope="module")
def study():
    unit = design(256, 4, 3)
    y = noisy(ishigami(unit), 0.3, 3)
    return surrogate_study(unit, y, names(4), ["a", "b", "a", "c"], noise_share=0.3)


def test_basis_is_orthonormal():
    """Gauss-Legendre quadrature of 20 nodes is exact up to degree 39."""
    nodes, weights = np.polynomial.legendre.leggauss(20)
    table = evaluate(((nodes + 1) / 2)[:, None], np.arange(13)[:, None])
    assert np.allclose((table.T * weights / 2) @ table, np.eye(13), atol=1e-12)


def test_terms_respect_degree_order_and_who_may_interact():
    total = degrees(3, 3, 1.0, 3, range(3))
    assert len(total) == 20  # (3 + 3 choose 3)
    assert len(np.unique(total, axis=0)) == len(total)
    thin = degrees(3, 4, 0.5, 3, range(3))
    assert ((thin**0.5).sum(axis=1) ** 2 <= 4 + 1e-9).all()
    some = degrees(5, 3, 1.0, 2, np.array([1, 4]))
    crossed = some[(some > 0).sum(axis=1) == 2]
    assert len(crossed) == 3
    assert not crossed[:, [0, 2, 3]].any()


def test_the_strongest_of_many_factors_may_interact():
    """One of them acts through its interaction alone."""
    unit = design(300, 40)
    y = 3 * unit[:, 0] + unit[:, 1] + 8 * (unit[:, 0] - 0.5) * (unit[:, 7] - 0.5)
    total = shares(fit(unit, y, names(40)))["ST"]
    assert set(total.index[total > 1e-9]) == {"x0", "x1", "x7"}


def test_terms_are_products_of_single_polynomials():
    unit = design(30, 3)
    single = np.kron(np.eye(3, dtype=int), np.arange(1, 4)[:, None])
    table = evaluate(unit, single).T.reshape(3, 3, -1)
    terms = np.array([[0, 0, 0], [0, 2, 0], [1, 0, 3], [1, 1, 1]])
    columns = evaluate(unit, terms)
    assert np.allclose(columns[:, 0], 1)
    assert np.allclose(columns[:, 2], table[0, 0] * table[2, 2])
    assert np.allclose(columns[:, 3], table[0, 0] * table[1, 0] * table[2, 0])


def test_a_polynomial_is_found_exactly():
    unit = design(60, 3)
    terms = np.array([[0, 0, 0], [1, 0, 0], [0, 2, 0], [1, 0, 1]])
    y = evaluate(unit, terms) @ np.array([5.0, 2.0, -1.0, 0.5])
    found = fit(unit, y, names(3))
    assert {tuple(row) for row in found.terms} == {tuple(row) for row in terms}
    assert found.coefficients[0] == pytest.approx(5.0)
    assert found.variance == pytest.approx(5.25)
    assert shares(found)["Shapley"].tolist() == pytest.approx(
        [4.125 / 5.25, 1 / 5.25, 0.125 / 5.25]
    )


@pytest.mark.parametrize(("runs", "bar"), [(100, 0.01), (400, 0.005)])
def test_ishigami_indices(runs, bar):
    unit = design(runs, 4, 1)
    found = fit(unit, ishigami(unit), names(4))
    assert rmse(shares(found)["S1"], ISHIGAMI[0]) < bar
    assert rmse(shares(found)["ST"], ISHIGAMI[1]) < bar


def test_sobol_g_indices():
    unit = design(400, 5, 1)
    found = fit(unit, sobol_g(unit), names(5))
    first, total = sobol_g_indices(5)
    assert rmse(shares(found)["S1"], first) < 0.01
    assert rmse(shares(found)["ST"], total) < 0.01


def test_identities_of_indices(chaos):
    first, total, fair = shares(chaos).to_numpy().T
    assert first.sum() <= 1 + 1e-12
    assert total.sum() >= 1 - 1e-12
    assert (first <= fair + 1e-12).all()
    assert (fair <= total + 1e-12).all()
    assert fair.sum() == pytest.approx(1.0, abs=1e-9)
    assert fair[0] == pytest.approx(ISHIGAMI[0][0] + 0.2437 / 2, abs=0.005)


def test_variance_is_that_of_predictions(chaos):
    """Parseval; 2**14 scrambled Sobol' points integrate a smooth function to about 1e-4."""
    unit = qmc.Sobol(4, rng=5).random(2**14)
    predicted = chaos.predict(unit)
    assert predicted.var() == pytest.approx(chaos.variance, rel=2e-3)
    assert predicted.mean() == pytest.approx(chaos.coefficients[0], abs=0.01)


def test_groups_are_players(chaos):
    groups = ["a", "b", "a", "c"]
    found = shares(chaos, groups)
    assert list(found.index) == ["a", "b", "c"]
    # x0 and x2 interact with each other alone, so group a owns all of that.
    assert found.loc["a", "S1"] == pytest.approx(0.5576, abs=0.005)
    assert found.loc["a", "ST"] == pytest.approx(found.loc["a", "S1"], abs=0.005)
    assert found["Shapley"].sum() == pytest.approx(1.0, abs=1e-9)
    split = shares(chaos, ["a", "b", "c", "c"])["Shapley"]
    assert split["a"] == pytest.approx(shares(chaos).loc["x0", "Shapley"], abs=1e-12)


def test_held_out_q2_is_honest_about_pure_noise():
    """Selection among hundreds of terms must not look like skill."""
    unit = design(100, 8, 2)
    y = np.random.default_rng(2).standard_normal(100)
    q2, error, _ = held_out(unit, y, names(8))
    assert q2 < 0.1
    assert error > 0


def test_held_out_q2_agrees_with_fresh_runs():
    unit, fresh = design(200, 3, 4), design(3000, 3, 5)
    y = tipping(unit)
    q2, error, _ = held_out(unit, y, names(3))
    missed = fit(unit, y, names(3)).predict(fresh) - tipping(fresh)
    assert abs(q2 - (1 - missed.var() / tipping(fresh).var())) < 4 * error + 0.03


def test_study_in_noise_is_trusted_when_the_ceiling_is_told(study):
    assert study.trusted, study.reason
    assert study.ceiling == pytest.approx(0.7)
    assert study.q2 == pytest.approx(0.7, abs=0.1)
    table = study.indices()
    assert list(table.columns[:8]) == [
        "factor", "group", "S1", "S1_low", "S1_high", "ST", "ST_low", "ST_high",
    ]  # fmt: skip
    assert rmse(table["S1"], ISHIGAMI[0]) < 0.05
    assert rmse(table["ST"], ISHIGAMI[1]) < 0.05
    assert table["ST"].iloc[3] < 0.02  # the inert factor
    assert table["Shapley"].sum() == pytest.approx(1.0, abs=1e-9)
    for index in ("S1", "ST", "Shapley"):
        assert (table[f"{index}_low"] <= table[index]).all()
        assert (table[index] <= table[f"{index}_high"]).all()
    assert list(study.group_indices()["group"]) == ["a", "b", "c"]


def test_the_same_outputs_are_withheld_when_chance_is_not_told():
    unit = design(128, 3, 3)
    y = noisy(ishigami(unit), 0.4, 3)
    result = surrogate_study(unit, y, names(3))
    assert not result.trusted
    assert "noise_share" in result.reason
    with pytest.raises(InputError, match="withheld: on rows left out"):
        result.indices()
    with pytest.raises(InputError, match="withheld"):
        result.group_indices()


def test_rough_outputs_are_withheld_and_trees_say_so():
    unit = design(200, 3, 6)
    y = (np.floor(6 * unit[:, 0]) % 2) * (np.floor(3 * unit[:, 1]) % 2)
    result = surrogate_study(unit, y, names(3), noise_share=0.0)
    assert not result.trusted
    assert result.trees_q2 > result.q2 + 0.1
    assert "rough" in result.reason


def test_pure_chance_is_withheld_even_under_a_low_ceiling():
    unit = design(100, 3, 7)
    y = np.random.default_rng(7).standard_normal(100)
    result = surrogate_study(unit, y, names(3), noise_share=0.98)
    assert not result.trusted


def test_constant_output_is_said_to_be_constant():
    result = surrogate_study(design(30, 2), np.full(30, 7.0), names(2))
    assert not result.trusted
    assert result.polynomial is None
    assert "constant at 7" in result.reason
    with pytest.raises(InputError, match="constant"):
        result.indices()
    assert "constant" in surrogate_study(design(30, 2), np.full(30, 0.1) + 0.2, names(2)).reason


@pytest.mark.parametrize("bad", [lambda x: 0 * x + 0.3, lambda x: x / 2, lambda x: x > 0.5])
def test_factors_that_are_not_uniform_are_refused(bad):
    """The indices would be wrong: half a range, or two levels, have another variance."""
    unit = design(160, 3)
    y = ishigami(unit)
    unit[:, 1] = bad(unit[:, 1])
    with pytest.raises(InputError, match="factor 'x1' is not spread evenly") as said:
        surrogate_study(unit, y, names(3))
    assert "x0" not in str(said.value)


def test_non_finite_outputs_are_refused_with_count_and_first_rows():
    unit, y = design(60, 2), np.arange(60.0)
    y[10:40] = np.nan
    y[50] = np.inf
    with pytest.raises(InputError, match=r"31 of 60 outputs are nan or infinite, rows 10, 11,"):
        surrogate_study(unit, y, names(2))


@pytest.mark.parametrize(
    ("unit", "y", "who", "says"),
    [
        (np.zeros((30, 2)), np.zeros(29), names(2), "for a design of 30 rows"),
        (np.zeros((30, 2)), np.zeros((30, 1)), names(2), "shape"),
        (np.zeros((30, 2)), np.zeros(30), names(3), "shape"),
        (np.zeros(30), np.zeros(30), names(1), "shape"),
        (np.zeros((5, 2)), np.zeros(5), names(2), "too few"),
        (np.full((30, 2), 1.5), np.arange(30.0), names(2), "60 values"),
        (np.full((30, 2), np.nan), np.arange(30.0), names(2), "60 values"),
        (np.zeros((30, 2)), np.arange(30.0), ["a", "a"], "named more than once"),
    ],
)
def test_unusable_input_is_refused(unit, y, who, says):
    with pytest.raises(InputError, match=says):
        surrogate_study(unit, y, who)


@pytest.mark.parametrize("bad", [{"noise_share": 1.2}, {"groups": ["a"]}])
def test_options_out_of_range_are_refused(bad):
    unit = design(30, 2)
    with pytest.raises(InputError, match=next(iter(bad))):
        surrogate_study(unit, unit[:, 0], names(2), **bad)


def test_missing_scikit_learn_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    with pytest.raises(InputError, match=r"\.\[analysis\]"):
        trees_q2(design(30, 2), np.arange(30.0))


def test_same_seed_same_result_and_filters_untouched():
    unit = design(200, 2, 8)
    y = noisy(unit[:, 0] + unit[:, 1] ** 2, 0.1, 8)
    before = list(warnings.filters)
    runs = [surrogate_study(unit, y, names(2), noise_share=0.1) for _ in range(2)]
    assert warnings.filters == before
    assert runs[0].q2 == runs[1].q2
    assert runs[0].indices().equals(runs[1].indices())
    assert runs[0].trees_q2 == runs[1].trees_q2
    assert held_out(unit, y, names(2), seed=1)[0] != runs[0].q2


@pytest.mark.parametrize(
    ("link", "output"),
    [("log", lambda z: np.exp(2 * z)), ("logit", lambda z: 1 / (1 + np.exp(-3 * z)))],
)
def test_positive_and_bounded_outputs_are_fitted_on_their_own_scale(link, output):
    """The indices stay those of the output itself, here known from 2**16 points."""

    def y(unit):
        return output(2 * unit[:, 0] - 1 + (2 * unit[:, 1] - 1) * unit[:, 2] - 0.5)

    unit = design(200, 4, 2)
    found = fit(unit, y(unit), names(4))
    assert found.link == link
    fresh, other = np.hsplit(qmc.Sobol(8, rng=6).random(2**16), 2)
    assert np.corrcoef(found.predict(fresh), y(fresh))[0, 1] > 0.999
    own = found.in_own_unit()
    assert own.coefficients[0] == pytest.approx(y(fresh).mean(), rel=0.01)
    assert own.variance == pytest.approx(y(fresh).var(), rel=0.03)
    for j, total in enumerate(shares(own)["ST"]):
        moved = fresh.copy()
        moved[:, j] = other[:, j]
        truth = ((y(fresh) - y(moved)) ** 2).mean() / 2 / y(fresh).var()
        assert total == pytest.approx(truth, abs=0.02)
    assert shares(own)["ST"].iloc[3] == 0


def test_the_way_back_keeps_the_mean_of_a_noisy_output():
    """An exponential of mean logarithms would be too low by half the variance of the noise."""
    unit = design(600, 2, 4)
    y = np.exp(unit[:, 0] + 0.6 * np.random.default_rng(4).standard_normal(600))
    found = fit(unit, y, names(2))
    truth = (np.e - 1) * np.exp(0.18)
    assert found.predict(unit).mean() == pytest.approx(truth, rel=0.08)


def test_a_hundred_and_fifty_factors_are_feasible():
    unit = design(512, 150, 10)
    y = noisy(many(unit), 0.5, 10)
    found = fit(unit, y, names(150))
    total = shares(found)["ST"]
    assert set(total.nlargest(2).index) == {"x0", "x1"}
    assert total.iloc[5:].sum() < 0.1
    assert total.iloc[5:].max() < 0.05


@pytest.mark.slow
def test_intervals_cover_in_noise():
    """Nominal 95 % intervals of live indices, Ishigami and five inert factors, noise 0.3."""
    inside = []
    for k in range(25):
        unit = design(400, 8, 100 + k)
        y = noisy(ishigami(unit), 0.3, k)
        found = fit(unit, y, names(8), k)
        table = index_table(found, held_out(unit, y, names(8), k)[2])
        for index, truth in zip(("S1", "ST"), ISHIGAMI, strict=True):
            live = np.flatnonzero(truth > 0)
            low, high = table[f"{index}_low"].iloc[live], table[f"{index}_high"].iloc[live]
            inside.extend(((low <= truth[live]) & (truth[live] <= high)).tolist())
    # 125 intervals, in part dependent: standard error about 0.02.
    assert 0.90 <= np.mean(inside) <= 0.995, np.mean(inside)


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.0, 0.3])
def test_inert_factors_stay_near_zero(share):
    found = []
    for k in range(5):
        unit = design(400, 8, 200 + k)
        total = shares(fit(unit, noisy(ishigami(unit), share, k), names(8), k))["ST"]
        found.append(total.iloc[3:].sum())
    assert np.mean(found) < 0.01


def test_a_constant_polynomial_has_nothing_to_share():
    flat = Polynomial(("a", "b"), np.zeros((1, 2), np.int64), np.ones(1))
    assert flat.variance == 0
    assert not shares(flat).any(axis=None)
    assert flat.predict(np.zeros((3, 2))).tolist() == [1, 1, 1]
