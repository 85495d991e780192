"""The one table of what a comparison or a run can be told; files, options and keywords read it.

Importing it loads nothing but the standard library, so that `s3sim --help` stays quick.
"""

from dataclasses import dataclass
from typing import Any

WHAT, HOW = "What to run", "How to run it"


@dataclass(frozen=True)
class Option:
    """A setting: its type, default, allowed range and meaning.

    `text` is the help of the command line; `meaning` what a message and a scenario file say.
    """

    name: str
    kind: type  # str, list (of str), int, float, or dict for parameters
    default: Any
    meaning: str
    text: str
    metavar: str = "N"
    low: float = 0
    high: float = 0
    panel: str = WHAT

    @property
    def limits(self) -> str:
        """Return the allowed range in words, empty for what is no number."""
        return f"{self.low:.10g} to {self.high:.10g}" if self.kind in (int, float) else ""

    @property
    def help(self) -> str:
        """Return the help text of the command line, with range and default."""
        default = " ".join(self.default) if self.kind is list else self.default
        limits = f", {self.limits}" if self.limits else ""
        return f"{self.text}{limits}; default {default}."


OPTIONS = {
    one.name: one
    for one in (
        Option("world", str, "partners", "region set, or a folder with tables of your own",
               "partners, bsr, or a folder with your regions.csv and employment.csv", "NAME|FOLDER"),
        Option("baseline", str, "isolated_s3", "policy that the others are compared with",
               "Policy that the others are compared with", "NAME"),
        Option("policies", list, ("domestic_brokers", "trans_s3", "trans_s3_tibs"), "policies to compare with it",
               "Policies to compare with it, one or more ('s3sim describe policies')", "NAME..."),
        Option("replications", int, 24, "runs of each policy, each with its own luck",
               "Runs of each policy", low=1, high=100_000, panel=HOW),
        Option("years", int, 14, "length of a run, years", "Length of a run, years", low=1, high=100),
        Option("scale", float, 0.05, "simulated firms for each real firm; 1 simulates them all",
               "Simulated firms for each real firm", "X", 0.001, 1, HOW),
        Option("seed", int, 0, "decides all luck", "Decides all luck", high=2**31, panel=HOW),
        Option("start", int, 1, "years before policies start", "Years before policies start", high=100),
        Option("parameters", dict, {}, "dotted names; 's3sim describe parameters'",
               "Set a parameter, as in search.rate=0.3. Repeatable", "KEY=VALUE"),
        Option("policy", str, "isolated_s3", "policy to run", "Policy to run ('s3sim describe policies')", "NAME"),
        Option("replication", int, 0, "which of the replications to run", "Which of the replications",
               high=2**31, panel=HOW),
    )
}  # fmt: skip

OF_A_RUN = ("policy", "replication")
KEYS = tuple(name for name in OPTIONS if name not in OF_A_RUN)
"""What a scenario file may hold; `policy` and `replication` belong to a single run."""

MOST_WORKERS = 1024
