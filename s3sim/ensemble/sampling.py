"""Draws of all that is uncertain: one nested design that many questions share.

Eight independently scrambled Sobol' sequences are dealt out in turn, so that every prefix of a
multiple of eight draws is a design of its own, doublings are balanced, and the spread between the
eight gives honest intervals (Owen 1997, Annals of Statistics 25(4); scrambles as replicates).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy.stats import qmc

from s3sim.core.arrays import Bools, Floats
from s3sim.core.errors import InputError
from s3sim.core.streams import generator
from s3sim.ensemble.factors import SEED, Space
from s3sim.policies import PolicyPart
from s3sim.simulation.result import RunResult
from s3sim.simulation.scenario import Scenario

SEQUENCES = 8


def drawn(n: int, dimensions: int, seed: int, sequences: int = SEQUENCES) -> Floats:
    """Return n points of the unit cube [n, D]; a smaller n with the same seed is a prefix.

    Parameters
    ----------
    n : int
        A multiple of `sequences`.
    dimensions : int
        D, up to 21201.
    seed : int
        Decides all scrambles.
    sequences : int
        Independent scrambles; point k belongs to scramble k modulo `sequences`.
    """
    if n < sequences or n % sequences:
        raise InputError(f"worlds = {n} is not allowed; give a multiple of {sequences}.")
    each = n // sequences
    power = max(each - 1, 0).bit_length()
    parts = [
        # The name is that of a random stream: another name is another design.
        qmc.Sobol(dimensions, rng=generator(seed, f"worlds, sequence {k}")).random_base2(power)
        for k in range(sequences)
    ]
    return np.stack([part[:each] for part in parts], axis=1).reshape(n, dimensions)


@dataclass(frozen=True)
class Samples:
    """Points of a space, each run under every policy.

    Parameters
    ----------
    space : Space
        Factors.
    base : Scenario
        What the factors do not decide.
    policies : tuple of str
        Baseline first.
    unit : array [n, D]
        The design in the unit cube.
    own_policies : mapping
        Parts of policies that are not the package's, by name.
    replications : tuple of int [n], optional
        Replication of each point; else the seed factor decides.
    """

    space: Space
    base: Scenario
    policies: tuple[str, ...]
    unit: Floats
    own_policies: Mapping[str, tuple[PolicyPart, ...]] = field(default_factory=dict)
    replications: tuple[int, ...] | None = None

    @property
    def runs(self) -> int:
        """How many runs it takes."""
        return len(self.unit) * len(self.policies)

    def first(self, n: int) -> "Samples":
        """Return the first n samples."""
        replications = None if self.replications is None else self.replications[:n]
        return replace(self, unit=self.unit[:n], replications=replications)

    @property
    def scenarios(self) -> list[Scenario]:
        """All runs, sample by sample."""
        return self.space.scenarios(
            self.base,
            self.policies,
            self.unit,
            own_policies=self.own_policies,
            replications=self.replications,
        )

    @property
    def natural(self) -> pd.DataFrame:
        """Factors of each sample in natural units."""
        return pd.DataFrame(self.space.natural(self.unit), columns=list(self.space.names))

    def varied(self) -> pd.DataFrame:
        """Return the factors of each run, as a store writes them down."""
        frame = self.natural.rename(columns={SEED: "seed_coordinate"})
        return frame.loc[frame.index.repeat(len(self.policies))]


def by_sample(
    results: Sequence[RunResult], n: int, policies: Sequence[str]
) -> dict[str, Sequence[RunResult]]:
    """Return each policy's results, sample by sample; the runs of a sample stand together."""
    if len(results) != n * len(policies):
        raise InputError(
            f"{len(results)} runs do not make {n} worlds under {len(policies)} policies."
        )
    return {policy: results[k :: len(policies)] for k, policy in enumerate(policies)}


def levels(
    results: Sequence[RunResult], n: int, policies: Sequence[str], outcomes: Sequence[str]
) -> Mapping[str, Floats]:
    """Return per outcome an array [n, policies]; nan where a run failed."""
    table = by_sample(results, n, policies)
    return {
        name: np.array(
            [[run.outcomes.get(name, np.nan) for run in table[policy]] for policy in policies]
        ).T
        for name in outcomes
    }


def complete(levels: Mapping[str, Floats]) -> Bools:
    """Return which samples ran under every policy: a failed run fails its sample."""
    found: Bools = np.logical_and.reduce(
        [np.isfinite(values).all(axis=1) for values in levels.values()]
    )
    return found
