"""Who takes part in framework programmes of research, where nothing else is known."""

import numpy as np

from s3sim.core.arrays import Floats

USUAL_PARTICIPATIONS = 0.098
"""Participations in projects of several partners, a year, for each EUR million of a year's public
R&D: the eight countries together (CORDIS H2020 and Eurostat, see ``SOURCES.md``)."""

USUAL_KINDS = np.array([0.300, 0.378, 0.170, 0.082, 0.070])
"""Shares of firms, universities, research organisations, public bodies and others in the
participations of the eight countries, projects of several partners (CORDIS H2020)."""

PRIOR = 10.0
"""Participations that the usual mix counts for beside a region's own (assumed): three
participations say little about who does research in a region."""


def kinds(firms: Floats, counted: Floats, usual: Floats) -> Floats:
    """Return the share of each kind of actor in a region's participations, [R, 5]; rows sum to 1.

    Parameters
    ----------
    firms : array [R]
        Share of firms, 0-1.
    counted : array [R, 4]
        Participations of universities, research organisations, public bodies and others.
    usual : array [4]
        Their usual mix; sums to 1.
    """
    mix = counted + PRIOR * usual
    public = mix / mix.sum(axis=1, keepdims=True) * (1 - firms)[:, None]
    return np.concatenate((firms[:, None], public), axis=1)
