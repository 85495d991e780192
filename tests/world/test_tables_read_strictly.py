"""What is wrong with a table is told once, with its place and what to do."""

import csv
import io
import os
import re

import numpy as np
import pytest

from s3sim.core.errors import LONGEST, InputError
from s3sim.world import World
from s3sim.world.assemble import DATA

KEEP = ("LT01", "LT02", "PL84")


def cut(file):
    """Return the lines of a shipped table that belong to three regions."""
    lines = (DATA / file).read_text(encoding="utf-8").splitlines()
    return [lines[0], *(line for line in lines[1:] if line.split(",")[0] in KEEP)]


@pytest.fixture
def folder(tmp_path):
    for file in ("regions.csv", "employment.csv"):
        (tmp_path / file).write_text("\n".join(cut(file)) + "\n", encoding="utf-8")
    return tmp_path


def texts(folder, file, change):
    path = folder / file
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    changed = change(text)
    assert changed != text
    path.write_bytes(changed if isinstance(changed, bytes) else changed.encode())


def column(name, value):
    """Return a change of every value of a column; `value` takes the old text."""

    def change(text):
        rows = list(csv.DictReader(io.StringIO(text)))
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow(row | {name: value(row[name])})
        return out.getvalue()

    return change


def swap(text):
    names = {"lon": "lat", "lat": "lon"}
    first, rest = text.split("\n", 1)
    return ",".join(names.get(name, name) for name in first.split(",")) + "\n" + rest


def put(old, new):
    return lambda text: text.replace(old, new, 1)


def times(factor):
    return lambda value: repr(float(value) * factor)


R, E = "regions.csv", "employment.csv"
ONCE = [
    (R, lambda t: t.replace(",", ";"), r"regions.csv is separated by semicolons; save it with comm"),
    (R, lambda t: t.replace(",", "\t"), "separated by tabs"),
    (R, lambda t: t.replace(",", "|"), "separated by vertical bars"),
    (R, lambda t: t.encode("cp1257"), r"line 2, byte 0xEB.*Windows-1257 \(Baltic\)"),
    (R, lambda t: t.replace("Podlaskie", "Växjö").encode("cp1257", "replace"), "Windows-1257"),
    (R, lambda t: re.sub("[^ -~\n]", "å", t).encode("cp1252"), r"Windows-1252 \(western\)"),
    (R, lambda t: t.encode("utf-16"), "looks like UTF-16"),
    (R, lambda t: t.encode("utf-16-le"), "looks like UTF-16"),
    (R, lambda t: "# downloaded on Monday\n" + t, "'# downloaded on Monday' in line 1"),
    (R, lambda t: "sep=,\n" + t, "'sep=,' in line 1"),
    (R, lambda t: "\n" + t, "'' in line 1; the header must stand there"),
    (R, lambda t: t.replace("region,name,world,country", "Region,Name,World,Country"),
     "write 'Region', 'Name', 'World' and 1 more in the header in lower case"),
    (R, put("country", "country\u200b"), r"header 'country\\u200b' holds U\+200B"),
    (R, put("population", "populaton"), "no column 'population'; did you mean 'populaton'"),
    (R, put("patents,", "berd,"), "'berd' more than once"),
    (E, put("LT01,food,15134", "LT01,food,1,234"), "row 3 has 5 cells, more than the 4"),
    (E, put("LT01,food,15134", 'LT01,food,"1,234"'), "row 3.*'1,234' is not a number; write no thous"),
    (E, column("employed", lambda v: v + ",5"), r"decimals with a point \(93 rows of the kind\)"),
    (E, put("15134", "15 134"), "write no thousands separators"),
    (E, put("15134", "1.234.567"), "write no thousands separators"),
    (E, put("15134", "15134 €"), "without a currency"),
    (E, put("15134", "15_134"), "'15_134' is not a number"),
    (E, put("15134", "1e999"), "'1e999' is not a number"),
    (E, put("15134", "15\u200b134"), r"'15\\u200b134' is not a number"),
    (E, put("968,", '968,"'), "a quote"),
    (E, lambda t: t + 'LT01,more,1,"open', r"has a quote \(\"\) in line 95 that is not closed"),
    (E, put("LT01,food", '"LT01\nx",food'), "line break inside quotes, lines 3 to 4"),
    (E, lambda t: t.replace("LT01", "LT01\u200b"), r"'LT01\\u200b' holds U\+200B ZERO WIDTH SPACE"),
    (E, lambda t: t.replace("LT01", "LT\u00a001"), r"'LT\\xa001' holds U\+00A0 NO-BREAK SPACE"),
    (E, lambda t: t.replace("LT01", "LT\ufeff01"), r"U\+FEFF ZERO WIDTH NO-BREAK SPACE"),
    (E, lambda t: t.replace("LT01", "LТ01"), r"U\+0422 CYRILLIC .* is not in regions.csv"),
    (E, lambda t: t.replace("LT0", "lt0"), "'lt01' is not in regions.csv; did you mean 'LT01'"),
    (E, lambda t: t + t.split("\n", 1)[1], r"stands already in row 2;.* \(93 rows repeat others\)"),
    (E, lambda t: "".join(x for x in t.splitlines(True) if "LT0" not in x),
     "no row for region 'LT01', 'LT02'"),
    (E, lambda t: t + "LT02", r"row 95 has 1 cells, fewer than the 4 .* cut off"),
    (E, lambda _: "<html><body>404</body></html>", "begins with '<html>"),
    (R, put("lagging", "Lagging"), "'Lagging' is not allowed; did you mean 'lagging'"),
    (E, column("employed", times(1e-3)), "is 'employed' in thousand persons"),
    (E, column("employed", times(1e3)), "more than the country's business_employment"),
    (R, column("gdp", times(1e6)), "is 'gdp' in EUR, not EUR million"),
    (R, column("gdp", times(1e-3)), "is 'gdp' in EUR billion"),
    (R, column("population", times(1e-3)), "is 'population' in thousand persons"),
    (R, column("employment", times(1e-3)), "is 'employment' in thousand persons"),
    (R, column("area", times(1e6)), "is 'area' in hectares or square metres"),
    (R, column("tertiary", times(100)), r"write a share \(0.54, not 54\) \(3 rows"),
    (R, column("institutes", lambda _: "1e12"), "institutes an inhabitant"),
    (R, column("population", lambda _: "1e300"), "out of bounds"),
    (R, swap, "are 'lon' .* and 'lat' .* swapped"),
    (R, lambda t: column("lon", lambda _: "24")(column("lat", lambda _: "55")(t)),
     "has the coordinates of"),
    (R, put("Sostinės", "Sos\x07\x1b[31m"), r"'Sos\\x07\\x1b\[31m.*U\+0007"),
    (R, column("name", lambda _: "x" * 90_000 + "\x00"), "U\\+0000"),
    ("h2020_pairs.csv", lambda _: "country_i,country_j,affinity\nPL,LT,2\nLT,PL,3\n",
     "'LT', 'PL' stands already in row 2"),
    ("h2020_pairs.csv", lambda _: "country_i,country_j,affinity\nPL,LT,2\nPL,LT,2\n", "row 2"),
    ("h2020_pairs.csv", lambda _: "country_i,country_j,affinity\nPL,XX,2\n",
     "'XX' is not in countries.csv"),
    ("priorities.csv", lambda _: "region,domain,weight\nPL84,food,.4\nPL84,food,.6\n", "row 2"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "change", "message"), ONCE)
def test_one_message_for_one_cause(folder, file, change, message):
    texts(folder, file, change)
    with pytest.raises(InputError, match=message) as caught:
        World.from_tables(folder)
    assert len(caught.value.problems) == 1, caught.value.problems
    assert len(str(caught.value)) <= LONGEST
    assert str(caught.value).isprintable()


NOTES = [
    (R, put("eu_rate", "cofinancing"), "regions.csv: column 'cofinancing' not used"),
    (R, put("eu_rate", "cofinancing"), r"eu_rate \(country's figure, 3 of 3 regions\)"),
    (E, lambda t: "\n".join(x for x in t.splitlines() if "LT01,food" not in x) + "\n",
     "employment.csv: 1 pairs of region and domain have no row.*'LT01'"),
    (R, column("lat", lambda v: v.replace("54.8214", "38.1")), "'LT01' would lie far from its country"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "change", "note"), NOTES)
def test_what_is_not_used_or_filled_in_is_noted(folder, file, change, note):
    texts(folder, file, change)
    assert re.search(note, "\n".join(World.from_tables(folder).notes))


def test_a_code_that_shipped_tables_lack_is_noted_once(folder):
    for file in (R, E):
        texts(folder, file, lambda text: re.sub("(?m)^LT01", "LT00", text))
    notes = World.from_tables(folder).notes
    told = [note for note in notes if "has nothing for LT00" in note]
    assert [note.split(" ")[0] for note in told] == ["priorities.csv", "h2020_regions.csv"]
    assert "it has LT01 and LT02 (NUTS 2021)" in told[0]


def test_a_file_named_almost_like_a_table_is_noted(folder):
    (folder / "Countries.csv").write_text("x")
    note = "file 'Countries.csv' is not used; did you mean 'countries.csv'?"
    assert note in World.from_tables(folder).notes


def test_shipped_worlds_have_no_notes_and_notes_are_no_content(folder):
    assert World.load("bsr").notes == World.load("partners").notes == ()
    base = World.from_tables(folder)
    assert any("taken from the package" in note for note in base.notes)


@pytest.mark.parametrize("name", ["$x_{", "Cost $5 and $6", "<b>", "=1+1", 'a "b"', "Ōsaka; x"])
def test_names_are_text(folder, name):
    texts(folder, R, column("name", lambda _: name))
    assert set(World.from_tables(folder).names) == {name}


def test_what_excel_leaves_does_no_harm(folder):
    for file in (R, E):
        texts(
            folder,
            file,
            lambda text: b"\xef\xbb\xbf" + (text + ",,,\n\n").replace("\n", "\r\n").encode(),
        )
    texts(folder, R, put(b"Podlaskie".decode(), "Podlaskie\u00a0x"))
    assert "Podlaskie x" in World.from_tables(folder).names


def test_a_region_called_na_lives(folder):
    for file in (R, E):
        texts(folder, file, lambda text: re.sub("(?m)^LT01", "NA", text))
    world = World.from_tables(folder)
    assert "NA" in world.codes
    assert world.domain_share[world.index("NA")].sum() == pytest.approx(1)


def test_no_file_is_read_that_is_no_file_or_has_no_end(folder, monkeypatch):
    (folder / E).unlink()
    os.mkfifo(folder / E)
    with pytest.raises(InputError, match=r"employment.csv cannot be read: it is not a regular"):
        World.from_tables(folder)
    (folder / E).unlink()
    (folder / E).mkdir()
    with pytest.raises(InputError, match="not a regular file"):
        World.from_tables(folder)
    (folder / E).rmdir()
    (folder / E).symlink_to("/dev/zero")
    with pytest.raises(InputError, match="not a regular file"):
        World.from_tables(folder)
    (folder / E).unlink()
    with (folder / E).open("wb") as handle:
        handle.truncate(10**10)
    with pytest.raises(InputError, match="larger than 50 MB"):
        World.from_tables(folder)


def test_ten_problems_are_shown_and_all_are_kept():
    error = InputError([f"problem {k} \x1b" + "y" * 10_000 for k in range(72)])
    lines = str(error).split("\n")
    assert len(lines) == 11
    assert lines[-1] == "and 62 more."
    assert max(map(len, lines)) <= LONGEST + 20
    assert "\\x1b" in lines[0]
    assert len(error.problems) == 72


def test_a_shuffled_table_gives_the_same_world(folder):
    base = World.from_tables(folder)
    texts(folder, E, lambda t: "\n".join([t.splitlines()[0], *reversed(t.splitlines()[1:])]))
    np.testing.assert_array_equal(World.from_tables(folder).domain_share, base.domain_share)
