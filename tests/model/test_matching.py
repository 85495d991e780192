from dataclasses import replace

import numpy as np
from builders import around, orgs, ties, two_regions

from s3sim.model.matching import (
    ABROAD,
    AT_HOME,
    JOINTLY,
    Matching,
    Neighbours,
    employment_table,
    fields,
    first_meetings,
)
from s3sim.model.state import FIRM, INSTITUTE
from s3sim.world import World

WORLD = two_regions(
    cooperating=np.array([0.4, 0.4]),
    cooperating_abroad=np.array([0.2, 0.1]),
    shared_language=np.eye(2, dtype=bool),
    affinity=np.array([[1.0, 4.0], [4.0, 1.0]]),
)


WHERE = fields(WORLD.cross_border, np.ones(2, bool))


def partner_index(folk, world=WORLD):
    return around(world).partners.index(folk)


def met(folk, reach, u, world=WORLD, science=False, where=WHERE):
    """One look of row 0 for each row of uniforms: region, domain, organisation."""
    zero = np.zeros(len(u), np.int64)
    places, wanted = np.full(len(u), reach), np.full(len(u), science)
    return around(world).partners.meet(folk, zero, places, wanted, u, where)


def test_gravity_is_a_power_of_distance():
    partners = around(WORLD).partners
    home, away = 20**-0.39, 0.48 * 2.0 * 200**-0.39
    np.testing.assert_allclose(partners.gravity, [[home, away], [away, home]])
    near = two_regions(distance=np.zeros((2, 2)))
    assert np.isfinite(around(near).partners.gravity).all()


def test_habits_turn_what_a_survey_sees_into_who_wants_partners():
    habit, abroad = Matching(occupied=0.8, occupied_abroad=0.5).habits(WORLD)
    np.testing.assert_allclose(habit, [0.5, 0.5])
    np.testing.assert_allclose(habit * abroad, [0.4, 0.2])
    everybody = replace(WORLD, cooperating=np.ones(2), cooperating_abroad=np.ones(2))
    for share in Matching().habits(everybody):
        assert share.tolist() == [1.0, 1.0]
    nobody = replace(WORLD, cooperating=np.zeros(2), cooperating_abroad=np.zeros(2))
    for share in Matching().habits(nobody):
        assert share.tolist() == [0.0, 0.0]


def test_the_directory_lists_innovative_living_firms_and_institutes():
    folk = orgs(
        6, kind=[0, 0, 0, 0, 1, 1], active=[1, 1, 0, 1, 1, 0], innovative=[1, 0, 1, 1, 1, 1],
        region=[1, 0, 0, 0, 1, 0], domain=[2, 0, 0, 1, 0, 0],
    )  # fmt: skip
    listed = partner_index(folk)
    assert listed.rows.tolist() == [3, 0]
    assert listed.count.tolist() == [[0, 1, 0], [0, 0, 1]]
    assert listed.institutes.tolist() == [4]


def test_looks_find_those_who_are_used_to_such_partners():
    folk = orgs(
        5, region=[0, 0, 0, 1, 1], cooperation_propensity=[1, 1, 0.02, 1, 1],
        abroad_habit=[1, 0, 1, 0, 1],
    )  # fmt: skip
    u = np.random.default_rng(0).random((200, 3))
    assert set(met(folk, AT_HOME, u)) == {0, 1}
    assert set(met(folk, ABROAD, u)) == {4}
    nowhere = fields(WORLD.cross_border, np.zeros(2, bool))
    assert set(met(folk, JOINTLY, u, where=nowhere)) == {-1}


def test_large_institutes_are_met_more_often():
    folk = orgs(4, kind=[0, 1, 1, 1], region=[0, 0, 0, 1], size=[20, 10, 30, 60])
    n = 20_000
    found = met(folk, AT_HOME, np.random.default_rng(0).random((n, 3)), science=True)
    np.testing.assert_allclose(np.bincount(found, minlength=4) / n, [0, 0.25, 0.75, 0], atol=0.02)


def test_draws_meet_gravity_and_relatedness():
    n = 40_000
    square = np.array([[1.0, 0.5, 0.2], [0.5, 1.0, 0.0], [0.2, 0.0, 1.0]])
    world = World.synthetic(3, seed=0, countries=1, domains=3)
    km = np.array([[20.0, 80.0, 300.0]] * 3)
    world = replace(world, relatedness=square, distance=km, shared_language=np.ones((3, 3), bool))
    folk = orgs(9, region=np.repeat([0, 1, 2], 3), domain=np.tile([0, 1, 2], 3))
    where = fields(world.cross_border, np.ones(3, bool))
    found = met(folk, AT_HOME, np.random.default_rng(0).random((n, 3)), world, where=where)
    pull = km[0] ** -0.39
    np.testing.assert_allclose(
        np.bincount(folk.region[found], minlength=3) / n, pull / pull.sum(), atol=0.01
    )
    weight = square[0] ** 2.75
    share = np.bincount(folk.domain[found], minlength=3) / n
    np.testing.assert_allclose(share, weight / weight.sum(), atol=0.01)


def test_nobody_is_met_where_nobody_is():
    folk, u = orgs(2, region=0), np.full((3, 3), 0.5)
    assert met(folk, ABROAD, u).tolist() == [-1, -1, -1]
    assert met(folk, AT_HOME, u, science=True).tolist() == [-1, -1, -1]
    assert met(orgs(2, active=False), AT_HOME, u).tolist() == [-1, -1, -1]


def test_looks_of_many_askers_are_those_of_each_alone():
    """What an asker meets does not depend on who else looks."""
    world = World.synthetic(5, seed=2, countries=3)
    context, n = around(world), 3000
    draw = context.streams.uniform
    folk = orgs(
        n, domains=world.n_domains, region=np.sort((draw("region", n) * 5).astype(np.int64)),
        domain=(draw("domain", n) * world.n_domains).astype(np.int64),
        kind=np.where(draw("kind", n) < 0.1, INSTITUTE, FIRM),
    )  # fmt: skip
    asker, reach = np.arange(n), (draw("reach", n) * 3).astype(np.int64)
    science, u = draw("science", n) < 0.3, draw("look", (n, 3))
    where = fields(world.cross_border, draw("joint", 5) < 0.7)
    together = context.partners.meet(folk, asker, reach, science, u, where)
    for k in (0, 1500, 2999):
        one = slice(k, k + 1)
        alone = context.partners.meet(folk, asker[one], reach[one], science[one], u[one], where)
        np.testing.assert_array_equal(together[one], alone)
    found = together >= 0
    assert where[reach[found], folk.region[found], folk.region[together[found]]].all()
    np.testing.assert_array_equal(folk.kind[together[found]] == INSTITUTE, science[found])


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


def test_neighbours_are_those_of_the_list():
    one, other = np.array([0, 1, 3]), np.array([1, 2, 4])
    u = np.random.default_rng(0).random(200)
    assert set(Neighbours.of(one, other, 6).draw(np.ones(200, np.int64), u)) == {0, 2}
    assert set(Neighbours.of(one, other, 6).draw(np.full(200, 5), u)) == {-1}
    assert set(Neighbours.of(one, other, 6).draw(np.full(200, -1), u)) == {-1}
    assert set(Neighbours.of(one[:0], other[:0], 6).draw(np.ones(200, np.int64), u)) == {-1}


def test_employment_counts_active_firms_only():
    folk = orgs(5, kind=[FIRM, FIRM, FIRM, INSTITUTE, FIRM], active=[1, 1, 0, 1, 1],
                  region=[0, 0, 0, 0, 1], domain=[0, 0, 1, 1, 2], size=[1, 2, 4, 8, 16])  # fmt: skip
    assert employment_table(folk, WORLD).tolist() == [[3, 0, 0], [0, 0, 16]]
