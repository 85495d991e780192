"""Factors of a study: declared parameters over their ranges, luck, and inert dummies.

Designs draw in the unit cube; a `Space` turns a point of it into parameters and a replication
number. Groups are the mechanisms and policy parts that declare the parameters.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np

from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError, nearest
from s3sim.core.parameters import Parameter
from s3sim.policies import POLICIES, PolicyPart
from s3sim.simulation.scenario import Scenario

SEED = "seed"
"""The factor that is luck: it decides the replication."""

DUMMY = "dummy_"
"""Start of the names of factors that nothing reads: what an analysis says of them is its error."""

MOST_REPLICATIONS = 2**31


@dataclass(frozen=True)
class Factor:
    """One dimension of a study; `whole` factors take whole numbers, both ends included."""

    name: str
    low: float
    high: float
    group: str
    whole: bool = False

    @property
    def is_parameter(self) -> bool:
        """Whether it is a parameter of the model."""
        return self.name != SEED and not self.name.startswith(DUMMY)


@dataclass(frozen=True)
class Space:
    """The factors of a study, in order."""

    factors: tuple[Factor, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each factor."""
        return tuple(factor.name for factor in self.factors)

    @property
    def groups(self) -> tuple[str, ...]:
        """Group of each factor."""
        return tuple(factor.group for factor in self.factors)

    def natural(self, unit: Floats) -> Floats:
        """Return values [n, D] in natural units from a design [n, D] in the unit cube."""
        low = np.array([factor.low for factor in self.factors])
        high = np.array([factor.high for factor in self.factors])
        whole = np.array([factor.whole for factor in self.factors])
        spread = np.where(whole, high - low + 1, high - low)
        values = low + unit * spread
        # The upper end may come out a rounding error too high.
        return np.minimum(np.where(whole, np.floor(values), values), high)

    def scenarios(
        self,
        base: Scenario,
        policies: Sequence[str],
        unit: Floats,
        *,
        own_policies: Mapping[str, tuple[PolicyPart, ...]] | None = None,
        replications: Sequence[int] | None = None,
    ) -> list[Scenario]:
        """Return sample by sample a scenario of each policy; all of a sample share their luck.

        Parameters
        ----------
        base : Scenario
            World, length, scale, seed; parameters that are no factors keep their values.
        policies : sequence of str
            Parameters that a policy does not have, or that make a control what it is, are left out.
        unit : array [n, D]
            Design in the unit cube.
        own_policies : mapping, optional
            Parts of policies that are not the package's, by name.
        replications : sequence of int [n], optional
            Replication of each point; else the seed factor decides, or the number of the point.
        """
        own = own_policies or {}
        bases = [base.replace(policy=name, parts=own.get(name)) for name in policies]
        names = [self._factors_of(scenario) for scenario in bases]
        made = []
        for k, row in enumerate(self.natural(unit)):
            values = dict(zip(self.names, row.tolist(), strict=True))
            replication = k if replications is None else int(replications[k])
            if replications is None and SEED in values:
                replication = min(int(values[SEED] * MOST_REPLICATIONS), MOST_REPLICATIONS - 1)
            for scenario, known in zip(bases, names, strict=True):
                chosen = {name: values[name] for name in known}
                made.append(
                    scenario.replace(
                        chosen, strict=False, parts=scenario.parts, replication=replication
                    )
                )
        return made

    def _factors_of(self, scenario: Scenario) -> list[str]:
        policy = POLICIES.get(scenario.policy)
        fixed = policy.fixed_parameters if policy else ()
        known = scenario.parameter_values().keys()
        return [name for name in self.names if name in known and name not in fixed]


def space(
    base: Scenario,
    policies: Iterable[str],
    *,
    only: Sequence[str] = ("*",),
    leave: Sequence[str] = (),
    dummies: int = 3,
    seed: bool = True,
) -> Space:
    """Return the declared parameters of some policies as factors, with luck and dummies.

    Parameters
    ----------
    base : Scenario
        Whose mechanisms count.
    policies : iterable of str
        Whose parts count.
    only, leave : sequence of str
        Names as in "search.rate", groups as in "search", or patterns as in "search.*".
    dummies : int
        Inert factors to add.
    seed : bool
        Whether luck is a factor.

    Raises InputError if a name or pattern fits no parameter.
    """
    declared = declared_by(base, policies)
    problems = [
        f"factor '{text}' fits no parameter of these policies{nearest(text, declared) or '.'} "
        "See 's3sim describe parameters'."
        for text in (*only, *leave)
        if not _fitting(declared, text)
    ]
    if problems:
        raise InputError(problems)
    wanted = {name for text in only for name in _fitting(declared, text)}
    wanted -= {name for text in leave for name in _fitting(declared, text)}
    factors = [
        Factor(name, p.low, p.high, name.partition(".")[0], p.whole)
        for name, p in declared.items()
        if name in wanted
    ]
    extra = [Factor(f"{DUMMY}{k + 1}", 0.0, 1.0, f"{DUMMY}{k + 1}") for k in range(dummies)]
    luck = [Factor(SEED, 0.0, 1.0, SEED)] if seed else []
    return Space((*factors, *extra, *luck))


def declared_by(base: Scenario, policies: Iterable[str]) -> dict[str, Parameter]:
    """Return the parameters of a scenario under each of the policies, by name."""
    return {p.name: p for policy in policies for p in base.replace(policy=policy).parameters()}


def _fitting(declared: Mapping[str, Parameter], text: str) -> list[str]:
    return [
        name
        for name in declared
        if fnmatchcase(name, text) or name.partition(".")[0] == text or name == text
    ]
