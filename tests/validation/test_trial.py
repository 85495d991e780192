"""The trial inside the model: winners of a lottery against the same firms in a twin run."""

import numpy as np
import pytest

from s3sim.core.errors import InputError
from s3sim.validation.trial import HORIZONS, MEASURES, TREATMENTS, trial
from s3sim.world import World


@pytest.fixture(scope="module")
def world():
    return World.synthetic(4, seed=3, countries=2, firms=400)


@pytest.fixture(scope="module", params=TREATMENTS)
def found(request, world):
    return trial(request.param, world, scale=1.0, replications=2, seed=1)


def test_every_measure_is_told_at_every_horizon(found):
    for _, part in found.groupby("group"):
        assert set(zip(part["measure"], part["years"], strict=True)) == {
            (measure, years) for measure in MEASURES for years in HORIZONS
        }
    assert {"winners", "eligible, not drawn"} <= set(found["group"])


def effect(found, measure, years, group="winners"):
    row = found[
        (found["group"] == group) & (found["measure"] == measure) & (found["years"] == years)
    ]
    return float(row["effect"].iloc[0])


def test_a_meeting_brings_partners_abroad_only_to_some(world):
    found = trial("meeting", world, scale=1.0, replications=2, seed=1)
    assert effect(found, "ties_abroad", 1, "matched winners") > effect(found, "ties_abroad", 1) > 0
    assert effect(found, "ties_abroad", 1) > effect(found, "ties_abroad", 1, "eligible, not drawn")


def test_a_grant_raises_rd_while_the_project_runs_and_not_after(world):
    found = trial("grant", world, scale=1.0, replications=2, seed=1)
    assert effect(found, "rd", 2) > 1.0
    assert effect(found, "rd", 5) < effect(found, "rd", 2)


def test_the_twin_of_no_effect_is_the_same_run(world, monkeypatch):
    monkeypatch.setitem(
        TREATMENTS, "nothing", lambda scenario, state, context, eligible, share: (state, eligible)
    )
    found = trial("nothing", world, scale=0.3, replications=1)
    assert (found["effect"] == 0).all()


def test_one_lottery_has_no_interval(world):
    found = trial("grant", world, scale=0.3, replications=1)
    assert found["low"].isna().all()
    assert np.isfinite(found["effect"]).any()


@pytest.mark.parametrize(("kind", "share"), [("holiday", 0.1), ("grant", 0.0), ("grant", 1.5)])
def test_a_wrong_kind_or_share_is_refused(world, kind, share):
    with pytest.raises(InputError, match=r"holiday|share"):
        trial(kind, world, share=share)
