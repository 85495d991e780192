"""Innovation brokers: a bounded number of clients, a search over registers, error, learning.

The transnational innovation brokerage system (TIBS) of GoSmart BSR: identification, profile,
needs, search in the broker network, matching, support, follow-up.
"""

from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Bools, Floats, Ints, count_by, sum_by
from s3sim.core.constants import SME, TINY
from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.context import Context
from s3sim.model.matching import first_meetings
from s3sim.model.proximity import degree
from s3sim.model.state import BROKERED, FIRM, Organisations, State, Ties

SPECIALIST_LOSS = 0.5
"""A generalist broker judges firm-institute matches half as well (direction: only specialised
intermediaries help such ties, Caloffi, Rossi and Russo 2015; half is assumed)."""

DRAWS = 4
"""Uniforms that a register entry takes: its kind, region, domain and organisation."""

STANDARDISED_UNIFORM = np.sqrt(12)
"""One over the standard deviation of a uniform number."""


@dataclass(frozen=True)
class Brokerage(ParameterGroup, name="brokerage"):
    """Brokers propose pairs; the pairs decide. Fees are paid by the budget, before any grant.

    Ranking: q V / sd(V) + sqrt(1 - q^2) noise. A proposal is heard with chance q: both sides give
    time to whoever has shown to know them. Relief and trust are lent in proportion to q and to how
    well the broker knows the two regions, k / (k + familiar) after k cases between them. Skill grows
    with cases as far as one can read them: d q = learning q (1 - q). A broker of skill 0 brings
    about nothing.
    """

    # fmt: off
    clients: float = param(4.0, 1.0, 20.0, "firms that a broker serves in a quarter", unit="firms",
        source="clients of a broker", evidence="recalled")
    register: int = param(64, 8, 200, "register entries looked through for a client",
        unit="organisations",
        source="some dozens, what one reads for a client in days; range from a list to a register")
    proposals: int = param(3, 1, 6, "partners proposed to a client", unit="organisations",
        source="TIBS offers the best-matching alternatives; assumed: a few")
    skill: float = param(0.4, 0.0, 0.8, "correlation of a new broker's ranking with true value",
        source="ranks explain 0.4^2 = 16 % of value; range from chance to 64 %")
    learning: float = param(0.01, 0.0, 0.05, unit="1/case",
        meaning="skill gained by a real case, share of skill times what is missing",
        source="80 cases (five years) raise skill from 0.40 to 0.60; range from none")
    relief: float = param(0.5, 0.0, 0.9, "border frictions that a broker of full skill removes",
        unit="share",
        source="half; checked by target T27 (+75 % pairs, Boudreau et al. 2017)")
    trust: float = param(0.2, 0.0, 0.5, "trust that a broker of full skill lends to a new pair",
        source="a fifth of full trust, as it is lent, not earned; range from none to half")
    familiar: float = param(10.0, 1.0, 50.0, unit="cases",
        meaning="real cases between two regions after which half of them is known",
        source="ten, within a year or two of a broker's work; range from the first to years")
    institutes: float = param(0.2, 0.0, 0.5, "register entries that are institutes", unit="share",
        source="a fifth; 15 of 46 named kinds of partners are universities or institutes (CIS4)")
    # fmt: on

    def __call__(self, state: State, context: Context) -> State:
        """Return the state after this quarter's clients were served."""
        at_work = context.instruments.brokers * state.brokers.funded_share
        if not at_work.any():
            return state
        orgs, brokers, n = state.organisations, state.brokers, len(state.organisations)
        credit = brokers.credit + at_work * self.clients * context.scale
        capacity = np.floor(credit + TINY).astype(np.int64)
        free = context.partners.capacity(orgs) - degree(n, state.ties.source, state.ties.partner)
        client = self._clients(orgs, free, capacity, context)
        handled = count_by(orgs.region[client], len(capacity))
        skill = np.where(at_work > 0, np.maximum(brokers.skill, self.skill), brokers.skill)
        new, heard = self._matches(client, skill, free, state, context)
        region = orgs.region[new.source]
        each = context.weight / np.maximum(context.instruments.brokers, TINY)
        seen = np.exp(self.learning * np.where(at_work > 0, handled * each, 0.0))
        served = orgs.served.copy()
        served[client] = True
        return state.replace(
            organisations=orgs.replace(served=served),
            ties=state.ties.joined(new),
            brokers=brokers.replace(
                skill=skill * seen / (1 - skill + skill * seen),
                cases=brokers.cases + heard * each[:, None],
                # An idle hour does not come back: credit beyond one client is lost.
                credit=np.minimum(credit - handled, 1.0),
                clients=brokers.clients + handled,
                firms=brokers.firms
                + count_by(orgs.region[client[~orgs.served[client]]], len(capacity)),
                matches=brokers.matches + count_by(region, len(capacity)),
            ),
        )

    def _clients(self, orgs: Organisations, free: Ints, capacity: Ints, context: Context) -> Ints:
        """Return the SMEs served now: new clients first, by the luck of the draw, within capacity."""
        eligible = orgs.firms & orgs.innovative & (orgs.size < SME) & (free > 0)
        row = np.flatnonzero(eligible & (capacity[orgs.region] > 0))
        luck = context.streams.uniform("brokerage/client", len(orgs), row) + orgs.served[row]
        region = orgs.region[row]
        order = np.lexsort((luck, region))
        size = count_by(region, len(capacity))
        rank = np.empty(len(row), np.int64)
        rank[order] = np.arange(len(row)) - (np.cumsum(size) - size)[region[order]]
        return row[rank < capacity[region]]

    def _matches(
        self, client: Ints, skill: Floats, free: Ints, state: State, context: Context
    ) -> tuple[Ties, Floats]:
        """Search the registers, propose the best-looking, let both sides hear and decide.

        Returns
        -------
        ties : Ties
            New ones.
        heard : array [R, R]
            Proposals that were heard, by region of client and partner.
        """
        orgs, n_regions = state.organisations, context.world.n_regions
        none = np.zeros((n_regions, n_regions))
        one, other = self._register(client, orgs, state.ties, context)
        if not len(one):
            return Ties.none(), none
        judged = self._judged(one, other, skill, orgs)
        keep = self._shortlist(one, other, judged, orgs, context)
        keep &= context.streams.pair("brokerage/hearing", one, other) < judged
        one, other, judged = one[keep], other[keep], judged[keep]
        here, there = orgs.region[one], orgs.region[other]
        known = state.brokers.cases + state.brokers.cases.T
        lent = judged * (known / (known + self.familiar))[here, there]
        before, left = state.acquaintances.trust_of(one, other, len(orgs))
        trust = np.maximum(left, self.trust * lent)
        yes = context.agreed(
            orgs, one, other, free, common=before * 1.0, relief=self.relief * lent, trust=trust
        )
        no = np.zeros(int(yes.sum()), bool)
        kind, quarter = np.full(len(no), BROKERED), context.calendar.quarter
        heard = sum_by(here * n_regions + there, n_regions**2).reshape(none.shape)
        return Ties.new(one[yes], other[yes], kind, quarter, no, trust[yes]), heard

    def _judged(self, one: Ints, other: Ints, skill: Floats, orgs: Organisations) -> Floats:
        """Return how well the client's broker judges each pair, 0-1, [P]."""
        specialist = np.where(orgs.kind[other] == FIRM, 1.0, SPECIALIST_LOSS)
        return np.asarray(skill[orgs.region[one]] * specialist)

    def _register(
        self, client: Ints, orgs: Organisations, ties: Ties, context: Context
    ) -> tuple[Ints, Ints]:
        """Return clients and register entries, shape [P], each pair once."""
        one = np.repeat(client, self.register)
        u = context.streams.uniform("brokerage/register", (len(orgs), self.register, DRAWS), client)
        u = u.reshape(-1, DRAWS)
        abroad, offices = context.space.abroad, context.instruments.brokers > 0
        where = abroad & offices[None, :] if context.instruments.broker_network else ~abroad
        # Registers list all firms and all regions alike, whatever their habits or the distance.
        index = context.partners.index(orgs)
        domain, science = orgs.domain[one], u[:, 0] < self.institutes
        kind = np.where(science, len(index.related), domain)
        there = context.partners.regions(
            orgs.region[one], kind, index.mass, where.astype(np.float64), u[:, 1]
        )
        other = np.where(
            science, index.research(there, u[:, 2]), index.firms(domain, there, u[:, 2:])
        )
        good = (other >= 0) & (other != one) & first_meetings(one, other, ties, len(orgs))
        return one[good], other[good]

    def _shortlist(
        self, one: Ints, other: Ints, judged: Floats, orgs: Organisations, context: Context
    ) -> Bools:
        """Return the entries that a client's broker ranks highest, with error."""
        value = context.value_of(orgs, one, other, np.zeros(len(one)))
        noise = STANDARDISED_UNIFORM * (context.streams.pair("brokerage/error", one, other) - 0.5)
        seen = judged * value / max(float(value.std()), TINY) + np.sqrt(1 - judged**2) * noise
        order = np.lexsort((-seen, one))
        first = np.concatenate([[True], one[order][1:] != one[order][:-1]])
        start = np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
        keep = np.zeros(len(one), bool)
        keep[order] = np.arange(len(order)) - start < self.proposals
        return keep
