"""Sparse polynomial chaos: a short sum of orthonormal polynomials fitted to runs.

Terms are products of shifted Legendre polynomials, orthonormal for factors that are independent and
uniform on [0, 1], so that variances are read off the coefficients (Sudret 2008). scikit-learn's
orthogonal matching pursuit chooses them, five-fold cross-validation how many. Outputs that are
positive, or lie between 0 and 1, are also tried on a log or logit scale.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import comb

import numpy as np
import pandas as pd
from scipy import special, stats

from s3sim.analysis.guard import analysis_extra, undisturbed
from s3sim.analysis.shapley import equal_shares
from s3sim.analysis.verdicts import CONFIDENCE
from s3sim.core.arrays import Floats, Ints
from s3sim.core.streams import generator

CANDIDATES = ((2, 1.0, 2), (4, 1.0, 2), (7, 0.8, 3), (12, 0.75, 2))
"""Degree, q-norm and most factors in a term of the candidate sets (hyperbolic truncation, Blatman and
Sudret 2011), tried in turn until one predicts no better; chosen on the Ishigami, Sobol' G and
tipping-point functions."""

MOST_INTERACTING = 12
"""Factors that may interact; with more of them the strongest are taken."""

MOST_CHOSEN, ROWS_PER_TERM, FOLDS = 100, 5, 5

MOST_PROJECTED, POINTS = 500, 2**12
"""A fit on another scale is projected on so many terms at the most, by means over so many points."""

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
    link : str
        "identity", "log" or "logit".
    residuals : array [k]
        Quantiles of the residuals, over which the way back averages (smearing, Duan 1983).
    """

    names: tuple[str, ...]
    terms: Ints
    coefficients: Floats
    link: str = "identity"
    residuals: Floats | None = None

    @property
    def variance(self) -> float:
        """Variance over the unit cube, on the scale of the link."""
        return float((self.coefficients[1:] ** 2).sum())

    def predict(self, unit: Floats) -> Floats:
        """Return the output at points [n, D] of the unit cube, in its own unit, shape [n]."""
        fitted: Floats = evaluate(unit, self.terms) @ self.coefficients
        if self.link == "identity" or self.residuals is None:
            return fitted
        back: Floats = LINKS[self.link][1](fitted[:, None] + self.residuals).mean(axis=1)
        return back

    def in_own_unit(self) -> "Polynomial":
        """Return the same response as a polynomial of the output itself.

        A fit on another scale is projected on all products of its own factors up to a total degree:
        coefficients are means of output times polynomial over a scrambled Sobol' sequence.
        """
        if self.link == "identity":
            return self
        active = np.flatnonzero(self.terms.any(axis=0))
        k = len(active)
        degree = next((p for p in range(10, 1, -1) if comb(k + p, p) <= MOST_PROJECTED), 1)
        own = degrees(k, degree, 1.0, degree, range(k))
        terms = np.zeros((len(own), len(self.names)), np.int64)
        terms[:, active] = own
        draw = generator(0, "projection")
        points = stats.qmc.Sobol(len(self.names), rng=draw).random(POINTS)
        coefficients = evaluate(points, terms).T @ self.predict(points) / POINTS
        return Polynomial(self.names, terms, coefficients)


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


def degrees(
    factors: int, degree: int, q: float, order: int, interacting: Sequence[int] | Ints
) -> Ints:
    """Return the degrees of candidate terms [terms, factors], the constant and single factors first.

    Products have at most `order` of the `interacting` factors, of q-norm at most `degree`.
    """
    single = np.kron(np.arange(1, degree + 1)[:, None], np.eye(factors, dtype=np.int64))
    blocks = [np.zeros((1, factors), np.int64), single]
    for size in range(2, min(order, len(interacting)) + 1):
        powers = np.array(list(product(range(1, degree + 1), repeat=size)))
        powers = powers[(powers**q).sum(axis=1) <= degree**q + 1e-9]
        for members in combinations(interacting, size):
            block = np.zeros((len(powers), factors), np.int64)
            block[:, members] = powers
            blocks.append(block)
    return np.vstack(blocks)


def _strongest(unit: Floats, y: Floats) -> Ints:
    """Return the factors that may interact: those that move the output or its spread most.

    A factor that acts through interactions alone leaves the mean but not the size of the residuals
    of an additive fit, so both are looked at.
    """
    factors = unit.shape[1]
    if factors <= MOST_INTERACTING:
        return np.arange(factors)
    with analysis_extra():
        from sklearn.linear_model import OrthogonalMatchingPursuit
    terms = degrees(factors, 3, 1.0, 1, ())[1:]
    columns, score = evaluate(unit, terms), np.zeros(factors)
    with undisturbed():
        additive = OrthogonalMatchingPursuit(n_nonzero_coefs=min(len(y) // ROWS_PER_TERM, 20))
        rest = y - additive.fit(columns, y).predict(columns)
    for response in (y, np.abs(rest)):
        part = (columns.T @ (response - response.mean())) ** 2
        score = np.maximum(score, part @ (terms > 0) / (part.sum() or 1.0))
    return np.sort(np.argsort(-score, kind="stable")[:MOST_INTERACTING])


def fit(unit: Floats, y: Floats, names: Sequence[str], seed: int = 0) -> Polynomial:
    """Return the sparse polynomial, and its scale, that predict best on rows left out.

    Parameters
    ----------
    unit : array [n, D]
        Independent factors, uniform on [0, 1].
    y : array [n]
        Output, finite and not constant.
    names : sequence of str
    seed : int
        Decides the folds.
    """
    with analysis_extra():
        from sklearn.linear_model import OrthogonalMatchingPursuit, OrthogonalMatchingPursuitCV
        from sklearn.model_selection import KFold, cross_val_predict
    folds = KFold(FOLDS, shuffle=True, random_state=seed % 2**32)
    strong, best, links = _strongest(unit, y), np.inf, ["identity"]
    if (y > 0).all():
        links.append("logit" if (y < 1).all() else "log")
    for degree, q, order in CANDIDATES:
        terms = degrees(unit.shape[1], degree, q, order, strong)[1:]
        columns = evaluate(unit, terms)
        most = max(1, min(len(y) // ROWS_PER_TERM, MOST_CHOSEN, len(terms)))
        tried = []
        for link in links:
            there, back = LINKS[link]
            with undisturbed():
                model = OrthogonalMatchingPursuitCV(cv=folds, max_iter=most).fit(columns, there(y))
                again = OrthogonalMatchingPursuit(n_nonzero_coefs=model.n_nonzero_coefs_)
                guess = back(cross_val_predict(again, columns, there(y), cv=folds))
            tried.append((float(((guess - y) ** 2).mean()), link, model))
        error, link, model = min(tried, key=lambda entry: entry[0])
        if error >= best:
            break
        # The scale is settled by the first candidates, which are cheap.
        best, links = error, [link]
        rest = LINKS[link][0](y) - model.predict(columns)
        chosen = np.flatnonzero(model.coef_)
        found = Polynomial(
            tuple(names),
            np.vstack([np.zeros_like(terms[:1]), terms[chosen]]),
            np.r_[model.intercept_, model.coef_[chosen]],
            link,
            np.quantile(rest, (np.arange(20) + 0.5) / 20),
        )
    return found


def shares(chaos: Polynomial, groups: Sequence[str] | None = None) -> pd.DataFrame:
    """Return S1, ST and Shapley of the variance of the mean response; exact, without noise.

    One row a factor or, in order of appearance, a group; a group's S1 includes interactions among
    its own factors. Shapley effects sum to one: the variance of an interaction is split equally
    among its factors (Owen 2014, theorem 1). All 0 for a constant polynomial.
    """
    labels = chaos.names if groups is None else groups
    players = list(dict.fromkeys(labels))
    member = np.array([[label == player for player in players] for label in labels])
    active = ((chaos.terms[1:] > 0) @ member) > 0
    part = chaos.coefficients[1:] ** 2 / (chaos.variance or 1.0)
    alone = part * (active.sum(axis=1) == 1)
    found = {"S1": alone @ active, "ST": part @ active, "Shapley": equal_shares(part, active)}
    return pd.DataFrame(found, index=players)


def index_table(
    chaos: Polynomial, parts: Sequence[Polynomial], groups: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return `shares`, each with _low and _high (95 %) by the jackknife, within [0, 1].

    `parts` are fits that each leave out another of equal parts of the rows (t interval with one
    degree of freedom less than parts; Tukey 1958).
    """
    value, k = shares(chaos, groups), len(parts)
    left = np.array([shares(part, groups) for part in parts])
    half = stats.t.ppf((1 + CONFIDENCE) / 2, k - 1) * (k - 1) / np.sqrt(k) * left.std(axis=0)
    low, high = (value - half).clip(lower=0.0), (value + half).clip(upper=1.0)
    table = pd.concat([value, low.add_suffix("_low"), high.add_suffix("_high")], axis=1)
    return table[[f"{name}{end}" for name in value for end in ("", "_low", "_high")]]
