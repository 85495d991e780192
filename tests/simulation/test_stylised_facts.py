"""Does the model look like the world? The scoreboard's facts on their published bands.

The mean of a fact lies within its band, or the file of targets explains why it is missed; nothing is
widened. A mean that is not known (its standard error is above a fifth of the band) decides nothing as
long as it may lie within. The default suite looks at a few replications of the partner regions,
``-m slow`` at the quick tier of both worlds.
"""

import pytest

from s3sim.validation.jobs import TIERS, Case
from s3sim.validation.scoreboard import validate
from s3sim.validation.targets import targets

FEW = (Case("partners", 0.05, base=8, turnover=8, strategies=4, meeting=8, grant=4),)
BY_ID = {one.id: one for one in targets()}


@pytest.fixture(scope="module")
def few():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(TIERS, "quick", FEW)
        return validate(workers=1, progress=False).rows.set_index("id")


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
def test_stylised_fact(few, name, record_property):
    row = few.loc[name]
    record_property(name, float(row["mean"]))
    judge(row)


@pytest.mark.slow
@pytest.mark.parametrize("world", ["partners", "bsr"])
def test_quick_tier(world):
    for _, row in validate("quick", world, progress=False).rows.set_index("id").iterrows():
        judge(row)
