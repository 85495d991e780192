"""Puts the generated sentences, tables and figures into one HTML file that asks for no other."""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from s3sim.core.formatting import as_sentence, lower_first
from s3sim.core.scoreboard import scoreboard_line
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
    environment.filters["sentence"] = as_sentence
    manifest, effects = comparison.manifest, comparison.effects
    facts = {
        "Command": manifest.get("command"), "Created": manifest.get("created"),
        "Commit": manifest.get("commit"), "Data fingerprint": manifest.get("data_fingerprint"),
    }  # fmt: skip
    page = environment.get_template("report.html.j2").render(
        view=view, sentences=sentences, tables=tables, criteria=criteria,
        scoreboard=scoreboard_line(),
        cards=tables.cards(view), money=tables.money(view), costs=tables.costs(view),
        regional_outcome=lower_first(view.title(REGIONAL)),
        tests=int((effects["outcome"] != sentences.COST).sum()),
        replications=int(sentences.finished(view)["replication"].nunique()),
        facts={name: tables.scrub(fact) for name, fact in facts.items() if fact not in (None, "")},
        scenario=_plain(manifest.get("scenario")),
        parameters=_plain(manifest.get("changed_parameters", manifest.get("parameters"))),
        versions=_plain(manifest.get("versions")),
        glossary=[name for name in dict.fromkeys(effects["outcome"]) if name in outcomes],
        figures={figure.name: _inline(figure) for figure in figures},
        number_of={figure.name: k for k, figure in enumerate(figures, start=1)},
    )  # fmt: skip
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    text = _SPLIT.sub("\N{NO-BREAK SPACE}", UNPRINTABLE.sub("", page))
    target.write_text(text, encoding="utf-8", newline="\n")
    return target


def _plain(values: Mapping[str, Any] | None) -> dict[str, str]:
    """Return a mapping as text without folders or user names; nested mappings get dotted names."""
    flat: dict[str, str] = {}
    for key, value in (values or {}).items():
        if isinstance(value, Mapping):
            flat |= {f"{key}.{k}": v for k, v in _plain(value).items()}
        else:
            many = isinstance(value, list | tuple)
            flat[str(key)] = tables.scrub(", ".join(map(str, value)) if many else value)
    return flat


def _inline(drawn: Drawn) -> dict[str, str]:
    source = "data:image/png;base64," + b64encode(drawn.png.read_bytes()).decode("ascii")
    caption = CAPTIONS.get(drawn.name, drawn.title + ".")
    return {"alt": drawn.alt, "caption": caption, "source": source}
