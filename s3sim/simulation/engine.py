"""Turn the crank: from a scenario to its first state, and from quarter to quarter."""

from collections.abc import Iterator
from dataclasses import dataclass

from s3sim.core.streams import Dice
from s3sim.model.context import QUARTERS, Environment
from s3sim.model.initial_conditions import Beginning
from s3sim.model.instruments import Instruments
from s3sim.model.matching import Meeting
from s3sim.model.partner_choice import Agreement
from s3sim.model.population import Population
from s3sim.model.proximity import Proximity, Space
from s3sim.model.state import State
from s3sim.policies import mix
from s3sim.simulation.scenario import Scenario


@dataclass(frozen=True)
class Engine:
    """A scenario made ready: its surroundings at quarter 0."""

    scenario: Scenario
    env: Environment

    @classmethod
    def of(cls, scenario: Scenario) -> "Engine":
        """Return the engine of a scenario."""
        group = {type(one): one for one in scenario.conduct}
        world, meeting = scenario.world, group[Meeting]
        space = Space.of(world, meeting.branching)
        env = Environment(
            world=world, space=space, proximity=group[Proximity], meeting=meeting,
            agreement=group[Agreement], gravity=meeting.gravity(world, space), outward=meeting.outward(world),
            closed_openness=group[Population].closed_openness,
            scale=scenario.scale, start=scenario.start * QUARTERS,
            n_quarters=scenario.years * QUARTERS, quarter=0,
            dice=Dice(scenario.seed, scenario.replication, 0), instruments=Instruments.none(world),
        )  # fmt: skip
        return cls(scenario, env)

    def beginning(self) -> State:
        """Return the state before the first quarter."""
        group = {type(one): one for one in self.scenario.conduct}
        values = self.scenario.parameters()
        return group[Beginning].state(
            self.env, group[Population],
            substitution=values.get("market.substitution", 4.0),
            duration=int(values.get("ties.duration", 8)),
        )  # fmt: skip

    def surroundings(self, state: State, quarter: int) -> Environment:
        """Return the environment of a quarter, with what policies offer in it."""
        dice = Dice(self.scenario.seed, self.scenario.replication, quarter)
        env = self.env.at(quarter=quarter, dice=dice)
        return env.at(instruments=mix(self.scenario.parts or (), state, env))

    def step(self, state: State, quarter: int) -> State:
        """Return the state after a quarter: every mechanism in order."""
        env = self.surroundings(state, quarter)
        for mechanism in self.scenario.mechanisms:
            state = mechanism(state, env)
        return state

    def run(self) -> Iterator[State]:
        """Yield the state after each quarter."""
        state = self.beginning()
        for quarter in range(self.env.n_quarters):
            state = self.step(state, quarter)
            yield state
