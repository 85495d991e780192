"""Is the model right in its limits?"""

import numpy as np
import pandas as pd

from s3sim.ensemble.experiments.result import Answer, Check
from s3sim.model.ledger import ITEMS, SOURCES
from s3sim.simulation.engine import Engine
from s3sim.simulation.result import run_one
from s3sim.world import World


def designs(study):
    """No worlds are drawn: the cases are run one by one."""
    return []


def outcomes(scenario):
    """Outcomes of a run that must not fail."""
    result = run_one(scenario)
    if result.status != "ok":
        raise RuntimeError(result.message)
    return result


def same(one, other):
    """Whether two runs have the same outcomes to the last bit."""
    a, b = outcomes(one), outcomes(other)
    return list(map(repr, a.outcomes.values())) == list(map(repr, b.outcomes.values())) and all(
        np.array_equal(a.paths[k], b.paths[k], equal_nan=True) for k in a.paths
    )


def cases(study):
    """Yield (what, expected, measured, whether it came out)."""
    base = study.base
    tibs = base.replace(policy="trans_s3_tibs")
    yield (
        "null policy equals isolated S3",
        "bit for bit",
        "compared",
        same(base, base.replace(policy="no_change")),
    )
    nothing = tibs.replace({"joint.pooled_share": 0.0, "brokers.per_region": 0.0})
    yield (
        "nothing pooled and no broker equals isolated S3",
        "bit for bit",
        "compared",
        same(base, nothing),
    )
    late = base.years - 1
    before = [
        outcomes(base.replace(policy=p, start=late)).paths for p in ("isolated_s3", "trans_s3_tibs")
    ]
    equal = all(
        np.array_equal(before[0][k][: 4 * late], before[1][k][: 4 * late], equal_nan=True)
        for k in before[0]
    )
    yield "nothing differs before policies start", "bit for bit", f"{4 * late} quarters", equal
    runs = {
        p: outcomes(base.replace(policy=p))
        for p in ("no_s3", "isolated_s3", "domestic_brokers", "trans_s3", "trans_s3_tibs")
    }
    sources = [ITEMS.index(item) for item in SOURCES]
    money = [one.ledger[:, sources].sum(axis=1).tolist() for one in runs.values()]
    yield (
        "public outlay is the same under five policies",
        "to the cent, every year",
        f"{sum(money[0]) / 100:,.0f} euro",
        all(m == money[0] for m in money),
    )
    uses = [c for c in range(len(ITEMS)) if c not in sources]
    balanced = all(
        (one.ledger[:, sources].sum(axis=1) == one.ledger[:, uses].sum(axis=1)).all()
        for one in runs.values()
    )
    yield "sources of money equal its uses", "to the cent, every year", "five policies", balanced
    served = runs["isolated_s3"].outcomes["smes_served"]
    yield "without brokers nobody is served", "0", f"{served:g}", served == 0
    twice = outcomes(base), outcomes(base)
    yield (
        "the same scenario twice",
        "bit for bit",
        "compared",
        twice[0].outcomes == twice[1].outcomes,
    )
    other = outcomes(base.replace(replication=1)).outcomes
    yield "other luck, other outcomes", "different", "compared", other != twice[0].outcomes
    lone = World.synthetic(2, seed=1, countries=2)
    state = Engine.of(base.replace(world=lone)).initial_state()
    shares = np.bincount(state.organisations.region, minlength=2)
    yield (
        "every region of a two-region world has organisations",
        "at least 2 each",
        str(shares.tolist()),
        bool((shares >= 2).all()),
    )
    for side in ("low", "high"):
        values = {
            p.name: getattr(p, side)
            for p in tibs.parameters()
            if p.name not in ("brokers.domestic", "joint.at_random", "priorities.at_random")
        }
        result = run_one(tibs.replace(values))
        yield (
            f"every parameter at its {side} end",
            "runs",
            result.message or "ran",
            result.status == "ok",
        )
    for name, years, scale in (
        ("one year", 1, base.scale),
        ("the smallest scale", base.years, 0.001),
    ):
        result = run_one(tibs.replace(years=years, scale=scale, start=0))
        yield name, "runs", result.message or "ran", result.status == "ok"


def answer(study):
    """A sheet of cases, all of which must pass."""
    rows = [
        dict(zip(("case", "expected", "measured", "passed"), one, strict=True))
        for one in cases(study)
    ]
    table = pd.DataFrame(rows)
    passed = int(table["passed"].sum())
    words = [f"{passed} of {len(table)} cases with known answers came out."]
    checks = [Check(r["case"], r["expected"], r["measured"], bool(r["passed"]), True) for r in rows]
    return Answer(words, table, {"cases": len(table), "passed": passed}, {}, checks)
