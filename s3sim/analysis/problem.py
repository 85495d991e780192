"""What is varied: named factors on the unit cube, alone or in groups."""

from dataclasses import dataclass
from typing import Any

from s3sim.core.errors import InputError

DUMMY = "dummy_"
"""Beginning of the name of a factor that the model never reads."""

SEED = "seed"
"""Usual name of the factor that chooses the luck of a run."""

RESERVED = ("_raw", "_step", "_balanced", "_conf")
"""Ends of names that SALib keeps for its own columns."""


@dataclass(frozen=True)
class Problem:
    """Factors of a sensitivity analysis; each is uniform on [0, 1].

    The caller turns a unit value into a parameter value, so no distribution is known here. A
    label is what gets an index: a factor or, where `grouped`, a group.

    InputError with every mistake; and when groups are asked for and there are none, or only one.

    Parameters
    ----------
    names : tuple of str
        Factors in column order; different from one another.
    groups : tuple of str, optional
        Group of each factor, in the same order.
    """

    names: tuple[str, ...]
    groups: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(str(name) for name in self.names))
        problems = _problems("factor", self.names)
        if not self.names:
            problems.append("no factor to analyse; name at least one.")
        twice = sorted({name for name in self.names if self.names.count(name) > 1})
        problems += [f"factor '{name}' is named more than once." for name in twice]
        if self.groups is not None:
            object.__setattr__(self, "groups", tuple(str(group) for group in self.groups))
            problems += _problems("group", tuple(dict.fromkeys(self.groups)))
            if len(self.groups) != len(self.names):
                problems.append(
                    f"groups has {len(self.groups)} entries for {len(self.names)} factors; "
                    "give one group for each factor."
                )
        if problems:
            raise InputError(problems)

    @property
    def size(self) -> int:
        """Number of factors."""
        return len(self.names)

    def labels(self, grouped: bool = False) -> tuple[str, ...]:
        """Return the factors, or the groups in order of appearance.

        >>> Problem(("a", "b", "c"), ("y", "x", "y")).labels(grouped=True)
        ('y', 'x')
        """
        return tuple(dict.fromkeys(self._groups())) if grouped else self.names

    def members(self, label: str, grouped: bool = False) -> tuple[str, ...]:
        """Return the factors behind a label."""
        if not grouped:
            return (label,)
        pairs = zip(self.names, self._groups(), strict=True)
        return tuple(name for name, group in pairs if group == label)

    def group_of(self, label: str, grouped: bool = False) -> str:
        """Return the group of a label; an empty string without groups."""
        if grouped:
            return label
        return "" if self.groups is None else self.groups[self.names.index(label)]

    def is_dummy(self, label: str, grouped: bool = False) -> bool:
        """Return whether a factor, or every factor of a group, is a dummy."""
        return all(name.startswith(DUMMY) for name in self.members(label, grouped))

    def salib(self, grouped: bool = False) -> dict[str, Any]:
        """Return a new problem for SALib at each call, because SALib writes into it."""
        bounds = [[0.0, 1.0] for _ in self.names]
        problem: dict[str, Any] = {
            "num_vars": self.size,
            "names": list(self.names),
            "bounds": bounds,
        }
        if grouped:
            problem["groups"] = list(self._groups())
            # With one group SALib samples factors and analyses groups.
            if len(self.labels(grouped=True)) < 2:
                raise InputError("all factors are in one group; name at least two groups.")
        return problem

    def _groups(self) -> tuple[str, ...]:
        if self.groups is None:
            raise InputError("the problem has no groups; give 'groups', one for each factor.")
        return self.groups


def _problems(what: str, names: tuple[str, ...]) -> list[str]:
    """Say which names are empty or end like a column of SALib."""
    found = [f"{what} {k} has no name." for k, name in enumerate(names) if not name]
    return found + [
        f"{what} '{name}' ends in '{end}', which is reserved; choose another name."
        for name in names
        for end in RESERVED
        if name.endswith(end)
    ]
