import numpy as np
import pytest
from builders import around, orgs, pairs, state_of, ties, two_regions

from s3sim.mechanisms.brokerage import Brokerage
from s3sim.model.proximity import degree
from s3sim.model.state import BROKERED, INSTITUTE

WORLD = two_regions()
N = 200
REGION = np.arange(N) % 2
OFFER = {"brokers": np.ones(2), "broker_network": True}
EAGER = {"agreement.threshold": 0.0, "agreement.cognitive": 20.0}
KNOWN = np.random.default_rng(1).random((N, 3)).astype(np.float32)


def crowd(**columns):
    return orgs(N, **{"region": REGION, "domain": np.arange(N) % 3, "knowledge": KNOWN,
                        "absorptive_capacity": 0.5, **columns})  # fmt: skip


def state_with(folk, funded_share=1.0, table=None, **columns):
    state = state_of(folk, WORLD, ties=table or ties([], []))
    return state.replace(
        brokers=state.brokers.replace(funded_share=np.full(2, funded_share), **columns)
    )


def brokered(state, quarter=1, model=None, scale=1.0, **offers):
    context = around(WORLD, quarter, scale=scale, values=EAGER, **{**OFFER, **offers})
    return (model or Brokerage())(state, context)


def test_capacity_is_what_brokers_and_scale_allow_and_what_is_idle_is_lost():
    state, served = state_with(crowd()), []
    for quarter in range(8):
        before = state.brokers.clients.copy()
        state = brokered(state, quarter, scale=0.2)  # 0.8 clients a quarter
        served.append((state.brokers.clients - before).tolist())
    assert np.cumsum(served, axis=0)[-1].tolist() == [6, 6]  # floor of 6.4
    assert np.max(served) == 1
    idle = brokered(state_with(crowd(innovative=False)), model=Brokerage(clients=20.0))
    assert idle.brokers.clients.tolist() == [0, 0]
    assert idle.brokers.credit.tolist() == [1.0, 1.0]


def test_only_funded_brokers_work():
    state = state_with(crowd(), funded_share=0.0)
    assert brokered(state) is state
    half = brokered(state_with(crowd(), funded_share=0.5))
    assert half.brokers.clients.tolist() == [2, 2]


def test_clients_are_innovative_smes_with_a_free_place_and_new_ones_first():
    size = np.where(np.arange(N) < 100, 250.0, 20.0)
    known = np.arange(N) >= 110
    folk = crowd(size=size, served=known, innovative=np.arange(N) % 3 > 0)
    busy = ties([102, 102], [1, 3])
    after = brokered(state_with(folk, table=busy), model=Brokerage(clients=20.0))
    chosen = after.organisations.served & ~known
    assert set(np.flatnonzero(chosen)) <= set(range(100, 110)) - {102}
    assert chosen.sum() == ((np.arange(N) % 3 > 0) & (np.arange(N) // 10 == 10)).sum() - (
        102 % 3 > 0
    )
    assert after.brokers.clients.sum() == 40
    assert after.brokers.firms.sum() == chosen.sum()


@pytest.mark.parametrize("network", [True, False])
def test_registers_are_abroad_or_at_home(network):
    after = brokered(state_with(crowd()), model=Brokerage(clients=20.0), broker_network=network)
    table = after.ties
    assert len(table) > 3
    assert ((REGION[table.source] != REGION[table.partner]) == network).all()
    assert (table.kind == BROKERED).all()
    assert (table.trust == 0).all()  # first cases: the broker does not know both sides yet
    assert after.brokers.matches.sum() == len(table)


def test_registers_list_only_regions_with_an_office():
    after = brokered(state_with(crowd()), model=Brokerage(clients=20.0), brokers=np.array([1.0, 0]))
    assert len(after.ties) == 0


@pytest.mark.parametrize("network", [True, False])
def test_a_pair_is_brokered_once_and_capacity_holds(network):
    """Small crowds, in which clients meet clients and partners."""
    for seed in range(30):
        folk = orgs(12, region=np.arange(12) % 2, domain=0, absorptive_capacity=0.5,
                      knowledge=np.random.default_rng(seed).random((12, 3)))  # fmt: skip
        old = ties([0, 2, 4], [1, 3, 5] if network else [6, 5, 8])
        state = state_of(folk, WORLD, ties=old)
        state = state.replace(brokers=state.brokers.replace(funded_share=np.ones(2)))
        context = around(
            WORLD, 1, replication=seed, values=EAGER, **{**OFFER, "broker_network": network}
        )
        after = Brokerage(clients=20.0)(state, context)
        assert len(np.unique(pairs(after.ties, 12))) == len(after.ties)
        load = degree(12, after.ties.source, after.ties.partner)
        assert (load <= context.partners.capacity(folk)).all()


def test_skill_is_learnt_from_cases():
    after = brokered(state_with(crowd()))
    odds = 0.4 / 0.6 * np.exp(0.01 * 4)
    assert after.brokers.skill == pytest.approx(odds / (1 + odds))
    later = brokered(after, 2)
    assert (later.brokers.skill > after.brokers.skill).all()
    idle = brokered(state_with(crowd(innovative=False)))
    assert idle.brokers.skill.tolist() == [0.4, 0.4]


def test_skill_finds_better_partners():
    model, context = Brokerage(proposals=1, register=64), around(WORLD, 1, **OFFER)
    folk = crowd()
    client = np.flatnonzero(REGION == 0)
    one, other = np.repeat(client, 50), np.tile(np.flatnonzero(REGION == 1)[:50], len(client))
    place = context.space.positions(KNOWN)
    no = np.zeros(len(one), bool)
    value = context.proximity.value(
        context.space.cognitive_distance(place[one], place[other]), np.full(len(one), 0.5), no, no,
        ~no, np.zeros(len(one)),
    )  # fmt: skip
    found = [
        value[model._shortlist(one, other, np.full(len(one), skill), folk, context)].mean()
        for skill in (0.0, 0.4, 0.8, 1.0)
    ]
    assert found == sorted(found)
    assert found[0] == pytest.approx(value.mean(), rel=0.15)  # no skill: the luck of the draw
    best = value.reshape(len(client), 50).max(axis=1).mean()
    assert found[-1] == pytest.approx(best)


def test_at_most_so_many_proposals_a_client():
    context, folk = around(WORLD, 1, **OFFER), crowd()
    one, other = np.repeat([0, 2, 4], 7), np.tile(np.arange(1, 15, 2), 3)
    keep = Brokerage(proposals=3)._shortlist(one, other, np.full(21, 0.4), folk, context)
    assert np.bincount(one[keep]).tolist() == [3, 0, 3, 0, 3]


def test_institutes_are_in_the_registers():
    kind = np.where(np.arange(N) > 150, INSTITUTE, 0)
    folk = crowd(kind=kind, size=np.where(kind == INSTITUTE, 500.0, 20.0))
    tied = []
    for quarter in range(10):
        model = Brokerage(clients=20.0, institutes=0.5)
        table = brokered(state_with(folk), quarter, model=model).ties
        tied += kind[table.partner].tolist()
    assert 0.1 < np.mean(tied) < 0.7


def test_a_broker_of_skill_zero_brings_about_nothing():
    state = state_with(crowd())
    for quarter in range(6):
        state = brokered(state, quarter, model=Brokerage(clients=20.0, skill=0.0))
    assert state.brokers.clients.sum() > 0
    assert len(state.ties) == 0
    assert (state.brokers.skill == 0).all()
    assert (state.brokers.cases == 0).all()


def test_more_skill_brings_about_more_ties():
    made = []
    for skill in (0.1, 0.4, 0.8):
        model = Brokerage(clients=20.0, skill=skill, learning=0.0)
        made.append(sum(len(brokered(state_with(crowd()), q, model=model).ties) for q in range(6)))
    assert made[0] < made[1] < made[2]


def test_trust_is_lent_as_far_as_the_broker_knows_both_regions():
    known = np.array([[0.0, 6.0], [4.0, 0.0]])
    model = Brokerage(clients=20.0, skill=0.5, learning=0.0, institutes=0.0, familiar=10.0)
    after = brokered(state_with(crowd(), cases=known), model=model)
    assert len(after.ties) > 3
    np.testing.assert_allclose(after.ties.trust, 0.2 * 0.5 * 10 / 20)
    assert (after.brokers.cases > known)[[0, 1], [1, 0]].all()
    assert after.brokers.cases.trace() == 0
