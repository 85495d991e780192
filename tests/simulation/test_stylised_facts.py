"""Does the model look like the world? The scoreboard's facts on their published bands.

The committed scoreboard (docs/validation/now.json, full tier) is judged on published bands by
tests/validation. Here a few runs show that it is the scoreboard of this model: each fact comes out as
it stands there. ``-m slow`` judges the quick tier of both worlds on the bands themselves: a mean lies
within, or the file of targets explains why not; one that is not known well decides nothing as long as
it may lie within.
"""

from math import sqrt
from pathlib import Path

import pytest

from s3sim.validation.jobs import TIERS, Case
from s3sim.validation.scoreboard import Scoreboard, validate
from s3sim.validation.targets import targets

NOW = Path(__file__).parents[2] / "docs" / "validation" / "now.json"
STANDARD_ERRORS = 5
"""How far a mean of few runs may lie from the committed one, by the spread of the committed runs."""

FEW = (Case("partners", 0.05, base=8, turnover=8, strategies=4, meeting=8, grant=4),)
BY_ID = {one.id: one for one in targets()}


@pytest.fixture(scope="module")
def few():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(TIERS, "quick", FEW)
        return validate(workers=1, progress=False).rows.set_index("id")


@pytest.fixture(scope="module")
def committed():
    rows = Scoreboard.load(NOW).rows
    return rows[(rows["world"] == "partners") & (rows["scale"] == 0.05)].set_index("id")


def judge(row):
    """Fail if the mean of a fact lies outside its band without an explanation."""
    one = BY_ID[row.name]
    said = f"{one.id}, {one.title}: {row['mean']:.4g} +- {row['error']:.2g}, allowed {one.low:g} to {one.high:g}"
    reach = 0.0 if row["known"] else 2 * row["error"]
    open_ = not row["known"] and one.low - reach <= row["mean"] <= one.high + reach
    assert row["status"] in ("PASS", "no value") or one.explanation or open_, said


@pytest.mark.parametrize(
    "name",
    [t.id for t in targets() if not t.missing and t.run != "century" and "partners" in t.worlds],
)
def test_stylised_fact(few, committed, name, record_property):
    row, kept = few.loc[name], committed.loc[name]
    record_property(name, float(row["mean"]))
    # Of a fact that is read in several years the worst one stands there: it must be the same year.
    if row["n"] > 1 and kept["n"] > 1 and row["part"] == kept["part"]:
        apart = abs(row["mean"] - kept["mean"])
        reach = STANDARD_ERRORS * kept["error"] * sqrt(kept["n"] / row["n"])
        said = f"{name}: {row['mean']:.4g} here, {kept['mean']:.4g} in docs/validation"
        assert apart <= reach + 1e-9, f"{said}; run s3sim validate --tier full again"


@pytest.mark.slow
@pytest.mark.parametrize("world", ["partners", "bsr"])
def test_quick_tier(world):
    for _, row in validate("quick", world, progress=False).rows.set_index("id").iterrows():
        judge(row)
