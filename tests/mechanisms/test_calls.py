import numpy as np
import pytest
from builders import around, orgs, state_of, two_regions
from hypothesis import given
from hypothesis import strategies as st

from s3sim.mechanisms.calls import Calls
from s3sim.model.budget_allocation import allocate_budget
from s3sim.model.state import (
    HORIZONTAL,
    INSTITUTE,
    NOT_SEEKING,
    REGIONAL,
    SEEKING_ANY,
    SEEKING_DOMESTIC,
)

WORLD = two_regions(admin_quality=np.array([0.5, 0.5]))
MILLION = 100_000_000
N = 400


def one_by_one(group, score, asked, pot):
    """The rule of `funded`, said slowly."""
    left, award = list(pot), [0] * len(group)
    for k in sorted(range(len(group)), key=lambda k: -score[k]):
        award[k] = min(asked[k], left[group[k]])
        left[group[k]] -= award[k]
    return award


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(-5, 5), st.integers(0, 100)), max_size=20),
    st.lists(st.integers(0, 300), min_size=3, max_size=3),
)
def test_funded_goes_down_each_list_until_the_pot_is_empty(rows, pot):
    group, score, asked = (np.array([r[k] for r in rows], np.int64) for k in range(3))
    award = allocate_budget(group, score.astype(float), asked, np.array(pot))
    assert award.tolist() == one_by_one(group, score, asked, pot)
    assert award.dtype == np.int64


def test_cost_and_aid_by_hand():
    size = np.array([12.5, 49.0, 50.0, 200.0, 249.0, 250.0])
    np.testing.assert_allclose(Calls().cost(size)[[0, 2, 3]], [75.0, 150.0, 300.0])
    assert Calls().aid(size).tolist() == [0.7, 0.7, 0.6, 0.6, 0.6, 0.4]


def called(
    folk=None, quarter=0, calls=None, balance=(50 * MILLION, 50 * MILLION), lists=None, **offers
):
    folk = folk or orgs(N, region=np.arange(N) % 2, domain=np.arange(N) % 3, rd=10.0)
    state = state_of(folk, WORLD)
    authorities = state.authorities.replace(
        balance=np.array(balance), priorities=np.zeros((2, 3), bool) if lists is None else lists
    )
    state = state.replace(authorities=authorities)
    return (calls or Calls())(state, around(WORLD, quarter, **offers))


@pytest.mark.parametrize("quarter", [1, 2, 3])
def test_calls_are_yearly(quarter):
    after = called(quarter=quarter)
    assert len(after.projects) == 0
    assert after.authorities.balance.tolist() == [50 * MILLION] * 2


def test_awards_of_other_quarters_are_not_counted_again():
    first = called()
    assert first.regions.awards.sum() == first.projects.award.sum() > 0
    assert Calls()(first, around(WORLD, 1)).regions.awards.sum() == 0


def test_money_is_committed_to_the_cent():
    after = called(balance=(MILLION, 50 * MILLION))
    project = after.projects
    assert after.ledger.total("regional_grants") == project.award.sum()
    spent = np.bincount(project.authority, project.award, 2)
    np.testing.assert_array_equal(spent, [MILLION, 50 * MILLION] - after.authorities.balance)
    assert spent[0] == MILLION  # there are more projects than money
    assert (project.instrument == REGIONAL).all()
    assert (project.due == 3).all()
    assert (project.end == 11).all()
    asked = np.floor(Calls().cost(np.full(1, 20.0)) * 0.7 * 100_000)[0]
    full = project.award == asked
    np.testing.assert_allclose(project.cost[full], Calls().cost(np.full(1, 20.0))[0])
    assert (~full).sum() == 1  # the last one gets what remains, and does as much less
    np.testing.assert_allclose(
        project.cost[~full] / project.cost[full][0], project.award[~full] / asked
    )
    assert after.organisations.grants.sum() == len(project)


def test_who_applies():
    folk = orgs(8000, region=np.arange(8000) % 2, active=np.arange(8000) % 4 != 3)
    folk = folk.replace(
        innovative=np.arange(8000) % 4 != 2, kind=np.where(np.arange(8000) % 8 == 4, INSTITUTE, 0)
    )
    won = called(folk, balance=(10**14, 10**14)).projects.organisation
    assert set(won % 8) == {0, 1, 5}
    assert len(won) / 3000 == pytest.approx(0.30, abs=0.04)
    insiders = called(folk.replace(grants=np.ones(8000, np.int64)), balance=(10**14, 10**14))
    assert len(insiders.projects) / 3000 == pytest.approx(0.45, abs=0.04)


def test_bad_chances_discourage():
    state = called(balance=(10**14, MILLION))
    success = state.authorities.success
    asked = 150.0 * (20 / 50) ** 0.5 * 0.7 * 100_000
    n = (np.arange(N) % 2 == 1)[Calls()._applicants(orgs(N, region=np.arange(N) % 2), np.full(2, 0.37), around(WORLD))].sum()  # fmt: skip
    assert success[0] == pytest.approx(0.5 * 0.37 + 0.5 * 1.0)
    assert success[1] == pytest.approx(0.5 * 0.37 + 0.5 * MILLION / (n * np.floor(asked)))
    low = Calls()._applicants(orgs(N), np.full(2, 0.185), around(WORLD))
    high = Calls()._applicants(orgs(N), np.full(2, 0.37), around(WORLD))
    assert set(low) < set(high)


def test_reserved_money_goes_to_priorities_or_stays():
    lists = np.array([[1, 0, 0], [0, 0, 0]], bool)
    plenty = called(balance=(10**14, 10 * MILLION), lists=lists, reserved_share=0.75)
    assert set(plenty.projects.domain[plenty.projects.authority == 0]) == {0, 1, 2}
    # No list: three quarters of the money finds no priority project and stays.
    poor = called(balance=(10 * MILLION, MILLION), lists=lists, reserved_share=0.75)
    assert np.bincount(poor.projects.authority, poor.projects.award, 2)[1] == MILLION // 4
    all_ = called(balance=(2 * MILLION, MILLION), lists=lists, reserved_share=1.0).projects
    assert set(all_.domain) == {0}


def test_selection_prefers_value_and_errs_with_bad_administration():
    folk = orgs(4000, region=np.arange(4000) % 2)
    kwargs = dict(balance=(20 * MILLION, 20 * MILLION), calls=Calls(selection_noise=0.0))
    sharp = called(folk, **kwargs).projects
    blind = called(folk, **{**kwargs, "calls": Calls(selection_noise=2.0)}).projects
    assert sharp.value.min() > np.sort(blind.value)[3]
    assert sharp.value.mean() > blind.value.mean() > 0


def test_horizontal_support_pays_all_who_do_r_and_d_in_proportion():
    rd = np.where(np.arange(N) % 5 == 0, 0.0, np.arange(N) % 7 + 1.0)
    folk = orgs(N, region=np.arange(N) % 2, rd=rd)
    after = called(folk, horizontal_share=1.0)
    project = after.projects
    assert sorted(project.organisation) == np.flatnonzero(rd > 0).tolist()
    assert (project.instrument == HORIZONTAL).all()
    for authority in (0, 1):
        mine = project.authority == authority
        share = project.award[mine] / rd[project.organisation[mine]]
        np.testing.assert_allclose(share, share[0], rtol=1e-6)
        assert 0 <= 50 * MILLION - project.award[mine].sum() < mine.sum()  # the rest is rounding
    assert after.ledger.total("horizontal_support") == project.award.sum()
    assert after.authorities.success.tolist() == [0.37, 0.37]


def test_collaborative_winners_must_find_a_partner():
    folk = orgs(4000, region=np.arange(4000) % 2)
    after = called(folk, balance=(10**14, 10**14), abroad_share=0.15)
    seeking = after.organisations.seeking[after.projects.organisation]
    share = np.bincount(seeking, minlength=4) / len(seeking)
    assert share[NOT_SEEKING] == pytest.approx(0.6, abs=0.05)
    assert share[SEEKING_ANY] == pytest.approx(0.4 * 0.15, abs=0.03)
    assert share[SEEKING_DOMESTIC] > 0.25
    home = called(folk, balance=(10**14, 10**14)).organisations.seeking
    assert not (home == SEEKING_ANY).any()
    outside = np.setdiff1d(np.arange(4000), after.projects.organisation)
    assert (after.organisations.seeking[outside] == NOT_SEEKING).all()
