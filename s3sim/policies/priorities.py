"""How an authority chooses, revises and copies its own priorities."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Bools, Floats, standardised, sum_by
from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.context import Context
from s3sim.model.instruments import Instruments
from s3sim.model.state import State
from s3sim.world.specialisation import complexity, location_quotient, relatedness_density

PROGRAMME = 28
"""Quarters of a programme: seven years."""

REVISION = 14
"""Quarter of a programme in which it is reviewed."""

FORESIGHT = 0.25
"""Weight of the analysis against monitored results when a list is revised
(assumed: a quarter, so that the analysis decides where results are close)."""

DISCOVERY_NOISE = 0.3
"""Standard deviation of what an organisation reveals; absorptive capacity lies in 0-1
(assumed: a third of that range)."""


@dataclass(frozen=True)
class Priorities(ParameterGroup, name="priorities"):
    """The S3 cycle of one authority: analyse, discover with entrepreneurs, choose, revise.

    score = relatedness z(density) + complexity z(KCI) + strength z(ln(1 + LQ))
          + knowledge z(knowledge intensity) + discovery z(EDP)
          + imitation z(mean score of the same country) + incumbency z(published list)
          + noise (1 - quality), and the best `count` are taken. Relatedness and complexity enter
    additively, same-country lists resemble each other (Deegan, Broekel and Fitjar 2021). Lists are
    for research and innovation: published ones name what a region is specialised in and what lives
    on knowledge, hardly ever its largest employers (trade, construction). The authority knows
    statistics that are 6 quarters old, of its own territory alone.
    """

    # fmt: off
    count: int = param(5, 3, 10, "priorities of an authority", unit="domains",
        source="32 published lists: 3 to 8, median 5", evidence="reported")
    relatedness: float = param(1.0, 0.0, 2.0, "weight of relatedness density",
        source="sign: Deegan, Broekel and Fitjar 2021; size: the unit of the other weights")
    complexity: float = param(0.5, 0.0, 2.0, "weight of complexity",
        source="sign: Deegan, Broekel and Fitjar 2021; assumed: half of relatedness")
    discovery: float = param(0.5, 0.0, 1.5, "weight of what entrepreneurs reveal",
        source="half of relatedness, as discovery is required (ERDF 2014-20) but loosely followed")
    strength: float = param(0.5, 0.0, 1.5, "weight of specialisation (location quotient)",
        source="sign: published lists of 27 regions (priorities.csv); assumed: half of relatedness")
    knowledge: float = param(1.0, 0.0, 2.0, "weight of knowledge intensity",
        source="sign: published lists of 27 regions (priorities.csv); assumed: as relatedness")
    capture: float = param(0.5, 0.0, 2.0,
        "how much louder earlier winners of grants are in entrepreneurial discovery",
        source="loud winners")
    imitation: float = param(0.7, 0.0, 1.5, "weight of what the same country's authorities prefer",
        source="sign: Deegan, Broekel and Fitjar 2021; assumed: two thirds of relatedness")
    incumbency: float = param(0.3, 0.0, 1.5, "weight of the list published before (lobby)",
        source="direction: lobbying (Gianelle, Guzzo and Mieszkowski 2020); assumed: a third of relatedness")
    noise: float = param(1.0, 0.0, 2.0, "error of analysis at the worst administration",
        unit="standard deviations",
        source="at worst as large as what relatedness tells; range from none to twice that")
    reserved_share: float = param(0.75, 0.4, 1.0, "share of calls that is reserved for priorities",
        unit="share", source="calls under S3")
    revision: float = param(0.15, 0.0, 0.4, "priorities exchanged at mid-term", unit="share",
        source="one of five (0.15 x 5, rounded); range from none to two")
    visibility: float = param(0.0, 0.0, 1.5,
        "weight of what authorities of other countries prefer (coordination)",
        source="design: 0, isolated authorities do not look abroad; range as that of imitation")
    abroad_share: float = param(0.0, 0.0, 1.0,
        meaning="collaborative regional projects that may find a partner abroad", unit="share",
        source="Article 70", evidence="recalled")
    at_random: int = param(0, 0, 1, "1: draw lists by lot, for control", unit="switch",
        source="design: a control, off by default")
    # fmt: on

    def __call__(self, state: State, context: Context) -> Instruments:
        """Return the share reserved for priorities, and a new list when one is due."""
        offer = Instruments.none(context.world)
        if context.calendar.quarter < context.calendar.start:
            return offer
        offer = offer.replace(reserved_share=self.reserved_share, abroad_share=self.abroad_share)
        elapsed = (context.calendar.quarter - context.calendar.start) % PROGRAMME
        if elapsed == 0:
            return offer.replace(priorities=_best(self.scores(state, context), self.count))
        if elapsed == REVISION:
            return offer.replace(priorities=self._revised(state, context))
        return offer

    def scores(self, state: State, context: Context) -> Floats:
        """Return how each authority ranks domains, shape [A, D]."""
        world = context.world
        shape = (world.n_authorities, world.n_domains)
        luck = context.streams.normal("priorities/analysis", shape)
        if self.at_random:
            return luck
        own = self._own_view(state, context)
        own = own + self.imitation * _mean_of_others(own, _same_country(context))
        own = own + self.visibility * _mean_of_others(own, ~_same_country(context))
        quality = _by_authority(context, world.admin_quality)
        return own + self.noise * (1 - quality)[:, None] * luck

    def _own_view(self, state: State, context: Context) -> Floats:
        """Return the score from what an authority sees on its own territory, [A, D]."""
        world = context.world
        employed = state.regions.published
        quotient = location_quotient(_territory(context, employed))
        specialised = (location_quotient(employed) > 1).astype(np.float64)
        own = (_territory(context, specialised) > 0).astype(np.float64)
        density = relatedness_density(own, world.relatedness)
        incumbents = _territory(context, world.published)
        return (
            self.relatedness * standardised(density)
            + self.complexity * complexity(specialised, world.gdp / world.population)
            + self.strength * standardised(np.log1p(quotient))
            + self.knowledge * standardised(world.knowledge_intensity)
            + self.discovery * standardised(discovery(state, context, self.capture))
            + self.incumbency * standardised(incumbents)
        )

    def _revised(self, state: State, context: Context) -> Bools:
        """Exchange the priorities of worst monitored results for the best of the others."""
        exchanged = int(np.floor(self.revision * self.count + 0.5))
        current, results = state.authorities.priorities, state.authorities.results
        score = standardised(results) + FORESIGHT * standardised(self.scores(state, context))
        weakest = _best(np.where(current, -score, -np.inf), exchanged) & current
        strongest = _best(np.where(current, -np.inf, score), exchanged) & ~current
        return (current & ~weakest) | strongest


def discovery(state: State, context: Context, capture: float) -> Floats:
    """Return what entrepreneurs reveal of each domain in their region, noisily, [A, D].

    Participation rises with size and with past grants, so that insiders can capture the process:
    what they are louder by, the authority hears less of all others (its scores are relative).
    """
    orgs, world = state.organisations, context.world
    row = np.flatnonzero(orgs.active & orgs.innovative)
    weight = np.log1p(orgs.size[row]) * (1 + capture * (orgs.grants[row] > 0))
    signal = orgs.absorptive_capacity[row] + orgs.learning[row]
    signal = np.maximum(
        signal + DISCOVERY_NOISE * context.streams.normal("priorities/discovery", len(orgs), row),
        0.0,
    )
    key = world.authority[orgs.region[row]] * world.n_domains + orgs.domain[row]
    total = sum_by(key, world.n_authorities * world.n_domains, weight * signal)
    return np.log1p(total).reshape(world.n_authorities, world.n_domains)


def _best(score: Floats, count: int) -> Bools:
    """Return the `count` best domains of each row; equal scores in domain order."""
    order = np.argsort(-score, axis=1, kind="stable")[:, :count]
    best = np.zeros(score.shape, bool)
    np.put_along_axis(best, order, True, axis=1)
    return best


def _territory(context: Context, table: Floats) -> Floats:
    """Return a regional table summed over each authority's territory, [A, D]."""
    total = np.zeros((context.world.n_authorities, table.shape[1]))
    np.add.at(total, context.world.authority, table)
    return total


def _by_authority(context: Context, values: Floats) -> Floats:
    """Return regional values averaged over each authority's territory, [A]."""
    authority, n = context.world.authority, context.world.n_authorities
    return sum_by(authority, n, values) / sum_by(authority, n)


def _same_country(context: Context) -> Bools:
    """Return which authorities belong to one country, without themselves, [A, A]."""
    country = np.zeros(context.world.n_authorities, np.int64)
    country[context.world.authority] = context.world.country
    same: Bools = country[:, None] == country[None, :]
    return same & ~np.eye(len(country), dtype=bool)


def _mean_of_others(scores: Floats, others: Bools) -> Floats:
    """Return the mean score of the authorities that each one looks at, z over domains, [A, D]."""
    number = others.sum(axis=1, keepdims=True)
    return standardised(others.astype(np.float64) @ scores / np.maximum(number, 1))
