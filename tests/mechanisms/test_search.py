import numpy as np
import pytest
from builders import around, orgs, pairs, state_of, ties, two_regions

from s3sim.mechanisms.search import Search, _friend_of_friend
from s3sim.model.proximity import degree
from s3sim.model.state import (
    JOINT_GRANT,
    OWN,
    REGIONAL_GRANT,
    SEEKING_ABROAD,
    SEEKING_ANY,
    SEEKING_DOMESTIC,
)

N = 60
REGION = np.arange(N) % 2
WORLD = two_regions()
EAGER = {"agreement.threshold": 0.0, "agreement.cognitive": 20.0}


def crowd(**columns):
    known = np.random.default_rng(3).random((N, 3)).astype(np.float32)
    columns = {"region": REGION, "domain": np.arange(N) % 3, "knowledge": known, **columns}
    return orgs(N, absorptive_capacity=0.5, **columns)


def searched(folk, table=None, quarter=1, search=None, **offers):
    context = around(WORLD, quarter, values=EAGER, **offers)
    state = state_of(folk, WORLD, ties=table or ties([], []))
    return (search or Search(rate=0.6))(state, context), context


def test_new_ties_join_two_living_strangers_within_capacity():
    folk = crowd(active=np.arange(N) % 5 > 0)
    old = ties([1, 2, 3], [2, 3, 4])
    after, context = searched(folk, old)
    table = after.ties
    new = table.where(np.arange(len(table)) >= 3)
    assert len(new) > 5
    assert folk.active[new.source].all()
    assert folk.active[new.partner].all()
    assert (new.source != new.partner).all()
    assert len(np.unique(pairs(table, N))) == len(table)
    assert (degree(N, table.source, table.partner) <= context.partners.capacity(folk)).all()
    assert (new.start == 1).all()
    assert (new.end == -1).all()
    assert (new.kind == OWN).all()


def test_the_closed_the_idle_and_the_full_do_not_search():
    for column in ({"cooperation_propensity": 0.0}, {"innovative": False}, {"active": False}):
        after, _ = searched(crowd(**column))
        assert len(after.ties) == 0
        assert (after.organisations.cash == 500).all()
    ring = ties(np.arange(N), (np.arange(N) + 1) % N)  # everyone has two partners: capacity
    after, _ = searched(crowd(), ring)
    assert len(after.ties) == N
    assert (after.organisations.cash == 500).all()


def test_searching_costs_and_happens_at_the_declared_rate():
    paid = []
    for quarter in range(40):
        after, _ = searched(crowd(), quarter=quarter, search=Search(rate=0.3, cost=4.0))
        spent = 500 - after.organisations.cash
        assert set(np.unique(spent)) <= {0.0, 4.0}
        paid.append((spent > 0).mean())
    assert np.mean(paid) == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / (40 * N)))


@pytest.mark.parametrize(
    ("seeking", "kind"),
    [
        (SEEKING_DOMESTIC, REGIONAL_GRANT),
        (SEEKING_ANY, REGIONAL_GRANT),
        (SEEKING_ABROAD, JOINT_GRANT),
    ],
)
def test_public_money_decides_where_winners_look(seeking, kind):
    wanted = np.where(np.arange(N) < 20, seeking, 0)
    folk = crowd(seeking=wanted, cooperation_propensity=np.where(wanted > 0, 1.0, 0.0))
    after, _ = searched(folk, joint_regions=np.ones(2, bool))
    table = after.ties
    abroad = REGION[table.source] != REGION[table.partner]
    assert len(table) > 3
    assert (table.kind == kind).all()
    np.testing.assert_array_equal(table.bid, np.full(len(table), seeking == SEEKING_ABROAD))
    np.testing.assert_array_equal(table.pending, table.bid)
    if seeking == SEEKING_DOMESTIC:
        assert not abroad.any()
    elif seeking == SEEKING_ABROAD:
        assert abroad.all()
    else:
        assert 0 < abroad.sum() < len(table)
    assert (after.organisations.seeking == 0).all()


def test_joint_money_looks_in_joint_regions_only():
    folk = crowd(seeking=SEEKING_ABROAD, cooperation_propensity=0.0)
    after, _ = searched(folk, joint_regions=np.array([True, False]))
    assert len(after.ties) > 0
    assert (REGION[after.ties.source] == 1).all()  # those of region 1 find partners in region 0


def test_friends_of_friends_are_two_steps_away():
    table = ties([0, 1, 3], [1, 2, 4])
    u = np.random.default_rng(0).random((200, 2))
    found = _friend_of_friend(np.zeros(200, np.int64), table, 6, u)
    assert set(found) == {0, 2}
    alone = _friend_of_friend(np.full(5, 5), table, 6, u[:5])
    assert (alone == -1).all()
    assert (_friend_of_friend(np.zeros(3, np.int64), ties([], []), 6, u[:3]) == -1).all()
