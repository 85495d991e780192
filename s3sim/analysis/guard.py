"""What stands between SALib and everybody else: outputs are checked, nothing global changes.

SALib 1.6.0 returns zeros, without a warning, when one output is not finite: a failed run would
read as 'nothing matters'. It replaces the warning filters and the warning format, seeds NumPy's
global generator, and takes a seed of 0 for none. All calls of SALib in this package go through
`undisturbed` with outputs from `checked` and seeds from `number`.
"""

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

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

CONSTANT = "constant output"

_TECHNICAL = (DeprecationWarning, PendingDeprecationWarning, FutureWarning, ImportWarning)


class SensitivityError(InputError):
    """An output that no sensitivity index may be computed from.

    Attributes
    ----------
    n_bad : int
        Values that are not finite; 0 when the shape is wrong.
    rows : tuple of int
        The first of them, at most 20, counted from 0.
    """

    def __init__(
        self, problems: str | Iterable[str], n_bad: int = 0, rows: Iterable[int] = ()
    ) -> None:
        super().__init__(problems)
        self.n_bad = n_bad
        self.rows = tuple(rows)

    def __reduce__(self) -> tuple[type, tuple[list[str], int, tuple[int, ...]]]:
        return type(self), (self.problems, self.n_bad, self.rows)


def checked(y: ArrayLike, rows: int) -> Floats:
    """Return one output as a float array [rows], a copy.

    Parameters
    ----------
    y : array-like [rows]
        One value for each row of the design, in the order of the design.
    rows : int
        Rows of the design.

    Raises
    ------
    SensitivityError
        For several outputs, another length, values that are no numbers, and any nan or infinity.
    """
    try:
        values = np.array(y, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise SensitivityError(f"the output holds something that is no number: {error}.") from error
    if values.ndim != 1:
        raise SensitivityError(
            f"the output has shape {values.shape}; analyse one output at a time, shape ({rows},)."
        )
    if len(values) != rows:
        raise SensitivityError(
            f"the output has {len(values)} values for a design of {rows} rows; "
            "give one value for each row, in the order of the design."
        )
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        first = [int(row) for row in bad[:SHOWN]]
        more = ", ..." if len(bad) > SHOWN else ""
        raise SensitivityError(
            f"{len(bad)} of {rows} outputs are nan or infinite, rows {', '.join(map(str, first))}"
            f"{more}; a row cannot be left out, so repair these runs first.",
            len(bad),
            first,
        )
    return values


def is_constant(y: Floats) -> bool:
    """Return whether values differ by no more than rounding.

    >>> is_constant(np.array([0.1 + 0.2, 0.3])), is_constant(np.array([0.0, 1e-9]))
    (True, False)
    """
    return bool(np.ptp(y) <= ROUNDING * np.abs(y).max())


def number(seed: int, purpose: str) -> int:
    """Return a seed for SALib in 1 ... 2**31 - 1, never 0, which SALib takes for no seed."""
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError(f"seed = {seed!r} is not allowed; give a whole number of 0 or more.")
    return int(generator(int(seed), f"sensitivity: {purpose}").integers(1, 2**31))


@contextmanager
def undisturbed() -> Iterator[list[str]]:
    """Run SALib without a trace: global generator, warning filters and format are put back.

    Yields
    ------
    list of str
        What SALib warned of, each once; filled when the block ends. Notices to programmers
        (deprecations) are left out.

    Notes
    -----
    The state of warnings belongs to the process before Python 3.14: not for use in threads.
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


def table(problem: Problem, grouped: bool, columns: dict[str, Floats], note: str) -> pd.DataFrame:
    """Return a result table: factor, group, the columns and a note, one row for each label.

    Names are plain `str`, whatever SALib made of them.
    """
    labels = problem.labels(grouped)
    return pd.DataFrame(
        {
            "factor": list(labels),
            "group": [problem.group_of(label, grouped) for label in labels],
            **columns,
            "note": [note] * len(labels),
        }
    )


def constant(problem: Problem, grouped: bool, columns: Iterable[str]) -> pd.DataFrame:
    """Return the table of a constant output: nan everywhere, because no index is defined."""
    nan = np.full(len(problem.labels(grouped)), np.nan)
    return table(problem, grouped, {name: nan.copy() for name in columns}, CONSTANT)


def missing_extra(error: ImportError) -> InputError:
    """Return what to say when an optional library is missing."""
    return InputError(f'{error}; install the extra it belongs to: pip install "s3sim[analysis]".')
