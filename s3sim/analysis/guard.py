"""What stands between libraries and everybody else: data are checked, nothing global changes.

SALib 1.6.0 returns zeros, without a warning, when one output is not finite: a failed run would
read as 'nothing matters'. It replaces the warning filters and the warning format, seeds NumPy's
global generator, and takes a seed of 0 for none. All calls of SALib in this package go through
`undisturbed` with outputs from `checked` and seeds from `number`.
"""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from s3sim.analysis.problem import Problem
from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError
from s3sim.core.streams import generator, global_generator_kept

SHOWN = 20
"""Rows that an error names at the most."""

ROUNDING = 1e-12
"""Spread below which an output is constant, as a share of its largest absolute value."""

_TECHNICAL = (DeprecationWarning, PendingDeprecationWarning, FutureWarning, ImportWarning)


class SensitivityError(InputError):
    """An output that no sensitivity index may be computed from.

    `n_bad` counts the values that are not finite (0 when the shape is wrong); `rows` holds the
    first of them, at most 20, counted from 0.
    """

    def __init__(
        self, problems: str | Iterable[str], n_bad: int = 0, rows: Iterable[int] = ()
    ) -> None:
        super().__init__(problems)
        self.n_bad, self.rows = n_bad, tuple(rows)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems, self.n_bad, self.rows)


def checked(y: ArrayLike, rows: int) -> Floats:
    """Return one output, one value for each row of a design, as a float array [rows], a copy.

    SensitivityError for several outputs, another length, values that are no numbers, and any nan
    or infinity.
    """
    try:
        values = np.array(y, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise SensitivityError(f"the output holds something that is no number: {error}.") from error
    if values.shape != (rows,):
        raise SensitivityError(
            f"the output has shape {values.shape} for a design of {rows} rows; give one value for "
            "each row, in the order of the design, one output at a time."
        )
    if bad := np.flatnonzero(~np.isfinite(values)).tolist():
        first = f"{', '.join(map(str, bad[:SHOWN]))}{', ...' if len(bad) > SHOWN else ''}"
        raise SensitivityError(
            f"{len(bad)} of {rows} outputs are nan or infinite, rows {first}; a row cannot be left "
            "out, so repair these runs first.",
            len(bad),
            bad[:SHOWN],
        )
    return values


def checked_points(unit: ArrayLike, factors: int) -> Floats:
    """Return a design [rows, factors] of points in the unit cube; InputError if it is none."""
    points = np.array(unit, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != factors:
        raise InputError(
            f"the design has shape {points.shape}; allowed is (rows, {factors}), a column for each "
            "factor."
        )
    inside = (points >= 0) & (points <= 1)
    if not inside.all():
        raise InputError(f"{int((~inside).sum())} values of the design are outside 0 to 1.")
    return points


def checked_table(values: ArrayLike, names: Sequence[str], row: str = "world") -> Floats:
    """Return a finite table [rows, names] of two rows or more; InputError if it is none."""
    table = np.asarray(values, np.float64)
    if table.ndim != 2 or table.shape[1] != len(names) or not len(names):
        raise InputError(
            f"the values have shape {table.shape} for {len(names)} names; give one column for each "
            f"name, one row for each {row}."
        )
    if len(table) < 2:
        raise InputError(f"{len(table)} {row} given; at least two are needed.")
    bad = np.flatnonzero(~np.isfinite(table).all(axis=1))
    if len(bad):
        raise InputError(
            f"{len(bad)} of {len(table)} {row}s hold a number that is not finite (the first: "
            f"{bad[:5].tolist()}); leave them out of all columns."
        )
    return table


def is_constant(y: Floats) -> bool:
    """Return whether values differ by no more than rounding.

    >>> is_constant(np.array([0.1 + 0.2, 0.3])), is_constant(np.array([0.0, 1e-9]))
    (True, False)
    """
    return bool(np.ptp(y) <= ROUNDING * np.abs(y).max())


def whole(value: object, least: int) -> bool:
    """Return whether a value is a whole number, no flag, of `least` or more."""
    number = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return number and value >= least  # type: ignore[operator]


def number(seed: int, purpose: str) -> int:
    """Return a seed for SALib in 1 ... 2**31 - 1, never 0, which SALib takes for no seed."""
    if not whole(seed, 0):
        raise InputError(f"seed = {seed!r} is not allowed; give a whole number of 0 or more.")
    return int(generator(int(seed), f"sensitivity: {purpose}").integers(1, 2**31))


@contextmanager
def undisturbed() -> Iterator[list[str]]:
    """Run a library without a trace: global generator, warning filters and format are put back.

    Yields a list that holds, when the block ends, what the library warned of, each once; notices
    to programmers (deprecations) are left out. The state of warnings belongs to the process before
    Python 3.14: not for use in threads.
    """
    notes: list[str] = []
    with global_generator_kept(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        wording = warnings.formatwarning
        try:
            yield notes
        finally:
            warnings.formatwarning = wording
            told = [str(w.message) for w in caught if not issubclass(w.category, _TECHNICAL)]
            notes.extend(dict.fromkeys(told))


@contextmanager
def analysis_extra() -> Iterator[None]:
    """Import optional libraries: say which extra a missing one belongs to."""
    try:
        yield
    except ImportError as error:
        raise InputError(
            f'{error}; install it with: pip install ".[analysis]" in a clone of s3sim.'
        ) from None


def table(
    problem: Problem, grouped: bool, columns: dict[str, Any], note: str | list[str]
) -> pd.DataFrame:
    """Return a result table: factor, group, the columns and a note, one row for each label.

    Names are plain `str`, whatever SALib made of them.
    """
    labels = list(problem.labels(grouped))
    group = [problem.group_of(label, grouped) for label in labels]
    return pd.DataFrame({"factor": labels, "group": group, **columns}).assign(note=note)


def constant(problem: Problem, grouped: bool, columns: Iterable[str]) -> pd.DataFrame:
    """Return the table of a constant output: nan everywhere, because no index is defined."""
    return table(problem, grouped, dict.fromkeys(columns, float("nan")), "constant output")
