"""The trial inside the model: a random round of firms is treated, the same firms in a twin run are not.

A run without S3 policy is carried to the quarter of the treatment and then continued twice on the
same luck. In one continuation a lottery among eligible SMEs gives each winner one meeting abroad
arranged by a broker, or a first grant; in the other nobody gets anything. What differs between the
twins for the winners is the effect; what differs for those who were eligible and did not win shows
spillover and displacement.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from s3sim.analysis.intervals import t_interval
from s3sim.core.arrays import Bools, Floats, Ints, count_by
from s3sim.core.constants import CENTS_A_KEUR, SME
from s3sim.core.errors import InputError, unknown
from s3sim.ensemble.executors import processes
from s3sim.mechanisms.brokerage import Brokerage
from s3sim.mechanisms.calls import Calls
from s3sim.model.context import QUARTERS, Context
from s3sim.model.proximity import degree
from s3sim.model.state import REGIONAL, Projects, State
from s3sim.simulation.engine import Engine
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

HORIZONS = (1, 2, 3, 5)
"""Years after the treatment at which effects are read."""

YEARS_BEFORE = 2
"""Years that a run has gone on when the lottery is held."""

SHARE = 0.1
"""Share of eligible firms that win: few enough that markets and calls hardly move (assumed)."""

MEASURES = {
    "ties": "partners at the time, number",
    "ties_abroad": "partners abroad at the time, number",
    "innovations": "innovations since the treatment, number",
    "rd": "R&D spending at an annual rate, % of the twin's",
    "productivity": "value added a person, %",
    "revenue": "value added, %",
    "jobs": "persons employed, %",
    "survival": "firms still there, percentage points",
}
"""What is compared, and its unit."""


def trial(
    kind: str, world: World, *, scale: float = 0.2, replications: int = 8, seed: int = 0,
    workers: int = 1, share: float = SHARE,
) -> pd.DataFrame:  # fmt: skip
    """Return effects of a lottery on its winners and on those who were eligible and did not win.

    Parameters
    ----------
    kind : str
        Name in `TREATMENTS`: "meeting" or "grant".
    world : World
        Where.
    scale : float
        Simulated firms for each real one.
    replications : int
        Lotteries; the interval of a mean effect comes from their spread (t, 95 %).
    seed : int
        Decides all luck.
    workers : int
        Processes.
    share : float
        Share of eligible firms that win, above 0 and below 1.

    Returns
    -------
    DataFrame
        trial, group ("winners" or "eligible, not drawn"), measure, unit, years, effect, low, high,
        control (mean of the twin), firms (mean number). Groups: "winners"; "matched winners" (those
        whose meeting ended in a partnership at once); "eligible, not drawn".

    Raises
    ------
    InputError
        For an unknown kind, a share out of range, or when no firm wins.
    """
    if kind not in TREATMENTS:
        raise InputError(unknown("trial", kind, TREATMENTS))
    if not 0 < share < 1:
        raise InputError(f"share is {share:g}; it must lie between 0 and 1.")
    base = Scenario(
        world, "no_s3", years=YEARS_BEFORE + HORIZONS[-1], scale=scale, seed=seed, start=0
    )
    task = partial(_twins, kind=kind, share=share)
    jobs = [base.with_replication(k) for k in range(replications)]
    with processes(workers) as pool:
        rows = [
            row
            for found in (map(task, jobs) if pool is None else pool.map(task, jobs))
            for row in found
        ]
    if not rows:
        raise InputError(
            f"nobody won the lottery at scale {scale:g} and share {share:g}; raise one of them."
        )
    return _summary(kind, pd.DataFrame(rows))


def _summary(kind: str, rows: pd.DataFrame) -> pd.DataFrame:
    made = []
    for _, part in rows.groupby(["group", "measure", "years"], sort=False):
        group, measure, years = (part[name].iloc[0] for name in ("group", "measure", "years"))
        effect, low, high = t_interval(part["effect"].dropna().to_numpy(float))
        made.append({
            "trial": kind, "group": group, "measure": measure, "unit": MEASURES[measure],
            "years": int(years), "effect": effect, "low": low, "high": high,
            "control": part["control"].mean(), "firms": part["firms"].mean(),
        })  # fmt: skip
    return pd.DataFrame(made)


def _twins(scenario: Scenario, *, kind: str, share: float) -> list[dict[str, object]]:
    """Return effects of one lottery, a row a group, measure and year."""
    engine = Engine.of(scenario)
    state, first = engine.initial_state(), YEARS_BEFORE * QUARTERS
    for quarter in range(first):
        state, _ = engine.step(state, quarter)
    context = engine.context_at(state, first)
    free = context.partners.capacity(state.organisations) - _partners(state)
    eligible = _eligible(state, free, kind)
    treated, winners = TREATMENTS[kind](scenario, state, context, eligible, share)
    matched = winners & (_partners(treated) > _partners(state))
    groups = {
        "winners": winners,
        "matched winners": matched,
        "eligible, not drawn": eligible & ~winners,
    }
    if not winners.any():
        return []
    rows: list[dict[str, object]] = []
    with_, without = treated, state
    innovations = np.zeros((2, len(eligible)))
    for quarter in range(first, scenario.years * QUARTERS):
        with_, _ = engine.step(with_, quarter)
        without, _ = engine.step(without, quarter)
        innovations += (with_.organisations.innovations, without.organisations.innovations)
        years, rest = divmod(quarter + 1 - first, QUARTERS)
        if rest or years not in HORIZONS:
            continue
        for group, rows_of in groups.items():
            if not rows_of.any():
                continue
            found = _compared(with_, without, innovations, rows_of, state, context)
            rows += [
                {"group": group, "measure": name, "years": years, "effect": effect,
                 "control": control, "firms": int(rows_of.sum())}
                for name, (effect, control) in found.items()
            ]  # fmt: skip
    return rows


def _eligible(state: State, free: Ints, kind: str) -> Bools:
    """Innovative SMEs: with a free place for a partner, or without a grant so far."""
    orgs = state.organisations
    able: Bools = orgs.firms & orgs.innovative & (orgs.size < SME)
    return able & ((free > 0) if kind == "meeting" else (orgs.grants == 0))


def _meeting(
    scenario: Scenario, state: State, context: Context, eligible: Bools, share: float
) -> tuple[State, Bools]:
    """Let new brokers serve a random share of the eligible firms of each region, one proposal each."""
    orgs, regions = state.organisations, context.world.n_regions
    served = orgs.replace(served=np.zeros(len(orgs), bool))
    broker = replace(scenario.group(Brokerage), proposals=1)
    wanted = np.floor(share * count_by(orgs.region[eligible], regions) + 0.5)
    offer = context.instruments.replace(
        brokers=wanted / (broker.clients * context.scale), broker_network=True
    )
    offices = state.brokers.replace(
        funded_share=np.ones(regions), credit=np.zeros(regions), skill=np.zeros(regions)
    )
    after = broker(
        state.replace(organisations=served, brokers=offices), context.replace(instruments=offer)
    )
    winners = after.organisations.served
    return state.replace(ties=after.ties), winners


def _grant(
    scenario: Scenario, state: State, context: Context, eligible: Bools, share: float
) -> tuple[State, Bools]:
    """Give a random share of the eligible firms a project on the terms of the regional calls."""
    orgs, calls = state.organisations, scenario.group(Calls)
    draws = context.streams.uniform("trial/grant", len(orgs))
    winners = eligible & (draws < share)
    row = np.flatnonzero(winners)
    cost, due = calls.cost(orgs.size[row]), context.calendar.quarter + calls.payment_lag
    award = np.floor(cost * calls.aid(orgs.size[row]) * CENTS_A_KEUR * context.weight)
    projects = Projects(
        organisation=row, instrument=np.full(len(row), REGIONAL),
        authority=context.world.authority[orgs.region[row]], domain=orgs.domain[row],
        award=award.astype(np.int64), cost=cost,
        value=context.streams.normal("calls/value", len(orgs), row),
        due=np.full(len(row), due), end=np.full(len(row), due + calls.duration),
        rd=np.zeros(len(row)),
    )  # fmt: skip
    grants = orgs.grants + winners
    return state.replace(
        organisations=orgs.replace(grants=grants), projects=state.projects.joined(projects)
    ), winners


Treatment = Callable[[Scenario, State, Context, Bools, float], tuple[State, Bools]]

TREATMENTS: dict[str, Treatment] = {"meeting": _meeting, "grant": _grant}
"""What the winners get: each returns the state of the treated twin and who won, [N]."""


def _partners(state: State) -> Ints:
    """Return live partners of each organisation, [N]."""
    ties = state.ties.where(~state.ties.pending)
    return degree(len(state.organisations), ties.source, ties.partner)


def _partners_abroad(state: State, context: Context) -> Ints:
    ties, region = state.ties.where(~state.ties.pending), state.organisations.region
    ties = ties.where(context.space.abroad[region[ties.source], region[ties.partner]])
    return degree(len(region), ties.source, ties.partner)


def _compared(
    treated: State, twin: State, innovations: Floats, rows: Bools, before: State, context: Context
) -> dict[str, tuple[float, float]]:
    """Return effect and level of the twin of each measure for a group of firms.

    Firms that were replaced by a new founder since the treatment count as gone. Relative effects
    are mean log differences among firms that are there in both twins, in percent; R&D is compared
    as a total, because many firms do none.
    """
    a, b = treated.organisations, twin.organisations
    alive_a, alive_b = (
        rows & orgs.active & (orgs.age >= before.organisations.age) for orgs in (a, b)
    )
    both = alive_a & alive_b & (a.value_added > 0) & (b.value_added > 0)

    def number(with_: Floats | Ints, without: Floats | Ints) -> tuple[float, float]:
        return float(np.mean(with_[rows] * alive_a[rows] - without[rows] * alive_b[rows])), float(
            np.mean(without[rows] * alive_b[rows])
        )

    def percent(with_: Floats, without: Floats) -> tuple[float, float]:
        if not both.any():
            return float("nan"), float("nan")
        return float(100 * np.mean(np.log(with_[both] / without[both]))), float(
            np.mean(without[both])
        )

    spent = [(orgs.rd + orgs.project_rd)[both].sum() for orgs in (a, b)]
    return {
        "ties": number(_partners(treated), _partners(twin)),
        "ties_abroad": number(_partners_abroad(treated, context), _partners_abroad(twin, context)),
        "innovations": (float((innovations[0] - innovations[1])[rows].mean()),
                        float(innovations[1][rows].mean())),
        "rd": (100 * (spent[0] / spent[1] - 1) if spent[1] > 0 else float("nan"), float(spent[1])),
        "productivity": percent(a.productivity, b.productivity),
        "revenue": percent(a.value_added, b.value_added),
        "jobs": percent(a.size, b.size),
        "survival": (100 * float(alive_a[rows].mean() - alive_b[rows].mean()), 100 * float(alive_b[rows].mean())),
    }  # fmt: skip
