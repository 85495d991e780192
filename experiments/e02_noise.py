"""How much does the same luck help: variance of effects, paired against independent seeds?"""

import argparse

import numpy as np

from s3sim.explore.plan import Plan
from s3sim.explore.run import local_executor, run_scenarios, usable_cores
from s3sim.scenario import Scenario
from s3sim.world import World

OUTCOMES = (
    "gross_value_added",
    "productivity_growth",
    "innovations",
    "cross_border_collaborations",
)
TIERS = {"smoke": 6, "standard": 40, "full": 200}


def main() -> None:
    """Run both policies on each replication and compare two ways of taking differences."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tier", choices=TIERS, default="standard")
    parser.add_argument("--policy", default="trans_s3_tibs")
    parser.add_argument("--scale", type=float, default=0.05)
    parser.add_argument("--workers", type=int, default=usable_cores())
    arguments = parser.parse_args()
    base = Scenario(World.load("partners"), scale=arguments.scale)
    plan = Plan(base, ("isolated_s3", arguments.policy), TIERS[arguments.tier])
    with local_executor(arguments.workers) as executor:
        results = run_scenarios(plan.scenarios(), executor=executor)
    for name in OUTCOMES:
        values = {
            policy: np.array([r.outcomes[name] for r in results if r.policy == policy])
            for policy in plan.policies
        }
        one, other = values[arguments.policy], values["isolated_s3"]
        paired = np.var(one - other, ddof=1)
        # The policy of one replication against the baseline of the next: independent luck.
        independent = np.var(one - np.roll(other, 1), ddof=1)
        print(f"{name:30} variance, independent seeds / paired: {independent / paired:6.1f}")


if __name__ == "__main__":
    main()
