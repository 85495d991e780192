"""Against time: regional forecasts from a past year, beside four simple rivals.

From 2010 and from 2014 the 46 regions are predicted one to eight years ahead. GDP per head and
employment are judged relative to the mean of the regions (logs), so that neither prices nor the
common cycle count; business R&D is judged in percentage points of GDP. Nothing is fitted to what
comes after the start, except that industry mix, innovation survey and relatedness of the world are
those of the shipped tables (2014 to 2018).
"""

from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from s3sim.core.arrays import Floats
from s3sim.ensemble.executors import processes
from s3sim.model.context import QUARTERS
from s3sim.outcomes.measures import measures
from s3sim.simulation.engine import Engine
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

SERIES = Path(__file__).resolve().parent / "data" / "regional_series.csv"
"""Yearly figures of the 46 regions (sources: SOURCES.md beside it)."""

Texts = NDArray[np.str_]

ORIGINS, HORIZONS = (2010, 2014), tuple(range(1, 9))
"""First years of the forecasts, and how many years ahead they look."""

VARIABLES = {"gdp_per_head": True, "employment": True, "berd": False}
"""What is predicted, and whether it is judged as a log relative to the regions' mean."""

MODEL = "model"


@dataclass(frozen=True)
class Hindcast:
    """Errors of all forecasts, and tests of the model against each rival.

    Parameters
    ----------
    forecasts : DataFrame
        variable, origin, horizon, region, country, method, forecast, observed, error.
    accuracy : DataFrame
        variable, horizon, method, rmse, regions: root mean squared error over both origins.
    tests : DataFrame
        variable, horizon, rival, ratio (RMSE of the model over the rival's), statistic, p, regions,
        countries: test of equal predictive ability; a negative statistic favours the model.
    """

    forecasts: pd.DataFrame
    accuracy: pd.DataFrame
    tests: pd.DataFrame


def hindcast(
    *, scale: float = 0.1, replications: int = 8, seed: int = 0, workers: int = 1
) -> Hindcast:
    """Forecast the regions of the "bsr" world and test the forecasts.

    Parameters
    ----------
    scale : float
        Simulated firms for each real one.
    replications : int
        The forecast is their mean.
    seed : int
        Decides all luck.
    workers : int
        Processes.
    """
    jobs = [(origin, k) for origin in ORIGINS for k in range(replications)]
    task = partial(_simulated, scale=scale, seed=seed)
    with processes(workers) as pool:
        runs = list(map(task, jobs) if pool is None else pool.map(task, jobs))
    growth = {
        origin: _growth(np.mean([run for job, run in zip(jobs, runs, strict=True) if job[0] == origin], axis=0))
        for origin in ORIGINS
    }  # fmt: skip
    return judged(pd.concat([_forecasts(origin, growth[origin]) for origin in ORIGINS]))


def judged(forecasts: pd.DataFrame) -> Hindcast:
    """Return accuracy and tests of forecasts (see `Hindcast.forecasts`).

    Notes
    -----
    The test is that of Diebold and Mariano for a panel: squared errors of the model less those of
    the rival, averaged over the origins of a region, tested for a mean of zero with a variance
    that lets regions of one country move together (overall equal predictive ability under
    cross-sectional dependence: Akgun, Pirotte, Urga and Yang, arXiv 2003.02803), t distribution
    with one degree of freedom less than countries.
    """
    known = forecasts[np.isfinite(forecasts["error"])].assign(square=lambda t: t["error"] ** 2)
    by = ["variable", "horizon", "method"]
    accuracy = known.groupby(by, sort=False).agg(
        rmse=("square", lambda s: float(np.sqrt(s.mean()))), regions=("region", "nunique")
    ).reset_index()  # fmt: skip
    rows = []
    for (variable, horizon), part in known.groupby(["variable", "horizon"], sort=False):
        loss = part.pivot_table(
            index=["country", "region"], columns="method", values="square", aggfunc="mean"
        )
        root = np.sqrt(part.groupby("method")["square"].mean())
        for rival in RIVALS:
            statistic, p = clustered_test((loss[MODEL] - loss[rival]).dropna())
            rows.append({
                "variable": variable, "horizon": horizon, "rival": rival,
                "ratio": root[MODEL] / root[rival], "statistic": statistic, "p": p,
                "regions": len(loss), "countries": loss.index.get_level_values(0).nunique(),
            })  # fmt: skip
    return Hindcast(forecasts, accuracy, pd.DataFrame(rows))


def clustered_test(difference: pd.Series) -> tuple[float, float]:
    """Return t and p of a mean of zero, clustered by the index level `country`.

    nan for both where fewer than two countries are there.
    """
    values = difference - difference.mean()
    sums = values.groupby(level="country").sum().to_numpy()
    clusters = len(sums)
    if clusters < 2:
        return float("nan"), float("nan")
    error = np.sqrt(clusters / (clusters - 1) * (sums**2).sum()) / len(difference)
    if error == 0:
        return float("nan"), float("nan")
    t = float(difference.mean() / error)
    return t, float(2 * stats.t.sf(abs(t), clusters - 1))


@cache
def series() -> pd.DataFrame:
    """Return the yearly figures, one row a region and year."""
    return pd.read_csv(SERIES, keep_default_na=False, na_values=[""])


def table_of(variable: str, world: World) -> pd.DataFrame:
    """Return observations of a variable on the scale it is judged on, years x regions."""
    data = series()
    column = {"gdp_per_head": "gdp_pps_hab"}.get(variable, variable)
    table = data.pivot(index="year", columns="region", values=column)[list(world.codes)]
    if VARIABLES[variable]:
        table = table.apply(np.log)
        table = table.sub(table.mean(axis=1), axis=0)
    return table.dropna(how="all")


def world_of(year: int) -> World:
    """Return the "bsr" world with size, income, R&D, education and employment of a year.

    A region without a figure of the year keeps the nearest earlier or later one (at most three
    years away), else the shipped one.
    """
    world = World.load("bsr")

    def figure(column: str, default: Floats) -> Floats:
        table = series().pivot(index="year", columns="region", values=column)[list(world.codes)]
        near = table.ffill(limit=3).bfill(limit=3).loc[year].to_numpy(float)
        return np.where(np.isfinite(near), near, default)

    population = figure("population", world.population)
    employment = figure("employment", world.employment)
    grown = employment / world.employment
    return replace(
        world, population=population, employment=employment,
        gdp=figure("gdp_eur_hab", world.gdp / world.population * 1e6) * population / 1e6,
        berd=figure("berd", world.berd), public_rd=figure("public_rd", world.public_rd),
        tertiary=figure("tertiary", world.tertiary),
        business_employment=world.business_employment * grown, firms=world.firms * grown[:, None],
    )  # fmt: skip


def _simulated(job: tuple[int, int], *, scale: float, seed: int) -> Floats:
    """Return value added, employment and R&D at the start and after each year, [3, 1 + years, R]."""
    origin, replication = job
    years = HORIZONS[-1]
    scenario = Scenario(
        world_of(origin), "no_s3", years=years, scale=scale, seed=seed, replication=replication
    )
    engine = Engine.of(scenario)
    states = [engine.initial_state()]
    states += [s for k, s in enumerate(engine.run(), start=1) if k % QUARTERS == 0]
    found = [measures(state, scenario.world, scale) for state in states]
    return np.array([[f[name] for f in found] for name in ("value_added", "employment", "rd")])


def _growth(levels: Floats) -> Floats:
    """Return log changes since the start of value added, jobs and R&D over value added, [3, H, R].

    What is nothing at either end does not change.
    """
    output, jobs, rd = levels
    share = np.divide(rd, output, out=np.zeros_like(rd), where=output > 0)
    both = np.stack([output, jobs, share])
    some = (both[:, 1:] > 0) & (both[:, :1] > 0)
    ratio = np.divide(both[:, 1:], both[:, :1], out=np.ones_like(both[:, 1:]), where=some)
    return np.log(ratio)


def _forecasts(origin: int, growth: Floats) -> pd.DataFrame:
    """Return what the model and its rivals say from one origin (`Hindcast.forecasts`)."""
    world = World.load("bsr")
    country = np.array(world.countries)[world.country]
    frames = []
    for k, (variable, relative) in enumerate(VARIABLES.items()):
        table = table_of(variable, world)
        past, now = table.loc[:origin], table.loc[origin].to_numpy(float)
        for horizon in HORIZONS:
            if origin + horizon not in table.index:
                continue
            grown = growth[k, horizon - 1]
            model = now + grown - grown.mean() if relative else now * np.exp(grown)
            made = {MODEL: model}
            made |= {name: now + rival(past, country, horizon) for name, rival in RIVALS.items()}
            observed = table.loc[origin + horizon].to_numpy(float)
            frames += [
                pd.DataFrame({
                    "variable": variable, "origin": origin, "horizon": horizon,
                    "region": world.codes, "country": country, "method": method,
                    "forecast": forecast, "observed": observed, "error": forecast - observed,
                })
                for method, forecast in made.items()
            ]  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def _drift(past: pd.DataFrame) -> Floats:
    """Return each region's mean yearly change; zero where fewer than two years are known."""
    changes = []
    for _, column in past.items():
        known = column.dropna()
        years = known.index[-1] - known.index[0] if len(known) > 1 else 0
        changes.append((known.iloc[-1] - known.iloc[0]) / years if years else 0.0)
    return np.array(changes)


def _no_change(past: pd.DataFrame, country: Texts, horizon: int) -> Floats:
    return np.zeros(past.shape[1])


def _random_walk(past: pd.DataFrame, country: Texts, horizon: int) -> Floats:
    return horizon * _drift(past)


def _autoregression(past: pd.DataFrame, country: Texts, horizon: int) -> Floats:
    """Return changes by a first-order autoregression of yearly changes, pooled over regions."""
    change = past.reindex(range(past.index[0], past.index[-1] + 1)).diff()
    before, after = change.iloc[:-1].to_numpy().ravel(), change.iloc[1:].to_numpy().ravel()
    both = np.isfinite(before) & np.isfinite(after)
    last = np.nan_to_num(change.iloc[-1].to_numpy(float)) if len(change) > 1 else 0.0
    if both.sum() <= past.shape[1]:  # less than two years of pairs
        return _no_change(past, country, horizon)
    slope, constant = np.polyfit(before[both], after[both], 1)
    step = np.zeros(past.shape[1]) + last
    total = np.zeros(past.shape[1])
    for _ in range(horizon):
        step = constant + slope * step
        total = total + step
    return total


def _convergence(past: pd.DataFrame, country: Texts, horizon: int) -> Floats:
    """Return changes by beta-convergence: yearly change on the level of the first year."""
    first, drift = past.iloc[0].to_numpy(float), _drift(past)
    known = np.isfinite(first)
    if past.index[-1] == past.index[0]:
        return _no_change(past, country, horizon)
    slope, constant = np.polyfit(first[known], drift[known], 1)
    level = now = past.iloc[-1].to_numpy(float)
    for _ in range(horizon):
        level = level + constant + slope * level
    return level - now


def _national(past: pd.DataFrame, country: Texts, horizon: int) -> Floats:
    drift = pd.Series(_drift(past))
    return horizon * drift.groupby(country).transform("mean").to_numpy()


RIVALS = {
    "no change": _no_change,
    "random walk with drift": _random_walk,
    "panel AR(1)": _autoregression,
    "beta-convergence": _convergence,
    "national growth": _national,
}
"""Each takes the years x regions up to the origin, the regions' countries and a horizon, and
returns the change that it predicts, [R]."""
