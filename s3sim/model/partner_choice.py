"""Whether two who have met agree: five proximities, a price, and scarce attention."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints
from s3sim.core.parameters import ParameterGroup, param
from s3sim.core.streams import Streams
from s3sim.model.proximity import Proximity, Space
from s3sim.model.state import INSTITUTE, Organisations

ROUNDS = 3
"""Rounds of mutual best choice within a quarter."""


@dataclass(frozen=True)
class PartnerChoice(ParameterGroup, name="agreement"):
    """Each side weighs the pair; both must gain (Boschma 2005: five proximities).

    U = cognitive V - (border + unaccustomed 1[no habit of cooperating abroad]) XB (1 - relief)
        - organisational + social common + trust + habit x cooperation propensity - threshold
        + luck (Gumbel).
    Distance and language decide who meets (`meeting`), not who agrees: counted once.
    """

    # fmt: off
    cognitive: float = param(10.0, 4.0, 20.0, "weight of the value of learning",
        source="weight of learning")
    border: float = param(0.1, 0.0, 1.5, "reluctance towards another country's institutions",
        unit="utility", source="small beside `unaccustomed`: most of the border is a habit; range to one sd of luck")
    unaccustomed: float = param(1.5, 0.0, 3.0, unit="utility", source="CIS persistence",
        meaning="reluctance towards partners abroad without a habit of having one")
    organisational: float = param(0.2, 0.0, 1.0, "reluctance between firm and institute",
        unit="utility", source="a sixth of the sd of luck (1.28): who prefers science is in `science_habit`")
    social: float = param(0.3, 0.0, 1.0, "what a common partner or a past project adds",
        unit="utility", source="triadic closure")
    trust: float = param(1.5, 0.0, 3.0, "weight of trust, as in renewal", unit="utility",
        source="as the weight of trust in renewal: full trust is worth about one sd of luck (1.28)")
    habit: float = param(2.0, 0.0, 3.0, "advantage of open over closed organisations",
        unit="utility", source="CIS persistence, size")
    threshold: float = param(2.3, 0.0, 4.0, "what a partnership must offer", unit="utility",
        source="most searches of firms with the habit succeed; the level is `habits`")
    judgement_error: float = param(0.5, 0.0, 1.0, unit="share",
        source="half of the value is misjudged at most: between none and all",
        meaning="error in judging a stranger's value, relative to its spread")
    attention: int = param(2, 1, 3, "partners an SME can attend to at once", unit="partners",
        source="attention of small firms")
    institute_slots: float = param(0.5, 0.1, 1.0, unit="projects", source="slots",
        meaning="firm projects at once per five researchers of an institute")
    # fmt: on

    def capacity(self, orgs: Organisations) -> Ints:
        """Return how many partners each organisation can attend to, shape [N]."""
        firm = self.attention + np.floor(np.log2(np.maximum(orgs.size / 50, 1.0)))
        institute = np.maximum(1.0, np.floor(self.institute_slots * orgs.size / 5))
        return np.where(orgs.kind == INSTITUTE, institute, firm).astype(np.int64)

    def utility(
        self,
        orgs: Organisations,
        one: Ints,
        other: Ints,
        *,
        space: Space,
        proximity: Proximity,
        streams: Streams,
        common: Floats | float = 0.0,
        relief: Floats | float = 0.0,
        trust: Floats | float = 0.0,
    ) -> Floats:
        """Return what the pair is worth to `one` and to `other`, shape [2, P].

        Parameters
        ----------
        orgs : Organisations
            All organisations.
        one, other : array [P]
            Rows of each pair.
        space, proximity, streams
            Of the context.
        common : array [P]
            Whether they have a common partner or were partners before.
        relief : float or array [P]
            Share of border frictions that a broker removes.
        trust : float or array [P]
            Trust that is left from before, or that a broker lends, 0-1.
        """
        here, there = orgs.region[one], orgs.region[other]
        abroad = space.abroad[here, there]
        distance = space.apart(orgs.knowledge, one, other)
        institute = orgs.kind == INSTITUTE
        shared = (
            self.social * common
            + self.trust * trust
            - self.border * abroad * (1 - relief)
            - self.organisational * (institute[one] != institute[other])
            - self.threshold
        )
        # Both sides in one go: first `one`, then `other`.
        me, you = np.concatenate((one, other)), np.concatenate((other, one))
        crossed = np.tile(abroad * (1 - relief), 2)
        value = proximity.value(
            np.concatenate((distance, distance)),
            orgs.absorptive_capacity[me],
            institute[me],
            institute[you],
            np.concatenate((abroad, abroad)),
            np.tile(np.broadcast_to(trust, len(one)), 2),
            np.tile(np.broadcast_to(relief, len(one)), 2),
        )
        misjudged = 1 + self.judgement_error * (
            2 * streams.pair("agreement/judgement", me, you) - 1
        )
        luck = -np.log(-np.log(streams.pair("agreement/luck", me, you)))
        own = self.cognitive * value * misjudged
        own += self.habit * orgs.cooperation_propensity[me] + luck
        own -= self.unaccustomed * crossed * ~orgs.abroad_habit[me]
        both: Floats = own.reshape(2, -1) + shared
        return both


def matched(one: Ints, other: Ints, surplus: Floats, free: Ints) -> Bools:
    """Return which proposals become ties: rounds of mutual best within what is free.

    Parameters
    ----------
    one, other : array [P]
        Who asked and who was asked. Each asker concludes at most one tie.
    surplus : array [P]
        Joint worth of a proposal; only positive ones stand.
    free : array [N]
        Partners that each organisation can still take.

    >>> matched(np.array([0, 0, 1]), np.array([2, 3, 2]), np.array([1.0, 3.0, 2.0]), np.array([1, 1, 1, 1])).tolist()
    [False, True, True]
    """
    free, accepted, open_ = free.copy(), np.zeros(len(one), bool), surplus > 0
    for _ in range(ROUNDS):
        open_ &= (free[one] > 0) & (free[other] > 0)
        live = np.flatnonzero(open_)
        if not len(live):
            break
        best = np.full(len(free), -np.inf)
        np.maximum.at(best, one[live], surplus[live])
        np.maximum.at(best, other[live], surplus[live])
        won = live[(best[one[live]] == surplus[live]) & (best[other[live]] == surplus[live])]
        accepted[won] = True
        np.subtract.at(free, one[won], 1)
        np.subtract.at(free, other[won], 1)
        asked = np.zeros(len(free), bool)
        asked[one[won]] = True
        open_ &= ~asked[one]
    return accepted
