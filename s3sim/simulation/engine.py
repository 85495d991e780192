"""Turn the crank: from a scenario to its first state, and from quarter to quarter."""

from collections.abc import Iterator
from dataclasses import dataclass

from s3sim.core.streams import Streams
from s3sim.mechanisms.market import Market
from s3sim.mechanisms.tie_dynamics import TieDynamics
from s3sim.model.context import QUARTERS, Calendar, Context
from s3sim.model.initial_conditions import InitialConditions
from s3sim.model.instruments import Instruments
from s3sim.model.matching import Matching
from s3sim.model.partner_choice import PartnerChoice
from s3sim.model.partner_search import PartnerSearch
from s3sim.model.population import Population
from s3sim.model.proximity import Proximity, Space
from s3sim.model.state import State
from s3sim.policies import combine_instruments
from s3sim.simulation.scenario import Scenario
from s3sim.simulation.settling import settled


@dataclass(frozen=True)
class Engine:
    """A scenario made ready: its surroundings at quarter 0."""

    scenario: Scenario
    context: Context

    @classmethod
    def of(cls, scenario: Scenario) -> "Engine":
        """Return the engine of a scenario."""
        world, matching = scenario.world, scenario.group(Matching)
        space = Space.of(world, matching.branching)
        closed = scenario.group(Population).closed_propensity
        context = Context(
            world=world,
            scale=scenario.scale,
            calendar=Calendar(
                start=scenario.start * QUARTERS, n_quarters=scenario.years * QUARTERS
            ),
            streams=Streams(scenario.seed, scenario.replication, 0),
            instruments=Instruments.none(world),
            space=space,
            proximity=scenario.group(Proximity),
            partners=PartnerSearch.of(
                world, space, matching, scenario.group(PartnerChoice), closed
            ),
        )
        return cls(scenario, context)

    def initial_state(self) -> State:
        """Return the state before the first quarter."""
        beginning, ties = self.scenario.group(InitialConditions), self.scenario.group(TieDynamics)
        state = beginning.state(
            self.context.at(0),
            self.scenario.group(Population),
            substitution=self.scenario.group(Market).substitution,
            duration=ties.duration,
            memory=ties.memory,
        )
        return settled(state, self.scenario, self.context.at(0), beginning.settling)

    def context_at(self, state: State, quarter: int) -> Context:
        """Return the surroundings of a quarter, with what policies offer in it."""
        context = self.context.at(quarter)
        offer = combine_instruments(self.scenario.parts or (), state, context)
        return context.replace(instruments=offer)

    def step(self, state: State, quarter: int) -> tuple[State, Context]:
        """Run one quarter: policies offer, every mechanism acts in order.

        This is the only loop over a quarter's mechanisms.

        Returns
        -------
        state : State
            After the quarter.
        context : Context
            What surrounded the actors in it, e.g. the instruments on offer.
        """
        context = self.context_at(state, quarter)
        for mechanism in self.scenario.mechanisms:
            state = mechanism(state, context)
        return state, context

    def run(self) -> Iterator[State]:
        """Yield the state after each quarter."""
        state = self.initial_state()
        for quarter in range(self.context.calendar.n_quarters):
            state, _ = self.step(state, quarter)
            yield state
