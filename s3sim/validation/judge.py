"""From what runs told to a row a fact, and to the sums of a world and scale."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from s3sim.validation.scoring import mean_and_error, score, status, well_known
from s3sim.validation.targets import Target, targets

JOINTLY = 25
"""Facts that a run has to meet at once to be counted as a run that looks like the world."""

CASE = ["world", "scale"]
KEPT = (
    "id", "section", "title", "low", "high", "target", "unit", "source", "mark", "role", "run", "rival",
)  # fmt: skip


def judged(values: pd.DataFrame) -> pd.DataFrame:
    """Return one row a fact, world and scale.

    Parameters
    ----------
    values : DataFrame
        One row a fact, part (place of its argument), world, scale and replication: value, rival_value.

    Returns
    -------
    DataFrame
        Facts as in the file of targets with part, n, mean, error (standard error of the mean), score,
        status, known (whether the mean is known well enough), rival_mean, rival_score. Of a fact that
        is read at several years the worst stands there.
    """
    known = {one.id: one for one in targets()}
    made = [
        _row(known[str(name)], str(world), float(str(scale)), group)
        for (world, scale, name), group in values.groupby([*CASE, "id"], sort=False)
        if name in known
    ]
    return pd.DataFrame(made)


def cases(rows: pd.DataFrame) -> Iterator[tuple[str, float, pd.DataFrame]]:
    """Yield each world and scale with its rows."""
    for (world, scale), part in rows.groupby(CASE, sort=False):
        yield str(world), float(str(scale)), part


def summed(rows: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    """Return one row a world and scale: facts scored and passed, mean scores, runs that fit jointly."""
    made = []
    for world, scale, part in cases(rows):
        scored = part[part["score"].notna()]
        beside = scored[scored["rival_score"].notna()]
        met = _met_by_run(values[(values["world"] == world) & (values["scale"] == scale)])
        made.append({
            "world": world, "scale": scale, "facts": len(scored),
            "passed": int((scored["status"] == "PASS").sum()),
            "not_known_well": int((~scored["known"].astype(bool)).sum()), "score": scored["score"].mean(),
            "facts_with_rival": len(beside), "score_beside_rivals": beside["score"].mean(),
            "rival_score": beside["rival_score"].mean(), "runs": len(met),
            "median_met_by_a_run": float(np.median(met)) if len(met) else float("nan"),
            "share_of_runs_jointly": float(np.mean(met >= JOINTLY)) if len(met) else float("nan"),
        })  # fmt: skip
    return pd.DataFrame(made)


def _met_by_run(here: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Return how many facts each replication with a base run meets by itself."""
    known = {one.id: one for one in targets()}
    here = here[here["id"].isin(known)]
    if here.empty:
        return np.zeros(0)
    low, high = (
        here["id"].map({n: getattr(one, end) for n, one in known.items()})
        for end in ("low", "high")
    )
    base = here["id"].map({n: one.run == "base" for n, one in known.items()})
    met = here["value"].between(low, high).groupby([here["replication"], here["id"]]).all()
    return met.groupby(level=0).sum().loc[here[base]["replication"].unique()].to_numpy()


def _row(one: Target, world: str, scale: float, values: pd.DataFrame) -> dict[str, Any]:
    parts = [(k, part) for k, part in values.groupby("part")]
    own = _worst([{"part": k, **_judged(one, part["value"])} for k, part in parts])
    rival = _worst([_judged(one, part["rival_value"]) for _, part in parts])
    held = asdict(one)
    return {
        **{name: held[name] for name in KEPT}, "world": world, "scale": scale, **own,
        "rival_mean": rival["mean"], "rival_score": rival["score"],
    }  # fmt: skip


def _worst(found: list[dict[str, Any]]) -> dict[str, Any]:
    return min(found, key=lambda one: one["score"] if np.isfinite(one["score"]) else np.inf)


def _judged(one: Target, values: pd.Series) -> dict[str, Any]:
    mean, error, n = mean_and_error(values.to_numpy(np.float64))
    points = score(mean, one.low, one.high)
    known = well_known(mean, error, one.low, one.high)
    return {
        "n": n, "mean": mean, "error": error, "score": points, "status": status(points), "known": known,
    }  # fmt: skip
