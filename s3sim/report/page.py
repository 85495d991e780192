"""Puts the generated sentences, tables and figures into one HTML file that asks for no other."""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from s3sim.core.formatting import as_sentence, lower_first
from s3sim.report import criteria, sentences, tables
from s3sim.report.figures.inputs import (
    Comparison,
    Drawn,
    OutcomeInfo,
    PolicyInfo,
    Words,
    focus,
    others,
)

_SPLIT = re.compile(r"(?<=\d) (?=%)|(?<=EUR) (?=\d)")  # where no line may break
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
REGIONAL = "gross_value_added"
CAPTIONS = {
    "effects": "Difference of each outcome from the baseline, with 95 % intervals.",
    "paths": "How key outcomes develop over the years of the simulation.",
    "path_changes": "How differences from the baseline develop.",
    "map_collaborations": "Where collaborations lie under each policy.",
    "map_changes": "Where collaborations become more or fewer.",
    "regions": "Difference in gross value added by region, with 95 % intervals.",
}


def write_report(
    comparison: Comparison,
    outcomes: Mapping[str, OutcomeInfo],
    policies: Mapping[str, PolicyInfo],
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
    words = Words(outcomes, policies)
    environment = Environment(
        loader=PackageLoader("s3sim.report", ""),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    page = environment.get_template("report.html.j2").render(
        **_answer(comparison, words),
        **_provenance(comparison, words),
        figures={one.name: _inline(one) for one in figures},
        number_of={one.name: k for k, one in enumerate(figures, start=1)},
    )
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(
        _SPLIT.sub("\N{NO-BREAK SPACE}", _UNPRINTABLE.sub("", page)), encoding="utf-8", newline="\n"
    )
    return target


def _answer(comparison: Comparison, words: Words) -> dict[str, Any]:
    """Return what the page says about the policies."""
    rest, lead = others(comparison), focus(comparison)
    return {
        "question": sentences.question(comparison, words),
        "headline": comparison.headline or sentences.headline(comparison, words),
        "cards": tables.cards(comparison, words),
        "lead": words.policy(lead) if lead else "",
        "baseline": words.policy(comparison.baseline),
        "compared": sentences.compared(comparison, words),
        "policies": [
            {
                "title": words.policy(p),
                "meaning": as_sentence(words.policy_meaning(p)),
                "baseline": p == comparison.baseline,
            }
            for p in comparison.policies
        ],
        "arms": [
            {
                "title": words.policy(policy),
                "summary": sentences.both_sides(comparison, words, policy),
                "tally": sentences.tally(comparison, words, policy),
                "groups": tables.outcome_groups(comparison, words, policy),
                "regions": tables.region_rows(comparison, policy, REGIONAL),
            }
            for policy in rest
        ],
        "regional_outcome": lower_first(words.outcome(REGIONAL)),
        "verdict_rule": sentences.VERDICT_RULE,
        "tests": len(comparison.effects[comparison.effects["outcome"] != sentences.COST]),
        "replications": int(sentences.finished(comparison)["replication"].nunique()),
        "money": tables.money(comparison),
        "costs": tables.costs(comparison, words),
        "criteria": criteria.criteria(comparison, words),
        "confidence_rule": criteria.CONFIDENCE_RULE,
    }


def _provenance(comparison: Comparison, words: Words) -> dict[str, Any]:
    """Return what the page says about its own making, without folders or user names."""
    manifest = comparison.manifest
    facts = {
        "Command": manifest.get("command"), "Created": manifest.get("created"),
        "Commit": manifest.get("commit"), "Data fingerprint": manifest.get("data_fingerprint"),
    }  # fmt: skip
    used = [n for n in dict.fromkeys(comparison.effects["outcome"]) if n in words.outcomes]
    return {
        "facts": {k: tables.scrub(v) for k, v in facts.items() if v not in (None, "")},
        "scenario": _plain(manifest.get("scenario")),
        "parameters": _plain(manifest.get("changed_parameters", manifest.get("parameters"))),
        "versions": _plain(manifest.get("versions")),
        "glossary": [
            {
                "title": words.outcome(n),
                "unit": words.unit(n),
                "meaning": as_sentence(words.outcomes[n].meaning),
                "wanted": words.better(n),
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
