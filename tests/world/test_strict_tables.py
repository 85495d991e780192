"""Tables of users as they come: one message for one cause, and what to do about it."""

import os
import warnings

import pandas as pd
import pytest

from s3sim.core.errors import InputError
from s3sim.world import World
from s3sim.world.assemble import DATA
from s3sim.world.world import WorldNote


@pytest.fixture
def folder(tmp_path):
    """The two regions of Lithuania, as a user would write them."""
    regions = pd.read_csv(DATA / "regions.csv", keep_default_na=False, dtype=str)
    jobs = pd.read_csv(DATA / "employment.csv", keep_default_na=False, dtype=str)
    mine = regions[regions["country"] == "LT"]
    mine.assign(world="").to_csv(tmp_path / "regions.csv", index=False)
    jobs[jobs["region"].isin(mine["region"])].to_csv(tmp_path / "employment.csv", index=False)
    return tmp_path


def problems(folder):
    with pytest.raises(InputError) as caught:
        World.from_tables(folder)
    return caught.value.problems


def notes(folder):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        world = World.from_tables(folder)
    assert all(one.category is WorldNote for one in told)
    assert [str(one.message) for one in told] == list(world.notes)
    return world.notes


def change(folder, file, **columns):
    """Write a table again with some columns changed by a function of their texts."""
    table = pd.read_csv(folder / file, keep_default_na=False, dtype=str)
    for name, value in columns.items():
        table[name] = value(table[name]) if callable(value) else value
    table.to_csv(folder / file, index=False)


def edit(folder, file, change_text, encoding="utf-8"):
    path = folder / file
    path.write_bytes(change_text(path.read_text(encoding="utf-8")).encode(encoding))


def test_the_tables_as_they_are_need_no_word(folder):
    assert notes(folder) == ()


@pytest.mark.parametrize(
    ("file", "how", "encoding", "says"),
    [
        ("regions.csv", lambda t: t.replace(",", ";"), "utf-8", "regions.csv is separated by semicolons; save it with commas"),
        ("employment.csv", lambda t: t.replace(",", "\t"), "utf-8", "employment.csv is separated by tabs"),
        ("regions.csv", lambda t: t, "cp1257", "row 2: not in UTF-8, probably in Windows-1257"),
        ("regions.csv", lambda t: t, "utf-16", "probably in UTF-16"),
        ("regions.csv", lambda t: "# downloaded today\n" + t, "utf-8", "begins with '# downloaded today'"),
        ("regions.csv", lambda t: "sep=,\n" + t, "utf-8", "begins with 'sep=,'"),
        ("employment.csv", lambda t: t.replace("LT01", "LT01\u200b", 1), "utf-8", "row 2: holds the invisible character U+200B (ZERO WIDTH SPACE)"),
        ("regions.csv", lambda t: t.replace("Sostin", "\x07Sostin", 1), "utf-8", "holds the control character U+0007"),
        ("regions.csv", lambda t: t.replace("Sostin", "\x1b[31mSostin", 1), "utf-8", "holds the control character U+001B"),
        ("employment.csv", lambda t: t.replace("LT01,food,", 'LT01,"food,', 1).replace('"', "", 0), "utf-8", "quote"),
        ("regions.csv", lambda t: t.replace("region,name", "Region,Name", 1), "utf-8", "write 'Region' as 'region', 'Name' as 'name'"),
        ("employment.csv", lambda t: t.replace("LT", "lt"), "utf-8", "'lt01' is not in regions.csv"),
        ("employment.csv", lambda t: "", "utf-8", "no column 'region'"),
    ],
)  # fmt: skip
def test_one_cause_is_one_message(folder, file, how, encoding, says):
    edit(folder, file, how, encoding)
    found = problems(folder)
    assert says in found[0]
    assert len(found) <= 4
    assert not any("Allowed: ." in one for one in found)


@pytest.mark.parametrize("file", ["regions.csv", "employment.csv"])
def test_only_a_file_is_read(folder, file):
    (folder / file).unlink()
    os.mkfifo(folder / file)
    assert problems(folder) == [f"{file} is not a file."]


def test_cells_beyond_the_header_are_refused_with_their_row(folder):
    edit(folder, "employment.csv", lambda t: t.replace("LT01,food,", "LT01,food,1,", 1))
    (said,) = problems(folder)
    assert "cells for 4 columns" in said
    assert "employment.csv, row 3" in said
    assert "thousands separators" in said


def test_an_open_quote_is_found_where_it_opens(folder):
    lines = (folder / "employment.csv").read_text(encoding="utf-8").splitlines()
    lines[3] = 'LT01,wood,"100'
    lines = [line if k <= 3 else ",".join(line.split(",")[:3]) for k, line in enumerate(lines)]
    (folder / "employment.csv").write_text("\n".join(lines), encoding="utf-8")
    (said,) = problems(folder)
    assert said.startswith("employment.csv, row 4: a quote is opened and not closed")


@pytest.mark.parametrize(
    ("cell", "hint"),
    [
        ("1,234", "without thousands separators"),
        ("1 234", "without thousands separators"),
        ("1.234,5", "with a decimal point"),
        ("€1234", "write 1234, without a unit"),
        ("12 %", "write 12, without a unit"),
        (":", "leave the cell empty"),
        ("1_234", "is not a number"),
        ("inf", "is not a number"),
        ("1e999", "is not a number"),
    ],
)
def test_numbers_of_other_countries_and_programs(folder, cell, hint):
    change(folder, "regions.csv", population=lambda p: [cell, *p[1:]])
    found = problems(folder)
    assert hint in found[0]
    assert len(found) == 1


def test_a_share_in_percent_is_told(folder):
    change(folder, "regions.csv", tertiary="54.7")
    assert "54.7 % is 0.547" in problems(folder)[0]


@pytest.mark.parametrize(
    ("file", "column", "factor", "says"),
    [
        ("employment.csv", "employed", 1e-3, "is in persons; is it in thousands"),
        ("regions.csv", "gdp", 1e6, "is it in euro or thousand euro"),
        ("regions.csv", "gdp", 1e-3, "is it in billion"),
        ("regions.csv", "population", 1e-3, "opulation is in persons; is it in thousands"),
        ("regions.csv", "area", 1e6, "is it in hectares or m2"),
    ],
)
def test_wrong_units_are_named(folder, file, column, factor, says):
    change(folder, file, **{column: lambda c: [f"{float(v) * factor:.6g}" for v in c]})
    assert any(says in one for one in problems(folder))


def test_swapped_and_equal_coordinates(folder):
    table = pd.read_csv(folder / "regions.csv", keep_default_na=False, dtype=str)
    change(folder, "regions.csv", lon=table["lat"], lat=table["lon"])
    (said,) = problems(folder)
    assert "lon and lat are probably swapped (2 of 2 regions)" in said
    change(folder, "regions.csv", lon="25.2", lat="54.8")
    assert "lies exactly where" in problems(folder)[0]


def test_unused_columns_are_told_once(folder):
    change(folder, "regions.csv", cofinancing="0.4")
    table = pd.read_csv(folder / "regions.csv", keep_default_na=False, dtype=str)
    table.drop(columns="eu_rate").to_csv(folder / "regions.csv", index=False)
    (said,) = notes(folder)
    assert said.startswith("regions.csv: not used: 'cofinancing'; columns that could stand there: ")
    assert "eu_rate" in said


def test_codes_of_an_older_nuts_are_told_once_for_each_shipped_table(folder):
    for file in ("regions.csv", "employment.csv"):
        edit(folder, file, lambda t: t.replace("LT01", "LT00"))
    told = notes(folder)
    assert len(told) == 2
    assert all("(shipped, NUTS 2021) has nothing for LT00" in one for one in told)


def test_contradictory_and_unknown_pairs_are_refused(folder):
    table = "country_i,country_j,affinity\nLT,LV,2\nLV,LT,3\nLT,XX,1\n"
    (folder / "h2020_pairs.csv").write_text(table, encoding="utf-8")
    found = problems(folder)
    assert any("affinity 3 here and 2 in row 2" in one for one in found)
    assert any("'XX' is not in countries.csv" in one for one in found)


def test_many_mistakes_are_shown_in_eleven_lines(folder):
    change(folder, "employment.csv", employed="many")
    with pytest.raises(InputError) as caught:
        World.from_tables(folder)
    lines = str(caught.value).splitlines()
    assert len(lines) == 11
    assert lines[-1] == f"and {len(caught.value.problems) - 10} more."


def test_long_and_invisible_texts_are_shown_short_and_visible():
    text = str(InputError("a" * 10_000 + "\x1b[31m"))
    assert len(text) <= 400
    assert "<U+001B>" in text


@pytest.mark.parametrize("code", ["NA", "null", "nan"])
def test_a_region_may_be_called_na(folder, code):
    for file in ("regions.csv", "employment.csv"):
        edit(folder, file, lambda t: t.replace("LT01", code))
    with pytest.warns(WorldNote):
        assert code in World.from_tables(folder).codes


@pytest.mark.parametrize("name", ["Cost $5 and $6", "$\\frac{", "<b>&", "=1+1", "Ö'\"x"])
def test_names_are_text(folder, name):
    change(folder, "regions.csv", name=[name, "Other"])
    assert name in World.from_tables(folder).names
