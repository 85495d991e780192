"""Run an experiment: its designs into a store, its answer into a folder."""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from s3sim.analysis.verdicts import MOST_FAILED
from s3sim.core.errors import InputError
from s3sim.ensemble.experiments.definition import Definition
from s3sim.ensemble.experiments.study import Answer, Check, Study, plain
from s3sim.ensemble.files import locked, write_json, writing
from s3sim.ensemble.provenance import code_fingerprint, commit, hashed, versions
from s3sim.ensemble.sampling import Samples
from s3sim.ensemble.store import Store
from s3sim.simulation.result import RunResult

KEEP = ("regions", "ledger")
STORE = "store"
SUMMARY, TABLE, FIGURES = "summary.json", "table.csv", "figures"

Sweep = Callable[[Sequence[Any], Store], tuple[list[RunResult], bool]]
"""Runs scenarios into a store; returns results and whether the user stopped it."""

SaveFigure = Callable[[Any, str, Path], object]
"""Writes a figure under a name into a folder."""


@dataclass(frozen=True)
class Done:
    """A finished experiment; `answer` is None if it was stopped before its worlds were complete."""

    study: Study
    answer: Answer | None
    runs: int
    failed: int
    stopped: bool


@dataclass(frozen=True)
class Job:
    """An experiment to run.

    Parameters
    ----------
    definition, script : Definition, module
        See `s3sim.ensemble.experiments.catalogue.load`.
    tier : str
        Its size.
    out : Path
        Where table, figures and summary go.
    store : Path
        Where runs are kept; two experiments on the same worlds may share one.
    accept_code : bool
        Go on with runs that other code made.
    """

    definition: Definition
    script: ModuleType
    tier: str
    out: Path
    store: Path
    accept_code: bool = False

    @property
    def study(self) -> Study:
        """What the script is given."""
        return Study(self.definition.at(self.tier), self.tier)

    def shelves(self) -> list["Shelf"]:
        """Return each design with the place of its runs."""
        study, user = self.study, self.definition.worlds_of
        made = []
        for k, worlds in enumerate(self.script.designs(study)):
            # Several experiments may use the worlds of one; what they add is their own.
            name = f"{self.store.name}{f'_{self.definition.name}' if user else ''}_{k + 1}"
            folder = self.store.with_name(name) if k else self.store
            made.append(Shelf(worlds, folder, study.hash_of(worlds), bool(k) or not user, self.accept_code))  # fmt: skip
        return made


@dataclass(frozen=True)
class Shelf:
    """Where the runs of one design are kept; only an `own` one is the experiment's to discard."""

    worlds: Samples
    folder: Path
    design: str
    own: bool
    accept_code: bool

    def open(self) -> Store:
        """Open the store, made if it is not there."""
        return Store(self.folder, {"design": self.design}, keep=KEEP, accept_code=self.accept_code)

    def discard(self) -> None:
        """Remove its runs; the worlds of another experiment stay.

        Raises
        ------
        InputError
            If another command uses the store.
        """
        if self.own and self.folder.is_dir():
            locked(self.folder).close()
            shutil.rmtree(self.folder)


def run(job: Job, sweep: Sweep, save_figure: SaveFigure) -> Done:
    """Run an experiment, or what its stores do not hold yet, and write its answer.

    Raises
    ------
    InputError
        If a folder cannot be written or a store belongs to something else.
    """
    study = job.study
    prepared = _folder(job.out)
    found: list[Samples] = []
    results: list[list[RunResult]] = []
    stopped = partial = False
    for shelf in job.shelves():
        with shelf.open() as store:
            used, part, stopped = _in_stages(job, study, shelf.worlds, store, sweep)
        found.append(used)
        results.append(part)
        partial |= len(part) < used.runs
        if stopped:
            break
    runs = sum(len(part) for part in results)
    failed = sum(one.status != "ok" for part in results for one in part)
    if stopped or partial:
        return Done(study, None, runs, failed, stopped)
    if failed > MOST_FAILED * runs:
        answer = _no_verdict(results, runs, failed)
    else:
        answer = job.script.answer(study, *zip(found, results, strict=True))
    seconds = sum(one.seconds for part in results for one in part)
    _write(
        job,
        answer,
        {"runs": runs, "failed": failed, "core_minutes": round(seconds / 60, 1)},
        prepared,
        save_figure,
    )
    return Done(study, answer, runs, failed, False)


def _in_stages(
    job: Job, study: Study, worlds: Samples, store: Store, sweep: Sweep
) -> tuple[Samples, list[RunResult], bool]:
    """Run a design; where its script knows when it is enough, by doubling prefixes."""
    enough = getattr(job.script, "enough", None)
    n, minimum = len(worlds.unit), study.design.minimum
    size = min(minimum, n) if enough and minimum else n
    while True:
        part = worlds.first(size)
        scenarios = part.scenarios
        store.plan(scenarios, part.varied())
        results, stopped = sweep(scenarios, store)
        done = size >= n or stopped or len(results) < len(scenarios)
        if done or (enough and enough(study, part, results)):
            return part, results, stopped
        size = min(2 * size, n)


def _folder(out: Path) -> Path:
    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out} is a file; name a folder.")
    try:
        (out / FIGURES).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"--out {out} cannot be written: {error.strerror or error}; name another folder."
        ) from None
    return out


def _no_verdict(results: Sequence[Sequence[RunResult]], runs: int, failed: int) -> Answer:
    rows = [
        {"run_id": r.run_id, "policy": r.policy, "replication": r.replication,
         "message": r.message, "command": r.command}
        for part in results for r in part if r.status != "ok"
    ]  # fmt: skip
    told = (
        f"No verdict: {failed} of {runs} runs failed, more than {MOST_FAILED:.0%}; "
        "what is missing may be what matters."
    )
    check = Check("failed runs", f"at most {MOST_FAILED:.0%}", f"{failed} of {runs}", False, True)
    return Answer([told], pd.DataFrame(rows), checks=[check])


def _write(
    job: Job, answer: Answer, counts: dict[str, Any], out: Path, save_figure: SaveFigure
) -> None:
    with writing(out / TABLE) as part:
        answer.table.to_csv(part, index=False, lineterminator="\n")
    for name, figure in answer.figures.items():
        save_figure(figure, name, out / FIGURES)
    study = job.study
    summary = {
        "name": job.definition.name, "question": job.definition.question, "tier": job.tier,
        "short": answer.in_short, "answer": list(answer.words), "numbers": plain(answer.numbers),
        "checks": [plain(vars(one)) for one in answer.checks],
        **counts, "design": study.design.model_dump(),
        "design_hash": hashed(study.design.model_dump()),
        "data_fingerprint": study.base.world.fingerprint, "code": code_fingerprint(),
        "commit": commit(), "versions": versions(), "date": date.today().isoformat(),
        "command": f"s3sim experiment run {job.definition.name} --tier {job.tier}",
    }  # fmt: skip
    write_json(summary, out / SUMMARY)


def summary(out: Path) -> dict[str, Any]:
    """Return the summary that a folder holds."""
    held: dict[str, Any] = json.loads((out / SUMMARY).read_text(encoding="utf-8"))
    return held
