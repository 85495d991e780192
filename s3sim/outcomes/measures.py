"""What is read off a state each quarter: additive numbers by region, at real scale."""

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints, count_by, sum_by
from s3sim.core.constants import MICRO
from s3sim.model.consortium_partners import runs
from s3sim.model.matching import employment_table
from s3sim.model.proximity import degree
from s3sim.model.state import BROKERED, INSTITUTE, State, Ties
from s3sim.world import World
from s3sim.world.specialisation import location_quotient, relatedness_density

CENTS_A_MILLION = 1e8


def measures(state: State, world: World, scale: float) -> dict[str, Floats]:
    """Return name to regional values, each of shape [R].

    All are additive over regions, so that totals are sums; a collaboration counts half in the
    region of each side. Stocks are at the end of the quarter, flows are those of the quarter.
    """
    orgs, n = state.organisations, world.n_regions
    weight, region, firms = 1.0 / scale, orgs.region, orgs.firms
    counted = firms & (orgs.size >= MICRO)
    innovators = counted & orgs.innovative
    ties = state.ties.where(~state.ties.pending)
    here, there = orgs.region[ties.source], orgs.region[ties.partner]
    abroad = world.cross_border[here, there]
    science = (orgs.kind[ties.source] == INSTITUTE) != (orgs.kind[ties.partner] == INSTITUTE)
    partners = degree(len(orgs), ties.source, ties.partner)
    partners_abroad = degree(len(orgs), ties.source[abroad], ties.partner[abroad])

    def count(which: Bools) -> Floats:
        return weight * sum_by(region, n, which)

    def halves(which: Bools) -> Floats:
        return weight * (sum_by(here, n, which) + sum_by(there, n, which)) / 2

    research, pairs_abroad = _consortia(state, world)
    jobs = weight * sum_by(region, n, np.where(firms, orgs.size, 0.0))
    spread, density = _structure(state, world)
    return {
        "firms": count(counted),
        "micro_firms": count(firms & ~counted),
        "employment": jobs,
        "value_added": weight * sum_by(region, n, np.where(firms, orgs.value_added, 0.0)) / 1000,
        "rd": weight * sum_by(region, n, np.where(firms, orgs.rd + orgs.project_rd, 0.0)) / 1000,
        "innovations": weight * sum_by(region, n, np.where(counted, orgs.innovations, 0)),
        "innovators": count(innovators),
        "cooperating": count(innovators & (partners > 0)),
        "cooperating_abroad": count(innovators & (partners_abroad > 0)),
        "cross_border": halves(abroad),
        "domestic": halves(~abroad),
        "industry_science": halves(science),
        "research_participations": weight * research,
        "research_pairs_abroad": weight * pairs_abroad,
        "brokered": halves(ties.kind == BROKERED),
        "cohort": weight * state.regions.cohort,
        "survivors": weight * state.regions.tracked,
        "entries": weight * state.regions.entries.astype(np.float64),
        "exits": weight * state.regions.exits.astype(np.float64),
        "grants_paid": state.regions.grants_paid / CENTS_A_MILLION,
        "smes_served": weight * state.brokers.firms.astype(np.float64),
        "specialisation_jobs": spread * jobs,
        "density_jobs": density * jobs,
    }


def _consortia(state: State, world: World) -> tuple[Floats, Floats]:
    """Return participations in running research consortia, and half the pairs across a border."""
    orgs, places = state.organisations, state.participations
    places = places.where(places.running & orgs.active[places.organisation])
    if not len(places):
        return np.zeros(world.n_regions), np.zeros(world.n_regions)
    region, (_, members) = orgs.region[places.organisation], runs(places.project)
    number = np.cumsum(np.append(0, places.project[1:] != places.project[:-1]))
    group = number * world.n_countries + world.country[region]
    same = count_by(group, int(group[-1]) + world.n_countries)[group]
    pairs = sum_by(region, world.n_regions, (members - same) / 2)
    return sum_by(region, world.n_regions), pairs


def _structure(state: State, world: World) -> tuple[Floats, Floats]:
    """Return Krugman's specialisation index (0-2) and mean density around specialisations (0-100)."""
    table = employment_table(state.organisations, world)
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1e-9)
    overall = table.sum(axis=0) / max(float(table.sum()), 1e-9)
    specialised = (location_quotient(table) > 1).astype(np.float64)
    density = relatedness_density(specialised, world.relatedness)
    number = np.maximum(specialised.sum(axis=1), 1.0)
    return np.abs(share - overall).sum(axis=1), (density * specialised).sum(axis=1) / number


def links(ties: Ties, region: Ints, n_regions: int) -> Floats:
    """Return active collaborations by kind and unordered pair of regions, simulated, [4, R, R]."""
    going_on = ties.where(~ties.pending)
    one, other = region[going_on.source], region[going_on.partner]
    low, high = np.minimum(one, other), np.maximum(one, other)
    key = (going_on.kind * n_regions + low) * n_regions + high
    return sum_by(key, 4 * n_regions * n_regions).reshape(4, n_regions, n_regions)
