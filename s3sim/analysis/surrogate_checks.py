"""What a surrogate can be fitted to; everything else is refused with a reason."""

from collections.abc import Sequence

import numpy as np

from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError

LEAST_RUNS = 20
_NAMED_ROWS = 20
_UNEVEN, _UNEVEN_IN_ROWS = 0.2, 2.5
"""Distances from uniform that are refused; chance alone reaches 2.5 / sqrt(rows) once in 130,000
(Kolmogorov's limit, 2 exp(-2 x 2.5^2))."""

_CONSTANT = 1e-12
"""Spread, relative to the size of an output, that rounding alone can make."""


def checked(
    unit: Floats, y: Floats, names: Sequence[str], *, max_degree: int = 1
) -> tuple[Floats, Floats, tuple[str, ...]]:
    """Return design, output and names as arrays of floats and a tuple.

    Raises
    ------
    InputError
        With every mistake: shapes, names, values outside [0, 1], non-finite outputs.
    """
    unit, y, names = np.asarray(unit, np.float64), np.asarray(y, np.float64), tuple(names)
    if unit.ndim != 2 or y.ndim != 1 or len(unit) != len(y) or unit.shape[1] != len(names):
        raise InputError(
            f"unit has shape {unit.shape}, y {y.shape} and there are {len(names)} names; "
            "allowed: unit [n, D], y [n] and D names."
        )
    problems = []
    if len(set(names)) < len(names):
        problems.append("two factors share a name; give each a name of its own.")
    if not names:
        problems.append("there is no factor; give at least one column of unit.")
    if len(y) < LEAST_RUNS:
        problems.append(f"{len(y)} runs are too few for a surrogate; give at least {LEAST_RUNS}.")
    whole = isinstance(max_degree, int) and not isinstance(max_degree, bool)
    if not whole or max_degree < 1:
        problems.append(f"max_degree = {max_degree!r} is out of range; allowed: 1 or more.")
    outside = np.flatnonzero(~((unit >= 0.0) & (unit <= 1.0)).all(axis=1))
    if outside.size:
        problems.append(
            f"unit leaves [0, 1] or is not finite in {outside.size} of {len(unit)} rows: "
            f"{_rows(outside)}; scale the factors to the unit cube."
        )
    elif len(y) and names:
        problems += _uneven(unit, names)
    lost = np.flatnonzero(~np.isfinite(y))
    if lost.size:
        problems.append(
            f"the output is not finite in {lost.size} of {len(y)} rows: {_rows(lost)}; "
            "repair these runs or leave the rows out of unit and y."
        )
    if problems:
        raise InputError(problems)
    return unit, y, names


def problem_with_constant(y: Floats) -> InputError | None:
    """Return the complaint about an output that does not vary, else None."""
    size = float(np.abs(y).max())
    if float(np.ptp(y)) > _CONSTANT * size:
        return None
    return InputError(
        f"the output is constant at {float(y[0]):g} in all {len(y)} runs; no factor moves it, "
        "so there is no variance to attribute."
    )


def checked_groups(names: Sequence[str], groups: Sequence[str] | None) -> tuple[str, ...] | None:
    """Return groups as a tuple, or None.

    Raises
    ------
    InputError
        When there is not exactly one group a factor.
    """
    if groups is None:
        return None
    if isinstance(groups, str) or len(groups) != len(names):
        raise InputError(
            f"groups has {len(groups)} entries for {len(names)} factors; give one group a factor."
        )
    return tuple(groups)


def _uneven(unit: Floats, names: tuple[str, ...]) -> list[str]:
    """Complain about factors that are far from uniform, by the Kolmogorov-Smirnov distance.

    The polynomials are orthonormal, and the indices right, for uniform factors only.
    """
    n = len(unit)
    ordered = np.sort(unit, axis=0)
    step = np.arange(n)[:, None] / n
    distance = np.maximum(ordered - step, step + 1 / n - ordered).max(axis=0)
    uneven = np.flatnonzero(distance > max(_UNEVEN, _UNEVEN_IN_ROWS / np.sqrt(n)))
    return [
        f"factor '{names[j]}' is not spread evenly over [0, 1]: it lies in "
        f"{ordered[0, j]:g} to {ordered[-1, j]:g} with mean {unit[:, j].mean():.2f}; leave it out if it is "
        "fixed, or give the uniform numbers that its values or levels were made from."
        for j in uneven[:_NAMED_ROWS]
    ]


def _rows(rows: np.ndarray) -> str:
    shown = ", ".join(str(int(row)) for row in rows[:_NAMED_ROWS])
    return shown + (", ..." if len(rows) > _NAMED_ROWS else "")
