"""Specialisation, relatedness density, complexity and complementarity of regions.

Definitions follow Hidalgo et al. (2007), Hidalgo and Hausmann (2009), Boschma, Balland and Kogler
(2015) and Balland and Boschma (2021), in the form that the field's packages use.
"""

import numpy as np

from s3sim.core.arrays import Floats, standardised


def location_quotient(employment: Floats) -> Floats:
    """Return the location quotient of each region and domain, shape [R, D].

    LQ = (share of d in r) / (share of d in all regions); 0 where a region or domain is empty.

    >>> location_quotient(np.array([[30.0, 10.0], [10.0, 30.0]])).tolist()
    [[1.5, 0.5], [0.5, 1.5]]
    """
    region = employment.sum(axis=1, keepdims=True)
    domain = employment.sum(axis=0, keepdims=True)
    expected = region * domain / max(employment.sum(), 1e-300)
    return np.divide(employment, expected, out=np.zeros_like(employment), where=expected > 0)


def relatedness_density(specialised: Floats, relatedness: Floats) -> Floats:
    """Return density around each domain, 0-100, shape [R, D].

    100 x (relatedness to the other domains in which the region is specialised) / (relatedness to
    all other domains).
    """
    phi = _without_self(relatedness)
    total = phi.sum(axis=0)
    return 100 * (specialised @ phi) / np.where(total > 0, total, 1.0)


def complementarity(specialised: Floats, relatedness: Floats) -> Floats:
    """Return what region r' has, r lacks and d needs, 0-100, shape [R, R', D].

    comp = 100 x sum over d' of phi(d, d') 1[r' specialised in d'] 1[r not] / sum of phi(d, d')
    (Balland and Boschma 2021).
    """
    phi = _without_self(relatedness)
    total = phi.sum(axis=0)
    lacks = 1.0 - specialised
    both = specialised[None, :, :] * lacks[:, None, :]
    return 100 * (both @ phi) / np.where(total > 0, total, 1.0)


def complexity(specialised: Floats, income: Floats | None = None, steps: int = 18) -> Floats:
    """Return the complexity of each domain by the method of reflections, z scores, shape [D].

    An even number of steps (Hidalgo and Hausmann 2009). Domains that too few or all regions
    hold carry no information; with a single region all are 0.

    Parameters
    ----------
    specialised : array [R, D]
        1 where a region is specialised in a domain.
    income : array [R], optional
        Income a head. The index has no orientation of its own; complex domains are those that
        regions of high income hold (complexity predicts income: Hidalgo and Hausmann 2009) or,
        without incomes, those that diversified regions hold. Among regions of one economy the two
        can differ: poor manufacturing regions are the more diversified ones.
    """
    diversity, ubiquity = specialised.sum(axis=1), specialised.sum(axis=0)
    if np.count_nonzero(diversity) < 2:
        return np.zeros(specialised.shape[1])
    safe_diversity = np.where(diversity > 0, diversity, 1.0)
    safe_ubiquity = np.where(ubiquity > 0, ubiquity, 1.0)
    of_region, of_domain = diversity.copy(), ubiquity.copy()
    for _ in range(steps):
        of_region, of_domain = (
            standardised(specialised @ of_domain / safe_diversity),
            standardised(specialised.T @ of_region / safe_ubiquity),
        )
    anchor = standardised(diversity if income is None else income)
    sign = 1.0 if np.dot(of_domain, specialised.T @ anchor / safe_ubiquity) >= 0 else -1.0
    return sign * standardised(of_domain)


def _without_self(relatedness: Floats) -> Floats:
    return relatedness - np.diag(np.diag(relatedness))
