"""The table that all decision analyses start from, checked once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError

DIRECTIONS = ("higher", "lower")


@dataclass(frozen=True)
class Levels:
    """An outcome in every world under every policy.

    Parameters
    ----------
    level : array [worlds, policies]
        In the outcome's unit; the baseline is column 0; a world is one row under all policies.
    policies : tuple of str
    better : {"higher", "lower"}
        Which direction of the outcome is wanted.

    Raises
    ------
    InputError
        If shape and names do not fit, there are fewer than two worlds or policies, or a number
        is not finite (a world that failed under one policy is left out for all).
    """

    level: Floats
    policies: tuple[str, ...]
    better: str = "higher"

    def __post_init__(self) -> None:
        level = np.asarray(self.level, np.float64)
        problems = []
        if self.better not in DIRECTIONS:
            problems.append(f"better = {self.better!r}; allowed: {', '.join(DIRECTIONS)}.")
        if len(set(self.policies)) < len(self.policies):
            problems.append(f"a policy is named twice: {', '.join(self.policies)}.")
        if level.ndim != 2 or level.shape[1] != len(self.policies) or min(level.shape) < 2:
            problems.append(
                f"level has shape {level.shape} for {len(self.policies)} policies; give at least "
                "two worlds (rows) and two policies (columns, baseline first)."
            )
        elif not np.isfinite(level).all():
            bad = np.flatnonzero(~np.isfinite(level).all(axis=1))
            problems.append(
                f"{len(bad)} of {len(level)} worlds hold a level that is not finite (the first: "
                f"{bad[:5].tolist()}); leave them out for all policies."
            )
        if problems:
            raise InputError(problems)
        object.__setattr__(self, "level", level)

    @classmethod
    def of(cls, level: Floats, policies: Sequence[str], better: str = "higher") -> "Levels":
        """Return the checked table."""
        return cls(level, tuple(policies), better)

    @property
    def sign(self) -> float:
        """1 if more is wanted, else -1."""
        return 1.0 if self.better == "higher" else -1.0

    @property
    def value(self) -> Floats:
        """The level turned so that more is wanted, shape [worlds, policies]."""
        return self.sign * self.level
