import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3sim.model.ledger import ITEMS, SOURCES, USES, Ledger, LedgerError, to_cents

amounts = st.dictionaries(st.sampled_from(ITEMS), st.integers(-(10**12), 10**12))


@given(st.lists(st.tuples(st.integers(0, 2), amounts), max_size=8), st.randoms())
def test_sums_are_exact_whatever_the_order(entries, shuffler):
    one = other = Ledger.empty(3)
    for year, booked in entries:
        one = one.book(year, booked)
    shuffled = list(entries)
    shuffler.shuffle(shuffled)
    for year, booked in shuffled:
        other = other.book(year, booked)
    np.testing.assert_array_equal(one.booked, other.booked)
    assert one.booked.dtype == np.int64
    for item in ITEMS:
        assert one.total(item) == sum(b.get(item, 0) for _, b in entries)
    assert one.sources.sum() == sum(one.total(item) for item in SOURCES)
    assert one.uses.sum() == sum(one.total(item) for item in USES)


def test_booking_makes_a_new_ledger():
    empty = Ledger.empty(2)
    booked = empty.book(1, {"unspent": 7})
    assert empty.booked.sum() == 0
    assert booked.uses.tolist() == [0, 7]


def test_a_missing_cent_is_found():
    ledger = Ledger.empty(1).book(0, {"national_public": 100, "joint_grants": 60})
    ledger.check(40)
    for held in (39, 41):
        with pytest.raises(LedgerError, match=r"out of balance by -?1 cents"):
            ledger.check(held)


def test_unknown_items_are_refused():
    with pytest.raises(KeyError):
        Ledger.empty(1).book(0, {"bribes": 1})


@pytest.mark.parametrize(
    ("keur", "cents"), [(0.0, 0), (0.00001, 1), (1.0, 100_000), (163.5, 16_350_000)]
)
def test_thousand_euro_to_cents(keur, cents):
    assert to_cents(keur) == cents
    assert isinstance(to_cents(keur), int)
