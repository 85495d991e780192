"""`s3sim validate --trial` and `--hindcast`: the trial inside the model, and forecasts of the past."""

import json as library
from pathlib import Path
from typing import Any

import pandas as pd

from s3sim.cli.ending import say
from s3sim.cli.tables import console, print_rows, shown
from s3sim.core.formatting import number
from s3sim.ensemble.files import write_csv
from s3sim.validation.hindcast import MODEL, RIVALS, hindcast
from s3sim.validation.scoreboard import Ready
from s3sim.validation.trial import TREATMENTS, trial
from s3sim.world import World

TRIALS = {"quick": (0.1, 12), "full": (0.2, 48)}
HINDCASTS = {"quick": (0.05, 24), "full": (0.1, 64)}
"""Scale and replications of each tier."""

MEANT = {
    "meeting": "One brokered meeting abroad for a tenth of eligible SMEs, the same firms in a twin run none",
    "grant": "A first grant for a tenth of eligible SMEs, the same firms in a twin run none",
}


def tell_trial(ready: Ready, out: Path | None, *, as_json: bool) -> None:
    """Run both lotteries in each world; print effects with 95 % intervals, and save trial.csv."""
    scale, replications = TRIALS[ready.tier]
    seed, workers = ready.seed, ready.place.workers
    found = pd.concat([
        trial(kind, World.load(world), scale=scale, replications=replications, seed=seed,
              workers=workers).assign(world=world)
        for world in dict.fromkeys(job.world for job in ready.jobs) for kind in TREATMENTS
    ])  # fmt: skip
    if not as_json:
        for (world, kind), part in found.groupby(["world", "trial"], sort=False):
            console().print(f"{MEANT[str(kind)]}, world {world}", style="bold")
            print_rows(_effects(part))
            console().print()
    _finish(found, out, "trial.csv", as_json=as_json)


def _effects(part: pd.DataFrame) -> list[dict[str, object]]:
    rows = []
    for (group, measure), mine in part.groupby(["group", "measure"], sort=False):
        cells = {
            "1 year" if row["years"] == 1 else f"{row['years']} years": _interval(row)
            for row in mine.to_dict("records")
        }
        what = f"{str(measure).replace('_', ' ')}: {mine['unit'].iloc[0]}"
        rows.append({"firms": group, "effect on": what, **cells})
    return rows


def _interval(row: Any) -> str:
    effect, low, high = row["effect"], row["low"], row["high"]
    return f"{number(effect, 2, signed=True)} ({number(low, 2)} to {number(high, 2)})"


def tell_hindcast(ready: Ready, out: Path | None, *, as_json: bool) -> None:
    """Forecast the past; print errors beside those of rivals, and save forecasts and tests."""
    scale, replications = HINDCASTS[ready.tier]
    found = hindcast(
        scale=scale, replications=replications, seed=ready.seed, workers=ready.place.workers
    )
    if not as_json:
        where = console()
        for variable, part in found.accuracy.groupby("variable", sort=False):
            where.print(f"{str(variable).replace('_', ' ')}: root mean squared error", style="bold")
            table = part.pivot(index="horizon", columns="method", values="rmse")
            tests = found.tests[found.tests["variable"] == variable]
            print_rows([
                {"years ahead": str(horizon)}
                | {name: number(row[name], 3) for name in (MODEL, *RIVALS)}
                | {"model clearly better than": _beaten(tests, horizon, -1),
                   "clearly worse than": _beaten(tests, horizon, 1)}
                for horizon, row in table.iterrows()
            ])  # fmt: skip
            where.print()
        told = (
            "GDP a head and employment: logs relative to the mean of the regions; berd: percentage points of GDP. "
            "Clearly: test of equal predictive ability at 5 %, regions of one country taken together."
        )
        where.print(shown(told, where), style="dim")
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_csv(found.accuracy, out / "hindcast.csv")
        write_csv(found.forecasts, out / "hindcast_forecasts.csv")
    _finish(found.tests, out, "hindcast_tests.csv", as_json=as_json)


def _beaten(tests: pd.DataFrame, horizon: Any, sign: int) -> str:
    mine = tests[(tests["horizon"] == horizon) & (tests["p"] < 0.05)]
    names = mine.loc[mine["statistic"] * sign > 0, "rival"]
    return ", ".join(names) if len(names) < len(RIVALS) else "all"


def _finish(table: pd.DataFrame, out: Path | None, name: str, *, as_json: bool) -> None:
    if as_json:
        print(library.dumps(library.loads(table.to_json(orient="records"))))
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_csv(table, out / name)
        if not as_json:
            say(f"Written: {out / name}")
