"""Knowledge flows without contract: from related R&D nearby, and from the frontier."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Floats, count_by
from s3sim.core.constants import TINY
from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.context import YEAR_FRACTION, Context
from s3sim.model.state import Organisations, State

CHUNK = 1024
"""Rows handled at a time, so that the tables stay in the cache."""


@dataclass(frozen=True)
class Spillovers(ParameterGroup, name="spillovers"):
    """Pools of R&D that decay with distance and at borders, and imitation of the best.

    Pool_rd = sum of S_i K_id in r, at wages over those of the start; Sp_i = ac_i K_i . G_r with
    G = raw / (raw + its mean at the start), raw = Omega Pool Phi^branching, Omega = exp(-km / decay) border^XB.
    G saturates: what is around already adds less and less. Refreshed once a year.
    d ln A = imitation ac max(0, 1 - A / A of the domain's best tenth): logistic diffusion, which
    falls as a firm comes near and is bounded far behind (Benhabib and Spiegel 2005).
    """

    # fmt: off
    decay: float = param(300.0, 150.0, 630.0, "distance over which spillovers fall by e",
        unit="km",
        source="spillovers: decay", evidence="reported")
    border: float = param(0.6, 0.3, 1.0, "what is left of a spillover across a border",
        unit="share",
        source="spillovers: border")
    imitation: float = param(0.075, 0.01, 0.12, "speed of catching up with the frontier",
        unit="1/year", source="Abreu et al. 2005")
    frontier: float = param(0.90, 0.75, 0.99, "quantile of productivity that is the frontier",
        unit="share",
        source="spillovers: frontier", evidence="recalled")
    # fmt: on

    def __call__(self, state: State, context: Context) -> State:
        """Return the state after spillovers of the quarter."""
        if context.calendar.quarter_of_year == 0:
            state = self._refreshed(state, context)
        orgs = state.organisations
        firms = orgs.firms & (orgs.productivity > 0)
        logs = np.log(np.where(firms, orgs.productivity, 1.0))
        behind = np.maximum(0.0, state.frontier[orgs.domain] - logs)
        step = self.imitation * YEAR_FRACTION * orgs.absorptive_capacity * -np.expm1(-behind)
        grown = orgs.productivity * np.exp(np.where(firms, step, 0.0))
        return state.replace(organisations=orgs.replace(productivity=grown))

    def _refreshed(self, state: State, context: Context) -> State:
        orgs = state.organisations
        across = np.where(context.space.abroad, self.border, 1.0) * np.exp(
            -context.space.distance / self.decay
        )
        stock = _pool(orgs, context.world.n_regions) / state.wage_level
        raw = across @ stock @ context.space.relatedness_power
        reference = state.spill_reference or max(float(raw.mean()), TINY)
        pool = raw / (raw + reference)
        reach = _products(orgs, pool)
        return state.replace(
            organisations=orgs.replace(spillover=orgs.absorptive_capacity * reach),
            regions=state.regions.replace(pool=pool),
            spill_reference=reference,
            frontier=self._frontier(orgs, context.world.n_domains),
        )

    def _frontier(self, orgs: Organisations, n_domains: int) -> Floats:
        """Return the log productivity that the best tenth of a domain reaches, [D]."""
        row = np.flatnonzero(orgs.firms & (orgs.productivity > 0))
        order = row[np.lexsort((orgs.productivity[row], orgs.domain[row]))]
        count = count_by(orgs.domain[row], n_domains)
        first = np.cumsum(count) - count
        place = first + np.floor(self.frontier * np.maximum(count - 1, 0)).astype(np.int64)
        best = (
            orgs.productivity[order[np.minimum(place, len(order) - 1)]]
            if len(order)
            else np.ones(n_domains)
        )
        return np.where(count > 0, np.log(best), -np.inf)


def _pool(orgs: Organisations, n_regions: int) -> Floats:
    """Return the knowledge-weighted R&D stock of each region and domain, kEUR, [R, D]."""
    table = np.zeros((n_regions, orgs.knowledge.shape[1]))
    row = np.flatnonzero(orgs.active & (orgs.rd_stock > 0))
    order = row[np.argsort(orgs.region[row], kind="stable")]
    count = count_by(orgs.region[order], n_regions)
    first = np.cumsum(count) - count
    for region in np.flatnonzero(count):
        members = order[first[region] : first[region] + count[region]]
        table[region] = orgs.rd_stock[members] @ orgs.knowledge[members].astype(np.float64)
    return table


def _products(orgs: Organisations, pool: Floats) -> Floats:
    """Return K_i . pool of i's region, in slices that fit the cache, [N]."""
    reach = np.empty(len(orgs))
    for start in range(0, len(orgs), CHUNK):
        part = slice(start, start + CHUNK)
        reach[part] = np.einsum("ij,ij->i", orgs.knowledge[part], pool[orgs.region[part]])
    return reach
