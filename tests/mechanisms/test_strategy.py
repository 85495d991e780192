import numpy as np
from builders import around, orgs, projects, state_of, two_regions

from s3sim.mechanisms.strategy import Strategy


def test_statistics_are_six_quarters_old_when_calls_open():
    """What is collected in the third quarter of a year decides the calls six quarters later."""
    world = two_regions()
    state = state_of(orgs(1), world)
    seen = {}
    for quarter in range(16):
        grown = state.organisations.replace(size=np.array([100.0 + quarter]))
        seen[quarter] = state.regions.published[0, 0]
        state = Strategy()(state.replace(organisations=grown), around(world, quarter))
    assert [seen[q] for q in (8, 12)] == [102.0, 106.0]
    assert seen[11] == seen[12] == seen[14]
    assert seen[15] == 110.0


def test_lists_are_adopted_when_offered_and_kept_otherwise():
    world = two_regions()
    wanted, joint = np.array([[1, 0, 0], [0, 1, 1]], bool), np.array([0, 0, 1], bool)
    state = state_of(orgs(1), world)
    state = Strategy()(state, around(world, 0, priorities=wanted, joint_priorities=joint))
    state = Strategy()(state, around(world, 1))
    np.testing.assert_array_equal(state.authorities.priorities, wanted)
    np.testing.assert_array_equal(state.joint_priorities, joint)


def test_monitoring_sees_running_regional_projects_and_forgets():
    world = two_regions()
    table = projects([0, 1, 2, 3], authority=[0, 1, 2, 0], domain=[0, 2, 0, 1], due=[1, 1, 1, 5])
    state = state_of(orgs(innovations=[2, 3, 4, 5, 6]), world, projects=table)
    state = state.replace(authorities=state.authorities.replace(results=np.full((2, 3), 10.0)))
    after = Strategy(monitoring_noise=0.0)(state, around(world, 3, scale=0.5))
    # Authority 2 of two stands for the joint call, and project 3 has not begun.
    expected = np.array([[9.5 + 2 * 2, 9.5, 9.5], [9.5, 9.5, 9.5 + 2 * 3]])
    np.testing.assert_allclose(after.authorities.results, expected)


def test_monitoring_errs_but_never_below_zero():
    world = two_regions()
    state = state_of(orgs(innovations=4), world, projects=projects([0], due=0))
    seen = []
    for k in range(60):
        context = around(world, 3, replication=k)
        seen.append(Strategy(monitoring_noise=2.0)(state, context).authorities.results[0, 0])
    assert min(seen) == 0.0
    assert np.std(seen) > 1.0
