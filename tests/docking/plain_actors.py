"""Who acts in the plain model: firms, institutes, ties, projects, markets, and what they live in."""

import math
import random

import numpy as np

DT = 0.25
MICRO, SMALL, SME = 10, 50, 250


class Organisation:
    """What firms and institutes have in common."""

    firm = False

    def __init__(self, region, domain, size, knowledge):
        self.region = region
        self.domain = domain
        self.size = size
        self.knowledge = knowledge
        self.active = True
        self.innovative = True
        self.propensity = 1.0
        self.abroad_habit = True
        self.science_habit = False
        self.rd = self.project_rd = self.rd_stock = self.absorption = 0.0
        self.ties = []
        self.former = {}  # organisation -> (trust, quarter in which the tie ended)
        self.learning = self.from_institutes = self.novelty = self.tie_cost = 0.0
        self.spillover = 0.0
        self.innovations = 0
        self.position = None  # in the space of knowledge

    @property
    def partners(self):
        return [tie.other(self) for tie in self.ties]


class Institute(Organisation):
    """A research institute; its size is its researchers."""

    def __init__(self, region, domain, size, knowledge, money):
        super().__init__(region, domain, size, knowledge)
        self.money = money  # kEUR a year at the wages of the start


class Firm(Organisation):
    """A firm; its size is persons employed."""

    firm = True

    def __init__(self, region, domain, size, knowledge, productivity):
        super().__init__(region, domain, size, knowledge)
        self.productivity = productivity
        self.demand_shifter = 1.0
        self.value_added = 0.0
        self.cash = 0.0
        self.rd_intensity = 0.0
        self.age = 0.0
        self.distress = 0
        self.variance = 1.0
        self.insight = self.know_how = 0.0
        self.won = False
        self.seeking = False
        self.first = False  # a firm of the start

    @property
    def size_class(self):
        return (self.size >= SMALL) + (self.size >= SME)


class Tie:
    """A collaboration of two organisations."""

    def __init__(self, asker, asked, trust, end):
        self.sides = (asker, asked)
        self.trust = trust
        self.end = end
        for side in self.sides:
            side.ties.append(self)

    def other(self, side):
        return self.sides[1] if side is self.sides[0] else self.sides[0]

    def dissolve(self):
        for side in self.sides:
            side.ties.remove(self)


class Project:
    """A grant for a firm: paid when due, R&D from then to the end."""

    def __init__(self, firm, grant, cost, value, due, end):
        self.firm, self.grant, self.cost, self.value = firm, grant, cost, value
        self.due, self.end = due, end
        self.rd = 0.0


class Market:
    """Customers of one country in one domain."""

    def __init__(self, inside, outside):
        self.outside = outside
        self.first_strength = inside + outside
        self.expenditure = self.first_strength
        self.price = 1.0


class Economy:
    """All that a run holds, with the figures of the world as plain lists."""

    def __init__(self, world, parameters, seed):
        self.p = dict(parameters)
        self.random = random.Random(seed)
        self.quarter = 0
        figures = (
            "country population gdp berd public_rd public_researchers institutes tertiary employment firms "
            "mean_size innovative cooperating cooperating_abroad birth_rate budget_per_head eu_rate "
            "admin_quality tradable trend knowledge_intensity domain_share relatedness distance "
            "cross_border shared_language affinity framework_kinds"
        )
        for name in figures.split():
            setattr(self, name, getattr(world, name).tolist())
        self.regions = range(len(self.country))
        self.domains = range(len(self.tradable))
        self.firms_list, self.institutes_list = [], []
        self.markets, self.projects = {}, []
        self.success = [0.37 for _ in self.regions]
        self.entries = self.exits = 0
        self.wage_level = 1.0
        self.first_raw = None
        branching = self.p["meeting.branching"]
        self.near = [[phi**branching for phi in row] for row in self.relatedness]
        self.axes = axes_of(world.relatedness)
        self.pulls = [[self.pull(r, q) for q in self.regions] for r in self.regions]

    def pull(self, here, there):
        """How much region `there` draws those who look from `here`."""
        p, factor = self.p, 1.0
        if self.cross_border[here][there]:
            pair = self.affinity[self.country[here]][self.country[there]]
            factor = pair ** p["meeting.affinity"]
        if not self.shared_language[here][there]:
            factor *= p["meeting.language"]
        return factor * self.distance[here][there] ** -p["meeting.distance"]

    @property
    def organisations(self):
        return self.firms_list + self.institutes_list

    @property
    def ties(self):
        return list({id(t): t for one in self.organisations for t in one.ties}.values())

    def chance(self, probability):
        return self.random.random() < probability

    def normal(self):
        return self.random.gauss(0.0, 1.0)

    def gumbel(self):
        return -math.log(self.random.expovariate(1.0))

    def poisson(self, mean):
        limit, count, product = math.exp(-mean), 0, self.random.random()
        while product > limit:
            count += 1
            product *= self.random.random()
        return count

    def pick(self, options, weights):
        """One of the options by weight; None where all weigh nothing."""
        weights = list(weights)
        if not weights or sum(weights) <= 0:
            return None
        return self.random.choices(list(options), weights)[0]

    def abroad(self, one, other):
        return self.cross_border[one.region][other.region]


def axes_of(relatedness):
    """Leading axes of relatedness, rows a domain, with 90 % of the positive spectrum."""
    values, vectors = np.linalg.eigh(np.asarray(relatedness))
    order = np.argsort(-values)
    values, vectors = np.maximum(values[order], 0.0), vectors[:, order]
    kept = int(np.searchsorted(np.cumsum(values) / values.sum(), 0.9)) + 1
    return (vectors[:, :kept] * np.sqrt(values[:kept])).tolist()
