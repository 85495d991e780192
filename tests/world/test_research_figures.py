"""Who takes part in framework programmes, from tables with and without the figures."""

import csv
import warnings

import numpy as np
import pytest

from s3sim.world import World
from s3sim.world.assemble import DATA
from s3sim.world.research import PRIOR, USUAL_KINDS, USUAL_PARTICIPATIONS, kinds

USUAL = USUAL_KINDS[1:] / USUAL_KINDS[1:].sum()


def test_small_counts_say_little_and_large_ones_much():
    counted = np.array([[0, 0, 0, 0], [0, PRIOR, 0, 0], [0, 1e6, 0, 0]], float)
    mix = kinds(np.array([0.3, 0.3, 0.3]), counted, USUAL)
    np.testing.assert_allclose(mix.sum(axis=1), 1.0)
    np.testing.assert_allclose(mix[0], [0.3, *(0.7 * USUAL)])
    np.testing.assert_allclose(mix[1, 2], 0.7 * (0.5 + 0.5 * USUAL[1]))
    np.testing.assert_allclose(mix[2], [0.3, 0, 0.7, 0, 0], atol=1e-4)


def test_the_eight_countries_come_to_what_cordis_counts(bsr):
    """15,533 participations in 6.25 years; HES 36.5, PRC 30.9, REC 17.2, PUB 8.1, OTH 7.2 % (DE in its share)."""
    yearly = bsr.public_rd / 100 * bsr.gdp * bsr.framework_participations
    assert yearly.sum() == pytest.approx(15_533 / 6.25, rel=0.01)
    mix = yearly @ bsr.framework_kinds / yearly.sum()
    np.testing.assert_allclose(mix, [0.309, 0.365, 0.172, 0.081, 0.072], atol=0.01)


def test_tables_without_these_figures_get_the_usual_ones(tmp_path):
    def rows_of(file):
        with (DATA / file).open(encoding="utf-8", newline="") as handle:
            return list(csv.DictReader(handle))

    codes = {row["region"] for row in rows_of("regions.csv") if row["world"] != "bsr"}
    for file, gone in (
        ("regions.csv", ()),
        ("employment.csv", ()),
        ("countries.csv", ("framework_participations", "framework_firms")),
        ("h2020_regions.csv", ("hes", "rec", "pub", "oth")),
    ):
        kept = [row for row in rows_of(file) if row.get("region", "") in {*codes, ""}]
        rows = [{k: v for k, v in row.items() if k not in gone} for row in kept]
        with (tmp_path / file).open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        world = World.from_tables(tmp_path)
    assert (world.framework_participations == USUAL_PARTICIPATIONS).all()
    np.testing.assert_allclose(world.framework_kinds, np.tile(USUAL_KINDS, (world.n_regions, 1)))
