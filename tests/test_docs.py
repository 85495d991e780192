"""The documents agree with the code and with each other."""

import importlib.util
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from s3sim.outcomes import OUTCOMES
from s3sim.simulation.scenario import SHARED_PARAMETERS, known_parameters
from s3sim.simulation.schedule import SCHEDULE

ROOT = Path(__file__).parents[1]
ODD = ROOT / "docs" / "odd.md"
PAGES = [
    path
    for pattern in ("*.md", "docs/*.md", "s3sim/world/data/*.md", "notebooks/*.ipynb")
    for path in sorted(ROOT.glob(pattern))
]
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s]*)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def refresh():
    spec = importlib.util.spec_from_file_location("refresh", ROOT / "docs" / "refresh.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def prose(path):
    """Return the text of a page or of a notebook's text cells, without blocks of code."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    return FENCE.sub("", text)


def _lost(anchor, target):
    return anchor and target.suffix == ".md" and anchor not in anchors(target)


def anchors(path):
    """Return the anchors that code forges give to headings."""
    headings = HEADING.findall(prose(path))
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


def declared(refresh, text):
    """Return the tables of the code; of outcomes, only those that the page knows already."""
    made = refresh.tables()
    rows = made["outcomes"].splitlines()
    known = [row for row in rows if row.startswith("| name ") or row.split(" | ")[0] in text]
    return {**made, "outcomes": "\n".join(known)}


def test_tables_are_those_of_the_code(refresh):
    text = ODD.read_text(encoding="utf-8")
    assert refresh.renewed(text, declared(refresh, text)) == text, "run: python docs/refresh.py"


def test_an_outcome_that_is_added_makes_no_table_wrong(refresh, monkeypatch):
    new = replace(next(iter(OUTCOMES.values())), name="brand_new", title="Brand new")
    monkeypatch.setitem(OUTCOMES, "brand_new", new)
    test_tables_are_those_of_the_code(refresh)
    text = ODD.read_text(encoding="utf-8")
    assert "| brand_new | Brand new |" in refresh.renewed(text, refresh.tables())


def test_every_table_stands_in_the_text_once(refresh):
    names = re.findall(r"<!-- table: ([\w/]+) -->", ODD.read_text(encoding="utf-8"))
    assert sorted(names) == sorted([*refresh.tables(), "patterns"])


def test_a_stale_table_is_seen_and_renewed(refresh):
    text = ODD.read_text(encoding="utf-8")
    stale = text.replace("| search.rate | ", "| search.rate | 9", 1)
    assert stale != text
    assert refresh.renewed(stale, declared(refresh, text)) == text


def test_events_stand_in_the_order_of_the_quarter():
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", ODD.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [(str(k), one.name) for k, one in enumerate(SCHEDULE, 1)]


def test_every_group_of_parameters_and_mechanism_has_a_section():
    sections = re.findall(r"^#### `(\w+)`", ODD.read_text(encoding="utf-8"), re.MULTILINE)
    groups = {name.partition(".")[0] for name in known_parameters()}
    mechanisms = [one.name for one in SCHEDULE]
    assert set(sections) == groups | set(mechanisms)
    assert len(sections) == len(set(sections))
    assert [name for name in sections if name in mechanisms] == mechanisms
    assert {one.name for one in SHARED_PARAMETERS} <= set(sections)


@pytest.mark.slow
def test_patterns_are_those_of_the_model(refresh):
    text = ODD.read_text(encoding="utf-8")
    number = re.compile(r"(-?[\d.]+) \|\n")
    fresh = [float(one) for one in number.findall(refresh.patterns() + "\n")]
    table = text.partition("<!-- table: patterns -->")[2].partition("<!-- end -->")[0]
    shown = [float(one) for one in number.findall(table)]
    assert shown == pytest.approx(fresh, rel=0.02, abs=0.02), "run: docs/refresh.py --patterns"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_resolve(page):
    broken = []
    for link in LINK.findall(prose(page)):
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        lost = target.exists() and _lost(anchor, target)
        if not target.exists() or lost:
            broken.append(link)
    assert not broken
