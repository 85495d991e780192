"""Morris trajectories: one factor or group moves at a time.

Each trajectory meets one luck throughout, so that an elementary effect compares two runs of the
same luck.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from s3sim.analysis.guard import checked, constant, is_constant, number, table, undisturbed, whole
from s3sim.analysis.problem import DUMMY, Problem
from s3sim.analysis.verdicts import CONFIDENCE
from s3sim.core.arrays import Bools, Floats, Ints
from s3sim.core.errors import InputError
from s3sim.core.streams import generator

LEVELS = 4
RELEVANT = 0.1
"""Share of the largest mu_star from which an effect is worth keeping (assumed)."""

ERROR = 0.05
"""Chance of keeping a factor that does no more than the dummies do."""

RESAMPLES = 1000
REPEATS = 200
ENOUGH_DUMMIES = 3
COLUMNS = ("mu_star", "mu_star_low", "mu_star_high", "mu", "sigma", "kept_share")


@dataclass(frozen=True, eq=False)
class MorrisDesign:
    """Trajectories of elementary effects (Morris 1991, Technometrics 33:161; groups: Campolongo 2007).

    Parameters
    ----------
    problem : Problem
        With factors that the model never reads, named `dummy_...`; three or more are best.
    unit : array [trajectories (D + 1), factors]
        Points on a grid of `levels` values from 0 to 1, both included: a distribution without
        bounds would be infinite there.
    trajectory : int array [rows]
        Number of each row's trajectory. All rows of one are run with the same replication number.
    trajectories : int
        2 or more; 20 is usual. Runs: trajectories x (factors or groups + 1).
    levels : int
        Values of each factor, even.
    seed : int
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
    """Return random trajectories; see `MorrisDesign` for the parameters.

    InputError for sizes that are not allowed, groups that are missing, and a problem without
    dummies.
    """
    for name, value in (("trajectories", trajectories), ("levels", levels)):
        if not whole(value, 2):
            raise InputError(f"{name} = {value!r} is not allowed; give a whole number from 2.")
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
    of = np.repeat(np.arange(trajectories, dtype=np.int64), len(unit) // trajectories)
    return MorrisDesign(problem, unit, of, trajectories, levels, seed, grouped)


def elementary_effects(design: MorrisDesign, y: Floats) -> Floats:
    """Return the change per unit at the step of each label, shape [trajectories, labels].

    The sign is that of an upward step of the label's first factor.
    """
    shape = (design.trajectories, len(design.labels) + 1)
    members = [design.problem.members(label, design.grouped) for label in design.labels]
    first = [design.problem.names.index(names[0]) for names in members]
    moved = np.diff(design.unit.reshape(*shape, -1), axis=1)[:, :, first]
    change = np.diff(y.reshape(shape), axis=1)
    step = design.levels / (2 * (design.levels - 1))
    result: Floats = (change[:, :, None] * np.sign(np.rint(moved / step))).sum(axis=1) / step
    return result + 0.0


def screen(
    design: MorrisDesign, y: ArrayLike, seed: int = 0, relevant: float = RELEVANT
) -> pd.DataFrame:
    """Return the effect of each factor or group and whether to keep it.

    SensitivityError for values that are not finite, and for another number of rows.

    A factor is kept when its mu_star is

    1. above the mean mu_star of the dummies: by at least 95 % of the resampled trajectories, or,
       where every dummy is exactly 0 as with keyed luck, at all (dummies as threshold: Khorashadi
       Zadeh et al. 2017, Environmental Modelling & Software 91:210), and
    2. at least `relevant` times the largest mu_star.

    The second alone keeps everything when runs are noisy, the first alone keeps every trifle when
    luck is keyed. What no screening of one output can tell apart is an effect of a factor and luck
    that reshuffles whenever the factor moves; the total index of a Sobol' design has it too.

    Parameters
    ----------
    design : MorrisDesign
    y : array-like [rows of the design]
        One output, in the order of the design.
    seed : int
        Of the bootstrap over trajectories.
    relevant : float
        Share of the largest mu_star that a kept factor reaches, 0 to 1.

    Returns
    -------
    DataFrame
        factor, group, mu_star (mean absolute effect of a step, per unit), mu_star_low and
        mu_star_high (95 %, percentiles over resampled trajectories), mu (mean), sigma (spread),
        kept_share (share of resampled screenings that keep it), kept, note. mu and sigma are nan
        for groups of several factors, whose signs do not add up.
    """
    values = checked(y, len(design.unit))
    if is_constant(values):
        frame = constant(design.problem, design.grouped, COLUMNS)
        frame.insert(len(frame.columns) - 1, "kept", False)
        return frame
    signed = elementary_effects(design, values)
    effects = np.abs(signed)
    weights = _weights(design, RESAMPLES, seed, "interval")
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile(weights @ effects, [tail, 100 - tail], axis=0)
    single = [len(design.problem.members(label, design.grouped)) == 1 for label in design.labels]
    moments = signed.mean(axis=0), signed.std(axis=0, ddof=1)
    mu, sigma = (np.where(single, moment, np.nan) for moment in moments)
    kept_share = _again(design, effects, seed, relevant).mean(axis=0)
    found = (effects.mean(axis=0), low, high, mu, sigma, kept_share)
    few = 0 < design.dummies.sum() < ENOUGH_DUMMIES
    note = f"fewer than {ENOUGH_DUMMIES} dummies: an uncertain threshold" if few else ""
    frame = table(design.problem, design.grouped, dict(zip(COLUMNS, found, strict=True)), note)
    frame.insert(len(frame.columns) - 1, "kept", _kept(design, effects, weights, relevant))
    return frame


def stability(
    design: MorrisDesign, y: ArrayLike, seed: int = 0, relevant: float = RELEVANT
) -> float:
    """Return the share of resampled screenings that keep exactly the same factors, 0 to 1.

    nan for a constant output. `kept_share` of `screen` says which factors come and go.
    """
    values = checked(y, len(design.unit))
    if is_constant(values):
        return float("nan")
    effects = np.abs(elementary_effects(design, values))
    kept = _kept(design, effects, _weights(design, RESAMPLES, seed, "interval"), relevant)
    return float((_again(design, effects, seed, relevant) == kept).all(axis=1).mean())


def _kept(design: MorrisDesign, effects: Floats, weights: Floats, relevant: float) -> Bools:
    """Return which labels are kept, given absolute effects and weights of resamples."""
    mu_star, dummy = effects.mean(axis=0), design.dummies
    if (effects[:, dummy] == 0).all():
        above = mu_star > 0
    else:
        resampled = weights @ effects
        excess = resampled - resampled[:, dummy].mean(axis=1, keepdims=True)
        above = np.percentile(excess, 100 * ERROR, axis=0) > 0
    kept: Bools = above & (mu_star >= relevant * mu_star.max()) & ~dummy
    return kept


def _again(design: MorrisDesign, effects: Floats, seed: int, relevant: float) -> Bools:
    """Return which labels are kept in screenings of resampled trajectories [repeats, labels]."""
    draw = generator(seed, "sensitivity: repeated screening")
    weights = _weights(design, REPEATS, seed, "interval of a repeated screening")
    rows = draw.integers(design.trajectories, size=(REPEATS, design.trajectories))
    return np.stack([_kept(design, effects[drawn], weights, relevant) for drawn in rows])


def _weights(design: MorrisDesign, resamples: int, seed: int, purpose: str) -> Floats:
    """Return how much each trajectory counts in each resample [resamples, trajectories]."""
    n, draw = design.trajectories, generator(seed, f"sensitivity: {purpose}")
    return draw.multinomial(n, np.full(n, 1 / n), size=resamples) / n
