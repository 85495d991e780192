"""What drives an outcome and what drives the difference: what sensitivity studies share."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from s3sim.analysis.moment_independent import FEWEST, delta, rbd_fast
from s3sim.analysis.morris import MorrisDesign
from s3sim.analysis.problem import Problem
from s3sim.analysis.sobol import SobolDesign
from s3sim.analysis.surrogate import surrogate_study
from s3sim.core.arrays import Bools, Floats
from s3sim.core.errors import InputError
from s3sim.ensemble.experiments.evidence import Evidence
from s3sim.ensemble.experiments.result import Check
from s3sim.ensemble.factors import DUMMY

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
