"""Which regions win, which lose?"""

import numpy as np
import pandas as pd

from s3sim.analysis.distribution import losers
from s3sim.analysis.intervals import t_interval
from s3sim.ensemble.experiments.evidence import TITLES, Evidence, change, named, tidy
from s3sim.ensemble.experiments.regional import convergence_change, inequality
from s3sim.ensemble.experiments.result import Answer, Check
from s3sim.report.figures.studies import winners_losers

VALUE = "gross_value_added"
MEAN = ["mean", "low", "high"]
EXACT = 1e-12
MOST_WIDTH = 1000.0  # percent


def designs(study):
    """The worlds of the headline."""
    return [study.samples()]


def answer(study, run):
    """Compare regions, inequality and convergence."""
    evidence, world = Evidence(*run), study.base.world
    codes = pd.DataFrame({"region": world.names, "code": world.codes})
    tables, words, figures = [], [], {}
    for outcome in study.design.outcomes:
        level = evidence.regions(outcome)
        base = level[:, 0].mean(axis=0)
        known = base > 0
        percent = 100 * (level[:, 1:] - level[:, :1])[:, :, known] / base[known]
        names, people = np.array(world.names)[known], world.population[known]
        for k, policy in enumerate(study.policies[1:]):
            found = losers(percent[:, k], names, people)
            table = found.table.merge(codes, on="region")
            tables.append(table.assign(kind="region", outcome=outcome, policy=policy))
            words.append(f"{study.title(policy)}, {named(outcome)}: {spoken(found)}")
        unit = "% of the region's isolated mean"
        figures[f"regions_{outcome}"] = winners_losers(
            drawn(table), outcome=named(outcome), unit=unit
        )
        if not known.all():
            zero = int((~known).sum())
            words.append(
                f"{TITLES[outcome]} is zero in {zero} regions in every world; they are left out."
            )
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
    ]
    rows, every = sum(map(len, tables)), all(len(table) == world.n_regions for table in tables)
    bar = "every one, by every outcome and policy"
    checks = [
        Check("Theil within + between = total", f"to {EXACT:g}", f"{gap:.1e}", gap <= EXACT, True),
        Check("regions judged", bar, f"{rows} rows", every),
    ]
    table = pd.concat([*tables, spread.assign(kind="spread")], ignore_index=True)
    numbers = {"worlds": evidence.count, "rows": table}
    return Answer(words, table, numbers, figures, checks, in_short(study, table))


def in_short(study, table):
    """Return the answer in one sentence."""
    told = []
    for policy in reversed(study.policies[1:]):
        mine = table[(table["kind"] == "region") & (table["policy"] == policy)]
        parts = [
            f"{named(outcome)}: {(of == 'wins').sum()} of {len(of)} regions clearly win, {(of == 'loses').sum()} clearly lose"
            for outcome, of in mine.groupby("outcome", sort=False)["word"]
        ]
        told.append(f"{study.title(policy)}, {', '.join(parts)}")
    return f"{'; '.join(told)}."


def drawn(table):
    """Return the rows of the figure, with the intervals that decide: those for all regions at once."""
    ends = table[["low_joint", "high_joint"]].mask(
        table["high_joint"] - table["low_joint"] >= MOST_WIDTH
    )
    return table.assign(name=table["region"], low=ends["low_joint"], high=ends["high_joint"])


def spoken(found):
    """Say who wins and who loses."""
    words = found.table.groupby("word")["region"].agg(list)
    told = []
    for word, said in (("wins", "regions clearly win"), ("loses", "clearly lose")):
        names = words.get(word, [])
        told.append(f"{len(names)} {said}{': ' if names else ''}{', '.join(names)}")
    first, last = (joint(found.table.iloc[k]) for k in (0, -1))
    return (
        f"{'; '.join(told)}. Least favourable {first}, most favourable {last}. "
        f"In an average world {found.share_losing:.0%} of regions with {found.population_losing:.0%} of people are below isolated S3."
    )


def joint(row):
    """Say a region's mean with its joint interval; one wider than everything says nothing."""
    told = f"{row['low_joint']:+.1f} to {row['high_joint']:+.1f} %"
    if not row["high_joint"] - row["low_joint"] < MOST_WIDTH:
        told = "too wide to print"
    return f"{row['region']} ({row['mean']:+.1f} %, joint interval {told})"


def spreads(study, evidence):
    """Return changes of inequality and convergence with joint intervals, the Theil gap, worlds lost."""
    world, value = study.base.world, evidence.regions(VALUE)
    people, country = world.population, [world.countries[c] for c in world.country]
    split = [inequality(value[:, k], people, country) for k in range(len(study.policies))]
    base, frames, lost = split[0][0], [], 0
    for k, policy in enumerate(study.policies[1:], 1):
        shifts = split[k][0] - base
        found = evidence.joint({f"theil {part}": shifts[part].to_numpy() for part in shifts})
        theil = tidy(found, 1.0)[MEAN]
        theil.insert(0, "measure", found.outcomes)
        theil.insert(1, "level", base.mean().to_numpy())
        heads = (value[:, k] / people, value[:, 0] / people, world.gdp / people)
        sigma, whole = convergence_change(*heads)
        lost = max(lost, int((~whole).sum()))
        single = {name: t_interval(sigma[name].to_numpy()) for name in sigma}
        rows = pd.DataFrame.from_dict(single, orient="index", columns=MEAN)
        rows = rows.rename_axis("measure").reset_index()
        frames.append(pd.concat([theil, rows]).assign(policy=policy))
    table = pd.concat(frames, ignore_index=True)
    return table[["policy", *table.columns.drop("policy")]], max(gap for _, gap in split), lost


def told(study, policy, part):
    """Say what happens to inequality and convergence under one policy."""
    at = part.set_index("measure")[[*MEAN, "level"]]
    parts = []
    for name in ("total", "within", "between"):
        row = at.loc[f"theil {name}"]
        parts.append(f"{name} {change(*(100 * row[MEAN] / (row['level'] or np.nan)))}")
    sigma, slope = at.loc["sigma"], 100 * at.loc["slope"]
    return (
        f"{study.title(policy)}, inequality of value added per head (Theil, share of the isolated level): "
        f"{', '.join(parts)} countries. Convergence (intervals one by one): spread of logarithms {sigma['mean']:+.2g} ({sigma['low']:+.2g} to {sigma['high']:+.2g}); "
        f"extra value added for each unit of the logarithm of GDP per head {slope['mean']:+.2g} % "
        f"({slope['low']:+.2g} to {slope['high']:+.2g} %, above zero: richer regions gain more)."
    )
