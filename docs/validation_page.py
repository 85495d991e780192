"""Write docs/validation.md from the scoreboards in docs/validation/ and the file of targets.

`docs/refresh.py` calls it. `python docs/validation_page.py FOLDER` takes over what `s3sim validate --out
FOLDER` wrote as today's scoreboard; before.json is that of the mechanisms before their repair.
"""

import shutil
import sys
from collections.abc import Iterable, Sequence
from math import isfinite, isnan
from pathlib import Path

import pandas as pd

from s3sim.core.scoreboard import LINE
from s3sim.ensemble.describe import markdown
from s3sim.validation.jobs import TIERS
from s3sim.validation.scoreboard import Scoreboard
from s3sim.validation.targets import RUNS, Target, targets

FOLDER = Path(__file__).parent / "validation"
PAGE = FOLDER.parent / "validation.md"
BOARDS = ("now", "before")

HEAD = """# Validation: what the model gets right and wrong

This page is written by `python docs/refresh.py` from the scoreboards in `docs/validation/` and from
`s3sim/validation/data/targets.toml`, which holds every fact with its band, source, mark (reported,
recalled, measured from data, or set by the project) and role (calibration, or held-out check). Make a
scoreboard with

```
s3sim validate --tier full --out results/validation
```

and take it over with `python docs/validation_page.py results/validation`.

**How a fact is judged.** The mean over runs without S3 policy is compared with the band as published,
which is never widened. The score is 1 inside the band and falls linearly to 0 one width of the band
beyond its nearer end, so that 0 is reached at twice the width from the farther end; where the source
gives an order only, the score is 1 or 0. PASS is a score of 1, WARN one from 0.5, FAIL less. A mean
whose standard error is above a fifth of the band is not known well enough, which `?` says. Of a fact
that is read in several years the worst one counts. Beside the model stands a dumb rival, whose score
is computed from the same statistic: *persistence* repeats the first year, *gibrat* lets firms grow
whatever their size, *gravity* draws links by R&D over distance, *lottery* draws priorities by lot,
*past_growth* lets regions go on growing as in 2000-08. A rival that passes shows that a fact alone
says little.
"""

CENTURY = """![R&D, innovations, productivity and the leading region over 100 years](validation/century.png)

`python docs/century.py` runs and draws it; the numbers are in `validation/century.csv`.
"""

TRIAL = """
## The trial inside the model

Two years into a run without S3 policy a lottery among eligible SMEs gives a tenth of them one meeting abroad arranged by a new
broker, or a first grant; the same firms in a twin run on the same luck get nothing. Effects with 95 % intervals from the
spread of lotteries (`s3sim validate --trial --tier full`). *Matched winners* are those whose meeting ended in a partnership at once;
what differs for *eligible, not drawn* is displacement or spillover.
"""

HINDCAST = """
## Against time

From 2010 and from 2014 the 46 regions are forecast, GDP a head and employment relative to the regions' mean (logs), business
R&D in percentage points of GDP; root mean squared errors beside simple rivals (`s3sim validate --hindcast --tier full`). The last
columns name rivals that the model clearly beats or loses to (test of equal predictive ability at 5 %, regions of a country taken
together).
"""


def page(boards: dict[str, Scoreboard]) -> str:
    """Return the page of some scoreboards by name."""
    parts = [HEAD, "## Sums\n", _sums(boards)]
    parts += [
        "A run meets a fact by itself if its own value lies within the band; the last two columns say how "
        "many facts single runs meet (median) and which share of them meets 25 or more at once.\n",
        _tiers(boards),
    ]
    parts += ["\n## Runs against bands\n", _figures()]
    parts += ["\n## A century without policy\n", CENTURY, _trial(), _hindcast()]
    for name, board in boards.items():
        parts.append(f"\n## Every fact {'today' if name == 'now' else 'before the repair'}\n")
        parts += _facts(board)
    parts += ["\n## Facts that are missed, and why\n", _explanations(boards)]
    parts += ["\n## Known, but the model cannot be asked\n", _missing()]
    parts += ["\n## Bands and sources\n", _sources()]
    return "\n".join(parts).rstrip() + "\n"


def _trial() -> str:
    """Return the table of the trial, one row a group and measure, or nothing where it was not held."""
    path = FOLDER / "trial.csv"
    if not path.exists():
        return ""
    parts = [TRIAL]
    found = pd.read_csv(path)
    for (world, kind), part in found.groupby(["world", "trial"], sort=False):
        rows = []
        for (group, measure), mine in part.groupby(["group", "measure"], sort=False):
            cells = {
                f"{row['years']} y": f"{row['effect']:+.2f} ({row['low']:.2f} to {row['high']:.2f})"
                for row in mine.to_dict("records")
            }
            what = f"{str(measure).replace('_', ' ')}: {mine['unit'].iloc[0]}"
            rows.append({"firms": group, "effect on": what, **cells})
        parts.append(f"**{kind}, world {world}**\n\n{markdown(rows)}\n")
    return "\n".join(parts)


def _hindcast() -> str:
    """Return the tables of the forecasts of the past, or nothing where none were made."""
    path = FOLDER / "hindcast.csv"
    if not path.exists():
        return ""
    parts = [HINDCAST]
    accuracy, tests = pd.read_csv(path), pd.read_csv(FOLDER / "hindcast_tests.csv")
    for variable, part in accuracy.groupby("variable", sort=False):
        rows = []
        for horizon, errors in part.groupby("horizon"):
            mine = tests[(tests["variable"] == variable) & (tests["horizon"] == horizon) & (tests["p"] < 0.05)]  # fmt: skip
            better = ", ".join(mine.loc[mine["statistic"] < 0, "rival"]) or "-"
            worse = ", ".join(mine.loc[mine["statistic"] > 0, "rival"]) or "-"
            told = dict(zip(errors["method"], errors["rmse"].map("{:.3f}".format), strict=True))
            rows.append({"years ahead": horizon, **told, "model better than": better, "worse than": worse})  # fmt: skip
        parts.append(f"**{str(variable).replace('_', ' ')}**\n\n{markdown(rows)}\n")
    return "\n".join(parts)


def _sums(boards: dict[str, Scoreboard]) -> str:
    rows = []
    for name, board in boards.items():
        for row in board.summary.to_dict("records"):
            share = row["share_of_runs_jointly"]
            rows.append({
                "scoreboard": name, "world": row["world"], "scale": f"{row['scale']:g}",
                "facts": row["facts"], "passed": row["passed"], "mean score": f"{row['score']:.2f}",
                "facts with a rival": row["facts_with_rival"], "model there": f"{row['score_beside_rivals']:.2f}",
                "rivals": f"{row['rival_score']:.2f}", "not known (?)": row["not_known_well"],
                "met by a run": f"{row['median_met_by_a_run']:.0f}" if row["runs"] else "-",
                "25 at once": f"{share:.0%}" if row["runs"] else "-",
            })  # fmt: skip
    return markdown(rows) + "\n"


def _tiers(boards: dict[str, Scoreboard]) -> str:
    told = [f"{name}: tier {b.about['tier']}, {b.about['runs']} runs, seed {b.about['seed']}" for name, b in boards.items()]  # fmt: skip
    runs = "; ".join(f"{name}: {meaning}" for name, meaning in RUNS.items())
    most = {tier: sum(max(c.base, c.century) + c.turnover + c.strategies + c.meeting + c.grant for c in cases) for tier, cases in TIERS.items()}  # fmt: skip
    size = ", ".join(f"{tier} {n} runs" for tier, n in most.items())
    return f"Scoreboards: {'; '.join(told)}. Tiers: {size}. Kinds of runs: {runs}."


def _figures() -> str:
    drawn = sorted(FOLDER.glob("validation_*.png"))
    return "\n".join(
        f"![Runs of each fact against its band, {p.stem}](validation/{p.name})\n" for p in drawn
    )


def _facts(board: Scoreboard) -> Iterable[str]:
    rows = board.rows.assign(case=[f"{w} {s:g}" for w, s in zip(board.rows["world"], board.rows["scale"], strict=True)])  # fmt: skip
    cases = list(dict.fromkeys(rows["case"]))
    asked = [one for one in targets() if not one.missing]
    for section in dict.fromkeys(one.section for one in asked):
        table = []
        for one in (one for one in asked if one.section == section):
            mine = rows[rows["id"] == one.id].set_index("case")
            if mine.empty:
                continue
            rival = mine["rival_score"].dropna()
            table.append({
                "id": one.id, "fact": one.title, "band": band(one), "unit": one.unit,
                **{case: _cell(mine.loc[case]) if case in mine.index else "" for case in cases},
                "rival": f"{one.rival} {rival.mean():.2f}" if one.rival and len(rival) else "-",
            })  # fmt: skip
        if table:
            yield f"### {section}\n\n{markdown(table)}\n"


def _cell(row: pd.Series) -> str:
    if isnan(row["score"]):
        return "no value"
    error = "" if isnan(row["error"]) else f" ± {row['error']:.2g}"
    status = row["status"] if row["status"] == "PASS" else f"**{row['status']}** {row['score']:.2f}"
    return f"{row['mean']:.3g}{error} {status}{'' if row['known'] else ' ?'}"


def band(one: Target) -> str:
    """Return the band of a fact in words."""
    if isfinite(one.low) and isfinite(one.high):
        return f"{one.low:g} to {one.high:g}"
    return f"above {one.low:g}" if isfinite(one.low) else f"below {one.high:g}"


def missed(board: Scoreboard) -> list[str]:
    """Return facts that fail or warn in some world at some scale."""
    return list(dict.fromkeys(board.rows[board.rows["status"].isin(["WARN", "FAIL"])]["id"]))


def _explanations(boards: dict[str, Scoreboard]) -> str:
    red = missed(boards["now"])
    rows = [
        {
            "id": one.id,
            "fact": one.title,
            "why it is missed": one.explanation or "not explained yet",
        }
        for one in targets()
        if one.id in red
    ]
    return markdown(rows) if rows else "None."


def _missing() -> str:
    return markdown([
        {"id": one.id, "fact": one.title, "why": one.missing, "source": one.source}
        for one in targets() if one.missing
    ])  # fmt: skip


def _sources() -> str:
    return markdown([
        {"id": one.id, "target": f"{one.target:g}", "band": band(one), "unit": one.unit, "mark": one.mark,
         "role": one.role, "runs": one.run, "worlds": _worlds(one.worlds), "statistic": one.statistic, "source": one.source}
        for one in targets() if not one.missing
    ])  # fmt: skip


def _worlds(names: Sequence[str]) -> str:
    return "both" if len(names) > 1 else names[0]


def sentence(boards: dict[str, Scoreboard]) -> str:
    """Return the sentence that reports print."""
    return f"{boards['now'].line} See docs/validation.md.\n"


def boards() -> dict[str, Scoreboard]:
    """Return the committed scoreboards by name."""
    return {name: Scoreboard.load(FOLDER / f"{name}.json") for name in BOARDS if (FOLDER / f"{name}.json").exists()}  # fmt: skip


def take(folder: Path) -> None:
    """Take a scoreboard over as today's, with the figures of the smallest scale of each world."""
    board = Scoreboard.load(folder / "validation.json")
    shutil.copy(folder / "validation.json", FOLDER / "now.json")
    for old in FOLDER.glob("validation_*.png"):
        old.unlink()
    most = (
        board.summary.sort_values("scale")
        .groupby("world")
        .apply(lambda g: g.loc[g["facts"].idxmax()], include_groups=False)
        .reset_index()
    )
    for world, scale in zip(most["world"], most["scale"], strict=True):
        name = f"validation_{world}_{scale:g}.png"
        shutil.copy(folder / name, FOLDER / name)


def write() -> None:
    """Write the page and the sentence of reports anew."""
    PAGE.write_text(page(boards()), encoding="utf-8", newline="\n")
    LINE.parent.mkdir(exist_ok=True)
    LINE.write_text(sentence(boards()), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    take(Path(sys.argv[1]))
    write()
