"""Second opinions on a ranking from any plain design: RBD-FAST and the delta measure.

Neither needs runs of its own. Both treat every factor alone; groups are unknown to them.
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from s3sim.analysis.guard import (
    SensitivityError,
    checked,
    constant,
    is_constant,
    number,
    table,
    undisturbed,
)
from s3sim.analysis.problem import Problem
from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError

RESAMPLES = 100
DELTA_RESAMPLES = 20
"""Fewer than SALib's 100, because each estimates about a hundred densities a factor."""

FEWEST = 100
"""Rows below which neither method says anything (assumed)."""

_STEP_NOTE = re.compile(r"Step: too few samples\.[^;]*;?")


def rbd_fast(problem: Problem, unit: ArrayLike, y: ArrayLike, seed: int = 0) -> pd.DataFrame:
    """Return first-order indices by random balance designs (Tarantola et al. 2006, RESS 91:717).

    Parameters
    ----------
    problem : Problem
        Without groups.
    unit : array-like [n, factors]
        Any plain random or low-discrepancy design, n of 100 or more.
    y : array-like [n]
    seed : int
        Of SALib's bootstrap.

    Returns
    -------
    DataFrame
        factor, group, S1, S1_low, S1_high (95 %, SALib's bootstrap of half the rows, so wide),
        note. A factor with repeated values has a note: the order of ties decides its value.

    Raises
    ------
    SensitivityError
        For values that are not finite, and for another number of rows.
    InputError
        For groups, which SALib would ignore without a word, and for too few rows.
    """
    points, values = _checked(problem, unit, y, "RBD-FAST")
    columns = ("S1", "S1_low", "S1_high")
    if is_constant(values):
        return constant(problem, False, columns)
    with undisturbed() as notes:
        from SALib.analyze import rbd_fast as method

        found = method.analyze(
            problem.salib(),
            points,
            values,
            num_resamples=RESAMPLES,
            seed=number(seed, "rbd-fast"),
        )
    frame = _with_interval(problem, columns, found, "S1", "S1_conf")
    frame["note"] = _notes(problem, points, notes)
    return frame


def delta(
    problem: Problem, unit: ArrayLike, y: ArrayLike, seed: int = 0, resamples: int = DELTA_RESAMPLES
) -> pd.DataFrame:
    """Return the delta measure: how much fixing a factor shifts the whole distribution.

    Borgonovo 2007 (RESS 92:771), estimated as by Plischke et al. 2013 (EJOR 226:536).

    Parameters
    ----------
    problem : Problem
        Without groups.
    unit : array-like [n, factors]
        Any plain random or low-discrepancy design, n of 100 or more.
    y : array-like [n]
    seed, resamples : int
        Of SALib's bootstrap, which also removes bias; `resamples` is 2 or more.

    Returns
    -------
    DataFrame
        factor, group, delta, delta_low, delta_high (95 %), note. The value is SALib's `delta_raw`,
        which is `delta` before SALib 1.6.

    Raises
    ------
    SensitivityError
        For values that are not finite, for another number of rows, and for an output with too few
        different values to estimate a density.
    InputError
        For groups, which SALib would ignore without a word, and for too few rows.

    Notes
    -----
    An inert factor does not score 0 but about 0.1 with 500 rows; compare with a dummy. For the
    order of factors, not for their size.
    """
    points, values = _checked(problem, unit, y, "delta")
    columns = ("delta", "delta_low", "delta_high")
    if is_constant(values):
        return constant(problem, False, columns)
    with undisturbed() as notes:
        from SALib.analyze import delta as method

        try:
            found = method.analyze(
                problem.salib(),
                points,
                values,
                num_resamples=resamples,
                method="delta",
                seed=number(seed, "delta"),
            )
        except (ValueError, np.linalg.LinAlgError) as error:
            raise SensitivityError(
                f"delta cannot be estimated for this output: {str(error).strip()}; it needs many "
                "different values."
            ) from error
    key = "delta_raw" if "delta_raw" in found else "delta"
    frame = _with_interval(problem, columns, found, key, f"{key}_conf")
    own = [_STEP_NOTE.sub("", str(one)).strip() for one in found.get("notes", [])]
    # Variants of the measure that are not reported have warnings of their own.
    notes = [text for text in notes if "[balanced]" not in text and "[step]" not in text]
    frame["note"] = _notes(problem, points, notes, own)
    return frame


def _checked(problem: Problem, unit: ArrayLike, y: ArrayLike, method: str) -> tuple[Floats, Floats]:
    if problem.groups is not None:
        raise InputError(
            f"{method} knows no groups; give a problem without groups, or use Sobol' indices."
        )
    points = np.array(unit, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != problem.size:
        raise InputError(
            f"the design has shape {points.shape}; allowed is (rows, {problem.size}), a column for "
            "each factor."
        )
    inside = np.isfinite(points) & (points >= 0) & (points <= 1)
    if not inside.all():
        raise InputError(f"{int((~inside).sum())} values of the design are outside 0 to 1.")
    values = checked(y, len(points))
    if len(points) < FEWEST:
        raise InputError(f"{len(points)} rows are too few for {method}; give {FEWEST} or more.")
    return points, values


def _with_interval(
    problem: Problem, columns: tuple[str, str, str], found: Mapping[str, Any], key: str, conf: str
) -> pd.DataFrame:
    value = np.array(found[key], dtype=np.float64) + 0.0
    half = np.array(found[conf], dtype=np.float64)
    three = (value, value - half, value + half)
    return table(problem, False, dict(zip(columns, three, strict=True)), "")


def _notes(
    problem: Problem, points: Floats, common: list[str], own: list[str] | None = None
) -> list[str]:
    """Return a note for each factor: repeated values, what SALib says of it, what it warned of."""
    own = own or [""] * problem.size
    notes = []
    for k, name in enumerate(problem.names):
        different = len(np.unique(points[:, k]))
        tied = (
            f"{different} different values in {len(points)} rows: the order of ties decides"
            if different < len(points)
            else ""
        )
        warned = [text for text in common if "[" not in text or f"[{name}]" in text]
        notes.append("; ".join(text for text in (tied, own[k], *warned) if text))
    return notes
