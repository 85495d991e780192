"""Is Trans-S3 worth the money?"""

from dataclasses import replace

import numpy as np
import pandas as pd

from s3sim.analysis.intervals import t_interval
from s3sim.core.formatting import listed, rounded
from s3sim.ensemble.experiments.evidence import Evidence, failed_check, limits, same_outlay
from s3sim.ensemble.experiments.money import (
    COLLABORATION_YEARS,
    TRANSNATIONAL,
    booked,
    break_even,
    discounted,
    links_added,
    ramp,
    ratio,
)
from s3sim.ensemble.experiments.result import Answer, Check
from s3sim.report.figures.studies import cost_curve

COST, VALUE = "brokers.cost", "gross_value_added"
MILLION = 1e6


def designs(study):
    """The worlds of the headline, and some of them at every cost of a broker."""
    worlds, levels = study.samples(), study.option("levels")
    unit = np.repeat(worlds.unit[: study.option("swept_samples")], levels, axis=0)
    unit[:, study.space.names.index(COST)] = np.tile(np.linspace(0, 1, levels), len(unit) // levels)
    # The baseline has no brokers: its runs are those of the headline.
    return [worlds, study.samples(unit, policies=(study.policy,))]


def answer(study, run, swept):
    """Tell cost, benefit and where brokers stop paying."""
    evidence, usual = Evidence(*run), study.option("discount_rate")
    runs = {policy: evidence.runs(policy) for policy in study.policies}
    rates, policies = [usual, *study.option("discount_rates")], study.policies[1:]
    accounts = [account(study, p, runs, rate) | {"rate": rate} for rate in rates for p in policies]
    rated = pd.DataFrame(accounts)
    table = rated.head(len(policies))
    sweep, equal, n = prices(study, run, swept)
    words = [
        f"Over {evidence.count} worlds at equal public outlay: money that is booked on joint grants, "
        "brokers and coordination is not granted at home, so every difference to isolated S3 is "
        f"net of it. A collaboration lasts {COLLABORATION_YEARS:.0f} years here; 95 % intervals.",
        *(spoken(study, row) for row in table.to_dict("records")),
        *along_cost(study, sweep, n),
        discounting(rated),
        f"Value added is discounted at {usual:.0%} and assumed to grow in a "
        "straight line to the last year; it is no welfare, and what comes after the run is left "
        "out. This is no forecast.",
    ]
    every, name = "to the cent, every year", "equal public outlay"
    alike = evidence.outlay_is_equal()
    checks = [
        Check(name, f"{every}, world and policy", "compared", alike, True),
        Check(f"{name} at every cost of a broker", f"{every} and world", "compared", equal, True),
        failed_check(evidence),
    ]
    both = pd.concat([rated.assign(kind="policy"), sweep.assign(kind="sweep")], ignore_index=True)
    numbers = {"worlds": evidence.count, "swept_worlds": n, "rows": both}
    return Answer(words, both, numbers, figures(table, sweep), checks, in_short(study, table))


def account(study, policy, runs, rate):
    """Return one policy's links, money and value added over isolated S3."""
    mine, base = runs[policy], runs[study.baseline]
    start, seed = study.base.start, study.design.seed
    yearly, links = booked(mine, TRANSNATIONAL), links_added(mine, base)
    pairs = zip(mine, base, strict=True)
    last = MILLION * np.array([p.outcomes[VALUE] - b.outcomes[VALUE] for p, b in pairs])
    gain = discounted(ramp(last, study.base.years, start), rate, start)
    spent, outlay = yearly.sum(axis=1), discounted(yearly, rate, start)
    found = {"policy": policy, "worlds": len(mine), "spent_million": spent.mean() / MILLION}
    parts = {
        "links": t_interval(links),
        "cost_each": ratio(spent, links, seed=seed, clear=True),
        "gain": t_interval(gain / MILLION),
        "per_euro": ratio(gain, outlay, seed=seed, clear=False),
    }
    for key, part in parts.items():
        found |= limits(key, part)
    return found


def prices(study, run, swept):
    """Return one row a cost of a broker, whether outlay is equal at all of them, and the worlds."""
    (worlds, results), (points, found), levels = run, swept, study.option("levels")
    names = (study.baseline, *(f"cost {k}" for k in range(levels)))
    baseline = results[:: len(worlds.policies)][: len(found) // levels]
    costs = [found[k::levels] for k in range(levels)]
    rows = [result for row in zip(baseline, *costs, strict=True) for result in row]
    first = replace(worlds.first(len(baseline)), policies=names)
    evidence = Evidence(first, rows)
    runs = {name: evidence.runs(name) for name in names}
    table = []
    for name, cost in zip(names[1:], points.natural[COST], strict=False):
        under = {study.baseline: runs[study.baseline], study.policy: runs[name]}
        row = account(study, study.policy, under, study.option("discount_rate"))
        table.append({"cost": cost, **row})
    return pd.DataFrame(table), same_outlay(*runs.values()), evidence.count


def figures(table, sweep):
    """Value added, and the price of a link, along the cost of a broker."""
    alone = float(table.set_index("policy").loc["trans_s3", "cost_each"])
    x = {"cost": "Cost of a one-broker service", "cost_unit": "kEUR a year"}
    value = {"value": "Additional discounted value added", "unit": "EUR million"}
    price = {"value": "Cost of an additional collaboration", "unit": "EUR", "level": alone}

    def along(key, level_name, **about):
        columns = {key: "value", f"{key}_low": "low", f"{key}_high": "high"}
        return cost_curve(sweep.rename(columns=columns), level_name=level_name, **about, **x)

    return {
        "net_effect": along("gain", "isolated S3", **value),
        "cost_of_a_link": along("cost_each", "Trans-S3 without brokers", **price),
    }


def spoken(study, row):
    """Say one policy's cost and benefit, collaboration beside growth."""
    each, per = f"they {links_move(row)}, so one has no price", ""
    if np.isfinite(row["cost_each"]):
        each = f"EUR {price(row)} for each"
    if np.isfinite(row["per_euro"]):
        per = f"; EUR {row['per_euro']:+.2f} for each euro booked there ({row['per_euro_low']:+.2f} to {row['per_euro_high']:+.2f}; {sure(row)})"
    return (
        f"{study.title(row['policy'])}: EUR {row['spent_million']:,.1f} million booked on transnational items or brokers; "
        f"additional collaborations across borders: {span(row, 'links')}; {each}. "
        f"Value added over isolated S3, discounted: {span(row, 'gain')} million EUR{per}."
    )


def links_move(row):
    """Say that links do not rise."""
    return "clearly fall" if row["links_high"] < 0 else "do not clearly rise"


def in_short(study, table):
    """Return the answer in one sentence."""
    told = []
    for row in reversed(table.to_dict("records")):
        links = f"collaborations across borders {links_move(row)}"
        if np.isfinite(row["cost_each"]):
            links = f"EUR {row['cost_each']:,.0f} for an additional collaboration across borders"
        told.append(f"{study.title(row['policy'])}: {links}, value added {sure(row)}")
    return f"{'; '.join(told)}."


def span(row, key):
    """Return an effect and its interval as text."""
    said = rounded(row[key], row[f"{key}_low"], row[f"{key}_high"])
    return f"{said.effect} ({said.low} to {said.high})"


def price(row):
    """Return what an additional collaboration costs, as text."""
    return f"{row['cost_each']:,.0f} ({row['cost_each_low']:,.0f} to {row['cost_each_high']:,.0f})"


def sure(row):
    """Say what is known of the gain."""
    if row["gain_low"] > 0 and row["per_euro_low"] > 0:
        more = row["per_euro_low"] > 1
        return "more than a euro" if more else "a gain, not clearly more than a euro"
    return "a loss" if row["gain_high"] < 0 and row["per_euro_high"] < 0 else "not told from zero"


def discounting(rated):
    """Say whether another discount rate changes what is said of value added."""
    said = rated.assign(sure=[sure(row) for row in rated.to_dict("records")])
    flips = said.groupby("policy", sort=False)["sure"].nunique().gt(1)
    rates = listed([f"{rate:.0%}" for rate in sorted(rated["rate"].unique())])
    if flips.any():
        return f"What is said of value added depends on the discount rate ({rates}): {listed(list(flips.index[flips]))}."
    return f"What is said of value added is the same at discount rates of {rates}."


def along_cost(study, sweep, n):
    """Say what the cost of a broker changes."""
    low, high = sweep.iloc[0], sweep.iloc[-1]
    told = (sweep["gain_low"] > 0) | (sweep["gain_high"] < 0)
    at = break_even(sweep["cost"].to_numpy(), sweep["gain"].to_numpy())
    verdict = "there is no break-even in the declared range"
    if not told.any():
        point = "the means cross zero nowhere in the range"
        if np.isfinite(at):
            point = f"the means would cross zero at {at:.0f} kEUR"
        verdict = f"at no cost is the difference in value added told from zero, so no break-even can be told ({point})"
    elif np.isfinite(at):
        verdict = f"means break even at about {at:.0f} kEUR a year"
    yield (
        f"Broker cost from {low['cost']:.0f} to {high['cost']:.0f} kEUR a year ({n} worlds, {study.title(study.policy)}): "
        f"additional value added {span(low, 'gain')} million EUR at the lowest and {span(high, 'gain')} at the highest; {verdict}."
    )
    if np.isfinite([low["cost_each"], high["cost_each"]]).all():
        yield (
            f"An additional collaboration costs EUR {price(low)} at the lowest "
            f"and {price(high)} at the highest cost of a broker."
        )
