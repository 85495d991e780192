"""Under which conditions a difference is small or large: what several scripts ask of samples."""

import numpy as np
import pandas as pd

from s3sim.analysis.intervals import t_interval
from s3sim.analysis.smooth import smoother
from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError
from s3sim.core.streams import generator
from s3sim.ensemble.experiments.estimates import change
from s3sim.ensemble.factors import SEED, Space
from s3sim.ensemble.sampling import Samples
from s3sim.simulation.scenario import Scenario

MOST_BINS, FEWEST_IN_BIN = 8, 4


def repeated(samples: Samples, n: int, seeds: int, seed: int) -> Samples:
    """Return the first n samples, each with several seeds; its own one first, rows adjacent.

    Raises
    ------
    InputError
        If luck is no factor, there are fewer than n samples, or fewer than two seeds are asked.
    """
    if SEED not in samples.space.names or not 0 < n <= len(samples.unit) or seeds < 2:
        raise InputError(
            f"{n} samples with {seeds} seeds cannot be made of {len(samples.unit)}; luck must be a "
            "factor, and two or more seeds are needed."
        )
    unit = np.repeat(samples.unit[:n], seeds, axis=0)
    other = np.arange(len(unit)) % seeds > 0
    luck = generator(seed, "repeated worlds").random(len(unit))
    unit[other, samples.space.names.index(SEED)] = luck[other]
    return Samples(samples.space, samples.base, samples.policies, unit, samples.own_policies)


def by_seed(rows: Floats, seeds: int) -> Floats:
    """Return rows of `repeated` as [samples, seeds, ...], without samples that lost a seed (nan)."""
    table = rows.reshape(-1, seeds, *rows.shape[1:])
    found: Floats = table[np.isfinite(table.reshape(len(table), -1)).all(axis=1)]
    return found


def defaults(space: Space, scenario: Scenario) -> Floats:
    """Return the point of the unit cube at which a scenario's parameters are, [factors].

    Factors that the scenario does not have (luck, dummies) are in the middle.
    """
    values, point = scenario.parameter_values(), []
    for f in space.factors:
        value, width = values.get(f.name, (f.low + f.high) / 2), f.high - f.low
        # A whole number owns a stretch of the unit interval; the middle of it survives rounding.
        place = (value - f.low + 0.5) / (width + 1) if f.whole else (value - f.low) / width
        point.append(place)
    return np.array(point)


def strongest(x: pd.DataFrame, difference: Floats) -> list[str]:
    """Return factors [samples, factors] by how much of [samples] a smooth regression on each explains.

    The first of many is partly first by luck: `followed` shows it on other samples.
    """
    y = np.asarray(difference, np.float64)[:, None]
    explained = {
        str(name): float(smoother(x[[name]].to_numpy(np.float64)).fit(y).var()) for name in x
    }
    return sorted(explained, key=lambda name: -explained[name])


def binned_mean(value: Floats, difference: Floats) -> pd.DataFrame:
    """Return the mean difference [samples] in bins of a factor [samples] in natural units.

    Returns
    -------
    DataFrame
        value (mean of the factor in the bin), mean, low, high, worlds; up to eight bins of equally
        many samples, at least four. Each t interval is one of 95 % for its bin alone.
    """
    bins = max(1, min(MOST_BINS, len(value) // FEWEST_IN_BIN))
    rows = []
    for part in np.array_split(np.argsort(value, kind="stable"), bins):
        rows.append((float(value[part].mean()), *t_interval(difference[part]), len(part)))
    # A factor of few values fills several bins with the same one.
    columns = ["value", "mean", "low", "high", "worlds"]
    return pd.DataFrame(rows, columns=columns).drop_duplicates("value", ignore_index=True)


def followed(
    x: pd.DataFrame, difference: Floats
) -> tuple[list[str], pd.DataFrame, pd.DataFrame, str]:
    """Follow a difference [samples] along the factor that explains most of it.

    Chosen on one half of the scrambles and shown on the other, so that choosing flatters nothing.

    Returns
    -------
    list of str
        Factors, the strongest first.
    DataFrame
        value of the strongest and difference in the half that is shown.
    DataFrame
        The curve, see `binned_mean`.
    str
        What it says.
    """
    ranked = strongest(x[::2], difference[::2])
    shown = pd.DataFrame({"value": x[ranked[0]], "difference": difference})[1::2]
    curve = binned_mean(shown["value"].to_numpy(float), shown["difference"].to_numpy(float))
    low, high = (change(curve.iloc[k], suffix="") for k in (0, -1))
    said = f"on the other half the difference goes from {low} at its low end to {high} at its high end; {sign_change(curve)}."
    return ranked, shown, curve, said


def sign_change(curve: pd.DataFrame) -> str:
    """Say whether the bins of a curve clearly change sign."""
    up, down = (curve["low"] > 0).any(), (curve["high"] < 0).any()
    if up and down:
        return "some bins are clearly above zero and others clearly below"
    if up or down:
        return f"no bin is clearly {'below' if up else 'above'} zero"
    return "no bin is told from zero"
