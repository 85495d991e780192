"""What first firms and later ones are drawn by, and what both events and beginnings do."""

import math

from plain_actors import DT

CLASS_LOWEST = (10.0, 50.0, 250.0)
LARGEST_QUANTILE = 0.998
CLASS_INNOVATIVE = (44.5, 60.1, 74.1)
CLASS_PERFORMS = (0.22, 0.50, 0.80)
CLASS_INTENSITY = (0.04, 0.03, 0.035)


def prepare_draws(eco):
    """Chances and norms by region, size class and domain."""
    logs = [math.log(0.1 + k) for k in eco.knowledge_intensity]
    mean = sum(logs) / len(logs)
    spread = math.sqrt(sum((x - mean) ** 2 for x in logs) / len(logs))
    eco.domain_intensity = [math.exp(0.5 * (x - mean) / spread - 0.125) for x in logs]
    eco.class_innovative, eco.tails = [], []
    for r in eco.regions:
        shares = [n / sum(eco.firms[r]) for n in eco.firms[r]]
        level = sum(s * g for s, g in zip(shares, CLASS_INNOVATIVE, strict=True))
        eco.class_innovative.append(
            [min(0.98, eco.innovative[r] * g / level) for g in CLASS_INNOVATIVE]
        )
        eco.tails.append([pareto_of(k, eco.mean_size[r][k]) for k in range(3)])
    p = eco.p
    eco.habit = [min(1.0, c / p["meeting.occupied"]) for c in eco.cooperating]
    eco.habit_abroad = [
        min(h, c / p["meeting.occupied_abroad"])
        for h, c in zip(eco.habit, eco.cooperating_abroad, strict=True)
    ]
    eco.mean_productivity = [
        p["population.value_added_share"] * 1000 * gdp / jobs
        for gdp, jobs in zip(eco.gdp, eco.employment, strict=True)
    ]
    eco.birth_ratio = [min(2.5, max(0.5, b / 0.098)) for b in eco.birth_rate]


def pareto_of(size_class, mean):
    """Tail index of the Pareto that has the mean of the class, and the share below its cut."""
    low = CLASS_LOWEST[size_class]
    if size_class == 2:
        return mean / (mean - low), None
    high = CLASS_LOWEST[size_class + 1]

    def kept(tail):
        return 1.0 - (low / high) ** tail

    def cut_mean(tail):
        share = kept(tail)
        if abs(tail - 1.0) < 1e-9:
            return low * math.log(high / low) / share
        return tail * low / (tail - 1.0) * (1.0 - (low / high) ** (tail - 1.0)) / share

    least, most = 0.2, 20.0
    for _ in range(100):
        middle = (least + most) / 2
        least, most = (middle, most) if cut_mean(middle) > mean else (least, middle)
    return least, kept(least)


def drawn_size(eco, region, size_class):
    tail, kept = eco.tails[region][size_class]
    luck = eco.random.random()
    below = min(luck, LARGEST_QUANTILE) if kept is None else kept * luck
    return CLASS_LOWEST[size_class] * (1.0 - below) ** (-1.0 / tail)


def master(eco, knowledge, home, draws):
    """Draw mastery: the home domain well, related ones less; a draw of the home domain is lost."""
    near = [phi**2 for phi in eco.relatedness[home]]
    for _ in range(draws):
        domain = eco.pick(eco.domains, near)
        knowledge[domain] = max(knowledge[domain], 0.15 + 0.35 * eco.random.random())
    knowledge[home] = 0.6 + 0.4 * eco.random.random()


def draw_habits(eco, firm):
    habit = eco.habit[firm.region]
    firm.propensity = 1.0 if eco.chance(habit) else eco.p["population.closed_propensity"]
    # Firms without a habit of cooperating may be used to partners abroad all the same.
    firm.abroad_habit = eco.chance(eco.habit_abroad[firm.region] / habit)
    firm.science_habit = eco.chance(eco.p["population.science_habit"])


def draw_research(eco, firm, size_class=None):
    """Decide afresh whether a firm innovates, does R&D, and how much."""
    k = firm.size_class if size_class is None else size_class
    firm.innovative = eco.chance(eco.class_innovative[firm.region][k])
    firm.rd_intensity = 0.0
    if firm.innovative and eco.chance(CLASS_PERFORMS[k]):
        luck = math.exp(0.5 * eco.normal() - 0.125)
        usual = CLASS_INTENSITY[k] * eco.domain_intensity[firm.domain] * eco.rd_norm[firm.region]
        firm.rd_intensity = min(0.6, usual * luck)


def hazard(eco, firm):
    """Yearly hazard of exit at the EU's turnover of firms."""
    p = eco.p
    young = p["demography.first_hazard"] - p["demography.last_hazard"]
    young *= math.exp(-firm.age / p["demography.fading"])
    size = (max(firm.size, 10.0) / 10.0) ** -p["demography.size_effect"]
    return (p["demography.last_hazard"] + young) * size


def jobs_by_country(eco):
    jobs = {}
    for f in eco.firms_list:
        country = eco.country[f.region]
        jobs[country] = jobs.get(country, 0.0) + f.size
    return jobs


def keep_stock(eco):
    """R&D of a quarter and what of the stock is left; then absorptive capacity."""
    for one in eco.organisations:
        one.rd_stock *= (1 - eco.p["research.depreciation"]) ** DT
        one.rd_stock += (one.rd + one.project_rd) * DT
    absorption(eco)


def absorption(eco):
    p = eco.p
    for one in eco.organisations:
        stock = one.rd_stock / (max(one.size, 1.0) * eco.wage_level)
        s = stock + p["research.skills"] * eco.tertiary[one.region]
        one.absorption = s / (s + p["research.half_saturation"])
