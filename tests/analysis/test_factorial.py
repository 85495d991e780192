"""Shapley's split of a factorial: known games, axioms, and refusals."""

from itertools import permutations

import numpy as np
import pytest

from s3sim.analysis.shapley import interactions, shapley, subsets
from s3sim.core.errors import InputError

NAMES = ("a", "b", "c")


@pytest.fixture
def value():
    rng = np.random.default_rng(3)
    return {one: rng.normal(10, 5, 40) for one in subsets(NAMES)}


def test_parts_are_means_over_orders(value):
    wanted = dict.fromkeys(NAMES, 0.0)
    for order in permutations(NAMES):
        for k, name in enumerate(order):
            wanted[name] = wanted[name] + (value[frozenset(order[: k + 1])] - value[frozenset(order[:k])]) / 6  # fmt: skip
    for name, part in shapley(value, NAMES).items():
        np.testing.assert_allclose(part, wanted[name], rtol=0, atol=1e-12)


def test_parts_and_interactions_add_up(value):
    total = value[frozenset(NAMES)] - value[frozenset()]
    np.testing.assert_allclose(sum(shapley(value, NAMES).values()), total, rtol=0, atol=1e-12)
    np.testing.assert_allclose(sum(interactions(value, NAMES).values()), total, rtol=0, atol=1e-12)


def test_an_interaction_is_shared_in_equal_parts(value):
    found, parts = interactions(value, NAMES), shapley(value, NAMES)
    for name in NAMES:
        shared = sum(one / len(who) for who, one in found.items() if name in who)
        np.testing.assert_allclose(parts[name], shared, rtol=0, atol=1e-12)


def test_gloves():
    # One left glove (a) and two right gloves: a pair is worth 1 (the textbook game).
    game = {one: np.array([float("a" in one and len(one) > 1)]) for one in subsets(NAMES)}
    assert {k: float(v[0]) for k, v in shapley(game, NAMES).items()} == pytest.approx(
        {"a": 2 / 3, "b": 1 / 6, "c": 1 / 6}, abs=1e-15
    )


def test_additive_components_do_not_interact():
    worth = {"a": 1.0, "b": -2.0, "c": 0.0}
    game = {one: np.array([5 + sum(worth[k] for k in one)]) for one in subsets(NAMES)}
    assert {k: float(v[0]) for k, v in shapley(game, NAMES).items()} == pytest.approx(worth)
    assert all(abs(v[0]) < 1e-12 for who, v in interactions(game, NAMES).items() if len(who) > 1)


def test_refusals(value):
    short = {one: v for one, v in value.items() if one != frozenset("ab")}
    with pytest.raises(InputError, match=r"a\+b"):
        shapley(short, NAMES)
    with pytest.raises(InputError, match="no combinations"):
        interactions({**value, frozenset("d"): value[frozenset()]}, NAMES)
    with pytest.raises(InputError, match="shapes"):
        shapley({**value, frozenset("a"): np.zeros(3)}, NAMES)
    with pytest.raises(InputError, match="different names"):
        shapley(value, ("a", "a"))
