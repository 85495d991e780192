"""Points for a mean, and when a mean is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3sim.validation.scoring import mean_and_error, score, status, well_known

SOME = st.floats(-50, 50)


@given(SOME, st.floats(0.1, 20), SOME)
def test_a_score_is_one_inside_and_falls_to_zero_a_width_beyond(low, width, value):
    high = low + width
    points = score(value, low, high)
    assert 0 <= points <= 1
    beyond = max(low - value, value - high)
    assert points == 1 if beyond <= 0 else points < 1 or beyond < 1e-9
    assert score(high + width, low, high) == pytest.approx(0, abs=1e-9)
    assert score(low - width, low, high) == pytest.approx(0, abs=1e-9)
    assert score(high + width / 2, low, high) == pytest.approx(0.5)


@given(SOME, st.floats(0.1, 20), st.floats(0, 30), st.floats(0, 30))
def test_nearer_is_never_worse(low, width, near, further):
    near, further = sorted((near, further))
    assert score(low - near, low, low + width) >= score(low - further, low, low + width)


def test_an_order_is_met_or_not():
    assert score(0.01, 0.0, np.inf) == 1
    assert score(-0.01, 0.0, np.inf) == 0
    assert score(-0.01, -np.inf, 0.0) == 1


def test_words_for_points():
    assert [status(x) for x in (1.0, 0.99, 0.5, 0.49, 0.0)] == ["PASS", "WARN", "WARN", "FAIL", "FAIL"]  # fmt: skip
    assert status(float("nan")) == "no value"


def test_what_runs_cannot_tell_is_left_out_of_the_mean():
    mean, error, n = mean_and_error([1.0, np.nan, 3.0])
    assert (mean, error, n) == (2.0, pytest.approx(1.0), 2)
    assert mean_and_error([np.nan])[2] == 0


def test_a_mean_is_known_below_a_fifth_of_the_band():
    assert well_known(0.0, 0.19, 0.0, 1.0)
    assert not well_known(0.0, 0.21, 0.0, 1.0)
    assert not well_known(0.0, float("nan"), 0.0, 1.0)
    assert well_known(1.0, 0.4, 0.0, np.inf)
    assert not well_known(1.0, 0.6, 0.0, np.inf)
