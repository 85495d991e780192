"""Write the table of answers in README.md from the summaries that are kept in docs/experiments."""

import json
from pathlib import Path

from s3sim.experiment.catalogue import names
from s3sim.experiment.definition import Definition

HERE = Path(__file__).parent
KEPT = HERE.parent / "docs" / "experiments"
BEGIN, END = "<!-- answers -->", "<!-- end of answers -->"


def section(name):
    """One experiment: question, command, cost, and what was found."""
    question = Definition.read(HERE / f"{name}.toml").question
    lines = [f"### {name[:3].upper()}: {question}", ""]
    path = KEPT / name / "summary.json"
    if not path.exists():
        lines += [f"`s3sim experiment run {name}`", ""]
        return lines
    held = json.loads(path.read_text(encoding="utf-8"))
    cost = f"{held['runs']:,} runs"
    if held.get("core_minutes"):
        cost += f", about {max(round(held['core_minutes'] / 2), 1)} minutes on two cores"
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
    return "\n".join(line for name in names(HERE) for line in section(name)).rstrip() + "\n"


def refreshed(text):
    """The page with its table made anew."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{table()}\n{END}{tail}"


if __name__ == "__main__":
    page = HERE / "README.md"
    page.write_text(refreshed(page.read_text(encoding="utf-8")), encoding="utf-8")
