"""Puts the generated sentences, tables and figures into one HTML file that asks for no other."""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from s3sim.core.formatting import as_sentence, lower_first
from s3sim.report import criteria, sentences, tables
from s3sim.report.view import REGIONAL, UNPRINTABLE, Drawn, View

if TYPE_CHECKING:
    from s3sim.ensemble.comparison import Comparison

_SPLIT = re.compile(r"(?<=\d) (?=%)|(?<=EUR) (?=\d)")  # where no line may break
CAPTIONS = {
    "effects": "Difference of each outcome from the baseline, with 95 % intervals.",
    "paths": "How key outcomes develop over the years of the simulation.",
    "path_changes": "How differences from the baseline develop.",
    "map_collaborations": "Where collaborations lie under each policy.",
    "map_changes": "Where collaborations become more or fewer.",
    "regions": "Difference in gross value added by region, with 95 % intervals.",
}


def write_report(
    comparison: "Comparison",
    outcomes: Mapping[str, Any],
    policies: Mapping[str, Any],
    figures: Sequence[Drawn],
    path: str | Path,
) -> Path:
    """Write the report of a comparison as one self-contained HTML file.

    Parameters
    ----------
    comparison : Comparison
        The paired comparison; every printed number is taken from its tables.
    outcomes, policies : mapping
        Title, unit and meaning of each outcome and policy.
    figures : sequence of Drawn
        What `s3sim.report.figures.draw_all` returned; a missing figure is left out.
    path : path
        The file to write; its folder is created.

    Returns
    -------
    Path
        The file written.
    """
    view = View(comparison, outcomes, policies)
    environment = Environment(
        loader=PackageLoader("s3sim.report", ""),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    page = environment.get_template("report.html.j2").render(
        **_answer(view),
        **_provenance(view),
        figures={one.name: _inline(one) for one in figures},
        number_of={one.name: k for k, one in enumerate(figures, start=1)},
    )
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(
        _SPLIT.sub("\N{NO-BREAK SPACE}", UNPRINTABLE.sub("", page)), encoding="utf-8", newline="\n"
    )
    return target


def _answer(view: View) -> dict[str, Any]:
    """Return what the page says about the policies."""
    rest, lead = view.others, view.focus
    return {
        "question": sentences.question(view),
        "headline": view.comparison.headline,
        "cards": tables.cards(view),
        "lead": view.policy(lead) if lead else "",
        "baseline": view.baseline,
        "compared": sentences.compared(view),
        "policies": [
            {
                "title": view.policy(p),
                "meaning": as_sentence(view.policies[p].meaning if p in view.policies else ""),
                "baseline": p == view.comparison.baseline,
            }
            for p in view.comparison.policies
        ],
        "arms": [
            {
                "title": view.policy(policy),
                "summary": sentences.both_sides(view, policy),
                "tally": sentences.tally(view, policy),
                "groups": tables.outcome_groups(view, policy),
                "regions": tables.region_rows(view, policy, REGIONAL),
            }
            for policy in rest
        ],
        "regional_outcome": lower_first(view.title(REGIONAL)),
        "verdict_rule": sentences.VERDICT_RULE,
        "tests": len(view.comparison.effects[view.comparison.effects["outcome"] != sentences.COST]),
        "replications": int(sentences.finished(view)["replication"].nunique()),
        "money": tables.money(view),
        "costs": tables.costs(view),
        "criteria": criteria.criteria(view),
        "confidence_rule": criteria.CONFIDENCE_RULE,
    }


def _provenance(view: View) -> dict[str, Any]:
    """Return what the page says about its own making, without folders or user names."""
    manifest = view.comparison.manifest
    facts = {
        "Command": manifest.get("command"), "Created": manifest.get("created"),
        "Commit": manifest.get("commit"), "Data fingerprint": manifest.get("data_fingerprint"),
    }  # fmt: skip
    used = [n for n in dict.fromkeys(view.comparison.effects["outcome"]) if n in view.outcomes]
    return {
        "facts": {k: tables.scrub(v) for k, v in facts.items() if v not in (None, "")},
        "scenario": _plain(manifest.get("scenario")),
        "parameters": _plain(manifest.get("changed_parameters", manifest.get("parameters"))),
        "versions": _plain(manifest.get("versions")),
        "glossary": [
            {
                "title": view.title(n),
                "unit": view.unit(n),
                "meaning": as_sentence(view.outcomes[n].meaning),
                "wanted": view.better(n),
            }
            for n in used
        ],
        "licence": "MIT",
    }


def _plain(values: Mapping[str, Any] | None) -> dict[str, str]:
    """Return a mapping as text; nested mappings get dotted names."""
    flat: dict[str, str] = {}
    for key, value in (values or {}).items():
        if isinstance(value, Mapping):
            flat |= {f"{key}.{k}": v for k, v in _plain(value).items()}
        elif isinstance(value, list | tuple):
            flat[str(key)] = tables.scrub(", ".join(map(str, value)))
        else:
            flat[str(key)] = tables.scrub(value)
    return flat


def _inline(drawn: Drawn) -> dict[str, str]:
    data = b64encode(drawn.png.read_bytes()).decode("ascii")
    return {
        "title": drawn.title,
        "alt": drawn.alt,
        "caption": CAPTIONS.get(drawn.name, drawn.title + "."),
        "source": f"data:image/png;base64,{data}",
    }
