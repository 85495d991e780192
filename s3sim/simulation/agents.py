"""Mesa agents as views on rows: reading and writing an agent reads and writes the state.

Views are ordinary registered Mesa agents that hold a row number, made when somebody first looks at
them; runs that nobody looks at make none. Writing is meant for lessons and for shocks between
quarters, never for mechanisms.
"""

import math
from typing import Any

import mesa
import numpy as np

from s3sim.core.errors import InputError, nearest
from s3sim.core.parameters import plain
from s3sim.mechanisms.demography import close_firms
from s3sim.model.state import INSTITUTE, Table

LARGEST = 1e15
"""What no amount of a region's economy comes near (kEUR, persons); larger numbers overflow."""

mesa_attributes = ("model", "pos", "unique_id")
"""What Mesa itself writes to an agent."""


class Column:
    """A column of a table of the state, read and written at the agent's row.

    Parameters
    ----------
    table : str
        Name of the table in `State`.
    low, high : float
        What may be written; a column without bounds can only be read.
    """

    def __init__(self, table: str, low: float = math.nan, high: float = math.inf) -> None:
        self.table, self.low, self.high = table, low, high

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, agent: "View | None", owner: type | None = None) -> Any:
        if agent is None:
            return self
        value = self._values(agent)[agent.row]
        if np.ndim(value) == 0:
            return value.item()
        copy = value.copy()
        copy.setflags(write=False)  # writing into it would change nothing
        return copy

    def __set__(self, agent: "View", value: Any) -> None:
        values, where = self._values(agent), f"{self.name} of {agent!r}"
        if math.isnan(self.low):
            raise InputError(f"{where} can only be read.")
        kind = {"b": "True or False", "i": "a whole number"}.get(values.dtype.kind, "a number")
        allowed = f"allowed: {kind}"
        if values.dtype.kind != "b":
            allowed += f" from {self.low:g}" + (f" to {self.high:g}" if self.high < LARGEST else "")
        value = plain(value)
        if values.dtype.kind == "b":
            fits = value in (True, False, 0, 1)
        else:
            fits = isinstance(value, int | float) and not isinstance(value, bool)
            fits = fits and self.low <= value <= min(self.high, LARGEST)
            fits = fits and (values.dtype.kind != "i" or value == int(value))
        if not fits:
            raise InputError(f"{where} = {value!r} is not possible; {allowed}.")
        values[agent.row] = value

    def _values(self, agent: "View") -> np.ndarray[Any, Any]:
        table: Table = getattr(agent.model.state, self.table)
        values: np.ndarray[Any, Any] = getattr(table, self.name)
        return values


class View(mesa.Agent):
    """An agent that is a row of the state; the model makes views, users do not.

    Mesa 3.3's `Agent.__init__` numbers agents in a class-level table that keeps every model alive;
    a view takes its number from its row instead and registers itself. Numbers of views begin far
    above those that Mesa gives to a user's own agents.
    """

    model: Any  # the S3Model, which imports this file
    offset = 0
    how = "the model makes them"

    def __init__(self, model: Any, *args: Any, **kwargs: Any) -> None:
        kind = type(self).__name__
        raise InputError(
            f"{kind}(model) makes no {kind.lower()}: agents are views on rows of the state, and "
            f"{self.how}. See model.agents_by_type[{kind}]."
        )

    @classmethod
    def on(cls, model: Any, row: int) -> "View":
        """Return the view of a row, registered with the model."""
        view = cls.__new__(cls)
        view.__dict__.update(model=model, row=row, pos=None, unique_id=cls.offset + row + 1)
        model.register_agent(view)
        # Mesa 3.4 and later number agents in order of registration; a row is the better name.
        view.__dict__["unique_id"] = cls.offset + row + 1
        return view

    def __setattr__(self, name: str, value: Any) -> None:
        kind = type(self)
        if isinstance(getattr(kind, name, None), property):
            raise InputError(f"{name} of {self!r} can only be read.")
        if name not in (*mesa_attributes, *vars(self)) and not hasattr(kind, name):
            columns = [one for one in dir(kind) if isinstance(getattr(kind, one), Column)]
            raise InputError(
                f"{self!r} has no column '{name}'{nearest(name, columns) or '.'} "
                f"Columns: {', '.join(columns)}."
            )
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.unique_id})"

    def remove(self) -> None:
        """Refuse: authorities, brokers and institutes come and go with the world and policies."""
        raise InputError(f"{self!r} cannot be removed; {self.how}.")

    def drop(self) -> None:
        """Forget the view of a row that is gone."""
        super().remove()


class Organisation(View):
    """A firm or an institute."""

    offset = 1_000_000_000

    size = Column("organisations", 0.0)
    domain = Column("organisations")
    rd = Column("organisations", 0.0)
    rd_stock = Column("organisations", 0.0)
    absorptive_capacity = Column("organisations", 0.0, 1.0)
    cooperation_propensity = Column("organisations", 0.0, 1.0)
    knowledge = Column("organisations")
    active = Column("organisations")
    grants = Column("organisations", 0)

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

    how = "new firms enter through the mechanism 'demography' (parameter demography.entry_rate)"

    productivity = Column("organisations", 1e-9)
    demand_shifter = Column("organisations", 1e-9)
    value_added = Column("organisations", 0.0)
    cash = Column("organisations", -LARGEST)
    rd_intensity = Column("organisations", 0.0, 1.0)
    innovative = Column("organisations", 0, 1)
    innovations = Column("organisations", 0)
    age = Column("organisations", 0.0)
    served = Column("organisations", 0, 1)

    def remove(self) -> None:
        """Close the firm: it sells, employs and cooperates no more, and its row may be founded anew."""
        leaves = np.zeros(len(self.model.state.organisations), bool)
        leaves[self.row] = True
        self.model.state = close_firms(self.model.state, leaves)
        self.model.forget(self)


class Institute(Organisation):
    """A research institute or university."""

    how = "institutes come with the world (column institutes of regions.csv)"


class Authority(View):
    """Who decides a smart-specialisation strategy."""

    offset = 2_000_000_000
    how = "authorities come with the world"
    success = Column("authorities", 0.0, 1.0)
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

    offset = 3_000_000_000
    how = "brokers come with a policy that offers them"
    skill = Column("brokers", 0.0, 1.0)
    clients = Column("brokers")
    matches = Column("brokers")

    @property
    def region(self) -> str:
        """Code of the region."""
        code: str = self.model.world.codes[self.row]
        return code


def wanted(model: Any) -> list[tuple[type[View], int]]:
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
