"""How noisy is it, and how many runs are needed?"""

import numpy as np
import pandas as pd

from s3sim.core.formatting import listed
from s3sim.ensemble.experiments.drivers import by_seed, defaults, repeated
from s3sim.ensemble.experiments.evidence import TITLES, Evidence, limits, settling
from s3sim.ensemble.experiments.noise import gain, low_median, pairs_needed, spread
from s3sim.ensemble.experiments.result import Answer, Check
from s3sim.report.figures.studies import running_mean, variance_ratio

PRIMARY = 2
LEAST_PRIMARY, LEAST_MEDIAN = 2.0, 5.0
SHOWN = 1000


def designs(study):
    """Drawn worlds and the defaults, each with several seeds."""
    drawn = study.samples()
    unit = np.vstack([drawn.unit, defaults(study.space, study.base.replace(policy=study.policy))])
    return [repeated(study.samples(unit), len(unit), study.option("seeds"), study.design.seed)]


def answer(study, run):
    """Decompose, compare and count."""
    evidence, seeds = Evidence(*run), study.option("seeds")
    values = {name: evidence.rows(name) for name in study.design.outcomes}
    table = pd.DataFrame([row(study, name, value) for name, value in values.items()])
    first, ratios = table.head(PRIMARY), table["ratio"].dropna()
    worlds = int(table["worlds"].iloc[0])
    median = float(low_median(ratios.to_numpy())) if len(ratios) else np.nan
    words = [
        f"{worlds} worlds drawn from all declared ranges and one at the defaults, {seeds} seeds each, "
        f"{study.title(study.baseline)} and {study.title(study.policy)} on the same luck.",
        *(sentence(r) for r in first.to_dict("records")),
        f"Over {len(ratios)} outcomes pairing cuts the variance of the difference {times(median)} times in "
        f"the median, from {times(ratios.min())} to {times(ratios.max())} times."
        if len(ratios)
        else "No outcome varies by luck, so nothing is said of pairing.",
        "To estimate a mean over worlds, more worlds with one seed each are worth more than more seeds "
        "of fewer worlds, because a new world brings new luck as well; more seeds are needed only to "
        "say something about single worlds. Counts take worlds for independent draws; a "
        "low-discrepancy design may need fewer.",
        "Not shown: how long the network takes to settle after the start of a run, because runs keep "
        "no yearly values here; a later start of the policies is one of the variants of e13_structure. "
        "Luck also depends on the scale, the number of simulated firms for each real one: these "
        f"figures hold for scale {study.design.scale:g} and {study.design.years} years.",
    ]
    checks, bar = [evidence.outlay_check()], "variance reduction by pairing"
    for r in first.itertuples():
        told = f"{times(r.ratio)} ({times(r.low)} to {times(r.high)})"
        name, met = f"{bar}, {r.title.lower()}", bool(r.ratio >= LEAST_PRIMARY)
        checks.append(Check(name, f"at least {LEAST_PRIMARY:g}", told, met))
    name, met = f"{bar}, median over outcomes", bool(median >= LEAST_MEDIAN)
    checks.append(Check(name, f"at least {LEAST_MEDIAN:g}", times(median), met))
    least, sd = float(first["ratio"].min()), table.set_index("outcome")["luck_sd_difference"]
    numbers = {"worlds": worlds, "seeds": seeds, "least_ratio_primary": least}
    numbers |= {"median_ratio": median, "luck_sd_difference": sd.to_dict(), "outcomes": table}
    return Answer(words, table, numbers, figures(study, values, table), checks, in_short(first))


def row(study, outcome, values):
    """Return one outcome's figures; the last sample of values [rows, 2] is the defaults."""
    seeds, smallest = study.option("seeds"), study.design.smallest_effect
    drawn, default = by_seed(values[:-seeds], seeds), values[-seeds:]
    baseline, policy = drawn[:, :, 0], drawn[:, :, 1]
    difference = spread(policy - baseline)
    found = {"baseline": spread(baseline), "policy": spread(policy), "difference": difference}
    saved, base = gain(policy, baseline), float(baseline.mean())
    independent = found["baseline"].luck + found["policy"].luck
    least, usual = smallest * abs(base), smallest * abs(default[:, 0].mean())
    sd, usual_sd = np.sqrt(difference.luck), float((default[:, 1] - default[:, 0]).std(ddof=1))
    variances = {
        "over_worlds": difference.luck + difference.samples,
        "over_worlds_unpaired": independent + difference.samples,
        "in_one_world": difference.luck,
        "in_one_world_unpaired": independent,
    }
    row = {"outcome": outcome, "title": TITLES[outcome], "worlds": len(drawn)}
    row |= {"baseline_mean": base, "difference_mean": float((policy - baseline).mean())}
    row["smallest"] = least
    for name, part in found.items():
        row |= limits(f"luck_share_{name}", (part.share, part.low, part.high))
    row |= {"ratio": saved.ratio, "low": saved.low, "high": saved.high}
    row |= {"ratio_pooled": saved.pooled, "luck_sd_difference": sd}
    row["luck_sd_smallest_effects"] = sd / least if least else np.nan
    row["world_sd_difference"] = np.sqrt(difference.samples)
    row["luck_sd_difference_defaults"] = usual_sd
    row |= {f"pairs_{key}": pairs_needed(np.sqrt(v), least) for key, v in variances.items()}
    return row | {"pairs_at_defaults": pairs_needed(usual_sd, usual)}


def sentence(r):
    """Say what was found for one outcome."""
    level, difference = r["luck_share_baseline"], r["luck_share_difference"]
    if not np.isfinite([level, difference]).all() or not r["pairs_over_worlds"]:
        return f"{r['title']}: level or difference does not vary, or the baseline is zero; nothing to count."
    return (
        f"{r['title']}: luck makes {level:.0%} of the variance of the baseline's level "
        f"(95 % interval {r['luck_share_baseline_low']:.0%} to {r['luck_share_baseline_high']:.0%}) and "
        f"{difference:.0%} of the variance of the difference ({r['luck_share_difference_low']:.0%} to "
        f"{r['luck_share_difference_high']:.0%}). Pairing cuts the variance of the difference within a world "
        f"{times(r['ratio'])} times (median over worlds, {times(r['low'])} to {times(r['high'])}). For a half-width "
        f"of the smallest effect of interest it takes {r['pairs_over_worlds']} pairs over worlds "
        f"({r['pairs_over_worlds_unpaired']} with independent seeds), {r['pairs_in_one_world']} in a "
        f"single world of average luck ({r['pairs_in_one_world_unpaired']}) and {r['pairs_at_defaults']} at the defaults; luck "
        f"in one pair has a standard deviation of {r['luck_sd_smallest_effects']:.2f} smallest effects."
    )


def in_short(table):
    """Return the answer in one sentence."""
    rows = [r for r in table.itertuples() if r.pairs_over_worlds]
    if not rows:
        return "Nothing varies by luck."
    cut = listed([f"{times(r.ratio)} times for {r.title.lower()}" for r in rows])
    worlds = listed([f"{r.pairs_over_worlds:,}" for r in rows])
    luck = listed([f"{r.luck_share_difference:.0%}" for r in rows])
    return (
        f"Pairing cuts the variance of the difference {cut}; luck makes {luck} of the variance that is left over "
        f"worlds, and a half-width of the smallest effect of interest takes {worlds} worlds."
    )


def times(ratio):
    """Return a ratio as text; what lies above a thousand is no more telling."""
    return f"more than {SHOWN:,}" if ratio > SHOWN else f"{ratio:.1f}"


def figures(study, values, table):
    """What pairing saves, and how means settle over worlds with one seed each."""
    seeds, outcomes = study.option("seeds"), study.design.outcomes
    percent = {}
    for name in outcomes[:PRIMARY]:
        first = values[name][:-seeds:seeds]
        first = first[np.isfinite(first).all(axis=1)]
        percent[name] = 100 * (first[:, 1] - first[:, 0]) / (abs(first[:, 0].mean()) or 1.0)
    titles = {name: TITLES[name] for name in outcomes}
    above = {
        r.outcome: f"{r.title} (above {SHOWN:,})" for r in table.itertuples() if r.ratio > SHOWN
    }
    ratios = table.assign(**table[["ratio", "low", "high"]].clip(upper=SHOWN))
    return {
        "variance_ratio": variance_ratio(ratios, wanted=LEAST_PRIMARY, titles=titles | above),
        "running_mean": running_mean(
            settling(percent, first=4, points=SHOWN),
            titles=titles,
            units=dict.fromkeys(titles, "% of the baseline"),
            smallest=dict.fromkeys(titles, 100 * study.design.smallest_effect),
        ),
    }
