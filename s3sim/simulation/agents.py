"""Mesa agents as views on rows: reading and writing an agent reads and writes the state.

Views are ordinary registered Mesa agents that hold a row number, made when somebody first looks at
them; runs that nobody looks at make none. Writing is meant for lessons and for shocks between
quarters, never for mechanisms.
"""

from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from s3sim.model.state import INSTITUTE, Table

if TYPE_CHECKING:
    from s3sim.simulation.model import S3Model


class Column:
    """A column of a table of the state, read and written at the agent's row."""

    def __init__(self, table: str, column: str = "") -> None:
        self.table, self.column = table, column

    def __set_name__(self, owner: type, name: str) -> None:
        self.column = self.column or name

    def __get__(self, agent: "View | None", owner: type | None = None) -> Any:
        if agent is None:
            return self
        value = self._values(agent)[agent.row]
        return value.item() if np.ndim(value) == 0 else value

    def __set__(self, agent: "View", value: Any) -> None:
        self._values(agent)[agent.row] = value

    def _values(self, agent: "View") -> np.ndarray[Any, Any]:
        table: Table = getattr(agent.model.state, self.table)
        values: np.ndarray[Any, Any] = getattr(table, self.column)
        return values


class View(mesa.Agent):
    """An agent that is a row.

    Mesa 3.3's `Agent.__init__` numbers agents in a class-level table that keeps every model alive;
    a view takes its number from its row instead and registers itself.
    """

    offset = 0

    def __init__(self, model: "S3Model", row: int) -> None:
        self.model, self.row, self.pos = model, row, None
        self.unique_id = self.offset + row + 1
        model.register_agent(self)
        # Mesa 3.4 and later number agents in order of registration; a row is the better name.
        self.unique_id = self.offset + row + 1

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.unique_id})"


class Organisation(View):
    """A firm or an institute."""

    size = Column("organisations")
    domain = Column("organisations")
    rd = Column("organisations")
    rd_stock = Column("organisations")
    absorptive_capacity = Column("organisations")
    cooperation_propensity = Column("organisations")
    knowledge = Column("organisations")
    active = Column("organisations")
    grants = Column("organisations")

    @property
    def region(self) -> str:
        """Code of the region."""
        orgs = self.model.state.organisations
        code: str = self.model.world.codes[orgs.region[self.row]]
        return code

    @property
    def country(self) -> str:
        """Code of the country."""
        world = self.model.world
        code: str = world.countries[world.country[world.index(self.region)]]
        return code

    @property
    def partners(self) -> list["Organisation"]:
        """Organisations that it collaborates with."""
        ties = self.model.state.ties
        rows = np.concatenate(
            [ties.partner[ties.source == self.row], ties.source[ties.partner == self.row]]
        )
        return [self.model.organisation(int(row)) for row in rows]


class Firm(Organisation):
    """A firm."""

    productivity = Column("organisations")
    demand_shifter = Column("organisations")
    value_added = Column("organisations")
    cash = Column("organisations")
    rd_intensity = Column("organisations")
    innovative = Column("organisations")
    innovations = Column("organisations")
    age = Column("organisations")
    served = Column("organisations")


class Institute(Organisation):
    """A research institute or university."""


class Authority(View):
    """Who decides a smart-specialisation strategy."""

    offset = 1_000_000_000
    success = Column("authorities")
    balance = Column("authorities")

    @property
    def name(self) -> str:
        """Its name: a region or a nation."""
        name: str = self.model.world.authorities[self.row]
        return name

    @property
    def priorities(self) -> list[str]:
        """Codes of its priority domains."""
        chosen = np.flatnonzero(self.model.state.authorities.priorities[self.row])
        return [self.model.world.domains[k] for k in chosen]


class Broker(View):
    """The innovation broker office of a region."""

    offset = 2_000_000_000
    skill = Column("brokers")
    clients = Column("brokers")
    matches = Column("brokers")

    @property
    def region(self) -> str:
        """Code of the region."""
        code: str = self.model.world.codes[self.row]
        return code


def wanted(model: "S3Model") -> list[tuple[type[View], int]]:
    """Return the class and row of every actor that exists now."""
    orgs, offer = model.state.organisations, model.instruments
    living = np.flatnonzero(orgs.active)
    kinds = orgs.kind[living] == INSTITUTE
    views: list[tuple[type[View], int]] = [
        (Institute if institute else Firm, int(row))
        for row, institute in zip(living, kinds, strict=True)
    ]
    views += [(Authority, row) for row in range(model.world.n_authorities)]
    views += [(Broker, int(row)) for row in np.flatnonzero(offer.brokers > 0)]
    return views
