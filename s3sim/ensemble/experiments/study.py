"""An experiment at a tier: what its script asks for, and what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from s3sim.core.arrays import Floats
from s3sim.ensemble.experiments.definition import Definition, Design
from s3sim.ensemble.factors import Space, space
from s3sim.ensemble.provenance import hashed
from s3sim.ensemble.sampling import Samples, drawn
from s3sim.policies import POLICIES
from s3sim.simulation.scenario import Scenario
from s3sim.simulation.schedule import SCHEDULE
from s3sim.world import World


@dataclass(frozen=True)
class Study:
    """What a script may ask of its experiment.

    Parameters
    ----------
    definition : Definition
        With the design of the tier.
    tier : str
        Which one.
    """

    definition: Definition
    tier: str

    @property
    def design(self) -> Design:
        """Settings of the tier."""
        return self.definition.design

    @property
    def policies(self) -> tuple[str, ...]:
        """Baseline first."""
        return tuple(self.design.policies)

    @property
    def baseline(self) -> str:
        """What the others are compared with."""
        return self.policies[0]

    @property
    def policy(self) -> str:
        """The policy in question: the last one."""
        return self.policies[-1]

    @cached_property
    def base(self) -> Scenario:
        """The scenario that factors change."""
        d = self.design
        return Scenario(World.load(d.world), self.baseline, years=d.years, scale=d.scale,
                        seed=d.seed, start=min(d.start, d.years - 1))  # fmt: skip

    @cached_property
    def space(self) -> Space:
        """The factors of the design."""
        d = self.design
        return space(self.base, self.policies, only=d.only, leave=d.leave, dummies=d.dummies)

    def worlds(self, unit: Floats | None = None, **changes: Any) -> Samples:
        """Return worlds x policies; drawn over the space of the design unless points are given."""
        if unit is None:
            unit = drawn(self.design.worlds, len(self.space.factors), self.design.seed)
        return replace(Samples(self.space, self.base, self.policies, unit), **changes)

    def option(self, name: str) -> Any:
        """Return a number that belongs to this experiment alone."""
        return self.design.options[name]

    def title(self, policy: str) -> str:
        """Return the name of a policy as pages write it."""
        return POLICIES[policy].title if policy in POLICIES else policy

    def hash_of(self, worlds: Samples) -> str:
        """Return what tells this design's runs from another's; more worlds of it are the same."""
        s = worlds.base
        kinds = [type(one).__name__ for one in s.mechanisms]
        # Left out where nothing is: designs of the standard model keep the name they had.
        other = {} if kinds == [type(one).__name__ for one in SCHEDULE] else {"mechanisms": kinds}
        return hashed({
            "owner": self.definition.worlds_of or self.definition.name, "world": s.world.fingerprint,
            "years": s.years, "scale": s.scale, "seed": s.seed, "start": s.start,
            "factors": [[f.name, f.low, f.high] for f in worlds.space.factors],
            "policies": list(worlds.policies), "arms": repr(dict(worlds.own_policies)), **other,
        })  # fmt: skip


@dataclass(frozen=True)
class Check:
    """A bar and what was measured; `must` bars decide whether the software can be trusted."""

    name: str
    bar: str
    measured: str
    met: bool
    must: bool = False


@dataclass(frozen=True)
class Answer:
    """What an experiment found.

    Parameters
    ----------
    words : sequence of str
        Sentences that a sceptic would accept.
    table : DataFrame
        The figures behind them.
    numbers : mapping
        What a summary should hold, as plain values.
    figures : mapping
        Name to matplotlib figure.
    checks : sequence of Check
        Bars of the protocol.
    short : str
        The answer in one sentence, for an overview; collaboration is never told without growth.
    """

    words: Sequence[str]
    table: pd.DataFrame
    numbers: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    checks: Sequence[Check] = ()
    short: str = ""

    @property
    def in_short(self) -> str:
        """The answer in one sentence; the first of its words unless the script gives another."""
        return self.short or self.words[0]


def plain(value: Any) -> Any:
    """Return a value that JSON knows: arrays become lists, what is not a number becomes null.

    >>> plain({"a": np.float64(1.5), "b": np.array([1, 2]), "c": float("nan")})
    {'a': 1.5, 'b': [1, 2], 'c': None}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, pd.DataFrame):
        return [plain(row) for row in value.to_dict("records")]
    if isinstance(value, np.ndarray | list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    return None if isinstance(value, float) and not np.isfinite(value) else value
