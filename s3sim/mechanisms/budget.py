"""The public purse opens each year: co-financing, what is set aside, what is left for calls."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Cents, Floats, sum_cents
from s3sim.core.constants import KEUR
from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.context import QUARTERS, Context
from s3sim.model.ledger import to_cents
from s3sim.model.state import State
from s3sim.world import World


@dataclass(frozen=True)
class Budget(ParameterGroup, name="budget"):
    """Appropriation of each year's innovation money for firms, the same under every policy.

    Broker fees, coordination and pooled money come out of the same envelope. What is not
    committed by the end of the year is unspent, and unspent money is on the ledger. Grants go to
    firms and consortia; the rest of the budget, infrastructure, is outside the model.
    """

    # fmt: off
    firm_share: float = param(0.40, 0.2, 0.8, unit="share",
        meaning="share of the public innovation budget that is grants (rest: infrastructure)",
        source="ERDF for firms", evidence="reported")
    fiscal_room: float = param(0.002, 0.0005, 0.01,
        "national co-financing that a territory can afford", unit="share of GDP",
        source="twice the largest national part today (Estonia, 0.09 %); 0.05 % would bind there alone")
    # fmt: on

    def __call__(self, state: State, context: Context) -> State:
        """Return the state with this year's money appropriated and set aside."""
        if context.calendar.quarter_of_year != 0:
            return state
        balance, booked = self.appropriation(context.world)
        offer = context.instruments
        secretariat = np.minimum(_cents(offer.secretariat), balance)
        balance = balance - secretariat
        fees, paid = broker_fees(balance, offer.broker_quarters, offer.broker_cost, context.world)
        balance = balance - fees
        pooled = np.minimum(np.floor(offer.pooled_share * balance).astype(np.int64), balance)
        overhead = int(pooled.sum() * offer.overhead_share)
        booked["coordination_overhead"] = int(secretariat.sum()) + overhead
        booked["broker_fees"] = int(fees.sum())
        return state.replace(
            ledger=state.ledger.book(context.calendar.year, booked),
            authorities=state.authorities.replace(balance=balance - pooled),
            brokers=state.brokers.replace(funded_share=paid),
            pool=state.pool + int(pooled.sum()) - overhead,
        )

    def appropriation(self, world: World) -> tuple[Cents, dict[str, int]]:
        """Return what each authority can spend, cents [A], and the bookings.

        European money must be matched: where the fiscal room is too small for the national part,
        the unmatched European money stays unspent.
        """
        envelope = world.population * world.budget_per_head / KEUR * self.firm_share
        region = _cents(envelope)
        eu = np.rint(region * world.eu_rate).astype(np.int64)
        room = _cents(self.fiscal_room * world.gdp * KEUR)
        national = np.minimum(region - eu, room)
        wanted = np.maximum(region - eu, 1)
        drawn = np.where(region - eu > room, eu * (national / wanted), eu).astype(np.int64)
        spendable = sum_cents(world.authority, world.n_authorities, national + drawn)
        booked = {
            "eu_cofinancing": int(eu.sum()),
            "national_public": int(national.sum()),
            "unspent": int((eu - drawn).sum()),
        }
        return spendable, booked


def broker_fees(
    balance: Cents, quarters: Floats, cost: float, world: World
) -> tuple[Cents, Floats]:
    """Return the fees of each authority, cents [A], and the share of contracts paid, [R].

    Brokers that the budget cannot pay do not work.
    """
    fee = _cents(quarters / QUARTERS * cost)
    asked = sum_cents(world.authority, world.n_authorities, fee)
    paid = np.minimum(asked, balance)
    share = np.divide(paid, asked, out=np.zeros(len(asked)), where=asked > 0)
    return paid, share[world.authority]


def _cents(keur: Floats) -> Cents:
    return np.array([to_cents(float(value)) for value in keur], dtype=np.int64)
