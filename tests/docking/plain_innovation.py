"""Institutes, spillovers and innovation of the plain model."""

import math

from plain_actors import DT

RESEARCHER_WAGE = 70.0
PRACTISED = 0.1


def institutes(eco):
    """Mastery of institutes grows with research money."""
    p = eco.p
    for one in eco.institutes_list:
        held = [d for d in eco.domains if one.knowledge[d] > PRACTISED]
        stock = one.rd_stock / one.size / eco.wage_level / p["institutes.usual_stock"]
        effort = min(6 / len(held), 1.0) if held else 0.0
        growth = min(p["institutes.speed"] * DT * stock ** p["institutes.exponent"] * effort, 1.0)
        for d in held:
            one.knowledge[d] += growth * (1 - one.knowledge[d])


def spillovers(eco):
    """Pools of knowledge, once a year; imitation of the frontier."""
    p = eco.p
    if eco.quarter % 4 == 0:
        renew_spillovers(eco)
        eco.frontier = [
            quantile([f.productivity for f in eco.firms_list if f.domain == d], p)
            for d in eco.domains
        ]
    for f in eco.firms_list:
        if eco.frontier[f.domain]:
            gap = max(0.0, 1 - f.productivity / eco.frontier[f.domain])
            f.productivity *= math.exp(p["spillovers.imitation"] * DT * f.absorption * gap)


def renew_spillovers(eco):
    p = eco.p
    pool = [[0.0 for _ in eco.domains] for _ in eco.regions]
    for one in eco.organisations:
        for d, k in enumerate(one.knowledge):
            pool[one.region][d] += one.rd_stock * k / eco.wage_level
    raw = []
    for r in eco.regions:
        reach = [
            math.exp(-eco.distance[r][q] / p["spillovers.decay"])
            * (p["spillovers.border"] if eco.cross_border[r][q] else 1.0)
            for q in eco.regions
        ]
        heard = [sum(w * pool[q][d] for q, w in enumerate(reach)) for d in eco.domains]
        raw.append([sum(h * eco.near[e][d] for e, h in enumerate(heard)) for d in eco.domains])
    if eco.first_raw is None:
        eco.first_raw = sum(map(sum, raw)) / (len(raw) * len(raw[0]))
    for one in eco.organisations:
        full = [x / (x + eco.first_raw) for x in raw[one.region]]
        one.spillover = one.absorption * sum(
            k * x for k, x in zip(one.knowledge, full, strict=True)
        )


def quantile(values, p):
    """The frontier of a domain: the largest value not above the quantile; 0 of none."""
    if not values:
        return 0.0
    return sorted(values)[math.floor(p["spillovers.frontier"] * (len(values) - 1))]


def innovation(eco):
    """Innovations, productivity, new domains; learning by doing and forgetting."""
    p = eco.p
    mean_tertiary = sum(eco.tertiary) / len(eco.tertiary)
    everybody = eco.organisations
    radical = []
    for one in everybody:
        one.innovations = 0
        if not one.innovative:
            continue
        a_person = one.productivity if one.firm else RESEARCHER_WAGE * eco.wage_level
        effort = (one.rd + one.project_rd) * (1 - one.tie_cost) / a_person
        effort += p["innovation.informal"] * one.size
        help_of_others = 1 + p["innovation.partners"] * one.learning
        help_of_others += p["innovation.spillovers"] * one.spillover
        help_of_others += p["innovation.institutes"] * one.from_institutes
        rate = p["innovation.rate"] * (effort / 2) ** p["innovation.returns"] * help_of_others
        rate *= (eco.tertiary[one.region] / mean_tertiary) ** p["innovation.skills"]
        one.innovations = n = min(6, eco.poisson(rate * DT))
        if n and innovate(eco, one, n) and one.firm:
            radical.append(one)
    for one in everybody:
        kept = (1 - p["innovation.forgetting"]) ** DT
        for d in eco.domains:
            if d != one.domain:
                one.knowledge[d] *= kept
            elif one.firm:
                one.knowledge[d] += p["innovation.doing"] * DT * (1 - one.knowledge[d])
    local = regional_knowledge(eco) if radical else []
    new = {one: branch(eco, one, local) for one in radical}
    for one, domain in new.items():
        enter(eco, one, domain)


def innovate(eco, one, n):
    """Move productivity by n innovations; say whether one is radical."""
    p = eco.p
    radical = p["innovation.radical"] + p["innovation.radical_distance"] * one.novelty
    radical += p["innovation.radical_institute"] * (one.from_institutes > 0)
    is_radical = eco.chance(1 - (1 - min(0.5, max(0.0, radical))) ** n)
    if one.firm:
        small = -p["innovation.step"] * math.log(1 - eco.random.random()) * (n - is_radical)
        large = 0.0
        if is_radical:
            low, high, tail = (
                p[f"innovation.{name}"] for name in ("smallest_radical", "largest_radical", "tail")
            )
            below = 1 - (low / high) ** tail
            large = low * (1 - eco.random.random() * below) ** (-1 / tail)
        reach = reach_of(eco, one)
        one.productivity *= math.exp(reach * (small + large))
    return is_radical


def reach_of(eco, firm):
    return (50 / max(firm.size, 50.0)) ** eco.p["innovation.returns"]


def branch(eco, one, local):
    """A domain near home, near what the newest partner knows and the region knows."""
    taught = one.partners[-1].knowledge if one.ties else [0.0 for _ in eco.domains]
    weights = [
        0.0
        if d == one.domain
        else eco.near[one.domain][d]
        * (eco.p["innovation.unrelated"] + taught[d] + one.absorption * local[one.region][d])
        for d in eco.domains
    ]
    return eco.pick(eco.domains, weights)


def enter(eco, one, new):
    """Master a new domain; some make it their home and keep their value added."""
    p, country = eco.p, eco.country[one.region]
    one.knowledge[new] = max(one.knowledge[new], p["innovation.new_mastery"])
    if eco.chance(p["innovation.move"] * reach_of(eco, one)):
        before, after = (eco.markets[country, d].price for d in (one.domain, new))
        one.demand_shifter *= (before / after) ** (1 / (p["market.substitution"] - 1))
        one.domain = new


def regional_knowledge(eco):
    """Mean mastery of each domain among innovative organisations of each region."""
    means = []
    for r in eco.regions:
        mine = [one for one in eco.organisations if one.region == r and one.innovative]
        means.append(
            [sum(one.knowledge[d] for one in mine) / max(len(mine), 1) for d in eco.domains]
        )
    return means
