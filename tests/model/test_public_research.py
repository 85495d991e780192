"""Institutes differ in sector and size."""

import numpy as np

from s3sim.core.streams import Streams
from s3sim.model.public_research import public_research
from s3sim.model.state import UNIVERSITY


def test_institutes_share_public_research_unequally(bsr):
    region = np.repeat(np.arange(bsr.n_regions), 40)
    sector, part = public_research(bsr, Streams(0, 0, -1), region, 2.0)
    np.testing.assert_allclose(np.bincount(region, part), 1.0)
    assert (sector.reshape(-1, 40)[:, 0] == UNIVERSITY).all()
    assert {1, 2, 3, 4} == set(sector.tolist())
    top = np.sort(part.reshape(-1, 40), axis=1)[:, -4:].sum(axis=1)
    assert np.median(top) > 0.5  # a tenth of the institutes, more than half of the research
    alone, all_of_it = public_research(bsr, Streams(0, 0, -1), np.arange(bsr.n_regions), 2.0)
    assert (alone == UNIVERSITY).all()
    assert (all_of_it == 1.0).all()
