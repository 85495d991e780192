import numpy as np
import pytest
from builders import around, orgs, state_of, ties, two_regions
from hypothesis import given
from hypothesis import strategies as st

from s3sim.core.streams import MOST_EVENTS, poisson
from s3sim.mechanisms.innovation import Innovation, _latest_partner
from s3sim.model.state import FIRM, INSTITUTE

WORLD = two_regions(tertiary=np.array([0.5, 0.3]))
KNOWN = np.array([0.6, 0.3, 0.0], np.float32)


@given(st.floats(0.0, 1.0))
def test_poisson_counts_have_the_mean_and_variance(mean):
    u = (np.arange(100_000) + 0.5) / 100_000
    count = poisson(np.full(len(u), mean), u)
    assert count.mean() == pytest.approx(mean, abs=2e-3)
    assert count.var() == pytest.approx(mean, abs=6e-3)
    assert count.max() <= MOST_EVENTS


@given(st.floats(0.0, 20.0), st.floats(0.0, 20.0), st.floats(0.0, 0.999999))
def test_the_luckier_draw_never_gives_fewer(one, other, u):
    low, high = sorted((one, other))
    count = poisson(np.array([low, high]), np.array([u, u]))
    assert count[0] <= count[1] <= MOST_EVENTS


def test_expected_innovations_by_hand():
    folk = orgs(
        rd=[75.0, 0.0, 75.0, 75.0, 75.0], project_rd=[0, 0, 75, 0, 0], size=50.0,
        tie_cost=[0, 0, 0, 0.2, 0], learning=[0, 0, 0, 0.1, 0], spillover=[0, 0, 0, 0.5, 0],
        institute_learning=[0, 0, 0, 0.05, 0], region=[0, 0, 0, 0, 1],
    )  # fmt: skip
    rate = Innovation().expected(folk, around(WORLD))
    rich, poor = (0.5 / 0.4) ** 0.3, (0.3 / 0.4) ** 0.3
    gain = 1 + 0.1 + 0.3 * 0.5 + 0.5 * 0.05
    effort = np.array([2.5, 1.0, 4.0, 0.8 * 1.5 + 1.0, 2.5])  # person-years
    expected = 0.24 * (effort / 2) ** 0.6 * np.array([rich, rich, rich, rich * gain, poor])
    np.testing.assert_allclose(rate, expected)


def test_institutes_effort_costs_what_their_researchers_earn():
    folk = orgs(kind=INSTITUTE, productivity=0.0, rd=700.0)
    then = Innovation().expected(folk, around(WORLD))
    later = Innovation().expected(folk.replace(rd=folk.rd * 2), around(WORLD), 2.0)
    np.testing.assert_allclose(then, later)


def test_effort_is_people_so_wages_do_not_raise_it():
    one, twice = (
        Innovation().expected(orgs(rd=75.0 * k, productivity=50.0 * k), around(WORLD))
        for k in (1, 2)
    )
    np.testing.assert_allclose(one, twice)


def test_steps_stay_in_range_and_have_a_pareto_tail():
    model = Innovation(tail=1.6, smallest_radical=0.05, largest_radical=1.0)
    u = (np.arange(100_000) + 0.5) / 100_000
    step = model.radical_step(u)
    assert step.min() == pytest.approx(0.05, rel=1e-4)
    assert step.max() == pytest.approx(1.0, rel=1e-2)
    assert (step <= 1.0).all()
    # P(X > x) of the cut Pareto at 0.2
    tail = ((0.05 / 0.2) ** 1.6 - 0.05**1.6) / (1 - 0.05**1.6)
    assert (step > 0.2).mean() == pytest.approx(tail, abs=1e-4)


def innovated(folk, table=None, **numbers):
    state = state_of(folk, WORLD, ties=table or ties([], []))
    return Innovation(**numbers)(state, around(WORLD, 1)).organisations


def test_growth_from_innovation_is_what_steps_and_rate_imply():
    n = 40_000
    folk = orgs(n, size=50.0, rd=75.0, knowledge=np.tile(KNOWN, (n, 1)))
    after = innovated(folk, rate=1.0, radical=0.10)
    expected = Innovation(rate=1.0).expected(folk, around(WORLD))[0] / 4
    assert after.innovations.mean() == pytest.approx(expected, rel=0.03)
    growth = np.log(after.productivity / folk.productivity)
    assert (growth[after.innovations == 0] == 0).all()
    assert (growth[after.innovations > 0] > 0).all()
    # Small steps are exponential of mean 0.01; steps above 0.2 are radical ones.
    once = growth[(after.innovations == 1) & (growth < 0.05)]
    assert np.median(once) == pytest.approx(0.01 * np.log(2), rel=0.05)
    tail = ((0.05 / 0.2) ** 1.6 - 0.05**1.6) / (1 - 0.05**1.6)
    assert (growth > 0.2).mean() == pytest.approx(expected * 0.10 * tail, rel=0.35)


def test_an_innovation_reaches_less_of_a_larger_firm():
    n = 20_000
    size = np.where(np.arange(n) % 2 == 0, 50.0, 800.0)
    folk = orgs(n, size=size, rd=75.0, knowledge=np.tile(KNOWN, (n, 1)))
    after = innovated(folk, informal=0.005, rate=1.0)
    growth = np.log(after.productivity / folk.productivity) / np.maximum(after.innovations, 1)
    hit = after.innovations > 0
    median = [np.median(growth[hit & (size == s)]) for s in (50.0, 800.0)]
    assert median[1] / median[0] == pytest.approx((50 / 800) ** 0.6, rel=0.15)


def test_dormant_closed_and_institutes():
    n = 2000
    folk = orgs(
        n, rd=500.0, size=50.0, knowledge=np.tile(KNOWN, (n, 1)), active=np.arange(n) % 4 > 0,
        innovative=np.arange(n) % 4 > 1, kind=np.where(np.arange(n) % 4 == 3, INSTITUTE, FIRM),
    )  # fmt: skip
    after = innovated(folk, rate=1.0)
    part = [after.innovations[np.arange(n) % 4 == k].sum() for k in range(4)]
    assert part[0] == part[1] == 0
    assert min(part[2:]) > 0
    for same in ("knowledge", "productivity", "domain"):
        for k in (0, 3):
            which = np.arange(n) % 4 == k
            if (k, same) != (3, "knowledge"):  # institutes forget what is not their home domain
                np.testing.assert_array_equal(
                    getattr(after, same)[which], getattr(folk, same)[which]
                )


def test_practice_and_forgetting():
    after = innovated(orgs(2, innovative=False, knowledge=np.tile(KNOWN, (2, 1))))
    np.testing.assert_allclose(
        after.knowledge[0], [0.6 + 0.1 / 4 * 0.4, 0.3 * 0.85**0.25, 0.0], rtol=1e-6
    )
    public = innovated(orgs(2, kind=INSTITUTE, innovative=False, knowledge=np.tile(KNOWN, (2, 1))))
    np.testing.assert_allclose(public.knowledge[0], [0.6, 0.3 * 0.85**0.25, 0.0], rtol=1e-6)


def test_radical_innovators_branch_into_another_domain():
    n = 20_000
    square = np.array([[1.0, 0.8, 0.3], [0.8, 1.0, 0.3], [0.3, 0.3, 1.0]])
    world = two_regions(relatedness=square)
    known = np.tile(np.array([0.6, 0.0, 0.0], np.float32), (n, 1))
    folk = orgs(n, rd=500.0, size=50.0, knowledge=known)
    state = state_of(folk, world)
    after = Innovation(rate=1.0, radical=0.1)(state, around(world)).organisations
    new = (after.knowledge[:, 1:] > 0).any(axis=1)
    assert ((after.knowledge[new, 1:] > 0).sum(axis=1) == 1).all()
    # Each radical innovator enters one domain that is not its own.
    expected = Innovation(rate=1.0).expected(folk, around(world)) / 4
    chance = 1 - np.exp(-0.1 * expected.mean())
    assert new.mean() == pytest.approx(chance, rel=0.12)
    np.testing.assert_allclose(after.knowledge[:, 1:][after.knowledge[:, 1:] > 0], 0.3, rtol=1e-6)
    moved = after.domain != 0
    assert (moved <= new).all()
    assert moved.sum() / new.sum() == pytest.approx(0.3, abs=0.05)
    entered = (after.knowledge[new, 1:] > 0).sum(axis=0)
    odds = (0.8 / 0.3) ** 2.75  # nobody around knows either: relatedness alone decides
    assert entered[0] / entered[1] == pytest.approx(odds, rel=0.4)


def test_different_and_institute_partners_make_radical_innovation_likelier():
    n = 20_000
    known = np.tile(KNOWN, (n, 1))

    def radical(**columns):
        after = innovated(orgs(n, rd=300.0, size=50.0, knowledge=known, **columns), rate=1.0)
        return (after.knowledge[:, 2] > 0).sum() + (after.knowledge[:, 1] > 0.3).sum()

    base = radical()
    assert radical(novelty=0.6) / base == pytest.approx((0.05 + 0.25 * 0.6) / 0.05, rel=0.4)
    assert radical(institute_learning=1e-9) / base == pytest.approx(2.0, rel=0.3)


def test_the_latest_partner_counts():
    table = ties([1, 2, 0, 3], [0, 1, 4, 2], pending=[0, 0, 0, 1])
    found = _latest_partner(state_of(orgs(6), WORLD, ties=table), 6)
    assert found.tolist() == [4, 2, 1, -1, 0, -1]
    other = ties([0, 1], [1, 2])  # 1 asked 2 after 0 had asked 1
    assert _latest_partner(state_of(orgs(), WORLD, ties=other), 5)[1] == 2
    third = ties([1, 3], [2, 1])  # 3 asked 1 after 1 had asked 2
    assert _latest_partner(state_of(orgs(), WORLD, ties=third), 5)[1] == 3
    fourth = ties([3, 1], [1, 2])
    assert _latest_partner(state_of(orgs(), WORLD, ties=fourth), 5)[1] == 2
