"""Research consortia: their money is fixed, their members are found, their time passes."""

from dataclasses import replace

import numpy as np
import pytest
from builders import around, last, orgs, participations, projects, ran, state_of, two_regions

from s3sim.mechanisms.consortia import Consortia
from s3sim.model.state import FRAMEWORK, INSTITUTE, NATIONAL
from s3sim.simulation.engine import Engine
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

WORLD = two_regions()
OFF = Consortia(framework=0.0, national=0.0)


def background(ledger):
    return [ledger.total(item) for item in ("framework_programme", "national_research", "framework_projects", "national_projects")]  # fmt: skip


@pytest.fixture(scope="module")
def big():
    return Scenario(
        World.synthetic(6, seed=1, countries=3, firms=2000.0), "no_s3", years=3, scale=0.5
    )


@pytest.fixture(scope="module")
def states(big):
    return ran(big)


def test_money_is_the_same_under_every_policy(big):
    books = []
    for policy in ("no_s3", "isolated_s3", "trans_s3_tibs", "horizontal_support"):
        books.append(background(last(Engine.of(big.replace(policy=policy)).run()).ledger))
    assert books.count(books[0]) == len(books)
    framework, national, paid, at_home = books[0]
    assert framework == paid > 0
    assert national == at_home > 0


def test_money_is_of_the_declared_size(big):
    """National money: 1.8 % of public R&D; the framework programme follows its participations."""
    world = big.world
    public = float((world.public_rd / 100 * world.gdp).sum())
    large = replace(big, years=20, scale=0.2)
    ledger = last(Engine.of(large).run()).ledger
    assert ledger.total("national_projects") / 1e8 / 20 == pytest.approx(0.018 * public, rel=0.15)
    mean_grant = 0.4  # EUR million
    expected = mean_grant * float(
        (world.public_rd / 100 * world.gdp) @ world.framework_participations
    )
    assert ledger.total("framework_projects") / 1e8 / 20 == pytest.approx(expected, rel=0.25)


def test_without_money_there_are_no_consortia(big):
    state = last(
        Engine.of(big.replace({"consortia.framework": 0.0, "consortia.national": 0.0})).run()
    )
    assert len(state.participations) == 0
    assert background(state.ledger) == [0, 0, 0, 0]


def test_projects_are_under_way_from_the_start(states):
    running = [state.participations.running.sum() for state in states]
    assert min(running) > 0.6 * np.mean(running)
    assert states[0].participations.start.min() < 0


def test_members_are_there_once_and_national_projects_stay_in_a_country(big, states):
    places, folk = states[-1].participations, states[-1].organisations
    key = places.project * len(folk) + places.organisation
    assert len(np.unique(key)) == len(key)
    assert (np.diff(places.project)[1:] != 0).any()
    country = big.world.country[folk.region[places.organisation]]
    for number in np.unique(places.project):
        members = np.flatnonzero(places.project == number)
        assert (np.diff(members) == 1).all()
        assert len(members) <= places.partners[members[0]]
        assert places.lead[members].sum() <= 1
        if places.funder[members[0]] == NATIONAL:
            assert len(set(country[members].tolist())) == 1
    framework = places.where(places.funder == FRAMEWORK)
    institutes = folk.kind[framework.organisation] == INSTITUTE
    assert 0.4 < institutes.mean() < 0.95


def test_the_gone_leave_their_projects_before_a_founder_takes_their_row():
    folk = orgs(active=[1, 0, 1, 1, 1])
    state = state_of(folk, WORLD, participations=participations([1, 1, 2], [0, 1, 2]))
    after = OFF(state, around(WORLD, quarter=1)).participations
    assert after.organisation.tolist() == [0, 2]


def test_time_passes_and_what_is_long_over_is_forgotten():
    places = participations([1, 2, 3, 4], [0, 1, 2, 3], start=[0, 0, 0, 3], end=[2, 4, 12, 9])
    state = state_of(orgs(), WORLD, participations=places)
    at = around(WORLD, quarter=2)
    assert OFF(state, at).participations.running.tolist() == [False, True, True, False]
    short = replace(OFF, memory=8)
    later = around(WORLD, quarter=11)
    assert short(state, later).participations.project.tolist() == [2, 3, 4]


def test_firms_do_more_research_while_a_project_runs_and_no_longer():
    places = participations([1, 1, 2], [0, 1, 2], rd=[40.0, 0.0, 30.0], end=[12, 12, 1])
    other = projects([0, 3], rd=[5.0, 7.0], end=8)
    state = state_of(orgs(project_rd=9.0), WORLD, participations=places, projects=other)
    after = OFF(state, around(WORLD, quarter=1))
    assert after.organisations.project_rd.tolist() == [45.0, 0.0, 0.0, 7.0, 0.0]
    again = OFF(after, around(WORLD, quarter=1))
    assert again.organisations.project_rd.tolist() == after.organisations.project_rd.tolist()


def test_organisations_differ_as_observed_in_how_often_they_take_part():
    """CORDIS: most firms take part once, a few universities hold a large part of participations."""
    world = World.load("bsr")
    seen = {}
    for quarter, state in enumerate(Engine.of(Scenario(world, "no_s3", years=7, scale=0.1)).run()):
        if quarter % 4 == 0:
            places = state.participations
            new = places.where((places.start >= quarter) & (places.funder == FRAMEWORK))
            seen |= {(p, o): state.organisations.sector[o] for p, o in zip(new.project.tolist(), new.organisation.tolist(), strict=True)}  # fmt: skip
    who, often = np.unique([o for _, o in seen], return_counts=True)
    sector = dict(zip([o for _, o in seen], seen.values(), strict=True))
    firm = np.array([sector[o] == 0 for o in who.tolist()])
    assert 0.6 < (often[firm] == 1).mean() < 0.85
    assert (often[~firm] == 1).mean() < (often[firm] == 1).mean()
    top = np.sort(often)[::-1]
    assert top[: len(top) // 10].sum() / top.sum() > 0.35
