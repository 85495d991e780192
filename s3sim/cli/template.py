"""The commented scenario file that `s3sim init` writes."""

import json
from itertools import groupby
from textwrap import wrap

from s3sim.core.parameters import Parameter
from s3sim.ensemble.settings import KEYS, Settings
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
            lines += [*_about(key), f"{key} = {json.dumps(_default(key))}", ""]
    lines += [
        "# Parameters. Remove the '#' before a name to change its value.",
        "# After each: range, unit and meaning. Sources: s3sim describe parameters",
        "[parameters]",
    ]
    known = known_parameters().values()
    for group, members in groupby(known, key=lambda one: one.name.partition(".")[0]):
        lines += ["", f"# --- {group} ---"]
        for one in members:
            lines += _parameter(one)
    return "\n".join(lines) + "\n"


def _default(key: str) -> object:
    return Settings.model_fields[key].get_default(call_default_factory=True)


def _about(key: str) -> list[str]:
    one = Settings.model_fields[key]
    limits = {type(rule).__name__: rule for rule in one.metadata}
    about = (one.description or "").strip()
    text = about[:1].upper() + about[1:]
    if "Ge" in limits:
        text += f"; {limits['Ge'].ge:.10g} to {limits['Le'].le:.10g}"
    lines = _comment(f"{text}.")
    if key == "world":
        lines += _comment(f"Shipped: {', '.join(WORLDS)}. A folder is sought beside this file.")
    if key == "policies":
        width = max(map(len, POLICIES))
        lines += [f"#   {name:{width}}  {policy.title}" for name, policy in POLICIES.items()]
    return lines


def _parameter(one: Parameter) -> list[str]:
    unit = "" if one.unit == "-" else f" {one.unit}"
    return [
        f"# {one.name} = {one.default!r}",
        *(f"#{line}" for line in wrap(f"{one.low:g} to {one.high:g}{unit}: {one.meaning}", WIDTH - 8,
                                      initial_indent="       ", subsequent_indent="       ")),
    ]  # fmt: skip


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in wrap(text, WIDTH - 2)]
