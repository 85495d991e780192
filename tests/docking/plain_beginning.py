"""The first organisations, markets and ties of the plain model."""

import math

from plain_actors import DT, Firm, Institute, Market, Tie
from plain_draws import (
    CLASS_INTENSITY,
    CLASS_PERFORMS,
    draw_habits,
    draw_research,
    drawn_size,
    hazard,
    jobs_by_country,
    keep_stock,
    master,
    prepare_draws,
)
from plain_partners import free_places, position_all, search, stranger, ties, value_of

PARTICIPATIONS = (23.5, 8.67, 3.53, 2.42)  # of a university, institute, public body, other
FIRST_TRUST, FORMER_TRUST = 0.05, 0.1
CLASS_AGE = (0.0, 8.0, 20.0)
CLASS_DOMAINS = (1, 3, 7)


def begin(eco):
    """Fill an economy with the state before the first quarter."""
    prepare_draws(eco)
    for region in eco.regions:
        counts = eco.firms[region]
        many = max(2, round(sum(counts)))
        micro = round(eco.p["population.micro"] * many)
        for _ in range(many):
            size_class = eco.pick(range(3), counts)
            first_firm(eco, region, size_class, drawn_size(eco, region, size_class), micro=False)
        for _ in range(micro):
            first_firm(eco, region, 0, 4.0 + 6.0 * math.sqrt(eco.random.random()), micro=True)
        first_institutes(eco, region)
    latent = eco.p["population.founders"]
    eco.cohort = [sum(f.region == r for f in eco.firms_list) for r in eco.regions]
    eco.rows = [n + math.ceil(latent * n) + 4 for n in eco.cohort]
    eco.eldest = [next(f for f in eco.firms_list if f.region == r) for r in eco.regions]
    first_research(eco)
    first_markets(eco)
    stocks = [one.rd_stock for one in eco.organisations]
    keep_stock(eco)
    first_ties(eco)
    settle(eco)
    for one, stock in zip(eco.organisations, stocks, strict=True):
        one.rd_stock = stock
    first_know_how(eco)


def first_firm(eco, region, size_class, size, *, micro):
    p = eco.p
    domain = eco.pick(eco.domains, eco.domain_share[region])
    knowledge = [0.0 for _ in eco.domains]
    master(eco, knowledge, domain, CLASS_DOMAINS[size_class])
    spread = p["population.productivity_spread"]
    productivity = (
        eco.mean_productivity[region]
        * (size / 50.0) ** p["population.size_premium"]
        * math.exp(spread * eco.normal() - spread**2 / 2)
        / 1.02
    )
    firm = Firm(region, domain, size, knowledge, productivity)
    firm.value_added = 1.02 * productivity * size
    firm.cash = 0.7 * firm.value_added
    age = CLASS_AGE[size_class] + p["population.mean_age"] * eco.random.expovariate(1.0)
    firm.age = age / 2 if micro else age
    firm.first = True
    draw_habits(eco, firm)
    eco.firms_list.append(firm)


def first_research(eco):
    eco.rd_norm = [1.0 for _ in eco.regions]
    for r in eco.regions:
        mine = [f for f in eco.firms_list if f.region == r]
        target = eco.berd[r] / 100 * eco.gdp[r] * 1000
        expected = sum(
            f.value_added
            * eco.class_innovative[r][f.size_class]
            * CLASS_PERFORMS[f.size_class]
            * CLASS_INTENSITY[f.size_class]
            * eco.domain_intensity[f.domain]
            for f in mine
        )
        eco.rd_norm[r] = target / expected
        for f in mine:
            draw_research(eco, f)
        drawn = sum(f.rd_intensity * f.value_added for f in mine)
        for f in mine:
            f.rd_intensity = min(0.6, f.rd_intensity * target / drawn) if drawn else 0.0
            f.rd = f.rd_intensity * f.value_added
            f.rd_stock = f.rd / (1 / eco.p["population.rd_stock_years"] + 0.03)


def first_institutes(eco, region):
    many = max(1, round(eco.institutes[region]))
    kinds = eco.framework_kinds[region][1:]
    mix = [k / n for k, n in zip(kinds, PARTICIPATIONS, strict=True)]
    weights = []
    for k in range(many):
        sector, place = 0, k / many * sum(mix)
        while place >= sum(mix[: sector + 1]):
            sector += 1
        spread = eco.p["population.institute_spread"]
        weights.append(PARTICIPATIONS[sector] * math.exp(spread * eco.normal()))
    money = eco.public_rd[region] / 100 * eco.gdp[region] * 1000
    for weight in weights:
        share = weight / sum(weights)
        knowledge = [0.0 for _ in eco.domains]
        jobs = zip(eco.domain_share[region], eco.knowledge_intensity, strict=True)
        home = eco.pick(eco.domains, [s * (0.1 + k) for s, k in jobs])
        master(eco, knowledge, home, 5)
        researchers = max(1.0, share * eco.public_researchers[region])
        one = Institute(region, home, researchers, knowledge, share * money)
        one.rd = one.money
        one.rd_stock = eco.p["population.rd_stock_years"] * one.rd
        eco.institutes_list.append(one)


def first_markets(eco):
    p, inside = eco.p, {}
    for f in eco.firms_list:
        key = eco.country[f.region], f.domain
        inside[key] = inside.get(key, 0.0) + f.value_added
        f.demand_shifter = f.value_added ** (1 / (p["market.substitution"] - 1)) / f.productivity
    for country in set(eco.country):
        sums = [inside.get((country, d), 0.0) for d in eco.domains]
        for d in eco.domains:
            local, tradable = p["beginning.outside_local"], p["beginning.outside_tradable"]
            share = local + (tradable - local) * eco.tradable[d]
            outside = max(sums[d] * share / (1 - share), 0.05 * sum(sums) / len(sums))
            eco.markets[country, d] = Market(sums[d], outside)
    jobs = sum(f.size for f in eco.firms_list)
    eco.first_productivity = sum(f.value_added for f in eco.firms_list) / jobs
    eco.first_jobs = jobs_by_country(eco)


def first_ties(eco):
    p, duration = eco.p, int(eco.p["ties.duration"])
    memory, seen = int(p["ties.memory"]), set()
    position_all(eco)
    for f in [*eco.firms_list, *eco.firms_list]:
        former = f in seen
        seen.add(f)
        if not (f.innovative and f.propensity == 1.0):
            continue
        for abroad in (False, True) if f.abroad_habit else (False,):
            if not eco.chance(p["beginning.tie_share"]):
                continue
            institute = eco.chance(p["beginning.institute_share"])
            other = stranger(eco, f, institute=institute, abroad=abroad)
            if other is None or other is f or other in f.partners:
                continue
            if former:
                ended = -1 - eco.random.randrange(memory) - int(p["beginning.settling"])
                f.former[other] = other.former[f] = (FORMER_TRUST, ended)
            elif free_places(eco, f) > 0 and free_places(eco, other) > 0:
                left = eco.random.randrange(duration)
                Tie(f, other, FIRST_TRUST, left - int(p["beginning.settling"]))


def settle(eco):
    """Let ties form and end for some quarters; nothing else changes."""
    quarters = int(eco.p["beginning.settling"])
    cash = [f.cash for f in eco.firms_list]
    productivity = [f.productivity for f in eco.firms_list]
    hazards = [hazard(eco, f) for f in eco.firms_list]
    mean = sum(hazards) / len(hazards)
    for quarter in range(-quarters, 0):
        eco.quarter = quarter
        search(eco)
        ties(eco)
        for f, own in zip(eco.firms_list, hazards, strict=True):
            if eco.chance(eco.birth_rate[f.region] * DT * own / mean):
                for tie in list(f.ties):
                    tie.dissolve()
                for other in f.former:
                    del other.former[f]
                f.former = {}
    eco.quarter = 0
    for f, money, level in zip(eco.firms_list, cash, productivity, strict=True):
        f.cash, f.productivity, f.insight, f.know_how = money, level, 0.0, 0.0


def first_know_how(eco):
    """Start at the know-how at which gain from partners and fading are equal."""
    p = eco.p
    fading = -math.log(1 - p["ties.obsolescence"])
    for f in eco.firms_list:
        f.insight = sum(value_of(eco, f, t.other(f), t.trust) for t in f.ties)
        gain = p["ties.know_how"] * f.insight
        f.know_how = gain / (fading + gain / p["ties.most_know_how"])
