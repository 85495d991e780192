"""What does one parameter alone change, from the defaults?"""

from dataclasses import replace

import numpy as np
import pandas as pd

from s3sim.analysis.intervals import t_interval
from s3sim.core.formatting import listed
from s3sim.ensemble.experiments.conditions import defaults
from s3sim.ensemble.experiments.evidence import Evidence
from s3sim.ensemble.experiments.result import Answer, Check
from s3sim.ensemble.factors import DUMMY, SEED, Space
from s3sim.outcomes import OUTCOMES
from s3sim.report.figures.studies import tornado

ENDS = {"at_low": 0.0, "at_high": 1.0}
DRAWN, NAMED, CHANCE = 15, 6, 0.05


def designs(study):
    """For each luck: the defaults, then every factor at its low and at its high end."""
    space = Space(tuple(one for one in study.space.factors if one.name != SEED))
    middle = defaults(space, study.base.replace(policy=study.policy))
    block = np.tile(middle, (1 + len(ENDS) * len(middle), 1))
    for k in range(len(middle)):
        for j, end in enumerate(ENDS.values()):
            block[1 + len(ENDS) * k + j, k] = end
    lucks = study.option("lucks")
    luck = tuple(np.repeat(np.arange(lucks), len(block)).tolist())
    return [replace(study.samples(np.tile(block, (lucks, 1))), space=space, replications=luck)]


def answer(study, run):
    """Compare every end with the defaults on the same luck."""
    evidence, lucks = Evidence(*run), study.option("lucks")
    factors = evidence.samples.space.factors
    rows, words, figures, short = [], [], {}, []
    for name in study.design.outcomes:
        levels = np.full((len(evidence.whole), 2), np.nan)
        levels[evidence.whole] = evidence.level(name)[:, [0, -1]]
        levels = levels.reshape(lucks, -1, 2)
        size = abs(np.nanmean(levels[:, 0, 0])) or 1.0
        percent = 100 * (levels[:, :, 1] - levels[:, :, 0]) / size
        base = t_interval(percent[:, 0])
        table = pd.DataFrame([
            row(name, factor, percent[:, 1 + 2 * k : 3 + 2 * k], percent[:, 0])
            for k, factor in enumerate(factors)
        ]).assign(base=base[0], base_low=base[1], base_high=base[2])  # fmt: skip
        rows.append(table)
        real = table[~table["factor"].str.startswith(DUMMY)]
        words.append(sentence(study, name, real))
        short.append(in_short(name, real))
        figures[f"ends_{name}"] = tornado(
            real.sort_values("widest", ascending=False, kind="stable").head(DRAWN),
            outcome=OUTCOMES[name].title.lower(), unit="% of the isolated mean")  # fmt: skip
    table = pd.concat(rows, ignore_index=True)
    dummies = table.loc[table["factor"].str.startswith(DUMMY), "widest"]
    words = [
        f"{len(factors) - len(dummies) // len(rows)} parameters, each at both ends of its range and all others at their defaults, "
        f"on {lucks} lucks; {study.title(study.policy)} less {study.title(study.baseline)} in percent of the mean under "
        f"{study.title(study.baseline)} at the defaults; 95 % intervals one by one:",
        *words,
        "All shifts are from the same runs at the defaults, so that chance makes many of them at once, or few. "
        "One at a time sees no interaction, and a parameter with a narrow range may matter and not show. This is no forecast.",
    ]  # fmt: skip
    checks = [
        Check("dummies", "change exactly nothing", f"largest {dummies.max():g}", bool((dummies == 0).all()), True),
        evidence.outlay_check(),
    ]  # fmt: skip
    return Answer(
        words,
        table,
        {"lucks": lucks, "shifts": len(ENDS) * len(table)},
        figures,
        checks,
        " ".join(short),
    )


def row(outcome, factor, ends, base):
    """Return the difference at both ends of a factor, and how far each is from the defaults."""
    found = {"outcome": outcome, "factor": factor.name, "group": factor.group,
             "low_value": factor.low, "high_value": factor.high}  # fmt: skip
    for k, end in enumerate(ENDS):
        for key, values in ((end, ends[:, k]), (f"{end}_shift", ends[:, k] - base)):
            mean, low, high = t_interval(values)
            found |= {key: mean, f"{key}_low": low, f"{key}_high": high}
    shifts = [found[f"{end}_shift"] for end in ENDS]
    return found | {"widest": float(np.max(np.abs(shifts)))}


def told(table, end):
    """Return where the shift at an end is told from zero."""
    return (table[f"{end}_shift_low"] > 0) | (table[f"{end}_shift_high"] < 0)


def sentence(study, name, table):
    """Say what the defaults give, what one parameter can do to it, and whether the sign can turn."""
    first, smallest = table.iloc[0], 100 * study.design.smallest_effect
    tried = len(ENDS) * len(table)
    clear = sum(int(told(table, end).sum()) for end in ENDS)
    turned = [
        f"{r['factor']} ({r[end]:+.1f} %)"
        for r in table.to_dict("records")
        for end in ENDS
        if np.sign(first["base"]) * r[end] < 0 and not r[f"{end}_low"] <= 0 <= r[f"{end}_high"]
    ]
    large = sum(int((table[f"{end}_shift"].abs() > smallest).sum()) for end in ENDS)
    best = table.sort_values("widest", ascending=False, kind="stable").head(NAMED)
    parts = [
        f"{r.factor} from {r.at_low:+.1f} % at {r.low_value:g} to {r.at_high:+.1f} % at {r.high_value:g}"
        for r in best.itertuples()
    ]
    return (
        f"{OUTCOMES[name].title}: {_mean(first)} at the defaults. Of {tried} ends {clear} shift it by an amount told from zero "
        f"(chance alone would give about {CHANCE * tried:.0f}), {large} by more than the smallest effect of interest "
        f"({smallest:.0f} %). Widest: {'; '.join(parts)}. "
        f"Ends with a difference clearly of the other sign: {listed(turned) if turned else 'none'}."
    )  # fmt: skip


def _mean(first):
    return f"{first['base']:+.1f} % ({first['base_low']:+.1f} to {first['base_high']:+.1f})"


def in_short(name, table):
    """Return one outcome's answer in a sentence."""
    ends = table[list(ENDS)]
    clear = sum(int(told(table, end).sum()) for end in ENDS)
    return (
        f"The difference in {OUTCOMES[name].title.lower()} is {_mean(table.iloc[0])} at the defaults and lies between "
        f"{ends.min(axis=None):+.1f} and {ends.max(axis=None):+.1f} % whichever single parameter is at an end of its range "
        f"({clear} of {ends.size} shifts are told from zero, where chance alone would give about {CHANCE * ends.size:.0f})."
    )  # fmt: skip
