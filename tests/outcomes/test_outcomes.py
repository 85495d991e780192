"""Outcomes by hand on a tiny panel, and against states counted one by one."""

import numpy as np
import pytest
from builders import orgs, panel_of, ran, state_of, ties, two_regions

from s3sim.model.ledger import Ledger
from s3sim.model.state import BROKERED, INSTITUTE, JOINT_GRANT
from s3sim.outcomes import OUTCOMES, outcome, ratio
from s3sim.outcomes.decomposition import Firms, aggregate
from s3sim.outcomes.measures import links, measures
from s3sim.outcomes.panel import WINDOWS, Panel
from s3sim.simulation.engine import Engine
from s3sim.simulation.scenario import Scenario

WORLD = two_regions()
REGION = [0, 0, 0, 1, 1]

GROWTH = {"within": 0.01, "between": 0.002, "entry": -0.001, "exit": 0.003}


def measured(scale=0.5, table=None, **columns):
    folk = orgs(**{"region": REGION, **columns})
    return measures(state_of(folk, WORLD, ties=table or ties([], [])), WORLD, scale)


def test_firms_jobs_and_money_at_real_scale():
    seen = measured(
        size=[10, 20, 30, 40, 50], active=[1, 1, 0, 1, 1], kind=[0, 0, 0, 0, INSTITUTE],
        innovative=[1, 0, 1, 1, 1], rd=10.0, project_rd=[5, 0, 0, 0, 0], innovations=[1, 2, 4, 8, 16],
    )  # fmt: skip
    assert seen["firms"].tolist() == [4, 2]
    assert seen["employment"].tolist() == [60, 80]
    assert seen["value_added"].tolist() == [4.0, 2.0]
    np.testing.assert_allclose(seen["rd"], [0.05, 0.02])
    assert seen["innovators"].tolist() == [2, 2]
    assert seen["innovations"].tolist() == [6, 16]


def test_collaborations_count_half_in_each_region():
    table = ties(
        [0, 0, 1, 3], [1, 3, 4, 4], kind=[0, BROKERED, JOINT_GRANT, 0], pending=[0, 0, 1, 0]
    )
    seen = measured(table=table, kind=[0, 0, 0, 0, INSTITUTE])
    assert seen["domestic"].tolist() == [2.0, 2.0]
    assert seen["cross_border"].tolist() == [1.0, 1.0]
    assert seen["industry_science"].tolist() == [0.0, 2.0]
    assert seen["brokered"].tolist() == [1.0, 1.0]
    assert seen["cooperating"].tolist() == [4, 2]  # firms 0, 1 and 3
    assert seen["cooperating_abroad"].tolist() == [2, 2]


def test_links_by_kind_and_pair_of_regions():
    table = ties([0, 3, 1], [3, 1, 2], kind=[BROKERED, BROKERED, 0], pending=[0, 0, 0])
    found = links(table, np.array(REGION), 2)
    assert found.shape == (4, 2, 2)
    assert found[BROKERED].tolist() == [[0, 2], [0, 0]]
    assert found[0].tolist() == [[1, 0], [0, 0]]
    assert found.sum() == 3


def test_measures_are_additive_over_regions(world):
    scenario = Scenario(world, "trans_s3_tibs", years=3, scale=0.3)
    states = ran(scenario)
    panel = panel_of(scenario, states)
    final, weight = states[-1], 1 / 0.3
    going = final.ties.where(~final.ties.pending)
    links_ = panel.values["cross_border"][-1].sum() + panel.values["domestic"][-1].sum()
    assert links_ == pytest.approx(weight * len(going))
    assert panel.values["firms"][-1].sum() == pytest.approx(
        weight * final.organisations.firms.sum()
    )
    moved = panel.values["entries"][1:] - panel.values["exits"][1:]
    np.testing.assert_allclose(np.diff(panel.values["firms"], axis=0), moved, atol=1e-9)
    paid = panel.values["grants_paid"].sum()
    assert 0 < paid < panel.sources


def tiny_panel(start=4, **values):
    """Two regions, eight quarters; every measure is 1 unless given."""
    names = (
        "firms", "employment", "value_added", "rd", "innovations", "innovators", "cooperating",
        "cooperating_abroad", "cross_border", "domestic", "industry_science", "brokered", "cohort",
        "survivors", "entries", "exits", "grants_paid", "smes_served", "specialisation_jobs",
        "density_jobs",
    )  # fmt: skip
    table = {name: np.ones((8, 2)) for name in names}
    table |= {n: np.broadcast_to(np.asarray(v, float), (8, 2)) for n, v in values.items()}
    return Panel(table, np.array([1.0, 3.0]), np.array([1.0, 0.0]), 50.0, 5.0, start, GROWTH)


def test_shares_and_rates_by_hand():
    panel = tiny_panel(firms=[200.0, 300.0], cross_border=[1.0, 4.0], innovators=[10.0, 40.0],
                       cooperating=[5.0, 10.0], innovations=[3.0, 7.0], survivors=[1, 2], cohort=[4, 2])  # fmt: skip
    total = {name: one.total(panel) for name, one in OUTCOMES.items()}
    assert total["cross_border_collaborations"] == pytest.approx(1000 * 5 / 500)
    assert total["share_cooperating"] == pytest.approx(30.0)
    assert total["innovations"] == pytest.approx(1000 * 4 * 10 / 500)
    assert total["firm_survival"] == pytest.approx(50.0)
    assert total["absorption_rate"] == pytest.approx(90.0)
    assert total["grants_paid"] == pytest.approx(8.0)
    regions = OUTCOMES["cross_border_collaborations"].regions(panel)
    np.testing.assert_allclose(regions, [5.0, 1000 * 4 / 300])
    np.testing.assert_allclose(OUTCOMES["share_cooperating"].regions(panel), [50.0, 25.0])


def test_productivity_growth_counts_from_the_year_before_the_start():
    years = (np.arange(8) + 0.5)[:, None] / 4
    panel = tiny_panel(value_added=100 * 1.02**years)
    assert OUTCOMES["productivity_growth"].total(panel) == pytest.approx(2.0, abs=0.001)
    assert np.isfinite(OUTCOMES["productivity_growth"].path(panel)[4:]).all()


def test_value_added_by_kind_of_region():
    panel = tiny_panel(value_added=[10.0, 30.0])
    assert OUTCOMES["gross_value_added"].total(panel) == 40
    assert OUTCOMES["gross_value_added_lagging"].total(panel) == 10
    assert OUTCOMES["gross_value_added_advanced"].total(panel) == 30
    lagging = OUTCOMES["gross_value_added_lagging"].regions(panel)
    assert lagging[0] == 10
    assert np.isnan(lagging[1])


def test_theil_by_hand():
    """Shares of value added 1/2, 1/2; of population 1/4, 3/4."""
    expected = 1000 * (0.5 * np.log(2) + 0.5 * np.log(2 / 3))
    assert OUTCOMES["theil_index"].total(tiny_panel()) == pytest.approx(expected)
    assert OUTCOMES["theil_index"].total(tiny_panel(value_added=[10, 30])) == pytest.approx(0)
    assert np.isnan(OUTCOMES["theil_index"].regions(tiny_panel())).all()


def test_specialisation_by_hand():
    folk = orgs(
        size=[30, 10, 0.5, 10, 30], domain=[0, 1, 0, 0, 1], region=REGION, active=[1, 1, 0, 1, 1]
    )
    seen = measures(state_of(folk, WORLD), WORLD, 1.0)
    # Shares 3/4, 1/4 and 1/4, 3/4 against 1/2, 1/2.
    np.testing.assert_allclose(seen["specialisation_jobs"] / seen["employment"], [0.5, 0.5])


def test_windows_are_means_over_the_end_of_a_run():
    values = np.arange(8.0)[:, None] * np.ones(2)
    panel = tiny_panel(employment=values)
    assert OUTCOMES["employment"].window == "last year"
    assert OUTCOMES["employment"].total(panel) == 2 * np.mean([4, 5, 6, 7])
    np.testing.assert_allclose(OUTCOMES["employment"].path(panel), 2 * np.arange(8))


@pytest.mark.parametrize("name", OUTCOMES)
def test_every_outcome_is_declared_and_has_its_shapes(world, name):
    one = OUTCOMES[name]
    assert one.name == name
    assert one.title
    assert one.unit
    assert one.meaning.endswith(".")
    assert one.better in ("higher", "lower", "neither")
    assert one.window in WINDOWS
    panel = panel_of(Scenario(world, "trans_s3_tibs", years=2, scale=0.2))
    assert np.isfinite(one.total(panel))
    assert one.regions(panel).shape == (world.n_regions,)
    path = one.path(panel)
    assert path.shape == (8,)
    assert np.isfinite(path[-1])
    assert np.isnan(one.regions(panel)).all() == (not one.regional)


def test_wrong_declarations_are_refused():
    with pytest.raises(ValueError, match="not allowed"):
        outcome("x", "y", "bigger")
    with pytest.raises(ValueError, match="not allowed"):
        outcome("x", "y", "higher", window="yesterday")
    assert "x" not in OUTCOMES


def test_ratio_of_nothing_is_no_number():
    np.testing.assert_array_equal(ratio(np.array([1.0, 0.0]), np.array([2.0, 0.0])), [0.5, np.nan])


def test_absorption_without_money_is_no_number():
    panel = tiny_panel()
    assert np.isnan(
        OUTCOMES["absorption_rate"].total(
            Panel(panel.values, panel.population, panel.lagging, 0.0, 0.0, 4, GROWTH)
        )
    )
    assert Ledger.empty(1).sources.tolist() == [0]


@pytest.mark.parametrize("name", OUTCOMES)
def test_an_economy_that_died_out_has_numbers_or_none_and_no_warning(name):
    """All measures 0, in one region or in both: nan or a number, never inf."""
    dead = dict.fromkeys(tiny_panel().values, 0.0)
    half = {key: [0.0, 1.0] for key in dead}
    gone = {name: np.repeat([[1.0, 1.0], [0.0, 0.0]], 4, axis=0) for name in dead}
    born = {name: 1 - values for name, values in gone.items()}
    for values in (dead, half, gone, born):
        panel, one = tiny_panel(**values), OUTCOMES[name]
        found = [one.total(panel), *one.regions(panel), *one.path(panel)]
        assert not np.isinf(found).any()


def test_a_region_set_without_value_added_has_no_inequality():
    assert np.isnan(OUTCOMES["theil_index"].total(tiny_panel(value_added=0.0)))
    gone = np.repeat([[1.0, 1.0], [0.0, 0.0]], 4, axis=0)
    assert np.isnan(OUTCOMES["theil_index"].path(tiny_panel(value_added=gone))[4:]).all()
    for before in (tiny_panel(employment=1 - gone), tiny_panel(value_added=1 - gone)):
        assert np.isnan(OUTCOMES["productivity_growth"].total(before)), "nothing to grow from"


@pytest.mark.parametrize("policy", ["no_s3", "trans_s3_tibs", "horizontal_support"])
def test_a_run_without_any_organisation_goes_to_its_end(world, policy):
    """Mechanisms and outcomes stand an economy that is gone; warnings are errors here."""
    scenario = Scenario(world, policy, years=2, scale=0.2)
    engine = Engine.of(scenario)
    state, states = engine.initial_state(), []
    for quarter in range(8):
        orgs = state.organisations
        gone = orgs.replace(active=np.zeros(len(orgs), bool))
        none = state.ties.where(np.zeros(len(state.ties), bool))
        state, _ = engine.step(state.replace(organisations=gone, ties=none), quarter)
        states.append(state)
    panel = panel_of(scenario, states)
    for name, one in OUTCOMES.items():
        found = [one.total(panel), *one.regions(panel), *one.path(panel)]
        assert not np.isinf(found).any(), name


def test_parts_of_growth_sum_to_the_growth_of_productivity(partners):
    scenario = Scenario(partners, "no_s3", years=4, scale=0.02)
    states = ran(scenario)
    panel = panel_of(scenario, states)
    names = ("growth_within", "growth_between", "growth_by_entry", "growth_by_exit")
    then, now = (aggregate(Firms.of(s.organisations)) for s in (states[3], states[-1]))
    assert sum(OUTCOMES[name].total(panel) for name in names) == pytest.approx(
        100 * (now - then) / 3
    )
