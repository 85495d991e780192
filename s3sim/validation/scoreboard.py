"""Run the facts of a tier and judge them: `validate` and its result."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from s3sim.core.errors import InputError, unknown
from s3sim.core.parameters import as_number, problem_with
from s3sim.ensemble.executors import processes
from s3sim.ensemble.files import write_json
from s3sim.ensemble.progress import Progress, chosen
from s3sim.ensemble.provenance import code_fingerprint, versions
from s3sim.ensemble.sweep import Place, place
from s3sim.simulation.scenario import LIMITS
from s3sim.validation.jobs import TIERS, Job, Told, jobs_of, tell
from s3sim.validation.scoring import mean_and_error, score, status, well_known
from s3sim.validation.targets import RUNS, Target, targets
from s3sim.world import WORLDS

JOINTLY = 25
"""Facts that a run has to meet at once to be counted as a run that looks like the world."""

VALUES = ("id", "part", "world", "scale", "replication", "value", "rival_value")
FORMAT = 1


def validate(
    tier: str = "quick",
    worlds: Sequence[str] | str | None = None,
    *,
    seed: int = 0,
    workers: int | None = None,
    progress: bool | Progress | None = True,
) -> "Scoreboard":
    """Run the model without S3 policy and score it on what is known of the world.

    Parameters
    ----------
    tier : str
        "quick" or "full": see `s3sim.validation.jobs.TIERS`.
    worlds : str or sequence of str, optional
        "partners", "bsr" or both; by default partners for quick and both for full.
    seed : int
        Seed of the runs.
    workers : int, optional
        Processes; by default as many as there are cores. The result does not depend on it.
    progress : bool or callable
        True tells now and then on stderr; a callable is told (runs done, runs in all).

    Raises
    ------
    InputError
        With every mistake: unknown names, a seed or number of workers out of range.
    """
    ready = prepare(tier, worlds, seed=seed, workers=workers)
    return ready.run(chosen(progress, len(ready.jobs)))


@dataclass(frozen=True)
class Ready:
    """The runs of a scoreboard, checked, and where they happen."""

    tier: str
    seed: int
    jobs: list[Job]
    place: Place

    def run(self, progress: Progress | None = None) -> "Scoreboard":
        """Run everything and return the scoreboard; a run that fails ends it."""
        told: list[Told] = []
        with processes(self.place.workers) as executor:
            do: Callable[..., Iterator[Told]] = map if executor is None else executor.map
            for one in do(tell, self.jobs):
                told.append(one)
                if progress is not None:
                    progress(len(told), len(self.jobs))
        return Scoreboard.of(self.tier, self.seed, self.jobs, told)


def prepare(
    tier: str = "quick", worlds: Sequence[str] | str | None = None, *, seed: Any = 0,
    workers: Any = None, prefix: str = "",
) -> Ready:  # fmt: skip
    """Return the runs that `validate` does; numbers may be text, `prefix` stands before names."""
    names = worlds if worlds is not None else WORLDS if tier == "full" else WORLDS[:1]
    names = (names,) if isinstance(names, str) else tuple(names)
    wrong = [unknown("world", str(name), WORLDS) for name in names if name not in WORLDS]
    wrong += [] if tier in TIERS else [unknown("tier", str(tier), TIERS)]
    luck = as_number(0 if seed is None else seed, whole=True)
    wrong += [one for one in [problem_with(f"{prefix}seed", luck, *LIMITS["seed"], whole=True)] if one]  # fmt: skip
    where, problems = place(workers, prefix=prefix)
    if wrong + problems:
        raise InputError(wrong + problems)
    return Ready(tier, luck, jobs_of(tier, names, luck), where)


@dataclass(frozen=True, eq=False)
class Scoreboard:
    """Facts, what runs tell of them, and how they are judged.

    Parameters
    ----------
    about : dict
        Tier, seed, versions of code and targets.
    values : DataFrame
        One row a fact, argument (`part`), world, scale and replication: the value, the rival's.
    """

    about: dict[str, Any]
    values: pd.DataFrame

    @classmethod
    def of(cls, tier: str, seed: int, jobs: Sequence[Job], told: Sequence[Told]) -> "Scoreboard":
        """Return the scoreboard of finished runs."""
        rows = [
            (name, part, job.world, job.scale, job.replication, *pair)
            for job, one in zip(jobs, told, strict=True)
            for (name, part), pair in one.items()
        ]
        order = {one.id: k for k, one in enumerate(targets())}
        values = pd.DataFrame(rows, columns=list(VALUES))
        values["order"] = values["id"].map(order)
        values = values.sort_values(["world", "scale", "order", "part", "replication"])
        about = {"format": FORMAT, "tier": tier, "seed": seed, "runs": len(jobs), "code": code_fingerprint(), "versions": versions()}  # fmt: skip
        return cls(about, values.drop(columns="order").reset_index(drop=True))

    @cached_property
    def rows(self) -> pd.DataFrame:
        """One row a fact, world and scale: mean, standard error, score, status, the rival's score.

        Of a fact that is read at several years the worst one stands there. Facts that the model
        cannot be asked have a row each, without a world.
        """
        known = {one.id: one for one in targets()}
        made = [
            _row(known[str(name)], str(world), float(str(scale)), group)
            for (world, scale, name), group in self.values.groupby(["world", "scale", "id"], sort=False)
            if name in known
        ]  # fmt: skip
        return pd.DataFrame([*made, *(_missing(one) for one in targets() if one.missing)])

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row a world and scale: facts scored and passed, mean scores, runs that fit jointly."""
        made = []
        for (world, scale), rows in self.rows[self.rows["world"] != ""].groupby(["world", "scale"], sort=False):  # fmt: skip
            scored = rows[rows["score"].notna()]
            beside = scored[scored["rival_score"].notna()]
            passed = self._passed_by_run(str(world), float(str(scale)))
            made.append({
                "world": world, "scale": scale, "facts": len(scored),
                "passed": int((scored["status"] == "PASS").sum()),
                "not_known_well": int((~scored["known"]).sum()), "score": scored["score"].mean(),
                "score_beside_rivals": beside["score"].mean(), "rival_score": beside["rival_score"].mean(),
                "facts_with_rival": len(beside), "runs": len(passed),
                "median_passed_by_run": float(np.median(passed)) if len(passed) else float("nan"),
                "share_of_runs_jointly": float(np.mean(passed >= JOINTLY)) if len(passed) else float("nan"),
            })  # fmt: skip
        return pd.DataFrame(made)

    def _passed_by_run(self, world: str, scale: float) -> np.ndarray[Any, Any]:
        """Return how many facts each replication of the base run meets, alone."""
        known = {one.id: one for one in targets()}
        here = self.values[(self.values["world"] == world) & (self.values["scale"] == scale)]
        here = here[here["id"].isin(known)]
        band = here["id"].map(lambda n: (known[n].low, known[n].high))
        low, high = band.str[0].astype(float), band.str[1].astype(float)
        inside = here["value"].between(low, high)
        met = inside.groupby([here["replication"], here["id"]]).all()
        base = here["id"].map(lambda n: known[n].run == "base")
        based = here[base]["replication"].unique()
        return met.groupby(level=0).sum().loc[based].to_numpy() if len(based) else np.zeros(0)

    @property
    def line(self) -> str:
        """The scoreboard in one sentence."""
        parts = [
            f"{row.passed} of {row.facts} facts within their published bands, mean score {row.score:.2f} "
            f"(world {row.world}, scale {row.scale:g})"
            for row in self.summary.itertuples()
        ]
        missing = sum(bool(one.missing) for one in targets())
        return f"{'; '.join(parts)}; {missing} known facts cannot be asked of the model."

    def save(self, folder: Path | str) -> Path:
        """Write validation.json and return its path."""
        path = Path(folder) / "validation.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(self.described(), path)
        return path

    def described(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            **self.about,
            "line": self.line,
            "summary": _plain(self.summary),
            "facts": _plain(self.rows),
            "values": {name: _plain_column(self.values[name]) for name in VALUES},
        }

    @classmethod
    def load(cls, path: Path | str) -> "Scoreboard":
        """Return the scoreboard that `save` wrote; bands and sources are those of today.

        Raises
        ------
        InputError
            If the file holds no scoreboard.
        """
        try:
            held = json.loads(Path(path).read_text(encoding="utf-8"))
            values = pd.DataFrame({name: held["values"][name] for name in VALUES})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path} holds no scoreboard ({type(error).__name__}: {error}).") from None  # fmt: skip
        for name in ("value", "rival_value"):
            values[name] = values[name].astype(float)
        return cls({n: held.get(n) for n in ("format", "tier", "seed", "runs", "code", "versions")}, values)  # fmt: skip


def _row(one: Target, world: str, scale: float, values: pd.DataFrame) -> dict[str, Any]:
    parts = [_judged(one, part["value"]) for _, part in values.groupby("part")]
    worst = min(parts, key=lambda p: p["score"] if p["score"] == p["score"] else 2.0)
    told = {f"rival_{name}": float("nan") for name in ("mean", "score")}
    if one.rival:
        rivals = [_judged(one, part["rival_value"]) for _, part in values.groupby("part")]
        least = min(rivals, key=lambda p: p["score"] if p["score"] == p["score"] else 2.0)
        told = {f"rival_{name}": least[name] for name in ("mean", "score")}
    return {**_facts(one), "world": world, "scale": scale, **worst, **told}


def _judged(one: Target, values: pd.Series) -> dict[str, Any]:
    mean, error, n = mean_and_error(values.to_numpy(np.float64))
    points = score(mean, one.low, one.high)
    known = well_known(mean, error, one.low, one.high)
    return {"n": n, "mean": mean, "error": error, "score": points, "status": status(points) if n else "no value", "known": known}  # fmt: skip


def _missing(one: Target) -> dict[str, Any]:
    nothing = dict.fromkeys(("scale", "mean", "error", "score", "rival_mean", "rival_score"), float("nan"))  # fmt: skip
    return {**_facts(one), "world": "", **nothing, "n": 0, "status": "not modelled", "known": False}


def _facts(one: Target) -> dict[str, Any]:
    names = ("id", "section", "title", "low", "high", "target", "unit", "source", "mark", "role")
    held = asdict(one)
    return {n: held[n] for n in (*names, "run", "rival", "missing", "explanation")}


def _plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain values; what is not finite is a word or null."""
    columns = {str(name): _plain_column(frame[name]) for name in frame}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _plain_column(column: pd.Series) -> list[Any]:
    return [_plain_value(v) for v in column.tolist()]


def _plain_value(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    if np.isnan(value):
        return None
    return float(f"{value:.6g}") if np.isfinite(value) else str(value)


__all__ = ["RUNS", "TIERS", "Scoreboard", "validate"]
