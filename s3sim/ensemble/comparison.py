"""Compare policies with a baseline on equal money and equal luck; on disk and back."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from s3sim.analysis.verdicts import HIGHER, LOWER, MOST_FAILED, UNCLEAR
from s3sim.core.errors import InputError, reason
from s3sim.core.formatting import rounded
from s3sim.ensemble.files import read_csv
from s3sim.ensemble.plan import Plan
from s3sim.ensemble.provenance import manifest
from s3sim.ensemble.results import NAMES, TABLES, claim, read_results, refuse_others, write
from s3sim.ensemble.tables import effects_table, in_parts, outcome_info, undecidable
from s3sim.outcomes import OUTCOMES
from s3sim.policies import POLICIES
from s3sim.simulation.result import RunResult
from s3sim.world import WORLDS, World, WorldNote

__all__ = ["Comparison", "compare", "headline", "outcome_info"]

LINKS, GROWTH = "cross_border_collaborations", "gross_value_added"


def _frame(name: str, text: str) -> "cached_property[pd.DataFrame]":
    def read(self: "Comparison") -> pd.DataFrame:
        return pd.concat(list(self.parts(name)), ignore_index=True)

    read.__doc__ = text
    return cached_property(read)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Policies against a baseline: tables, one sentence, and all that is needed to do it again.

    Parameters
    ----------
    policies : tuple of str
        Baseline first.
    manifest : dict
        What decided the results: see `s3sim.ensemble.provenance.manifest`.
    parts : callable
        Given the name of a table (see `results.TABLES`), yields it in parts, at least one.
    find_world : callable
        Returns regions and figures.
    notes : tuple of str
        What a reader should know: outcomes that some runs lack, a world that is gone.
    """

    policies: tuple[str, ...]
    manifest: dict[str, Any]
    parts: Callable[[str], Iterator[pd.DataFrame]]
    find_world: Callable[[], World]
    notes: tuple[str, ...] = ()

    effects = _frame("effects", "One row an outcome and policy: paired effect, interval, verdict.")
    runs = _frame("runs", "One row a run: its status, one column an outcome.")
    regions = _frame("regions", "One row a run, outcome and region.")
    timeline = _frame("timeline", "One row a run, outcome and quarter.")
    links = _frame("links", "One row a run, pair of regions and kind of collaboration.")
    ledger = _frame("ledger", "One row a run, year and item.")

    @classmethod
    def of(cls, plan: Plan, results: Sequence[RunResult], **more: Any) -> Self:
        """Return the comparison of a plan's results; `more` are fields of a subclass.

        Raises InputError if a result is not of this plan: another world, seed, length or parameter.
        """
        ids = {(s.policy, s.replication): s.run_id for s in plan.scenarios()}
        foreign = [run for run in results if ids.get((run.policy, run.replication)) != run.run_id]
        if foreign:
            first = foreign[0]
            raise InputError(
                f"{len(foreign)} of {len(results)} results are not of this plan, the first one: run {first.run_id}, "
                f"{first.policy}, replication {first.replication}. Compare results with the plan that made them."
            )
        complete = [run for run in results if run.status == "ok"]
        lacking = {name: sum(name not in run.outcomes for run in complete) for name in OUTCOMES}
        notes = tuple(
            f"{name} was declared after {n} of {len(complete)} runs were made, which lack it."
            for name, n in lacking.items()
            if n
        )
        world = plan.scenario.world

        def parts(name: str) -> Iterator[pd.DataFrame]:
            if name == "effects":
                return iter([effects_table(results, plan.policies)])
            return in_parts(results, name, world)

        return cls(plan.policies, manifest(plan), parts, lambda: world, notes, **more)

    @classmethod
    def load(cls, folder: Path | str, world: Path | str | None = None, **more: Any) -> Self:
        """Return the comparison that a folder holds.

        Parameters
        ----------
        folder : Path or str
            Where `save_tables` or `s3sim compare` wrote.
        world : Path or str, optional
            Folder of the user's world that it was made on; a shipped world is found by its name, another
            in the working folder.
        **more
            Fields of a subclass.

        Raises InputError if it holds no whole results. A world that is not found or has other
        figures is a note, and an error only where the world is used.
        """
        out = Path(folder)
        about = read_results(out)
        notes = list(about.get("notes", []))

        def find() -> World:
            return _world_again(out, about, world)

        try:
            find()
        except InputError as error:
            notes += error.problems
        policies = tuple(about["scenario"]["policies"])
        return cls(policies, about, lambda name: _read(out, name), find, tuple(notes), **more)

    def save_tables(self, folder: Path | str, *, overwrite: bool = False) -> list[Path]:
        """Write all tables and the manifest, and return their files.

        Raises InputError if the folder holds files of these names that are not ours, or results of
        another scenario, unless `overwrite`.
        """
        out = Path(folder)
        claim(out, NAMES, overwrite=overwrite)
        if not overwrite:
            refuse_others(out, self.manifest)
        about = {**self.manifest, **({"notes": list(self.notes)} if self.notes else {})}
        return write({name: self.parts(name) for name in TABLES}, about, out)

    @cached_property
    def world(self) -> World:
        """Regions and figures."""
        return self.find_world()

    @property
    def baseline(self) -> str:
        """The policy that the others are compared with."""
        return self.policies[0]

    @property
    def failed(self) -> list[Any]:
        """Rows of `runs` that ended with an error, with its columns as attributes."""
        return list(self.runs[self.runs["status"] != "ok"].itertuples(index=False))

    @cached_property
    def headline(self) -> str:
        """One sentence in plain words, growth beside collaboration."""
        failed, runs = len(self.failed), len(self.runs)
        if undecidable(failed, runs):
            return (
                f"No verdict: {failed} of {runs} runs failed, more than {MOST_FAILED:.0%}; "
                "what is missing may be what matters."
            )
        about = self.manifest["scenario"]
        one_country = about.get("countries") == 1
        return headline(self.effects, self.policies, int(about["years"]), one_country=one_country)


compare = Comparison.of


def _read(folder: Path, name: str) -> Iterator[pd.DataFrame]:
    path = folder / TABLES[name]
    try:
        yield read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({reason(error)}).") from None


def _world_again(folder: Path, about: dict[str, Any], given: Path | str | None) -> World:
    """Return the world that results in a folder were made on."""
    name = about["scenario"]["world"]
    places = [given] if given is not None else [*([name] if name in WORLDS else []), f"./{name}"]
    why = "is not found"
    for place in places:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", WorldNote)  # told when the runs were made
                world = World.load(place)
        except InputError:
            continue
        if world.fingerprint == about["data_fingerprint"]:
            return world
        why = "has other figures now"
    raise InputError(
        f"the world '{name}' that the results in {folder} were made on {why}; "
        "name its folder: Comparison.load(folder, world=...)."
    )


def headline(
    effects: pd.DataFrame, policies: Sequence[str], years: int, *, one_country: bool = False
) -> str:
    """Return one sentence in plain words: collaboration and growth, whichever way it came out.

    Parameters
    ----------
    effects : DataFrame
        As written to `effects.csv`.
    policies : sequence of str
        Baseline first.
    years : int
        Length of the runs.
    one_country : bool
        Whether there is no border to collaborate across.
    """
    baseline = _title(policies[0])
    if len(policies) == 1:
        return f"{baseline} was run alone over {years} years; there is nothing to compare it with."
    parts = [_of(effects, policy, one_country) for policy in policies[1:]]
    return f"After {years} years at equal public money and on the same luck, compared with {baseline}: {'; '.join(parts)}."


def _title(policy: str) -> str:
    return POLICIES[policy].title if policy in POLICIES else policy


def _of(effects: pd.DataFrame, policy: str, one_country: bool) -> str:
    mine = effects[effects["policy"] == policy].set_index("outcome")
    if GROWTH not in mine.index or not mine["replications"].max():
        return f"{_title(policy)} has no complete replication"
    growth = _words(mine.loc[GROWTH], "gross value added", "higher", "lower")
    if one_country:
        return f"{_title(policy)} has {growth}; in one country there are no cross-border collaborations to compare"
    links = _words(mine.loc[LINKS], "cross-border collaborations", "more", "fewer")
    return f"{_title(policy)} has {links} and {growth}"


def _words(row: Any, what: str, up: str, down: str) -> str:
    """Return 'more x (+3.1 %, 95 % interval +2.0 to +4.2 %)' or 'no clear difference in x (...)'."""
    base, effect, verdict = float(row["mean_baseline"]), float(row["effect"]), str(row["verdict"])
    if not np.isfinite(effect):
        return f"no {what} to compare, as no run defines them"
    if base == 0:
        under = "under the baseline, so no change in per cent"
        return f"no {what} {under if effect else 'to compare'}"
    low, high = float(row["ci_low"]), float(row["ci_high"])
    if not np.isfinite([low, high]).all():
        only = rounded(*[100 * effect / abs(base)] * 3).effect
        return f"no verdict on {what} ({only} % in one replication, which gives no interval)"
    told = rounded(*(100 * value / abs(base) for value in (effect, low, high)))
    size = f"{told.effect} %, 95 % interval {told.low} to {told.high} %"
    if verdict in (HIGHER, LOWER):
        return f"{up if verdict == HIGHER else down} {what} ({size})"
    words = verdict if verdict != UNCLEAR else "no clear difference"
    return f"{words} in {what} ({size})"
