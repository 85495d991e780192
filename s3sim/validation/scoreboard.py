"""Run the facts of a tier and judge them: `validate` and its result."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from s3sim.core.errors import InputError, unknown
from s3sim.ensemble.executors import processes
from s3sim.ensemble.files import write_csv, write_json
from s3sim.ensemble.plan import ConfigLayer
from s3sim.ensemble.progress import Progress, chosen
from s3sim.ensemble.provenance import code_fingerprint, versions
from s3sim.ensemble.sweep import Place, place
from s3sim.validation.jobs import TIERS, Job, Told, jobs_of, tell
from s3sim.validation.judge import cases, judged, summed
from s3sim.validation.targets import targets
from s3sim.world import WORLDS

FILES = ("validation.json", "validation_runs.csv")
ABOUT = ("tier", "seed", "runs", "code", "versions")
VALUES = ["id", "part", "world", "scale", "replication", "value", "rival_value"]


def validate(
    tier: str = "quick", worlds: Sequence[str] | str | None = None, *, seed: int = 0,
    workers: int | None = None, progress: bool | Progress | None = True,
) -> "Scoreboard":  # fmt: skip
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
    given = {"seed": seed, "workers": workers}
    asked = {name: value for name, value in given.items() if value is not None}
    layer = ConfigLayer(asked, allowed=tuple(given))
    ready = prepare(tier, worlds, layer)
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


def prepare(tier: str, worlds: Sequence[str] | str | None, layer: ConfigLayer) -> Ready:
    """Return the runs that `validate` does; the layer holds seed and workers, as given."""
    names = worlds if worlds is not None else WORLDS if tier == "full" else WORLDS[:1]
    names = (names,) if isinstance(names, str) else tuple(names)
    wrong = [unknown("world", str(name), WORLDS) for name in names if name not in WORLDS]
    wrong += [] if tier in TIERS else [unknown("tier", str(tier), TIERS)]
    settings, problems = layer.checked()
    if wrong + problems:
        raise InputError(wrong + problems)
    seed = settings.get("seed", 0)
    return Ready(tier, seed, jobs_of(tier, names, seed), place(layer))


@dataclass(frozen=True, eq=False)
class Scoreboard:
    """Facts, what runs tell of them, and how they are judged.

    Parameters
    ----------
    about : dict
        Tier, seed, number of runs, code and versions.
    rows : DataFrame
        One row a fact, world and scale: see `s3sim.validation.judge.judged`.
    summary : DataFrame
        One row a world and scale: see `s3sim.validation.judge.summed`.
    values : DataFrame
        One row a fact, part, world, scale and replication; empty if only the judgement was kept.
    """

    about: dict[str, Any]
    rows: pd.DataFrame
    summary: pd.DataFrame
    values: pd.DataFrame

    @classmethod
    def of(cls, tier: str, seed: int, jobs: Sequence[Job], told: Sequence[Told]) -> "Scoreboard":
        """Return the scoreboard of finished runs."""
        rows = [
            (name, part, job.world, job.scale, job.replication, *pair)
            for job, one in zip(jobs, told, strict=True)
            for (name, part), pair in one.items()
        ]
        values = pd.DataFrame(rows, columns=VALUES)
        place = {name: k for k, name in enumerate(WORLDS)}
        values = values.assign(
            order=values["id"].map({one.id: k for k, one in enumerate(targets())}),
            place=values["world"].map(place),
        ).sort_values(["place", "scale", "order", "part", "replication"])
        values = values[VALUES].reset_index(drop=True)
        about = dict(zip(ABOUT, (tier, seed, len(jobs), code_fingerprint(), versions()), strict=True))  # fmt: skip
        found = judged(values)
        return cls(about, found, summed(found, values), values)

    def cases(self) -> Iterator[tuple[str, float, pd.DataFrame, pd.DataFrame]]:
        """Yield world, scale, its facts, and what runs said of the years that are judged."""
        for world, scale, facts in cases(self.rows):
            keys = ["id", "part", "world", "scale"]
            yield world, scale, facts, self.values.merge(facts[keys], on=keys)

    @property
    def line(self) -> str:
        """The scoreboard in one sentence."""
        told = []
        for world, part in self.summary.groupby("world", sort=False):
            row = part.to_dict("records")[int(np.argmax(part["facts"]))]
            told.append(
                f"{row['passed']} of {row['facts']} known facts in the world {world} "
                f"(scale {row['scale']:g}, mean score {row['score']:.2f})"
            )
        missing = sum(bool(one.missing) for one in targets())
        return (
            f"Without S3 policy the model lies within the published bands of {' and '.join(told)}; "
            f"{missing} more cannot be asked of it."
        )

    def described(self) -> dict[str, Any]:
        """Return the judgement as plain values."""
        return {**self.about, "line": self.line, "summary": _plain(self.summary), "facts": _plain(self.rows)}  # fmt: skip

    def save(self, folder: Path | str) -> list[Path]:
        """Write the judgement (validation.json) and what single runs told (validation_runs.csv)."""
        out = Path(folder)
        out.mkdir(parents=True, exist_ok=True)
        judgement, runs = (out / name for name in FILES)
        write_csv(self.values, runs, float_format="%.6g")
        write_json(self.described(), judgement)
        return [judgement, runs]

    @classmethod
    def load(cls, path: Path | str) -> "Scoreboard":
        """Return the judgement that `save` wrote, without single runs.

        Raises
        ------
        InputError
            If the file holds no scoreboard.
        """
        try:
            held = json.loads(Path(path).read_text(encoding="utf-8"))
            rows, summary = (pd.DataFrame(held[name]) for name in ("facts", "summary"))
            about = {name: held[name] for name in ABOUT}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path} holds no scoreboard ({type(error).__name__}: {error}).") from None  # fmt: skip
        numbers = ("low", "high", "target", "mean", "error", "score", "rival_mean", "rival_score")
        rows = rows.assign(**{name: rows[name].astype(float) for name in numbers})
        return cls(about, rows, summary, pd.DataFrame(columns=VALUES))


def _plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain values: six digits, null for what is unknown, "inf" for an open end."""
    return [
        {str(name): _plain_value(value) for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def _plain_value(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    if np.isnan(value):
        return None
    return float(f"{value:.6g}") if np.isfinite(value) else str(value)
