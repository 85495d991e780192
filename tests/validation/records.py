"""Hand-made records of a run, for tests of statistics."""

import numpy as np

from s3sim.validation.watch import Firms, Grants, Meetings, Pairs, Places, Records
from s3sim.world import World


def firms(n=100, **columns):
    """Firms of 20 persons in region 0 unless `columns` say else."""
    blank = {
        "row": np.arange(n), "region": np.zeros(n, np.int64), "size": np.full(n, 20.0), "age": np.full(n, 10.0),
        "value_added": np.full(n, 1000.0), "rd": np.full(n, 10.0), "rd_stock": np.full(n, 50.0),
        "innovative": np.ones(n, bool), "science": np.zeros(n, bool), "learning": np.zeros(n), "novelty": np.zeros(n),
    }  # fmt: skip
    return Firms(**{**blank, **columns})


def pairs(one=(), other=()):
    return Pairs(one=np.array(one, np.int64), other=np.array(other, np.int64))


def meetings(rows=()):
    """Rows of (one, other, quarter, again)."""
    table = np.array(rows, np.int64).reshape(-1, 4)
    return Meetings(one=table[:, 0], other=table[:, 1], quarter=table[:, 2], again=table[:, 3] > 0)


def places(rows=()):
    """Rows of (project, row, sector, partners, quarter)."""
    table = np.array(rows, np.int64).reshape(-1, 5)
    names = ("project", "row", "sector", "partners", "quarter")
    return Places(**dict(zip(names, table.T, strict=True)))


def records(world=None, years=14, region=None, kind=None, panel=None, **changes):
    """A run in which nothing happens, but for what is given."""
    world = World.synthetic(4, seed=1, countries=2) if world is None else world
    n = 200 if region is None else len(region)
    flat = np.ones((4 * years, world.n_regions))
    names = ("firms", "micro_firms", "employment", "value_added", "rd", "innovations", "innovators", "cooperating",
             "cooperating_abroad", "cross_border", "domestic", "entries", "exits")  # fmt: skip
    none = np.zeros(0)
    fields = {
        "firms": {year: firms() for year in range(years + 1)},
        "jobs": {year: np.ones((world.n_regions, world.n_domains)) for year in range(years + 1)},
        "ties": {year: pairs() for year in range(years + 1)},
        "meetings": meetings(),
        "places": Places.none(),
        "grants": Grants(size=none, grant=none, added=none),
        "joined": none.astype(np.int64),
        "left": none.astype(np.int64),
        "priorities": np.zeros((world.n_authorities, world.n_domains), bool),
    }
    return Records(
        world=world, scale=1.0, panel={**dict.fromkeys(names, flat), **(panel or {})},
        region=np.zeros(n, np.int64) if region is None else np.asarray(region),
        kind=np.zeros(n, np.int64) if kind is None else np.asarray(kind),
        **{**fields, **changes},
    )  # fmt: skip
