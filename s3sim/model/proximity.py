"""How far apart two organisations are, and what one can learn from the other."""

from dataclasses import dataclass, field

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints, Singles, count_by
from s3sim.core.memo import Memo
from s3sim.core.parameters import ParameterGroup, param
from s3sim.core.record import Record
from s3sim.world import World

SPECTRUM_KEPT = 0.9
"""Share of the positive spectrum of relatedness that the knowledge space keeps."""


@dataclass(frozen=True)
class Proximity(ParameterGroup, name="proximity"):
    """Value of learning = novelty x understanding, an inverted U in cognitive distance.

    Nooteboom et al. (2007): novelty rises and understanding falls with cognitive distance; the
    optimum lies farther away for organisations of high absorptive capacity, and cumulative R&D
    also makes novelty harder to find ("boredom").
    """

    # fmt: off
    reach: float = param(0.35, 0.2, 0.5, source="learning at a distance",
        meaning="distance at which understanding ends without absorptive capacity", unit="distance")
    reach_gain: float = param(0.60, 0.2, 0.8, "how much absorptive capacity extends that distance",
        unit="distance", source="reach gained")
    boredom: float = param(0.3, 0.0, 0.6, "novelty lost at full absorptive capacity", unit="share",
        source="direction: Nooteboom et al. 2007; size assumed: below the gain in reach, so R&D helps on balance")
    border_loss: float = param(0.30, 0.0, 0.8, "efficiency lost to working across a border",
        unit="share", source="trouble with foreign partners")
    organisation_loss: float = param(0.25, 0.0, 0.5, "efficiency lost between firm and institute",
        unit="share", source="firm and institute")
    institute_reach: float = param(0.20, 0.0, 0.4, "wider reach of institutes", unit="distance",
        source="a third of what absorptive capacity can add: breadth of research; range from none to two thirds")
    # fmt: on

    def understanding(self, distance: Floats, capacity: Floats, institute: Bools) -> Floats:
        """Return the share understood of knowledge at cognitive distance `distance`, shape [P]."""
        reach = self.reach + self.reach_gain * capacity + self.institute_reach * institute
        return np.maximum(0.0, 1.0 - distance / reach)

    def value(
        self,
        distance: Floats,
        capacity: Floats,
        institute: Bools,
        other_institute: Bools,
        abroad: Bools,
        trust: Floats | float,
        relief: Floats | float = 0.0,
    ) -> Floats:
        """Return the value of learning of one side of each pair, shape [P].

        V = (1 - b ac) delta max(0, 1 - delta / (d0 + d1 ac)) eff, with
        eff = 1 - border_loss XB (1 - relief) (1 - trust) - organisation_loss 1[types differ] (1 - ac).

        Parameters
        ----------
        distance : array [P]
            Cognitive distance, 0-1.
        capacity : array [P]
            Absorptive capacity of the learner, 0-1.
        institute, other_institute : array [P]
            Whether learner and partner are institutes.
        abroad : array [P]
            Whether the two are in different countries.
        trust : float or array [P]
            0-1; it lowers the loss across borders.
        relief : float or array [P]
            Share of the border loss that a broker removes.
        """
        # Losses can use a partnership up, not turn it around.
        efficiency = np.maximum(
            0.0,
            1.0
            - self.border_loss * abroad * (1.0 - relief) * (1.0 - trust)
            - self.organisation_loss * (institute != other_institute) * (1.0 - capacity),
        )
        novelty = (1.0 - self.boredom * capacity) * distance
        return novelty * self.understanding(distance, capacity, institute) * efficiency


@dataclass(frozen=True, kw_only=True)
class Space(Record):
    """What the geography and the relatedness of a world mean for every encounter in it.

    Computed once a run: distances stay as they are, only actors change.
    """

    basis: Floats  # [D, E]; a position is the normalised projection of a knowledge vector
    relatedness_power: Floats  # [D, D] relatedness to the power of the branching elasticity
    distance: Floats  # [R, R] km
    abroad: Bools  # [R, R]
    other_language: Bools  # [R, R]
    _memo: Memo = field(default_factory=Memo, repr=False, compare=False)

    @classmethod
    def of(cls, world: World, branching: float) -> "Space":
        """Return the space of a world.

        Parameters
        ----------
        branching : float
            Elasticity of branching to relatedness (theta of the branching equation).
        """
        return cls(
            basis=_basis(world.relatedness),
            relatedness_power=world.relatedness**branching,
            distance=world.distance,
            abroad=world.cross_border,
            other_language=~world.shared_language,
        )

    def for_quarter(self) -> "Space":
        """Return this space with nothing remembered."""
        return self.replace(_memo=Memo())

    def apart(self, knowledge: Singles, one: Ints, other: Ints) -> Floats:
        """Return the cognitive distance of each pair of rows of a table of knowledge, shape [P].

        The table's positions are worked out once for all who ask in a quarter.
        """
        place = self._memo.of("positions", (knowledge,), lambda: self.positions(knowledge))
        return self.cognitive_distance(place[one], place[other])

    def positions(self, knowledge: Singles) -> Floats:
        """Return unit positions of knowledge vectors [N, D] in the knowledge space, [N, E].

        Sums are in double precision: what partners bring moves productivity, and must not hang on
        the order in which a processor adds single numbers.
        """
        place: Floats = knowledge.astype(np.float64) @ self.basis
        length = np.sqrt(np.einsum("ij,ij->i", place, place))
        place /= np.where(length > 0, length, 1.0)[:, None]
        return place

    def cognitive_distance(self, here: Floats, there: Floats) -> Floats:
        """Return 1 - cosine of positions pair by pair, clipped to [0, 1], shape [P]."""
        return np.clip(1.0 - np.einsum("ij,ij->i", here, there), 0.0, 1.0)


def _basis(relatedness: Floats) -> Floats:
    """Keep the leading non-negative eigenpairs of relatedness, so that Phi ~ B B'."""
    raw, vectors = np.linalg.eigh(np.asarray(relatedness, np.float64))
    order = np.argsort(-raw, kind="stable")
    values, vectors = raw[order], vectors[:, order]
    positive = np.maximum(values, 0.0)
    kept = int(np.searchsorted(np.cumsum(positive), SPECTRUM_KEPT * positive.sum())) + 1
    kept_pairs: Floats = vectors[:, :kept] * np.sqrt(positive[:kept])
    return np.ascontiguousarray(kept_pairs)


def degree(n: int, source: Ints, partner: Ints) -> Ints:
    """Return how many of the listed ties each of n organisations has."""
    return count_by(source, n) + count_by(partner, n)
