import numpy as np
import pytest
from builders import around, orgs, state_of, two_regions

from s3sim.mechanisms.institutes import Institutes
from s3sim.model.state import FIRM, INSTITUTE

WORLD = two_regions()
KNOWN = np.array([[0.5, 0.2, 0.05]] * 5, np.float32)
KIND = [INSTITUTE, INSTITUTE, FIRM, INSTITUTE, FIRM]


def grown(listed=(False, False, False), **columns):
    columns = {"kind": KIND, "knowledge": KNOWN, "size": 10.0, "rd_stock": 4000.0, **columns}
    state = state_of(orgs(active=[1, 1, 1, 0, 1], **columns), WORLD)
    lists = np.zeros((2, 3), bool)
    lists[0] = listed
    state = state.replace(authorities=state.authorities.replace(priorities=lists))
    return Institutes()(state, around(WORLD)).organisations.knowledge.astype(float)


def test_usual_money_deepens_what_an_institute_works_in():
    pace = 0.04 / 4
    expected = [0.5 + pace * 0.5, 0.2 + pace * 0.8, 0.05]
    np.testing.assert_allclose(grown()[0], expected, rtol=1e-6)


def test_effort_is_shared_among_more_domains_than_usual():
    def gain(number):
        world = two_regions(domains=12)
        known = np.where(np.arange(12) < number, 0.5, 0.0).astype(np.float32)
        folk = orgs(1, 12, kind=INSTITUTE, knowledge=known, size=10.0, rd_stock=4000.0)
        after = Institutes()(state_of(folk, world), around(world)).organisations
        return after.knowledge[0, 0] - 0.5

    assert gain(3) == pytest.approx(gain(6), rel=1e-4)
    assert gain(12) == pytest.approx(gain(6) / 2, rel=1e-4)


def test_public_research_keeps_pace_with_wages():
    state = state_of(orgs(kind=KIND, knowledge=KNOWN, size=10.0, rd_stock=8000.0), WORLD)
    dear = Institutes()(state.replace(wage_level=2.0), around(WORLD)).organisations.knowledge
    np.testing.assert_allclose(dear[0], grown()[0], rtol=1e-6)


def test_firms_and_the_gone_stay():
    np.testing.assert_array_equal(grown()[2:], KNOWN[2:].astype(float))


def test_returns_to_money():
    gain = [(grown(rd_stock=money)[0, 0] - 0.5) for money in (4000.0, 8000.0)]
    assert gain[1] / gain[0] == pytest.approx(2**0.8, rel=1e-4)


def test_what_priorities_get_is_taken_from_other_domains():
    plain, steered = grown() - KNOWN, grown((True, False, False)) - KNOWN
    effort = steered[0, :2] / plain[0, :2]
    np.testing.assert_allclose(effort, [0.7 + 0.3 * 2, 0.7], rtol=1e-3)
    assert effort.sum() == pytest.approx(2.0, rel=1e-3)
    np.testing.assert_allclose(grown((False, False, True)), grown(), rtol=0)  # not its field


def test_joint_priorities_steer_all():
    state = state_of(orgs(kind=KIND, knowledge=KNOWN, size=10.0, rd_stock=4000.0, region=1), WORLD)
    steered = state.replace(joint_priorities=np.array([True, False, False]))
    one, other = (Institutes()(s, around(WORLD)).organisations.knowledge for s in (state, steered))
    assert other[0, 0] > one[0, 0]
    assert other[0, 1] < one[0, 1]
