"""Under which conditions a difference is small or large: what sensitivity studies share."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from s3sim.analysis.intervals import t_interval
from s3sim.analysis.moment_independent import FEWEST, delta, rbd_fast
from s3sim.analysis.morris import MorrisDesign
from s3sim.analysis.problem import Problem
from s3sim.analysis.smooth import smoother
from s3sim.analysis.sobol import SobolDesign
from s3sim.analysis.surrogate import surrogate_study
from s3sim.core.arrays import Bools, Floats
from s3sim.core.errors import InputError
from s3sim.core.streams import generator
from s3sim.ensemble.experiments.evidence import Evidence, change
from s3sim.ensemble.experiments.result import Check
from s3sim.ensemble.factors import DUMMY, SEED, Space
from s3sim.ensemble.sampling import Samples
from s3sim.simulation.scenario import Scenario

MOST_BINS, FEWEST_IN_BIN = 8, 4
FEWEST_PARTS = 2
TOP = 5
"""Factors or groups that are named."""

Parts = TypeVar("Parts", MorrisDesign, SobolDesign)


def in_percent(levels: Floats) -> Floats:
    """Return levels [rows, policies] as a percentage of the size of the baseline's mean.

    Levels of a baseline whose mean is zero stay as they are.
    """
    size = abs(float(np.nanmean(levels[:, 0])))
    scaled: Floats = 100 * levels / size if size else levels
    return scaled


def without_failures(design: Parts, ok: Bools) -> tuple[Parts, Bools]:
    """Return a design without the parts in which a run failed, and which rows are left.

    Parts are the trajectories of Morris or the scrambles of Sobol'; `ok` [rows] says what ran.

    Raises
    ------
    InputError
        If fewer than two parts are left.
    """
    sobol = isinstance(design, SobolDesign)
    part, parts = ("scramble", "scrambles") if sobol else ("trajectory", "trajectories")
    of = getattr(design, part)
    failed = np.unique(of[~ok])
    left = np.unique(of).size - failed.size
    if left < FEWEST_PARTS:
        raise InputError(
            f"a run failed in all but {left} of the {parts}; see the messages of the failed runs."
        )
    rows: Bools = ~np.isin(of, failed)
    changes: dict[str, Any] = {"unit": design.unit[rows], part: of[rows], parts: left}
    if isinstance(design, SobolDesign):
        changes["n"] = left * (design.n // design.scrambles)
    return replace(design, **changes), rows


def together(tables: Mapping[tuple[str, str], pd.DataFrame]) -> pd.DataFrame:
    """Return tables by outcome and output as one, with both as its first columns."""
    found = pd.concat(tables, names=["outcome", "output"])
    return found.reset_index([0, 1]).reset_index(drop=True)


def of_output(table: pd.DataFrame, outcome: str, output: str) -> pd.DataFrame:
    """Return the rows of one output."""
    return table[(table["outcome"] == outcome) & (table["output"] == output)]


def is_dummy(table: pd.DataFrame) -> Any:
    """Return which rows of a table of factors are inert ones, [rows]."""
    return table["factor"].str.startswith(DUMMY)


def dummies_check(scores: pd.DataFrame, bar: str = "exactly 0") -> Check:
    """Return the bar that nothing is said of factors which nothing reads; nan is nothing."""
    largest = float(np.abs(scores.fillna(0.0).to_numpy()).max(initial=0))
    return Check("dummies", bar, f"largest {largest:g}", largest == 0, True)


def leading(frame: pd.DataFrame, key: str, n: int, leave: Iterable[str] = ()) -> pd.DataFrame:
    """Return the n rows with the largest value of a column, without some factors."""
    rest = frame[~frame["factor"].isin(list(leave))]
    return rest.sort_values(key, ascending=False, kind="stable").head(n)


def surrogate(
    evidence: Evidence, y: Floats, luck: float, seed: int
) -> tuple[pd.DataFrame | None, str]:
    """Return group indices of the surrogate of an output over drawn samples, or None, and why.

    Parameters
    ----------
    evidence : Evidence
        Independent samples.
    y : array [samples]
        The output.
    luck : float
        Share of its variance in which luck takes part; nan if the output is constant.
    seed : int
    """
    if len(y) < FEWEST:
        return None, f"withheld: {len(y)} samples are too few ({FEWEST} are needed)."
    if not np.isfinite(luck) or luck >= 1:
        return None, "withheld: the output is constant or all luck."
    names, luck = [str(name) for name in evidence.unit], max(luck, 0.0)
    groups = [_groups(evidence)[name] for name in names]
    try:
        found = surrogate_study(evidence.unit.to_numpy(), y, names, groups, luck, seed)
    except InputError as error:
        return None, f"withheld: {error}"
    if not found.trusted:
        return None, f"withheld: {found.reason}"
    # Shares of the mean response; times what is not luck they compare with the direct indices.
    shares = found.group_indices().set_index("group")[["ST", "Shapley"]] * (1 - luck)
    return shares, f"trusted: {found.reason}"


def opinions(evidence: Evidence, y: Floats, frame: pd.DataFrame, seed: int) -> str:
    """Say how two other methods rank single factors, and where groups (factor, ST) agree."""
    unit, problem = evidence.samples.unit[evidence.whole], Problem(evidence.samples.space.names)
    try:
        methods = {"S1": rbd_fast(problem, unit, y, seed), "delta": delta(problem, unit, y, seed)}
    except InputError as error:
        return f"no second opinion ({error})"
    ranked = [leading(found, key, TOP)["factor"].tolist() for key, found in methods.items()]
    if not all(np.isfinite(found[key]).any() for key, found in methods.items()):
        return "no second opinion (constant output)."
    top, groups = set(leading(frame, "ST", TOP)["factor"]), _groups(evidence)
    inside = [sum(groups[name] in top for name in names) for names in ranked]
    return (
        f"of the {TOP} largest single factors, RBD-FAST ({', '.join(ranked[0])}) and delta ({', '.join(ranked[1])}) "
        f"share {len(set(ranked[0]) & set(ranked[1]))}; {inside[0]} and {inside[1]} of them lie in the {TOP} largest "
        f"groups. With {len(y)} samples for {problem.size} factors both are rough."
    )


def _groups(evidence: Evidence) -> dict[str, str]:
    return {factor.name: factor.group for factor in evidence.samples.space.factors}


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
    low, high = (change(*curve[["mean", "low", "high"]].iloc[k]) for k in (0, -1))
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
