"""Neutrality: nothing in the model makes joint strategies or brokers win by construction.

N1 (the null arm is isolated S3 bit for bit) and N7 (labels, half the scale, money) are in
`tests/simulation/test_identities.py` too.
"""

from dataclasses import replace

import numpy as np
import pytest
from builders import assert_same, outcomes_of, ran

from s3sim.mechanisms.brokerage import Brokerage
from s3sim.mechanisms.joint_call import JointCall
from s3sim.policies.brokers import Brokers, Secretariat
from s3sim.policies.joint_programme import JointProgramme
from s3sim.policies.priorities import Priorities
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

EXTENSIVE = (
    "population", "gdp", "public_researchers", "institutes", "employment", "business_employment",
    "firms", "h2020_participations",
)  # fmt: skip
"""What a world has twice of when it is twice as large; all else are shares, rates and distances."""

UNSKILLED = {"brokerage.skill": 0.0, "brokerage.learning": 0.0}
NO_CONSORTIA = {"consortia.framework": 0.0, "consortia.national": 0.0}
NO_BORDERS = {
    "proximity.border_loss": 0.0, "agreement.border": 0.0, "agreement.unaccustomed": 0.0,
    "meeting.language": 0.55, "search.abroad": 1.0, "search.abroad_else": 0.3,
    "ties.cost_abroad": 0.0, "ties.renewal_border": 0.0, "spillovers.border": 1.0,
}  # fmt: skip

TWINS = {
    "joint.pooled_share": "joint.overhead", "joint.count": "joint.lag",
    "joint.complementarity": "joint.lag", "joint.complexity": "joint.consultation_noise",
    "joint.trend": "joint.consultation_noise", "joint.consultation": "joint.capture",
    "joint.rounds": "joint.lag", "joint.shared_by": "joint.delay", "joint.cohesion": "joint.jury_noise",
    "joint_call.aid": "joint_call.project_cost", "joint_call.bidding_rate": "search.cost",
    "joint_call.duration": "joint_call.payment_lag",
    "brokers.per_region": "brokers.cost", "brokers.quarters": "brokers.cost",
    "brokerage.clients": "brokers.lag", "brokerage.register": "brokerage.institutes",
    "brokerage.proposals": "agreement.attention", "brokerage.skill": "brokers.cost",
    "brokerage.learning": "brokerage.familiar", "brokerage.relief": "ties.cost_abroad",
    "brokerage.trust": "ties.follow_up",
}  # fmt: skip
"""What may help joint strategies or brokers, and the parameter through which it has its price.

The table is a declaration: the test holds it complete, it does not measure the prices.
"""

NO_BENEFIT = {"joint_call.selection_noise", "joint.at_random", "brokers.domestic"}
"""Errors of a jury, and switches that make a control."""


def doubled(world):
    return replace(world, **{name: 2 * getattr(world, name) for name in EXTENSIVE})


def test_n4_every_parameter_of_the_arms_is_a_benefit_with_a_price_or_a_price(world):
    groups = (JointProgramme, JointCall, Brokers, Brokerage)
    declared = {one.name for group in groups for one in group.parameters()}
    known = Scenario(world, "trans_s3_tibs").parameter_values()
    named = set(TWINS) | set(TWINS.values())
    assert declared <= named | NO_BENEFIT
    assert named | NO_BENEFIT <= known.keys()
    assert not set(TWINS) & set(TWINS.values())


def test_n6_brokers_without_skill_are_money_thrown_away(world):
    """The same run, but for who was served, as one in which the fees buy coordination."""
    base = Scenario(world, "tibs_only", years=5, scale=0.4, start=0)
    arm = base.replace({**UNSKILLED, "brokers.lag": 0})
    waste = Secretariat(cost=66.0 * world.n_regions, quarters=400)
    for here, there in zip(ran(arm), ran(replace(base, parts=(Priorities(), waste))), strict=True):
        assert_same(
            here.replace(brokers=there.brokers, ledger=there.ledger),
            there,
            skip=("organisations.served",),
        )
    assert here.ledger.total("broker_fees") == there.ledger.total("coordination_overhead") > 0
    assert here.brokers.clients.sum() > 0


def gains_of_brokers(world, values, replications):
    """Mean and standard error, over paired luck, of what brokers add.

    Value added beyond minus the fee (EUR million a year), growth of productivity (points), and
    collaborations across borders (per 1000 firms).
    """
    fee, gains = world.n_regions * 0.066, []
    for replication in range(replications):
        here = Scenario(world, "isolated_s3", years=5, scale=0.5, replication=replication)
        with_, without = (
            outcomes_of(here.replace({**NO_CONSORTIA, **values}, strict=False, policy=policy))
            for policy in ("tibs_only", "isolated_s3")
        )
        judged = ("gross_value_added", "productivity_growth", "cross_border_collaborations")
        gains.append([with_[name] - without[name] for name in judged] + np.array([fee, 0.0, 0.0]))
    return np.mean(gains, axis=0), np.std(gains, axis=0, ddof=1) / np.sqrt(replications)


@pytest.fixture(scope="module")
def large():
    return World.synthetic(4, seed=1, countries=2, firms=600.0)


def test_n6_brokers_without_skill_gain_neither_growth_nor_links(large):
    mean, error = gains_of_brokers(large, UNSKILLED, replications=10)
    assert error[1] < 0.01  # the noise is not so large that nothing could be seen
    assert error[2] < 0.1
    assert (mean <= 3 * error).all(), (mean, error)


@pytest.mark.slow
@pytest.mark.xfail(
    strict=True,
    reason="without borders brokers add EUR 6.5 +- 1.2 million a year of value added beyond minus "
    "their fee (0.07 %), and 0.016 +- 0.003 points of productivity growth",
)
def test_n5_without_borders_brokers_do_not_pay(large):
    """What borders leave are habits: no parameter takes these off altogether."""
    same = np.ones_like(large.shared_language)
    open_ = replace(large, shared_language=same, affinity=np.ones_like(large.affinity))
    mean, error = gains_of_brokers(open_, NO_BORDERS, replications=80)
    assert (mean[:2] <= 3 * error[:2]).all(), (mean, error)


@pytest.mark.parametrize("policy", ["isolated_s3", "trans_s3_tibs", "horizontal_support"])
def test_n7_a_world_of_twice_the_size_has_the_same_shares(policy):
    """Each firm stands for twice as many; research consortia compete in a Europe of given size."""
    world = World.synthetic(4, seed=1, countries=2, firms=300.0)
    one = Scenario(world, policy, years=4, scale=0.5).replace(NO_CONSORTIA)
    brokers = {"brokers.per_region": 2.0} if policy == "trans_s3_tibs" else {}
    two = replace(one, world=doubled(world), scale=0.25).replace(brokers)
    here, there = outcomes_of(one), outcomes_of(two)
    twice = {name for name in here if name.startswith("gross_value_added")}
    twice |= {"employment", "grants_paid", "smes_served"}
    for name in here:
        expected = here[name] * (2 if name in twice else 1)
        np.testing.assert_allclose(there[name], expected, rtol=1e-4, err_msg=name)
