"""Write the tables of docs/odd.md and the page docs/validation.md anew: `python docs/refresh.py`, with `--patterns` also that of patterns.

A table stands between `<!-- table: NAME -->` and `<!-- end -->`. Declared tables come from
`s3sim.ensemble.describe`; the table of patterns comes from runs without any S3 policy (ten seconds).
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from s3sim.ensemble import describe
from s3sim.simulation.engine import Engine
from s3sim.simulation.recorder import Recorder
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

ODD = Path(__file__).parent / "odd.md"
TABLE = re.compile(r"(<!-- table: (?P<name>[\w/]+) -->\n)(?P<body>.*?)(<!-- end -->)", re.DOTALL)


def tables() -> dict[str, str]:
    """Return the name and the text of every declared table."""
    made = {"policies": describe.policies(), "outcomes": describe.outcomes()}
    for row in describe.state_variables():
        made.setdefault(f"state/{row['table']}", []).append(_without(row, "table"))
    for row in describe.parameters():
        span = {"range": f"{row['low']:g} to {row['high']:g}"}
        row = {"name": row["name"], "default": row["default"], **span, **row}
        group = row["name"].partition(".")[0]
        made.setdefault(f"parameters/{group}", []).append(_without(row, "low", "high"))
    return {name: describe.markdown(rows) for name, rows in made.items()}


def _without(row: Mapping[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in row.items() if name not in names}


def renewed(text: str, made: Mapping[str, str]) -> str:
    """Return `text` with every table that is in `made` written anew; others stay."""

    def new(found: re.Match[str]) -> str:
        body = made.get(found["name"])
        return found[0] if body is None else f"{found[1]}\n{body}\n\n{found[4]}"

    return TABLE.sub(new, text)


def patterns(replications: int = 4, years: int = 14, scale: float = 0.25) -> str:
    """Return the table of patterns, mean over replications of `no_s3` in the world `partners`."""
    world = World.load("partners")
    scenario = Scenario(world, policy="no_s3", years=years, scale=scale)
    values = [_measured(scenario.replace(replication=k)) for k in range(replications)]
    mean = {name: np.mean([one[name] for one in values], axis=0) for name in values[0]}
    rows = [
        _row("productivity growth, % a year", "about 1.2", "set", mean["growth"]),
        _row("exits over firms, % a year", "about 9", "set", mean["exits"]),
        _row("firms, % change a year", "stable", "set", mean["firms"]),
        _row("employment in firms, % change a year", "stable", "set", mean["jobs"]),
    ]
    for c, code in enumerate(world.countries):
        here = np.flatnonzero(world.country == c)[0]
        for measure, what in (("cooperating", "with a partner"), ("cooperating_abroad", "abroad")):
            target = f"{100 * getattr(world, measure)[here]:.0f}"
            rows.append(
                _row(f"innovators cooperating {what}, {code}, %", target, "set", mean[measure][c])
            )
    rows += [
        _row("drift of cooperation abroad, points a year", "0", "not set", mean["drift"]),
        _row("tail index of firm size, largest 2 %", "0.9 to 1.25", "not set", mean["tail"]),
        _row("kurtosis of yearly growth of value added", "4.8 to 9", "not set", mean["kurtosis"]),
        _row("firms with a partner, mean partners", "1.5 to 5", "not set", mean["partners"]),
    ]
    return describe.markdown(rows)


def _row(pattern: str, target: str, use: str, value: float) -> dict[str, str]:
    return {"pattern": pattern, "target": target, "use": use, "model": f"{float(value):.2f}"}


def _measured(scenario: Scenario) -> dict[str, object]:
    engine, orgs = Engine.of(scenario), []
    recorder = Recorder(engine)
    for state in engine.run():
        recorder.collect(state)
        orgs.append(state.organisations)
    values = recorder.panel(state).values
    total = {name: series.sum(axis=1) for name, series in values.items()}
    years = (len(orgs) - 1) / 4
    country = np.eye(scenario.world.n_countries)[scenario.world.country]
    last = {name: series[-16:].sum(axis=0) @ country for name, series in values.items()}
    abroad = 100 * total["cooperating_abroad"] / total["innovators"]
    now, then = orgs[-1], orgs[-5]
    both = now.firms & then.firms & (now.age > then.age)  # the same firm in the row
    growth = np.log(now.value_added[both] / then.value_added[both])
    growth = growth - growth.mean()
    size = np.sort(now.size[now.firms])[::-1]
    top = size[: max(int(0.02 * len(size)), 5)]
    ties = state.ties.where(~state.ties.pending)
    partners = np.bincount(np.concatenate([ties.source, ties.partner]))
    return {
        "growth": _a_year(total["value_added"] / total["employment"], years),
        "exits": 400 * np.mean(total["exits"] / (total["firms"] + total["micro_firms"])),
        "firms": _a_year(total["firms"], years),
        "jobs": _a_year(total["employment"], years),
        "cooperating": 100 * last["cooperating"] / last["innovators"],
        "cooperating_abroad": 100 * last["cooperating_abroad"] / last["innovators"],
        "drift": np.polyfit(np.arange(len(abroad)) / 4, abroad, 1)[0],
        "tail": 1 / np.mean(np.log(top / top[-1])[:-1]),
        "kurtosis": np.mean(growth**4) / np.mean(growth**2) ** 2,
        "partners": partners[partners > 0].mean(),
    }


def _a_year(series: np.ndarray, years: float) -> float:
    return 100 * float((series[-1] / series[0]) ** (1 / years) - 1)


def main(arguments: list[str]) -> None:
    """Write odd.md anew."""
    made = tables()
    if "--patterns" in arguments:
        made["patterns"] = patterns()
    ODD.write_text(renewed(ODD.read_text(encoding="utf-8"), made), encoding="utf-8")
    import validation_page  # stands beside this file, which is no package

    validation_page.write()


if __name__ == "__main__":
    main(sys.argv[1:])
