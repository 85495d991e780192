"""Levels and paired differences over samples, without samples in which a run failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from s3sim.core.arrays import Bools, Floats
from s3sim.core.errors import InputError
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

    def regions(self, outcome: str, policy: str) -> Floats:
        """Return policy less baseline in each region, [samples, R]."""
        runs = by_sample(self.results, len(self.samples.unit), self.samples.policies)
        pairs = zip(runs[policy], runs[self.samples.policies[0]], strict=True)
        rows = [
            a.regions[outcome] - b.regions[outcome]
            for (a, b), ok in zip(pairs, self.whole, strict=True)
            if ok
        ]
        return np.array(rows)

    def spent(self, items: Sequence[str], policy: str) -> Floats:
        """Return euro booked on items of the ledger over the whole run, [samples]."""
        runs = by_sample(self.results, len(self.samples.unit), self.samples.policies)[policy]
        columns = [ITEMS.index(item) for item in items]
        return np.array([
            one.ledger[:, columns].sum() / 100
            for one, ok in zip(runs, self.whole, strict=True) if ok and one.ledger is not None
        ])  # fmt: skip

    def outlay_is_equal(self) -> bool:
        """Return whether public outlay is the same to the cent in every year of every sample."""
        runs = by_sample(self.results, len(self.samples.unit), self.samples.policies)
        columns = [ITEMS.index(item) for item in SOURCES]
        for row in zip(*runs.values(), strict=True):
            booked = [one.ledger[:, columns].sum(axis=1) for one in row if one.ledger is not None]
            if any((one != booked[0]).any() for one in booked):
                return False
        return True
