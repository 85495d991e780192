"""What does one parameter alone change, from the defaults?"""

from dataclasses import replace

import numpy as np
import pandas as pd

from s3sim.analysis.intervals import t_interval
from s3sim.core.formatting import listed
from s3sim.ensemble.experiments.drivers import defaults, dummies_check, is_dummy
from s3sim.ensemble.experiments.evidence import TITLES, Evidence, change, limits, named
from s3sim.ensemble.experiments.result import Answer
from s3sim.ensemble.factors import SEED, Space
from s3sim.report.figures.studies import tornado

ENDS = {"at_low": 0.0, "at_high": 1.0}
DRAWN, NAMED, CHANCE = 15, 6, 0.05


def designs(study):
    """For each luck: the defaults, then every factor at its low and at its high end."""
    space = Space(tuple(factor for factor in study.space.factors if factor.name != SEED))
    middle = defaults(space, study.base.replace(policy=study.policy))
    block = np.tile(middle, (1 + len(ENDS) * len(middle), 1))
    for row in range(1, len(block)):
        factor, end = divmod(row - 1, len(ENDS))
        block[row, factor] = list(ENDS.values())[end]
    lucks = study.option("lucks")
    luck = tuple(np.repeat(np.arange(lucks), len(block)).tolist())
    return [replace(study.samples(np.tile(block, (lucks, 1))), space=space, replications=luck)]


def answer(study, run):
    """Compare every end with the defaults on the same luck."""
    evidence, lucks = Evidence(*run), study.option("lucks")
    tables, words, figures, short = [], [], {}, []
    for name in study.design.outcomes:
        table = ends(evidence, name, lucks)
        tables.append(table)
        real = table[~is_dummy(table)].sort_values("widest", ascending=False, kind="stable")
        said, brief = sentences(study, name, real)
        words.append(said)
        short.append(brief)
        figures[f"ends_{name}"] = tornado(
            real.head(DRAWN), outcome=named(name), unit="% of the isolated mean"
        )
    table = pd.concat(tables, ignore_index=True)
    policy, baseline = study.title(study.policy), study.title(study.baseline)
    words = [
        f"{len(real)} parameters, each at both ends of its range and all others at their defaults, "
        f"on {lucks} lucks; {policy} less {baseline} in percent of the mean under "
        f"{baseline} at the defaults; 95 % intervals one by one:",
        *words,
        "All shifts are from the same runs at the defaults, so that chance makes many of them at once, or few. "
        "One at a time sees no interaction, and a parameter with a narrow range may matter and not show. This is no forecast.",
    ]
    idle = dummies_check(table.loc[is_dummy(table), ["widest"]], "change exactly nothing")
    numbers = {"lucks": lucks, "shifts": len(ENDS) * len(table)}
    checks = [idle, evidence.outlay_check()]
    return Answer(words, table, numbers, figures, checks, " ".join(short))


def ends(evidence, outcome, lucks):
    """Return the difference at both ends of each factor, and how far each is from the defaults."""
    levels = evidence.rows(outcome)[:, [0, -1]].reshape(lucks, -1, 2)
    size = abs(np.nanmean(levels[:, 0, 0])) or 1.0
    base, *percent = (100 * (levels[:, :, 1] - levels[:, :, 0]) / size).T
    rows = []
    for k, factor in enumerate(evidence.samples.space.factors):
        row = {"outcome": outcome, "factor": factor.name, "group": factor.group}
        row |= {"low_value": factor.low, "high_value": factor.high}
        for end, values in zip(ENDS, percent[len(ENDS) * k :], strict=False):
            for key, part in ((end, values), (f"{end}_shift", values - base)):
                row |= limits(key, t_interval(part))
        rows.append(row)
    table = pd.DataFrame(rows)
    shifts = table[[f"{end}_shift" for end in ENDS]].abs()
    return table.assign(widest=shifts.max(axis=1, skipna=False), **limits("base", t_interval(base)))


def sentences(study, name, table):
    """Say what the defaults give, what one parameter can do to it, and whether the sign can turn.

    At length, and in short; factors with the widest shifts come first.
    """
    first, smallest = table.iloc[0], 100 * study.design.smallest_effect
    base = change(*first[["base", "base_low", "base_high"]])
    clear = large = 0
    turned = []
    for end in ENDS:
        shift, low, high = (table[f"{end}_shift{limit}"] for limit in ("", "_low", "_high"))
        clear += int(((low > 0) | (high < 0)).sum())
        large += int((shift.abs() > smallest).sum())
        value, low, high = (table[f"{end}{limit}"] for limit in ("", "_low", "_high"))
        other = (np.sign(first["base"]) * value < 0) & ((low > 0) | (high < 0))
        turned += [f"{r['factor']} ({r[end]:+.1f} %)" for r in table[other].to_dict("records")]
    parts = [
        f"{r.factor} from {r.at_low:+.1f} % at {r.low_value:g} to {r.at_high:+.1f} % at {r.high_value:g}"
        for r in table.head(NAMED).itertuples()
    ]
    tried, both = len(ENDS) * len(table), table[list(ENDS)]
    chance = f"{CHANCE * tried:.0f}"
    long = (
        f"{TITLES[name]}: {base} at the defaults. Of {tried} ends {clear} shift it by an amount told from zero "
        f"(chance alone would give about {chance}), {large} by more than the smallest effect of interest "
        f"({smallest:.0f} %). Widest: {'; '.join(parts)}. "
        f"Ends with a difference clearly of the other sign: {listed(turned) if turned else 'none'}."
    )
    short = (
        f"The difference in {named(name)} is {base} at the defaults and lies between "
        f"{both.min(axis=None):+.1f} and {both.max(axis=None):+.1f} % whichever single parameter is at an end of its range "
        f"({clear} of {tried} shifts are told from zero, where chance alone would give about {chance})."
    )
    return long, short
