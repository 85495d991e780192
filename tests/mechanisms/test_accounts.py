from dataclasses import replace

import numpy as np
import pytest
from builders import around, orgs, state_of, two_regions

from s3sim.mechanisms.accounts import Accounts
from s3sim.model.ledger import LedgerError

WORLD = two_regions()


def opened(balance, pool=0, booked=None):
    state = state_of(orgs(1), WORLD, pool=pool)
    ledger = state.ledger.book(0, booked or {"national_public": sum(balance) + pool})
    return state.replace(
        ledger=ledger, authorities=state.authorities.replace(balance=np.array(balance))
    )


@pytest.mark.parametrize(("quarter", "unspent"), [(0, 0), (2, 0), (3, 130)])
def test_what_is_left_at_the_end_of_the_year_is_unspent(quarter, unspent):
    after = Accounts()(opened([50, 70], pool=10), around(WORLD, quarter))
    assert after.ledger.total("unspent") == unspent
    assert after.authorities.balance.sum() + after.pool == 130 - unspent
    assert after.ledger.sources[0] == 130


def test_the_last_quarter_closes_the_books_whatever_the_season():
    context = around(WORLD, 1)
    context = replace(context, calendar=replace(context.calendar, n_quarters=2))
    assert Accounts()(opened([50, 70]), context).ledger.total("unspent") == 120


def test_a_cent_too_much_voids_the_run():
    with pytest.raises(LedgerError, match="by -1 cents"):
        Accounts()(opened([50, 70], booked={"national_public": 119}), around(WORLD, 1))
