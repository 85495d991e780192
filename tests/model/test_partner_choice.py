from dataclasses import replace

import numpy as np
import pytest
from builders import around, orgs, two_regions
from hypothesis import given
from hypothesis import strategies as st

from s3sim.core.streams import Streams
from s3sim.model.partner_choice import PartnerChoice, matched
from s3sim.model.state import FIRM, INSTITUTE

WORLD = two_regions(shared_language=np.eye(2, dtype=bool))
ONE, OTHER = np.array([0, 0, 0]), np.array([1, 2, 3])


class FixedDice(Streams):
    """Always one half."""

    def pair(self, decision, i, j):
        return np.full(len(i), 0.5)


LUCK = -np.log(-np.log(0.5))
FOLK = orgs(
    kind=[FIRM, FIRM, FIRM, INSTITUTE, FIRM], region=[0, 0, 1, 0, 0], cooperation_propensity=[1, 0.05, 1, 1, 1],
    knowledge=np.eye(3, dtype=np.float32)[[0, 0, 0, 0, 0]],
)  # fmt: skip


def worth(partner_choice=None, folk=FOLK, **extra):
    context = around(WORLD)
    return (partner_choice or PartnerChoice()).utility(
        folk,
        ONE,
        OTHER,
        space=context.space,
        proximity=context.proximity,
        streams=FixedDice(0, 0, 0),
        **extra,
    )


def test_five_proximities_by_hand():
    """Partners who know the same have nothing to learn: what remains are the frictions."""
    base = LUCK - 2.3
    expected = [base + 2.0, base - 0.1 + 2.0, base - 0.2 + 2.0]
    one, other = worth()
    np.testing.assert_allclose(one, expected, rtol=1e-6, atol=1e-6)
    assert other[0] == pytest.approx(expected[0] - 2.0 + 2.0 * 0.05)  # the closed hesitate


def test_a_habit_of_cooperating_abroad_is_each_sides_own():
    alone = FOLK.replace(abroad_habit=np.array([0, 1, 1, 1, 1], bool))
    (one, other), (before, after) = worth(), worth(folk=alone)
    np.testing.assert_allclose(before - one, [0.0, -1.5, 0.0], atol=1e-12)
    np.testing.assert_allclose(after, other)


def test_a_broker_relieves_the_border_and_what_is_known_lends_trust():
    plain, relieved = worth()[0], worth(relief=np.array([0.5, 0.5, 0.0]))[0]
    np.testing.assert_allclose(relieved - plain, [0.0, 0.5 * 0.1, 0.0], atol=1e-12)
    np.testing.assert_allclose(
        worth(common=np.array([1.0, 0, 0]))[0] - plain, [0.3, 0, 0], atol=1e-12
    )
    np.testing.assert_allclose(
        worth(trust=np.array([0.2, 0, 0]))[0] - plain, [0.3, 0, 0], atol=1e-12
    )


def test_without_border_effects_nothing_is_lost_across_a_border():
    one = worth(PartnerChoice(border=0.0))[0]
    assert one[0] == pytest.approx(one[1])


def test_capacity_by_hand():
    folk = orgs(
        6, kind=[0, 0, 0, 0, 1, 1], size=[5, 99, 100, 800, 4, 100]
    )  # two partners, one more for each doubling above 50; institutes: one a ten researchers
    assert PartnerChoice().capacity(folk).tolist() == [2, 2, 3, 6, 1, 10]
    assert PartnerChoice(attention=1).capacity(folk).tolist()[:4] == [1, 1, 2, 5]


@st.composite
def proposals(draw):
    n = draw(st.integers(2, 8))
    pair = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda p: p[0] != p[1])
    listed = draw(st.lists(pair, max_size=30, unique_by=lambda p: (min(p), max(p))))
    surplus = draw(st.lists(st.integers(-3, 9), min_size=len(listed), max_size=len(listed)))
    free = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    # No two proposals are worth exactly the same.
    worth = [s + k / 100 if s else 0.0 for k, s in enumerate(surplus)]
    one, other = (np.array([p[k] for p in listed], np.int64) for k in (0, 1))
    return one, other, np.array(worth, float), np.array(free, np.int64)


@given(proposals())
def test_matched_respects_capacity_surplus_and_one_tie_an_asker(drawn):
    one, other, surplus, free = drawn
    before = free.copy()
    yes = matched(one, other, surplus, free)
    np.testing.assert_array_equal(free, before)
    load = np.bincount(one[yes], minlength=len(free)) + np.bincount(other[yes], minlength=len(free))
    assert (load <= free).all()
    assert (surplus[yes] > 0).all()
    assert np.bincount(one[yes], minlength=len(free)).max(initial=0) <= 1
    possible = (surplus > 0) & (free[one] > 0) & (free[other] > 0) if len(one) else yes
    if possible.any():  # the best of all feasible proposals is always concluded
        best = np.flatnonzero(possible)[surplus[possible].argmax()]
        assert yes[best]


def test_luck_of_a_pair_is_its_own():
    context = around(WORLD)
    streams = replace(context.streams, quarter=3)
    extra = dict(space=context.space, proximity=context.proximity, streams=streams)
    both = PartnerChoice().utility(FOLK, ONE, OTHER, **extra)
    alone = PartnerChoice().utility(FOLK, ONE[1:2], OTHER[1:2], **extra)
    np.testing.assert_array_equal(both[:, 1:2], alone)
