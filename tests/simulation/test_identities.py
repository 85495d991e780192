"""What must be equal to the last bit, whatever the model says."""

import csv
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import assert_same, last, panel_of, ran

from s3sim.outcomes import OUTCOMES
from s3sim.outcomes.measures import measures
from s3sim.policies import POLICIES
from s3sim.simulation.engine import Engine
from s3sim.simulation.scenario import Scenario
from s3sim.world import World
from s3sim.world.assemble import DATA


def same_runs(one, other, **kwargs):
    for here, there in zip(ran(one), ran(other), strict=True):
        assert_same(here, there, **kwargs)


def same_outcomes(one, other):
    here, there = panel_of(one), panel_of(other)
    for name, outcome in OUTCOMES.items():
        np.testing.assert_array_equal(outcome.total(here), outcome.total(there), err_msg=name)
        np.testing.assert_array_equal(outcome.regions(here), outcome.regions(there), err_msg=name)
        np.testing.assert_array_equal(outcome.path(here), outcome.path(there), err_msg=name)


@pytest.fixture(scope="module")
def isolated(world):
    return Scenario(world, "isolated_s3", years=5, scale=0.4, seed=3)


@pytest.mark.parametrize(
    ("policy", "values"),
    [
        ("no_change", {}),
        ("trans_s3_tibs", {"joint.pooled_share": 0.0, "brokers.per_region": 0.0}),
        ("trans_s3", {"joint.pooled_share": 0.0}),
        ("tibs_only", {"brokers.per_region": 0.0}),
        ("domestic_brokers", {"brokers.per_region": 0.0}),
        ("coordinated_s3", {"priorities.visibility": 0.0, "priorities.abroad_share": 0.0}),
    ],
)
def test_policies_without_their_dose_are_isolated_s3(isolated, policy, values):
    other = isolated.replace(values, policy=policy)
    same_runs(isolated, other)
    same_outcomes(isolated, other)


def test_policies_with_their_dose_are_not(isolated):
    base = last(Engine.of(isolated).run())
    for policy in (
        "trans_s3",
        "trans_s3_tibs",
        "tibs_only",
        "coordinated_s3",
        "horizontal_support",
    ):
        other = last(Engine.of(isolated.replace(policy=policy)).run())
        with pytest.raises(AssertionError):
            assert_same(base, other)


def user_world(folder, codes, *, rename=None, order=None):
    """A world of some shipped regions, read from tables with other labels and in other order."""
    folder.mkdir()
    rename = rename or {}
    for file in ("regions.csv", "employment.csv", "priorities.csv", "h2020_regions.csv"):
        with (DATA / file).open(encoding="utf-8", newline="") as handle:
            rows = [row for row in csv.DictReader(handle) if row["region"] in codes]
        if order is not None:
            rows = [rows[k] for k in np.random.default_rng(order).permutation(len(rows))]
        for row in rows:
            row["region"] = rename.get(row["region"], row["region"])
            if row.get("authority") and rename:
                row["authority"] = "A" + row["authority"][::-1]
        with (folder / file).open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return World.from_tables(folder)


def test_one_region_alone_has_nobody_to_cooperate_with(tmp_path):
    world = user_world(tmp_path / "one", {"SE23"})
    base = Scenario(world, "isolated_s3", years=4, scale=0.05)
    same_runs(base, base.replace(policy="trans_s3"))


def test_one_country_has_nothing_to_join(world):
    alone = World.synthetic(3, seed=2, countries=1)
    base = Scenario(alone, "isolated_s3", years=4, scale=0.3)
    same_runs(base, base.replace(policy="trans_s3"))


@pytest.mark.parametrize("policy", ["trans_s3_tibs", "gosmart"])
def test_labels_and_the_order_of_rows_do_not_matter(tmp_path, policy):
    codes = {"PL84", "LT01", "LT02", "DE60", "SE23", "FI197"}
    new = {code: f"Z{k * 7 % 10}" for k, code in enumerate(sorted(codes))}
    one = user_world(tmp_path / "one", codes)
    other = user_world(tmp_path / "other", codes, rename=new, order=5)
    assert [new[code] for code in one.codes] == list(other.codes)
    scenario = Scenario(one, policy, years=4, scale=0.03)
    here, there = panel_of(scenario), panel_of(replace(scenario, world=other))
    place = [other.codes.index(new[code]) for code in one.codes]
    for name in here.values:
        np.testing.assert_array_equal(here.values[name], there.values[name][:, place], err_msg=name)
    assert here.values["cross_border"].sum() > 0


def test_before_their_start_all_policies_are_the_same(world):
    base = ran(Scenario(world, "no_s3", years=3, scale=0.3, start=2))[:8]
    assert (base[0].organisations.value_added != base[-1].organisations.value_added).any()
    for policy in POLICIES:
        states = ran(Scenario(world, policy, years=3, scale=0.3, start=2))
        for before, state in zip(base, states[:8], strict=True):
            assert_same(before, state)


def test_a_policy_that_never_starts_never_acts(world):
    one, other = (
        Scenario(world, p, years=2, scale=0.3, start=9) for p in ("no_s3", "macro_regional")
    )
    same_runs(one, other)


def test_all_policies_spend_the_same_public_money(world):
    books = {
        p: last(Engine.of(Scenario(world, p, years=5, scale=0.3)).run()).ledger for p in POLICIES
    }
    for policy, ledger in books.items():
        np.testing.assert_array_equal(
            ledger.booked[:, :2], books["no_s3"].booked[:, :2], err_msg=policy
        )
        np.testing.assert_array_equal(ledger.uses, ledger.sources, err_msg=policy)
    assert books["no_s3"].sources.min() > 0
    assert books["trans_s3_tibs"].total("broker_fees") > 0 == books["trans_s3"].total("broker_fees")
    assert books["trans_s3"].total("coordination_overhead") > 0


def test_the_same_scenario_twice(world):
    scenario = Scenario(world, "trans_s3_tibs", years=3, scale=0.3)
    same_runs(scenario, replace(scenario))


def test_other_replications_and_seeds_differ(world):
    base = Scenario(world, "no_s3", years=2, scale=0.3)
    final = last(Engine.of(base).run()).organisations.value_added
    for other in (replace(base, replication=1), replace(base, seed=1)):
        value_added = last(Engine.of(other).run()).organisations.value_added
        assert (value_added != final)[: len(final) // 2].mean() > 0.5


CHILD = """
import sys, hashlib
from s3sim.world import World
from s3sim.simulation.engine import Engine
from s3sim.simulation.scenario import Scenario
from builders import last, leaves
import numpy as np
world = World.synthetic(4, seed=1, countries=2, firms=150.0)
total = hashlib.sha256()
for name, value in leaves(last(Engine.of(Scenario(world, "trans_s3_tibs", years=3, scale=0.3)).run())):
    total.update(name.encode() + np.asarray(value).tobytes())
print(total.hexdigest())
"""


def test_other_processes_with_other_hash_seeds_agree():
    here = Path(__file__).resolve().parent
    path = os.pathsep.join([str(here.parent), str(here)])
    printed = set()
    for seed in ("1", "77"):
        context = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
        done = subprocess.run(
            [sys.executable, "-c", CHILD],
            capture_output=True,
            text=True,
            env=context,
            check=True,
        )
        printed.add(done.stdout.strip())
    assert len(printed) == 1
    assert len(printed.pop()) == 64


@pytest.mark.parametrize("policy", ["isolated_s3", "trans_s3_tibs", "macro_regional"])
def test_a_run_can_be_taken_up_from_any_quarter(world, policy):
    scenario = Scenario(world, policy, years=3, scale=0.3)
    states, engine = ran(scenario), Engine.of(scenario)
    state = states[5]
    for quarter in range(6, 12):
        state, _ = engine.step(state, quarter)
    assert_same(state, states[-1])


def test_brokers_without_skill_work(world):
    scenario = Scenario(world, "trans_s3_tibs", years=5, scale=1.0)
    unskilled = scenario.replace({"brokerage.skill": 0.0, "brokerage.learning": 0.0})
    state = last(Engine.of(unskilled).run())
    assert state.brokers.clients.sum() > 0
    assert (state.brokers.skill == 0).all()


def test_a_sea_without_borders_runs():
    """N5: with all effects of borders and languages off, links across them are no longer rare."""
    world = World.synthetic(4, seed=1, countries=2, firms=600.0)
    off = {
        "proximity.border_loss": 0.0, "agreement.border": 0.0, "agreement.unaccustomed": 0.0,
        "meeting.language": 0.55, "search.abroad": 1.0, "search.abroad_else": 0.3, "ties.cost_abroad": 0.0, "ties.renewal_border": 0.0,
        "spillovers.border": 1.0,
    }  # fmt: skip
    scenario = Scenario(world, "tibs_only", years=4, scale=0.5)
    rarer, open_ = (
        sum(measures(one, world, 0.5)["cross_border"].sum() for one in ran(s))
        for s in (scenario, scenario.replace(off))
    )
    assert open_ > 1.1 * rarer


def test_half_the_scale_is_about_half_the_work_and_the_same_totals():
    """N7: shares do not depend on how many simulated firms stand for the real ones."""
    world = World.synthetic(4, seed=1, countries=2, firms=2000.0)
    full, half = (
        measures(last(Engine.of(Scenario(world, "no_s3", years=2, scale=s)).run()), world, s)
        for s in (0.5, 0.25)
    )
    for name, tolerance in (("firms", 0.02), ("employment", 0.15), ("innovators", 0.06)):
        assert half[name].sum() == pytest.approx(full[name].sum(), rel=tolerance), name
