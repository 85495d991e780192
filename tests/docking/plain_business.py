"""Markets, research, grants, entry and exit of the plain model."""

import math

from plain_actors import DT, SME, Firm, Project
from plain_draws import draw_habits, draw_research, hazard, jobs_by_country, keep_stock
from plain_partners import places


def price_of(eco, key, strength):
    """Value added that a unit of strength brings, kEUR a year."""
    p, market, years = eco.p, eco.markets[key], eco.quarter * DT
    life = p["market.trend_life"]
    trend = (1 + eco.trend[key[1]]) ** (life * (1 - math.exp(-years / life)))
    demand = market.expenditure * (1 + p["market.demand_growth"]) ** years * trend
    total = strength + market.outside
    index = (total / market.first_strength) ** (-1 / (p["market.substitution"] - 1))
    return demand / index / total


def market(eco):
    """Demand shocks, sales, hiring, profit and cash."""
    p, firms = eco.p, eco.firms_list
    elastic = p["market.substitution"] - 1
    jobs = jobs_by_country(eco)
    for (country, _domain), place in eco.markets.items():
        dearer = math.log(jobs.get(country, 1e-9) / eco.first_jobs[country])
        growth = math.log(1 + p["market.outside_growth"]) + p["market.real_exchange_rate"] * dearer
        place.outside *= math.exp(elastic * DT * growth)
    strengths = {}
    for f in firms:
        if eco.quarter % 4 == 0:
            f.variance = lomax(eco)
        sigma = p["market.volatility"] * max(f.size, 1.0) ** -p["market.volatility_size"]
        shock = sigma * math.sqrt(f.variance * DT) * eco.normal() - sigma**2 * DT / 2
        shock += p["market.young_growth"] * DT * math.exp(-f.age / 5)
        f.demand_shifter *= math.exp(shock / elastic)
        key = eco.country[f.region], f.domain
        strengths[key] = strengths.get(key, 0.0) + strength_of(eco, f)
    for key, place in eco.markets.items():
        place.price = price_of(eco, key, strengths.get(key, 0.0))
    for f in firms:
        f.value_added = eco.markets[eco.country[f.region], f.domain].price * strength_of(eco, f)
    for f in firms:
        wanted = f.value_added / f.productivity
        f.size = max(0.5, f.size + p["market.adjustment"] * (wanted - f.size))
    total = sum(f.value_added for f in firms) / sum(f.size for f in firms)
    eco.wage_level = total / eco.first_productivity
    means = []
    for r in eco.regions:
        mine = [f for f in firms if f.region == r]
        jobs_here = sum(f.size for f in mine)
        means.append(sum(f.value_added for f in mine) / jobs_here if mine else 1.0)
    for f in firms:
        share = p["market.rent_sharing"]
        wage = p["market.labour_share"] * means[f.region] ** (1 - share) * f.productivity**share
        f.cash += DT * (f.value_added - wage * f.size - f.rd)
        surplus = f.cash - p["market.cash_target"] * f.value_added
        f.cash -= p["market.payout"] * max(0.0, surplus)


def strength_of(eco, f):
    return (f.productivity * f.demand_shifter) ** (eco.p["market.substitution"] - 1)


def lomax(eco):
    """A number of mean one with a power-law tail."""
    tail = eco.p["market.variance_tail"]
    return (tail - 1) * (max(eco.random.random(), 1e-4) ** (-1 / tail) - 1)


def research(eco):
    """Decisions on R&D, spending, its stock and absorptive capacity."""
    p = eco.p
    for one in eco.organisations:
        if one.firm:
            yearly = eco.quarter % 4 == 3
            if yearly and not eco.chance(p["research.persistence"]):
                draw_research(eco, one)
            one.rd = one.rd_intensity * one.value_added
            if one.cash < 0:
                one.rd *= p["research.austerity"]
        else:
            one.rd = one.money * eco.wage_level
    keep_stock(eco)


def budget(eco, region):
    """Money for the calls of a year, kEUR."""
    p = eco.p
    envelope = eco.population[region] * eco.budget_per_head[region] * p["budget.firm_share"] / 1000
    eu = eco.eu_rate[region] * envelope
    national = min(envelope - eu, p["budget.fiscal_room"] * eco.gdp[region] * 1000)
    drawn = min(eu, eu * national / (envelope - eu)) if envelope > eu else eu
    return drawn + national


def calls(eco):
    """Once a year firms apply to their region; the best projects get its money."""
    p = eco.p
    if eco.quarter % 4:
        return
    for region in eco.regions:
        money, applications, asked, awarded = budget(eco, region), [], 0.0, 0.0
        chances = min(1.0, eco.success[region] / p["calls.usual_success"])
        for f in eco.firms_list:
            if f.region != region or not f.innovative:
                continue
            more = 1 + p["calls.insider_bonus"] * f.won
            if not eco.chance(p["calls.application_rate"] * chances * more):
                continue
            cost = p["calls.project_cost"] * (max(f.size, 1.0) / 50) ** p["calls.cost_elasticity"]
            aid = p[("calls.aid_small", "calls.aid_medium", "calls.aid_large")[f.size_class]]
            value = eco.normal()
            noise = p["calls.selection_noise"] * (1 - eco.admin_quality[region])
            score = value + noise * eco.normal() + p["calls.sme_bonus"] * (f.size < SME)
            applications.append((score, f, cost, aid * cost, value))
            asked += aid * cost
        for _score, f, cost, grant, value in sorted(applications, key=lambda a: -a[0]):
            paid = min(grant, money - awarded)
            if paid <= 0:
                break
            awarded += paid
            due = eco.quarter + int(p["calls.payment_lag"])
            end = due + int(p["calls.duration"])
            eco.projects.append(Project(f, paid, cost * paid / grant, value, due, end))
            f.won = True
            f.seeking = eco.chance(p["calls.collaborative_share"])
        rate = awarded / asked if asked else 1.0
        eco.success[region] += p["calls.success_memory"] * (rate - eco.success[region])


def additionality(eco):
    """Grants due are paid; running projects add R&D, paid from cash."""
    p = eco.p
    eco.projects = [x for x in eco.projects if x.firm.active and eco.quarter < x.end]
    for f in eco.firms_list:
        f.project_rd = 0.0
    for project in eco.projects:
        f = project.firm
        if eco.quarter == project.due:
            affordable = project.cost <= p["additionality.liquidity"] * max(f.cash, 0.0)
            if project.value > 0 and affordable:
                size = "recycled_large" if f.size_class else "recycled_small"
                added = p[f"additionality.{size}"] * project.grant
            else:
                added = p["additionality.staff"] * project.cost
            project.rd = added / ((project.end - project.due) * DT)
            f.cash += project.grant
        if eco.quarter >= project.due:
            f.project_rd += project.rd
    for f in eco.firms_list:
        f.cash -= f.project_rd * DT


def demography(eco):
    """Firms leave; new ones copy others of their region."""
    p, left = eco.p, []
    for f in eco.firms_list:
        f.distress = f.distress + 1 if f.cash < 0 else 0
        broke = f.distress >= p["demography.patience"]
        yearly = hazard(eco, f) * eco.birth_ratio[f.region]
        if eco.chance(1 - math.exp(-yearly * DT)) or broke:
            left.append(f)
    for f in left:
        f.active = False
        for tie in list(f.ties):
            tie.dissolve()
    active = [sum(f.region == r for f in eco.firms_list) for r in eco.regions]
    eco.firms_list = [f for f in eco.firms_list if f.active]
    for f in eco.firms_list:
        f.age += DT
    jobs = [[1e-6 for _ in eco.domains] for _ in eco.regions]
    for f in eco.firms_list:
        jobs[f.region][f.domain] += f.size
    entrants = []
    for r in eco.regions:
        spin_off = sum(places(eco, i) for i in eco.institutes_list if i.region == r)
        expected = p["demography.entry_rate"] * eco.birth_ratio[r] * eco.cohort[r]
        expected = DT * (expected + p["demography.spin_off"] * spin_off)
        weights = [
            jobs[r][d]
            * (density(eco, jobs, r, d) + p["demography.unrelated"]) ** p["demography.density"]
            for d in eco.domains
        ]
        dormant = eco.rows[r] - active[r]
        for _ in range(dormant):
            if eco.chance(expected / dormant):
                entrants.append(entrant(eco, r, eco.pick(eco.domains, weights)))
    eco.entries, eco.exits = len(entrants), len(left)
    eco.firms_list += entrants


def density(eco, jobs, region, domain):
    """Relatedness density around a domain, 0-1, from the model's own employment."""
    whole = sum(map(sum, jobs))
    above = below = 0.0
    for d in eco.domains:
        if d == domain:
            continue
        share = jobs[region][d] / sum(jobs[region])
        quotient = share / (sum(row[d] for row in jobs) / whole)
        above += eco.relatedness[domain][d] * (quotient > 1)
        below += eco.relatedness[domain][d]
    return above / below


def entrant(eco, region, domain):
    p = eco.p
    here = [f for f in eco.firms_list if f.region == region and f.domain == domain]
    parent = eco.random.choice([f for f in here if f.innovative] or [eco.eldest[region]])
    mutation = p["demography.mutation"]
    productivity = parent.productivity * math.exp(mutation * eco.normal() - mutation**2 / 2)
    kept = 0.7 + 0.3 * eco.random.random()
    keeps = [k * kept for k in parent.knowledge]
    size = p["demography.entrant_size"] * (1 + eco.random.expovariate(1.0))
    f = Firm(region, domain, size, keeps, productivity)
    f.value_added = productivity * size
    f.cash = 0.25 * f.value_added
    f.variance = lomax(eco)
    price = eco.markets[eco.country[region], domain].price
    elastic = p["market.substitution"] - 1
    f.demand_shifter = (f.value_added / price) ** (1 / elastic) / productivity
    draw_habits(eco, f)
    f.science_habit = parent.science_habit
    draw_research(eco, f, size_class=0)
    return f
