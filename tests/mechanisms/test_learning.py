import numpy as np
import pytest
from builders import around, orgs, state_of, ties, two_regions

from s3sim.mechanisms.learning import Learning
from s3sim.model.state import FIRM, INSTITUTE

SQUARE = np.array([[1.0, 0.6, 0.0], [0.6, 1.0, 0.0], [0.0, 0.0, 1.0]])
WORLD = two_regions(relatedness=SQUARE)
KNOWN = np.array([[0.8, 0, 0], [0, 0.6, 0], [0, 0, 0.6], [0, 0.9, 0], [0.8, 0, 0]], np.float32)


def learnt(table, **columns):
    columns = {
        "knowledge": KNOWN,
        "domain": [0, 1, 2, 1, 0],
        "absorptive_capacity": 0.5,
        "region": [0, 0, 0, 1, 1],
        **columns,
    }
    context = around(WORLD)
    state = state_of(orgs(**columns), WORLD, ties=table)
    return state.organisations, Learning()(state, context).organisations, context


def cosine(context, i, j):
    place = context.space.positions(KNOWN)
    return float(np.clip(1 - (place[i] * place[j]).sum(), 0, 1))


def test_value_of_learning_by_hand():
    _, after, context = learnt(ties([0], [1]))
    distance = cosine(context, 0, 1)
    assert 0.2 < distance < 0.6  # relatedness 0.6, less what the cut spectrum loses
    value = (1 - 0.3 * 0.5) * distance * (1 - distance / (0.35 + 0.6 * 0.5))
    np.testing.assert_allclose(after.learning, [value, value, 0, 0, 0], rtol=1e-6)
    np.testing.assert_allclose(after.novelty, [distance, distance, 0, 0, 0], rtol=1e-6)


def test_a_border_costs_value_and_trust_relieves_it():
    _, home, _ = learnt(ties([0], [3], trust=0.0), region=0)
    _, abroad, _ = learnt(ties([0], [3], trust=0.0))
    _, trusting, _ = learnt(ties([0], [3], trust=0.5))
    assert abroad.learning[0] == pytest.approx(0.70 * home.learning[0])
    assert trusting.learning[0] == pytest.approx(0.85 * home.learning[0])


def test_transfer_closes_an_understood_share_of_the_gap():
    before, after, context = learnt(ties([0], [1]))
    distance = cosine(context, 0, 1)
    understood = 1 - distance / 0.65
    gap = 0.2 * 0.25 * understood
    np.testing.assert_allclose(after.knowledge[0], [0.8, gap * 0.6, 0], rtol=1e-5)
    np.testing.assert_allclose(after.knowledge[1], [gap * 0.8, 0.6, 0], rtol=1e-5)
    np.testing.assert_array_equal(after.knowledge[2:], before.knowledge[2:])


def test_of_two_teachers_of_one_domain_the_larger_gain_counts():
    _, one, _ = learnt(ties([0], [3]), region=0)
    _, two, _ = learnt(ties([0, 0], [1, 3]), region=0)
    assert two.knowledge[0, 1] == one.knowledge[0, 1]
    assert two.learning[0] > one.learning[0]


def test_nobody_learns_from_what_is_pending_or_already_known():
    before, after, _ = learnt(ties([0], [1], pending=True))
    assert after.learning.sum() == 0
    np.testing.assert_array_equal(after.knowledge, before.knowledge)
    _, twins, _ = learnt(ties([0], [4]), region=0)
    assert twins.learning[0] == pytest.approx(0.0, abs=1e-6)


def test_what_comes_from_institutes_is_counted_apart():
    _, after, _ = learnt(ties([0, 0], [1, 3]), kind=[FIRM, FIRM, FIRM, INSTITUTE, FIRM], region=0)
    assert 0 < after.institute_learning[0] < after.learning[0]
    assert after.institute_learning[3] == 0
