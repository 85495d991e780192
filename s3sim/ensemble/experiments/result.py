"""What an experiment found, and the folder it is written to."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from s3sim.core.errors import InputError
from s3sim.ensemble.experiments.study import Study
from s3sim.ensemble.files import write_json, writing
from s3sim.ensemble.provenance import code_fingerprint, commit, hashed, versions

SUMMARY, TABLE, FIGURES = "summary.json", "table.csv", "figures"

SaveFigure = Callable[[Any, str, Path], object]
"""Writes a figure under a name into a folder."""


@dataclass(frozen=True)
class Check:
    """A bar and what was measured; `must` bars decide whether the software can be trusted."""

    name: str
    bar: str
    measured: str
    met: bool
    must: bool = False


@dataclass(frozen=True)
class Answer:
    """What an experiment found.

    Parameters
    ----------
    findings : sequence of str
        Sentences that a sceptic would accept.
    table : DataFrame
        The figures behind them.
    numbers : mapping
        What a summary should hold, as plain values.
    figures : mapping
        Name to matplotlib figure.
    checks : sequence of Check
        Bars of the protocol.
    short : str
        The answer in one sentence, for an overview; collaboration is never told without growth.

    Raises
    ------
    InputError
        If a part is of another kind, or `numbers` holds what JSON does not know.
    """

    findings: Sequence[str]
    table: pd.DataFrame
    numbers: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    checks: Sequence[Check] = ()
    short: str = ""

    def __post_init__(self) -> None:
        texts = isinstance(self.findings, list | tuple) and len(self.findings) > 0
        wanted = {
            "findings": ("a list of sentences", texts and all(isinstance(s, str) for s in self.findings)),
            "table": ("a DataFrame", isinstance(self.table, pd.DataFrame)),
            "numbers": ("a mapping of names to plain values", isinstance(self.numbers, Mapping) and _is_json(self.numbers)),
            "figures": ("a mapping of names (letters, digits, '_') to figures",
                        isinstance(self.figures, Mapping) and all(isinstance(k, str) and k.isidentifier() and hasattr(f, "savefig") for k, f in self.figures.items())),
            "checks": ("a list of Check", isinstance(self.checks, list | tuple) and all(isinstance(c, Check) for c in self.checks)),
            "short": ("a text", isinstance(self.short, str)),
        }  # fmt: skip
        if problems := [f"Answer.{k} is not {what}." for k, (what, fits) in wanted.items() if not fits]:  # fmt: skip
            raise InputError(problems)

    @property
    def in_short(self) -> str:
        """The answer in one sentence; the first of its findings unless the script gives another."""
        return self.short or self.findings[0]


@dataclass(frozen=True)
class ExperimentResult:
    """A finished experiment.

    `answer` is None if it was stopped before its samples were complete; `problems` are figures
    that could not be drawn.
    """

    study: Study
    answer: Answer | None
    runs: int
    failed: int
    stopped: bool
    problems: Sequence[str] = ()


def plain(value: Any) -> Any:
    """Return a value that JSON knows: arrays become lists, what is not a number becomes null.

    >>> plain({"a": np.float64(1.5), "b": np.array([1, 2]), "c": float("nan")})
    {'a': 1.5, 'b': [1, 2], 'c': None}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, pd.DataFrame):
        return [plain(row) for row in value.to_dict("records")]
    if isinstance(value, np.ndarray | list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _is_json(value: Any) -> bool:
    try:
        json.dumps(plain(value), allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def prepared(out: Path) -> Path:
    """Return the folder of an answer, made if it is not there.

    Raises
    ------
    InputError
        If it is a file or cannot be written.
    """
    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out} is a file; name a folder.")
    try:
        (out / FIGURES).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"--out {out} cannot be written: {error.strerror or error}; name another folder."
        ) from None
    return out


def write(
    study: Study, answer: Answer, counts: Mapping[str, Any], out: Path, save_figure: SaveFigure
) -> list[str]:
    """Write table and summary, then figures; return one sentence for each figure that failed."""
    with writing(out / TABLE) as part:
        answer.table.to_csv(part, index=False, lineterminator="\n")
    design = study.design.model_dump()
    write_json({
        "name": study.config.name, "question": study.config.question, "tier": study.tier,
        "short": answer.in_short, "answer": list(answer.findings), "numbers": plain(answer.numbers),
        "checks": [plain(vars(check)) for check in answer.checks],
        **counts, "design": design, "design_hash": hashed(design),
        "data_fingerprint": study.base.world.fingerprint, "code": code_fingerprint(),
        "commit": commit(), "versions": versions(), "date": date.today().isoformat(),
        "command": f"s3sim experiment run {study.config.name} --tier {study.tier}",
    }, out / SUMMARY)  # fmt: skip
    problems = []
    for name, figure in answer.figures.items():
        try:
            save_figure(figure, name, out / FIGURES)
        except Exception as error:  # a figure never costs table and summary
            problems.append(f"figure {name} could not be drawn: {type(error).__name__}: {str(error)[:200]}")  # fmt: skip
    return problems


def summary(out: Path) -> dict[str, Any]:
    """Return the summary that a folder holds."""
    found: dict[str, Any] = json.loads((out / SUMMARY).read_text(encoding="utf-8"))
    return found
