"""Mechanisms and policies read; they never write into what they were given."""

from dataclasses import fields

import numpy as np
import pytest
from builders import leaves

from s3sim.model.instruments import Instruments
from s3sim.outcomes.measures import links, measures
from s3sim.policies import POLICIES
from s3sim.simulation.engine import Engine
from s3sim.simulation.scenario import Scenario


def freeze(state):
    for _, value in leaves(state):
        if isinstance(value, np.ndarray):
            value.setflags(write=False)


def freeze_offer(offer):
    for one in fields(Instruments):
        value = getattr(offer, one.name)
        if isinstance(value, np.ndarray):
            value.setflags(write=False)


def content(state):
    return {name: np.asarray(value).tobytes() for name, value in leaves(state)}


def test_the_freezer_would_find_a_hidden_write(world):
    state = Engine.of(Scenario(world, "no_s3", scale=0.3)).initial_state()
    freeze(state)
    with pytest.raises(ValueError, match="read-only"):
        state.organisations.cash[0] = 1.0


@pytest.mark.parametrize("policy", POLICIES)
def test_nothing_writes_into_its_input(world, policy):
    scenario = Scenario(world, policy, years=5, scale=0.3, start=0)
    engine = Engine.of(scenario)
    state = engine.initial_state()
    for quarter in range(20):
        freeze(state)
        before = content(state)
        context = engine.context_at(state, quarter)
        freeze_offer(context.instruments)
        for part in scenario.parts:
            part(state, context)
        assert content(state) == before
        for mechanism in scenario.mechanisms:
            given, known = state, content(state)
            state = mechanism(given, context)
            assert content(given) == known, mechanism.name
            freeze(state)
        measures(state, world, scenario.scale)
        links(state.ties, state.organisations.region, world.n_regions)


@pytest.mark.parametrize("policy", ["isolated_s3", "macro_regional"])
def test_the_same_question_gets_the_same_answer(world, policy):
    """A mechanism keeps no memory of its own."""
    engine = Engine.of(Scenario(world, policy, years=3, scale=0.3))
    state = engine.initial_state()
    for quarter in range(12):
        context = engine.context_at(state, quarter)
        for mechanism in engine.scenario.mechanisms:
            after = mechanism(state, context)
            assert content(mechanism(state, context)) == content(after), mechanism.name
            state = after
