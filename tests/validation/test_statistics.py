"""Statistics on records whose answer is known."""

import numpy as np
import pytest
from records import firms, meetings, pairs, places, records

from s3sim.core.streams import generator
from s3sim.validation.statistics import STATISTICS
from s3sim.validation.statistics.projects import _countries_of_projects
from s3sim.validation.statistics.registry import hill
from s3sim.validation.statistics.regression import gravity, least_squares
from s3sim.validation.targets import targets
from s3sim.validation.trial import TREATMENTS
from s3sim.validation.watch import Grants

LUCK = generator(0, "tests/validation")


def ask(name, found, **arguments):
    return STATISTICS[name](found, **arguments)


def growing(rates, sizes=None):
    """A run of two years, in which firms grow by `rates`."""
    n = len(rates)
    size = np.full(n, 20.0) if sizes is None else sizes
    first = firms(n, size=size)
    second = firms(n, size=size, age=np.full(n, 11.0), value_added=1000 * np.exp(rates))
    return records(years=2, firms={0: first, 1: first, 2: second})


def test_hill_finds_the_exponent_of_a_pareto_tail():
    assert hill(LUCK.pareto(1.5, 200_000) + 1, 0.02) == pytest.approx(1.5, rel=0.05)
    assert np.isnan(hill(np.ones(10), 0.02))


def test_shape_of_growth_tells_laplace_from_normal():
    assert ask("growth_shape", growing(LUCK.laplace(0, 0.2, 40_000))) == pytest.approx(1, abs=0.1)
    assert ask("growth_shape", growing(LUCK.normal(0, 0.2, 40_000))) == pytest.approx(2, abs=0.1)
    kurtosis = ask("growth_kurtosis", growing(LUCK.laplace(0, 0.2, 40_000)))
    assert kurtosis == pytest.approx(6, abs=0.6)


def test_spread_of_growth_falls_with_size_as_it_was_made():
    size = np.exp(LUCK.uniform(2.3, 7, 40_000))
    rates = LUCK.normal(0, 1, 40_000) * 0.5 * size**-0.2
    assert ask("growth_size_exponent", growing(rates, size)) == pytest.approx(0.2, abs=0.03)


def test_survival_counts_those_still_there():
    joined = np.zeros(100, np.int64)
    left = np.where(np.arange(100) < 20, 3, -1)
    found = records(joined=joined, left=left)
    assert ask("survival", found, years=1) == pytest.approx(0.8)
    assert ask("survival", found, years=5) == pytest.approx(0.8)
    assert np.isnan(ask("survival", records(), years=1))


def test_classes_of_size():
    sizes = np.repeat([5.0, 20.0, 100.0, 500.0], [50, 80, 15, 5])
    found = records(firms={14: firms(150, size=sizes)}, panel={"firms": np.full((56, 4), 150 / 4)})
    assert ask("share_of_class", found, least=250.0, of="firms") == pytest.approx(5.0)
    assert ask("share_of_class", found, least=250.0, of="jobs") == pytest.approx(
        100 * 2500 / (1600 + 1500 + 2500)
    )
    assert ask("below_ten", found) == pytest.approx(100 * 50 / 150)


def test_grants_by_size():
    grants = Grants(size=np.array([10.0, 100.0]), grant=np.array([10.0, 30.0]), added=np.array([9.0, 3.0]))  # fmt: skip
    found = records(grants=grants)
    told = [ask("added_rd", found, size=s) for s in ("all", "small", "large")]
    assert told == pytest.approx([0.3, 0.9, 0.1])


def test_drift_is_relative_to_the_first_year():
    years = np.repeat(np.arange(14.0), 4)[:, None]
    rd = np.exp(0.02 * years) * np.ones(4)
    found = records(panel={"rd": rd})
    assert ask("rd_over_value_added", found, year=14) == pytest.approx(np.exp(0.02 * 13))
    assert ask("rd_over_value_added", found, year=1) == pytest.approx(1)
    assert ask("productivity_growth", records(panel={"value_added": rd})) == pytest.approx(2.02, abs=0.01)  # fmt: skip


def test_convergence_and_its_absence():
    start = np.array([1.0, 2.0, 3.0, 4.0])
    years = np.repeat(np.arange(14.0), 4)[:, None]
    closing = {"value_added": np.exp(np.log(start) * np.exp(-0.02 * years))}
    rate = ask("convergence", records(panel=closing))
    assert rate == pytest.approx(100 * (1 - np.exp(-0.02 * 13)) / 13, rel=1e-6)
    steady = {"value_added": start * np.exp(0.02 * years)}
    assert ask("convergence", records(panel=steady)) == pytest.approx(0, abs=1e-9)


def test_gravity_recovers_what_made_the_counts():
    n = 30
    one, other = np.triu_indices(n, 1)
    far, border = LUCK.uniform(4, 7, len(one)), LUCK.integers(0, 2, len(one)).astype(float)
    mass = LUCK.normal(0, 0.5, n)
    mean = np.exp(4 + mass[one] + mass[other] - 0.4 * far - 0.7 * border)
    found = gravity(LUCK.poisson(mean).astype(float), one, other, [far, border])
    assert found == pytest.approx([-0.4, -0.7], abs=0.05)
    assert np.isnan(gravity(np.zeros(len(one)), one, other, [far])).all()


def test_least_squares_within_groups():
    group = np.repeat(np.arange(20), 50)
    x = LUCK.normal(0, 1, 1000) + group
    y = 0.5 * x + 3.0 * group + LUCK.normal(0, 0.1, 1000)
    beta, error = least_squares(y, [x], group, with_error=True)
    assert beta == pytest.approx(0.5, abs=4 * error)
    assert error == pytest.approx(0.1 / np.sqrt(1000), rel=0.2)


def test_pairs_that_meet_again():
    """Of 40 pairs that met in year 3 ten are renewed two years later and ten meet after six years."""
    rows = [(k, k + 50, 10, 0) for k in range(40)]
    rows += [(k, k + 50, 18, 1) for k in range(10)]
    rows += [(k + 50, k, 34, 0) for k in range(10, 20)]
    found = records(meetings=meetings(rows))
    assert ask("again", found, kind="firm-firm") == pytest.approx(25)
    assert np.isnan(ask("again", found, kind="firm-research"))


def test_pairs_of_projects_meet_again():
    """Of three pairs in each of 20 projects of year 1, those of ten projects meet again in year 3."""
    rows = [(p, 3 * p + k, 0, 9, 1) for p in range(20) for k in range(3)]
    rows += [(100 + p, 3 * p + k, 0, 5, 9) for p in range(10) for k in range(3)]
    found = records(places=places(rows))
    assert ask("again", found, kind="firm-firm", of="projects") == pytest.approx(50)
    assert ask("project_partners", found) == pytest.approx((20 * 9 + 10 * 5) / 30)
    assert np.isnan(ask("again", found, kind="firm-firm"))


def test_kinds_of_participants():
    rows = [(0, 0, 0, 4, 1), (0, 1, 1, 4, 1), (0, 2, 1, 4, 1), (0, 3, 2, 4, 1)]
    found = records(places=places(rows))
    assert [ask("participations", found, sector=k) for k in range(4)] == [25, 50, 25, 0]
    assert np.isnan(ask("participations", records(), sector=0))


def test_joint_projects_of_countries_are_counted_once_a_project(bsr):
    """Two participants of one country and one of another make one joint project of the two."""
    abroad = {c: int(np.flatnonzero(bsr.country == c)[0]) for c in range(bsr.n_countries)}
    region = [abroad[0], abroad[0], abroad[1]]
    found = records(bsr, region=region, places=places([(0, k, 1, 3, 1) for k in range(3)]))
    joint = _countries_of_projects(found)
    assert (joint[0, 1], joint[0, 0], joint[1, 1], joint.sum()) == (1, 1, 1, 4)


def test_firms_that_take_part_once():
    rows = [(k, k + 50, 50, 0) for k in range(40)] + [(0, 60, 52, 0), (1, 61, 20, 0)]
    found = records(meetings=meetings(rows))
    assert ask("one_off", found, who="firms") == pytest.approx(78 / 80)
    assert ask("mean_degree", found) == pytest.approx(82 / 80)


def test_shares_by_country_and_year():
    world = records().world
    path = np.ones((56, 4)) * 2.0
    path[52:] = 3.0
    found = records(panel={"innovators": path, "firms": np.full((56, 4), 10.0)})
    country = world.countries[0]
    assert ask("innovative", found, year=1, country=country) == pytest.approx(20)
    assert ask("innovative", found, year=14, country=country) == pytest.approx(30)
    assert np.isnan(ask("innovative", found, year=1, country="XX"))


def test_links_within_a_region():
    region = np.array([0, 0, 1, 2])
    ties = dict.fromkeys(range(15), pairs([0, 0, 0], [1, 2, 3]))
    found = records(region=region, ties=ties)
    assert ask("within_region", found) == pytest.approx(100 / 3)


def test_alike_within_countries():
    found = records()
    world = found.world
    country = np.array([world.country[world.authority == a][0] for a in range(world.n_authorities)])
    lists = np.zeros((world.n_authorities, world.n_domains), bool)
    lists[np.arange(len(lists)), country] = True
    assert ask("list_likeness", found.replace(priorities=lists)) == pytest.approx(1)
    assert np.isnan(ask("list_likeness", found))


@pytest.mark.parametrize(
    "one", [one for one in targets() if not one.missing], ids=lambda one: one.id
)
def test_a_run_in_which_nothing_happens_has_an_answer_or_none(bsr, one):
    found = [] if one.run in TREATMENTS else records(bsr, years=14)
    for arguments in one.arguments:
        assert isinstance(ask(one.statistic, found, **arguments), float)
