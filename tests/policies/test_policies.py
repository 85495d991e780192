"""What policies offer, what they cost, and what authorities choose."""

from dataclasses import fields, replace

import numpy as np
import pytest
from builders import around, last, orgs, ran, state_of, two_regions

from s3sim.core.errors import InputError
from s3sim.model.instruments import Instruments
from s3sim.model.state import HORIZONTAL, SEEKING_ANY
from s3sim.policies import POLICIES, combine_instruments
from s3sim.policies.brokers import Brokers, Secretariat, members
from s3sim.policies.horizontal import HorizontalSupport
from s3sim.policies.joint_programme import JointProgramme
from s3sim.policies.priorities import PROGRAMME, REVISION, Priorities, discovery
from s3sim.simulation.engine import Engine
from s3sim.simulation.scenario import Scenario
from s3sim.world.specialisation import location_quotient

MILLION = 1e8


def offers(scenario, quarters):
    """Quarter to what is on offer, along a run."""
    engine = Engine.of(scenario)
    state, seen = engine.initial_state(), []
    for quarter in range(quarters):
        seen.append(engine.context_at(state, quarter).instruments)
        state, _ = engine.step(state, quarter)
    return seen


@pytest.mark.parametrize("name", POLICIES)
def test_policies_compose_and_say_what_they_are(world, name):
    policy = POLICIES[name]
    assert policy.title
    assert len(policy.meaning) > 10
    names = [part.name for part in policy.parts]
    assert len(set(names)) == len(names)
    for offer in offers(Scenario(world, name, years=3, scale=0.3), 12):
        for one in fields(Instruments):
            like, value = getattr(Instruments.none(world), one.name), getattr(offer, one.name)
            if isinstance(like, np.ndarray):
                assert value.shape == like.shape, one.name
                assert value.dtype == like.dtype, one.name
        shares = (
            offer.reserved_share,
            offer.horizontal_share,
            offer.abroad_share,
            *offer.pooled_share,
        )
        assert all(0 <= share <= 1 for share in shares)
        assert (offer.brokers >= 0).all()


def test_nothing_is_on_offer_before_the_start(world):
    """Contracts of a year are read when it opens; what stands there later says nothing yet."""
    yearly = {"secretariat", "broker_quarters", "broker_cost", "broker_network"}
    for name in POLICIES:
        for quarter, offer in enumerate(
            offers(Scenario(world, name, years=3, scale=0.1, start=2), 8)
        ):
            for one in fields(Instruments):
                if one.name not in yearly or quarter % 4 == 0:
                    empty = getattr(Instruments.none(world), one.name)
                    np.testing.assert_array_equal(getattr(offer, one.name), empty, one.name)


def combined(*offers, world):
    return Instruments.combined([(f"part {k}", one) for k, one in enumerate(offers)], world)


def test_every_offer_declares_how_it_combines():
    rules = {one.name: one.metadata["combine"] for one in fields(Instruments)}
    assert set(rules.values()) == {"add", "any", "largest", "same"}
    assert rules["broker_cost"] == "same"
    assert rules["brokers"] == "add"


def test_amounts_add_switches_join_and_the_largest_share_holds():
    world, lists = two_regions(), np.ones((2, 3), bool)
    nothing = Instruments.none(world)
    one = nothing.replace(
        reserved_share=0.5, abroad_share=0.2, brokers=np.array([1.0, 0.0]),
        joint_regions=np.array([True, False]), pooled_share=np.array([0.1, 0.3]),
    )  # fmt: skip
    other = nothing.replace(
        priorities=lists, broker_network=True, brokers=np.ones(2), abroad_share=0.15,
        joint_regions=np.array([False, False]), pooled_share=np.array([0.2, 0.2]),
    )  # fmt: skip
    for both in (combined(one, other, world=world), combined(other, one, world=world)):
        assert (both.reserved_share, both.abroad_share) == (0.5, 0.2)
        assert both.brokers.tolist() == [2.0, 1.0]
        assert both.pooled_share.tolist() == [0.2, 0.3]
        assert both.joint_regions.tolist() == [True, False]
        assert both.priorities is lists
        assert both.broker_network
    assert combined(nothing, one, world=world).priorities is None
    assert combine_instruments((), state_of(orgs(), world), around(world)).reserved_share == 0.0


def test_two_offices_at_one_price_pay_it_once():
    """Two broker parts give twice the brokers, each at the price of one."""
    world = two_regions()
    parts = (Brokers(lag=0), Brokers(lag=0, quarters=8))
    offer = combine_instruments(parts, state_of(orgs(), world), around(world, years=10))
    assert offer.broker_cost == Brokers().cost
    assert offer.brokers.tolist() == [2.0, 2.0]


@pytest.mark.parametrize(
    ("name", "value", "other"),
    [
        ("broker_cost", 66.0, 80.0),
        ("joint_delay", 1, 3),
        ("overhead_share", 0.1, 0.2),
        ("selection_noise", 0.1, 0.2),
        ("cohesion_weight", 0.5, 1.0),
        ("joint_priorities", np.array([True, False, True]), np.array([False, False, False])),
    ],
)
def test_parts_that_disagree_are_named(name, value, other):
    world = two_regions()
    nothing = Instruments.none(world)
    one, two = nothing.replace(**{name: value}), nothing.replace(**{name: other})
    assert np.array_equal(getattr(combined(one, one, world=world), name), value)
    with pytest.raises(InputError, match=name) as caught:
        combined(one, two, world=world)
    for word in ("'part 0'", "'part 1'", name):
        assert word in str(caught.value)


def test_priorities_count_and_are_revised_at_mid_term(world):
    for count in (3, 7):
        scenario = Scenario(world, "isolated_s3", years=9, scale=0.2, start=0)
        scenario = scenario.replace({"priorities.count": count, "priorities.revision": 0.4})
        states = ran(scenario)
        lists = [state.authorities.priorities for state in states]
        assert all((one.sum(axis=1) == count).all() for one in lists)
        changed = [q for q in range(1, len(lists)) if (lists[q] != lists[q - 1]).any()]
        assert changed == [REVISION, PROGRAMME]
        exchanged = (lists[REVISION] & ~lists[REVISION - 1]).sum(axis=1)
        assert exchanged.max() <= int(0.4 * count + 0.5)


def test_authorities_choose_what_is_related_strong_or_knowledge_intensive():
    """With all other weights off, the domains that lead in one respect are taken."""
    world = two_regions(domains=5)
    table = np.array([[50.0, 20, 10, 5, 15], [5.0, 30, 10, 50, 5]])
    state = state_of(orgs(5, domains=5), world)
    state = state.replace(regions=state.regions.replace(published=table))
    names = ("complexity", "discovery", "imitation", "incumbency", "noise")
    off = dict.fromkeys((*names, "relatedness", "strength", "knowledge"), 0.0)

    def chosen(weight):
        return Priorities(count=3, **{**off, weight: 1.0})(state, around(world)).priorities

    quotient = location_quotient(table)
    for row, strong in enumerate(chosen("strength")):
        assert quotient[row][strong].min() >= quotient[row][~strong].max()
    for leading in chosen("knowledge"):
        intensity = world.knowledge_intensity
        assert intensity[leading].min() >= intensity[~leading].max()
    dense = chosen("relatedness")
    held = location_quotient(table) > 1
    phi = world.relatedness - np.eye(5)
    density = held @ phi / phi.sum(axis=0)
    for row in range(2):
        assert density[row][dense[row]].min() >= density[row][~dense[row]].max()


def test_capture_makes_the_discovery_hear_insiders():
    world = two_regions(domains=5)
    state = state_of(
        orgs(6, domains=5, region=[0, 0, 0, 1, 1, 1], domain=[0, 1, 2, 0, 1, 2]), world
    )
    winners = state.organisations.replace(grants=np.array([3, 0, 0, 0, 0, 0]))
    state = state.replace(organisations=winners)
    heard = [discovery(state, around(world), capture)[0] for capture in (0.0, 2.0)]
    assert heard[1][0] > heard[0][0]
    assert heard[1][1:] == pytest.approx(heard[0][1:])


def test_authorities_agree_with_published_lists_better_than_a_lottery(bsr):
    """Without seeing the lists: incumbency, which is their memory, is off (T23)."""
    published = np.zeros((bsr.n_authorities, bsr.n_domains))
    np.add.at(published, bsr.authority, bsr.published)
    known = published.sum(axis=1) > 0
    listed = published[known] > 0
    state = lists_of("isolated_s3", bsr, scale=0.02, **{"priorities.incumbency": 0.0})
    chosen = state.authorities.priorities[known]
    agreement = (listed & chosen).sum() / chosen.sum()
    assert agreement > listed.mean() + 0.1


def test_noise_is_what_good_administration_avoids():
    state = None
    spread = []
    for quality in (0.0, 1.0):
        world = two_regions(domains=8, admin_quality=np.full(2, quality))
        state = state_of(orgs(5, domains=8), world)
        part = Priorities(noise=2.0, discovery=0.0)
        scores = [part.scores(state, around(world, replication=k)) for k in range(30)]
        spread.append(np.std(scores, axis=0).mean())
    assert spread[0] == pytest.approx(2.0, rel=0.1)
    assert spread[1] == pytest.approx(0.0, abs=1e-9)


def lists_of(name, world, seed=0, scale=0.3, **values):
    scenario = Scenario(world, name, years=3, scale=scale, start=0, seed=seed).replace(values)
    return last(Engine.of(scenario).run())


def test_coordinated_and_random_lists_differ_from_isolated_ones(world):
    own = lists_of("isolated_s3", world).authorities.priorities
    assert (lists_of("coordinated_s3", world).authorities.priorities != own).any()
    drawn = [lists_of("random_priorities", world, seed).authorities.priorities for seed in range(6)]
    assert (drawn[0] != own).any()
    assert len({one.tobytes() for one in drawn}) == 6
    # By lot every domain has the same chance, whatever it is good for.
    rate = np.mean(drawn, axis=(0, 1))
    assert rate.mean() == pytest.approx(5 / 12)
    isolated = [lists_of("isolated_s3", world, seed).authorities.priorities for seed in range(6)]
    assert np.std(np.mean(isolated, axis=0)) > 1.3 * np.std(np.mean(drawn, axis=0))


def test_coordinated_projects_may_find_a_partner_abroad(world):
    def any_abroad(policy):
        engine = Engine.of(Scenario(world, policy, years=6, scale=1.0, start=0))
        state, seen = engine.initial_state(), 0
        for quarter in range(24):
            context = engine.context_at(state, quarter)
            for mechanism in engine.scenario.mechanisms:
                state = mechanism(state, context)
                if mechanism.name == "calls":
                    seen += (state.organisations.seeking == SEEKING_ANY).sum()
        return seen

    assert any_abroad("coordinated_s3") > 0 == any_abroad("isolated_s3")


def jaccard(lists, country):
    """Mean similarity of lists within and between countries."""
    one = lists.astype(float)
    shared = one @ one.T
    either = one.sum(axis=1)[:, None] + one.sum(axis=1)[None, :] - shared
    index = shared / either
    same = country[:, None] == country[None, :]
    off = ~np.eye(len(lists), dtype=bool)
    return index[same & off].mean(), index[~same].mean()


def test_lists_resemble_each_other_within_countries(bsr):
    """T23 (Deegan, Broekel and Fitjar 2021): same-country regions agree more than others."""
    country = np.zeros(bsr.n_authorities, np.int64)
    country[bsr.authority] = bsr.country
    gaps = []
    for replication in range(4):
        scenario = Scenario(bsr, "isolated_s3", scale=0.02, start=0, replication=replication)
        engine = Engine.of(scenario)
        offer = engine.context_at(engine.initial_state(), 0).instruments
        within, between = jaccard(offer.priorities, country)
        gaps.append(within - between)
    assert min(gaps) > 0
    assert np.mean(gaps) > 0.03


def test_the_joint_list_is_shared_by_two_countries(world):
    for seed in range(4):
        engine = Engine.of(Scenario(world, "trans_s3", years=3, scale=0.3, start=0, seed=seed))
        state, adopted = engine.initial_state(), []
        for quarter in range(12):
            offer = engine.context_at(state, quarter).instruments
            if offer.joint_priorities is not None:
                adopted.append(quarter)
                held = location_quotient(state.regions.published) > 1
                countries = [
                    set(world.country[held[:, d]]) for d in np.flatnonzero(offer.joint_priorities)
                ]
                assert 0 < len(countries) <= 8
                assert all(len(one) >= 2 for one in countries)
            state, _ = engine.step(state, quarter)
        assert adopted == [4]
        assert state.joint_priorities.any()


@pytest.mark.parametrize("lag", range(3, 9))
def test_joint_money_waits_for_the_joint_list(world, lag):
    scenario = Scenario(world, "trans_s3", years=5, scale=0.1).replace({"joint.lag": lag})
    pooled = [offer.pooled_share.any() for offer in offers(scenario, 20)]
    listed = [offer.joint_priorities is not None for offer in offers(scenario, 20)]
    first = pooled.index(True)
    assert first == listed.index(True)
    assert first % 4 == 0
    assert 4 + lag <= first < 4 + lag + 4
    assert all(pooled[first:])


def test_a_random_joint_list_is_drawn_by_lot(world):
    part, context = (
        JointProgramme(at_random=1, count=5),
        Engine.of(Scenario(world, "no_s3")).context,
    )
    state = Engine.of(Scenario(world, "no_s3", scale=0.2)).initial_state()
    drawn = {
        part.chosen(state, replace(context, streams=type(context.streams)(k, 0, 0))).tobytes()
        for k in range(6)
    }
    assert len(drawn) == 6


def test_brokers_come_with_a_lag_stay_for_their_contract_and_are_paid_for_no_more(world):
    part = Brokers(per_region=2.0, lag=5, quarters=6)
    context = Engine.of(Scenario(world, "no_s3", years=5)).context
    state = Engine.of(Scenario(world, "no_s3", scale=0.1)).initial_state()
    work = [part(state, context.at(quarter=q)).brokers.sum() for q in range(20)]
    assert np.flatnonzero(work).tolist() == list(range(9, 15))
    paid = [part(state, context.at(quarter=q)).broker_quarters.sum() for q in (0, 4, 8, 12, 16)]
    assert paid == [0, 0, 2.0 * 3 * world.n_regions, 2.0 * 3 * world.n_regions, 0]
    assert sum(paid) == sum(work)


@pytest.mark.parametrize(
    "policy", ["trans_s3_tibs", "tibs_only", "domestic_brokers", "macro_regional"]
)
def test_brokers_serve_no_more_than_their_capacity(world, policy):
    scenario = Scenario(world, policy, years=5, scale=0.5)
    states = ran(scenario)
    capacity = 0.0
    for quarter, offer in enumerate(offers(scenario, 20)):
        capacity = capacity + offer.brokers * states[quarter].brokers.funded_share * 4.0 * 0.5
        assert (states[quarter].brokers.clients <= capacity + 1e-9).all()
    assert states[-1].brokers.clients.sum() > 0.5 * capacity.sum()
    assert (states[-1].brokers.firms <= states[-1].brokers.clients).all()


def test_domestic_brokers_cost_the_same_and_stay_at_home(world):
    at_home, abroad = (
        last(Engine.of(Scenario(world, p, years=5, scale=1.0)).run())
        for p in ("domestic_brokers", "tibs_only")
    )
    assert at_home.ledger.total("broker_fees") == abroad.ledger.total("broker_fees") > 0
    for state, crosses in ((at_home, False), (abroad, True)):
        brokered = state.ties.where(state.ties.kind == 3)
        region = state.organisations.region
        assert len(brokered) > 0
        crossed = world.cross_border[region[brokered.source], region[brokered.partner]]
        assert (crossed == crosses).all()


def test_horizontal_support_pays_all_and_holds_no_call(world):
    engine = Engine.of(Scenario(world, "horizontal_support", years=2, scale=0.3, start=1))
    state = engine.initial_state()
    for quarter in range(4):
        state, _ = engine.step(state, quarter)
    before = len(state.projects)
    context = engine.context_at(state, 4)
    for mechanism in engine.scenario.mechanisms:
        performers = state.organisations.firms & (state.organisations.rd > 0)
        state = mechanism(state, context)
        if mechanism.name == "calls":
            break
    new = state.projects.where(np.arange(len(state.projects)) >= before)
    assert (new.instrument == HORIZONTAL).all()
    assert sorted(new.organisation) == np.flatnonzero(performers).tolist()
    assert state.authorities.balance.sum() < len(new)
    half = HorizontalSupport(share=0.5)
    assert half(state, context).horizontal_share == 0.5


@pytest.mark.parametrize(
    ("name", "million", "regions"), [("gosmart", 1.76, 8), ("gosmart_excel", 0.77, 10)]
)
def test_presets_cost_what_the_projects_cost(partners, name, million, regions):
    """GoSmart BSR EUR 1.76 million, GoSmart&Excel BSR EUR 0.77 million, at their real scale."""
    assert members(partners, name).sum() == regions
    ledger = last(Engine.of(Scenario(partners, name, years=6, scale=0.01)).run()).ledger
    cost = (ledger.total("broker_fees") + ledger.total("coordination_overhead")) / MILLION
    assert cost == pytest.approx(million, rel=0.02)
    assert ledger.total("joint_grants") == 0


def test_a_secretariat_is_paid_in_equal_parts_by_its_partners(partners):
    context = Engine.of(Scenario(partners, "no_s3", years=6)).context
    part = Secretariat(cost=100.0, quarters=6, partnership="gosmart")
    state = Engine.of(Scenario(partners, "no_s3", scale=0.01)).initial_state()
    paid = [part(state, context.at(quarter=q)).secretariat for q in (0, 4, 8, 12)]
    assert [one.sum() for one in paid] == pytest.approx([0, 100.0, 50.0, 0])
    payers = np.unique(partners.authority[members(partners, "gosmart")])
    np.testing.assert_allclose(paid[1][payers], 100.0 / len(payers))
    assert np.count_nonzero(paid[1]) == len(payers)


def test_pooled_money_buys_joint_projects_across_borders(world):
    scenario = Scenario(world, "macro_regional", years=6, scale=1.0)
    states = ran(scenario)
    ledger = states[-1].ledger
    assert ledger.total("joint_grants") > 0
    pooled = ledger.total("coordination_overhead") / 0.10
    assert ledger.total("joint_grants") <= 0.9 * pooled + 100  # cents of rounding
    seen = 0
    for state in states:
        joint = state.ties.where((state.ties.kind == 2) & ~state.ties.pending)
        region = state.organisations.region
        assert world.cross_border[region[joint.source], region[joint.partner]].all()
        seen += len(joint)
    assert seen > 0
