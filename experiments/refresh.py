"""Write the table of answers in README.md from the summaries that are kept in docs/experiments."""

import json
from pathlib import Path

from s3sim.ensemble.experiments.config import ExperimentConfig, names

HERE = Path(__file__).parent
KEPT = HERE.parent / "docs" / "experiments"
BEGIN, END = "<!-- answers -->", "<!-- end of answers -->"


def kept(name):
    """The summary of an experiment's standard tier, or nothing."""
    path = KEPT / name / "summary.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def question(name):
    """What an experiment asks."""
    return ExperimentConfig.read(HERE / f"{name}.toml").question


def minutes(held):
    """Minutes on two cores; what runs make outside the store is not timed."""
    time = held.get("core_minutes")
    return f"about {max(round(time / 2), 1)}" if time else "under 2"


def row(name):
    """A line of the overview: question, cost and answer in a sentence."""
    number, asked, held = name[:3], question(name), kept(name)
    cost, said = "", f"`s3sim experiment run {name}`"
    if held:
        cost = f"{held['runs']:,}, {minutes(held)}"
        said = f"{held['short']} ({held['date']}, data {held['data_fingerprint'][:8]})"
    anchor = f"{number}-{asked}".lower().replace(" ", "-")
    anchor = "".join(c for c in anchor if c.isalnum() or c == "-")
    return f"| [{number.upper()}](#{anchor}) {asked} | {cost} | {said} |"


def section(name):
    """One experiment: question, command, cost, and what was found."""
    held, title = kept(name), f"### {name[:3].upper()}: {question(name)}"
    if not held:
        return [title, "", f"`s3sim experiment run {name}`", ""]
    cost = f"{held['runs']:,} runs, {minutes(held)} minutes on two cores"
    found = f"Found on {held['date']} (data {held['data_fingerprint']}, code {held['code']}):"
    findings = [f"- {finding}" for finding in held["answer"]]
    lines = [title, "", f"`{held['command']}`: {cost}. {found}", "", *findings, ""]
    unmet = [c for c in held["checks"] if not c["met"]]
    if unmet:
        bars = [f"- {c['name']}: {c['measured']} ({c['bar']})" for c in unmet]
        lines += ["Not met:", "", *bars, ""]
    figures = sorted(path.stem for path in (KEPT / name).glob("*.png"))
    path = f"../docs/experiments/{name}"
    links = ", ".join(f"[{f.replace('_', ' ')}]({path}/{f}.png)" for f in figures)
    return [*lines, f"Figures: {links}.", ""] if links else lines


def refreshed(text):
    """The page with its table made anew: all experiments, in order."""
    head, _, rest = text.partition(BEGIN)
    overview = ["| Question | Runs, minutes | Answer found |", "|---|---|---|"]
    overview += [row(name) for name in names(HERE)]
    details = "\n".join(line for name in names(HERE) for line in section(name)).rstrip()
    table = "\n".join([*overview, "", details])
    return f"{head}{BEGIN}\n\n{table}\n\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    page = HERE / "README.md"
    page.write_text(refreshed(page.read_text(encoding="utf-8")), encoding="utf-8")
