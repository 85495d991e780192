import numpy as np
import pytest
from builders import around, orgs, state_of, ties, two_regions

from s3sim.mechanisms.joint_call import JointCall, _normal_pairs
from s3sim.model.budget_allocation import allocate_budget
from s3sim.model.state import (
    BROKERED,
    INSTITUTE,
    JOINT,
    JOINT_GRANT,
    NOT_SEEKING,
    OWN,
    SEEKING_ABROAD,
)

WORLD = two_regions(lagging=np.array([True, False]))
ASKED = 2 * 250 * 60 * 1000  # cents: two partners, 250 kEUR each, 60 %
OFFER = {"joint_delay": 3, "joint_regions": np.ones(2, bool)}
N = 400


def test_the_pool_is_spent_down_the_list():
    award = allocate_budget(
        np.zeros(4, int),
        np.array([1.0, 3.0, 2.0, 0.0]),
        np.array([50, 50, 50, 50]),
        np.array([120]),
    )
    assert award.tolist() == [20, 50, 50, 0]


def announced(pool=1, region=None, table=None, joint=(True, False, False), **columns):
    region = np.arange(N) % 2 if region is None else region
    folk = orgs(N, **{"region": region, "domain": np.arange(N) % 3, **columns})
    state = state_of(
        folk, WORLD, pool=pool, joint_priorities=np.array(joint), ties=table or ties([], [])
    )
    return folk, JointCall()(state, around(WORLD, 0, **OFFER))


def test_bidders_are_innovative_firms_in_joint_priorities():
    folk, after = announced(
        innovative=np.arange(N) % 4 > 0, kind=np.where(np.arange(N) % 10 == 9, INSTITUTE, 0)
    )
    bids = after.organisations.seeking == SEEKING_ABROAD
    can = (folk.domain == 0) & folk.innovative & (folk.kind != INSTITUTE)
    assert (bids <= can).all()
    assert bids.sum() / can.sum() == pytest.approx(0.15, abs=0.12)
    assert bids.sum() > 0


def test_no_money_no_list_no_call():
    for kwargs in ({"pool": 0}, {"joint": (False, False, False)}):
        _, after = announced(**kwargs)
        assert (after.organisations.seeking == NOT_SEEKING).all()


def test_standing_ties_across_the_border_become_bids():
    inside = ties(np.arange(0, 100, 2), np.arange(2, 102, 2))
    across = ties(np.arange(0, 300, 2), np.arange(1, 301, 2))
    folk, after = announced(table=inside.joined(across))
    bid = after.ties.bid
    assert not bid[: len(inside)].any()
    assert bid.any()
    sides = folk.domain[after.ties.source[bid]] == 0
    sides |= folk.domain[after.ties.partner[bid]] == 0
    assert sides.all()
    covered = np.zeros(N, bool)
    covered[after.ties.source[bid]] = covered[after.ties.partner[bid]] = True
    assert not (covered & (after.organisations.seeking == SEEKING_ABROAD)).any()
    assert not after.ties.pending.any()  # they went on before and go on meanwhile


def test_a_project_won_at_home_keeps_its_search():
    _, after = announced(seeking=1)
    assert (after.organisations.seeking == 1).all()


def decided(pool, table, quarter=3, call=None, offer=None, **columns):
    folk = orgs(N, **{"region": np.arange(N) % 2, "domain": np.arange(N) % 3, **columns})
    state = state_of(folk, WORLD, pool=pool, ties=table)
    state = state.replace(ledger=state.ledger.book(0, {"national_public": pool}))
    return (call or JointCall())(state, around(WORLD, quarter, **(offer or OFFER)))


def bids(n=10, **columns):
    return ties(np.arange(0, 2 * n, 2), np.arange(1, 2 * n, 2), **{"bid": True, **columns})


def test_winners_share_the_award_and_losers_part():
    pending = np.arange(10) < 6
    table = bids(pending=pending, kind=[JOINT_GRANT] * 6 + [OWN] * 3 + [BROKERED])
    after = decided(3 * ASKED + 1, table)
    project = after.projects
    assert after.pool == 0
    assert after.ledger.total("joint_grants") == 3 * ASKED + 1 == project.award.sum()
    assert len(project) == 8  # two for each of four bids, the last almost unfunded
    assert (project.instrument == JOINT).all()
    assert (project.authority == WORLD.n_authorities).all()
    half = project.award.reshape(2, -1)
    assert np.abs(half[0] - half[1]).max() <= 1
    np.testing.assert_allclose(project.cost, 250.0 * np.tile(half.sum(axis=0), 2) / ASKED)
    assert (project.due == 6).all()
    assert (project.end == 14).all()
    # Who formed for the bid and lost is gone; who collaborated before goes on.
    won = set(project.organisation[:4] // 2)
    assert set(after.ties.source // 2) == won | {6, 7, 8, 9}
    funded = np.isin(after.ties.source // 2, list(won))
    assert (after.ties.kind[funded] == JOINT_GRANT).all()
    assert (after.ties.end[funded] == 14).all()
    assert not after.ties.bid.any()
    assert not after.ties.pending.any()
    assert after.regions.awards.sum() == project.award.sum()
    assert after.organisations.grants.sum() == 8


@pytest.mark.parametrize("quarter", [0, 1, 2, 7])
def test_decisions_come_with_the_delay(quarter):
    after = decided(ASKED, bids(), quarter)
    assert len(after.projects) == (2 if quarter == 7 else 0)


def test_a_call_without_bids_leaves_the_pool():
    after = decided(ASKED, bids(bid=False))
    assert after.pool == ASKED
    assert len(after.ties) == 10


def test_cohesion_points_favour_lagging_regions():
    region = np.where(np.arange(N) < 100, 0, np.arange(N) % 2)  # first bids: both lagging

    def lagging_share(weight):
        offer = {**OFFER, "cohesion_weight": weight}
        after = decided(40 * ASKED, bids(100), offer=offer, region=region)
        return (after.projects.organisation < 100).mean()

    assert lagging_share(1.5) > lagging_share(0.0) + 0.1


def test_juries_err_with_standard_normal_numbers():
    one = np.arange(50_000)
    noise = _normal_pairs(around(WORLD, 3), one, one + 1)
    assert noise.mean() == pytest.approx(0.0, abs=0.02)
    assert noise.std() == pytest.approx(1.0, abs=0.02)
