"""When a paired comparison has run enough draws: a rule fixed before the first of them."""

from dataclasses import dataclass

import numpy as np

from s3sim.analysis.intervals import t_interval
from s3sim.analysis.verdicts import CONFIDENCE
from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError

PRECISE, BUDGET = "precise enough", "budget spent"


@dataclass(frozen=True)
class Stopping:
    """Stop when the half-width is small against the larger of the mean and the smallest effect.

    Parameters
    ----------
    minimum : int
        Draws before the first look; at least 2. Later looks are at twice as many each time, so
        that a nested design is balanced at every look.
    relative : float
        Largest half-width as a share of max(|mean|, smallest effect), above 0.
    smallest : float
        Smallest effect of interest, in the unit of the outcome; 0 or more.
    confidence : float
        Of the t interval at each look, 0-1.
    """

    minimum: int = 256
    relative: float = 0.1
    smallest: float = 0.0
    confidence: float = CONFIDENCE

    def __post_init__(self) -> None:
        allowed = {
            "minimum": (self.minimum >= 2, "at least 2 worlds are needed"),
            "relative": (self.relative > 0, "give a share above 0"),
            "smallest": (self.smallest >= 0, "give 0 or more"),
            "confidence": (0 < self.confidence < 1, "give a share between 0 and 1"),
        }
        if wrong := [name for name, (fits, _) in allowed.items() if not fits]:
            raise InputError(
                f"{name} = {getattr(self, name)}; {allowed[name][1]}." for name in wrong
            )

    def looks(self, budget: int) -> list[int]:
        """Return the numbers of draws at which is looked, the budget last.

        >>> Stopping(minimum=256).looks(1500)
        [256, 512, 1024, 1500]
        """
        found = [self.minimum]
        while found[-1] < budget:
            found.append(2 * found[-1])
        return [*found[:-1], budget]


@dataclass(frozen=True)
class Stopped:
    """Where and why a comparison stopped.

    Parameters
    ----------
    worlds : int
    reason : str
        "precise enough" or "budget spent".
    mean, low, high : float
        Paired mean with its interval over these draws.
    target : float
        The half-width that was asked for at this mean.
    """

    worlds: int
    reason: str
    mean: float
    low: float
    high: float
    target: float

    @property
    def sentence(self) -> str:
        """Say it."""
        half = (self.high - self.low) / 2
        return (
            f"Stopped at {self.worlds} worlds, {self.reason}: half-width {half:.3g}, asked for "
            f"{self.target:.3g}."
        )


def stopped_at(differences: Floats, rule: Stopping) -> Stopped:
    """Apply the rule to paired differences [draws] in the order they were run.

    Any doubling prefix is a balanced sample; the length is the budget. The interval takes draws as
    independent, which is cautious for a low-discrepancy design. InputError for fewer draws than the
    rule's minimum, or a number that is not finite.
    """
    values = np.asarray(differences, np.float64)
    if values.ndim != 1 or len(values) < rule.minimum:
        raise InputError(
            f"{values.shape} differences given; the rule asks for at least {rule.minimum} worlds."
        )
    if lost := int((~np.isfinite(values)).sum()):
        raise InputError(
            f"{lost} differences are not finite; leave out failed worlds and report them."
        )
    for n in rule.looks(len(values)):
        mean, low, high = t_interval(values[:n], rule.confidence)
        target = rule.relative * max(abs(mean), rule.smallest)
        if (high - low) / 2 <= target:
            return Stopped(n, PRECISE, mean, low, high, target)
    return Stopped(n, BUDGET, mean, low, high, target)
