"""What transnational policies cost and yield over samples: euro booked, links and value added."""

from collections.abc import Sequence

import numpy as np

from s3sim.analysis.intervals import t_interval
from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError
from s3sim.core.streams import generator
from s3sim.model.ledger import ITEMS, SOURCES
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
    ledgers = [one.ledger for one in runs if one.ledger is not None]
    if len(ledgers) < len(runs) or not ledgers:
        raise InputError("a run kept no ledger; keep it, or leave out runs that failed.")
    euro: Floats = np.array([one[:, columns].sum(axis=1) for one in ledgers]) / 100
    return euro


def same_outlay(*arms: Sequence[RunResult]) -> bool:
    """Say whether arms got the same public money to the cent, in every year of every sample."""
    columns = [ITEMS.index(item) for item in SOURCES]
    for row in zip(*arms, strict=True):
        sums = [one.ledger[:, columns].sum(axis=1) for one in row if one.ledger is not None]
        if len(sums) < len(row) or any((one != sums[0]).any() for one in sums):
            return False
    return True


def links_added(policy: Sequence[RunResult], baseline: Sequence[RunResult]) -> Floats:
    """Return additional cross-border collaborations of two years in each sample, [samples]."""
    more = [p.collaboration_years - b.collaboration_years for p, b in zip(policy, baseline, strict=True)]  # fmt: skip
    return np.array(more) / COLLABORATION_YEARS


def discounted(yearly: Floats, rate: float, start: int) -> Floats:
    """Return the value at the start of amounts [samples, years], [samples].

    Year `start` counts in full, later years are discounted; earlier ones are left out.
    """
    years = np.arange(yearly.shape[1]) - start
    weight = np.where(years >= 0, (1.0 + rate) ** -np.maximum(years, 0), 0.0)
    value: Floats = yearly @ weight
    return value


def ramp(last: Floats, years: int, start: int) -> Floats:
    """Return amounts [samples, years] that rise in a straight line to `last` [samples].

    Nothing before year `start`; `last` in the last year.

    Raises
    ------
    InputError
        If no year is left.
    """
    if not 0 <= start < years:
        raise InputError(f"start = {start} leaves no year of {years}.")
    share = np.clip((np.arange(years) - start + 1) / (years - start), 0.0, 1.0)
    return np.outer(last, share)


def ratio(top: Floats, bottom: Floats, *, seed: int, clear: bool) -> tuple[float, float, float]:
    """Return a ratio of means over samples with its bootstrap interval: ratio, low, high.

    Parameters
    ----------
    top, bottom : array [samples]
        Resampled together (percentile bootstrap).
    seed : int
    clear : bool
        Give a ratio only if the mean of `bottom` is clearly above zero (its t interval and every
        limit of the bootstrap); otherwise three nans.
    """
    nan = float("nan")
    mean, low, _ = t_interval(bottom)
    if (clear and not low > 0) or not mean > 0 or not np.isfinite(top).all():
        return nan, nan, nan
    n, rng = len(top), generator(seed, "money.ratio")
    weight = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES) / n
    below = weight @ bottom
    if np.quantile(below, 0.025) <= 0:
        return nan, nan, nan
    found = (weight @ top)[below > 0] / below[below > 0]
    return float(top.mean() / mean), float(np.quantile(found, 0.025)), float(np.quantile(found, 0.975))  # fmt: skip


def break_even(cost: Floats, value: Floats) -> float:
    """Return the first cost at which a value falls through zero, by straight lines; nan if none.

    >>> break_even(np.array([1.0, 2.0, 3.0]), np.array([2.0, 1.0, -1.0]))
    2.5
    """
    for k in range(len(cost) - 1):
        if value[k] > 0 >= value[k + 1]:
            return float(cost[k] + (cost[k + 1] - cost[k]) * value[k] / (value[k] - value[k + 1]))
    return float("nan")
