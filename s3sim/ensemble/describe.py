"""What the model is made of, as tables: parameters, regions, domains, policies, outcomes, state.

Every table is a list of rows (column name to plain value) made from the declarations themselves, so
documentation, command line and notebooks cannot disagree with the code.
"""

import inspect
import io
import tokenize
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from itertools import compress
from typing import Any

from s3sim.core.arrays import Bools, Floats, Ints, Singles
from s3sim.core.formatting import cell
from s3sim.ensemble.tables import outcome_info
from s3sim.model import state
from s3sim.policies import POLICIES
from s3sim.simulation.scenario import known_parameters
from s3sim.world import World

Row = dict[str, Any]

_TABLES = "Organisations Ties Acquaintances Projects Participations Authorities Brokers Regions Markets State"
STATE_TABLES: tuple[type, ...] = tuple(getattr(state, name) for name in _TABLES.split())
DTYPES = {
    **dict.fromkeys(map(repr, (Floats, float)), "float64"),
    **dict.fromkeys(map(repr, (Ints, int)), "int64"),
    repr(Singles): "float32",
    repr(Bools): "bool",
}
BY_NAME = {
    "region": "index of the region",
    "domain": "index of the domain",
    "kind": "kind of tie",
    "partner": "the organisation that was asked",
    "organisation": "row in Organisations",
    "entries": "firms that entered this quarter, simulated",
    "exits": "firms that left this quarter, simulated",
}
"""Meaning of columns that need no comment where they are declared."""


def parameters() -> list[Row]:
    """Return every parameter of the model and of all policies, in order of declaration.

    >>> sorted(parameters()[0])
    ['default', 'evidence', 'high', 'low', 'meaning', 'name', 'source', 'unit']
    """
    names = ("name", "default", "low", "high", "unit", "evidence", "meaning", "source")
    return [{n: getattr(declared, n) for n in names} for declared in known_parameters().values()]


def policies() -> list[Row]:
    """Return every policy with its parts; parts show only what differs from their defaults."""
    rows = []
    for name, policy in POLICIES.items():
        parts = " + ".join(_part(part) for part in policy.parts) or "none"
        rows.append(
            {"name": name, "title": policy.title, "meaning": policy.meaning, "parts": parts}
        )
    return rows


def outcomes() -> list[Row]:
    """Return every outcome of a run, then those that exist only between two policies."""
    missing = {"window": "comparison", "proxies": "none"}
    names = ("title", "unit", "better", "window", "proxies", "meaning")
    return [
        {"name": name, **{n: getattr(outcome, n, missing.get(n)) for n in names}}
        for name, outcome in outcome_info().items()
    ]


def regions(world: World | None = None) -> list[Row]:
    """Return the regions of a world (`partners` if not given), by code."""
    w = world or World.load("partners")
    columns: dict[str, Any] = {
        "code": w.codes,
        "name": w.names,
        "country": [w.countries[k] for k in w.country],
        "authority": [w.authorities[k] for k in w.authority],
        "tier": ["lagging" if lagging else "advanced" for lagging in w.lagging],
        "population": map(round, w.population.tolist()),
        "gdp_per_head_eur": (1e6 * w.gdp / w.population).round(-2).tolist(),
        "firms": map(round, w.firms.sum(axis=1).tolist()),
        "business_rd_pct_gdp": w.berd.round(2).tolist(),
        "public_rd_pct_gdp": w.public_rd.round(2).tolist(),
        "budget_eur_per_head": w.budget_per_head.round(1).tolist(),
    }
    return sorted(_rows(columns), key=lambda row: str(row["code"]))


def domains(world: World | None = None) -> list[Row]:
    """Return the domains of a world (`partners` if not given)."""
    w = world or World.load("partners")
    jobs = w.business_employment @ w.domain_share

    def named(labels: Sequence[str], member: Bools) -> list[str]:
        return [", ".join(compress(labels, column)) or "none" for column in member.T]

    columns: dict[str, Any] = {
        "code": w.domains,
        "name": w.domain_labels,
        "jobs_pct": (100 * jobs / jobs.sum()).round(1).tolist(),
        "tradable": w.tradable.round(2).tolist(),
        "trend_pct_a_year": (100 * w.trend).round(2).tolist(),
        "knowledge_intensity": w.knowledge_intensity.round(2).tolist(),
        "themes": named(w.themes, w.domain_theme),
        "trans_s3_fields": named(w.trans_fields, w.domain_trans_field),
    }
    return _rows(columns)


def _rows(columns: Mapping[str, Any]) -> list[Row]:
    return [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]


def state_variables() -> list[Row]:
    """Return every state variable: table, column, dtype, meaning (the comment beside it).

    >>> [row["dtype"] for row in state_variables() if row["column"] == "productivity"]
    ['float64']
    """
    rows = []
    for table in STATE_TABLES:
        comments = _comments(table)
        for column in fields(table):
            name, kind = column.name, column.type
            dtype = DTYPES.get(repr(kind)) or getattr(kind, "__name__", str(kind))
            meaning = comments.get(name) or BY_NAME.get(name) or _table_of(kind)
            row = {"table": table.__name__, "column": name, "dtype": dtype, "meaning": meaning}
            rows.append(row)
    return rows


TABLES: Mapping[str, Callable[..., list[Row]]] = {
    "parameters": parameters,
    "regions": regions,
    "domains": domains,
    "policies": policies,
    "outcomes": outcomes,
    "state": state_variables,
}
"""What `s3sim describe` can show; `regions` and `domains` take a world."""


def markdown(rows: Sequence[Mapping[str, object]]) -> str:
    r"""Write rows as a Markdown table; numbers stand to the right.

    >>> print(markdown([{"name": "a|b", "n": 2.0}]))
    | name | n |
    | --- | ---: |
    | a\|b | 2 |
    """
    if not rows:
        return ""
    names = list(rows[0])
    number = [all(isinstance(row[name], int | float) for row in rows) for name in names]
    lines = [names, ["---:" if right else "---" for right in number]]
    lines += [[cell(row[name]).replace("|", "\\|") for name in names] for row in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _part(part: Any) -> str:
    changed = [
        f"{field.name}={getattr(part, field.name)!r}"
        for field in fields(part)
        if field.default is not MISSING and getattr(part, field.name) != field.default
    ]
    return f"{type(part).__name__}({', '.join(changed)})"


def _comments(table: type) -> dict[str, str]:
    """Return the comment beside each column of a dataclass."""
    lines = inspect.getsource(table)
    found: dict[str, str] = {}
    for token in tokenize.generate_tokens(io.StringIO(lines).readline):
        name = token.line.split(":", 1)[0].strip()
        if token.type == tokenize.COMMENT and name.isidentifier():
            found[name] = token.string.lstrip("# ").strip()
    return found


def _table_of(kind: object) -> str:
    """Say what a column holds that is a table itself: the first sentence about the table."""
    return (inspect.getdoc(kind) or "").split("\n", 1)[0] if isinstance(kind, type) else ""
