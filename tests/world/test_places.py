"""Regions are found by any name, level and vintage, or the nearest one is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3sim.core.errors import InputError
from s3sim.world import World
from s3sim.world.places import english, parts, places, region_codes, search

BSR = World.load("bsr")


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("SE32", ("SE32",)),
        ("se32", ("SE32",)),
        ("Västernorrland", ("SE32",)),
        ("vasternorrlands lan", ("SE32",)),
        ("SE321", ("SE32",)),
        ("SE3", ("SE31", "SE32", "SE33")),
        ("Ida-Viru", ("EE00",)),
        ("Northeast Estonia", ("EE00",)),
        ("LT00", ("LT01", "LT02")),
        ("PL34", ("PL84",)),
        ("Greater Poland", ("PL41",)),
        ("Świętokrzyskie", ("PL72",)),
        ("swietokrzyskie", ("PL72",)),
        ("Åland", ("FI20",)),
        ("Egentliga Finland", ("FI1C",)),
        ("Tampere Region", ("FI19",)),
        ("Sjælland", ("DK02",)),
        ("DK", ("DK01", "DK02", "DK03", "DK04", "DK05")),
        ("Denmark", ("DK01", "DK02", "DK03", "DK04", "DK05")),
        ("Latvia", ("LV00",)),
    ],
)
def test_a_region_is_found_by_any_name(name, codes):
    assert sorted(region_codes([name])) == sorted(codes)


def test_names_join_in_order_and_each_region_stands_once():
    assert region_codes(["PL84", "Skåne", "SE22", "Podlasie"]) == ("PL84", "SE22")


def test_every_region_is_known_by_code_and_native_name():
    for code, name in zip(BSR.codes, BSR.names, strict=True):
        assert region_codes([code]) == (code,)
        assert region_codes([name]) == (code,)
        assert english(code)


def test_all_places_lie_in_the_46_regions():
    assert {code for place in places() for code in place.regions} == set(BSR.codes)


def test_mistakes_name_the_nearest_place_and_all_come_at_once():
    with pytest.raises(InputError) as error:
        region_codes(["Vesternorland", "Atlantis", "SE32"])
    assert len(error.value.problems) == 2
    assert "Västernorrland" in error.value.problems[0]
    assert "s3sim describe regions" in error.value.problems[1]


def test_a_name_with_several_meanings_asks_which():
    with pytest.raises(InputError, match="give the code"):
        region_codes(["Lääne"[:2]])


@pytest.mark.parametrize("name", ["", "  ", "län", "--", "ZZ99", "\x00", "SE" * 200])
def test_what_names_nothing_is_refused_in_one_sentence(name):
    with pytest.raises(InputError) as error:
        region_codes([name])
    assert len(error.value.problems) == 1


@given(st.text(max_size=30))
def test_any_text_finds_places_or_nothing(text):
    found = search(text)
    assert len(found) == len({(p.name, p.code, p.language) for p in found})


def test_a_region_tells_its_parts():
    assert "Västernorrlands län" in parts("SE32")
    assert not parts("SE99")
