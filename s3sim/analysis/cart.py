"""Boxes by a classification tree (CART, Breiman et al. 1984), the second opinion on PRIM's."""

import numpy as np
import pandas as pd

from s3sim.analysis.boxes import Box, Limit
from s3sim.analysis.prim import INSTALL
from s3sim.core.arrays import Bools
from s3sim.core.errors import InputError

SMALLEST_LEAF = 0.05
"""Smallest share of worlds in a leaf, as for PRIM's boxes."""


def tree_boxes(
    x: pd.DataFrame, labels: Bools, *, most_limits: int, smallest_density: float, seed: int
) -> list[Box]:
    """Return the leaves in which at least `smallest_density` of worlds are of interest.

    Parameters
    ----------
    x : DataFrame [n, D]
        Factors in natural units.
    labels : array [n]
    most_limits : int
        Depth of the tree, hence the most limits of a leaf.
    smallest_density : float
        0-1.
    seed : int
        Decides between splits that are equally good.

    Returns
    -------
    list of Box
        The leaf that holds most worlds of interest first.
    """
    try:
        from sklearn.tree import DecisionTreeClassifier
    except ImportError as error:
        raise InputError(f"{error}; {INSTALL}.") from None
    model = DecisionTreeClassifier(
        max_depth=most_limits, min_samples_leaf=SMALLEST_LEAF, random_state=seed % 2**32
    )
    values = x.to_numpy(np.float64)
    tree = model.fit(values, labels).tree_
    names = [str(name) for name in x.columns]
    found: list[tuple[int, Box]] = []

    def walk(node: int, low: dict[int, float], high: dict[int, float]) -> None:
        left, right = int(tree.children_left[node]), int(tree.children_right[node])
        if left == right:
            box = _box(names, low, high)
            inside = box.contains(x)
            if inside.any() and labels[inside].mean() >= smallest_density:
                found.append((int(labels[inside].sum()), box))
            return
        k, cut = int(tree.feature[node]), float(tree.threshold[node])
        walk(left, low, high | {k: cut})
        walk(right, low | {k: cut}, high)

    walk(0, {}, {})
    return [box for _, box in sorted(found, key=lambda one: -one[0])]


def _box(names: list[str], low: dict[int, float], high: dict[int, float]) -> Box:
    keys = sorted(low.keys() | high.keys())
    return Box(tuple(Limit(names[k], low.get(k), high.get(k)) for k in keys))
