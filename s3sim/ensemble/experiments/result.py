"""What an experiment found, and the folder it is written to."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from s3sim.core.errors import InputError
from s3sim.core.formatting import plain
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
        What a summary should hold: plain values, arrays and tables by name.
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
        named = "a mapping of names (letters, digits, '_') to figures"
        wanted = {
            "findings": (holds(self.findings, str) and self.findings, "a list of sentences"),
            "table": (isinstance(self.table, pd.DataFrame), "a DataFrame"),
            "numbers": (_is_json(self.numbers), "a mapping of names to plain values"),
            "figures": (_are_figures(self.figures), named),
            "checks": (holds(self.checks, Check), "a list of Check"),
            "short": (isinstance(self.short, str), "a text"),
        }
        if wrong := [
            f"Answer.{k} is not {what}." for k, (fits, what) in wanted.items() if not fits
        ]:
            raise InputError(wrong)

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


def holds(value: Any, kind: type) -> bool:
    """Return whether a value is a list or tuple of one kind of thing."""
    return isinstance(value, list | tuple) and all(isinstance(part, kind) for part in value)


def _are_figures(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(name, str) and name.isidentifier() and hasattr(figure, "savefig")
        for name, figure in value.items()
    )


def _is_json(value: Any) -> bool:
    try:
        json.dumps(_plain(value), allow_nan=False)
    except (TypeError, ValueError, AttributeError, RecursionError):
        return False
    return True


def _plain(numbers: Mapping[str, Any]) -> Any:
    """Return numbers as JSON knows them, tables as lists of rows."""
    tables = {k: v.to_dict("records") for k, v in numbers.items() if isinstance(v, pd.DataFrame)}
    return plain({**numbers, **tables})


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
    config, design = study.config, study.design.model_dump()
    about = {
        "name": config.name,
        "question": config.question,
        "tier": study.tier,
        "short": answer.in_short,
        "answer": list(answer.findings),
        "numbers": _plain(answer.numbers),
        "checks": [plain(vars(check)) for check in answer.checks],
        **counts,
        "design": design,
        "design_hash": hashed(design),
        "data_fingerprint": study.base.world.fingerprint,
        "code": code_fingerprint(),
        "commit": commit(),
        "versions": versions(),
        "date": date.today().isoformat(),
        "command": f"s3sim experiment run {config.name} --tier {study.tier}",
    }
    write_json(about, out / SUMMARY)
    problems = []
    for name, figure in answer.figures.items():
        try:
            save_figure(figure, name, out / FIGURES)
        except Exception as error:  # a figure never costs table and summary
            said = f"{type(error).__name__}: {str(error)[:200]}"
            problems.append(f"figure {name} could not be drawn: {said}")
    return problems


def summary(out: Path) -> dict[str, Any]:
    """Return the summary that a folder holds."""
    found: dict[str, Any] = json.loads((out / SUMMARY).read_text(encoding="utf-8"))
    return found
