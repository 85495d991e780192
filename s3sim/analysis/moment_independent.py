"""Second opinions on a ranking from any plain design: RBD-FAST and the delta measure.

Neither needs runs of its own. Both treat every factor alone; groups are unknown to them.
"""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from s3sim.analysis.guard import (
    SensitivityError,
    checked,
    checked_points,
    constant,
    is_constant,
    number,
    table,
    undisturbed,
)
from s3sim.analysis.problem import Problem
from s3sim.core.errors import InputError

RESAMPLES = 100
DELTA_RESAMPLES = 20
"""Fewer than SALib's 100, because each estimates about a hundred densities a factor."""

FEWEST = 100
"""Rows below which neither method says anything (assumed)."""


def rbd_fast(problem: Problem, unit: ArrayLike, y: ArrayLike, seed: int = 0) -> pd.DataFrame:
    """Return first-order indices by random balance designs (Tarantola et al. 2006, RESS 91:717).

    SensitivityError for values that are not finite and another number of rows; InputError for
    groups, which SALib would ignore without a word, and for too few rows.

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
    """

    def analyse(*data: Any) -> Any:
        from SALib.analyze import rbd_fast as method

        return method.analyze(*data, num_resamples=RESAMPLES, seed=number(seed, "rbd-fast"))

    return _opinion("RBD-FAST", "S1", problem, unit, y, analyse)


def delta(
    problem: Problem, unit: ArrayLike, y: ArrayLike, seed: int = 0, resamples: int = DELTA_RESAMPLES
) -> pd.DataFrame:
    """Return the delta measure: how much fixing a factor shifts the whole distribution.

    Borgonovo 2007 (RESS 92:771), estimated as by Plischke et al. 2013 (EJOR 226:536). Parameters
    and errors as for `rbd_fast`; `resamples`, 2 or more, also remove bias. An output with too few
    different values to estimate a density is a SensitivityError too.

    An inert factor does not score 0 but about 0.1 with 500 rows; compare with a dummy. For the
    order of factors, not for their size.

    Returns
    -------
    DataFrame
        factor, group, delta, delta_low, delta_high (95 %), note. The value is SALib's `delta_raw`,
        which is `delta` before SALib 1.6.
    """

    def analyse(*data: Any) -> Any:
        from SALib.analyze import delta as method

        options = {"num_resamples": resamples, "method": "delta", "seed": number(seed, "delta")}
        try:
            return method.analyze(*data, **options)
        except (ValueError, np.linalg.LinAlgError) as error:
            raise SensitivityError(
                f"delta cannot be estimated for this output: {str(error).strip()}; it needs many "
                "different values."
            ) from error

    return _opinion("delta", "delta", problem, unit, y, analyse)


def _opinion(
    method: str, name: str, problem: Problem, unit: ArrayLike, y: ArrayLike, analyse: Callable[..., Any]
) -> pd.DataFrame:  # fmt: skip
    """Check, analyse and return the table; notes tell of repeated values and SALib's warnings."""
    if problem.groups is not None:
        raise InputError(
            f"{method} knows no groups; give a problem without groups, or use Sobol' indices."
        )
    points = checked_points(unit, problem.size)
    values, rows = checked(y, len(points)), len(points)
    if rows < FEWEST:
        raise InputError(f"{rows} rows are too few for {method}; give {FEWEST} or more.")
    columns = (name, f"{name}_low", f"{name}_high")
    if is_constant(values):
        return constant(problem, False, columns)
    with undisturbed() as warned:
        found = analyse(problem.salib(), points, values)
    key = f"{name}_raw" if f"{name}_raw" in found else name
    value, half = np.array(found[key], np.float64) + 0.0, np.array(found[f"{key}_conf"], np.float64)
    notes = []
    for k, factor in enumerate(problem.names):
        # Variants of the measure that are not reported have warnings of their own.
        mine = [text for text in warned if not re.search(r"\[(balanced|step)\]", text)]
        mine = [text for text in mine if "[" not in text or f"[{factor}]" in text]
        if (different := len(np.unique(points[:, k]))) < rows:
            tied = f"{different} different values in {rows} rows: the order of ties decides"
            mine = [tied, *mine]
        notes.append("; ".join(mine))
    limits = dict(zip(columns, (value, value - half, value + half), strict=True))
    return table(problem, False, limits, notes)
