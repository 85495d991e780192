"""Write the table of answers in README.md from the summaries that are kept in docs/experiments."""

import json
from pathlib import Path

from s3sim.ensemble.experiments.config import ExperimentConfig, names

HERE = Path(__file__).parent
KEPT = HERE.parent / "docs" / "experiments"
BEGIN, END = "<!-- answers -->", "<!-- end of answers -->"


def overview():
    """Every question with its command, cost and answer in a sentence."""
    lines = ["| Question | Runs, minutes | Answer found |", "|---|---|---|"]
    for name in names(HERE):
        one = ExperimentConfig.read(HERE / f"{name}.toml")
        held = kept(name)
        cost = f"{held['runs']:,}, {minutes(held)}" if held else ""
        said = (
            f"{held['short']} ({held['date']}, data {held['data_fingerprint'][:8]})"
            if held
            else f"`s3sim experiment run {name}`"
        )
        anchor = f"{name[:3]}-{one.question}".lower().replace(" ", "-")
        anchor = "".join(c for c in anchor if c.isalnum() or c == "-")
        lines.append(f"| [{name[:3].upper()}](#{anchor}) {one.question} | {cost} | {said} |")
    return "\n".join(lines)


def kept(name):
    """The summary of an experiment's standard tier, or None."""
    path = KEPT / name / "summary.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def minutes(held):
    """Minutes on two cores; what runs make outside the store is not timed."""
    time = held.get("core_minutes")
    return f"about {max(round(time / 2), 1)}" if time else "under 2"


def section(name):
    """One experiment: question, command, cost, and what was found."""
    question = ExperimentConfig.read(HERE / f"{name}.toml").question
    lines = [f"### {name[:3].upper()}: {question}", ""]
    held = kept(name)
    if held is None:
        lines += [f"`s3sim experiment run {name}`", ""]
        return lines
    cost = f"{held['runs']:,} runs, {minutes(held)} minutes on two cores"
    lines += [
        f"`{held['command']}`: {cost}. Found on {held['date']} "
        f"(data {held['data_fingerprint']}, code {held['code']}):", "",
        *(f"- {one}" for one in held["answer"]), "",
    ]  # fmt: skip
    unmet = [one for one in held["checks"] if not one["met"]]
    if unmet:
        lines += ["Not met:", "", *(f"- {one['name']}: {one['measured']} ({one['bar']})" for one in unmet), ""]  # fmt: skip
    pictures = sorted(one.stem for one in (KEPT / name).glob("*.png"))
    links = ", ".join(
        f"[{one.replace('_', ' ')}](../docs/experiments/{name}/{one}.png)" for one in pictures
    )
    return [*lines, *([f"Figures: {links}.", ""] if links else [])]


def table():
    """All experiments, in order."""
    details = "\n".join(line for name in names(HERE) for line in section(name)).rstrip()
    return f"{overview()}\n\n{details}\n"


def refreshed(text):
    """The page with its table made anew."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{table()}\n{END}{tail}"


if __name__ == "__main__":
    page = HERE / "README.md"
    page.write_text(refreshed(page.read_text(encoding="utf-8")), encoding="utf-8")
