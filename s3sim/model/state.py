"""What a run changes: one table of equally long columns for each kind of thing.

Rows are identities: a row keeps its actor (or its latent founder) for the whole run, entry and
exit only switch `active`. A mechanism returns a new `State` that shares the unchanged columns.
"""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints, Singles
from s3sim.core.record import Record
from s3sim.model.acquaintances import Acquaintances
from s3sim.model.ledger import Ledger
from s3sim.model.table import Table as Table

FIRM, INSTITUTE = 0, 1
"""Kinds of organisations."""

BUSINESS, UNIVERSITY, RESEARCH_ORGANISATION, PUBLIC_BODY, OTHER_BODY = 0, 1, 2, 3, 4
"""Sectors of organisations, as CORDIS has them (PRC, HES, REC, PUB, OTH): firms are business,
institutes one of the others."""

SECTORS = ("business", "university", "research_organisation", "public_body", "other_body")

FRAMEWORK, NATIONAL = 0, 1
"""Who pays a research consortium: the EU's framework programme or a national one."""

OWN, REGIONAL_GRANT, JOINT_GRANT, BROKERED = 0, 1, 2, 3
"""Kinds of ties: formed at own cost, under a regional grant, a joint grant, or by a broker."""

TIE_KINDS = ("own", "regional_grant", "joint_grant", "brokered")

REGIONAL, JOINT, HORIZONTAL = 0, 1, 2
"""Public money that pays a project, in the order of `PROJECT_ITEMS`."""

PROJECT_ITEMS = ("regional_grants", "joint_grants", "horizontal_support")
"""Ledger item of each kind of public money."""

NOT_SEEKING, SEEKING_DOMESTIC, SEEKING_ANY, SEEKING_ABROAD = 0, 1, 2, 3
"""What partner a funded or bidding organisation must find this quarter."""


@dataclass(frozen=True, kw_only=True)
class Organisations(Table):
    """Firms and research institutes (institutes have no market: their value added stays zero).

    Money is in thousand euro (kEUR) at constant prices, rates are a year. Firm rows come first,
    both kinds in region order.
    """

    kind: Ints  # FIRM or INSTITUTE
    sector: Ints  # BUSINESS ... OTHER_BODY
    region: Ints
    domain: Ints  # home domain
    active: Bools  # False: latent founder, or gone
    size: Floats  # persons employed; institutes: researchers (FTE)
    productivity: Floats  # value added per person and year, kEUR
    demand_shifter: Floats  # what customers pay beyond productivity, index
    value_added: Floats  # value added at an annual rate, kEUR
    cash: Floats  # money at hand, kEUR
    rd_intensity: Floats  # own R&D spending as a share of value added (institutes: kEUR a year)
    rd: Floats  # own R&D spending at an annual rate, kEUR
    project_rd: Floats  # additional R&D from public projects, annual rate, kEUR
    rd_stock: Floats  # depreciated sum of past R&D, kEUR
    absorptive_capacity: Floats  # ability to use what others know, 0-1
    innovative: Bools  # innovation-active
    cooperation_propensity: Floats  # habit of cooperating, 0-1
    abroad_habit: Bools  # wants a partner abroad, and is used to having one
    science_habit: Bools  # prefers institutes to firms as partners
    knowledge: Singles  # [N, D] mastery of each domain, 0-1
    learning: Floats  # value of learning from partners this quarter (C)
    institute_learning: Floats  # the part that comes from institutes (U)
    novelty: Floats  # mean cognitive distance to active partners
    insight: Floats  # slow mean of the value of learning (years of delay)
    know_how: Floats  # log productivity that partners brought and that has not faded
    tie_cost: Floats  # share of own R&D effort that partnerships cost
    spillover: Floats  # knowledge that reaches the organisation without contract (Sp)
    innovations: Ints  # this quarter
    age: Floats  # years
    distress: Ints  # quarters in a row with negative cash
    shock_variance: Floats  # variance multiplier of demand shocks, drawn once a year
    grants: Ints  # awards so far
    seeking: Ints  # partner that a project needs this quarter
    served: Bools  # has been a broker's client

    @property
    def firms(self) -> Bools:
        """Active firms."""
        return self.active & (self.kind == FIRM)


@dataclass(frozen=True, kw_only=True)
class Ties(Table):
    """Collaborations in progress; each joins two active organisations."""

    source: Ints  # the organisation that asked
    partner: Ints
    start: Ints  # quarter
    end: Ints  # quarter in which it is renewed or ends
    kind: Ints  # OWN ... BROKERED
    trust: Floats  # of the two sides in each other, 0-1
    bid: Bools  # stands in the joint call of this year
    pending: Bools  # formed for a joint bid that is not decided yet: no collaboration so far

    @classmethod
    def none(cls) -> "Ties":
        """Return an empty table."""
        i, f, b = np.zeros(0, np.int64), np.zeros(0), np.zeros(0, bool)
        return cls(
            source=i, partner=i, start=i, end=i, kind=i, trust=f, bid=b, pending=b
        )  # fmt: skip

    @classmethod
    def new(
        cls,
        one: Ints,
        other: Ints,
        kind: Ints,
        quarter: int,
        bid: Bools,
        trust: Floats | float = 0.0,
    ) -> "Ties":
        """Return ties that start now; the mechanism of tie life sets when they end."""
        n = len(one)
        return cls(
            source=one, partner=other, start=np.full(n, quarter), end=np.full(n, -1), kind=kind,
            trust=np.broadcast_to(trust, n).astype(np.float64), bid=bid, pending=bid,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Projects(Table):
    """Funded projects: money awarded, to be paid when due, and R&D that it adds."""

    organisation: Ints
    instrument: Ints  # REGIONAL, JOINT or HORIZONTAL money
    authority: Ints  # whose call; the number of authorities itself stands for the joint call
    domain: Ints
    award: Ints  # euro cents, at real scale
    cost: Floats  # kEUR for one simulated organisation
    value: Floats  # private value to the organisation, standard deviations (known to it alone)
    due: Ints  # quarter of payment and of the start
    end: Ints  # quarter
    rd: Floats  # R&D added while it runs, kEUR a year for one simulated organisation

    @classmethod
    def none(cls) -> "Projects":
        """Return an empty table."""
        i, f = np.zeros(0, np.int64), np.zeros(0)
        return cls(
            organisation=i, instrument=i, authority=i, domain=i, award=i, cost=f, value=f, due=i,
            end=i, rd=f,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Participations(Table):
    """Places of organisations in research consortia, for some years after their end too.

    Rows of a project stand together. Partners outside the modelled regions are a number.
    """

    project: Ints  # number of the project
    organisation: Ints
    lead: Bools  # coordinates the project
    funder: Ints  # FRAMEWORK or NATIONAL
    partners: Ints  # of the project, those outside the modelled regions included
    start: Ints  # quarter, may lie before the run
    end: Ints  # quarter in which it is over
    rd: Floats  # R&D added while it runs, kEUR a year for one simulated organisation
    running: Bools  # this quarter

    @classmethod
    def none(cls) -> "Participations":
        """Return an empty table."""
        i, f, b = np.zeros(0, np.int64), np.zeros(0), np.zeros(0, bool)
        return cls(
            project=i, organisation=i, lead=b, funder=i, partners=i, start=i, end=i, rd=f, running=b
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Authorities(Table):
    """Those who decide a smart-specialisation strategy: regions, or nations for their regions."""

    priorities: Bools  # [A, D] the list in force
    success: Floats  # remembered share of applied-for money that was awarded, 0-1
    results: Floats  # [A, D] monitored innovations of funded projects (decaying sum)
    balance: Ints  # uncommitted money of this year, cents


@dataclass(frozen=True, kw_only=True)
class Brokers(Table):
    """The broker office of each region."""

    skill: Floats  # correlation of the broker's ranking with true value, 0-1
    credit: Floats  # capacity earned and not yet used, simulated clients
    clients: Ints  # cases so far, simulated
    firms: Ints  # different firms served so far, simulated
    matches: Ints  # ties brought about so far, simulated
    funded_share: Floats  # share of this year's broker contracts that the budget could pay, 0-1
    cases: Floats  # [R, R] cases so far of each broker with each other region, simulated


@dataclass(frozen=True, kw_only=True)
class Regions(Table):
    """Tables of region x domain, and flows of the quarter that no other table remembers."""

    published: Floats  # [R, D] employment statistics that authorities can see
    awaiting: Floats  # [R, D] employment statistics collected, not yet published
    pool: Floats  # [R, D] knowledge that spills into the region, relative to the start
    entries: Ints
    exits: Ints
    rd_norm: Floats  # R&D intensity of performers that the region's business R&D implies
    cohort: Floats  # firms of the start
    first_jobs: Floats  # persons employed in firms at the start
    tracked: Floats  # those of them that are still there
    grants_paid: Ints  # cents this quarter
    awards: Ints  # cents awarded this quarter


@dataclass(frozen=True, kw_only=True)
class Markets(Table):
    """One row for each country x domain."""

    expenditure: Floats  # kEUR a year at the start
    outside: Floats  # strength of competitors from the rest of the world now
    strength: Floats  # all suppliers' strength at the start (fixes the price index)
    price: Floats  # value added that a unit of strength brings now, kEUR a year


@dataclass(frozen=True, kw_only=True)
class State(Record):
    """All that a run changes."""

    organisations: Organisations
    ties: Ties
    acquaintances: Acquaintances
    projects: Projects
    participations: Participations
    authorities: Authorities
    brokers: Brokers
    regions: Regions
    markets: Markets
    ledger: Ledger
    joint_priorities: Bools  # [D] the joint list in force
    pool: int  # uncommitted money of the joint pool, cents
    frontier: Floats  # [D] log productivity of the domain's best tenth
    spill_reference: float  # mean of the raw knowledge pool at the start
    first_productivity: float  # value added per person of all firms at the start, kEUR a year
    wage_level: float  # value added per person of all firms now, over that of the start
    substitution: float  # elasticity that demand shifters are measured with
