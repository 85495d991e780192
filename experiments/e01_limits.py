"""Is the model right in its limits?"""

import numpy as np
import pandas as pd

from s3sim.ensemble.experiments.evidence import same_outlay
from s3sim.ensemble.experiments.result import Answer, Check
from s3sim.model.ledger import ITEMS, SOURCES
from s3sim.simulation.engine import Engine
from s3sim.simulation.result import run_one
from s3sim.world import World

SAME = "bit for bit", "compared"
POLICIES = ("no_s3", "isolated_s3", "domestic_brokers", "trans_s3", "trans_s3_tibs")
CONTROLS = ("brokers.domestic", "joint.at_random", "priorities.at_random")


def designs(study):
    """No worlds are drawn: the cases are run one by one."""
    return []


def answer(study):
    """A sheet of cases, all of which must pass."""
    table = pd.DataFrame(cases(study), columns=["case", "expected", "measured", "passed"])
    table["passed"] = table["passed"].astype(bool)
    passed, told = int(table["passed"].sum()), f"of {len(table)} cases with known answers came out."
    checks = [Check(*row, must=True) for row in table.itertuples(index=False)]
    numbers = {"cases": len(table), "passed": passed}
    return Answer([f"{passed} {told}"], table, numbers, checks=checks)


def cases(study):
    """Yield (what, expected, measured, whether it came out)."""
    base = study.base
    tibs, usual = base.replace(policy="trans_s3_tibs"), ran(base)
    null = ran(base.replace(policy="no_change"))
    yield "null policy equals isolated S3", *SAME, same(usual, null)
    nothing = ran(tibs.replace({"joint.pooled_share": 0.0, "brokers.per_region": 0.0}))
    yield "nothing pooled and no broker equals isolated S3", *SAME, same(usual, nothing)
    late = base.years - 1
    before = [ran(s.replace(start=late)) for s in (base, tibs)]
    equal = same(*before, quarters=4 * late)
    yield "nothing differs before policies start", "bit for bit", f"{4 * late} quarters", equal
    runs = {policy: ran(base.replace(policy=policy)) for policy in POLICIES}
    sources = [ITEMS.index(item) for item in SOURCES]
    uses = [c for c in range(len(ITEMS)) if c not in sources]
    told = f"{usual.ledger[:, sources].sum() / 100:,.0f} euro"
    equal, every = same_outlay(*([run] for run in runs.values())), "to the cent, every year"
    yield "public outlay is the same under five policies", every, told, equal
    ledgers = [run.ledger for run in runs.values()]
    balanced = [
        (book[:, sources].sum(axis=1) == book[:, uses].sum(axis=1)).all() for book in ledgers
    ]
    yield "sources of money equal its uses", every, "five policies", all(balanced)
    served = usual.outcomes["smes_served"]
    yield "without brokers nobody is served", "0", f"{served:g}", served == 0
    yield "the same scenario twice", *SAME, ran(base).outcomes == usual.outcomes
    other = ran(base.replace(replication=1)).outcomes
    yield "other luck, other outcomes", "different", "compared", other != usual.outcomes
    lone = base.replace(world=World.synthetic(2, seed=1, countries=2))
    shares = np.bincount(Engine.of(lone).initial_state().organisations.region, minlength=2)
    name = "every region of a two-region world has organisations"
    yield name, "at least 2 each", str(shares.tolist()), (shares >= 2).all()
    limits = {}
    for side in ("low", "high"):
        ends = {p.name: getattr(p, side) for p in tibs.parameters() if p.name not in CONTROLS}
        limits[f"every parameter at its {side} end"] = tibs.replace(ends)
    limits["one year"] = tibs.replace(years=1, start=0)
    limits["the smallest scale"] = tibs.replace(scale=0.001, start=0)
    for name, scenario in limits.items():
        result = run_one(scenario)
        yield name, "runs", result.message or "ran", result.status == "ok"


def ran(scenario):
    """Return the result of a run that must not fail."""
    result = run_one(scenario)
    if result.status != "ok":
        raise RuntimeError(result.message)
    return result


def same(a, b, quarters=None):
    """Whether two runs have the same paths to the last bit and, of whole runs, the same outcomes."""
    ends = quarters or list(map(repr, a.outcomes.values())) == list(map(repr, b.outcomes.values()))
    paths = [(a.paths[k][:quarters], b.paths[k][:quarters]) for k in a.paths]
    return bool(ends) and all(np.array_equal(*pair, equal_nan=True) for pair in paths)
