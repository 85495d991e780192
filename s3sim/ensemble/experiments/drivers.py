"""What drives an outcome and what drives the difference: what sensitivity studies share."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

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
from s3sim.ensemble.factors import Space

FEWEST_PARTS = 2
TOP = 5
"""Factors or groups that are named."""


def problem_of(space: Space) -> Problem:
    """Return the factors of a space, with their groups, as a sensitivity analysis knows them."""
    return Problem(space.names, space.groups)


def every_row(evidence: Evidence, outcome: str) -> Floats:
    """Return an outcome, [rows of the design, policies]; nan where a run of the row failed."""
    table = np.full((len(evidence.whole), len(evidence.samples.policies)), np.nan)
    table[evidence.whole] = evidence.level(outcome)
    return table


def in_percent(levels: Floats) -> Floats:
    """Return levels [rows, policies] as a percentage of the size of the baseline's mean.

    Levels of a baseline whose mean is zero stay as they are.
    """
    size = abs(float(np.nanmean(levels[:, 0])))
    scaled: Floats = 100 * levels / size if size else levels
    return scaled


def whole_trajectories(design: MorrisDesign, ok: Bools) -> tuple[MorrisDesign, Bools]:
    """Return a design without the trajectories in which a run failed, and which rows are left.

    Parameters
    ----------
    design : MorrisDesign
    ok : array of bool [rows]
        Which rows ran.

    Raises
    ------
    InputError
        If fewer than two trajectories are left.
    """
    rows = _whole(design.trajectory, ok, "trajectories")
    left = int(np.unique(design.trajectory[rows]).size)
    return replace(
        design, unit=design.unit[rows], trajectory=design.trajectory[rows], trajectories=left
    ), rows


def whole_scrambles(design: SobolDesign, ok: Bools) -> tuple[SobolDesign, Bools]:
    """Return a design without the scrambles in which a run failed, and which rows are left.

    Raises
    ------
    InputError
        If fewer than two scrambles are left.
    """
    rows = _whole(design.scramble, ok, "scrambles")
    left = int(np.unique(design.scramble[rows]).size)
    each = design.n // design.scrambles
    return replace(
        design, unit=design.unit[rows], scramble=design.scramble[rows], scrambles=left, n=left * each
    ), rows  # fmt: skip


def _whole(part: Any, ok: Bools, name: str) -> Bools:
    failed = np.unique(part[~ok])
    left = np.unique(part).size - failed.size
    if left < FEWEST_PARTS:
        raise InputError(
            f"a run failed in all but {left} of the {name}; see the messages of the failed runs."
        )
    rows: Bools = ~np.isin(part, failed)
    return rows


def leading(frame: pd.DataFrame, key: str, n: int, leave: Iterable[str] = ()) -> pd.DataFrame:
    """Return the n rows with the largest value of a column, without some factors."""
    rest = frame[~frame["factor"].isin(list(leave))]
    return rest.sort_values(key, ascending=False, kind="stable").head(n)


def surrogate(
    samples: Evidence, y: Floats, luck: float, seed: int
) -> tuple[pd.DataFrame | None, str]:
    """Return group indices of the surrogate of an output over drawn samples, or None, and why.

    Parameters
    ----------
    samples : Evidence
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
    try:
        found = surrogate_study(
            samples.unit, y, list(samples.names), list(samples.groups), max(luck, 0.0), seed
        )
    except InputError as error:
        return None, f"withheld: {error}"
    if not found.trusted:
        return None, f"withheld: {found.reason}"
    # Shares of the mean response; times what is not luck they compare with the direct indices.
    shares = found.group_indices().set_index("group")[["ST", "Shapley"]] * (1 - max(luck, 0.0))
    return shares, f"trusted: {found.reason}"


def opinions(samples: Evidence, y: Floats, frame: pd.DataFrame, seed: int) -> str:
    """Say how two other methods rank single factors over drawn samples, and where groups agree.

    Parameters
    ----------
    samples : Evidence
    y : array [samples]
    frame : DataFrame
        factor and ST of the groups.
    seed : int
    """
    factors, unit = samples.samples.space.factors, samples.samples.unit[samples.whole]
    problem = Problem(samples.samples.space.names)
    try:
        ranked = [leading(found, key, TOP)["factor"].tolist() for key, found in (
            ("S1", rbd_fast(problem, unit, y, seed)), ("delta", delta(problem, unit, y, seed)))
            if np.isfinite(found[key]).any()]  # fmt: skip
    except InputError as error:
        return f"no second opinion ({error})"
    if len(ranked) < 2:
        return "no second opinion (constant output)."
    groups = {one.name: one.group for one in factors}
    top = set(leading(frame, "ST", TOP)["factor"])
    return (
        f"of the {TOP} largest single factors, RBD-FAST ({', '.join(ranked[0])}) and delta ({', '.join(ranked[1])}) "
        f"share {len(set(ranked[0]) & set(ranked[1]))}; {sum(groups[one] in top for one in ranked[0])} and "
        f"{sum(groups[one] in top for one in ranked[1])} of them lie in the {TOP} largest groups. With {len(y)} "
        f"samples for {problem.size} factors both are rough."
    )  # fmt: skip
