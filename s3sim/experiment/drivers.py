"""What drives an outcome and what drives the difference: what sensitivity studies share."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from s3sim.arrays import Bools, Floats
from s3sim.errors import InputError
from s3sim.experiment.evidence import Evidence
from s3sim.explore.factors import Space
from s3sim.explore.sensitivity.problem import Problem
from s3sim.explore.sensitivity.sobol import SobolDesign
from s3sim.explore.sensitivity.trajectories import MorrisDesign

FEWEST_PARTS = 2


def problem_of(space: Space) -> Problem:
    """Return the factors of a space, with their groups, as a sensitivity analysis knows them."""
    return Problem(space.names, space.groups)


def every_row(evidence: Evidence, outcome: str) -> Floats:
    """Return an outcome, [rows of the design, policies]; nan where a run of the row failed."""
    table = np.full((len(evidence.whole), len(evidence.worlds.policies)), np.nan)
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
