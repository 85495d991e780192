"""What scripts ask of samples: levels without failed ones, tables and words of differences."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from s3sim.core.errors import InputError
from s3sim.ensemble.experiments.drivers import followed
from s3sim.ensemble.experiments.evidence import Evidence, clear, failed_check, settling, tidy
from s3sim.model.ledger import ITEMS, SOURCES
from s3sim.outcomes import OUTCOMES


def evidence_of(baseline, policy, cents=0):
    """Samples under two policies; all outcomes have one value, and nan means that a run failed."""

    def run(value, more):
        ledger = np.zeros((2, len(ITEMS)), np.int64)
        ledger[:, ITEMS.index(SOURCES[0])] = 100 + more
        failed = np.isnan(value)
        outcomes = {} if failed else dict.fromkeys(OUTCOMES, value)
        return SimpleNamespace(outcomes=outcomes, ledger=None if failed else ledger)

    pairs = zip(baseline, policy, strict=True)
    results = [run(value, more) for a, b in pairs for value, more in ((a, 0), (b, cents))]
    samples = SimpleNamespace(unit=np.zeros((len(baseline), 1)), policies=("isolated_s3", "other"))
    return Evidence(samples, results)


def test_a_failed_run_costs_its_sample():
    evidence = evidence_of([1.0, 2.0, np.nan, 4.0], [2.0, np.nan, 3.0, 8.0])
    assert (evidence.count, evidence.failed) == (2, 2)
    assert evidence.difference("innovations", "other").tolist() == [1.0, 4.0]
    assert evidence.percent("innovations", "other").tolist() == [40.0, 160.0]
    assert np.isnan(evidence.rows("innovations")[1:3]).all()
    assert len(evidence.runs("other")) == 2
    assert evidence.outlay_is_equal()
    assert not failed_check(evidence).met
    with pytest.raises(InputError, match="no sample ran"):
        _ = evidence_of([np.nan], [1.0]).whole


def test_a_cent_more_is_no_equal_outlay():
    assert not evidence_of([1.0], [1.0], cents=1).outlay_check().met


def test_joint_intervals_and_their_percentages():
    policy = np.linspace(2.0, 3.0, 16)
    evidence = evidence_of(np.ones(16), policy)
    change = evidence.difference("innovations", "other")
    found = evidence.joint({"rise": change, "nothing": 0 * change, "fall": -change})
    assert found.mean == pytest.approx([1.5, 0.0, -1.5])
    assert clear(found).tolist() == [1, 0, -1]
    table = tidy(found, np.array([2.0, 2.0, 0.0]), mean="value")
    assert table.loc[0, "value_percent"] == pytest.approx(75.0)
    assert table.loc[0, "low_percent"] == pytest.approx(50 * table.loc[0, "low"])
    assert np.isnan(table.loc[2, "value_percent"])


def test_means_settle_from_the_first_samples_to_all():
    table = settling({"a": np.arange(100.0), "b": np.arange(3.0)}, first=8)
    of = dict(iter(table.groupby("outcome")))
    assert (of["a"]["worlds"].iloc[0], of["a"]["worlds"].iloc[-1]) == (8, 100)
    assert of["a"]["mean"].iloc[-1] == pytest.approx(49.5)
    assert of["b"]["worlds"].tolist() == [3]


def test_the_strongest_factor_is_shown_on_samples_that_did_not_choose_it():
    rng = np.random.default_rng(0)
    x = pd.DataFrame(rng.random((120, 3)), columns=list("abc"))
    difference = 10 * x["b"].to_numpy() - 5
    ranked, shown, curve, said = followed(x, difference)
    assert ranked[0] == "b"
    assert shown["value"].tolist() == x["b"].iloc[1::2].tolist()
    assert curve["worlds"].sum() == 60
    assert "at its low end" in said
    assert said.endswith("some bins are clearly above zero and others clearly below.")
