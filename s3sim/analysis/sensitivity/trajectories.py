"""Morris trajectories: one factor or group moves at a time.

Each trajectory meets one luck throughout, so that an elementary effect compares two runs of the
same luck.
"""

from dataclasses import dataclass

import numpy as np

from s3sim.analysis.sensitivity.guard import number, undisturbed
from s3sim.analysis.sensitivity.problem import DUMMY, Problem
from s3sim.core.arrays import Bools, Floats, Ints
from s3sim.core.errors import InputError

LEVELS = 4


@dataclass(frozen=True, eq=False)
class MorrisDesign:
    """Trajectories of elementary effects.

    Attributes
    ----------
    problem : Problem
    unit : array [trajectories (D + 1), factors]
        Points on a grid of `levels` values from 0 to 1, both included: a distribution without
        bounds would be infinite there.
    trajectory : int array [rows]
        Number of each row's trajectory. All rows of one are run with the same replication number.
    trajectories, levels, seed : int
    grouped : bool
        Whether a step moves a group instead of a factor.
    """

    problem: Problem
    unit: Floats
    trajectory: Ints
    trajectories: int
    levels: int
    seed: int
    grouped: bool

    @property
    def labels(self) -> tuple[str, ...]:
        """What gets an effect."""
        return self.problem.labels(self.grouped)

    @property
    def dummies(self) -> Bools:
        """Which labels are dummies."""
        return np.array([self.problem.is_dummy(label, self.grouped) for label in self.labels])


def morris_design(
    problem: Problem, trajectories: int, seed: int, levels: int = LEVELS, grouped: bool = False
) -> MorrisDesign:
    """Return random trajectories (Morris 1991, Technometrics 33:161; groups: Campolongo 2007).

    Parameters
    ----------
    problem : Problem
        With factors that the model never reads, named `dummy_...`; three or more are best.
    trajectories : int
        2 or more; 20 is usual. Runs: trajectories x (factors or groups + 1).
    seed : int
    levels : int
        Values of each factor, even.
    grouped : bool

    Raises
    ------
    InputError
        For sizes that are not allowed, groups that are missing, and a problem without dummies.
    """
    for name, value, least in (("trajectories", trajectories, 2), ("levels", levels, 2)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            raise InputError(
                f"{name} = {value!r} is not allowed; give a whole number from {least}."
            )
    if levels % 2:
        raise InputError(f"levels = {levels} is odd; give an even number, 4 as a rule.")
    if not any(problem.is_dummy(label, grouped) for label in problem.labels(grouped)):
        raise InputError(
            f"no {'group of dummies' if grouped else 'dummy'} to compare with; add factors that the "
            f"model never reads, named '{DUMMY}1', '{DUMMY}2', '{DUMMY}3'."
        )
    with undisturbed():
        from SALib.sample import morris

        raw = morris.sample(
            problem.salib(grouped), trajectories, num_levels=levels, seed=number(seed, "morris")
        )
    # SALib's points lie beside the grid, and outside the cube, by rounding.
    unit: Floats = np.rint(raw * (levels - 1)) / (levels - 1)
    of = np.repeat(np.arange(trajectories, dtype=np.int64), len(problem.labels(grouped)) + 1)
    return MorrisDesign(problem, unit, of, trajectories, levels, seed, grouped)


def elementary_effects(design: MorrisDesign, y: Floats) -> Floats:
    """Return the change per unit at the step of each label, shape [trajectories, labels].

    The sign is that of an upward step of the label's first factor.
    """
    shape = (design.trajectories, len(design.labels) + 1)
    steps = np.diff(design.unit.reshape(*shape, -1), axis=1)
    change = np.diff(y.reshape(shape), axis=1)
    first = [
        design.problem.names.index(design.problem.members(label, design.grouped)[0])
        for label in design.labels
    ]
    moved = steps[:, :, first]
    step = design.levels / (2 * (design.levels - 1))
    result: Floats = (change[:, :, None] * np.sign(np.rint(moved / step))).sum(axis=1) / step
    return result + 0.0
