"""What is recorded of a run so that statistics can be read off it afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints
from s3sim.core.record import Record
from s3sim.model.context import QUARTERS
from s3sim.model.matching import employment_table
from s3sim.model.state import FIRM, Organisations, State, Table, Ties
from s3sim.outcomes.measures import measures
from s3sim.simulation.engine import Engine
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

DETAILED = 14
"""Years of which firms and ties are kept; later only regional figures and the last firms."""

CENTS_A_KEUR = 100_000

FRAMEWORK = 0
"""Funder of a research consortium that is the EU's framework programme."""

T = TypeVar("T", bound=Table)


@dataclass(frozen=True, kw_only=True)
class Firms(Table):
    """Active firms at the end of a year."""

    row: Ints  # identity within the run
    region: Ints
    size: Floats  # persons
    age: Floats  # years
    value_added: Floats  # sold in the year, kEUR
    rd: Floats  # own R&D, kEUR a year
    rd_stock: Floats  # kEUR
    innovative: Bools
    science: Bools  # has a partner that is a research institute
    learning: Floats  # value of learning from partners in the last quarter
    novelty: Floats  # mean cognitive distance to partners


@dataclass(frozen=True, kw_only=True)
class Pairs(Table):
    """Two organisations that collaborate, by row."""

    one: Ints
    other: Ints


@dataclass(frozen=True, kw_only=True)
class Meetings(Table):
    """Collaborations that began, and those that were renewed when they ended."""

    one: Ints
    other: Ints
    quarter: Ints
    again: Bools  # a renewal


@dataclass(frozen=True, kw_only=True)
class Places(Table):
    """Places of organisations in research consortia of the framework programme."""

    project: Ints
    row: Ints
    sector: Ints  # of the organisation; 0 business
    partners: Ints  # of the project, those outside the modelled regions included
    quarter: Ints  # in which the project begins

    @classmethod
    def none(cls) -> "Places":
        """Return an empty table."""
        i = np.zeros(0, np.int64)
        return cls(project=i, row=i, sector=i, partners=i, quarter=i)


@dataclass(frozen=True, kw_only=True)
class Grants(Table):
    """Projects of firms that were paid and began."""

    size: Floats  # persons in the firm before
    grant: Floats  # kEUR for one simulated firm
    added: Floats  # R&D that happens because of it, kEUR in all


@dataclass(frozen=True, kw_only=True)
class Records(Record):
    """A run as statistics see it.

    Parameters
    ----------
    panel : mapping
        Measures of `s3sim.outcomes.measures`, name to [T, R].
    firms : mapping
        Year to the firms at its end; 0 is the start, the last year is always there.
    jobs : mapping
        Year to employment [R, D] at its end.
    ties : mapping
        Year to collaborations at its end.
    region, kind : array [N]
        Region and kind (firm or institute) of every row; identities last as long as the run.
    joined, left : array [K]
        Row and quarters of entry and of exit (-1: still there) of firms born in the run.
    priorities : array [A, D]
        Lists in force at the end.
    """

    world: World
    scale: float
    panel: Mapping[str, Floats]
    firms: Mapping[int, Firms]
    jobs: Mapping[int, Floats]
    ties: Mapping[int, Pairs]
    meetings: Meetings
    places: Places
    grants: Grants
    region: Ints
    kind: Ints
    joined: Ints
    left: Ints
    priorities: Bools

    @property
    def years(self) -> int:
        """Length of the run."""
        return len(next(iter(self.panel.values()))) // QUARTERS

    def until(self, year: int) -> "Records":
        """Return the first years alone, at most `DETAILED`."""
        quarters = QUARTERS * year
        return self.replace(
            panel={name: path[:quarters] for name, path in self.panel.items()},
            **{n: {k: v for k, v in getattr(self, n).items() if k <= year} for n in ("firms", "jobs", "ties")},
        )  # fmt: skip

    def path(self, name: str) -> Floats:
        """Return a measure summed over regions, [T]."""
        return np.asarray(self.panel[name].sum(axis=1))


def record(scenario: Scenario) -> Records:
    """Run a scenario and return what was recorded; any failure of the run is raised."""
    engine = Engine.of(scenario)
    state = engine.initial_state()
    watch = Watch(engine, state)
    with np.errstate(all="raise", under="ignore"):
        for quarter in range(engine.context.calendar.n_quarters):
            before = state
            state, _ = engine.step(state, quarter)
            watch.collect(before, state, quarter)
    return watch.records(state)


@dataclass
class Watch:
    """Collects what `Records` holds, quarter by quarter."""

    engine: Engine
    first: State
    quarters: list[dict[str, Floats]] = field(default_factory=list)
    firms: dict[int, Firms] = field(default_factory=dict)
    jobs: dict[int, Floats] = field(default_factory=dict)
    ties: dict[int, Pairs] = field(default_factory=dict)
    meetings: list[Meetings] = field(default_factory=list)
    places: list[Places] = field(default_factory=list)
    grants: list[Grants] = field(default_factory=list)
    lives: list[tuple[Ints, int, int]] = field(default_factory=list)  # row, quarter, +1 or -1

    def __post_init__(self) -> None:
        orgs = self.first.organisations
        self.sold = np.zeros(len(orgs))
        self.region, self.kind = orgs.region, orgs.kind
        self._year(self.first, 0, orgs.value_added)

    def collect(self, before: State, after: State, quarter: int) -> None:
        """Read a state at the end of its quarter, and the one before it."""
        context, orgs = self.engine.context, after.organisations
        self.quarters.append(measures(after, context.world, context.scale))
        self.sold += np.where(orgs.firms, orgs.value_added / QUARTERS, 0.0)
        year, last = (quarter + 1) // QUARTERS, quarter == context.calendar.n_quarters - 1
        if quarter < QUARTERS * DETAILED:
            self.meetings.append(_met(before.ties, after.ties, quarter, len(orgs)))
            self.places.append(_places(after, quarter))
            self.grants.append(_granted(before, after, quarter, context.weight))
            was, now = before.organisations.firms, orgs.firms
            self.lives += [
                (np.flatnonzero(now & ~was), quarter, 1),
                (np.flatnonzero(was & ~now), quarter, -1),
            ]
        if (quarter + 1) % QUARTERS == 0:
            if year <= DETAILED or last:
                self._year(after, year, self.sold)
            self.sold = np.zeros(len(orgs))

    def _year(self, state: State, year: int, sold: Floats) -> None:
        orgs, ties = state.organisations, state.ties.where(~state.ties.pending)
        self.firms[year] = _firms(orgs, ties, sold)
        self.jobs[year] = employment_table(orgs, self.engine.context.world)
        self.ties[year] = Pairs(one=ties.source, other=ties.partner)

    def records(self, state: State) -> Records:
        """Return all that was collected."""
        scenario = self.engine.scenario
        joined, left = _lives(self.lives, len(self.region))
        return Records(
            world=scenario.world, scale=scenario.scale,
            panel={name: np.stack([q[name] for q in self.quarters]) for name in self.quarters[0]},
            firms=self.firms, jobs=self.jobs, ties=self.ties,
            meetings=_stacked(self.meetings), places=_stacked(self.places), grants=_stacked(self.grants),
            region=self.region, kind=self.kind, joined=joined, left=left,
            priorities=state.authorities.priorities,
        )  # fmt: skip


def _firms(orgs: Organisations, ties: Ties, sold: Floats) -> Firms:
    row = np.flatnonzero(orgs.firms)
    science = np.zeros(len(orgs), bool)
    science[ties.source[orgs.kind[ties.partner] != FIRM]] = True
    science[ties.partner[orgs.kind[ties.source] != FIRM]] = True
    columns = {
        name: getattr(orgs, name)[row]
        for name in ("region", "size", "age", "rd", "rd_stock", "innovative", "learning", "novelty")
    }
    return Firms(row=row, value_added=sold[row], science=science[row], **columns)


def _met(before: Ties, after: Ties, quarter: int, n: int) -> Meetings:
    """Return ties that were not there a quarter ago, and those that ended and go on."""
    was, now = before.where(~before.pending), after.where(~after.pending)
    old, new = ((t.source * n + t.partner) for t in (was, now))
    order = np.argsort(old, kind="stable")
    place = np.minimum(np.searchsorted(old[order], new), max(len(old) - 1, 0))
    known = old[order][place] == new if len(old) else np.zeros(len(new), bool)
    again = known.copy()
    if len(old):
        again &= (was.end[order][place] == quarter) & (now.end > quarter)
    keep = ~known | again
    return Meetings(
        one=now.source[keep],
        other=now.partner[keep],
        quarter=np.full(keep.sum(), quarter),
        again=again[keep],
    )


def _places(state: State, quarter: int) -> Places:
    """Return places in the projects that the call of the year brought, in its first quarter."""
    held = getattr(state, "participations", None)
    if held is None or quarter % QUARTERS:
        return Places.none()
    held = held.where((held.start >= quarter) & (held.funder == FRAMEWORK))
    return Places(
        project=held.project, row=held.organisation, partners=held.partners, quarter=held.start,
        sector=state.organisations.sector[held.organisation],  # type: ignore[attr-defined]
    )  # fmt: skip


def _granted(before: State, after: State, quarter: int, weight: float) -> Grants:
    projects = after.projects.where(after.projects.due == quarter)
    projects = projects.where(after.organisations.kind[projects.organisation] == FIRM)
    return Grants(
        size=before.organisations.size[projects.organisation],
        grant=projects.award / CENTS_A_KEUR / weight,
        added=projects.rd * (projects.end - projects.due) / QUARTERS,
    )


def _lives(events: list[tuple[Ints, int, int]], n: int) -> tuple[Ints, Ints]:
    """Return quarters of entry and exit of firms born in the run; -1: no exit seen."""
    joined, left = [], []
    open_since = np.full(n, -1)
    for rows, quarter, change in events:
        if change > 0:
            open_since[rows] = quarter
            continue
        born = rows[open_since[rows] >= 0]
        joined.append(open_since[born])
        left.append(np.full(len(born), quarter))
        open_since[born] = -1
    alive = open_since[open_since >= 0]
    return (
        np.concatenate([*joined, alive]).astype(np.int64),
        np.concatenate([*left, np.full(len(alive), -1)]).astype(np.int64),
    )


def _stacked(tables: list[T]) -> T:
    names = tables[0].__dict__
    return type(tables[0])(
        **{name: np.concatenate([getattr(t, name) for t in tables]) for name in names}
    )
