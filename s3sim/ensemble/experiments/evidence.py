"""Levels and paired differences over samples, without samples in which a run failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from s3sim.core.arrays import Bools, Floats
from s3sim.core.errors import InputError
from s3sim.ensemble.experiments.result import Check
from s3sim.ensemble.factors import SEED
from s3sim.ensemble.sampling import SEQUENCES, Samples, by_sample, complete, levels
from s3sim.model.ledger import ITEMS, SOURCES
from s3sim.outcomes import OUTCOMES
from s3sim.simulation.result import RunResult


@dataclass(frozen=True)
class Evidence:
    """What samples say.

    Parameters
    ----------
    samples : Samples
        The design, baseline first.
    results : sequence of RunResult
        One a run, in the design's order.
    """

    samples: Samples
    results: Sequence[RunResult]

    @cached_property
    def _levels(self) -> dict[str, Floats]:
        n, policies = len(self.samples.unit), self.samples.policies
        return dict(levels(self.results, n, policies, tuple(OUTCOMES)))

    @cached_property
    def whole(self) -> Bools:
        """Which samples ran under every policy, [n]."""
        found = complete(self._levels)
        if not found.any():
            raise InputError("no sample ran under every policy; see the messages of its runs.")
        return found

    @property
    def failed(self) -> int:
        """Worlds that are left out because a run failed."""
        return int((~self.whole).sum())

    @property
    def count(self) -> int:
        """Complete samples."""
        return int(self.whole.sum())

    def level(self, outcome: str) -> Floats:
        """Return an outcome, [samples, policies]."""
        return self._levels[outcome][self.whole]

    def difference(self, outcome: str, policy: str) -> Floats:
        """Return policy less baseline, [samples]."""
        value = self.level(outcome)
        return value[:, self.samples.policies.index(policy)] - value[:, 0]

    def mean_baseline(self, outcome: str) -> float:
        """Return the mean of an outcome under the baseline."""
        return float(self.level(outcome)[:, 0].mean())

    @cached_property
    def x(self) -> pd.DataFrame:
        """Parameters of each sample in natural units; luck and dummies left out."""
        frame = self.samples.natural[self.whole].reset_index(drop=True)
        return frame[[one.name for one in self.samples.space.factors if one.is_parameter]]

    @cached_property
    def unit(self) -> Floats:
        """The design, [samples, factors], without the column of luck."""
        names = np.array(self.samples.space.names)
        columns: Floats = self.samples.unit[self.whole][:, names != SEED]
        return columns

    @property
    def names(self) -> tuple[str, ...]:
        """Columns of `unit`."""
        return tuple(one for one in self.samples.space.names if one != SEED)

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups of the columns of `unit`."""
        return tuple(one.group for one in self.samples.space.factors if one.name != SEED)

    def by_sequence(self, values: Floats) -> Floats:
        """Return means over each independent scramble, [scrambles]."""
        which = (np.arange(len(self.whole)) % SEQUENCES)[self.whole]
        return np.array([values[which == k].mean() for k in range(SEQUENCES)])

    def outlay_is_equal(self) -> bool:
        """Return whether public outlay is the same to the cent in every year of every sample."""
        runs = by_sample(self.results, len(self.samples.unit), self.samples.policies)
        columns = [ITEMS.index(item) for item in SOURCES]
        for row in zip(*runs.values(), strict=True):
            booked = [one.ledger[:, columns].sum(axis=1) for one in row if one.ledger is not None]
            if any((one != booked[0]).any() for one in booked):
                return False
        return True

    def outlay_check(self) -> Check:
        """Return the bar that public outlay is the same under every policy."""
        bar = "to the cent, every year and world"
        return Check("equal public outlay", bar, "compared", self.outlay_is_equal(), True)
