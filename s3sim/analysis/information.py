"""What it is worth to know more before choosing: of everything, and of one factor or group.

EVPI = E[max over policies] - max over policies of E. EVPPI of a factor replaces each level by its
expectation given the factor, which regression estimates from the same draws (Strong, Oakley and
Brennan 2014). Both are in the outcome's unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from s3sim.analysis.guard import checked_table
from s3sim.analysis.robustness import checked_levels, direction
from s3sim.analysis.smooth import smoother
from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError
from s3sim.core.streams import generator

DUMMIES = 99
BAND = 0.95


@dataclass(frozen=True)
class Information:
    """The value of knowing.

    Parameters
    ----------
    evpi : float
        Value of knowing everything, the luck of a draw included; in the outcome's unit.
    choice : str
        Policy that is best without knowing more.
    table : DataFrame
        Most valuable first: name, evppi, share (of EVPI), dummy_band (what a factor without
        effect scores at the most, in 95 % of tries), above_dummy.
    """

    evpi: float
    choice: str
    table: pd.DataFrame


def evpi(level: Floats, better: str = "higher") -> float:
    """Return the expected value of perfect information, >= 0, from levels [draws, policies]."""
    value = direction(better) * level
    gain = value - value[:, :1]
    return float(max(0.0, gain.max(axis=1).mean() - gain.mean(axis=0).max()))


def value_of_information(
    level: Floats,
    policies: Sequence[str],
    x: pd.DataFrame,
    *,
    groups: Mapping[str, Sequence[str]] | None = None,
    better: str = "higher",
    dummies: int = DUMMIES,
    seed: int = 0,
) -> Information:
    """Return EVPI and the EVPPI of every factor, or of every group of factors.

    Regression errors make EVPPI too high where the choice is close (fitted values scatter, and
    the maximum of scatter is positive); nothing is subtracted, but a value inside the dummy band
    is not told from nothing. EVPPI cannot exceed EVPI; a curve can by its overshoot, so EVPI
    caps it. InputError if the tables do not fit or a factor of a group is unknown.

    Parameters
    ----------
    level : array [draws, policies]
        Baseline in column 0.
    policies : sequence of str
    x : DataFrame [draws, factors]
        Factors in natural units.
    groups : mapping from name to factors, optional
        What would be learned together; by default each factor alone.
    better : {"higher", "lower"}
    dummies : int
        Times that a factor's rows are shuffled to see what chance alone scores.
    seed : int
        Of the shuffles.
    """
    value = checked_levels(level, policies, better)
    factors = [str(name) for name in x]
    asked = {name: [name] for name in factors} if groups is None else groups
    asked = {name: list(members) for name, members in asked.items()}
    named = [name for members in asked.values() for name in members]
    problems = [f"unknown factor '{name}' in a group." for name in named if name not in factors]
    if len(x) != len(value):
        problems.append(f"{len(x)} rows of factors for {len(value)} worlds; give one each.")
    if not asked or not all(asked.values()):
        problems.append("there is no factor, or a group without one; name at least one each.")
    if problems:
        raise InputError(problems)
    checked_table(x.to_numpy(np.float64), factors)
    gain, most = value[:, 1:] - value[:, :1], evpi(value)
    rng = generator(seed, "value_of_information")
    shuffles = [rng.permutation(len(gain)) for _ in range(dummies)]
    rows = []
    for name, members in asked.items():
        model = smoother(x[members].to_numpy(np.float64))
        found = min(_evppi(model.fit(gain)), most)
        chance = [min(_evppi(model.fit(gain[shuffle])), most) for shuffle in shuffles]
        band = float(np.quantile(chance, BAND)) if chance else float("nan")
        share = found / most if most > 0 else 0.0
        rows.append((name, found, share, band, found > band and found > 1e-12))
    table = pd.DataFrame(rows, columns=["name", "evppi", "share", "dummy_band", "above_dummy"])
    table = table.sort_values("evppi", ascending=False, kind="stable", ignore_index=True)
    return Information(most, policies[int(np.argmax(value.mean(axis=0)))], table)


def _evppi(fitted: Floats) -> float:
    """Return E[max] - max E of expected gains over the baseline, whose own gain is 0."""
    best = np.maximum(fitted.max(axis=1), 0.0).mean()
    return float(max(0.0, best - max(0.0, float(fitted.mean(axis=0).max()))))
