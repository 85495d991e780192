"""Compare policies with a baseline on equal money and equal luck; on disk and back."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from s3sim.analysis.verdicts import MOST_FAILED
from s3sim.core.errors import InputError
from s3sim.ensemble.effects import effects_table, headline, outcome_info, undecidable
from s3sim.ensemble.files import read_csv
from s3sim.ensemble.plan import Plan
from s3sim.ensemble.provenance import manifest
from s3sim.ensemble.results import (
    NAMES,
    TABLES,
    claim,
    read_results,
    refuse_other_results,
    write,
)
from s3sim.ensemble.tables import (
    in_parts,
    ledger_table,
    links_table,
    regions_table,
    runs_table,
    timeline_table,
)
from s3sim.outcomes import OUTCOMES
from s3sim.simulation.result import RunResult
from s3sim.world import WORLDS, World, WorldNote

__all__ = ["Comparison", "compare", "outcome_info"]


class Source(Protocol):
    """Where the tables of a comparison come from."""

    def parts(self, name: str) -> Iterator[pd.DataFrame]:
        """Yield the table of this name (see `results.TABLES`) in parts, at least one."""

    def world(self) -> World:
        """Return regions and figures."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Policies against a baseline: tables, one sentence, and all that is needed to do it again.

    Parameters
    ----------
    policies : tuple of str
        Baseline first.
    manifest : dict
        What decided the results: see `s3sim.ensemble.provenance.manifest`.
    source : Source
        Finished runs, or a folder of results.
    notes : tuple of str
        What a reader should know: outcomes that some runs lack, a world that is gone.
    """

    policies: tuple[str, ...]
    manifest: dict[str, Any]
    source: Source
    notes: tuple[str, ...] = ()

    @classmethod
    def load(cls, folder: Path | str, world: Path | str | None = None) -> "Comparison":
        """Return the comparison that a folder holds.

        Parameters
        ----------
        folder : Path or str
            Where `save` or `s3sim compare` wrote.
        world : Path or str, optional
            Folder of the user's world that it was made on; a shipped world is found by its name, another
            in the working folder.

        Raises
        ------
        InputError
            If it holds no whole results. A world that is not found or has other figures is a note,
            and an error only where the world is used.
        """
        out = Path(folder)
        held = read_results(out)
        source = _Folder(out, held, world)
        notes = list(held.get("notes", []))
        try:
            source.world()
        except InputError as error:
            notes += error.problems
        return cls(tuple(held["scenario"]["policies"]), held, source, tuple(notes))

    def save(self, folder: Path | str, *, overwrite: bool = False) -> list[Path]:
        """Write all tables and the manifest, and return their files.

        Raises
        ------
        InputError
            If the folder holds files of these names that are not ours, or results of another
            scenario, unless `overwrite`.
        """
        out = Path(folder)
        claim(out, NAMES, overwrite=overwrite)
        if not overwrite:
            refuse_other_results(out, self.manifest)
        about = {**self.manifest, **({"notes": list(self.notes)} if self.notes else {})}
        return write({name: self.source.parts(name) for name in TABLES}, about, out)

    @cached_property
    def world(self) -> World:
        """Regions and figures."""
        return self.source.world()

    @property
    def baseline(self) -> str:
        """The policy that the others are compared with."""
        return self.policies[0]

    @property
    def replications(self) -> int:
        """Runs of each policy that were asked for."""
        return int(self.manifest["scenario"]["replications"])

    @property
    def failed(self) -> list[Any]:
        """Rows of `runs` that ended with an error, with its columns as attributes."""
        return list(self.runs[self.runs["status"] != "ok"].itertuples(index=False))

    @property
    def undecidable(self) -> bool:
        """Whether too many runs failed for a verdict."""
        return undecidable(len(self.failed), len(self.runs))

    @cached_property
    def headline(self) -> str:
        """One sentence in plain words, growth beside collaboration."""
        if self.undecidable:
            return (
                f"No verdict: {len(self.failed)} of {len(self.runs)} runs failed, more than "
                f"{MOST_FAILED:.0%}; what is missing may be what matters."
            )
        about = self.manifest["scenario"]
        one_country = about.get("countries") == 1
        return headline(self.effects, self.policies, int(about["years"]), one_country=one_country)

    @cached_property
    def effects(self) -> pd.DataFrame:
        """One row an outcome and policy: paired effect, interval, verdict."""
        return self._table("effects")

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row a run, one column an outcome."""
        return self._table("runs")

    @cached_property
    def regions(self) -> pd.DataFrame:
        """One row a run, outcome and region."""
        return self._table("regions")

    @cached_property
    def timeline(self) -> pd.DataFrame:
        """One row a run, outcome and quarter."""
        return self._table("timeline")

    @cached_property
    def links(self) -> pd.DataFrame:
        """One row a run, pair of regions and kind of collaboration."""
        return self._table("links")

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """One row a run, year and item."""
        return self._table("ledger")

    def _table(self, name: str) -> pd.DataFrame:
        return pd.concat(list(self.source.parts(name)), ignore_index=True)


@dataclass(frozen=True)
class _Runs:
    """Tables made from results."""

    plan: Plan
    results: tuple[RunResult, ...]

    def parts(self, name: str) -> Iterator[pd.DataFrame]:
        if name == "effects":
            return iter([effects_table(self.results, self.plan.policies)])
        world = self.world()
        made = {
            "runs": runs_table, "timeline": timeline_table, "ledger": ledger_table,
            "regions": lambda results: regions_table(results, world),
            "links": lambda results: links_table(results, world),
        }  # fmt: skip
        return in_parts(self.results, made[name])

    def world(self) -> World:
        return self.plan.scenario.world


@dataclass(frozen=True)
class _Folder:
    """Tables read from a folder of results."""

    folder: Path
    about: dict[str, Any]
    given: Path | str | None

    def parts(self, name: str) -> Iterator[pd.DataFrame]:
        path = self.folder / TABLES[name]
        try:
            frame = read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
        except (OSError, ValueError) as error:
            told = (str(error) or type(error).__name__).splitlines()[0]
            raise InputError(f"{path} cannot be read ({told}).") from None
        yield frame

    def world(self) -> World:
        name = self.about["scenario"]["world"]
        places = [self.given] if self.given is not None else [*([name] if name in WORLDS else []), f"./{name}"]  # fmt: skip
        found = []
        for place in places:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", WorldNote)  # told when the runs were made
                    found.append(World.load(place))
            except InputError:
                continue
        for world in found:
            if world.fingerprint == self.about["data_fingerprint"]:
                return world
        why = "has other figures now" if found else "is not found"
        raise InputError(
            f"the world '{name}' that the results in {self.folder} were made on {why}; "
            "name its folder: Comparison.load(folder, world=...)."
        )


def compare(plan: Plan, results: Sequence[RunResult]) -> Comparison:
    """Return the comparison of a plan's results.

    Raises
    ------
    InputError
        If a result is not of this plan: another world, seed, length or parameter.
    """
    ids = {(s.policy, s.replication): s.run_id for s in plan.scenarios()}
    foreign = [run for run in results if ids.get((run.policy, run.replication)) != run.run_id]
    if foreign:
        first = foreign[0]
        raise InputError(
            f"{len(foreign)} of {len(results)} results are not of this plan, the first one: run {first.run_id}, "
            f"{first.policy}, replication {first.replication}. Compare results with the plan that made them."
        )
    done = [run for run in results if run.status == "ok"]
    lacking = {name: sum(name not in run.outcomes for run in done) for name in OUTCOMES}
    notes = tuple(
        f"{name} was declared after {n} of {len(done)} runs were made, which lack it."
        for name, n in lacking.items()
        if n
    )
    return Comparison(plan.policies, manifest(plan), _Runs(plan, tuple(results)), notes)
