"""A run of the plain model, and its outcomes."""

from plain_actors import DT, MICRO, Economy
from plain_beginning import begin
from plain_business import additionality, calls, demography, market, research
from plain_innovation import innovation, institutes, spillovers
from plain_partners import learning, search, ties

EVENTS = (
    market,
    research,
    calls,
    additionality,
    search,
    learning,
    ties,
    institutes,
    spillovers,
    innovation,
    demography,
)
LAST_YEARS = 16
"""Quarters at the end over which outcomes of the network are taken; others over the last four."""


def run(world, parameters, years, start, seed):
    """Outcomes of a run by name; policies would start after `start` years."""
    eco = Economy(world, parameters, seed)
    begin(eco)
    path = []
    for quarter in range(4 * years):
        eco.quarter = quarter
        for event in EVENTS:
            event(eco)
        path.append(measures(eco))
    return outcomes(path, start)


def measures(eco):
    firms = eco.firms_list
    counted = [f for f in firms if f.size >= MICRO]
    innovators = [f for f in counted if f.innovative]
    abroad = sum(eco.abroad(*tie.sides) for tie in eco.ties)
    return {
        "firms": len(counted),
        "micro_firms": len(firms) - len(counted),
        "employment": sum(f.size for f in firms),
        "value_added": sum(f.value_added for f in firms) / 1000,
        "rd": sum(f.rd + f.project_rd for f in firms) / 1000,
        "innovations": sum(f.innovations for f in counted),
        "innovators": len(innovators),
        "cooperating": sum(bool(f.ties) for f in innovators),
        "cooperating_abroad": sum(any(eco.abroad(f, x) for x in f.partners) for f in innovators),
        "cross_border": abroad,
        "domestic": len(eco.ties) - abroad,
        "survivors": sum(f.first for f in firms),
        "cohort": sum(eco.cohort),
        "entries": eco.entries,
        "exits": eco.exits,
    }


def outcomes(path, start):
    """What both models are compared by, of measures a quarter."""

    def mean(name, quarters=path[-4:]):
        return sum(m[name] for m in quarters) / len(quarters)

    def late(name):
        return mean(name, path[-LAST_YEARS:])

    before = path[max(0, 4 * start - 4) : 4 * start]
    since = (len(path) - 2.5) - (4 * start - 2.5)
    now = mean("value_added") / mean("employment")
    then = mean("value_added", before) / mean("employment", before)
    return {
        "firms": mean("firms"),
        "micro firms": mean("micro_firms"),
        "employment": mean("employment"),
        "value added": mean("value_added"),
        "R&D over value added, %": 100 * mean("rd") / mean("value_added"),
        "innovations a firm and year": 4 * late("innovations") / late("firms"),
        "innovators cooperating, %": 100 * late("cooperating") / late("innovators"),
        "innovators cooperating abroad, %": 100 * late("cooperating_abroad") / late("innovators"),
        "domestic collaborations a firm": late("domestic") / late("firms"),
        "cross-border collaborations a firm": late("cross_border") / late("firms"),
        "productivity growth, % a year": 100 * ((now / then) ** (1 / (since * DT)) - 1),
        "survival, %": 100 * mean("survivors") / mean("cohort"),
        "exits a firm and year": sum(m["exits"] for m in path)
        / sum(m["firms"] + m["micro_firms"] for m in path)
        * 4,
        "entries a firm and year": sum(m["entries"] for m in path)
        / sum(m["firms"] + m["micro_firms"] for m in path)
        * 4,
    }
