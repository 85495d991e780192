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
)  # fmt: skip
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
    if is_constant(values):
        return constant(problem, False, ("S1", "S1_low", "S1_high"))
    with undisturbed() as notes:
        from SALib.analyze import rbd_fast as method

        found = method.analyze(
            problem.salib(), points, values, num_resamples=RESAMPLES, seed=number(seed, "rbd-fast")
        )
    return _frame(problem, points, "S1", found, "S1", notes, [""] * problem.size)


def delta(
    problem: Problem, unit: ArrayLike, y: ArrayLike, seed: int = 0, resamples: int = DELTA_RESAMPLES
) -> pd.DataFrame:
    """Return the delta measure: how much fixing a factor shifts the whole distribution.

    Borgonovo 2007 (RESS 92:771), estimated as by Plischke et al. 2013 (EJOR 226:536). Parameters
    and errors as for `rbd_fast`; `resamples`, 2 or more, also remove bias. An output with too few
    different values to estimate a density is a SensitivityError too.

    Returns
    -------
    DataFrame
        factor, group, delta, delta_low, delta_high (95 %), note. The value is SALib's `delta_raw`,
        which is `delta` before SALib 1.6.

    Notes
    -----
    An inert factor does not score 0 but about 0.1 with 500 rows; compare with a dummy. For the
    order of factors, not for their size.
    """
    points, values = _checked(problem, unit, y, "delta")
    if is_constant(values):
        return constant(problem, False, ("delta", "delta_low", "delta_high"))
    with undisturbed() as notes:
        from SALib.analyze import delta as method

        try:
            found = method.analyze(
                problem.salib(), points, values, num_resamples=resamples, method="delta",
                seed=number(seed, "delta"),
            )  # fmt: skip
        except (ValueError, np.linalg.LinAlgError) as error:
            raise SensitivityError(
                f"delta cannot be estimated for this output: {str(error).strip()}; it needs many "
                "different values."
            ) from error
    key = "delta_raw" if "delta_raw" in found else "delta"
    own = [
        _STEP_NOTE.sub("", str(text)).strip() for text in found.get("notes", [""] * problem.size)
    ]
    # Variants of the measure that are not reported have warnings of their own.
    notes = [text for text in notes if "[balanced]" not in text and "[step]" not in text]
    return _frame(problem, points, "delta", found, key, notes, own)


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


def _frame(
    problem: Problem, points: Floats, name: str, found: Mapping[str, Any], key: str,
    warned: list[str], own: list[str],
) -> pd.DataFrame:  # fmt: skip
    """Return the table; notes tell of repeated values, SALib's own notes and its warnings."""
    value = np.array(found[key], dtype=np.float64) + 0.0
    half = np.array(found[f"{key}_conf"], dtype=np.float64)
    columns = {name: value, f"{name}_low": value - half, f"{name}_high": value + half}
    notes = []
    for k, factor in enumerate(problem.names):
        different = len(np.unique(points[:, k]))
        tied = f"{different} different values in {len(points)} rows: the order of ties decides"
        mine = [text for text in warned if "[" not in text or f"[{factor}]" in text]
        texts = (tied if different < len(points) else "", own[k], *mine)
        notes.append("; ".join(text for text in texts if text))
    return table(problem, False, columns, "").assign(note=notes)
