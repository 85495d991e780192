"""Money goes down a list until it is gone: the rule of every call."""

import numpy as np

from s3sim.core.arrays import Cents, Floats, Ints, count_by


def allocate_budget(group: Ints, score: Floats, asked: Cents, pot: Cents) -> Cents:
    """Return awards: down each group's list by score until its pot is empty.

    Parameters
    ----------
    group : array [n]
        Whose pot pays.
    score : array [n]
        Higher is funded first; equal scores in row order.
    asked : array [n]
        Cents asked for; 0 asks for nothing.
    pot : array [groups]
        Cents available.

    >>> allocate_budget(np.array([0, 0, 1]), np.array([1.0, 2.0, 0.0]), np.array([60, 70, 10]), np.array([100, 5])).tolist()
    [30, 70, 5]
    """
    order = np.lexsort((-score, group))
    running = np.cumsum(asked[order])
    size = count_by(group, len(pot))
    first = np.cumsum(size) - size
    before_group = np.concatenate([[0], running])[first]
    before = running - asked[order] - before_group[group[order]]
    award = np.zeros(len(asked), np.int64)
    award[order] = np.clip(pot[group[order]] - before, 0, asked[order])
    return award
