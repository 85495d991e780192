"""How noisy is it, and how many runs are needed?"""

import numpy as np
import pandas as pd

from s3sim.analysis.intervals import t_interval
from s3sim.core.formatting import listed
from s3sim.ensemble.experiments.conditions import defaults, repeated
from s3sim.ensemble.experiments.evidence import Evidence
from s3sim.ensemble.experiments.noise import by_seeds, gain, pairs_needed, spread
from s3sim.ensemble.experiments.result import Answer, Check
from s3sim.outcomes import OUTCOMES
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
    values = {name: by_seeds(evidence, name, seeds) for name in study.design.outcomes}
    table = pd.DataFrame([row(study, name, one) for name, one in values.items()])
    worlds = int(table["worlds"].iloc[0])
    finite = table["ratio"].dropna()
    median = float(np.sort(finite)[(len(finite) - 1) // 2]) if len(finite) else np.nan
    words = [
        f"{worlds} worlds drawn from all declared ranges and one at the defaults, {seeds} seeds each, "
        f"{study.title(study.baseline)} and {study.title(study.policy)} on the same luck.",
        *(sentence(r) for r in table.head(PRIMARY).to_dict("records")),
        f"Over {len(finite)} outcomes pairing cuts the variance of the difference {times(median)} times in "
        f"the median, from {times(finite.min())} to {times(finite.max())} times." if len(finite) else
        "No outcome varies by luck, so nothing is said of pairing.",
        "To estimate a mean over worlds, more worlds with one seed each are worth more than more seeds "
        "of fewer worlds, because a new world brings new luck as well; more seeds are needed only to "
        "say something about single worlds. Counts take worlds for independent draws; a "
        "low-discrepancy design may need fewer.",
        "Not shown: how long the network takes to settle after the start of a run, because runs keep "
        "no yearly values here; a later start of the policies is one of the variants of e13_structure. "
        "Luck also depends on the scale, the number of simulated firms for each real one: these "
        f"figures hold for scale {study.design.scale:g} and {study.design.years} years.",
    ]  # fmt: skip
    least = table["ratio"].head(PRIMARY)
    checks = [
        evidence.outlay_check(),
        *(Check(f"variance reduction by pairing, {r.title.lower()}", f"at least {LEAST_PRIMARY:g}",
                f"{times(r.ratio)} ({times(r.low)} to {times(r.high)})", bool(r.ratio >= LEAST_PRIMARY))
          for r in table.head(PRIMARY).itertuples()),
        Check("variance reduction by pairing, median over outcomes", f"at least {LEAST_MEDIAN:g}", times(median),
              bool(median >= LEAST_MEDIAN)),
    ]  # fmt: skip
    numbers = {"worlds": worlds, "seeds": seeds, "least_ratio_primary": float(least.min()), "median_ratio": median,
               "luck_sd_difference": dict(zip(table["outcome"], table["luck_sd_difference"], strict=True)),
               "outcomes": table}  # fmt: skip
    titles = {name: OUTCOMES[name].title for name in study.design.outcomes}
    figures = {
        "variance_ratio": variance_ratio(
            table.assign(**{key: table[key].clip(upper=SHOWN) for key in ("ratio", "low", "high")}), wanted=LEAST_PRIMARY,
            titles=titles | {r.outcome: f"{r.title} (above {SHOWN:,})" for r in table.itertuples() if r.ratio > SHOWN}),
        "running_mean": running_mean(
            settling(study, values), titles=titles, units=dict.fromkeys(titles, "% of the baseline"),
            smallest=dict.fromkeys(titles, 100 * study.design.smallest_effect)),
    }  # fmt: skip
    return Answer(words, table, numbers, figures, checks, in_short(table.head(PRIMARY)))


def row(study, outcome, values):
    """Return one outcome's figures; the last world of values [worlds, seeds, 2] is the defaults."""
    drawn, default = values[:-1], values[-1]
    drawn = drawn[np.isfinite(drawn).all(axis=(1, 2))]
    baseline, policy = drawn[:, :, 0], drawn[:, :, 1]
    found = {
        "baseline": spread(baseline),
        "policy": spread(policy),
        "difference": spread(policy - baseline),
    }
    saved, difference = gain(policy, baseline), found["difference"]
    base = float(baseline.mean())
    smallest, usual = (
        study.design.smallest_effect * abs(one) for one in (base, default[:, 0].mean())
    )
    independent = found["baseline"].luck + found["policy"].luck
    sd = np.sqrt(difference.luck)
    usual_sd = float((default[:, 1] - default[:, 0]).std(ddof=1))
    return {
        "outcome": outcome, "title": OUTCOMES[outcome].title, "worlds": len(drawn), "baseline_mean": base,
        "difference_mean": float((policy - baseline).mean()), "smallest": smallest,
        **{f"luck_share_{key}{end}": getattr(one, name) for key, one in found.items()
           for name, end in (("share", ""), ("low", "_low"), ("high", "_high"))},
        "ratio": saved.ratio, "low": saved.low, "high": saved.high, "ratio_pooled": saved.pooled,
        "luck_sd_difference": sd, "luck_sd_smallest_effects": sd / smallest if smallest else np.nan,
        "world_sd_difference": np.sqrt(difference.samples),
        "luck_sd_difference_defaults": usual_sd,
        "pairs_over_worlds": pairs_needed(np.sqrt(difference.luck + difference.samples), smallest),
        "pairs_over_worlds_unpaired": pairs_needed(np.sqrt(independent + difference.samples), smallest),
        "pairs_in_one_world": pairs_needed(sd, smallest),
        "pairs_in_one_world_unpaired": pairs_needed(np.sqrt(independent), smallest),
        "pairs_at_defaults": pairs_needed(usual_sd, usual),
    }  # fmt: skip


def sentence(r):
    """Say what was found for one outcome."""
    shares = {key: r[f"luck_share_{key}"] for key in ("baseline", "difference")}
    if not all(np.isfinite(one) for one in shares.values()) or not r["pairs_over_worlds"]:
        return f"{r['title']}: level or difference does not vary, or the baseline is zero; nothing to count."
    return (
        f"{r['title']}: luck makes {shares['baseline']:.0%} of the variance of the baseline's level "
        f"(95 % interval {r['luck_share_baseline_low']:.0%} to {r['luck_share_baseline_high']:.0%}) and "
        f"{shares['difference']:.0%} of the variance of the difference ({r['luck_share_difference_low']:.0%} to "
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


def settling(study, values):
    """Mean difference over the first worlds, one seed each, in percent of the baseline's mean."""
    rows = []
    for name in study.design.outcomes[:PRIMARY]:
        first = values[name][:-1, 0]
        first = first[np.isfinite(first).all(axis=1)]
        difference = 100 * (first[:, 1] - first[:, 0]) / (abs(first[:, 0].mean()) or 1.0)
        for n in range(min(4, len(first)), len(first) + 1):
            mean, low, high = t_interval(difference[:n])
            rows.append({"outcome": name, "worlds": n, "mean": mean, "low": low, "high": high})
    return pd.DataFrame(rows)
