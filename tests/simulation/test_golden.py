"""One small run against numbers kept in golden.json: integers exactly, floats to 1e-9.

A change that alters results is meant to fail here. If it is wanted, say so in the change log and
renew the numbers with

    S3SIM_UPDATE_GOLDEN=1 pytest -n0 tests/simulation/test_golden.py
"""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from builders import panel_of, ran

from s3sim.model.ledger import ITEMS
from s3sim.outcomes import OUTCOMES
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

GOLDEN = Path(__file__).with_name("golden.json")
UPDATE = os.environ.get("S3SIM_UPDATE_GOLDEN") == "1"
POLICIES = ("no_s3", "isolated_s3", "trans_s3_tibs")


def numbers(policy):
    """What is kept of a run: integers in one table, floats in another."""
    world = World.synthetic(3, seed=5, countries=2, domains=8, firms=250.0)
    scenario = Scenario(world, policy, years=4, scale=1.0, seed=11, replication=2)
    states = ran(scenario)
    final, panel = states[-1], panel_of(scenario, states)
    orgs = final.organisations
    integers = {f"ledger {item}": final.ledger.total(item) for item in ITEMS}
    integers |= {
        "rows": len(orgs),
        "active": int(orgs.active.sum()),
        "ties": len(final.ties),
        "projects": len(final.projects),
        "clients": int(final.brokers.clients.sum()),
        "innovations": int(sum(state.organisations.innovations.sum() for state in states)),
        "entries": int(sum(state.regions.entries.sum() for state in states)),
        "exits": int(sum(state.regions.exits.sum() for state in states)),
        "priorities": int(np.flatnonzero(final.authorities.priorities).sum()),
        "joint priorities": int(final.joint_priorities.sum()),
    }
    floats = {name: one.total(panel) for name, one in OUTCOMES.items()}
    floats |= {
        "size": float(orgs.size.sum()),
        "productivity": float(orgs.productivity.sum()),
        "rd_stock": float(orgs.rd_stock.sum()),
        "knowledge": float(orgs.knowledge.astype(np.float64).sum()),
        "demand_shifter": float(orgs.demand_shifter.sum()),
    }
    return {"integers": integers, "floats": floats}


@pytest.mark.skipif(not UPDATE, reason="set S3SIM_UPDATE_GOLDEN=1 to renew the numbers")
def test_renew():
    kept = {policy: numbers(policy) for policy in POLICIES}
    GOLDEN.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


@pytest.mark.skipif(UPDATE, reason="the numbers are being renewed")
@pytest.mark.parametrize("policy", POLICIES)
def test_the_run_gives_the_kept_numbers(policy):
    kept = json.loads(GOLDEN.read_text(encoding="utf-8"))[policy]
    found = numbers(policy)
    assert found["integers"] == kept["integers"]
    assert found["floats"].keys() >= kept["floats"].keys(), "a kept outcome is gone"
    for name, value in kept["floats"].items():
        assert found["floats"][name] == pytest.approx(value, rel=1e-9, abs=1e-12), name


def test_the_kept_numbers_tell_policies_apart():
    kept = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert kept["trans_s3_tibs"]["integers"]["clients"] > 0
    for item in ("ledger eu_cofinancing", "ledger national_public"):
        assert len({kept[policy]["integers"][item] for policy in POLICIES}) == 1
    assert len({kept[policy]["integers"]["innovations"] for policy in POLICIES}) > 1
