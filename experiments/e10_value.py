"""Is Trans-S3 worth the money?"""

import numpy as np
import pandas as pd

from s3sim.analysis.intervals import t_interval
from s3sim.core.formatting import listed, rounded
from s3sim.ensemble.experiments.money import (
    COLLABORATION_YEARS,
    TRANSNATIONAL,
    booked,
    break_even,
    discounted,
    links_added,
    ramp,
    ratio,
    same_outlay,
)
from s3sim.ensemble.experiments.result import Answer, Check
from s3sim.ensemble.sampling import by_sample
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
    worlds, results = run
    runs = by_sample(results, len(worlds.unit), worlds.policies)
    whole = [all(one.status == "ok" for one in row) for row in zip(*runs.values(), strict=True)]
    runs = {name: [one for one, ok in zip(of, whole, strict=True) if ok] for name, of in runs.items()}  # fmt: skip
    base = runs[study.baseline]
    table = pd.DataFrame([account(study, name, runs[name], base) for name in study.policies[1:]])
    rated = table.assign(rate=study.option("discount_rate"))
    for rate in study.option("discount_rates"):
        other = [account(study, name, runs[name], base, rate) for name in study.policies[1:]]
        rated = pd.concat([rated, pd.DataFrame(other).assign(rate=rate)], ignore_index=True)
    sweep, equal, n = prices(study, swept, by_sample(results, len(worlds.unit), worlds.policies)[study.baseline])  # fmt: skip
    words = [
        f"Over {len(base)} worlds at equal public outlay: money that is booked on joint grants, "
        "brokers and coordination is not granted at home, so every difference to isolated S3 is "
        f"net of it. A collaboration lasts {COLLABORATION_YEARS:.0f} years here; 95 % intervals.",
        *(spoken(study, row) for row in table.to_dict("records")),
        *along_cost(study, sweep, n),
        discounting(rated),
        f"Value added is discounted at {study.option('discount_rate'):.0%} and assumed to grow in a "
        "straight line to the last year; it is no welfare, and what comes after the run is left "
        "out. This is no forecast.",
    ]
    alternative = table.set_index("policy").loc["trans_s3", "cost_each"]
    x = {"cost": "Cost of a one-broker service", "cost_unit": "kEUR a year"}
    figures = {
        "net_effect": cost_curve(
            sweep.rename(columns={"gain": "value", "gain_low": "low", "gain_high": "high"}),
            level_name="isolated S3", value="Additional discounted value added", unit="EUR million", **x),
        "cost_of_a_link": cost_curve(
            sweep.rename(columns={"cost_each": "value", "cost_each_low": "low", "cost_each_high": "high"}),
            level=float(alternative), level_name="Trans-S3 without brokers",
            value="Cost of an additional collaboration", unit="EUR", **x),
    }  # fmt: skip
    checks = [
        Check("equal public outlay", "to the cent, every year, world and policy", "compared", same_outlay(*runs.values()), True),
        Check("equal public outlay at every cost of a broker", "to the cent, every year and world", "compared", equal, True),
        Check("failed worlds", "at most 1 %", f"{whole.count(False)} of {len(whole)}", whole.count(False) <= 0.01 * len(whole), True),
    ]  # fmt: skip
    both = pd.concat([rated.assign(kind="policy"), sweep.assign(kind="sweep")], ignore_index=True)
    return Answer(words, both, {"worlds": len(base), "swept_worlds": n, "rows": both}, figures, checks, in_short(study, table))  # fmt: skip


def account(study, name, mine, base, rate=None):
    """Return one arm's links, money and value added over isolated S3."""
    start, rate = study.base.start, study.option("discount_rate") if rate is None else rate
    yearly = booked(mine, TRANSNATIONAL)
    links, spent = links_added(mine, base), yearly.sum(axis=1)
    last = MILLION * np.array([p.outcomes[VALUE] - b.outcomes[VALUE] for p, b in zip(mine, base, strict=True)])  # fmt: skip
    gain = discounted(ramp(last, study.base.years, start), rate, start)
    outlay = discounted(yearly, rate, start)
    more, gained = t_interval(links), t_interval(gain / MILLION)
    each = ratio(spent, links, seed=study.design.seed, clear=True)
    euro = ratio(gain, outlay, seed=study.design.seed, clear=False)
    found = {"policy": name, "worlds": len(mine), "spent_million": spent.mean() / MILLION}
    for key, value in (("links", more), ("cost_each", each), ("gain", gained), ("per_euro", euro)):
        found |= {key: value[0], f"{key}_low": value[1], f"{key}_high": value[2]}
    return found


def prices(study, swept, baseline):
    """Return one row a cost of a broker, whether outlay is equal at all of them, and the worlds."""
    worlds, results = swept
    levels = study.option("levels")
    columns = [list(results[k::levels]) for k in range(levels)]
    base = list(baseline[: len(columns[0])])
    ok = [all(one.status == "ok" for one in row) for row in zip(base, *columns, strict=True)]
    base, *columns = ([one for one, fine in zip(of, ok, strict=True) if fine] for of in (base, *columns))  # fmt: skip
    cost = worlds.natural[COST].to_numpy()[:levels]
    rows = [{"cost": at, **account(study, study.policy, mine, base)} for at, mine in zip(cost, columns, strict=True)]  # fmt: skip
    return pd.DataFrame(rows), same_outlay(base, *columns), len(base)


def spoken(study, row):
    """Say one policy's cost and benefit, collaboration beside growth."""
    each = (f"EUR {row['cost_each']:,.0f} for each ({row['cost_each_low']:,.0f} to {row['cost_each_high']:,.0f})"
            if np.isfinite(row["cost_each"]) else f"{_no_rise(row)}, so one has no price")  # fmt: skip
    per = (f"; EUR {row['per_euro']:+.2f} for each euro booked there ({row['per_euro_low']:+.2f} to {row['per_euro_high']:+.2f}; {_sure(row)})"
           if np.isfinite(row["per_euro"]) else "")  # fmt: skip
    return (
        f"{study.title(row['policy'])}: EUR {row['spent_million']:,.1f} million booked on transnational items or brokers; "
        f"additional collaborations across borders: {span(row, 'links')}; {each}. "
        f"Value added over isolated S3, discounted: {span(row, 'gain')} million EUR{per}."
    )  # fmt: skip


def _no_rise(row):
    return "they clearly fall" if row["links_high"] < 0 else "they do not clearly rise"


def in_short(study, table):
    """Return the answer in one sentence."""
    told = [
        f"{study.title(row['policy'])}: "
        + (f"EUR {row['cost_each']:,.0f} for an additional collaboration across borders" if np.isfinite(row["cost_each"])
           else f"collaborations across borders {_no_rise(row).removeprefix('they ')}")
        + f", value added {_sure(row)}"
        for row in reversed(table.to_dict("records"))
    ]  # fmt: skip
    return f"{'; '.join(told)}."


def span(row, key):
    """Return an effect and its interval as text."""
    said = rounded(row[key], row[f"{key}_low"], row[f"{key}_high"])
    return f"{said.effect} ({said.low} to {said.high})"


def _sure(row):
    if row["gain_low"] > 0 and row["per_euro_low"] > 0:
        return (
            "more than a euro"
            if row["per_euro_low"] > 1
            else "a gain, not clearly more than a euro"
        )
    return "a loss" if row["gain_high"] < 0 and row["per_euro_high"] < 0 else "not told from zero"


def discounting(rated):
    """Say whether another discount rate changes what is said of value added."""
    said = rated.assign(sure=[_sure(row) for row in rated.to_dict("records")])
    flips = said.groupby("policy", sort=False)["sure"].nunique().gt(1)
    rates = listed([f"{rate:.0%}" for rate in sorted(rated["rate"].unique())])
    if flips.any():
        return f"What is said of value added depends on the discount rate ({rates}): {listed(list(flips.index[flips]))}."
    return f"What is said of value added is the same at discount rates of {rates}."


def along_cost(study, sweep, n):
    """Say what the cost of a broker changes."""
    low, high = sweep.iloc[0], sweep.iloc[-1]
    clear = (sweep["gain_low"] > 0) | (sweep["gain_high"] < 0)
    at = break_even(sweep["cost"].to_numpy(), sweep["gain"].to_numpy())
    if not clear.any():
        point = f"the means would cross zero at {at:.0f} kEUR" if np.isfinite(at) else "the means cross zero nowhere in the range"  # fmt: skip
        verdict = f"at no cost is the difference in value added told from zero, so no break-even can be told ({point})"
    elif np.isfinite(at):
        verdict = f"means break even at about {at:.0f} kEUR a year"
    else:
        verdict = "there is no break-even in the declared range"
    told = [
        f"Broker cost from {low['cost']:.0f} to {high['cost']:.0f} kEUR a year ({n} worlds, {study.title(study.policy)}): "
        f"additional value added {span(low, 'gain')} million EUR at the lowest and {span(high, 'gain')} at the highest; {verdict}."
    ]  # fmt: skip
    if np.isfinite([low["cost_each"], high["cost_each"]]).all():
        told.append(
            f"An additional collaboration costs EUR {low['cost_each']:,.0f} ({low['cost_each_low']:,.0f} to {low['cost_each_high']:,.0f}) at the lowest "
            f"and {high['cost_each']:,.0f} ({high['cost_each_low']:,.0f} to {high['cost_each_high']:,.0f}) at the highest cost of a broker."
        )  # fmt: skip
    return told
