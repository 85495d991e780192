"""Sizes, sectors, regions and partners of research consortia."""

from dataclasses import replace

import numpy as np
import pytest
from builders import orgs, participations, two_regions

from s3sim.core.streams import Streams
from s3sim.model.consortium_calls import PARTICIPATIONS, drawn, mean_inside, sectors, share, sizes
from s3sim.model.consortium_partners import Candidates, meetings, runs
from s3sim.model.consortium_reach import reach
from s3sim.model.state import FIRM, INSTITUTE, NATIONAL, PUBLIC_BODY, UNIVERSITY, Participations
from s3sim.world import World

WORLD = two_regions()
KIND = [FIRM, FIRM, INSTITUTE, INSTITUTE, INSTITUTE]
SECTOR = [0, 0, UNIVERSITY, UNIVERSITY, PUBLIC_BODY]
REGION = [0, 1, 0, 1, 1]


def test_sizes_are_those_of_horizon_2020():
    """CORDIS, 12,401 projects: mean 10.1, median 8; with somebody of the eight countries 13.7 and 12."""
    partners, inside, frequency = sizes(0.1235, 0.1)
    assert (inside <= partners)[frequency > 1e-12].all()
    assert inside.min() == 1
    assert 12_401 * frequency.sum() == pytest.approx(6451, rel=0.05)
    assert mean_inside(0.1235, 0.1) == pytest.approx(2.41, rel=0.05)
    assert partners @ frequency / frequency.sum() == pytest.approx(13.7, rel=0.07)
    everybody, _, all_of_them = sizes(0.95, 0.08)
    assert everybody @ all_of_them / all_of_them.sum() == pytest.approx(10.1, rel=0.03)


@pytest.mark.parametrize("inside", [1e-6, 0.01, 0.3, 0.95])
def test_sizes_of_any_set_of_regions(inside):
    u = (np.arange(2000) + 0.5) / 2000
    partners, members = drawn(inside, 0.08, u)
    assert (members >= 1).all()
    assert (members <= partners).all()
    assert members.mean() == pytest.approx(mean_inside(inside, 0.08), rel=0.02)


def test_regions_with_more_public_research_hold_more_of_europe():
    assert 0 < share(WORLD) < share(replace(WORLD, public_rd=2 * WORLD.public_rd)) < 1


def test_sectors_come_as_observed_and_leads_are_universities():
    n = 20_000
    u, funder = (np.arange(n) + 0.5) / n, np.zeros(n, np.int64)
    lead = np.arange(n) % 10 == 0
    mix = (
        np.bincount(
            sectors(WORLD, funder, lead, np.random.default_rng(1).permutation(u)), minlength=5
        )
        / n
    )
    np.testing.assert_allclose(mix, WORLD.framework_kinds[0], atol=0.012)
    led = np.bincount(sectors(WORLD, funder, np.ones(n, bool), u), minlength=5) / n
    assert led.argmax() == UNIVERSITY
    national = np.bincount(sectors(WORLD, funder + NATIONAL, lead, u), minlength=5) / n
    assert national[0] == pytest.approx(0.5, abs=0.01)


def pull(world=WORLD, **changes):
    usual = {"affinity": 1.0, "home": (1.0, 1.0, 1.0), "distance": (0.2, 0.2, 0.3), "national": 0.5}
    return reach(world, **{**usual, **changes})


def test_mass_is_public_research_and_national_money_stays_at_home():
    kernel, mass = pull(
        replace(WORLD, public_rd=np.array([1.0, 3.0]), gdp=np.array([500.0, 500.0]))
    )
    assert mass[NATIONAL].sum(axis=0).tolist() == pytest.approx([5.0, 15.0])
    assert kernel[-1, 0, 1] == kernel[-1, 1, 0] == 0.0


def test_distance_home_and_affinity_move_the_pull():
    world = World.synthetic(5, seed=2, countries=3)

    def far_over_near(kernel):
        far = world.distance > np.median(world.distance)
        return kernel[0][far].mean() / kernel[0][~far].mean()

    steep, flat = (pull(world, distance=(e, e, e))[0] for e in (0.6, 0.0))
    assert far_over_near(steep) < far_over_near(flat)
    abroad = world.cross_border
    at_home = pull(world, home=(9.0, 9.0, 9.0))[0]
    assert at_home[0][abroad].mean() < pull(world)[0][0][abroad].mean()
    liked = pull(world, affinity=2.0)[0][0][abroad]
    values = world.affinity[world.country][:, world.country][abroad]
    assert (
        np.corrcoef(liked, values)[0, 1]
        > np.corrcoef(pull(world, affinity=0.0)[0][0][abroad], values)[0, 1]
    )


def test_regions_are_invited_in_proportion_to_their_mass():
    world = World.synthetic(6, seed=3, countries=3)
    kernel, mass = pull(world, home=(4.0, 4.0, 4.0))
    total = mass[0].sum(axis=0)
    invited = (total[:, None] * kernel[0] * total).sum(axis=0)
    np.testing.assert_allclose(invited / invited.sum(), total / total.sum(), rtol=0.02)


def candidates(past, **columns):
    usual = {"kind": KIND, "sector": SECTOR, "region": REGION, "rd_intensity": 0.1}
    folk = orgs(**{**usual, **columns})
    return Candidates.of(folk, past, np.eye(3) + 0.1, 2)


def found(who, sector, region, *, newcomer=False, n=400):
    u = np.random.default_rng(3).random((n, 2))
    blank = np.zeros(n, np.int64)
    return who.partner(blank, blank + sector, blank + region, blank - 1, np.full(n, newcomer), u)


def test_experience_decides_unless_somebody_new_is_wanted():
    past = participations([1, 1, 1, 2], [3, 1, 2, 3])
    who = candidates(past, size=[1, 1, 5, 5, 5], region=[0, 1, 1, 1, 1])
    assert np.bincount(found(who, UNIVERSITY, 1), minlength=4)[2:4].tolist() == pytest.approx(
        [133, 267], abs=30
    )
    new = np.bincount(found(who, UNIVERSITY, 1, newcomer=True), minlength=4)[2:4]
    assert new.tolist() == pytest.approx([200, 200], abs=40)


def test_nobody_is_found_where_nobody_is():
    who = candidates(Participations.none(), active=[0, 1, 1, 1, 1])
    assert (found(who, UNIVERSITY, 0) == 2).all()
    assert (found(who, PUBLIC_BODY, 0) == -1).all()
    assert (found(who, 0, 0) == -1).all()
    assert who.present.tolist() == [
        [False, True, False, False, False],
        [True, True, False, True, False],
    ]


def test_new_firms_do_research_in_a_field_near_the_hosts():
    who = candidates(
        Participations.none(), kind=FIRM, sector=0, region=0, domain=[0, 0, 1, 1, 2], rd_intensity=[1, 0, 1, 1, 1]
    )  # fmt: skip
    n = 600
    u, blank = np.random.default_rng(5).random((n, 2)), np.zeros(n, np.int64)
    met = (
        np.bincount(who.partner(blank, blank, blank, blank + 2, np.ones(n, bool), u), minlength=5)
        / n
    )
    assert met[1] == 0.0  # without R&D
    np.testing.assert_allclose(met[[0, 2, 3, 4]], np.array([0.1, 1.1, 1.1, 0.1]) / 2.4, atol=0.06)


def test_former_partners_are_those_of_a_common_project():
    past = participations([1, 1, 1, 2, 2, 3], [0, 2, 3, 3, 4, 1])
    who = candidates(past)
    n = 300
    u = np.random.default_rng(0).random((n, 5))
    blank = np.zeros(n, np.int64)
    for host, partners in ((0, {2, 3}), (4, {3}), (3, {0, 2, 4}), (1, {-1})):
        seen = who.before(blank, blank + host, u[:, :2])
        assert set(who.companions(seen, blank, u[:, 2])[:, 0].tolist()) == partners
    assert (who.before(blank + NATIONAL, blank, u[:, :2]) == -1).all()  # another funder's projects


def test_a_project_is_one_collaboration_of_each_member():
    places = participations(
        [5, 5, 5, 6, 7], [0, 1, 2, 3, 4], partners=[3, 3, 3, 9, 2], running=[1, 1, 1, 1, 0]
    )
    seen = set()
    for quarter in range(40):
        learner, teacher = meetings(places, Streams(0, 0, quarter))
        assert sorted(learner.tolist()) == [0, 1, 2]  # 3 is alone among partners from elsewhere
        assert (learner != teacher).all()
        seen |= set(zip(learner.tolist(), teacher.tolist(), strict=True))
    assert len(seen) == 6


def test_partners_elsewhere_take_their_share_of_the_work():
    places = participations([5, 5], [0, 1], partners=11)
    met = sum(len(meetings(places, Streams(0, 0, quarter))[0]) for quarter in range(2000))
    assert met / 4000 == pytest.approx(1 / 10, abs=0.02)


def test_runs_of_no_rows():
    assert [len(part) for part in runs(np.zeros(0, np.int64))] == [0, 0]


def test_sectors_are_as_unequal_as_their_participations():
    assert PARTICIPATIONS.argmax() == UNIVERSITY
    assert PARTICIPATIONS.argmin() == FIRM
