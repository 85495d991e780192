"""Research consortia: universities, institutes, public bodies and firms in funded projects."""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints, draw_own, sum_by
from s3sim.core.constants import KEUR
from s3sim.core.parameters import ParameterGroup, param
from s3sim.core.streams import Streams
from s3sim.model.consortium_calls import (
    GRANTS,
    PARTICIPATIONS,
    drawn,
    mean_inside,
    public_rd,
    sectors,
    share,
)
from s3sim.model.consortium_partners import Candidates
from s3sim.model.consortium_reach import reach
from s3sim.model.context import QUARTERS, YEAR_FRACTION, Context
from s3sim.model.ledger import to_cents
from s3sim.model.state import (
    BUSINESS,
    FRAMEWORK,
    NATIONAL,
    Organisations,
    Participations,
    State,
)
from s3sim.world import World

LENGTHS = np.array([1.0, 4.0, 8.0, 12.0, 14.0, 16.0, 20.0, 24.0])
LENGTH_SHARES = np.array([0.0, 0.05, 0.10, 0.30, 0.60, 0.78, 0.95, 1.0])
"""Quarters that framework projects last, and the share that last no longer (CORDIS H2020: quartiles
36, 37 and 48 months)."""

NATIONAL_LENGTH = 31 / 40.5
"""Length of national projects over that of framework projects (Eurostars: 31 months)."""

NATIONAL_GRANT = 164.0
"""Public money of a participation in a national project, kEUR (ZIM: EUR 2.3 bn for 14,000)."""

NATIONAL_SIZES = np.array([0.40, 0.65, 0.82, 0.93, 1.0])
"""Share of national projects with at most 2, 3, 4, 5 and 6 partners (assumed; ZIM: mostly two)."""

BEFORE, BATCHES = 3, 4
"""Years of calls that are drawn at once before a run, and how often (assumed): enough for projects
under way and for experience to be as they are later."""

MOST_PLACES = 32
"""Places for whose luck there is room in a project."""

DRAWS = 10
"""Uniforms that a place takes: host, sector, recall, newcomer, two for a former project, one for its
members, region, two for the organisation."""

PROJECT_DRAWS = 4
"""Uniforms that a project takes: size, lead, start, length."""

NUMBERS = 1_000_000
"""Numbers that a quarter reserves for the projects of a call."""

_BOOKED = ("framework_programme", "national_research", "framework_projects", "national_projects")


@dataclass(frozen=True)
class Consortia(ParameterGroup, name="consortia"):
    """Calls that no policy under study moves are held once a year; their projects start within it.

    A project starts with a place that falls to a region by its public R&D; every other place is
    filled by a random member: with a former partner, or in a region of mass x affinity of the
    countries x km^-distance, more at home (calls ask for three countries, most of which are
    outside the modelled regions). Within the region
    the place goes to somebody experienced (Simon 1955: new ones with a constant chance) or to
    somebody new. Partners outside the modelled regions are counted, not modelled. Institutes'
    research money contains the grants already; firms do more R&D while a project runs.
    """

    # fmt: off
    framework: float = param(1.0, 0.0, 3.0, "size of the framework programme over Horizon 2020's",
        unit="ratio", source="consortia: framework", evidence="reported")
    national: float = param(0.018, 0.0, 0.06, unit="share of public R&D",
        meaning="money of national collaborative research", source="consortia: national", evidence="recalled")
    clustering: float = param(0.08, 0.02, 0.15, evidence="reported", source="CORDIS, 0.04-0.10 by country",
        meaning="correlation of two places of a project in being inside the region set")
    distance_research: float = param(0.24, 0.0, 1.0, "elasticity to distance, no firm in the pair",
        unit="elasticity", source="consortia: distance, research")
    distance_mixed: float = param(0.42, 0.0, 1.0, "elasticity to distance, one firm in the pair",
        unit="elasticity", source="consortia: distance, mixed")
    distance_firms: float = param(0.44, 0.0, 1.5, "elasticity to distance, two firms in the pair",
        unit="elasticity", source="consortia: distance, firms")
    distance_national: float = param(0.54, 0.3, 0.7, "elasticity to distance in national projects",
        unit="elasticity", source="consortia: distance, national", evidence="reported")
    home_research: float = param(2.2, 0.5, 8.0, "pull of the own country, no firm in the pair",
        unit="odds", source="consortia: home, research")
    home_mixed: float = param(9.0, 0.5, 12.0, "pull of the own country, one firm in the pair",
        unit="odds", source="consortia: home, mixed")
    home_firms: float = param(3.0, 0.5, 12.0, "pull of the own country, two firms in the pair",
        unit="odds", source="consortia: home, firms")
    affinity: float = param(1.5, 0.0, 3.0, "weight of joint H2020 projects between countries",
        unit="elasticity", source="consortia: affinity")
    new_firms: float = param(0.65, 0.3, 0.9,
        meaning="places of firms that go to one without regard to experience", unit="share", source="consortia: new firms")
    new_institutes: float = param(1.5, 0.5, 6.0, unit="ratio",
        meaning="the same of institutes, over 1 / mean participations of their sector", source="consortia: new institutes")
    recall_research: float = param(1.0, 0.0, 1.0, unit="share",
        meaning="places that go to a former partner, no firm in the pair", source="consortia: recall, research")
    recall_firms: float = param(1.0, 0.0, 1.0, unit="share",
        meaning="places that go to a former partner, with a firm in the pair", source="consortia: recall, firms")
    memory: int = param(16, 8, 40, "quarters after its end that a project is remembered",
        unit="quarters", source="consortia: memory")
    added: float = param(0.7, 0.0, 1.0, unit="share",
        meaning="share of a firm's grant that is R&D it would not have done otherwise",
        source="consortia: added", evidence="reported")
    # fmt: on

    def __call__(self, state: State, context: Context) -> State:
        """Return the state after the call of the year and with this quarter's projects running."""
        orgs, now = state.organisations, context.calendar.quarter
        past, ledger = state.participations, state.ledger
        # A row that was left may have a new founder next quarter: its past goes at once.
        past = past.where(orgs.active[past.organisation] & (past.end + self.memory > now))
        if now == 0 and not len(past):
            past = self._before(orgs, context)
        if context.calendar.quarter_of_year == 0:
            luck = context.streams
            new, awards = self._called(orgs, past, context, luck, now, 1)
            past = past.joined(new)
            booked = dict(zip(_BOOKED, (*awards, *awards), strict=True))
            ledger = ledger.book(context.calendar.year, booked)
        running = (past.start <= now) & (now < past.end)
        rd = sum_by(past.organisation, len(orgs), np.where(running, past.rd, 0.0))
        # What other projects add is worked out anew, so that nothing is counted twice.
        others = state.projects
        going_on = (others.due <= now) & (others.end > now)
        rd += sum_by(others.organisation, len(orgs), np.where(going_on, others.rd, 0.0))
        return state.replace(
            organisations=orgs.replace(project_rd=np.where(orgs.active, rd, 0.0)),
            participations=past.replace(running=running),
            ledger=ledger,
        )

    def _before(self, orgs: Organisations, context: Context) -> Participations:
        """Return what was called before the run: projects under way, and experience."""
        past = Participations.none()
        for batch in range(BATCHES, 0, -1):
            first = -batch * BEFORE * QUARTERS
            luck = Streams(context.streams.seed, context.streams.replication, first - 1)
            past = past.where(past.end + self.memory > first)
            past = past.joined(self._called(orgs, past, context, luck, first, BEFORE)[0])
        return past.where(past.end + self.memory > 0)

    def _called(
        self, orgs: Organisations, past: Participations, context: Context, luck: Streams,
        first: int, years: int,
    ) -> tuple[Participations, tuple[int, int]]:  # fmt: skip
        """Return participations of the projects of some years, and awards by funder, cents."""
        world = context.world
        number = self._number(world, context.scale * years, luck)
        total = int(number.sum())
        if total == 0:
            return Participations.none(), (0, 0)
        funder = np.repeat(np.array([FRAMEWORK, NATIONAL]), number)
        u = luck.uniform("consortia/project", (total, PROJECT_DRAWS))
        european = funder == FRAMEWORK
        partners, inside = drawn(share(world), self.clustering, u[:, 0])
        domestic = 2 + np.searchsorted(NATIONAL_SIZES, u[:, 0], side="right")
        partners = np.where(european, partners, domestic)
        inside = np.where(european, inside, domestic)
        leads = ~european | (u[:, 1] * partners < inside)
        start = first + np.floor(u[:, 2] * QUARTERS * years).astype(np.int64)
        length = np.interp(u[:, 3], LENGTH_SHARES, LENGTHS)
        length = np.rint(np.where(european, length, NATIONAL_LENGTH * length)).astype(np.int64)
        end = start + np.maximum(length, 1)

        project = np.repeat(np.arange(total), inside)
        place = np.arange(len(project)) - np.repeat(np.cumsum(inside) - inside, inside)
        draws = luck.uniform("consortia/place", (1, DRAWS), project * MOST_PLACES + place)
        lead = leads[project] & (place == 0)
        sector = sectors(world, funder[project], lead, draws[:, 1])
        candidates = Candidates.of(orgs, past, context.space.relatedness_power, world.n_regions)
        who = self._filled(project, place, funder[project], sector, draws, candidates, context)

        grant = np.where(funder[project] == FRAMEWORK, GRANTS[sector], NATIONAL_GRANT)
        cents = sum_by(funder[project], 2, grant) * context.weight
        years_long = np.maximum(length, 1)[project] * YEAR_FRACTION
        firm = sector == BUSINESS
        new = Participations(
            project=NUMBERS * (first + BATCHES * BEFORE * QUARTERS) + project, organisation=who,
            lead=lead, funder=funder[project], partners=partners[project], start=start[project],
            end=end[project], rd=np.where(firm, self.added * grant / years_long, 0.0),
            running=np.zeros(len(who), bool),
        )  # fmt: skip
        return new.where(who >= 0), (to_cents(cents[FRAMEWORK]), to_cents(cents[NATIONAL]))

    def _number(self, world: World, scale: float, luck: Streams) -> Ints:
        """Return how many projects each funder pays, [2]: the same under every policy."""
        public = public_rd(world)
        a_project = NATIONAL_GRANT * (2 + float((1 - NATIONAL_SIZES).sum()))
        yearly = np.array([
            self.framework * float(public @ world.framework_participations)
            / mean_inside(share(world), self.clustering),
            self.national * float(public.sum()) * KEUR / a_project,
        ])  # fmt: skip
        expected = yearly * scale
        return np.floor(expected + luck.uniform("consortia/number", 2)).astype(np.int64)

    def _filled(
        self, project: Ints, place: Ints, funder: Ints, sector: Ints, u: Floats,
        candidates: Candidates, context: Context,
    ) -> Ints:  # fmt: skip
        """Return the organisation of each place, or -1 where nobody could be found, [S]."""
        first = np.arange(len(project)) - place
        host = first + np.floor(u[:, 0] * np.maximum(place, 1)).astype(np.int64)
        depth, above = np.zeros(len(project), np.int64), np.arange(len(project))
        while (later := place[above] > 0).any():
            depth += later
            above = np.where(later, host[above], above)
        who, pull = np.full(len(project), -1), self._reach(context.world, candidates.present)

        def invited(row: Ints, inviter: Ints, u: Floats) -> Ints:
            return self._invited(inviter, funder[row], sector[row], u, candidates, pull)

        entry = np.flatnonzero(place == 0)
        who[entry] = invited(entry, np.full(len(entry), -1), u[entry])
        who = np.where(
            place == 0, who, self._recalled(first, who, funder, sector, u, candidates, context)
        )
        for level in range(1, int(depth.max()) + 1):
            row = np.flatnonzero((depth == level) & (who < 0))
            who[row] = invited(row, who[host[row]], u[row])
        # Who is in already leaves the place to another one.
        again = np.flatnonzero(_repeated(project, who))
        if len(again):
            who[again] = invited(again, who[first[again]], 1 - u[again])
            who[_repeated(project, who)] = -1
        return who

    def _recalled(
        self, first: Ints, who: Ints, funder: Ints, sector: Ints, u: Floats,
        candidates: Candidates, context: Context,
    ) -> Ints:  # fmt: skip
        """Return whom each place takes over from a former project of the first member, or -1, [S]."""
        orgs, lead = candidates.orgs, who[first]
        seen = candidates.before(funder, lead, u[first, 4:6])
        met = candidates.companions(seen, np.arange(len(first)) - first - 1, u[first, 6])
        alike = (orgs.sector[met] == BUSINESS) == (sector == BUSINESS)[:, None]
        friend = met[np.arange(len(met)), np.argmax(alike & (met >= 0), axis=1)]
        firms = (sector == BUSINESS).astype(np.int64) + (orgs.sector[lead] == BUSINESS)
        chance = np.where(firms > 0, self.recall_firms, self.recall_research)
        fits = (friend >= 0) & ((orgs.sector[friend] == BUSINESS) == (sector == BUSINESS))
        near = ~context.space.abroad[orgs.region[lead], orgs.region[friend]]
        fits &= (u[:, 2] < chance) & ((funder == FRAMEWORK) | near)
        return np.where(fits, friend, -1)

    def _invited(
        self, inviter: Ints, funder: Ints, sector: Ints, u: Floats,
        candidates: Candidates, pull: tuple[Floats, Floats],
    ) -> Ints:  # fmt: skip
        """Return whom each inviter (-1: the call itself) brings in for a place, or -1, [P]."""
        orgs, (kernel, mass) = candidates.orgs, pull
        host = np.maximum(inviter, 0)
        firms = (sector == BUSINESS).astype(np.int64) + (orgs.sector[host] == BUSINESS)
        pair = np.where(funder == NATIONAL, len(kernel) - 1, firms)
        weight = mass[funder, sector]
        weight = np.where((inviter >= 0)[:, None], kernel[pair, orgs.region[host]] * weight, weight)
        region = draw_own(np.cumsum(weight, axis=1), u[:, 7])
        institute = self.new_institutes / PARTICIPATIONS[sector]
        chance = np.where(sector == BUSINESS, self.new_firms, institute)
        return candidates.partner(funder, sector, region, inviter, u[:, 3] < chance, u[:, 8:10])

    def _reach(self, world: World, present: Bools) -> tuple[Floats, Floats]:
        """Return the pull between regions, and the masses of sectors that are there."""
        far = (self.distance_research, self.distance_mixed, self.distance_firms)
        own = (self.home_research, self.home_mixed, self.home_firms)
        kernel, mass = reach(
            world, affinity=self.affinity, home=own, distance=far, national=self.distance_national
        )
        return kernel, mass * present.T


def _repeated(project: Ints, who: Ints) -> Bools:
    """Return which places nobody new took: empty, or taken by who is in the project already."""
    number = project * (int(who.max()) + 2) + who + 1
    _, first = np.unique(number, return_index=True)
    again = np.ones(len(who), bool)
    again[first] = False
    return again | (who < 0)
