"""What authorities have on offer in a quarter: the only way in which policies reach actors."""

from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np

from s3sim.core.arrays import Bools, Floats
from s3sim.world import World


@dataclass(frozen=True)
class Instruments:
    """The policy mix of one quarter. Instruments of several policy parts add up with `+`.

    Arrays and shares add, switches join (or), lists of priorities are taken from the part that
    sets them.
    """

    priorities: Bools | None  # [A, D] lists that authorities adopt now; None keeps what they have
    joint_priorities: Bools | None  # [D] joint list adopted now; None keeps it
    reserved_share: float  # share of a regional call that only priority domains can win
    horizontal_share: float  # share of regional money paid pro rata to R&D, without a call
    abroad_share: float  # share of collaborative regional projects that may find a partner abroad
    pooled_share: Floats  # [A] share of this year's envelope that goes to the joint pool
    overhead_share: float  # share of pooled money that coordination costs
    joint_delay: int  # quarters from a regional to a joint decision
    joint_regions: Bools  # [R] whose organisations can win joint money
    cohesion_weight: float  # advantage of lagging regions in joint selection, standard deviations
    selection_noise: float  # extra noise of joint selection: judges know applicants less well
    secretariat: Floats  # [A] coordination money outside the pool, kEUR this year
    broker_quarters: Floats  # [R] broker-quarters contracted for this year
    brokers: Floats  # [R] brokers at work this quarter
    broker_cost: float  # kEUR for a broker-year
    broker_network: bool  # True: registers of partner regions abroad; False: own country's only

    @classmethod
    def none(cls, world: World) -> "Instruments":
        """Return what is on offer when nothing is."""
        regions, authorities = world.n_regions, world.n_authorities
        return cls(
            priorities=None,
            joint_priorities=None,
            reserved_share=0.0,
            horizontal_share=0.0,
            abroad_share=0.0,
            pooled_share=np.zeros(authorities),
            overhead_share=0.0,
            joint_delay=0,
            joint_regions=np.zeros(regions, bool),
            cohesion_weight=0.0,
            selection_noise=0.0,
            secretariat=np.zeros(authorities),
            broker_quarters=np.zeros(regions),
            brokers=np.zeros(regions),
            broker_cost=0.0,
            broker_network=False,
        )

    def replace(self, **offers: Any) -> Self:
        """Return instruments with some offers exchanged."""
        return replace(self, **offers)

    def __add__(self, other: "Instruments") -> "Instruments":
        combine_instruments = {
            one.name: _join(getattr(self, one.name), getattr(other, one.name))
            for one in fields(self)
        }
        return Instruments(**combine_instruments)


def _join(one: Any, other: Any) -> Any:
    if one is None or other is None:
        return one if other is None else other
    if isinstance(one, bool) or (isinstance(one, np.ndarray) and one.dtype == bool):
        return one | other
    return one + other
