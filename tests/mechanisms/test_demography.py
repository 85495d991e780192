from dataclasses import replace

import numpy as np
import pytest
from builders import around, orgs, state_of, ties, two_regions

from s3sim.mechanisms.demography import EU_BIRTH_RATE, Demography
from s3sim.model.rd_decisions import RD_SHARE_OF_INNOVATORS, industry_rd, innovative_share
from s3sim.model.state import FIRM, INSTITUTE

WORLD = two_regions(
    birth_rate=np.full(2, EU_BIRTH_RATE), innovative=np.full(2, 0.4), cooperating=np.full(2, 0.3)
)
KNOWN = np.eye(3, dtype=np.float32)


def lived(folk, quarter=0, table=None, demography=None, values=None, world=WORLD, **context):
    state = state_of(folk, world, ties=table or ties([], []))
    at_start = state.regions.replace(cohort=world.firms.sum(axis=1))
    state = state.replace(regions=at_start)
    return (demography or Demography())(state, around(world, quarter, values=values, **context))


def survival(years):
    """Survival of a cohort of firms of ten persons by the model's own quarterly rule."""
    ages = np.arange(0, years, 0.25)
    yearly = Demography().hazard(ages, np.full(len(ages), 10.0))
    return np.exp(-0.25 * yearly.sum())


def test_one_and_five_year_survival():
    """T05, T06 (Eurostat business demography): 0.81 +- 0.03 and 0.44 (0.40-0.49)."""
    assert survival(1) == pytest.approx(0.81, abs=0.03)
    assert 0.40 <= survival(5) <= 0.49


def test_the_simulated_cohort_survives_as_the_hazard_says():
    n, left = 20_000, []
    folk = orgs(n, age=0.0, size=10.0)
    for quarter in range(4):
        folk = lived(
            folk, quarter, world=two_regions(firms=np.zeros((2, 3)), birth_rate=WORLD.birth_rate)
        ).organisations
        left.append(folk.active.mean())
    assert left[-1] == pytest.approx(survival(1), abs=4 * np.sqrt(0.16 / n))
    assert left == sorted(left, reverse=True)


def test_hazard_by_hand():
    hazard = Demography().hazard(np.array([0.0, 5.25, 1e6, 0.0]), np.array([10.0, 10, 10, 320]))
    np.testing.assert_allclose(hazard, [0.23, 0.037 + 0.193 / np.e, 0.037, 0.23 * 32**-0.25])
    assert Demography().hazard(np.zeros(1), np.ones(1)) == pytest.approx(0.23)  # no smaller base


def test_countries_with_more_births_have_more_exits():
    n, folk = 20_000, orgs(20_000, age=0.0, size=10.0)
    double = two_regions(birth_rate=np.full(2, 2 * EU_BIRTH_RATE))
    gone = [1 - lived(folk, world=w).organisations.active[:n].mean() for w in (WORLD, double)]
    assert gone[1] / gone[0] == pytest.approx(2.0, abs=0.15)


def test_insolvency_takes_patience():
    folk = orgs(5, cash=[-1, -1, 1, -1, -1], distress=[2, 3, 9, 0, 3], age=1e6, size=1e6,
                  kind=[0, 0, 0, 0, 1])  # fmt: skip
    after = lived(folk).organisations
    assert after.active.tolist() == [True, False, True, True, True]
    assert after.distress.tolist()[:4:2] == [3, 0]


def test_who_leaves_is_quiet_and_leaves_no_ties():
    folk = orgs(5, cash=[-1, 1, 1, 1, 1], distress=3, age=1e6, size=1e6, learning=1.0, rd=5.0)
    after = lived(folk, table=ties([0, 1, 2], [1, 2, 0]))
    gone = after.organisations
    assert not gone.active[0]
    for name in ("value_added", "rd", "project_rd", "learning", "tie_cost", "innovations"):
        assert getattr(gone, name)[0] == 0, name
    assert gone.rd[1] == 5.0
    assert after.ties.source.tolist() == [1]


def founders(n=4000):
    """Half of the rows are latent founders; region 0 is specialised in domain 0."""
    domain = np.arange(n) % 3
    region = np.repeat([0, 1], n // 2)
    domain = np.where(region == 0, np.minimum(domain, 1) * 0, 1 + domain % 2)
    return orgs(n, region=region, domain=domain, active=np.arange(n) % 2 == 0, age=1e6,
                  size=50.0, knowledge=KNOWN[domain])  # fmt: skip


def test_expected_entry_by_hand():
    folk = founders()
    world = two_regions(
        birth_rate=WORLD.birth_rate, firms=np.array([[800, 150, 50], [400, 75, 25]])
    )
    entries = np.mean(
        [lived(folk, q, world=world, years=30).regions.entries for q in range(60)], axis=0
    )
    np.testing.assert_allclose(entries, 0.25 * 0.08 * np.array([1000, 500]), rtol=0.12)


def test_countries_with_more_births_have_more_entrants():
    def entries(rate):
        world = two_regions(birth_rate=np.full(2, rate), firms=np.full((2, 3), 400.0))
        after = [lived(founders(), q, world=world, years=30).regions.entries for q in range(30)]
        return np.sum(after)

    assert entries(2 * EU_BIRTH_RATE) / entries(EU_BIRTH_RATE) == pytest.approx(2.0, abs=0.2)


def test_institutes_spin_off():
    folk = founders()
    kind = np.where(np.arange(len(folk)) == 0, INSTITUTE, FIRM)
    size = np.where(kind == INSTITUTE, 4000.0, 50.0)  # 400 places
    world = two_regions(birth_rate=WORLD.birth_rate, firms=np.zeros((2, 3)))
    after = [
        lived(folk.replace(kind=kind, size=size), q, world=world, years=30).regions.entries
        for q in range(60)
    ]
    np.testing.assert_allclose(np.mean(after, axis=0), [0.25 * 0.02 * 400, 0], rtol=0.25)


def test_entrants_start_small_open_as_their_country_and_from_a_parent():
    folk = founders(20_000)
    world = two_regions(**{n: getattr(WORLD, n) for n in ("birth_rate", "innovative", "cooperating")},
                        firms=np.full((2, 3), 30_000.0))  # fmt: skip
    after = lived(folk, values={"population.closed_propensity": 0.2}, world=world)
    new = after.organisations.active & ~folk.active
    born = after.organisations
    assert new.sum() > 2000
    assert after.regions.entries.sum() == new.sum()
    assert born.size[new].min() >= 5.0
    assert born.size[new].mean() == pytest.approx(10.0, rel=0.05)
    small = innovative_share(world)[:, 0]
    assert (small < 0.4).all()  # of firms of all sizes
    assert born.innovative[new].mean() == pytest.approx(small.mean(), abs=0.04)
    assert set(born.cooperation_propensity[new]) == {1.0, 0.2}
    habit = around(world).partners.habit[0]
    assert (born.cooperation_propensity[new] == 1.0).mean() == pytest.approx(habit, abs=0.04)
    outward = around(world).partners.habit_abroad[folk.region[new]].mean()
    assert born.abroad_habit[new].mean() == pytest.approx(outward, abs=0.04)
    np.testing.assert_allclose(born.value_added[new], born.productivity[new] * born.size[new])
    assert born.productivity[new].mean() == pytest.approx(50.0, rel=0.03)
    assert np.log(born.productivity[new]).std() == pytest.approx(0.2, rel=0.05)
    assert (born.age[new] == 0).all()
    assert (born.rd_stock[new] == 0).all()
    np.testing.assert_array_equal(born.region, folk.region)


def test_entrants_decide_on_research_afresh_and_do_not_copy_it():
    folk = founders(20_000).replace(rd_intensity=np.full(20_000, 0.5))
    after = lived(folk, world=replace(WORLD, firms=np.full((2, 3), 30_000.0)))
    born = after.organisations
    new = born.active & ~folk.active
    assert (born.rd_intensity[new & ~born.innovative] == 0).all()
    innovators = new & born.innovative
    does = born.rd_intensity > 0
    assert does[innovators].mean() == pytest.approx(RD_SHARE_OF_INNOVATORS[0], abs=0.04)
    # The norm of both regions is one: 0.04 for small firms, times the industry's, at most 0.6.
    for domain in range(3):
        spent = born.rd_intensity[innovators & does & (born.domain == domain)]
        assert spent.mean() == pytest.approx(0.04 * industry_rd(WORLD)[domain], rel=0.15)


def test_the_market_gives_entrants_the_sales_they_started_with():
    folk = founders()
    world = two_regions(birth_rate=WORLD.birth_rate, firms=np.full((2, 3), 3000.0))
    after = lived(folk, world=world)
    new = after.organisations.active & ~folk.active
    firms = after.organisations
    strength = (firms.productivity * firms.demand_shifter) ** (after.substitution - 1)
    np.testing.assert_allclose(strength[new] * 1.0, firms.value_added[new])  # the price is 1


def test_entry_is_where_related_knowledge_is():
    """Region 0 knows domain 0 only: domain 1 is related to it, domain 2 is not."""
    square = np.array([[1, 0.8, 0.0], [0.8, 1, 0.1], [0.0, 0.1, 1]])
    world = two_regions(relatedness=square, birth_rate=WORLD.birth_rate, firms=np.full((2, 3), 3e4))
    n = 6000
    # A little of domains 1 and 2 in equal parts, much of 0.
    domain = np.where(np.arange(n) % 20 < 18, 0, np.arange(n) % 20 - 17)
    region = np.repeat([0, 1], n // 2)
    domain = np.where(region == 1, np.arange(n) % 3, domain)
    active = (np.arange(n) // 20) % 2 == 0
    folk = orgs(n, region=region, domain=domain, active=active, size=20.0, knowledge=KNOWN[domain])
    after = lived(folk, world=world, demography=Demography(density=2.0)).organisations
    new = after.active & ~folk.active & (region == 0)
    count = np.bincount(after.domain[new], minlength=3)
    assert count[1] > 3 * max(count[2], 1)


def test_the_cohort_of_the_start_is_tracked():
    folk = orgs(4000, age=np.where(np.arange(4000) < 2000, 0.25, 7.0), size=10.0)
    state = state_of(folk, WORLD)
    state = state.replace(
        regions=state.regions.replace(cohort=np.array([2000.0, 0]), tracked=np.array([2000.0, 0]))
    )
    after = Demography()(state, around(WORLD, 2))  # half a year on, those of 0.25 are newcomers
    old = folk.age > 1
    lost = (old & ~after.organisations.active).sum()
    assert lost > 0
    assert after.regions.tracked.tolist() == [2000.0 - lost, 0.0]
    assert after.regions.exits[0] > lost


def test_institutes_stay():
    after = lived(orgs(500, kind=INSTITUTE, age=0.0, size=1.0)).organisations
    assert after.active.all()
