import csv
import re

import pytest

from s3sim.world.assemble import DATA

TABLES = sorted(path.name for path in DATA.glob("*.csv"))
UNUSED = (34, 40, 44, 48, 54, 57, 64, 65, 66, 67, 76)  # no such division, or finance
DIVISIONS = [f"{k:02d}" for k in (*range(5, 83), 95) if k not in UNUSED]


def rows_of(file):
    with (DATA / file).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def column(file, name):
    return [row[name] for row in rows_of(file)]


def test_every_table_is_documented_and_nothing_else_lies_about():
    assert len(TABLES) == 10
    text = (DATA / "SOURCES.md").read_text(encoding="utf-8")
    for table in TABLES:
        assert table in text, table
    others = {p.name for p in DATA.iterdir()} - {*TABLES, "SOURCES.md", "__pycache__"}
    assert others <= {"__init__.py"}


def test_folder_is_small():
    assert sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file()) < 1_000_000
    assert (DATA / "land.csv").stat().st_size < 150_000


def test_no_absolute_paths():
    for path in DATA.iterdir():
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"(?<![\w/:.])/[a-z]+/[a-z]", text), path.name


def test_priorities_name_their_source():
    for row in rows_of("priorities.csv"):
        assert row["source"] or "recalled" in row["flag"]


def test_columns_are_documented():
    text = (DATA / "SOURCES.md").read_text(encoding="utf-8")
    for name in rows_of("regions.csv")[0]:
        if name not in ("region", "name", "flag"):
            assert name in text, name


def test_every_division_stands_in_one_domain():
    found = [division for nace in column("domains.csv", "nace") for division in nace.split()]
    assert sorted(found) == DIVISIONS
    assert 24 <= len(rows_of("domains.csv")) <= 32


def test_worlds():
    world = column("regions.csv", "world")
    assert sum(w in ("partners", "both") for w in world) == 11
    assert sum(w in ("bsr", "both") for w in world) == 46


def test_regions_agree_between_tables():
    regions = set(column("regions.csv", "region"))
    assert len(regions) == len(rows_of("regions.csv")) == 50
    for file in ("employment.csv", "h2020_regions.csv"):
        assert set(column(file, "region")) == regions, file
    assert set(column("priorities.csv", "region")) <= regions
    assert set(column("regions.csv", "country")) == set(column("countries.csv", "country"))


def test_domains_agree_between_tables():
    domains = column("domains.csv", "domain")
    assert column("relatedness.csv", "domain") == domains
    assert list(rows_of("relatedness.csv")[0])[1:] == domains
    cells = {(row["region"], row["domain"]) for row in rows_of("employment.csv")}
    assert len(cells) == len(rows_of("employment.csv")) == 50 * len(domains)
    assert set(column("priorities.csv", "domain")) <= set(domains)


def test_splits_sum_to_their_parent():
    total = {}
    for row in rows_of("employment.csv"):
        total[row["region"]] = total.get(row["region"], 0) + float(row["employed"])
    assert total["LT01"] + total["LT02"] == pytest.approx(907_840, rel=1e-4)
    country = {r["country"]: float(r["business_employment"]) for r in rows_of("countries.csv")}
    for code in ("DK", "SE", "PL", "FI", "LT"):
        parts = sum(v for k, v in total.items() if k.startswith(code) and len(k) == 4)
        assert parts == pytest.approx(country[code], rel=1e-3), code


def test_priority_weights_sum_to_one():
    total = {}
    for row in rows_of("priorities.csv"):
        key = row["region"], row["period"], row["used"]
        total[key] = total.get(key, 0.0) + float(row["weight"])
    assert len({(region, used) for region, _, used in total if used == "1"}) == 31
    assert sum(used == "1" for _, _, used in total) == 31
    for key, value in total.items():
        assert value == pytest.approx(1.0, abs=1e-3), key


def test_estimates_are_flagged():
    flag = {row["region"]: row["flag"] for row in rows_of("regions.csv")}
    assert "inherited LV00" in flag["LV008"]
    assert "scaled from EE00" in flag["EE008"]
    assert "split by R&D personnel" in flag["LT01"]
    assert "goverd = gerd - berd - herd" in flag["FI1B"]
    assert "tier own-coded" in flag["SE11"]
    assert all("admin_quality assumed" in text for text in flag.values())
    cell = {(r["region"], r["domain"]): r["flag"] for r in rows_of("employment.csv")}
    assert cell["DE60", "energy"] == "imputed 100%"
    assert cell["DE60", "ships_aircraft"] == ""
    assert cell["PL92", "software"].startswith("inherited PL12")
    country = {row["country"]: row["flag"] for row in rows_of("countries.csv")}
    assert "derived" in country["SE"]
    assert "imputed" in country["LV"]
    assert "recalled" in country["PL"]
    for file in ("priorities.csv", "domains.csv"):
        assert all("own-coded" in text for text in column(file, "flag")), file
    assert any("recalled" in text for text in column("priorities.csv", "flag"))
