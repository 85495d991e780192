"""Run an experiment: its script's designs into stores, its answer into a folder."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from s3sim.analysis.verdicts import MOST_FAILED
from s3sim.core.errors import InputError
from s3sim.ensemble.experiments.config import ExperimentConfig
from s3sim.ensemble.experiments.result import (
    Answer,
    Check,
    ExperimentResult,
    SaveFigure,
    holds,
    prepared,
    write,
)
from s3sim.ensemble.experiments.study import Study
from s3sim.ensemble.files import refuse_link
from s3sim.ensemble.results import discard
from s3sim.ensemble.sampling import Samples
from s3sim.ensemble.store import MANIFEST, Store
from s3sim.simulation.result import RunResult

KEEP = ("regions", "ledger")
STORE = "store"

Sweep = Callable[[Sequence[Any], Store], tuple[list[RunResult], bool]]
"""Runs scenarios into a store; returns results and whether the user stopped it."""


@contextmanager
def guarded(script: Path, doing: str) -> Iterator[None]:
    """Turn whatever a script does wrong into one sentence with its file and line.

    An interrupt passes; `sys.exit` within a script is a mistake like any other.
    """
    try:
        yield
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        step = error.__traceback__
        while step is not None:
            if step.tb_frame.f_code.co_filename == str(script):
                line = step.tb_lineno
            step = step.tb_next
        said = str(error) if isinstance(error, InputError) else f"{type(error).__name__}: {error}"
        said = "".join(c if c.isprintable() else " " for c in said)[:500].rstrip(". ")
        place = f"{script}, line {line}" if line else str(script)
        raise InputError(
            f"{place}: {doing} failed ({said}). Runs that were made are kept; mend the script and "
            "give the same command again."
        ) from None


def load(folder: Path, name: str) -> tuple[ExperimentConfig, ModuleType]:
    """Return an experiment's configuration and its script, which is run: a folder is code.

    Raises
    ------
    InputError
        If its file holds mistakes, it has no script, or the script fails or lacks a function.
    """
    config = ExperimentConfig.read(folder / f"{name}.toml")
    path = (folder / f"{name}.py").resolve()
    if not path.is_file():
        raise InputError(f"experiment {name} has no script {name}.py.")
    loader = SourceFileLoader(f"s3sim_experiment_{name}", str(path))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    script = module_from_spec(spec)
    sys.modules[spec.name] = script
    with guarded(path, "reading the script"):
        loader.exec_module(script)
    for function in ("designs(study)", "answer(study, *runs)"):
        if not callable(getattr(script, function.partition("(")[0], None)):
            raise InputError(f"{path}: the script has no function {function}.")
    return config, script


@dataclass(frozen=True)
class ExperimentRun:
    """An experiment to run at a tier: where its answer goes, and where its runs are kept.

    Two experiments on the same samples may share a store; `accept_code` goes on with runs that
    other code made.
    """

    config: ExperimentConfig
    script: ModuleType
    tier: str
    out: Path
    store: Path
    accept_code: bool = False

    @property
    def path(self) -> Path:
        """The script's file."""
        return Path(str(self.script.__file__))

    @property
    def study(self) -> Study:
        """What the script is given."""
        return Study(self.config.at(self.tier), self.tier)

    def run_sets(self) -> list["RunSet"]:
        """Return each design with the place of its runs.

        Raises
        ------
        InputError
            If the script's `designs` fails or returns something else.
        """
        study, user, made = self.study, self.config.samples_of, []
        with guarded(self.path, "designs"):
            designs = self.script.designs(study)
            if not holds(designs, Samples):
                raise InputError("designs returns a list of samples, as in [study.samples()]")
        for k, samples in enumerate(designs):
            # Several experiments may use the samples of one; what they add is their own.
            name = f"{self.store.name}{f'_{self.config.name}' if user else ''}_{k + 1}"
            folder = self.store.with_name(name) if k else self.store
            own = bool(k) or not user
            made.append(RunSet(samples, folder, study.hash_of(samples), own, self.accept_code))
        return made


@dataclass(frozen=True)
class RunSet:
    """Where the runs of one design are kept; only an `own` one is the experiment's to discard."""

    samples: Samples
    folder: Path
    design: str
    own: bool
    accept_code: bool

    def open(self) -> Store:
        """Open the store, made if it is not there."""
        return Store(self.folder, {"design": self.design}, keep=KEEP, accept_code=self.accept_code)

    def discard(self) -> None:
        """Remove its runs and nothing else; the samples of another experiment stay.

        Raises
        ------
        InputError
            If the folder is a link or no store of an experiment, or another command uses it.
        """
        refuse_link(self.folder)
        if not self.own or not self.folder.exists():
            return
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            return
        try:
            design = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))["design"]
            ours = list(design) == ["design"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            ours = False
        if not ours:
            raise InputError(
                f"{self.folder} is no store of an experiment (its {MANIFEST} does not say so); "
                "nothing was removed. Name another folder with --store."
            )
        discard(self.folder)


def run(job: ExperimentRun, sweep: Sweep, save_figure: SaveFigure) -> ExperimentResult:
    """Run an experiment, or what its stores do not hold yet, and write its answer.

    Raises
    ------
    InputError
        If a folder cannot be written, a store belongs to something else, or the script fails;
        runs that were made are kept.
    """
    study, run_sets = job.study, job.run_sets()
    out = prepared(job.out)
    found: list[tuple[Samples, list[RunResult]]] = []
    stopped = False
    for run_set in run_sets:
        with run_set.open() as store:
            used, part, stopped = _in_stages(job, study, run_set.samples, store, sweep)
        found.append((used, part))
        if stopped:
            break
    results = [result for _, part in found for result in part]
    runs, failed = len(results), sum(result.status != "ok" for result in results)
    if stopped or any(len(part) < used.runs for used, part in found):
        return ExperimentResult(study, None, runs, failed, stopped)
    if failed > MOST_FAILED * runs:
        answer = _no_verdict(results, failed)
    else:
        with guarded(job.path, "answer"):
            answer = job.script.answer(study, *found)
            if not isinstance(answer, Answer):
                raise InputError(f"answer returns an Answer, not {type(answer).__name__}")
    minutes = round(sum(result.seconds for result in results) / 60, 1)
    counts = {"runs": runs, "failed": failed, "core_minutes": minutes}
    problems = write(study, answer, counts, out, save_figure)
    return ExperimentResult(study, answer, runs, failed, False, problems)


def _in_stages(
    job: ExperimentRun, study: Study, samples: Samples, store: Store, sweep: Sweep
) -> tuple[Samples, list[RunResult], bool]:
    """Run a design; where its script knows when it is enough, by doubling prefixes."""
    enough = getattr(job.script, "enough", None)
    n, minimum = len(samples.unit), study.design.minimum
    size = min(minimum, n) if enough and minimum else n
    while True:
        part = samples.first(size)
        scenarios = part.scenarios
        store.plan(scenarios, part.varied())
        results, stopped = sweep(scenarios, store)
        if size >= n or stopped or len(results) < len(scenarios):
            return part, results, stopped
        with guarded(job.path, "enough"):
            if enough and enough(study, part, results):
                return part, results, stopped
        size = min(2 * size, n)


def _no_verdict(results: Sequence[RunResult], failed: int) -> Answer:
    columns = ("run_id", "policy", "replication", "message", "command")
    rows = [{key: getattr(r, key) for key in columns} for r in results if r.status != "ok"]
    measured, bar = f"{failed} of {len(results)}", f"{MOST_FAILED:.0%}"
    told = (
        f"No verdict: {measured} runs failed, more than {bar}; what is missing may be what matters."
    )
    check = Check("failed runs", f"at most {bar}", measured, False, True)
    return Answer([told], pd.DataFrame(rows), checks=[check])
