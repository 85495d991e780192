"""What transnational policies cost and yield over samples: euro booked, links and value added."""

from collections.abc import Sequence

import numpy as np

from s3sim.analysis.intervals import t_interval
from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError
from s3sim.core.streams import generator
from s3sim.model.ledger import ITEMS
from s3sim.simulation.result import RunResult

COLLABORATION_YEARS = 2.0
"""Length of a collaboration that costs are told for, years. Assumed, as in comparisons."""

TRANSNATIONAL = ("joint_grants", "broker_fees", "coordination_overhead")
RESAMPLES = 4999


def booked(runs: Sequence[RunResult], items: Sequence[str]) -> Floats:
    """Return euro booked on items of the ledger in each year, [runs, years].

    Raises
    ------
    InputError
        If a run kept no ledger.
    """
    columns = [ITEMS.index(item) for item in items]
    ledgers = [run.ledger for run in runs if run.ledger is not None]
    if len(ledgers) < len(runs) or not ledgers:
        raise InputError("a run kept no ledger; keep it, or leave out runs that failed.")
    euro: Floats = np.array([ledger[:, columns].sum(axis=1) for ledger in ledgers]) / 100
    return euro


def links_added(policy: Sequence[RunResult], baseline: Sequence[RunResult]) -> Floats:
    """Return additional cross-border collaborations of two years in each sample, [samples]."""
    pairs = zip(policy, baseline, strict=True)
    more = [p.collaboration_years - b.collaboration_years for p, b in pairs]
    return np.array(more) / COLLABORATION_YEARS


def discounted(yearly: Floats, rate: float, start: int) -> Floats:
    """Return the value at the start of amounts [samples, years], [samples].

    Year `start` counts in full, later years are discounted; earlier ones are left out.
    """
    years = np.arange(yearly.shape[1]) - start
    value: Floats = yearly @ np.where(years >= 0, (1.0 + rate) ** -np.maximum(years, 0), 0.0)
    return value


def ramp(last: Floats, years: int, start: int) -> Floats:
    """Return amounts [samples, years]: nothing before `start`, a straight line to `last` [samples].

    Raises
    ------
    InputError
        If no year is left.
    """
    if not 0 <= start < years:
        raise InputError(f"start = {start} leaves no year of {years}.")
    return np.outer(last, np.clip((np.arange(years) - start + 1) / (years - start), 0.0, 1.0))


def ratio(top: Floats, bottom: Floats, *, seed: int, clear: bool) -> tuple[float, float, float]:
    """Return a ratio of means over [samples] with its percentile bootstrap: ratio, low, high.

    Both are resampled together. Three nans unless every limit of the mean of `bottom` is above
    zero: of the bootstrap and, if `clear`, of its t interval.
    """
    mean, low, _ = t_interval(bottom)
    n, rng = len(top), generator(seed, "money.ratio")
    weight = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES) / n
    below = weight @ bottom
    positive = mean > 0 and (low > 0 or not clear) and np.quantile(below, 0.025) > 0
    if not positive or not np.isfinite(top).all():
        return float("nan"), float("nan"), float("nan")
    found = (weight @ top)[below > 0] / below[below > 0]
    low, high = np.quantile(found, [0.025, 0.975])
    return float(top.mean() / mean), float(low), float(high)


def break_even(cost: Floats, value: Floats) -> float:
    """Return the first cost at which a value falls through zero, by straight lines; nan if none.

    >>> break_even(np.array([1.0, 2.0, 3.0]), np.array([2.0, 1.0, -1.0]))
    2.5
    """
    for k in range(len(cost) - 1):
        if value[k] > 0 >= value[k + 1]:
            return float(cost[k] + (cost[k + 1] - cost[k]) * value[k] / (value[k] - value[k + 1]))
    return float("nan")
