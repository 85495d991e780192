import numpy as np
import pytest
from builders import acquaintances, around, orgs, state_of, ties, two_regions

from s3sim.mechanisms.tie_dynamics import TieDynamics
from s3sim.model.state import BROKERED, INSTITUTE, JOINT_GRANT, OWN, REGIONAL_GRANT

WORLD = two_regions()
REGION = np.array([0, 0, 0, 1, 1])


def lived(table, quarter, life=None, **columns):
    state = state_of(orgs(region=REGION, **columns), WORLD, ties=table)
    return (life or TieDynamics())(state, around(WORLD, quarter))


def test_partnerships_cost_effort_and_more_across_a_border():
    after = lived(ties([0, 0, 1], [1, 3, 4], pending=[0, 0, 1]), 1)
    np.testing.assert_allclose(after.organisations.tie_cost, [0.15, 0.05, 0, 0.10, 0])
    many = lived(ties([0] * 4, [1, 2, 3, 4]), 1, TieDynamics(cost=0.15, cost_abroad=0.2))
    assert many.organisations.tie_cost[0] == 0.9  # something is always left


def test_new_ties_get_their_length_and_others_go_on():
    after = lived(ties([0, 1], [1, 2], end=[-1, 9]), 3, TieDynamics(broken=0.0))
    assert after.ties.end.tolist() == [11, 9]
    assert after.ties.trust.tolist() == [0.3, 0.3]


def test_public_and_own_ties_go_on_at_own_cost_and_brokered_ones_are_remembered():
    sure = TieDynamics(renewal=0.0, renewal_trust=3.0, renewal_value=5.0)
    kinds = [OWN, REGIONAL_GRANT, JOINT_GRANT, BROKERED] * 30
    n = len(kinds)
    folk = orgs(2 * n, region=0, knowledge=np.tile(np.eye(3)[:1], (2 * n, 1)))
    table = ties(np.arange(n), np.arange(n) + n, end=8, kind=kinds, trust=1.0)
    after = sure(state_of(folk, WORLD, ties=table), around(WORLD, 8)).ties
    assert 0.5 * n < len(after) < n
    assert (after.end == 16).all()
    origin = np.array(kinds)[after.source]
    np.testing.assert_array_equal(after.kind, np.where(origin == BROKERED, BROKERED, OWN))
    assert set(origin) == {0, 1, 2, 3}


def test_renewal_and_trust_by_hand():
    """Twins understand each other fully: success with 0.7, value 0."""
    n = 20_000
    folk = orgs(2 * n, knowledge=np.tile(np.eye(3)[:1], (2 * n, 1)), region=0)
    table = ties(np.arange(n), np.arange(n) + n, end=8, trust=0.5)
    after = TieDynamics()(state_of(folk, WORLD, ties=table), around(WORLD, 8)).ties
    up, down = 0.5 + 0.3 * 0.5, 0.5 - 0.3 * 0.5
    assert set(np.round(after.trust, 12)) == {up, down}
    expected = {t: 1 / (1 + np.exp(3.1 - 1.5 * t)) for t in (up, down)}
    share = 0.7 * expected[up] + 0.3 * expected[down]
    assert len(after) / n == pytest.approx(share, abs=4 * np.sqrt(share / n))
    won = (np.round(after.trust, 12) == up).mean()
    assert won == pytest.approx(0.7 * expected[up] / share, abs=0.02)


def test_borders_make_renewal_rarer():
    n = 20_000
    region = np.repeat([0, 1], n)
    known = np.tile(np.eye(3)[:1], (2 * n, 1))
    table = ties(np.arange(n), np.arange(n) + n, end=8)
    kept = [
        len(TieDynamics()(state_of(orgs(2 * n, knowledge=known, region=r), WORLD, ties=table), around(WORLD, 8)).ties)
        for r in (0 * region, region)
    ]  # fmt: skip
    assert kept[1] / kept[0] == pytest.approx(np.exp(-0.4), abs=0.08)


def test_what_is_pending_does_not_end():
    after = lived(ties([0], [3], end=8, pending=True, bid=True), 8)
    assert after.ties.pending.tolist() == [True]


def test_firm_and_institute_go_on_more_often():
    n = 20_000
    kind = np.repeat([0, INSTITUTE], n)
    known = np.tile(np.eye(3)[:1], (2 * n, 1))
    table = ties(np.arange(n), np.arange(n) + n, end=8)
    kept = [
        len(TieDynamics()(state_of(orgs(2 * n, knowledge=known, region=0, kind=k), WORLD, ties=table), around(WORLD, 8)).ties)
        for k in (0 * kind, kind)
    ]  # fmt: skip
    assert 1.8 < kept[1] / kept[0] < np.exp(0.9)


def test_so_many_projects_stop_early_as_declared():
    n = 20_000
    folk = orgs(2 * n, region=0)
    state = state_of(folk, WORLD, ties=ties(np.arange(n), np.arange(n) + n, end=20))
    for quarter in range(8):
        state = TieDynamics()(state, around(WORLD, quarter))
    assert 1 - len(state.ties) / n == pytest.approx(0.14, abs=0.01)
    assert len(state.acquaintances) == n - len(state.ties)
    assert state.acquaintances.trust.max() <= 0.3 * 0.7  # a break costs trust
    assert (state.ties.trust == 0.3).all()


def test_who_parts_remembers_and_who_meets_again_stops_to():
    past = acquaintances([0, 1, 3], [1, 2, 4], 5, trust=0.5, ended=[0, 0, -20])
    state = state_of(orgs(region=REGION), WORLD, ties=ties([0, 3], [2, 0], end=[4, 9]))
    state = state.replace(acquaintances=past)
    again = TieDynamics(renewal=-5.0, renewal_trust=0.0, renewal_value=0.0, broken=0.0)
    after = again(state, around(WORLD, 4))
    known = list(zip(after.acquaintances.one, after.acquaintances.other, strict=True))
    assert known == [(0, 1), (0, 2), (1, 2)]  # (3, 4) parted long ago
    np.testing.assert_allclose(after.acquaintances.trust[[0, 2]], 0.5 * 0.8**0.25)
    assert after.acquaintances.ended.tolist() == [0, 4, 0]
    met = after.replace(ties=ties([1], [0], end=12))
    assert list(again(met, around(WORLD, 5)).acquaintances.one) == [0, 1]
    closed = after.organisations.replace(active=np.array([1, 1, 0, 1, 1], bool))
    gone = again(after.replace(organisations=closed, ties=ties([], [])), around(WORLD, 5))
    assert list(pairs_of(gone.acquaintances)) == [(0, 1)]


def pairs_of(past):
    return zip(past.one.tolist(), past.other.tolist(), strict=True)


def test_what_was_done_together_matters_for_going_on():
    n = 20_000
    known = np.tile(np.eye(3)[:1], (2 * n, 1))
    folk = orgs(2 * n, region=0, knowledge=known)
    kept = [
        len(TieDynamics()(state_of(folk, WORLD, ties=ties(np.arange(n), np.arange(n) + n, end=8, trust=t)), around(WORLD, 8)).ties)
        for t in (0.0, 0.8)
    ]  # fmt: skip
    assert kept[1] > 1.8 * kept[0]


def test_trust_that_a_broker_lent_fades_within_a_year():
    state = state_of(orgs(region=REGION), WORLD, ties=ties([0, 1], [3, 4], kind=[BROKERED, OWN]))
    calm = TieDynamics(broken=0.0)
    for quarter in range(1, 5):
        state = calm(state, around(WORLD, quarter))
    np.testing.assert_allclose(state.ties.trust, [0.3 / 16, 0.3])


def taught(folk, quarters, **values):
    """Firms that learn at one rate for some quarters, and those that do not."""
    state, model = state_of(folk, WORLD, ties=ties([], [])), TieDynamics(**values)
    for quarter in range(quarters):
        state = model(state, around(WORLD, quarter))
    return state.organisations


def test_what_partners_show_reaches_production_late_and_up_to_a_bound():
    folk = orgs(region=REGION, learning=[0.0, 0.1, 0.1, 10.0, 0.1], kind=[0, 0, 0, 0, INSTITUTE])
    steps = [np.log(taught(folk, 4 * years).productivity / 50.0) for years in (1, 2, 3, 100)]
    first, second, third, long = (one[1] for one in steps)
    assert steps[0][0] == 0  # alone
    assert 0 < first < second - first  # the second year brings more than the first
    assert first < 0.35 * long
    assert third > second
    assert long == pytest.approx(TieDynamics().settled_know_how(np.array([0.1]))[0], rel=0.02)
    assert steps[3][3] <= TieDynamics().most_know_how
    assert all(one[4] == 0 for one in steps)  # institutes have no production


def test_know_how_fades_without_partners():
    folk = orgs(region=REGION, know_how=[0.1, 0.0, 0.0, 0.0, 0.0])
    after = taught(folk, 8)
    assert after.know_how[0] == pytest.approx(0.1 * 0.85**2)
    assert np.log(after.productivity[0] / 50) == pytest.approx(0.1 * (0.85**2 - 1))
    assert (after.productivity[1:] == 50).all()
