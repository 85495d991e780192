"""Draw a century without S3 policy: `python docs/century.py` runs the model, writes docs/validation/century.csv and the figure.

`century_before.csv` holds the same measures of version 0.1.0 before the baseline was mended.
"""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from s3sim.core.arrays import Floats
from s3sim.core.formatting import number
from s3sim.report.figures.panels import key_entry, panels
from s3sim.report.figures.style import FACTOR, LOSS, save_figure, style
from s3sim.simulation.engine import Engine
from s3sim.simulation.recorder import Recorder
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

FOLDER = Path(__file__).parent / "validation"
SHOWN = {
    "rd_share": ("R&D over value added", "%"),
    "innovations": ("Innovations", "per 1000 firms and year"),
    "productivity": ("Value added a person", "year 1 = 100, logarithmic"),
    "leader": ("Most productive region", "ratio to the mean"),
}


def century(world: str, replications: int = 4, scale: float = 0.05) -> pd.DataFrame:
    """Return measures of each year and replication of runs without S3 policy."""
    frames = []
    for k in range(replications):
        scenario = Scenario(
            World.load(world), "no_s3", years=100, scale=scale, seed=0, replication=k
        )
        engine = Engine.of(scenario)
        recorder = Recorder(engine)
        for state in engine.run():
            recorder.collect(state)
        frames.append(_yearly(recorder.panel(state).values).assign(world=world, replication=k))
    return pd.concat(frames, ignore_index=True)


def _yearly(values: Mapping[str, Floats]) -> pd.DataFrame:
    year = {name: path.reshape(-1, 4, path.shape[1]).mean(axis=1) for name, path in values.items()}
    output, jobs = year["value_added"], year["employment"]
    level = output.sum(axis=1) / jobs.sum(axis=1)
    return pd.DataFrame({
        "year": range(1, len(level) + 1),
        "rd_share": 100 * year["rd"].sum(axis=1) / output.sum(axis=1),
        "innovations": 4000 * year["innovations"].sum(axis=1) / year["firms"].sum(axis=1),
        "productivity": 100 * level / level[0],
        "leader": (output / jobs.clip(1e-9)).max(axis=1) / level,
    })  # fmt: skip


def draw(now: pd.DataFrame, before: pd.DataFrame) -> None:
    """Draw the partner regions' century, runs as thin lines and their mean as a thick one."""
    end = now[now["year"] == 100].mean(numeric_only=True)
    start = now[now["year"] == 1].mean(numeric_only=True)
    title = (
        f"A century without policy: R&D is {number(start['rd_share'], 1)} % of value added in year 1, "
        f"{number(end['rd_share'], 1)} % in year 100"
    )
    note = "Partner regions at scale 0.05, four runs and their mean; dashed: the model before its baseline was mended."
    key = [key_entry("today", FACTOR), key_entry("before", LOSS, linestyle="--")]
    with style():
        made = panels(title, note, None, 3.1, 1.9, count=4, columns=2, key=key)
        for axes, (name, (head, unit)) in zip(made, SHOWN.items(), strict=True):
            for frame, colour, dash in ((now, FACTOR, "-"), (before, LOSS, "--")):
                for _, run in frame.groupby("replication"):
                    axes.plot(run["year"], run[name], color=colour, linewidth=0.5, alpha=0.5)
                mean = frame.groupby("year")[name].mean()
                axes.plot(mean.index, mean, color=colour, linewidth=1.8, linestyle=dash)
            axes.set_title(head)
            if unit.endswith("logarithmic"):
                axes.set_yscale("log")
                axes.yaxis.set_major_formatter(lambda value, _: number(value, 0))
            axes.say("Year", "", unit)
            axes.grid(axis="y")
        save_figure(made.described("Four panels over 100 years."), "century", FOLDER, 150)


if __name__ == "__main__":
    found = pd.concat([century("partners"), century("bsr", 2, 0.02)], ignore_index=True)
    found.round(4).to_csv(FOLDER / "century.csv", index=False, lineterminator="\n")
    earlier = pd.read_csv(FOLDER / "century_before.csv")
    draw(found[found["world"] == "partners"], earlier[earlier["world"] == "partners"])
