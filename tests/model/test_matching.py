from dataclasses import replace

import numpy as np
import pytest
from builders import around, orgs, ties, two_regions

from s3sim.model.matching import Matching, employment_table, first_meetings, permitted
from s3sim.model.state import (
    FIRM,
    INSTITUTE,
    NOT_SEEKING,
    SEEKING_ABROAD,
    SEEKING_ANY,
    SEEKING_DOMESTIC,
)
from s3sim.world import World

WORLD = two_regions(
    cooperating=np.array([0.4, 0.4]),
    cooperating_abroad=np.array([0.2, 0.1]),
    shared_language=np.eye(2, dtype=bool),
    affinity=np.array([[1.0, 4.0], [4.0, 1.0]]),
)


def partner_index(folk, world=WORLD):
    return around(world).partners.index(folk)


def met_firms(folk, region, domain, where, u, world=WORLD, **changes):
    """One look of each asker, with uniforms for region, domain and organisation."""
    partners = replace(around(world).partners, **changes)
    index = partners.index(folk)
    there = partners.regions(region, index.mass[domain], where, u[:, None, 0])
    return index.firms(domain, there[:, 0], u[:, 1:])


def met_institutes(folk, region, where, u, world=WORLD):
    partners = around(world).partners
    index = partners.index(folk)
    there = partners.regions(
        region, index.count_institute[None, :].astype(float), where, u[:, None, 0]
    )
    return index.research(there[:, 0], u[:, 1])


def test_gravity_by_hand():
    partners = around(WORLD).partners
    home, away = np.exp(-20 / 250), 0.48 * 2.0 * np.exp(-200 / 250)
    np.testing.assert_allclose(partners.gravity, [[home, away], [away, home]])


def test_looks_abroad_follow_the_habits_of_the_country():
    share = Matching(border=1.0).foreign_search_share(WORLD)
    np.testing.assert_allclose(share, [0.5, 0.25])
    odds = Matching(border=5.0).foreign_search_share(WORLD)
    np.testing.assert_allclose(odds / (1 - odds), [5.0, 5 / 3])


def test_the_directory_lists_innovative_living_firms_and_institutes():
    folk = orgs(
        6, kind=[0, 0, 0, 0, 1, 1], active=[1, 1, 0, 1, 1, 0], innovative=[1, 0, 1, 1, 1, 1],
        region=[1, 0, 0, 0, 1, 0], domain=[2, 0, 0, 1, 0, 0],
    )  # fmt: skip
    listed = partner_index(folk)
    assert listed.rows.tolist() == [3, 0]
    assert listed.count.tolist() == [[0, 1, 0], [0, 0, 1]]
    assert listed.institutes.tolist() == [4]


def test_draws_meet_the_share_abroad_and_relatedness():
    n = 40_000
    square = np.array([[1.0, 0.5, 0.2], [0.5, 1.0, 0.0], [0.2, 0.0, 1.0]])
    world = two_regions(relatedness=square)
    folk = orgs(6, region=[0, 0, 0, 1, 1, 1], domain=[0, 1, 2, 0, 1, 2])
    u = np.random.default_rng(0).random((n, 3))
    share = np.array([0.3, 0.3])
    anywhere, zero = np.ones((n, 2), bool), np.zeros(n, np.int64)
    met = met_firms(folk, zero, zero, anywhere, u, world, foreign_search_share=share)
    assert (folk.region[met] == 1).mean() == pytest.approx(0.3, abs=0.01)
    weight = square[0] ** 2.75
    share = np.bincount(folk.domain[met], minlength=3) / n
    np.testing.assert_allclose(share, weight / weight.sum(), atol=0.01)


def test_nobody_is_met_where_nobody_is():
    folk = orgs(2, region=0)
    only_abroad = np.array([[False, True]] * 3)
    u, zero = np.full((3, 3), 0.5), np.zeros(3, np.int64)
    assert met_firms(folk, zero, zero, only_abroad, u).tolist() == [-1, -1, -1]
    assert met_institutes(folk, zero, only_abroad, u[:, :2]).tolist() == [-1, -1, -1]
    nobody = orgs(2, active=False)
    assert met_firms(nobody, zero, zero, np.ones((3, 2), bool), u).tolist() == [-1, -1, -1]


def test_looks_of_many_askers_are_those_of_each_alone():
    """What an asker meets does not depend on who else looks."""
    world = World.synthetic(5, seed=2, countries=3)
    partners, n = around(world).partners, 3000
    streams = around(world).streams
    region = (streams.uniform("region", n) * 5).astype(np.int64)
    mass, where = streams.uniform("mass", (n, 5)), streams.uniform("where", (n, 5)) < 0.7
    u = streams.uniform("look", (n, 2))
    for near in (True, False):
        together = partners.regions(region, mass, where, u, near=near)
        for k in (0, 1500, 2999):
            one = slice(k, k + 1)
            alone = partners.regions(region[one], mass[one], where[one], u[one], near=near)
            np.testing.assert_array_equal(together[one], alone)
        assert where[np.arange(n)[:, None], together][together >= 0].all()


def test_the_index_of_a_quarter_is_made_once():
    folk, partners = orgs(4), around(WORLD).partners
    index = partners.index(folk)
    assert partners.index(folk.replace(cash=folk.cash + 1)) is index
    assert partners.capacity(folk) is partners.capacity(folk.replace(cash=folk.cash + 1))
    moved = folk.replace(domain=folk.domain + 1)
    assert partners.index(moved) is not index
    assert partners.index(moved).count[0].tolist() == [0, 4, 0]
    folk.domain[0] = 2  # a lesson writes into a column between quarters
    assert partners.for_quarter().index(folk).count[0].tolist() == [3, 0, 1]


def test_first_meetings_are_new_pairs_once():
    one, other = np.array([0, 3, 1, 2, 4]), np.array([3, 0, 2, 1, 0])
    known = ties([0], [4])
    assert first_meetings(one, other, known, 5).tolist() == [True, False, True, False, False]
    assert first_meetings(one, other, ties([], []), 5).tolist() == [True, False, True, False, True]
    assert first_meetings(one[:0], other[:0], known, 5).tolist() == []


def test_who_may_look_where():
    world = World.synthetic(3, seed=0, countries=2)
    region = np.flatnonzero(world.cross_border.sum(axis=1) == 1)[:1].repeat(4)
    seeking = np.array([NOT_SEEKING, SEEKING_DOMESTIC, SEEKING_ANY, SEEKING_ABROAD])
    abroad = world.cross_border[region[0]]
    for joint in (np.ones(3, bool), np.zeros(3, bool)):
        where = permitted(seeking, region, world.cross_border, joint)
        assert where[0].all()
        np.testing.assert_array_equal(where[1], ~abroad)
        assert where[2].all()
        np.testing.assert_array_equal(where[3], abroad & joint)


def test_employment_counts_active_firms_only():
    folk = orgs(5, kind=[FIRM, FIRM, FIRM, INSTITUTE, FIRM], active=[1, 1, 0, 1, 1],
                  region=[0, 0, 0, 0, 1], domain=[0, 0, 1, 1, 2], size=[1, 2, 4, 8, 16])  # fmt: skip
    assert employment_table(folk, WORLD).tolist() == [[3, 0, 0], [0, 0, 16]]
