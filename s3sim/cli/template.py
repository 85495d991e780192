"""The commented scenario file that `s3sim init` writes."""

import json
from itertools import groupby
from textwrap import wrap

from s3sim.core.parameters import Parameter
from s3sim.ensemble.options import KEYS, OPTIONS
from s3sim.policies import POLICIES
from s3sim.simulation.scenario import known_parameters
from s3sim.world import WORLDS

WIDTH = 98


def template() -> str:
    """Return the text of a scenario file with all defaults; parameters are commented out."""
    lines = [
        "# Scenario of s3sim. Run it with: s3sim compare --scenario THIS-FILE",
        "# Every line may be left out: the values below are the defaults.",
        "",
    ]
    for key in KEYS:
        if key != "parameters":
            lines += [*_about(key), f"{key} = {json.dumps(OPTIONS[key].default)}", ""]
    lines += [
        "# Parameters. Remove the '#' before a name to change its value.",
        "# After each: range, unit and meaning. Sources: s3sim describe parameters",
        "[parameters]",
    ]
    known = known_parameters().values()
    for group, members in groupby(known, key=lambda p: p.name.partition(".")[0]):
        lines += ["", f"# --- {group} ---"]
        for parameter in members:
            lines += _parameter(parameter)
    return "\n".join(lines) + "\n"


def _about(key: str) -> list[str]:
    """Return a setting's meaning and range as comments."""
    lines = _comment(OPTIONS[key].help)
    if key == "world":
        lines += _comment(f"Shipped: {', '.join(WORLDS)}. A folder is sought beside this file.")
    if key == "policies":
        width = max(map(len, POLICIES))
        lines += [f"#   {name:{width}}  {policy.title}" for name, policy in POLICIES.items()]
    return lines


def _parameter(parameter: Parameter) -> list[str]:
    unit = "" if parameter.unit == "-" else f" {parameter.unit}"
    text = f"{parameter.low:g} to {parameter.high:g}{unit}: {parameter.meaning}"
    lines = [f"#        {line}" for line in wrap(text, WIDTH - 15)]
    return [f"# {parameter.name} = {parameter.default!r}", *lines]


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in wrap(text, WIDTH - 2)]
