import numpy as np
import pytest
from builders import acquaintances, around, orgs, pairs, state_of, ties, two_regions

from s3sim.mechanisms.search import Search
from s3sim.model.proximity import degree
from s3sim.model.state import (
    FIRM,
    INSTITUTE,
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


def searched(folk, table=None, quarter=1, search=None, past=None, **offers):
    context = around(WORLD, quarter, values=EAGER, **offers)
    state = state_of(folk, WORLD, ties=table or ties([], []))
    state = state.replace(acquaintances=past or acquaintances([], [], N))
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
    folk = crowd(seeking=wanted, abroad_habit=np.arange(N) % 3 > 0)
    after, _ = searched(folk, search=Search(rate=0.6), joint_regions=np.ones(2, bool))
    table = after.ties.where(wanted[after.ties.source] > 0)
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
    folk = crowd(seeking=SEEKING_ABROAD)
    after, _ = searched(folk, joint_regions=np.array([True, False]))
    assert len(after.ties) > 0
    assert (REGION[after.ties.source] == 1).all()  # those of region 1 find partners in region 0


def crossing(table):
    return (REGION[table.source] != REGION[table.partner]).mean()


def test_firms_look_where_they_are_used_to_and_for_what_they_lack():
    outward = crowd(abroad_habit=True)
    assert crossing(searched(outward)[0].ties) > 0.6
    assert crossing(searched(crowd(abroad_habit=False))[0].ties) == 0
    # Everybody has a partner abroad already, and now wants one at home.
    pairs_abroad = ties(np.arange(0, N, 2), np.arange(1, N, 2))
    after, _ = searched(outward, pairs_abroad)
    assert len(after.ties) > N / 2
    assert crossing(after.ties.where(np.arange(len(after.ties)) >= N / 2)) < 0.4


def test_who_has_the_partner_it_wants_searches_less():
    spent = []
    first = np.flatnonzero(np.arange(N) % 4 < 2)
    for table in (ties([], []), ties(first, first + 2)):
        after = [
            searched(crowd(abroad_habit=False), table, quarter, Search(further=0.2))[0]
            for quarter in range(40)
        ]
        spent.append(np.mean([one.organisations.cash < 500 for one in after]))
    assert spent[1] / spent[0] == pytest.approx(0.2, abs=0.06)


def test_preference_for_institutes_persists():
    kind = np.where(np.arange(N) >= N - 10, INSTITUTE, FIRM)
    for science, bound in ((True, (0.35, 1.0)), (False, (0.0, 0.3))):
        folk = crowd(kind=kind, science_habit=science, abroad_habit=False,
                     size=np.where(kind == INSTITUTE, 500.0, 20.0))  # fmt: skip
        tied = np.concatenate([searched(folk, quarter=q)[0].ties.partner for q in range(10)])
        assert bound[0] <= (kind[tied] == INSTITUTE).mean() <= bound[1]


def test_former_partners_are_found_again_with_what_trust_is_left():
    half = np.arange(0, N, 2)
    past = acquaintances(half, (half + 10) % N, N, trust=0.6)
    again = []
    for former in (0.0, 0.4):
        met = 0
        for quarter in range(10):
            table = searched(crowd(), quarter=quarter, past=past, search=Search(former=former))[
                0
            ].ties
            known, trust = past.trust_of(table.source, table.partner, N)
            np.testing.assert_array_equal(table.trust, trust)
            met += known.sum()
        again.append(met)
    assert again[1] > 2 * max(again[0], 1)


def test_a_past_project_makes_up_for_part_of_a_missing_habit():
    past = acquaintances(np.arange(N // 2), np.arange(N // 2) + N // 2, N)
    closed = crowd(cooperation_propensity=0.0)
    search = Search(experience=0.5, rate=0.6)
    with_past = [searched(closed, quarter=q, search=search, past=past)[0] for q in range(20)]
    share = np.mean([one.organisations.cash < 500 for one in with_past])
    assert share == pytest.approx(0.3, abs=0.06)
    assert (searched(closed, search=search)[0].organisations.cash == 500).all()


def test_money_moves_few_of_those_without_the_habit():
    folk = crowd(seeking=SEEKING_DOMESTIC, cooperation_propensity=0.0)
    share = np.mean([
        searched(folk, quarter=q, search=Search(newcomers=0.25))[0].organisations.cash < 500
        for q in range(20)
    ])  # fmt: skip
    assert share == pytest.approx(0.25, abs=0.05)
