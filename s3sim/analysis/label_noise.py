"""How many draws carry the wrong label because of luck, and the gate that follows from it.

A draw is labelled by its observed paired difference, which is its expected difference plus luck.
Rule induction on wrong labels finds boxes that are not there, so the share of wrong labels is
estimated first. The distribution of expected differences is recovered from the observed ones by
maximum likelihood without assuming its form (Kiefer and Wolfowitz 1956; by EM on a grid, Laird
1978), with normal luck of known spread.
"""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError

MOST_MISLABELLED = 0.10
"""Share of wrong labels above which no box is looked for. Assumed."""

_GRID, _STEPS = 200, 300


@dataclass(frozen=True)
class LabelNoise:
    """The estimated share of mislabelled draws.

    Parameters
    ----------
    share : float
        Of draws whose observed and expected difference lie on different sides of the threshold.
    sd : float
        Standard deviation of luck in the difference that is labelled (root mean square over
        draws), in the unit of the difference.
    disagreement : float
        Share of draws that two single seeds label differently; nan with one seed. The share of
        wrong labels by one seed lies between half of it and all of it.
    worlds : int
        Draws that the estimate rests on.
    """

    share: float
    sd: float
    disagreement: float
    worlds: int

    @property
    def refused(self) -> bool:
        """Whether too many labels are wrong for scenario discovery."""
        return self.share > MOST_MISLABELLED

    @property
    def sentence(self) -> str:
        """The estimate and what follows, in words."""
        text = (
            f"By luck about {self.share:.1%} of {self.worlds} worlds carry the wrong label "
            f"(luck in a world's difference: standard deviation {self.sd:.3g})"
        )
        if not self.refused:
            return f"{text}; at most {MOST_MISLABELLED:.0%} is allowed."
        return (
            f"{text}; more than {MOST_MISLABELLED:.0%} is too many to look for boxes: label "
            "worlds by the mean over more seeds."
        )


def label_noise(
    difference: Floats, threshold: float, *, sd: float | Floats | None = None
) -> LabelNoise:
    """Estimate how many draws are on the wrong side of a threshold by luck.

    Parameters
    ----------
    difference : array [n] or [n, seeds]
        Paired differences of n draws, two or more. With one number a draw, `sd` is needed. With two
        or more independent seeds a draw, the label is that of their mean and the spread of luck is
        measured between seeds.
    threshold : float
        Where the label changes, in the unit of the difference.
    sd : float or array [n], optional
        Standard deviation of luck in each number of a one-column `difference`, not negative.
    """
    values = np.asarray(difference, np.float64)
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or len(values) < 2 or not np.isfinite(values).all():
        raise InputError(
            f"difference has shape {np.shape(difference)} or holds a number that is not finite; "
            "give at least two worlds, with one or more seeds each, without failed worlds."
        )
    n, seeds = values.shape
    if (sd is None) == (seeds == 1):
        raise InputError(
            "one seed a world cannot show luck: give sd, or two seeds a world; not both."
        )
    disagreement = float("nan")
    if sd is None:
        sd = np.sqrt(values.var(axis=1, ddof=1).mean() / seeds)
        disagreement = float(((values[:, 0] < threshold) != (values[:, 1] < threshold)).mean())
    spread = np.broadcast_to(np.asarray(sd, np.float64), (n,))
    if not np.isfinite(spread).all() or (spread < 0).any():
        raise InputError("sd holds a number that is negative or not finite; allowed 0 or more.")
    share = _mislabelled(values.mean(axis=1), spread, threshold)
    return LabelNoise(share, float(np.sqrt((spread**2).mean())), disagreement, n)


def _mislabelled(observed: Floats, spread: Floats, threshold: float) -> float:
    """Return the mean posterior chance that the expected difference is on the other side."""
    noisy = spread > 1e-12 * max(1.0, float(np.abs(observed).max()))
    if not noisy.any() or np.ptp(observed) == 0:
        return 0.0
    grid = np.linspace(observed.min(), observed.max(), _GRID)
    z = (observed[noisy, None] - grid) / spread[noisy, None]
    likelihood = np.exp(-0.5 * (z**2 - (z**2).min(axis=1, keepdims=True)))
    weight = np.full(_GRID, 1 / _GRID)
    for _ in range(_STEPS):
        posterior = likelihood * weight
        posterior /= posterior.sum(axis=1, keepdims=True)
        weight = posterior.mean(axis=0)
    below = posterior[:, grid < threshold].sum(axis=1)
    wrong = np.where(observed[noisy] < threshold, 1 - below, below)
    return float(np.clip(wrong.sum() / len(observed), 0.0, 1.0))
