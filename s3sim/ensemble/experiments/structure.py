"""The same samples under another structure: other mechanisms, rules, horizons, regions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from s3sim.core.errors import InputError, unknown
from s3sim.ensemble.factors import Factor, Space, declared_by
from s3sim.ensemble.sampling import Samples
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

LATER = 3
"""Years by which a later start is later."""

Change = Callable[[Scenario], Scenario]


@dataclass(frozen=True)
class Variant:
    """Another structure of the model.

    `change` makes its scenario of the declared one; `fixed` parameters have one value instead of a
    range.
    """

    title: str
    change: Change = lambda scenario: scenario
    fixed: Mapping[str, float] = field(default_factory=dict)


def _drop(mechanism: str) -> Change:
    return lambda s: s.drop_mechanism(mechanism)


VARIANTS: dict[str, Variant] = {
    "declared": Variant("as declared"),
    "no_spillovers": Variant("no knowledge without contract", _drop("spillovers")),
    "no_learning": Variant("partners do not learn", _drop("learning")),
    "no_institutes": Variant("public research stands still", _drop("institutes")),
    "no_demography": Variant("no firm enters or leaves", _drop("demography")),
    "open_search": Variant(
        "search knows no neighbours or friends", fixed={"search.local": 0.0, "search.friends": 0.0}
    ),
    "sharp_judgement": Variant(
        "partners are judged without error", fixed={"agreement.judgement_error": 0.0}
    ),
    "steady_brokers": Variant("brokers do not learn", fixed={"brokerage.learning": 0.0}),
    "lists_by_lot": Variant(
        "all lists are drawn by lot", fixed={"priorities.at_random": 1.0, "joint.at_random": 1.0}
    ),
    "later_start": Variant(
        f"policies start {LATER} years later",
        lambda s: replace(s, start=s.start + LATER, years=s.years + LATER),
    ),
    "short": Variant("half as many years", lambda s: replace(s, years=max(2, s.years // 2))),
    "long": Variant("half as many years more", lambda s: replace(s, years=s.years + s.years // 2)),
    "invented_regions": Variant(
        "invented regions", lambda s: replace(s, world=World.synthetic(9, seed=1, firms=3000))
    ),
    "all_regions": Variant(
        "all regions of the Baltic Sea (half the scale)",
        lambda s: replace(s, world=World.load("bsr"), scale=s.scale / 2),
    ),
    "finer": Variant("twice as many firms simulated", lambda s: replace(s, scale=2 * s.scale)),
}
"""Variants by name; the first is what the others are held against."""


def variant(name: str) -> Variant:
    """Return a variant; raise InputError, naming the nearest, for an unknown one."""
    if name not in VARIANTS:
        raise InputError(unknown("variant", name, VARIANTS))
    return VARIANTS[name]


def under(samples: Samples, other: Variant) -> Samples:
    """Return the same samples under another structure.

    Factors keep their columns, so that a sample has the same parameters and luck under every
    variant; those of a mechanism that is left out do nothing.

    Raises
    ------
    InputError
        If a fixed parameter is none of the policies'.
    """
    space, unit = samples.space, samples.unit
    known = declared_by(samples.base, samples.policies)
    if problems := [unknown("parameter", name, known) for name in other.fixed if name not in known]:
        raise InputError(problems)
    factors = {factor.name: factor for factor in space.factors}
    for name, value in other.fixed.items():
        if name not in factors:
            unit = np.column_stack([unit, np.full(len(unit), 0.5)])
        whole = known[name].whole
        factors[name] = Factor(name, value, value, name.partition(".")[0], whole)
    space = Space(tuple(factors.values()))
    return replace(samples, space=space, unit=unit, base=other.change(samples.base))
