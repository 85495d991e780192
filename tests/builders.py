"""Small worlds, five-row tables and runs, for tests."""

from dataclasses import fields, replace

import numpy as np

from s3sim.model.instruments import Instruments
from s3sim.model.ledger import Ledger
from s3sim.model.state import (
    FIRM,
    OWN,
    Authorities,
    Brokers,
    Markets,
    Organisations,
    Projects,
    Regions,
    State,
    Table,
    Ties,
)
from s3sim.outcomes import OUTCOMES
from s3sim.simulation.engine import Engine
from s3sim.simulation.recorder import Recorder
from s3sim.simulation.scenario import Scenario
from s3sim.world import World


def two_regions(domains=3, countries=2, **changes):
    """A world of two regions, 200 km apart, each with its own country and authority."""
    world = World.synthetic(2, seed=0, countries=countries, domains=domains)
    plain = {"distance": np.array([[20.0, 200.0], [200.0, 20.0]])}
    return replace(world, **{**plain, **changes})


def around(world, quarter=0, *, scale=1.0, start=0, years=4, replication=0, values=None, **offers):
    """The environment of a quarter with `offers` as the only instruments."""
    scenario = Scenario(
        world, "no_s3", years=years, scale=scale, start=start, replication=replication
    )
    context = Engine.of(scenario.replace(values or {})).context
    offer = Instruments.none(world).replace(**offers)
    return context.at(quarter, instruments=offer)


def orgs(n=5, domains=3, **columns):
    """Active innovative firms of 20 persons in region 0 and domain 0, unless `columns` say else."""
    blank = {}
    for one in fields(Organisations):
        kind = {"Ints": np.int64, "Bools": bool, "Singles": np.float32}.get(
            getattr(one.type, "__name__", str(one.type)), np.float64
        )
        blank[one.name] = np.zeros(n, kind)
    blank |= {
        "kind": np.full(n, FIRM),
        "region": np.zeros(n, np.int64),
        "domain": np.zeros(n, np.int64),
        "active": np.ones(n, bool),
        "innovative": np.ones(n, bool),
        "served": np.zeros(n, bool),
        "size": np.full(n, 20.0),
        "productivity": np.full(n, 50.0),
        "demand_shifter": np.ones(n),
        "value_added": np.full(n, 1000.0),
        "cash": np.full(n, 500.0),
        "cooperation_propensity": np.ones(n),
        "shock_variance": np.ones(n),
        "age": np.full(n, 10.0),
        "knowledge": np.zeros((n, domains), np.float32),
    }
    for name in ("innovations", "distress", "grants", "seeking"):
        blank[name] = np.zeros(n, np.int64)
    for name, value in columns.items():
        like = blank[name]
        blank[name] = np.broadcast_to(np.asarray(value, like.dtype), like.shape).copy()
    return Organisations(**blank)


def ties(source, partner, **columns):
    """Own ties that run from quarter 0 to 8 with trust 0.3."""
    n = len(source)
    blank = {
        "source": np.array(source, np.int64),
        "partner": np.array(partner, np.int64),
        "start": np.zeros(n, np.int64),
        "end": np.full(n, 8),
        "kind": np.full(n, OWN),
        "trust": np.full(n, 0.3),
        "bid": np.zeros(n, bool),
        "pending": np.zeros(n, bool),
    }
    for name, value in columns.items():
        like = blank[name]
        blank[name] = np.broadcast_to(np.asarray(value, like.dtype), like.shape).copy()
    return Ties(**blank)


def projects(organisation, **columns):
    """Regional projects of 100 kEUR cost and 60 kEUR award, due in quarter 0 for two years."""
    n = len(organisation)
    blank = {
        "organisation": np.array(organisation, np.int64),
        "instrument": np.zeros(n, np.int64),
        "authority": np.zeros(n, np.int64),
        "domain": np.zeros(n, np.int64),
        "award": np.full(n, 6_000_000),
        "cost": np.full(n, 100.0),
        "value": np.ones(n),
        "due": np.zeros(n, np.int64),
        "end": np.full(n, 8),
        "rd": np.zeros(n),
    }
    for name, value in columns.items():
        like = blank[name]
        blank[name] = np.broadcast_to(np.asarray(value, like.dtype), like.shape).copy()
    return Projects(**blank)


def state_of(organisations, world, **tables):
    """A state in which nothing else goes on."""
    regions, authorities, domains = world.n_regions, world.n_authorities, world.n_domains
    markets, none = world.n_countries * domains, np.zeros(regions, np.int64)
    table = np.ones((regions, domains))
    blank = {
        "organisations": organisations,
        "ties": Ties.none(),
        "projects": Projects.none(),
        "authorities": Authorities(
            priorities=np.zeros((authorities, domains), bool),
            success=np.full(authorities, 0.37),
            results=np.zeros((authorities, domains)),
            balance=np.zeros(authorities, np.int64),
        ),
        "brokers": Brokers(
            skill=np.zeros(regions), credit=np.zeros(regions), clients=none, firms=none,
            matches=none, funded_share=np.zeros(regions),
        ),
        "regions": Regions(
            published=table, awaiting=table, pool=table * 0, entries=none, exits=none,
            cohort=np.zeros(regions), tracked=np.zeros(regions), grants_paid=none, awards=none,
        ),
        "markets": Markets(
            expenditure=np.full(markets, 2000.0), outside=np.full(markets, 1000.0),
            strength=np.full(markets, 2000.0), price=np.ones(markets),
        ),
        "ledger": Ledger.empty(4),
        "joint_priorities": np.zeros(domains, bool),
        "pool": 0,
        "frontier": np.zeros(domains),
        "spill_reference": 0.0,
        "substitution": 4.0,
    }  # fmt: skip
    return State(**{**blank, **tables})


def leaves(state):
    """Yield dotted name and value of everything a state holds."""
    for one in fields(state):
        value = getattr(state, one.name)
        if isinstance(value, Table | Ledger):
            for column in fields(value):
                yield f"{one.name}.{column.name}", getattr(value, column.name)
        else:
            yield one.name, value


def assert_same(one, other, *, skip=()):
    """Fail, naming the column, unless two states are equal to the last bit."""
    left, right = dict(leaves(one)), dict(leaves(other))
    assert left.keys() == right.keys()
    for name in left:
        if name not in skip:
            a, b = np.asarray(left[name]), np.asarray(right[name])
            assert a.dtype == b.dtype, name
            assert a.shape == b.shape, name
            assert a.tobytes() == b.tobytes(), name


def last(states):
    """The last state of a run."""
    for state in states:
        final = state
    return final


def ran(scenario):
    """All states of a run."""
    return list(Engine.of(scenario).run())


def panel_of(scenario, states=None):
    """The measures of a run as a panel."""
    states = states or ran(scenario)
    recorder = Recorder(Engine.of(scenario))
    for state in states:
        recorder.collect(state)
    return recorder.panel(states[-1])


def outcomes_of(scenario):
    """Name to total of every outcome of a run."""
    panel = panel_of(scenario)
    return {name: one.total(panel) for name, one in OUTCOMES.items()}


def pairs(table, n):
    """Unordered pairs of ties as single numbers."""
    low, high = (
        np.minimum(table.source, table.partner),
        np.maximum(table.source, table.partner),
    )
    return low * n + high
