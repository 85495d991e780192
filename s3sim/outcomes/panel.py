"""Measures over time, and windows of time over which outcomes are taken."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Floats
from s3sim.model.context import QUARTERS

WINDOWS = {"last year": 4, "last 4 years": 16, "whole run": 10_000}
"""Quarters at the end of a run over which an outcome is averaged."""


@dataclass(frozen=True)
class Panel:
    """Name to values of shape [T, R]: one row a quarter."""

    values: Mapping[str, Floats]
    population: Floats  # [R]
    lagging: Floats  # [R], 1 where the region lags
    sources: float  # public money appropriated, EUR million
    unspent: float  # of it, unspent
    start: int  # quarter in which policies start
    growth: Mapping[str, float]  # parts of productivity growth, log points a year

    @property
    def n_quarters(self) -> int:
        """Length of the run."""
        return len(next(iter(self.values.values())))


@dataclass(frozen=True)
class Window:
    """Measures averaged over some quarters; `total` sums over regions or keeps them.

    Reading `window["firms"]` gives a number for totals and an array [R] for regions; with
    `moments`, it gives one value a quarter, [T], for time paths.
    """

    panel: Panel
    first: int
    last: int  # exclusive
    total: bool = True
    moments: bool = False

    def __getitem__(self, name: str) -> Floats:
        values = self.panel.values[name][self.first : self.last]
        if self.moments:
            return values.sum(axis=1)
        mean = values.mean(axis=0)
        return np.asarray(mean.sum() if self.total else mean)

    def of(self, name: str, which: Floats) -> Floats:
        """Return a measure restricted to the regions that `which` marks with 1."""
        values = self.panel.values[name][self.first : self.last] * which
        if self.moments:
            return values.sum(axis=1)
        mean = values.mean(axis=0)
        return np.asarray(mean.sum() if self.total else np.where(which > 0, mean, np.nan))

    def by_region(self, name: str) -> Floats:
        """Return regional values whatever the window is for: [R], or [T, R] for time paths."""
        values = self.panel.values[name][self.first : self.last]
        return values if self.moments else values.mean(axis=0)

    @property
    def before(self) -> "Window":
        """The year before policies start (at least the first quarter)."""
        last = max(min(self.panel.start, self.panel.n_quarters), 1)
        return Window(self.panel, max(last - QUARTERS, 0), last, self.total)

    @property
    def years_since(self) -> Floats:
        """Years between the middle of `before` and the middle of this window (or each quarter)."""
        base = (self.before.first + self.before.last - 1) / 2
        if self.moments:
            return (np.arange(self.first, self.last) - base) / QUARTERS
        return np.asarray(((self.first + self.last - 1) / 2 - base) / QUARTERS)
