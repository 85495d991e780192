"""Levels and paired differences over samples, without samples in which a run failed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from s3sim.analysis.simultaneous import Simultaneous, by_scrambles
from s3sim.analysis.verdicts import MOST_FAILED
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
    """What samples say: a design, baseline first, and its results, one a run in its order."""

    samples: Samples
    results: Sequence[RunResult]

    @cached_property
    def _levels(self) -> dict[str, Floats]:
        n, policies = len(self.samples.unit), self.samples.policies
        return dict(levels(self.results, n, policies, tuple(OUTCOMES)))

    @cached_property
    def whole(self) -> Bools:
        """Which samples ran under every policy, [n]; an InputError if none did."""
        found = complete(self._levels)
        if not found.any():
            raise InputError("no sample ran under every policy; see the messages of its runs.")
        return found

    @property
    def count(self) -> int:
        """Complete samples."""
        return int(self.whole.sum())

    @property
    def failed(self) -> int:
        """Samples that are left out because a run failed."""
        return len(self.whole) - self.count

    def rows(self, outcome: str) -> Floats:
        """Return an outcome, [n, policies]; nan where a run of the sample failed."""
        table: Floats = np.where(self.whole[:, None], self._levels[outcome], np.nan)
        return table

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

    def percent(self, outcome: str, policy: str) -> Floats:
        """Return the difference in percent of the baseline's mean, of 1 if that is 0, [samples]."""
        return 100 * self.difference(outcome, policy) / (abs(self.mean_baseline(outcome)) or 1.0)

    @cached_property
    def x(self) -> pd.DataFrame:
        """Parameters of each sample in natural units; luck and dummies left out."""
        frame = self.samples.natural[self.whole].reset_index(drop=True)
        return frame[[f.name for f in self.samples.space.factors if f.is_parameter]]

    @cached_property
    def unit(self) -> pd.DataFrame:
        """The design in the unit cube, [samples, factors], without luck."""
        names = list(self.samples.space.names)
        frame = pd.DataFrame(self.samples.unit[self.whole], columns=names)
        return frame.drop(columns=SEED, errors="ignore")

    def by_sequence(self, values: Floats) -> Floats:
        """Return means over each independent scramble, [scrambles]."""
        which = (np.arange(len(self.whole)) % SEQUENCES)[self.whole]
        return np.array([values[which == k].mean() for k in range(SEQUENCES)])

    def joint(self, values: Mapping[str, Floats]) -> Simultaneous:
        """Return means of several [samples] with intervals that hold for all of them at once."""
        means = np.stack([self.by_sequence(value) for value in values.values()], axis=1)
        return by_scrambles(means, tuple(values))

    def runs(self, policy: str) -> list[RunResult]:
        """Return the runs of a policy in complete samples."""
        runs = by_sample(self.results, len(self.samples.unit), self.samples.policies)[policy]
        return [run for run, ok in zip(runs, self.whole, strict=True) if ok]

    def regions(self, outcome: str) -> Floats:
        """Return an outcome of every region, [samples, policies, regions]."""
        policies = self.samples.policies
        return np.stack([[r.regions[outcome] for r in self.runs(p)] for p in policies], axis=1)

    def outlay_is_equal(self) -> bool:
        """Return whether public outlay is the same to the cent in every year of every sample."""
        return same_outlay(*(self.runs(policy) for policy in self.samples.policies))

    def outlay_check(self) -> Check:
        """Return the bar that public outlay is the same under every policy."""
        bar = "to the cent, every year and world"
        return Check("equal public outlay", bar, "compared", self.outlay_is_equal(), True)


def same_outlay(*policies: Sequence[RunResult]) -> bool:
    """Return whether policies got the same public money to the cent, in every year of every run."""
    columns = [ITEMS.index(item) for item in SOURCES]
    for row in zip(*policies, strict=True):
        ledgers = [run.ledger for run in row if run.ledger is not None]
        sums = [ledger[:, columns].sum(axis=1) for ledger in ledgers]
        if len(sums) < len(row) or any((money != sums[0]).any() for money in sums):
            return False
    return True


def failed_check(*runs: Evidence) -> Check:
    """Return the bar that hardly any sample failed."""
    failed, samples = sum(e.failed for e in runs), sum(len(e.whole) for e in runs)
    met = failed <= MOST_FAILED * samples
    return Check("failed worlds", "at most 1 %", f"{failed} of {samples}", met, True)
