"""Trans-S3: joint priorities in five steps, pooled money, calls across borders."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints, standardised
from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.context import QUARTERS, Context
from s3sim.model.instruments import Instruments
from s3sim.model.state import State
from s3sim.policies.priorities import PROGRAMME, discovery
from s3sim.world.specialisation import (
    complementarity,
    complexity,
    location_quotient,
    relatedness_density,
)

COMMON = 2
"""Lists on which a domain must stand to be a common set (step 1)."""

UNTRADED = 0.5
"""What complementarity counts in a domain that is not traded at all; fully traded: 1
(assumed: half, as partners also matter for what is sold at home)."""


@dataclass(frozen=True)
class JointProgramme(ParameterGroup, name="joint"):
    """Five-step joint priority setting after the Trans-S3 methodology, and what it costs.

    1 common sets define, 2 analytical review verifies, 3 trends refine, 4 consultation finalises,
    5 internationalisation potential (complementarity, tradability) assesses; rounds of
    consultation repeat until the list is stable. Part of every envelope is pooled; coordination
    takes a share and time. Benefits and costs are twins: nothing here is free.
    """

    # fmt: off
    pooled_share: float = param(0.20, 0.0, 0.6, "share of each envelope that is pooled",
        unit="share",
        source="design: a fifth, far above Interreg BSR's 0.7 % of the area's ERDF for innovation")
    overhead: float = param(0.10, 0.02, 0.25, "share of pooled money that coordination costs",
        unit="share", source="Interreg", evidence="recalled")
    delay: int = param(3, 1, 3, "how much later joint calls are decided than regional ones",
        unit="quarters", source="Interreg call", evidence="reported")
    lag: int = param(4, 3, 8, "from the start to joint priorities", unit="quarters",
        source="GoSmart BSR: priorities in month 13", evidence="reported")
    count: int = param(8, 3, 10, "joint priorities", unit="domains",
        source="Trans-S3 of 2021: eight fields", evidence="reported")
    complementarity: float = param(0.5, 0.0, 1.0, "weight of complementarity against own density",
        unit="share", source="direction: Balland and Boschma 2021; assumed: equal weights")
    complexity: float = param(0.5, 0.0, 2.0, "weight of complexity",
        source="as an authority weighs it (priorities.complexity)")
    trend: float = param(0.3, 0.0, 1.0, "weight of market growth",
        source="step 3 of Trans-S3; assumed: a third of capability, which trends only refine")
    consultation: float = param(0.5, 0.0, 1.5, "weight of consultation",
        source="step 4 of Trans-S3; assumed: as an authority weighs discovery")
    consultation_noise: float = param(0.5, 0.0, 1.5, "noise of one round of consultation",
        unit="standard deviations",
        source="half the spread of the votes; rounds average it out")
    rounds: int = param(2, 1, 4, "most rounds of consultation", unit="rounds",
        source="Trans-S3 has feedback between steps; assumed: one repetition")
    shared_by: int = param(2, 2, 6, "regions that must be capable of a joint priority",
        unit="regions",
        source="design: the fewest that can share; Interreg BSR and I3 ask for three countries")
    cohesion: float = param(0.0, 0.0, 1.5, "advantage of lagging regions in joint selection",
        unit="standard deviations",
        source="design: off; I3 reserves half for less developed regions")
    jury_noise: float = param(0.2, 0.0, 1.0,
        "extra error of a jury that knows applicants less well", unit="standard deviations",
        source="half of joint_call.selection_noise; at most the two sum to one reviewer's error (1.4)")
    capture: float = param(0.5, 0.0, 2.0,
        "how much louder earlier winners of grants are in the consultation", source="loud winners")
    at_random: int = param(0, 0, 1, "1: draw the joint list by lot, for control", unit="switch",
        source="design: a control, off by default")
    # fmt: on

    def __call__(self, state: State, context: Context) -> Instruments:
        """Return joint priorities and pooled money once they are in force."""
        world, offer = context.world, Instruments.none(context.world)
        live = context.calendar.start + self.lag
        # Money is pooled from the first budget year in which the joint list is in force.
        first = live + -live % QUARTERS
        if self.pooled_share == 0 or world.n_countries < 2 or context.calendar.quarter < first:
            return offer
        offer = offer.replace(
            pooled_share=np.full(world.n_authorities, self.pooled_share),
            overhead_share=self.overhead, joint_delay=self.delay,
            joint_regions=np.ones(world.n_regions, bool), cohesion_weight=self.cohesion,
            selection_noise=self.jury_noise,
        )  # fmt: skip
        if (context.calendar.quarter - first) % PROGRAMME == 0:
            return offer.replace(joint_priorities=self.chosen(state, context))
        return offer

    def chosen(self, state: State, context: Context) -> Bools:
        """Return the joint list, [D]: five steps, repeated until stable."""
        if self.at_random:
            return _top(context.streams.normal("joint/lot", context.world.n_domains), self.count)
        eligible, score = self._analysed(state, context)
        votes = standardised(discovery(state, context, self.capture).sum(axis=0))
        noise = context.streams.normal("joint/consultation", (self.rounds, context.world.n_domains))
        chosen, voted = np.zeros(len(score), bool), np.zeros(len(score))
        for k in range(self.rounds):
            voted = voted + votes + self.consultation_noise * noise[k]
            total = score + self.consultation * voted / (k + 1)
            before, chosen = chosen, _top(np.where(eligible, total, -np.inf), self.count) & eligible
            if np.array_equal(before, chosen):
                break
        return chosen

    def _analysed(self, state: State, context: Context) -> tuple[Bools, Floats]:
        """Return which domains pass steps 1 and 2, and the score of steps 3 and 5, [D]."""
        world = context.world
        table = state.regions.published
        specialised = (location_quotient(table) > 1).astype(np.float64)
        density = relatedness_density(specialised, world.relatedness)
        lists = state.authorities.priorities[world.authority] | (world.published > 0)
        common = lists.sum(axis=0) >= COMMON
        capable = (specialised.sum(axis=0) >= self.shared_by) & _two_countries(
            specialised, world.country
        )
        needed = complementarity(specialised, world.relatedness)
        best_partner = np.where(world.cross_border[:, :, None], needed, 0.0).max(axis=1)
        own, partner = standardised(density).mean(axis=0), standardised(best_partner).mean(axis=0)
        potential = (1 - self.complementarity) * own + self.complementarity * partner * (
            UNTRADED + (1 - UNTRADED) * world.tradable
        )
        score = (
            standardised(potential)
            + self.complexity * complexity(specialised, world.gdp / world.population)
            + self.trend * standardised(world.trend)
        )
        # Where too few domains are shared, capability alone decides: a joint list is never empty.
        eligible = common & capable
        return (eligible if eligible.sum() >= self.shared_by else capable), score


def _two_countries(specialised: Floats, country: Ints) -> Bools:
    """Return which domains are a specialisation of regions in two countries at least, [D]."""
    held = np.zeros((int(country.max()) + 1, specialised.shape[1]))
    np.add.at(held, country, specialised)
    return (held > 0).sum(axis=0) >= 2


def _top(score: Floats, count: int) -> Bools:
    best = np.zeros(len(score), bool)
    best[np.argsort(-score, kind="stable")[:count]] = True
    return best
