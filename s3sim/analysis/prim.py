"""Patient rule induction (PRIM) of the EMA workbench, kept from disturbing its surroundings.

Friedman and Fisher (1999), in the form of Kwakkel and Jaxa-Rozen (2016). The workbench warns when
it is imported and called, and logs; both stay inside this module. Its peeling draws no random
number. Factors are cast to float because whole numbers break it (EMAworkbench issue 448).
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd

from s3sim.analysis.boxes import Box, Limit
from s3sim.core.arrays import Bools
from s3sim.core.errors import InputError

PEEL = 0.05
SMALLEST_MASS = 0.05
"""Share of worlds peeled in one step and smallest share in a box, both the workbench's defaults."""

INSTALL = 'install the extra that scenario discovery needs: pip install "s3sim[analysis]"'


@contextmanager
def _quiet() -> Iterator[None]:
    logger = logging.getLogger("EMA")
    propagate = logger.propagate
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logger.propagate = False
        try:
            yield
        finally:
            logger.propagate = propagate


def _prim() -> Any:
    try:
        from ema_workbench.analysis import prim
    except ImportError as error:
        raise InputError(f"{error}; {INSTALL}.") from None
    return prim


def peel(x: pd.DataFrame, labels: Bools) -> list[Box]:
    """Return the boxes of one peeling and pasting trajectory, the widest (everything) first.

    Parameters
    ----------
    x : DataFrame [n, D]
        Factors in natural units, one row a world.
    labels : array [n]
        True where the world is of interest; both kinds must occur.
    """
    frame = x.astype(np.float64).reset_index(drop=True)
    # The workbench drops a column of this name.
    frame.columns = pd.Index([f"c{k}" for k in range(frame.shape[1])])
    with _quiet():
        search = _prim().Prim(
            frame,
            np.asarray(labels, bool),
            threshold=1e-9,
            peel_alpha=PEEL,
            paste_alpha=PEEL,
            mass_min=SMALLEST_MASS,
        )
        limits = [one.to_numpy(np.float64) for one in search.find_box().box_lims]
    lowest, highest = limits[0]
    names = [str(name) for name in x.columns]
    return [
        Box(
            tuple(
                Limit(
                    name,
                    float(low) if low != least else None,
                    float(high) if high != most else None,
                )
                for name, low, high, least, most in zip(
                    names, one[0], one[1], lowest, highest, strict=True
                )
                if low != least or high != most
            )
        )
        for one in limits
    ]


def table(boxes: list[Box], x: pd.DataFrame, labels: Bools) -> pd.DataFrame:
    """Return coverage, density, mass and restricted factors of each box of a trajectory."""
    rows = []
    for step, box in enumerate(boxes):
        score = box.score(x, labels)
        rows.append(
            {
                "step": step,
                "coverage": score.coverage,
                "density": score.density,
                "mass": score.mass,
                "restricted": len(box.factors),
                "factors": ", ".join(box.factors),
            }
        )
    return pd.DataFrame(rows)
