import csv
import dataclasses
import pickle
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from s3sim.core.errors import InputError
from s3sim.world import WORLDS, World, land_countries, land_outlines, project
from s3sim.world.assemble import DATA


def rows_of(path):
    with Path(path).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def write(path, rows):
    with Path(path).open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def arrays(world):
    for field in dataclasses.fields(world):
        value = getattr(world, field.name)
        if isinstance(value, np.ndarray):
            yield field.name, value


@pytest.fixture(scope="module", params=[*WORLDS, "synthetic"])
def world(request):
    return World.synthetic(7, 3) if request.param == "synthetic" else World.load(request.param)


@pytest.fixture
def three(tmp_path):
    """A user's folder: three regions cut out of the shipped tables."""
    keep = ("PL84", "DE60", "SE23")
    for file in ("regions.csv", "employment.csv"):
        rows = [row for row in rows_of(DATA / file) if row["region"] in keep]
        write(tmp_path / file, rows)
    return tmp_path


def test_shapes_types_and_ranges(world):
    r, d, c = world.n_regions, world.n_domains, world.n_countries
    shapes = {
        "firms": (r, 3),
        "mean_size": (r, 3),
        "domain_share": (r, d),
        "published": (r, d),
        "relatedness": (d, d),
        "domain_theme": (len(world.themes), d),
        "domain_trans_field": (8, d),
        "affinity": (c, c),
        "distance": (r, r),
        "cross_border": (r, r),
        "shared_language": (r, r),
        "tradable": (d,),
        "trend": (d,),
        "knowledge_intensity": (d,),
        "framework_kinds": (r, 5),
    }
    for name, value in arrays(world):
        assert value.shape == shapes.get(name, (r,)), name
        assert value.dtype in (np.float64, np.int64, np.bool_), name
        assert not value.flags.writeable, name
        if value.dtype == np.float64 and name != "h2020_participations":
            assert np.isfinite(value).all(), name
    for name in ("innovative", "cooperating", "cooperating_abroad", "tertiary", "eu_rate"):
        assert ((getattr(world, name) >= 0) & (getattr(world, name) <= 1)).all(), name
    assert (world.cooperating_abroad <= world.cooperating).all()
    assert len(world.names) == r
    assert len(world.domain_labels) == d
    assert 0 < world.lagging.sum() < r
    assert set(world.country) == set(range(c))
    assert set(world.authority) == set(range(world.n_authorities))


def test_shares_and_relatedness(world):
    np.testing.assert_allclose(world.domain_share.sum(axis=1), 1.0)
    total = world.published.sum(axis=1)
    assert np.all(np.isclose(total, 1.0) | (total == 0.0))
    for square in (world.relatedness, world.affinity):
        np.testing.assert_array_equal(square, square.T)
        np.testing.assert_array_equal(np.diag(square), 1.0)
    assert world.relatedness.min() >= 0.0
    assert world.relatedness.max() <= 1.0


def test_mean_sizes_lie_in_their_classes(world):
    assert ((world.mean_size > [10, 50, 250]) & (world.mean_size < [50, 250, 1e5])).all()


def test_distances(world):
    np.testing.assert_allclose(world.distance, world.distance.T)
    assert (world.distance > 0).all()
    assert world.distance.max() < 2500
    np.testing.assert_array_equal(world.cross_border, world.cross_border.T)
    np.testing.assert_array_equal(world.shared_language, world.shared_language.T)
    assert world.shared_language.diagonal().all()
    assert not world.cross_border.diagonal().any()


def test_known_distances_borders_and_languages():
    w = World.load("partners")
    hamburg, podlaskie = w.index("DE60"), w.index("PL84")
    assert 850 < w.distance[hamburg, podlaskie] < 870
    assert w.cross_border[hamburg, podlaskie]
    assert not w.cross_border[w.index("LT01"), w.index("LT02")]
    assert w.shared_language[w.index("DK03"), w.index("SE23")]
    assert not w.shared_language[w.index("FI197"), w.index("SE23")]
    area = w.area[hamburg]
    assert w.distance[hamburg, hamburg] == pytest.approx(2 / 3 * np.sqrt(area / np.pi))


def test_projection_meets_the_published_test_point():
    x, y = project(np.array([5.0, 10.0]), np.array([50.0, 52.0]))
    np.testing.assert_allclose(x, [3962.79945, 4321.0], atol=1e-5)
    np.testing.assert_allclose(y, [2999.71885, 3210.0], atol=1e-5)


def test_authorities_are_national_in_the_baltic_states():
    w = World.load("bsr")
    assert w.authority[w.index("LT01")] == w.authority[w.index("LT02")]
    assert w.n_authorities == 44  # LT and Mazowieckie share one each
    assert World.load("partners").n_authorities == 10


def test_firm_totals():
    w = World.load("partners")
    total = w.firms.sum(axis=1)
    assert 45_000 < total.sum() < 60_000
    assert 1_400 < total[w.index("PL84")] < 1_700
    assert 11_000 < total[w.index("DE60")] < 13_000
    both = World.load("bsr")
    denmark = both.country == both.countries.index("DK")
    np.testing.assert_allclose(both.firms[denmark].sum(axis=0), [19595, 3630, 653], rtol=1e-4)
    lithuania = both.country == both.countries.index("LT")
    np.testing.assert_allclose(both.firms[lithuania].sum(axis=0), [10913, 2064, 301], rtol=1e-4)


def test_first_seen_orders(world):
    np.testing.assert_array_equal(
        np.unique(world.country, return_index=True)[1].argsort(), np.arange(world.n_countries)
    )
    keys = np.lexsort((world.population, world.lon, world.lat))
    np.testing.assert_array_equal(keys, np.arange(world.n_regions))


def test_load_is_fast():
    World.load("bsr")
    start = time.perf_counter()
    World.load("bsr")
    assert (
        time.perf_counter() - start < 0.25
    )  # 15 ms alone; the bound leaves room for a busy machine


def test_unknown_names_name_the_nearest():
    with pytest.raises(InputError, match="did you mean 'partners'"):
        World.load("partner")
    with pytest.raises(InputError, match="did you mean 'PL84'"):
        World.load("partners").index("PL85")


def test_relabelled_and_shuffled_tables_give_the_same_arrays(tmp_path):
    original = World.load("bsr")
    regions = [r for r in rows_of(DATA / "regions.csv") if r["world"] in ("bsr", "both")]
    codes = [r["region"] for r in regions]
    new = {code: f"x{(k * 37) % 101:03d}" for k, code in enumerate(sorted(codes))}
    for row in regions:
        row["authority"] = "a" + row["authority"][::-1]
    tables = {
        "regions.csv": regions,
        "employment.csv": rows_of(DATA / "employment.csv"),
        "priorities.csv": rows_of(DATA / "priorities.csv"),
        "h2020_regions.csv": rows_of(DATA / "h2020_regions.csv"),
    }
    for file, rows in tables.items():
        rows = [row for row in rows if row["region"] in new]
        for row in rows:
            row["region"] = new[row["region"]]
        order = np.random.default_rng(len(rows)).permutation(len(rows))
        write(tmp_path / file, [rows[k] for k in order])
    other = World.from_tables(tmp_path)
    assert other.codes == tuple(new[code] for code in original.codes)
    for name, value in arrays(original):
        np.testing.assert_allclose(getattr(other, name), value, rtol=1e-12, err_msg=name)
    assert other.fingerprint != original.fingerprint  # labels are content too


def test_users_three_regions(three):
    w = World.from_tables(three)
    assert w.codes == ("PL84", "DE60", "SE23")
    assert w.name == three.name
    assert (w.published.sum(axis=1) > 0).all()
    partners = World.load("partners")
    for code in w.codes:
        np.testing.assert_allclose(w.firms[w.index(code)], partners.firms[partners.index(code)])
    assert World.load(three).fingerprint == w.fingerprint


def test_optional_columns_may_be_absent(three):
    drop = {
        "name",
        "world",
        "authority",
        "budget_per_head",
        "eu_rate",
        "admin_quality",
        "gosmart",
        "gosmart_excel",
        "languages",
        "flag",
    }
    rows = rows_of(three / "regions.csv")
    write(three / "regions.csv", [{k: v for k, v in r.items() if k not in drop} for r in rows])
    w = World.from_tables(three)
    assert w.names == w.codes == w.authorities
    np.testing.assert_allclose(w.budget_per_head, [37.2, 18.9, 7.8], atol=0.1)
    np.testing.assert_allclose(w.admin_quality, [0.5, 0.7, 0.7])
    assert not w.gosmart.any()


def test_all_mistakes_are_reported_at_once(three):
    rows = rows_of(three / "regions.csv")
    rows[0]["population"] = "many"
    rows[1]["tertiary"] = "54"
    rows[2]["country"] = "SW"
    rows.append(dict(rows[0], population="5"))
    for row in rows:
        del row["patents"]
    write(three / "regions.csv", rows)
    employment = rows_of(three / "employment.csv")
    employment[4]["domain"] = "fod"
    employment[5]["employed"] = "-3"
    write(three / "employment.csv", employment)
    with pytest.raises(InputError) as caught:
        World.from_tables(three)
    text = str(caught.value)
    assert "regions.csv, row 2, column 'population': 'many' is not a number" in text
    assert "regions.csv, row 3, column 'tertiary': 54 is out of bounds" in text
    assert "regions.csv, row 4, column 'country': 'SW' is not in countries.csv" in text
    assert "regions.csv, row 5, column 'region': 'DE60' stands already in row 2" in text
    assert "regions.csv has no column 'patents'" in text
    assert "employment.csv, row 6, column 'domain': 'fod' is not in domains.csv" in text
    assert "did you mean 'food'" in text
    assert "employment.csv, row 7, column 'employed': -3 is out of bounds" in text
    assert len(caught.value.problems) == 7  # one a cause


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("regions.csv", None, "cannot be read"),
        ("regions.csv", b"\xff\xfe\x00bad", "cannot be read"),
        ("employment.csv", b"", "is empty; its first line must be"),
        ("employment.csv", b"region,domain,employed\n", "has no rows"),
        ("priorities.csv", b"region,domain,weight\nXX,food,1\n", "'XX' is not in regions.csv"),
        (
            "relatedness.csv",
            b"domain,food\nfood,1\n",
            "no columns 'mining', 'textiles', 'wood' and 27 more",
        ),
        ("h2020_pairs.csv", b"country_i,country_j,afinity\nPL,DE,2\n", "did you mean 'affinity'"),
    ],
)
def test_broken_files(three, file, content, message):
    if content is None:
        (three / file).unlink()
    else:
        (three / file).write_bytes(content)
    with pytest.raises(InputError, match=message):
        World.from_tables(three)


def test_regions_cannot_employ_more_than_their_country(three):
    rows = rows_of(three / "employment.csv")
    for row in rows:
        row["employed"] = "900000"
    write(three / "employment.csv", rows)
    with pytest.raises(InputError, match="more than the country's business_employment"):
        World.from_tables(three)


def test_asymmetric_relatedness_is_refused(three):
    rows = rows_of(DATA / "relatedness.csv")
    rows[0]["food"] = "0.9"
    write(three / "relatedness.csv", rows)
    with pytest.raises(InputError, match="must be symmetric"):
        World.from_tables(three)


def test_synthetic_is_deterministic_and_follows_its_arguments():
    assert World.synthetic(5, 1).fingerprint == World.synthetic(5, 1).fingerprint
    assert World.synthetic(5, 1).fingerprint != World.synthetic(5, 2).fingerprint
    w = World.synthetic(8, 4, countries=3, domains=5, firms=40)
    assert (w.n_regions, w.n_countries, w.n_domains) == (8, 3, 5)
    assert w.lagging.sum() == 4
    assert w.firms.sum(axis=1).mean() == pytest.approx(40)
    assert World.synthetic(2, countries=1, domains=2).n_countries == 1


@pytest.mark.parametrize(
    "bad", [{"regions": 1}, {"domains": 1}, {"countries": 9}, {"seed": -1}, {"firms": float("nan")}]
)
def test_synthetic_refuses_nonsense(bad):
    with pytest.raises(InputError):
        World.synthetic(**bad)


def test_fingerprint_follows_content(tmp_path):
    base = World.load("partners")
    assert base.fingerprint == World.load("partners").fingerprint
    assert len(base.fingerprint) == 16
    gdp = base.gdp.copy()
    gdp[0] += 1
    assert dataclasses.replace(base, gdp=gdp).fingerprint != base.fingerprint
    codes = ("XX", *base.codes[1:])
    assert dataclasses.replace(base, codes=codes).fingerprint != base.fingerprint


def test_fingerprint_is_of_the_tables_whatever_their_line_ends(tmp_path):
    shutil.copytree(DATA, tmp_path / "copy")
    folder = tmp_path / "copy"
    rows = [r for r in rows_of(DATA / "regions.csv") if r["world"] in ("partners", "both")]
    write(folder / "regions.csv", rows)
    for file in ("employment.csv", "priorities.csv", "h2020_regions.csv"):
        kept = {r["region"] for r in rows}
        write(folder / file, [r for r in rows_of(DATA / file) if r["region"] in kept])
    world = World.from_tables(folder)
    text = (folder / "regions.csv").read_text(encoding="utf-8")
    (folder / "regions.csv").write_bytes("\r\n".join(text.splitlines()).encode())
    assert World.from_tables(folder).fingerprint == world.fingerprint
    (folder / "regions.csv").write_text(text.replace("PL84", "PL8X"), encoding="utf-8")
    for file in ("employment.csv", "priorities.csv", "h2020_regions.csv"):
        path = folder / file
        path.write_text(path.read_text(encoding="utf-8").replace("PL84", "PL8X"), encoding="utf-8")
    assert World.from_tables(folder).fingerprint != world.fingerprint


def test_fingerprint_does_not_hang_on_the_last_bits_of_derived_figures(monkeypatch):
    from s3sim.world import assemble

    base = World.load("partners")
    real = assemble.distances
    monkeypatch.setattr(assemble, "distances", lambda *args: np.nextafter(real(*args), np.inf))
    moved = World.load("partners")
    assert (moved.distance != base.distance).any()
    assert moved.fingerprint == base.fingerprint
    in_memory = [dataclasses.replace(w, gdp=base.gdp * 2) for w in (base, moved)]
    assert in_memory[0].fingerprint == in_memory[1].fingerprint != base.fingerprint


def test_pickled_worlds_stay_frozen(world):
    copy = pickle.loads(pickle.dumps(world))
    assert copy.fingerprint == world.fingerprint
    assert not copy.gdp.flags.writeable


def test_land():
    outlines = land_outlines()
    assert len(outlines) > 20
    for polygon in outlines:
        assert polygon.shape[1] == 2
        np.testing.assert_array_equal(polygon[0], polygon[-1])
    assert "Sweden" in land_countries()
    assert len(land_outlines("Sweden")) < len(outlines)
    everything = np.concatenate(outlines)
    w = World.load("bsr")
    assert (everything.min(axis=0) < [w.x_km.min(), w.y_km.min()]).all()
    assert (everything.max(axis=0) > [w.x_km.max(), w.y_km.max()]).all()
