"""Frozen named values of which some are exchanged at a time, thousands of times a run."""

import os
import sys
from dataclasses import dataclass
from typing import Any, Self

CHECKED = os.environ.get("S3SIM_CHECK", "0") not in ("", "0") or sys.flags.dev_mode
"""Whether copies of records are checked, as new ones are: under S3SIM_CHECK=1 (the tests) and
`python -X dev`."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """A frozen dataclass with cheap copies: they skip the constructor and share unchanged values."""

    @classmethod
    def _made(cls, values: dict[str, Any]) -> Self:
        """Return a record of all its values; the dictionary becomes the record's own."""
        new = object.__new__(cls)
        object.__setattr__(new, "__dict__", values)
        if CHECKED:
            new.__post_init__()
        return new

    def __post_init__(self) -> None:
        """Check what can be checked."""

    def replace(self, **values: Any) -> Self:
        """Return a record with some values exchanged; unknown names are a `TypeError`."""
        present = self.__dict__
        if not values.keys() <= present.keys():
            unknown = sorted(values.keys() - present.keys())
            raise TypeError(f"{type(self).__name__} has no {', '.join(unknown)}")
        return self._made({**present, **values})
