"""The model against an independent one of plain objects, written from docs/odd.md.

It was first written from the text alone, then corrected where text and code differed.

Both run without S3 policy in a small synthetic world, consortia left out; their luck has nothing
in common, so that only distributions can be equal.
"""

import numpy as np
import plain_run
import pytest
from scipy.stats import ks_2samp

from s3sim.simulation.engine import Engine
from s3sim.simulation.recorder import Recorder
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

YEARS, START = 6, 1
COMPARED = (
    "firms",
    "employment",
    "value added",
    "R&D over value added, %",
    "innovations a firm and year",
    "innovators cooperating, %",
    "innovators cooperating abroad, %",
    "domestic collaborations a firm",
    "cross-border collaborations a firm",
    "productivity growth, % a year",
    "survival, %",
)
MEASURES = [
    "firms",
    "micro_firms",
    "employment",
    "value_added",
    "rd",
    "innovations",
    "innovators",
    "cooperating",
    "cooperating_abroad",
    "cross_border",
    "domestic",
    "survivors",
    "cohort",
    "entries",
    "exits",
]


@pytest.fixture(scope="module")
def scenario():
    world = World.synthetic(4, seed=1, countries=2, domains=8, firms=80.0)
    whole = Scenario(world, "no_s3", years=YEARS, scale=1.0, start=START)
    return whole.drop_mechanism("consortia")


def of_the_model(scenario, replication):
    engine = Engine.of(scenario.with_replication(replication))
    recorder = Recorder(engine)
    for state in engine.run():
        recorder.collect(state)
    values = recorder.panel(state).values
    totals = {name: values[name].sum(axis=1) for name in MEASURES}
    path = [{name: totals[name][t] for name in MEASURES} for t in range(4 * YEARS)]
    return plain_run.outcomes(path, START)


def samples(scenario, number):
    """Outcome to values of the model and of the plain model, [number] each."""
    values = scenario.parameter_values()
    model = [of_the_model(scenario, k) for k in range(number)]
    plain = [plain_run.run(scenario.world, values, YEARS, START, k) for k in range(number)]
    return {
        name: (np.array([m[name] for m in model]), np.array([m[name] for m in plain]))
        for name in COMPARED
    }


def test_outcomes_of_the_plain_model_are_about_those_of_the_model(scenario):
    number = 8
    for name, (model, plain) in samples(scenario, number).items():
        error = np.sqrt((model.var(ddof=1) + plain.var(ddof=1)) / number)
        assert abs(model.mean() - plain.mean()) < 4 * error, name


@pytest.mark.slow
def test_distributions_of_the_plain_model_are_those_of_the_model(scenario):
    """No outcome differs at 1 % by itself (stricter than a family-wise rule)."""
    found = {
        name: ks_2samp(model, plain).pvalue
        for name, (model, plain) in samples(scenario, 100).items()
    }
    assert min(found.values()) > 0.01, found
