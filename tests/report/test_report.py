"""The report: self-contained, accessible, and every printed number found in the tables."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest
from fake_comparison import COST, make, outcomes, policies

from s3sim.core.formatting import rounded
from s3sim.report import write_report
from s3sim.report.criteria import confidence
from s3sim.report.sentences import LINKS, both_sides
from s3sim.report.tables import costs, money, scrub
from s3sim.report.view import Drawn, View, regional_effects

VOID = {"meta", "img", "br", "link", "hr", "input"}


class Page(HTMLParser):
    """Checks nesting and collects what the tests ask for."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.effects, self.words = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            return
        self.words.append(data)
        tag, attrs = self.tags[-1] if self.open else ("", {})
        if tag == "data" and self.open[-1] == "data":
            self.effects.append((attrs["data-outcome"], attrs["value"], data))

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words).replace("\N{NO-BREAK SPACE}", " "))

    def every(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def view(comparison):
    return View(comparison, outcomes(), policies())


def write(comparison, folder, figures=()):
    path = write_report(comparison, outcomes(), policies(), figures, folder / "report.html")
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    comparison = make(quarters=16)
    drawn = []
    for name in ("effects", "paths", "map_collaborations", "map_changes", "regions"):
        png = folder / f"{name}.png"
        png.write_bytes(b"\x89PNG not a picture")
        drawn.append(Drawn(name, f"Title of {name}", f"What {name} shows & says.", png, png))
    return comparison, drawn, write(comparison, folder, drawn)


CASES = {
    "higher": {"kind": "higher"},
    "lower": {"kind": "lower"},
    "none": {"kind": "none"},
    "alone": {"n_policies": 1},
    "once": {"n_policies": 2, "replications": 1},
    "broken": {"broken": True},
    "many": {"n_policies": 10, "n_regions": 46, "replications": 3},
}


@pytest.fixture(scope="module", params=CASES)
def case(request, tmp_path_factory):
    comparison = make(quarters=8, **CASES[request.param])
    return comparison, write(comparison, tmp_path_factory.mktemp("case"))


def test_nothing_is_loaded_from_elsewhere(full):
    text = full[2]
    for name, attrs in Page(text).tags:
        for key in ("src", "href", "srcset", "data", "action", "poster"):
            value = attrs.get(key) or "#"
            assert value.startswith(("#", "data:image/png;base64,")), (name, key, value[:60])
    assert "url(" not in text
    assert "@import" not in text
    assert "<script" not in text


def test_page_is_accessible(full):
    _, drawn, text = full
    page = Page(text)
    assert text.startswith("<!DOCTYPE html>")
    assert page.every("html") == [{"lang": "en"}]
    assert len(page.every("h1")) == len(page.every("main")) == len(page.every("title")) == 1
    assert len(page.every("caption")) == len(page.every("table"))
    assert all(attrs.get("scope") in ("col", "row", "rowgroup") for attrs in page.every("th"))
    assert [attrs["alt"] for attrs in page.every("img")] == [figure.alt for figure in drawn]
    ids = {attrs["id"] for _, attrs in page.tags if "id" in attrs}
    assert {a["href"][1:] for a in page.every("a")} <= ids
    assert "counter(page)" in text


def test_letters_are_dark_enough():
    from importlib.resources import files

    css = (files("s3sim.report") / "report.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--(\w+): (#\w{6})", css))

    def light(colour):
        parts = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    for letters in ("ink", "soft", "key"):
        for ground in ("#ffffff", colours["band"], "#fdf0e2"):
            assert (light(ground) + 0.05) / (light(colours[letters]) + 0.05) >= 4.5


def test_every_case_gives_a_page_that_parses(case):
    assert Page(case[1]).text


def test_every_printed_effect_is_in_the_table_after_rounding(case):
    comparison, text = case
    table, printed = comparison.effects, Page(text).effects
    for outcome, value, shown in printed:
        if shown == "not available":
            continue
        rows = table[(table["outcome"] == outcome) & (table["effect"] == float(value))]
        assert len(rows), (outcome, value)
        row = rows.iloc[0]
        assert rounded(row["effect"], row["ci_low"], row["ci_high"]).effect == shown
    expected = len(table[table["outcome"] != COST])
    assert len(printed) == expected


def test_numbers_in_sentences_come_from_the_tables(full):
    comparison, _, text = full
    body = Page(text).text
    for policy in comparison.policies[1:]:
        row = comparison.effects.set_index(["outcome", "policy"]).loc[(LINKS, policy)]
        told = rounded(
            *(100 * row[c] / row["mean_baseline"] for c in ("effect", "ci_low", "ci_high"))
        )
        assert f"({told.effect} %; 95 % interval {told.low} to {told.high}" in body
        wins = round(row["share_higher"] * row["replications"])
        assert f"higher in {wins} of {row['replications']} replications" in body


@pytest.mark.parametrize(
    ("kind", "links", "not_said"),
    [
        ("higher", "more cross-border collaborations", "fewer cross-border"),
        ("lower", "fewer cross-border collaborations", "more cross-border"),
        ("none", "no clear difference in cross-border collaborations", "more cross-border"),
    ],
)
def test_summary_is_true_whichever_way_it_came_out(kind, links, not_said, tmp_path):
    comparison = make(kind=kind, quarters=8)
    told = both_sides(view(comparison), "trans_s3_tibs")
    assert told.startswith("In this model, ")
    assert links in told
    assert not_said not in told
    assert "productivity growth" in told
    assert told in Page(write(comparison, tmp_path)).text


def test_headline_given_by_the_comparison_is_printed(tmp_path):
    comparison = make(quarters=8, replications=3)
    own = type(comparison)(**(vars(comparison) | {"headline": "A <b>plain</b> answer."}))
    text = write(own, tmp_path)
    assert "A &lt;b&gt;plain&lt;/b&gt; answer." in text


def test_losers_are_named(case):
    comparison, text = case
    table, body = regional_effects(comparison, "gross_value_added"), Page(text).text
    for policy in comparison.policies[1:]:
        losers = table[(table["policy"] == policy) & (table["verdict"] == "lower")]
        names = list(losers.sort_values(["effect", "region"], ascending=[True, False])["name"])
        if names:
            assert f"regions: {', '.join(names)}." in body
        else:
            assert "lower than under Isolated S3 in none of" in body


def test_no_promises(case):
    body = Page(case[1]).text.lower()
    assert not re.search(r"\b(proves?|proven|will|guarantees?|significant(ly)?)\b", body)
    assert "not predictive" in body
    assert "nan" not in re.findall(r"[a-z]+", body)


def test_no_folders_or_user_names(full):
    text = full[2]
    for word in ("someone", "/home", "/tmp", "somewhere"):
        assert word not in text
    assert "s3sim compare tibs.toml --out results" in text


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("s3sim compare a/b.toml", "s3sim compare a/b.toml"),
        ("run --out=/home/me/x", "run --out=x"),
        (r"run 'C:\Users\me\x.toml'", "run 'x.toml'"),
        ("EUR/person and 1/2", "EUR/person and 1/2"),
    ],
)
def test_scrub(raw, clean):
    assert scrub(raw) == clean


def test_books_are_checked_not_asserted():
    comparison = make(quarters=8, replications=2)
    assert "to the cent" in " ".join(money(view(comparison))["checks"])
    ledger = comparison.ledger.copy()
    ledger.loc[(ledger["policy"] == "trans_s3") & (ledger["item"] == "EU funds"), "amount_eur"] += 1
    checks = money(view(type(comparison)(**(vars(comparison) | {"ledger": ledger}))))["checks"]
    assert "do not close" in checks[0]
    assert "not effects of policy alone" in checks[1]
    none = money(view(type(comparison)(**(vars(comparison) | {"ledger": ledger.iloc[:0]}))))
    assert none["rows"] == []


def test_cost_is_stated_only_where_links_clearly_rise():
    told = {row["policy"]: row["cost"] for row in costs(view(make(quarters=8)))}
    assert told["Trans-S3"] == "not available"
    assert told["Trans-S3 with TIBS"].startswith("EUR 41,")
    worse = costs(view(make(kind="lower", quarters=8)))
    assert all(row["cost"].startswith("not stated") for row in worse)


def test_confidence_follows_the_printed_rule():
    comparison = make(quarters=8)
    assert confidence(view(comparison), [LINKS], "trans_s3") == "medium"
    effects = comparison.effects.copy()
    effects.loc[effects["outcome"] == LINKS, "share_higher"] = 0.9
    doubtful = type(comparison)(**(vars(comparison) | {"effects": effects}))
    assert confidence(view(doubtful), [LINKS], "trans_s3") == "low"
    assert confidence(view(make(kind="none", quarters=8)), [LINKS], "trans_s3") == "low"


def test_same_comparison_gives_the_same_page(tmp_path):
    comparison = make(quarters=8, replications=2)
    assert write(comparison, tmp_path / "a") == write(comparison, tmp_path / "b")


def test_one_replication_says_that_nothing_is_clear(tmp_path):
    text = Page(write(make(n_policies=2, replications=1, quarters=8), tmp_path)).text
    assert "One replication gives no interval" in text
    assert "▲ higher" not in text
