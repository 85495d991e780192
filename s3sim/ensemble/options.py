"""The one table of what a comparison or a run can be told; files, options and keywords read it.

Importing it loads nothing but the standard library, so that `s3sim --help` stays quick.
"""

from dataclasses import dataclass
from typing import Any

WHAT, HOW, OUTPUT = "What to run", "How to run it", "Output"
"""Headings of the help."""


@dataclass(frozen=True)
class Option:
    """A setting: its type, default, meaning and allowed range.

    `kind` is str, list (of policies), dict (of parameters), int, float or bool. `meaning` stands in
    help and messages, `hint` in the help alone.
    """

    name: str
    kind: type
    default: Any
    meaning: str
    metavar: str | None = "N"
    low: float = 0
    high: float = 0
    panel: str = WHAT
    hint: str = ""

    @property
    def limits(self) -> str:
        """Return the allowed range in words, empty for what is no number."""
        return f"{self.low:.10g} to {self.high:.10g}" if self.kind in (int, float) else ""

    @property
    def help(self) -> str:
        """Return the help text of the command line, with range and default."""
        text = f"{self.meaning[:1].upper()}{self.meaning[1:]}"
        if self.limits:
            text += f", {self.limits}"
        if self.default is not None and self.kind not in (dict, bool):
            default = " ".join(self.default) if self.kind is list else self.default
            text += f"; default {default}"
        return f"{text}{self.hint and f'; {self.hint}'}."


_ROWS = (
    Option("world", str, "partners", "partners, bsr, or a folder with your regions.csv and employment.csv", "NAME|FOLDER"),
    Option("baseline", str, "isolated_s3", "policy that the others are compared with", "NAME"),
    Option("policies", list, ("domestic_brokers", "trans_s3", "trans_s3_tibs"),
           "policies to compare with it, one or more ('s3sim describe policies')", "NAME..."),
    Option("replications", int, 24, "runs of each policy, each with its own luck", low=1, high=100_000, panel=HOW),
    Option("years", int, 14, "length of a run, years", low=1, high=100),
    Option("scale", float, 0.05, "simulated firms for each real firm; 1 simulates them all", "X", 0.001, 1, HOW),
    Option("seed", int, 0, "decides all luck", high=2**31, panel=HOW),
    Option("start", int, 1, "years before policies start", high=100),
    Option("parameters", dict, {}, "set a parameter, as in search.rate=0.3; repeatable ('s3sim describe parameters')", "KEY=VALUE"),
    Option("policy", str, "isolated_s3", "policy to run ('s3sim describe policies')", "NAME"),
    Option("replication", int, 0, "which of the replications to run", high=2**31, panel=HOW),
    Option("workers", int, None, "processes", low=1, high=1024, panel=HOW,
           hint="1 runs in this one; by default as many as there are cores"),
    Option("dask", str, None, "address of a Dask scheduler as in tcp://10.0.0.1:8786, or 'local'", "ADDRESS|local", panel=HOW,
           hint="'local' is a cluster of --workers processes here"),
    Option("max_seconds", float, None, "seconds after which no further replication starts", "S", 1e-6, 1e9, HOW,
           hint="the same command goes on later"),
    Option("overwrite", bool, False, "replace other results there", None, panel=OUTPUT),
    Option("accept_code", bool, False, "go on with runs there that other code of the model made; both are put on record",
           None, panel=OUTPUT),
)  # fmt: skip
OPTIONS = {option.name: option for option in _ROWS}

WAYS = ("workers", "dask", "max_seconds", "overwrite", "accept_code")
"""What decides how things are run, not what."""

KEYS = tuple(name for name in OPTIONS if name not in ("policy", "replication", *WAYS))
"""What a scenario file may hold; `policy` and `replication` belong to a single run."""
