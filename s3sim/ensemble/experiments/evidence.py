"""What samples say: levels, paired differences and intervals, and how findings are worded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from s3sim.analysis.intervals import bca_interval, t_interval, wilson
from s3sim.analysis.robustness import tail_mean
from s3sim.analysis.simultaneous import Simultaneous, by_scrambles, verdict_table
from s3sim.analysis.verdicts import MOST_FAILED
from s3sim.core.arrays import Bools, Floats
from s3sim.core.errors import InputError
from s3sim.core.formatting import lower_first
from s3sim.ensemble.experiments.result import Check
from s3sim.ensemble.factors import SEED
from s3sim.ensemble.sampling import SEQUENCES, Samples, by_sample, complete, levels
from s3sim.model.ledger import ITEMS, SOURCES
from s3sim.outcomes import OUTCOMES
from s3sim.policies import POLICIES
from s3sim.simulation.result import RunResult

LOWER = frozenset(name for name, outcome in OUTCOMES.items() if outcome.better == "lower")
TITLES = {name: outcome.title for name, outcome in OUTCOMES.items()}


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


def named(outcome: str) -> str:
    """Return the name of an outcome within a sentence."""
    return lower_first(TITLES[outcome])


def change(mean: float, low: float, high: float) -> str:
    """Return a mean and its interval in percent as text.

    >>> change(1.26, -0.5, 3)
    '+1.3 % (-0.5 to +3.0 %)'
    """
    return f"{mean:+.1f} % ({low:+.1f} to {high:+.1f} %)"


def limits(name: str, found: Sequence[float]) -> dict[str, float]:
    """Return a value and its interval under a name: NAME, NAME_low and NAME_high."""
    return dict(zip((name, f"{name}_low", f"{name}_high"), found, strict=True))


def clear(table: Any) -> Any:
    """Return the sign of each interval, 0 where it holds zero: of anything with `low` and `high`."""
    return (np.asarray(table.low) > 0).astype(int) - (np.asarray(table.high) < 0)


def tidy(found: Simultaneous, size: Floats | float, mean: str = "mean") -> pd.DataFrame:
    """Return a mean, low and high, and each in percent of a size; nan where that is 0."""
    table = pd.DataFrame({mean: found.mean, "low": found.low, "high": found.high})
    share = 100 / np.where(np.asarray(size) > 0, size, np.nan)
    return table.join(table.mul(share, axis=0).add_suffix("_percent"))


def estimates(
    evidence: Evidence, policies: Sequence[str], outcomes: Sequence[str], smallest: float
) -> pd.DataFrame:
    """Return what policies change in outcomes against the baseline, one row a policy and outcome.

    Parameters
    ----------
    evidence : Evidence
        Samples dealt out over independent scrambles.
    policies, outcomes : sequence of str
    smallest : float
        Smallest effect of interest, share of the baseline's mean.

    Notes
    -----
    Intervals hold for all outcomes of a policy at once (95 %, from the spread between scrambles);
    `bca_low` and `bca_high` are a bootstrap over samples of one outcome alone, as a check.
    """
    frames = []
    size = np.abs([evidence.mean_baseline(name) for name in outcomes])
    for policy in policies:
        differences = {name: evidence.difference(name, policy) for name in outcomes}
        found = evidence.joint(differences)
        table = verdict_table(found, smallest * size, evidence.count, failed=evidence.failed)
        spread = [_spread(values, -1.0 if n in LOWER else 1.0) for n, values in differences.items()]
        table = table.join(tidy(found, size).filter(like="_percent")).join(pd.DataFrame(spread))
        table.insert(0, "baseline_mean", [evidence.mean_baseline(name) for name in outcomes])
        table.insert(0, "policy", policy)
        frames.append(table)
    return pd.concat(frames, ignore_index=True)


def _spread(difference: Floats, sign: float) -> dict[str, float]:
    """Return how the difference varies over samples; gains are positive whichever way is wanted."""
    gain = sign * difference
    won, lost = gain[gain > 0], gain[gain < 0]
    bca = bca_interval(difference, seed=0)[1:]
    at = dict(zip(("median", "p5", "p95"), np.quantile(difference, [0.5, 0.05, 0.95]), strict=True))
    return {
        **dict(zip(("bca_low", "bca_high"), bca, strict=True)),
        **{name: float(value) for name, value in at.items()},
        **limits("share_won", wilson(len(won), len(gain))),
        "mean_gain": float(won.mean()) if len(won) else 0.0,
        "mean_loss": float(-lost.mean()) if len(lost) else 0.0,
        "cvar_5": float(sign * tail_mean(gain[:, None])[0]),
    }


def sentence(row: Any) -> str:
    """Return one row in words; never the one of collaboration without that of growth."""
    return (
        f"{POLICIES[row['policy']].title}, {named(row['outcome'])}: {row['verdict']} ({row['mean_percent']:+.1f} %, simultaneous "
        f"95 % interval {row['low_percent']:+.1f} to {row['high_percent']:+.1f} %); won in {100 * row['share_won']:.0f} % of samples."
    )


def settling(values: Mapping[str, Floats], first: int, points: int = 40) -> pd.DataFrame:
    """Return the mean over the first samples with its t interval, for numbers from `first` on."""
    rows = []
    for name, value in values.items():
        for n in np.unique(np.linspace(min(first, len(value)), len(value), points).astype(int)):
            mean, low, high = t_interval(value[:n])
            rows.append({"outcome": name, "worlds": n, "mean": mean, "low": low, "high": high})
    return pd.DataFrame(rows)
