"""Sparse polynomial chaos: a short sum of orthonormal polynomials fitted to runs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from s3sim.analysis.surrogate_basis import evaluate, multi_indices
from s3sim.analysis.surrogate_checks import checked, problem_with_constant
from s3sim.analysis.surrogate_forward_selection import forward, held_out_errors, shortest_good
from s3sim.analysis.surrogate_ranking import strongest
from s3sim.core.arrays import Floats, Ints

MAX_DEGREE = 12

SETTINGS = ((2, 1.0, 2), (4, 1.0, 2), (7, 0.8, 3), (12, 0.75, 2))
"""Degree, q-norm and interaction order of the candidate sets tried; chosen by measurement on the
Ishigami, Sobol' G and tipping-point functions."""

MOST_INTERACTING = 12
"""Factors that may interact; with more factors they are ranked first."""

_PATIENCE = 2
"""Larger candidate sets in a row that predict worse before the search stops."""


@dataclass(frozen=True)
class PolynomialChaos:
    """A polynomial in factors that are independent and uniform on [0, 1].

    Parameters
    ----------
    names : tuple of str
        The D factors.
    terms : int array [terms, D]
        Degrees; the first row is the constant.
    coefficients : array [terms]
        In units of the output.
    setting : tuple
        Degree, q-norm and interaction order of the candidates.
    interacting : int array
        Factors that were allowed to interact.
    """

    names: tuple[str, ...]
    terms: Ints
    coefficients: Floats
    setting: tuple[int, float, int]
    interacting: Ints

    def predict(self, unit: Floats) -> Floats:
        """Return the output at points `unit` [n, D] of the unit cube, shape [n]."""
        result: Floats = evaluate(np.asarray(unit, np.float64), self.terms) @ self.coefficients
        return result

    @property
    def mean(self) -> float:
        """Mean of the polynomial over the unit cube."""
        return float(self.coefficients[0])

    @property
    def variance(self) -> float:
        """Variance of the polynomial over the unit cube: the sum of squared coefficients."""
        return float((self.coefficients[1:] ** 2).sum())

    def candidates(self) -> Ints:
        """Return the degrees of the terms it was chosen from, shape [candidates, D]."""
        return multi_indices(len(self.names), *self.setting, self.interacting)


def fit(
    unit: Floats, y: Floats, names: Sequence[str], seed: int = 0, max_degree: int = MAX_DEGREE
) -> PolynomialChaos:
    """Return a sparse polynomial chaos of one output.

    Parameters
    ----------
    unit : array [n, D]
        Factors in [0, 1]; at least 20 runs.
    y : array [n]
        Output, finite and not constant.
    names : sequence of str
        Of the D factors.
    seed : int
        Decides the folds.
    max_degree : int
        Highest degree of a factor, at least 1.

    Raises
    ------
    InputError
        For misshaped, non-finite or constant input.

    Notes
    -----
    Candidate sets of growing degree, hyperbolically truncated (Blatman and Sudret 2011); terms
    by orthogonal least squares; the set and the number of terms by ten-fold cross-validation
    with the selection inside the folds. With more than 12 factors, products are formed
    of those with the strongest effects on the output or on its spread.
    """
    unit, y, names = checked(unit, y, names, max_degree=max_degree)
    if problem := problem_with_constant(y):
        raise problem
    return fit_checked(unit, y, names, seed, max_degree)


def fit_checked(
    unit: Floats, y: Floats, names: tuple[str, ...], seed: int, max_degree: int
) -> PolynomialChaos:
    """Return the fit of input that `checks.checked` has passed."""
    interacting = strongest(unit, y, MOST_INTERACTING)
    best: tuple[float, int, tuple[int, float, int]] | None = None
    worse = 0
    for setting in settings_up_to(max_degree):
        columns = evaluate(unit, multi_indices(unit.shape[1], *setting, interacting)[1:])
        errors = held_out_errors(columns, y, seed)
        score = float(errors.mean(axis=0).min())
        if best is None or score < best[0]:
            best, worse = (score, shortest_good(errors), setting), 0
            continue
        worse += 1
        if worse == _PATIENCE:
            break
    assert best is not None
    _, size, setting = best
    start = PolynomialChaos(
        names, np.zeros((1, len(names)), np.int64), np.zeros(1), setting, interacting
    )
    candidates = start.candidates()
    return select(evaluate(unit, candidates), y, candidates, size, start)


def select(
    columns: Floats, y: Floats, candidates: Ints, size: int, like: PolynomialChaos
) -> PolynomialChaos:
    """Return the polynomial of the first `size` terms of the path, fitted by least squares.

    Parameters
    ----------
    columns : array [n, candidates]
        Candidate terms, the constant first, at the runs.
    y : array [n]
        Output.
    candidates : int array [candidates, D]
        Their degrees.
    size : int
        Terms beside the constant.
    like : PolynomialChaos
        Whose names and candidate set to keep.
    """
    kept = np.r_[0, forward(columns[:, 1:], y, size).chosen + 1]
    return replace(like, terms=candidates[kept], coefficients=least_squares(columns[:, kept], y))


def least_squares(columns: Floats, y: Floats) -> Floats:
    """Return the coefficients of the columns [n, terms]."""
    return np.asarray(np.linalg.lstsq(columns, y, rcond=None)[0], np.float64)


def settings_up_to(max_degree: int) -> list[tuple[int, float, int]]:
    """Return the candidate sets with no higher degree than told; at least one."""
    kept = [one for one in SETTINGS if one[0] <= max_degree]
    if max_degree < SETTINGS[-1][0] and (not kept or kept[-1][0] < max_degree):
        following = next(one for one in SETTINGS if one[0] > max_degree)
        kept.append((max_degree, *following[1:]))
    return kept
