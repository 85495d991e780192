"""An experiment at a tier: what its script may ask for."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from s3sim.core.arrays import Floats
from s3sim.ensemble.experiments.config import Design, ExperimentConfig
from s3sim.ensemble.factors import Space, space
from s3sim.ensemble.provenance import hashed
from s3sim.ensemble.sampling import Samples, drawn
from s3sim.policies import POLICIES
from s3sim.simulation.scenario import Scenario
from s3sim.simulation.schedule import SCHEDULE
from s3sim.world import World


@dataclass(frozen=True)
class Study:
    """What a script may ask of its experiment, whose configuration has the design of the tier."""

    config: ExperimentConfig
    tier: str

    @property
    def design(self) -> Design:
        """Settings of the tier."""
        return self.config.design

    @property
    def policies(self) -> tuple[str, ...]:
        """Baseline first."""
        return tuple(self.design.policies)

    @property
    def baseline(self) -> str:
        """What the others are compared with."""
        return self.policies[0]

    @property
    def policy(self) -> str:
        """The policy in question: the last one."""
        return self.policies[-1]

    @cached_property
    def base(self) -> Scenario:
        """The scenario that factors change."""
        d = self.design
        world, start = World.load(d.world), min(d.start, d.years - 1)
        return Scenario(
            world, self.baseline, years=d.years, scale=d.scale, seed=d.seed, start=start
        )

    @cached_property
    def space(self) -> Space:
        """The factors of the design."""
        d = self.design
        return space(self.base, self.policies, only=d.only, leave=d.leave, dummies=d.dummies)

    def samples(self, unit: Floats | None = None, **changes: Any) -> Samples:
        """Return samples x policies; drawn over the space of the design unless points are given."""
        if unit is None:
            unit = drawn(self.design.samples, len(self.space.factors), self.design.seed)
        return replace(Samples(self.space, self.base, self.policies, unit), **changes)

    def option(self, name: str) -> Any:
        """Return a number that belongs to this experiment alone."""
        return self.design.options[name]

    def title(self, policy: str) -> str:
        """Return the name of a policy as pages write it."""
        return POLICIES[policy].title if policy in POLICIES else policy

    def hash_of(self, samples: Samples) -> str:
        """Return what tells this design's runs from another's; more samples of it are the same."""
        s = samples.base
        about = {
            "owner": self.config.samples_of or self.config.name,
            "world": s.world.fingerprint,
            **{key: getattr(s, key) for key in ("years", "scale", "seed", "start")},
            "factors": [[f.name, f.low, f.high] for f in samples.space.factors],
            "policies": list(samples.policies),
            "arms": repr(dict(samples.own_policies)),
        }
        kinds = [type(mechanism).__name__ for mechanism in s.mechanisms]
        # Left out where nothing is: designs of the standard model keep the name they had.
        if kinds != [type(mechanism).__name__ for mechanism in SCHEDULE]:
            about["mechanisms"] = kinds
        return hashed(about)
