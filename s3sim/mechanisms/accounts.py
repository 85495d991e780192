"""The quarter is closed: unspent money is booked, the ledger must balance."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.parameters import ParameterGroup
from s3sim.model.context import QUARTERS, Context
from s3sim.model.state import State


@dataclass(frozen=True)
class Accounts(ParameterGroup, name="accounts"):
    """Regional accounts and public books; a ledger that does not balance voids the run."""

    def __call__(self, state: State, context: Context) -> State:
        """Return the state with the books of the quarter closed.

        Raises
        ------
        LedgerError
            If sources differ from uses plus the money still held.
        """
        if context.calendar.quarter_of_year == QUARTERS - 1 or context.calendar.last:
            rest = int(state.authorities.balance.sum()) + state.pool
            state = state.replace(
                ledger=state.ledger.book(context.calendar.year, {"unspent": rest}),
                authorities=state.authorities.replace(
                    balance=np.zeros_like(state.authorities.balance)
                ),
                pool=0,
            )
        state.ledger.check(int(state.authorities.balance.sum()) + state.pool)
        return state
