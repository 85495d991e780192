"""What authorities have on offer in a quarter: the only way in which policies reach actors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

import numpy as np

from s3sim.core.arrays import Bools, Floats
from s3sim.core.errors import InputError
from s3sim.core.record import Record
from s3sim.world import World

ADD, ANY = {"combine": "add"}, {"combine": "any"}
LARGEST, SAME = {"combine": "largest"}, {"combine": "same"}
"""Rules by which an offer of several parts combines: amounts add, a switch is on where any part
turns it on, the largest share of one thing holds, parts must agree on a price, delay or list."""


@dataclass(frozen=True, kw_only=True)
class Instruments(Record):
    """The policy mix of one quarter. Zero, False and None say that nothing is offered."""

    priorities: Bools | None = field(metadata=SAME)  # [A, D] lists adopted now; None: as before
    joint_priorities: Bools | None = field(metadata=SAME)  # [D] joint list adopted now
    reserved_share: float = field(metadata=LARGEST)  # of a regional call, for priorities
    horizontal_share: float = field(metadata=LARGEST)  # regional money pro rata to R&D
    abroad_share: float = field(metadata=LARGEST)  # regional projects open to partners abroad
    pooled_share: Floats = field(metadata=LARGEST)  # [A] of the year's envelope, for the pool
    overhead_share: float = field(metadata=SAME)  # share of pooled money that coordination costs
    joint_delay: int = field(metadata=SAME)  # quarters from a regional to a joint decision
    joint_regions: Bools = field(metadata=ANY)  # [R] whose organisations can win joint money
    cohesion_weight: float = field(metadata=SAME)  # points for lagging regions, sd
    selection_noise: float = field(metadata=SAME)  # extra noise of joint selection, sd
    secretariat: Floats = field(metadata=ADD)  # [A] coordination outside the pool, kEUR
    broker_quarters: Floats = field(metadata=ADD)  # [R] broker-quarters contracted for this year
    brokers: Floats = field(metadata=ADD)  # [R] brokers at work this quarter
    broker_cost: float = field(metadata=SAME)  # kEUR for a broker-year
    broker_network: bool = field(metadata=ANY)  # registers abroad, not the own country's

    @classmethod
    def none(cls, world: World) -> "Instruments":
        """Return what is on offer when nothing is; its arrays are read-only."""
        return _nothing(world.n_regions, world.n_authorities)

    @classmethod
    def combined(cls, offers: Sequence[tuple[str, "Instruments"]], world: World) -> "Instruments":
        """Return what the parts of a policy offer together, each field by its declared rule.

        Parameters
        ----------
        offers : sequence of (name, Instruments)
            What each part has on offer, with the name of the part.

        Raises
        ------
        InputError
            If parts disagree on a price, a delay or a list; both are named.
        """
        nothing = cls.none(world)
        mix: dict[str, Any] = {}
        for name, rule in _rules():
            empty = getattr(nothing, name)
            made = []
            for part, what in offers:
                value = getattr(what, name)
                if value is not empty and _offered(value, empty):
                    made.append((part, value))
            if made:
                mix[name] = rule(name, made)
        return nothing.replace(**mix)


@cache
def _nothing(regions: int, authorities: int) -> Instruments:
    def none(n: int, kind: type = float) -> Any:
        zeros: Any = np.zeros(n, kind)
        zeros.setflags(write=False)
        return zeros

    return Instruments(
        priorities=None,
        joint_priorities=None,
        reserved_share=0.0,
        horizontal_share=0.0,
        abroad_share=0.0,
        pooled_share=none(authorities),
        overhead_share=0.0,
        joint_delay=0,
        joint_regions=none(regions, bool),
        cohesion_weight=0.0,
        selection_noise=0.0,
        secretariat=none(authorities),
        broker_quarters=none(regions),
        brokers=none(regions),
        broker_cost=0.0,
        broker_network=False,
    )


def _offered(value: Any, empty: Any) -> bool:
    if empty is None:
        return value is not None
    return bool(value.any() if isinstance(value, np.ndarray) else value)


def _same(name: str, made: list[tuple[str, Any]]) -> Any:
    """Return the one value on which all parts agree."""
    first, value = made[0]
    for part, other in made[1:]:
        if not np.array_equal(value, other):
            if isinstance(value, np.ndarray):
                said = f"'{first}' and '{part}' set different {name}"
            else:
                said = f"'{first}' sets {name} = {value:g}, '{part}' sets {other:g}"
            raise InputError(
                f"parts of one policy disagree: {said}. Prices, delays, weights and lists of one "
                "policy must be the same in all its parts; give both the same, or leave one out."
            )
    return value


def _reduced(function: Callable[[Any, Any], Any]) -> Callable[[str, list[tuple[str, Any]]], Any]:
    def combine(name: str, made: list[tuple[str, Any]]) -> Any:
        total = made[0][1]
        for _, value in made[1:]:
            total = function(total, value)
        return total

    return combine


_RULES = {
    "add": _reduced(lambda a, b: a + b),
    "any": _reduced(lambda a, b: a | b),
    "largest": _reduced(lambda a, b: np.maximum(a, b) if isinstance(a, np.ndarray) else max(a, b)),
    "same": _same,
}


@cache
def _rules() -> tuple[tuple[str, Callable[[str, list[tuple[str, Any]]], Any]], ...]:
    """Return the name of each offer and its rule."""
    return tuple((one.name, _RULES[one.metadata["combine"]]) for one in fields(Instruments))
