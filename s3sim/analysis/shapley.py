"""What each component of a policy adds, from runs of every combination of components.

Shapley's value (1953) is the mean contribution of a component over all orders in which components
can be added; it is the only split that leaves nothing over, treats equal components alike, gives
nothing to one that does nothing and adds up over outcomes. With every combination run it is exact.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import factorial

import numpy as np

from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError

Parts = frozenset[str]
MOST = 10
"""Most components: their combinations are a thousand arms."""


def subsets(components: Sequence[str]) -> list[Parts]:
    """Return all combinations, the empty one first, small ones before large ones.

    >>> [sorted(one) for one in subsets(["a", "b"])]
    [[], ['a'], ['b'], ['a', 'b']]
    """
    n = len(components)
    return [frozenset(one) for size in range(n + 1) for one in combinations(components, size)]


def shapley(value: Mapping[Parts, Floats], components: Sequence[str]) -> dict[str, Floats]:
    """Return the part of each component in v(all) - v(none), world by world.

    Parameters
    ----------
    value : mapping from combination of components to array [worlds]
        An outcome under every one of the 2^k combinations, in its unit.
    components : sequence of str
        The k components, in the order of the result.

    Returns
    -------
    dict from component to array [worlds]
        phi_i = sum over S without i of |S|! (k - |S| - 1)! / k! (v(S + i) - v(S)) (Shapley 1953).
        The parts add up to v(all) - v(none).

    Raises
    ------
    InputError
        If a combination is missing or too many, arrays differ in shape, or a component is named
        twice.

    Examples
    --------
    >>> none, a, b, both = (frozenset(one) for one in ("", "a", "b", "ab"))
    >>> v = {none: np.zeros(1), a: np.array([2.0]), b: np.array([0.0]), both: np.array([6.0])}
    >>> {name: part.tolist() for name, part in shapley(v, "ab").items()}
    {'a': [4.0], 'b': [2.0]}
    """
    _check(value, components)
    k = len(components)
    parts = {}
    for name in components:
        others = [one for one in components if one != name]
        total = np.zeros_like(value[frozenset()], dtype=np.float64)
        for before in subsets(others):
            size = len(before)
            weight = factorial(size) * factorial(k - size - 1) / factorial(k)
            total = total + weight * (value[before | {name}] - value[before])
        parts[name] = total
    return parts


def interactions(value: Mapping[Parts, Floats], components: Sequence[str]) -> dict[Parts, Floats]:
    """Return what each combination adds beyond all that its smaller parts add.

    Parameters
    ----------
    value, components
        As for `shapley`.

    Returns
    -------
    dict from combination to array [worlds]
        m(S) = sum over T in S of (-1)^(|S| - |T|) v(T), the dividends of Harsanyi (1959), for
        every combination but the empty one; all of them add up to v(all) - v(none). A combination
        of one is the effect of the component alone.
    """
    _check(value, components)
    found = {}
    for combination in subsets(components)[1:]:
        total = np.zeros_like(value[frozenset()], dtype=np.float64)
        for inner in subsets(sorted(combination)):
            total = total + (-1.0) ** (len(combination) - len(inner)) * value[inner]
        found[combination] = total
    return found


def _check(value: Mapping[Parts, Floats], components: Sequence[str]) -> None:
    problems = []
    if not 0 < len(components) <= MOST or len(set(components)) < len(components):
        raise InputError(f"components are {list(components)}; give 1 to {MOST} different names.")
    wanted = subsets(components)
    missing = [one for one in wanted if one not in value]
    if missing:
        names = ", ".join("+".join(sorted(one)) or "none" for one in missing)
        problems.append(f"no value for the combinations {names}; run every combination.")
    strange = [one for one in value if one not in wanted]
    if strange:
        names = ", ".join("+".join(sorted(one)) or "none" for one in strange)
        problems.append(f"values for {names}, which are no combinations of {list(components)}.")
    shapes = {np.shape(one) for one in value.values()}
    if len(shapes) > 1:
        problems.append(f"values have the shapes {sorted(shapes)}; give one number a world each.")
    if problems:
        raise InputError(problems)
