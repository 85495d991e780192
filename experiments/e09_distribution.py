"""Which regions win, which lose?"""

import numpy as np
import pandas as pd

from s3sim.analysis.intervals import t_interval
from s3sim.analysis.policy_failure import losers
from s3sim.analysis.simultaneous import by_scrambles
from s3sim.ensemble.experiments.evidence import Evidence
from s3sim.ensemble.experiments.regional import convergence_change, inequality, regional
from s3sim.ensemble.experiments.result import Answer, Check
from s3sim.outcomes import OUTCOMES
from s3sim.report.figures.studies import winners_losers

LINKS, VALUE = "cross_border_collaborations", "gross_value_added"
EXACT = 1e-12
MOST_WIDTH = 1000.0  # percent


def designs(study):
    """The worlds of the headline."""
    return [study.samples()]


def answer(study, run):
    """Compare regions, inequality and convergence."""
    evidence, world = Evidence(*run), study.base.world
    tables, words, figures = [], [], {}
    for outcome in study.design.outcomes:
        level = regional(evidence, outcome)
        base = level[:, 0].mean(axis=0)
        percent = 100 * (level[:, 1:] - level[:, :1]) / np.where(base > 0, base, np.nan)
        known = base > 0
        for k, policy in enumerate(study.policies[1:]):
            one = losers(
                percent[:, k, known], np.array(world.names)[known], world.population[known]
            )
            table = one.table.merge(
                pd.DataFrame({"region": world.names, "code": world.codes}), on="region"
            )
            tables.append(table.assign(kind="region", outcome=outcome, policy=policy))
            words.append(spoken(study, outcome, policy, one))
            if policy == study.policy:
                figures[f"regions_{outcome}"] = winners_losers(
                    drawn(table), outcome=OUTCOMES[outcome].title.lower(),
                    unit="% of the region's isolated mean")  # fmt: skip
        words += [f"{OUTCOMES[outcome].title} is zero in {int((~known).sum())} regions in every world; they are left out."] if not known.all() else []  # fmt: skip
    spread, gap, lost = spreads(study, evidence)
    words += [told(study, policy, part) for policy, part in spread.groupby("policy", sort=False)]
    if lost:
        words.append(
            f"{lost} worlds with a region without value added are left out of convergence."
        )
    words = [
        f"Over {evidence.count} worlds, differences to isolated S3 in {world.n_regions} regions, as a "
        "percentage of the region's isolated mean; at reduced scale a region is few firms, so one world says little:",
        *words,
        "A mean over worlds is no forecast for a region, and a share of worlds in which a region "
        "loses near one half is what luck alone gives.",
    ]  # fmt: skip
    checks = [
        Check("Theil within + between = total", f"to {EXACT:g}", f"{gap:.1e}", gap <= EXACT, True),
        Check("regions judged", "every one, by every outcome and policy", f"{sum(map(len, tables))} rows",
              all(len(one) == world.n_regions for one in tables)),
    ]  # fmt: skip
    table = pd.concat([*tables, spread.assign(kind="spread")], ignore_index=True)
    return Answer(
        words,
        table,
        {"worlds": evidence.count, "rows": table},
        figures,
        checks,
        in_short(study, table),
    )


def in_short(study, table):
    """Return the answer in one sentence."""
    told = []
    for policy in reversed(study.policies[1:]):
        mine = table[(table["kind"] == "region") & (table["policy"] == policy)]
        parts = [
            f"{OUTCOMES[outcome].title.lower()}: {(of['word'] == 'wins').sum()} of {len(of)} regions clearly win, {(of['word'] == 'loses').sum()} clearly lose"
            for outcome, of in mine.groupby("outcome", sort=False)
        ]
        told.append(f"{study.title(policy)}, {', '.join(parts)}")
    return f"{'; '.join(told)}."


def drawn(table):
    """Return the rows of the figure, with the intervals that decide: those for all regions at once."""
    wide = table["high_joint"] - table["low_joint"] >= MOST_WIDTH
    ends = {"low": table["low_joint"].mask(wide), "high": table["high_joint"].mask(wide)}
    return table.assign(name=table["region"], **ends)


def spoken(study, outcome, policy, one):
    """Say who wins and who loses."""
    names = {word: list(part["region"]) for word, part in one.table.groupby("word")}
    wins, loses = names.get("wins", []), names.get("loses", [])
    first, last = one.table.iloc[0], one.table.iloc[-1]
    return (
        f"{study.title(policy)}, {OUTCOMES[outcome].title.lower()}: {len(wins)} regions clearly win"
        f"{': ' + ', '.join(wins) if wins else ''}; {len(loses)} clearly lose{': ' + ', '.join(loses) if loses else ''}. "
        f"Least favourable {first['region']} ({_joint(first)}), "
        f"most favourable {last['region']} ({_joint(last)}). "
        f"In an average world {one.share_losing:.0%} of regions with {one.population_losing:.0%} of people are below isolated S3."
    )  # fmt: skip


def _joint(row):
    """Say a mean with its joint interval; one wider than everything says nothing."""
    if not row["high_joint"] - row["low_joint"] < MOST_WIDTH:
        return f"{row['mean']:+.1f} %, joint interval too wide to print"
    return f"{row['mean']:+.1f} %, joint interval {row['low_joint']:+.1f} to {row['high_joint']:+.1f} %"


def spreads(study, evidence):
    """Return changes of inequality and convergence with joint intervals, the Theil gap, worlds lost."""
    world = study.base.world
    value, people = regional(evidence, VALUE), world.population
    country = [world.countries[c] for c in world.country]
    base, worst = inequality(value[:, 0], people, country)
    rows, lost = [], 0
    for k, policy in enumerate(study.policies[1:], 1):
        found, gap = inequality(value[:, k], people, country)
        worst = max(worst, gap)
        change = found - base
        sigma, whole = convergence_change(value[:, k] / people, value[:, 0] / people, world.gdp / people)  # fmt: skip
        lost = max(lost, int((~whole).sum()))
        joint = by_scrambles(np.stack([evidence.by_sequence(change[c].to_numpy()) for c in change], axis=1), tuple(change))  # fmt: skip
        rows += [{"policy": policy, "measure": f"theil {name}", "level": base[name].mean(), "mean": joint.mean[j],
                  "low": joint.low[j], "high": joint.high[j]} for j, name in enumerate(change)]  # fmt: skip
        for name in sigma:
            mean, low, high = t_interval(sigma[name].to_numpy())
            rows.append({"policy": policy, "measure": name, "mean": mean, "low": low, "high": high})
    return pd.DataFrame(rows), worst, lost


def told(study, policy, part):
    """Say what happens to inequality and convergence under one policy."""
    at = part.set_index("measure")
    parts = [f"{name} {_change(at.loc[f'theil {name}'], at.loc[f'theil {name}', 'level'])}" for name in ("total", "within", "between")]  # fmt: skip
    sigma, slope = at.loc["sigma"], at.loc["slope"]
    return (
        f"{study.title(policy)}, inequality of value added per head (Theil, share of the isolated level): "
        f"{', '.join(parts)} countries. Convergence (intervals one by one): spread of logarithms {sigma['mean']:+.2g} ({sigma['low']:+.2g} to {sigma['high']:+.2g}); "
        f"extra value added for each unit of the logarithm of GDP per head {100 * slope['mean']:+.2g} % "
        f"({100 * slope['low']:+.2g} to {100 * slope['high']:+.2g} %, above zero: richer regions gain more)."
    )  # fmt: skip


def _change(row, level):
    level = level or np.nan
    return f"{100 * row['mean'] / level:+.1f} % ({100 * row['low'] / level:+.1f} to {100 * row['high'] / level:+.1f} %)"
