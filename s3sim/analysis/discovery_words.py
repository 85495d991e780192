"""What is fixed in advance about boxes of worlds, and how the result is said."""

from collections.abc import Mapping
from dataclasses import dataclass

from s3sim.analysis.boxes import Box, Score, listed
from s3sim.core.arrays import Bools

HELD_OUT = 0.3
"""Share of worlds that no box is fitted to. Assumed."""

SMALLEST_COVERAGE = 0.5
SMALLEST_DENSITY = 0.7
"""What a box must reach on held-out worlds to be called one. Assumed, fixed in advance."""

MOST_LIMITS = 4
QUASI_P = 0.05
"""Most factors in a box and largest quasi-p of a limit (Bryant and Lempert 2010)."""

FEWEST = 20
"""Fewest worlds of either kind among those that boxes are fitted to. Assumed."""

RESAMPLES = 50


@dataclass(frozen=True)
class Words:
    """Sentences about one policy; titles and units by factor."""

    policy: str
    titles: Mapping[str, str]
    units: Mapping[str, str]

    def limits(self, box: Box) -> str:
        """Say all limits of a box."""
        return listed(
            [
                one.phrase(self.titles.get(one.factor, ""), self.units.get(one.factor, ""))
                for one in box.limits
            ]
        )

    def found(self, box: Box, train: Score, held: Score) -> str:
        """Say what an accepted box is worth."""
        return (
            f"{self.policy} loses where {self.limits(box)}: {train.density:.0%} of worlds there "
            f"lose (held out: {held.density:.0%}), {train.coverage:.0%} of all losses lie there "
            f"(held out: {held.coverage:.0%})."
        )

    def none(self, box: Box | None = None, held: Score | None = None) -> str:
        """Say that there is no region, and how far the best box falls short."""
        text = f"There is no compact region of worlds in which {self.policy} loses"
        if box is None or held is None:
            return f"{text}: no limit on any factor raises the share of losses enough."
        inside = "no held-out world lies there"
        if held.inside:
            inside = f"{held.density:.0%} of held-out worlds there lose"
        return (
            f"{text}. The best box is where {self.limits(box)}, but {inside} and {held.coverage:.0%} "
            f"of all losses lie there; {SMALLEST_DENSITY:.0%} and {SMALLEST_COVERAGE:.0%} are asked."
        )

    def too_few(self, labels: Bools) -> str:
        """Say that one kind of world is too rare."""
        losses, n = int(labels.sum()), len(labels)
        if losses in (0, n):
            every = "no world" if losses == 0 else "every world"
            return f"{self.policy} loses in {every} of {n}; there is no region to look for."
        return (
            f"{self.policy} loses in {losses} of {n} worlds; too few on one side to look for a "
            f"region (at least {FEWEST} of either kind among fitted worlds are needed)."
        )

    def row(self, box: Box, train: Score, held: Score) -> dict[str, object]:
        """Return one row of a table of boxes."""
        return {
            "limits": self.limits(box),
            "density": train.density,
            "coverage": train.coverage,
            "density_held_out": held.density,
            "coverage_held_out": held.coverage,
        }
