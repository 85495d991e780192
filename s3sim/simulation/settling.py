"""The network of the start: what the run's own mechanisms would have left behind."""

from dataclasses import replace
from typing import Any

import numpy as np

from s3sim.core.arrays import Floats
from s3sim.mechanisms.tie_dynamics import TieDynamics
from s3sim.model.context import QUARTERS, Context
from s3sim.model.state import Organisations, State
from s3sim.simulation.scenario import Scenario

NEEDED = {"research", "search", "learning", "ties"}
"""Mechanisms without which nothing settles: absorptive capacity, new ties, what they bring, their end."""


def settled(state: State, scenario: Scenario, context: Context, quarters: int) -> State:
    """Return a first state whose ties and memories are in the steady state of the mechanisms.

    Ties form, break, are renewed and remembered for some quarters before the first one, while firms
    stay as they are; nothing else is kept. Firms that leave and firms that enter without partners
    are stood in for by firms that lose all partners, at their country's turnover, the young and
    small more often. Firms start with the know-how that partners like their first ones bring in
    the long run.

    Parameters
    ----------
    state : State
        Before the first quarter, with ties as a survey sees them.
    quarters : int
        Length; beyond one length of a tie, so that no echo of the drawn first ties is left.
    """
    acting = {mechanism.name: mechanism for mechanism in scenario.mechanisms}
    if not quarters or not acting.keys() >= NEEDED:
        return state
    able = acting["research"](state, context).organisations.absorptive_capacity
    orgs = state.organisations.replace(absorptive_capacity=able)
    turnover = _turnover(orgs, acting.get("demography"), context)
    now = state.replace(organisations=orgs)
    for quarter in range(quarters):
        around = context.at(quarter, streams=replace(context.streams, quarter=quarter - quarters))
        now = acting["ties"](acting["search"](now, around), around)
        gone = orgs.firms & (around.streams.uniform("beginning/turnover", len(orgs)) < turnover)
        kept = ~gone[now.ties.source] & ~gone[now.ties.partner]
        past = now.acquaintances
        now = now.replace(
            organisations=orgs,
            ties=now.ties.where(kept),
            acquaintances=past.where(~gone[past.one] & ~gone[past.other]),
        )
    ties, past = now.ties, now.acquaintances
    return state.replace(
        organisations=_taught(state.organisations, now, scenario, context),
        ties=ties.replace(start=ties.start - quarters, end=ties.end - quarters),
        acquaintances=past.replace(ended=past.ended - quarters),
    )


def _taught(orgs: Organisations, now: State, scenario: Scenario, context: Context) -> Organisations:
    """Give firms the know-how that partners like those they have now bring in the long run."""
    learning = next(one for one in scenario.mechanisms if one.name == "learning")
    value = np.where(orgs.firms, learning(now, context).organisations.learning, 0.0)
    know_how = scenario.group(TieDynamics).settled_know_how(value)
    return orgs.replace(insight=value, know_how=know_how)


def _turnover(orgs: Organisations, demography: Any, context: Context) -> Floats:
    """Return the chance that a firm is replaced in a quarter, [N]."""
    if demography is None or not orgs.firms.any():
        return np.zeros(len(orgs))
    hazard = demography.hazard(orgs.age, orgs.size)
    relative = hazard / hazard[orgs.firms].mean()
    return np.asarray(context.world.birth_rate[orgs.region] / QUARTERS * relative)
