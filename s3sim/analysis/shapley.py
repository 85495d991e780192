"""Fair shares of a whole among its parts, and what combinations of parts add.

Shapley's value (1953) is the mean contribution of a part over all orders in which parts can be
added; it is the only split that leaves nothing over, treats equal parts alike, gives nothing to one
that does nothing and adds up over outcomes. It shares what a combination adds beyond its smaller
parts (its dividend, Harsanyi 1959) equally among the members.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from s3sim.core.arrays import Bools, Floats
from s3sim.core.errors import InputError

Parts = frozenset[str]
MOST = 10
"""Most components: their combinations are a thousand policies."""


def equal_shares(dividend: Floats, member: Bools) -> Floats:
    """Return the Shapley value of each player, shape [players, ...].

    `dividend` [combinations, ...] is what each combination adds beyond all that its smaller parts
    add; `member` [combinations, players] is who is in it.
    """
    weight = member / np.maximum(member.sum(axis=1), 1)[:, None]
    shares: Floats = np.tensordot(weight.T, dividend, 1)
    return shares


def subsets(components: Sequence[str]) -> list[Parts]:
    """Return all combinations, the empty one first, small ones before large ones.

    >>> [sorted(parts) for parts in subsets(["a", "b"])]
    [[], ['a'], ['b'], ['a', 'b']]
    """
    sizes = range(len(components) + 1)
    return [frozenset(parts) for size in sizes for parts in combinations(components, size)]


def shapley(value: Mapping[Parts, Floats], components: Sequence[str]) -> dict[str, Floats]:
    """Return the part of each component in v(all) - v(none), draw by draw; exact.

    InputError if a combination is missing or too many, arrays differ in shape, or a component is
    named twice.

    Parameters
    ----------
    value : mapping from combination of components to array [draws]
        An outcome under every one of the 2^k combinations, in its unit.
    components : sequence of str
        The k components, in the order of the result.

    >>> none, a, b, both = (frozenset(parts) for parts in ("", "a", "b", "ab"))
    >>> v = {none: np.zeros(1), a: np.array([2.0]), b: np.array([0.0]), both: np.array([6.0])}
    >>> {name: part.tolist() for name, part in shapley(v, "ab").items()}
    {'a': [4.0], 'b': [2.0]}
    """
    found = interactions(value, components)
    member = np.array([[name in parts for name in components] for parts in found])
    shares = equal_shares(np.stack(list(found.values())), member)
    return dict(zip(components, shares, strict=True))


def interactions(value: Mapping[Parts, Floats], components: Sequence[str]) -> dict[Parts, Floats]:
    """Return what each combination adds beyond all that its smaller parts add, array [draws].

    m(S) = sum over T in S of (-1)^(|S| - |T|) v(T) (Harsanyi 1959), for every combination but the
    empty one; all of them add up to v(all) - v(none). Parameters and errors as for `shapley`.
    """
    if not 0 < len(components) <= MOST or len(set(components)) < len(components):
        raise InputError(f"components are {list(components)}; give 1 to {MOST} different names.")
    wanted, problems = subsets(components), []
    if missing := ["+".join(sorted(parts)) or "none" for parts in wanted if parts not in value]:
        problems.append(f"no value for {', '.join(missing)}; run every combination.")
    if strange := ["+".join(sorted(parts)) for parts in value if parts not in wanted]:
        problems.append(
            f"values for {', '.join(strange)}, which are no combinations of {list(components)}."
        )
    if len(shapes := {np.shape(values) for values in value.values()}) > 1:
        problems.append(f"values have the shapes {sorted(shapes)}; give one number a draw each.")
    if problems:
        raise InputError(problems)
    return {
        parts: np.sum(
            [(-1.0) ** (len(parts) - len(t)) * value[t] for t in subsets(sorted(parts))], axis=0
        )
        for parts in wanted[1:]
    }
