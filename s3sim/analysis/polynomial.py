"""Sparse polynomial chaos: a short sum of orthonormal polynomials fitted to runs.

Terms are products of shifted Legendre polynomials, orthonormal for factors that are independent and
uniform on [0, 1], so that means and variances are read off the coefficients (Sudret 2008). They are
chosen by scikit-learn's orthogonal matching pursuit, how many by five-fold cross-validation. Outputs
that are positive, or lie between 0 and 1, are also tried on a log or logit scale.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np
from scipy import special
from scipy.stats import qmc

from s3sim.analysis.guard import missing_extra
from s3sim.core.arrays import Floats, Ints
from s3sim.core.streams import generator

MAX_DEGREE = 12
CANDIDATES = ((2, 1.0, 2), (4, 1.0, 2), (7, 0.8, 3), (12, 0.75, 2))
"""Degree, q-norm and most factors in a term of the candidate sets tried (hyperbolic truncation,
Blatman and Sudret 2011); chosen on the Ishigami, Sobol' G and tipping-point functions."""

MOST_INTERACTING = 12
"""Factors that may interact; with more of them the strongest are taken."""

MOST_TERMS, MOST_CHOSEN, FIRST_CHOSEN, ROWS_PER_TERM = 6_000, 100, 24, 4
FOLDS = 5

PROJECTIONS = ((10, 1.0, 3), (7, 0.8, 3), (4, 1.0, 3), (4, 1.0, 2), (2, 1.0, 2), (1, 1.0, 1))
MOST_PROJECTED, POINTS = 400, 2**12
"""A fit on another scale is projected on the largest of these sets that has few enough terms, by
averages over so many points."""

LINKS = {
    "identity": (lambda y: y, lambda z: z),
    "log": (np.log, np.exp),
    "logit": (special.logit, special.expit),
}
"""Scales and the way back."""


@dataclass(frozen=True)
class Polynomial:
    """A polynomial in factors that are independent and uniform on [0, 1].

    Parameters
    ----------
    names : tuple of str
        The D factors.
    terms : int array [terms, D]
        Degrees; the first row is the constant.
    coefficients : array [terms]
        On the scale of `link`.
    candidates : int array [candidates, D]
        What the terms were chosen from, the constant first.
    link : str
        "identity", "log" or "logit".
    residuals : array [k]
        Quantiles of the residuals, over which the way back averages (smearing, Duan 1983).
    """

    names: tuple[str, ...]
    terms: Ints
    coefficients: Floats
    candidates: Ints
    link: str = "identity"
    residuals: Floats | None = None

    @property
    def mean(self) -> float:
        """Mean over the unit cube, on the scale of the link."""
        return float(self.coefficients[~self.terms.any(axis=1)].sum())

    @property
    def variance(self) -> float:
        """Variance over the unit cube, on the scale of the link."""
        return float((self.coefficients[self.terms.any(axis=1)] ** 2).sum())

    def predict(self, unit: Floats) -> Floats:
        """Return the output at points [n, D] of the unit cube, in its own unit, shape [n]."""
        return self._back(evaluate(np.asarray(unit, np.float64), self.terms) @ self.coefficients)

    def _back(self, fitted: Floats) -> Floats:
        if self.link == "identity" or self.residuals is None:
            return fitted
        back: Floats = LINKS[self.link][1](fitted[:, None] + self.residuals).mean(axis=1)
        return back

    def in_own_unit(self) -> "Polynomial":
        """Return the same response as a polynomial of the output itself.

        A fit on another scale is projected on products of its own factors: coefficients are means
        of output times polynomial over a scrambled Sobol' sequence.
        """
        if self.link == "identity":
            return self
        active = np.flatnonzero(self.terms.any(axis=0))
        for setting in PROJECTIONS:
            own = multi_indices(len(active), *setting, range(len(active)))
            if len(own) <= MOST_PROJECTED:
                break
        terms = np.zeros((len(own), len(self.names)), np.int64)
        terms[:, active] = own
        points = qmc.Sobol(len(self.names), rng=generator(0, "projection")).random(POINTS)
        coefficients = evaluate(points, terms).T @ self.predict(points) / len(points)
        return Polynomial(self.names, terms, coefficients, self.candidates)


def evaluate(unit: Floats, terms: Ints) -> Floats:
    """Return the product polynomials of all terms [terms, D] at points [n, D], shape [n, terms]."""
    degree = int(terms.max(initial=0))
    scale = np.sqrt(2 * np.arange(degree + 1) + 1)
    table = np.polynomial.legendre.legvander(2 * unit - 1, degree) * scale
    result = np.ones((len(unit), len(terms)))
    for j in np.flatnonzero(terms.any(axis=0)):
        within = np.flatnonzero(terms[:, j])
        result[:, within] *= table[:, j, terms[within, j]]
    return result


def multi_indices(
    factors: int, degree: int, q: float, order: int, interacting: Sequence[int] | Ints
) -> Ints:
    """Return the degrees of candidate terms [terms, factors], constant and single factors first.

    A product has at most `order` of the `interacting` factors and degrees of q-norm at most
    `degree`; there are at most `MOST_TERMS`, low order and low degree first.
    """
    rows: list[dict[int, int]] = [{}]
    rows += [{j: p} for p in range(1, degree + 1) for j in range(factors)]
    for size in range(2, min(order, len(interacting)) + 1):
        powers = [
            p for p in product(range(1, degree + 1), repeat=size)
            if sum(k**q for k in p) ** (1 / q) <= degree + 1e-9
        ]  # fmt: skip
        for p in sorted(powers, key=lambda p: (sum(p), p)):
            rows += [dict(zip(js, p, strict=True)) for js in combinations(interacting, size)]
    terms = np.zeros((min(len(rows), MOST_TERMS), factors), np.int64)
    for k, row in enumerate(rows[:MOST_TERMS]):
        terms[k, list(row)] = list(row.values())
    return terms


def fit(
    unit: Floats, y: Floats, names: Sequence[str], seed: int = 0, max_degree: int = MAX_DEGREE
) -> Polynomial:
    """Return the sparse polynomial that predicts best on rows left out.

    Parameters
    ----------
    unit : array [n, D]
        Independent factors, uniform on [0, 1].
    y : array [n]
        Output, finite and not constant.
    names : sequence of str
    seed : int
        Decides the folds.
    max_degree : int
        Highest degree of a factor, 1 or more.
    """
    interacting = _strongest(unit, y)
    links = ["identity"]
    if (y > 0).all():
        links.append("logit" if (y < 1).all() else "log")
    fold = generator(seed, "surrogate selection").permutation(len(y)) % FOLDS
    best: tuple[float, int, Ints, str] | None = None
    settings = [c for c in CANDIDATES if c[0] <= max_degree] or [(max_degree, 1.0, 2)]
    for degree, q, order in settings:
        terms = multi_indices(unit.shape[1], degree, q, order, interacting)
        columns = evaluate(unit, terms)
        found = []
        for link in links:
            errors = _held_out_errors(columns, y, link, fold)
            found.append((float(errors.mean(axis=0).min()), _shortest_good(errors), terms, link))
        score = min(found, key=lambda candidate: candidate[0])
        # The scale is settled by the first candidates, which are cheap.
        links = [score[3]]
        if best is not None and score[0] >= best[0]:
            break
        best = score
    assert best is not None
    _, size, terms, link = best
    empty = Polynomial(tuple(names), terms[:1], np.zeros(1), terms, link)
    return refit(empty, evaluate(unit, terms), y, size)


def refit(like: Polynomial, columns: Floats, y: Floats, size: int) -> Polynomial:
    """Return the polynomial of `size` of the candidates, whose values [n, candidates] are given."""
    z = LINKS[like.link][0](y)
    path = _path(columns, z, size)
    chosen = np.r_[0, np.flatnonzero(path[1:, -1]) + 1]
    residuals = None
    if like.link != "identity":
        rest = z - columns[:, chosen] @ path[chosen, -1]
        residuals = np.quantile(rest, (np.arange(20) + 0.5) / 20)
    return replace(
        like, terms=like.candidates[chosen], coefficients=path[chosen, -1], residuals=residuals
    )


def _path(columns: Floats, z: Floats, most: int) -> Floats:
    """Return coefficients with no term, one, two, ... up to `most`, shape [candidates, steps + 1].

    Column 0 of `columns` is the constant, which every model holds.
    """
    try:
        from sklearn.linear_model import orthogonal_mp
    except ImportError as error:
        raise missing_extra(error) from None
    means, middle = columns[:, 1:].mean(axis=0), z.mean()
    path = np.zeros((columns.shape[1], 1))
    if most > 0 and np.ptp(z) > 0:
        with warnings.catch_warnings():
            # It warns when it stops early because nothing is left to explain.
            warnings.simplefilter("ignore", RuntimeWarning)
            found = orthogonal_mp(
                columns[:, 1:] - means, z - middle, n_nonzero_coefs=min(most, len(means)),
                return_path=True, precompute=False,
            ).reshape(len(means), -1)  # fmt: skip
        path = np.hstack([path, np.vstack([np.zeros(found.shape[1]), found])])
    path[0] = middle - means @ path[1:]
    return path


def _held_out_errors(columns: Floats, y: Floats, link: str, fold: Ints) -> Floats:
    """Return the mean squared error of each length in each fold, shape [folds, lengths]."""
    most = max(1, min((len(y) - len(y) // FOLDS - 1) // ROWS_PER_TERM, MOST_CHOSEN))
    errors = _errors(columns, y, link, fold, min(most, FIRST_CHOSEN))
    # Most of the time for noisy outputs is saved by not following all paths to their end.
    inside = errors.mean(axis=0).argmin() <= FIRST_CHOSEN // 2
    return errors if inside or most <= FIRST_CHOSEN else _errors(columns, y, link, fold, most)


def _errors(columns: Floats, y: Floats, link: str, fold: Ints, most: int) -> Floats:
    there, back = LINKS[link]
    errors = np.empty((FOLDS, most + 1))
    for k in range(FOLDS):
        out = fold == k
        path = _path(columns[~out], there(y[~out]), most)
        error = ((back(columns[out] @ path) - y[out, None]) ** 2).mean(axis=0)
        errors[k] = np.r_[error, np.full(most + 1 - len(error), error[-1])]
    return errors


def _shortest_good(errors: Floats) -> int:
    """Return the shortest length within one standard error of the best, paired by fold.

    The one-standard-error rule of Breiman et al. (1984), which keeps inert factors out.
    """
    mean = errors.mean(axis=0)
    best = int(mean.argmin())
    slack = (errors - errors[:, [best]]).std(axis=0, ddof=1) / np.sqrt(len(errors))
    return int(np.flatnonzero(mean <= mean[best] + slack)[0])


def _strongest(unit: Floats, y: Floats) -> Ints:
    """Return the factors that may interact: those that move the output or its spread most.

    A factor that acts through interactions alone leaves the mean but not the size of the residuals
    of an additive fit, so both are looked at.
    """
    factors = unit.shape[1]
    if factors <= MOST_INTERACTING:
        return np.arange(factors)
    columns = evaluate(unit, multi_indices(factors, 3, 1.0, 1, ()))
    path = _path(columns, y, max(1, min(len(y) // ROWS_PER_TERM, 20)))
    score = np.zeros(factors)
    for response in (y, np.abs(y - columns @ path[:, -1])):
        z = response - response.mean()
        if (total := float(z @ z)) > 0:
            part = (columns[:, 1:].T @ z) ** 2 / (len(y) * total)
            score = np.maximum(score, part.reshape(3, factors).sum(axis=0))
    return np.sort(np.argsort(-score, kind="stable")[:MOST_INTERACTING])
