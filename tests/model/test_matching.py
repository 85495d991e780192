import numpy as np
import pytest
from builders import around, orgs, two_regions

from s3sim.model.matching import Matching, PartnerIndex, employment_table, permitted
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


def partner_index(folk, world=WORLD, **changes):
    context = around(world)
    return PartnerIndex.of(
        folk,
        world,
        context.space,
        changes.get("gravity", context.gravity),
        changes.get("foreign_search_share", context.foreign_search_share),
    )


def test_gravity_by_hand():
    context = around(WORLD)
    home, away = np.exp(-20 / 250), 0.48 * 2.0 * np.exp(-200 / 250)
    np.testing.assert_allclose(context.gravity, [[home, away], [away, home]])


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
    assert listed.count.reshape(2, 3).tolist() == [[0, 1, 0], [0, 0, 1]]
    assert listed.institutes.tolist() == [4]


def test_draws_meet_the_share_abroad_and_relatedness():
    n = 40_000
    square = np.array([[1.0, 0.5, 0.2], [0.5, 1.0, 0.0], [0.2, 0.0, 1.0]])
    world = two_regions(relatedness=square)
    folk = orgs(6, region=[0, 0, 0, 1, 1, 1], domain=[0, 1, 2, 0, 1, 2])
    u = np.random.default_rng(0).random((n, 3))
    listed = partner_index(folk, world, foreign_search_share=np.array([0.3, 0.3]))
    anywhere, zero = np.ones((n, 2), bool), np.zeros(n, np.int64)
    met = listed.firms(zero, zero, anywhere, u)
    assert (folk.region[met] == 1).mean() == pytest.approx(0.3, abs=0.01)
    weight = square[0] ** 2.75
    share = np.bincount(folk.domain[met], minlength=3) / n
    np.testing.assert_allclose(share, weight / weight.sum(), atol=0.01)


def test_nobody_is_met_where_nobody_is():
    listed = partner_index(orgs(2, region=0))
    only_abroad = np.array([[False, True]] * 3)
    u, zero = np.full((3, 3), 0.5), np.zeros(3, np.int64)
    assert listed.firms(zero, zero, only_abroad, u).tolist() == [-1, -1, -1]
    assert listed.research(zero, only_abroad, u[:, :2]).tolist() == [-1, -1, -1]
    nobody = partner_index(orgs(2, active=False))
    assert nobody.firms(zero, zero, np.ones((3, 2), bool), u).tolist() == [-1, -1, -1]


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
