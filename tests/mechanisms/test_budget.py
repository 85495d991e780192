import numpy as np
import pytest
from builders import around, orgs, state_of, two_regions

from s3sim.mechanisms.budget import Budget, broker_fees

WORLD = two_regions(
    population=np.array([1e6, 2e6]),
    budget_per_head=np.array([10.0, 5.0]),
    eu_rate=np.array([0.8, 0.5]),
    gdp=np.array([1000.0, 1e6]),
)
"""Envelopes for firms: 0.4 of 10 MEUR each. Fiscal room: 2 MEUR and 2 GEUR."""

MILLION = 100_000_000


def test_appropriation_by_hand():
    spendable, booked = Budget().appropriation(WORLD)
    assert spendable.tolist() == [4 * MILLION, 4 * MILLION]
    assert booked == {
        "eu_cofinancing": int(3.2 * MILLION) + 2 * MILLION,
        "national_public": int(0.8 * MILLION) + 2 * MILLION,
        "unspent": 0,
    }


def test_european_money_that_cannot_be_matched_stays_unspent():
    """Room of 0.5 MEUR for a national part of 0.8 MEUR draws 5/8 of the European money."""
    spendable, booked = Budget(fiscal_room=0.0005).appropriation(WORLD)
    assert spendable[0] == int(0.5 * MILLION) + 2 * MILLION
    assert spendable[1] == 4 * MILLION
    assert booked["unspent"] == int(1.2 * MILLION)
    assert booked["eu_cofinancing"] + booked["national_public"] == spendable.sum() + int(
        1.2 * MILLION
    )


def test_brokers_that_cannot_be_paid_do_not_work():
    fees, funded_share = broker_fees(
        np.array([100_000_00, 20_000_00]), np.array([4.0, 4.0]), 50.0, WORLD
    )
    assert fees.tolist() == [50_000_00, 20_000_00]
    np.testing.assert_allclose(funded_share, [1.0, 0.4])
    fees, funded_share = broker_fees(np.array([1, 1]), np.zeros(2), 50.0, WORLD)
    assert fees.tolist() == [0, 0]
    assert funded_share.tolist() == [0.0, 0.0]


def test_fees_pool_and_overhead_come_out_of_the_envelope():
    offer = dict(
        broker_quarters=np.array([4.0, 2.0]), broker_cost=50.0,
        pooled_share=np.array([0.2, 0.2]), overhead_share=0.1, secretariat=np.array([30.0, 0.0]),
    )  # fmt: skip
    after = Budget()(state_of(orgs(1), WORLD), around(WORLD, 4, **offer))
    total = after.ledger.total
    assert total("broker_fees") == 75_000_00
    pooled = [(4 * MILLION - 80_000_00) // 5, (4 * MILLION - 25_000_00) // 5]
    assert total("coordination_overhead") == 30_000_00 + sum(pooled) // 10
    assert after.pool == sum(pooled) - sum(pooled) // 10
    assert after.authorities.balance.tolist() == [4 * pooled[0], 4 * pooled[1]]
    after.ledger.check(int(after.authorities.balance.sum()) + after.pool)
    assert after.ledger.booked[0].sum() == 0  # booked in its year, the second
    assert after.ledger.sources[1] == 8 * MILLION


@pytest.mark.parametrize("quarter", [1, 2, 3])
def test_money_comes_once_a_year(quarter):
    state = state_of(orgs(1), WORLD)
    assert Budget()(state, around(WORLD, quarter)) is state


def test_nothing_is_paid_beyond_the_envelope():
    offer = dict(secretariat=np.array([1e9, 0.0]), broker_quarters=np.full(2, 4.0), broker_cost=1e9)
    after = Budget()(state_of(orgs(1), WORLD), around(WORLD, 0, **offer))
    assert after.authorities.balance.tolist() == [0, 0]
    assert after.brokers.funded_share[0] == 0.0
    after.ledger.check(0)
