"""Turn the crank: from a scenario to its first state, and from quarter to quarter."""

from collections.abc import Iterator
from dataclasses import dataclass

from s3sim.core.streams import Streams
from s3sim.model.context import QUARTERS, Context
from s3sim.model.initial_conditions import InitialConditions
from s3sim.model.instruments import Instruments
from s3sim.model.matching import Matching
from s3sim.model.partner_choice import PartnerChoice
from s3sim.model.population import Population
from s3sim.model.proximity import Proximity, Space
from s3sim.model.state import State
from s3sim.policies import combine_instruments
from s3sim.simulation.scenario import Scenario


@dataclass(frozen=True)
class Engine:
    """A scenario made ready: its surroundings at quarter 0."""

    scenario: Scenario
    context: Context

    @classmethod
    def of(cls, scenario: Scenario) -> "Engine":
        """Return the engine of a scenario."""
        group = {type(one): one for one in scenario.shared_parameters}
        world, matching = scenario.world, group[Matching]
        space = Space.of(world, matching.branching)
        context = Context(
            world=world, space=space, proximity=group[Proximity], matching=matching,
            partner_choice=group[PartnerChoice], gravity=matching.gravity(world, space), foreign_search_share=matching.foreign_search_share(world),
            closed_propensity=group[Population].closed_propensity,
            scale=scenario.scale, start=scenario.start * QUARTERS,
            n_quarters=scenario.years * QUARTERS, quarter=0,
            streams=Streams(scenario.seed, scenario.replication, 0), instruments=Instruments.none(world),
        )  # fmt: skip
        return cls(scenario, context)

    def initial_state(self) -> State:
        """Return the state before the first quarter."""
        group = {type(one): one for one in self.scenario.shared_parameters}
        values = self.scenario.parameter_values()
        return group[InitialConditions].state(
            self.context, group[Population],
            substitution=values.get("market.substitution", 4.0),
            duration=int(values.get("ties.duration", 8)),
        )  # fmt: skip

    def context_at(self, state: State, quarter: int) -> Context:
        """Return the environment of a quarter, with what policies offer in it."""
        streams = Streams(self.scenario.seed, self.scenario.replication, quarter)
        context = self.context.at(quarter=quarter, streams=streams)
        return context.at(
            instruments=combine_instruments(self.scenario.parts or (), state, context)
        )

    def step(self, state: State, quarter: int) -> State:
        """Return the state after a quarter: every mechanism in order."""
        context = self.context_at(state, quarter)
        for mechanism in self.scenario.mechanisms:
            state = mechanism(state, context)
        return state

    def run(self) -> Iterator[State]:
        """Yield the state after each quarter."""
        state = self.initial_state()
        for quarter in range(self.context.n_quarters):
            state = self.step(state, quarter)
            yield state
