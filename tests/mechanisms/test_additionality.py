import numpy as np
import pytest
from builders import around, orgs, projects, state_of, two_regions

from s3sim.mechanisms.additionality import Additionality
from s3sim.model.state import HORIZONTAL, JOINT, REGIONAL

WORLD = two_regions()


def test_feasible_projects_recycle_and_infeasible_ones_happen():
    """Liquidity 0.3: a project of 100 is in reach of 400 of cash, not of 300."""
    grant, cost = np.full(5, 60.0), np.full(5, 100.0)
    value = np.array([1.0, 1.0, 1.0, -1.0, 1.0])
    cash = np.array([400.0, 400.0, 300.0, 400.0, -50.0])
    small = np.array([True, False, True, True, True])
    added = Additionality().added(grant, cost, value, cash, small)
    np.testing.assert_allclose(added, [0.3 * 60, 0.1 * 60, 0.7 * 100, 0.7 * 100, 0.7 * 100])
    assert Additionality().added(grant * 0, cost, value, cash, small).sum() == 0


def test_payment_reaches_cash_once_and_r_and_d_runs_for_the_project():
    context = around(WORLD, 3, scale=0.5)  # a simulated firm stands for two: half of the award each
    table = projects([0], award=6_000_000, cost=100.0, value=-1.0, due=3, end=11)
    state = Additionality()(state_of(orgs(), WORLD, projects=table), context)
    firm = state.organisations
    assert firm.project_rd[0] == pytest.approx(70.0 / 2)  # 70 kEUR over two years
    assert firm.cash[0] == pytest.approx(500 + 30 - 35 / 4)
    assert state.regions.grants_paid.tolist() == [6_000_000, 0]
    later = Additionality()(state, context.at(quarter=4))
    assert later.organisations.cash[0] == pytest.approx(500 + 30 - 2 * 35 / 4)
    assert later.regions.grants_paid.sum() == 0
    over = Additionality()(later, context.at(quarter=11))
    assert over.organisations.project_rd[0] == 0
    assert len(over.projects) == 0


def test_a_project_in_waiting_costs_nothing():
    state = state_of(orgs(), WORLD, projects=projects([0], due=3, end=11))
    after = Additionality()(state, around(WORLD, 2)).organisations
    assert after.cash[0] == 500
    assert after.project_rd[0] == 0


@pytest.mark.parametrize(
    ("instrument", "item"),
    [(REGIONAL, "regional_grants"), (JOINT, "joint_grants"), (HORIZONTAL, "horizontal_support")],
)
def test_what_falls_due_to_the_gone_is_taken_back(instrument, item):
    table = projects([0, 1], instrument=instrument, due=3, end=11)
    state = state_of(orgs(active=[0, 1, 1, 1, 1]), WORLD, projects=table)
    state = state.replace(
        ledger=state.ledger.book(0, {"national_public": 12_000_000, item: 12_000_000})
    )
    after = Additionality()(state, around(WORLD, 3))
    assert after.ledger.total(item) == 6_000_000
    assert after.ledger.total("unspent") == 6_000_000
    assert after.organisations.cash[0] == 500
    assert after.projects.organisation.tolist() == [1]
    after.ledger.check(0)


def test_founders_do_not_inherit_the_projects_of_the_row():
    """A firm goes before payment; the founder who takes its row up gets neither money nor R&D."""
    table = projects([0, 1], due=[6, 1], end=[14, 9], rd=[0.0, 35.0])
    state = state_of(orgs(active=[0, 0, 1, 1, 1]), WORLD, projects=table)
    state = state.replace(
        ledger=state.ledger.book(0, {"national_public": 12_000_000, "regional_grants": 12_000_000})
    )
    state = Additionality()(state, around(WORLD, 4))
    reborn = state.organisations.replace(active=np.ones(5, bool))
    state = state.replace(organisations=reborn)
    for quarter in (5, 6, 7):
        state = Additionality()(state, around(WORLD, quarter))
    assert state.organisations.project_rd.sum() == 0
    assert state.organisations.cash[:2].tolist() == [500, 500]
    assert state.ledger.total("unspent") == 6_000_000  # the other one had been paid already
