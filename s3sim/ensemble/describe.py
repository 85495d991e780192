"""What the model is made of, as tables: parameters, regions, domains, policies, outcomes, state.

Every table is a list of rows (column name to plain value) made from the declarations themselves, so
documentation, command line and notebooks cannot disagree with the code.
"""

import inspect
import io
import tokenize
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any

from s3sim.core.arrays import Bools, Floats, Ints, Singles
from s3sim.core.formatting import cell
from s3sim.ensemble.tables import outcome_info
from s3sim.model import state
from s3sim.policies import POLICIES
from s3sim.simulation.scenario import known_parameters
from s3sim.world import World

Row = dict[str, Any]

STATE_TABLES: tuple[type, ...] = (
    state.Organisations,
    state.Ties,
    state.Projects,
    state.Authorities,
    state.Brokers,
    state.Regions,
    state.Markets,
    state.State,
)
DTYPES = {
    repr(kind): dtype
    for kind, dtype in (
        (Floats, "float64"), (Singles, "float32"), (Ints, "int64"),
        (Bools, "bool"), (float, "float64"), (int, "int64"),
    )
}  # fmt: skip
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
    return [
        {
            "name": one.name, "default": one.default, "low": one.low, "high": one.high,
            "unit": one.unit, "evidence": one.evidence, "meaning": one.meaning, "source": one.source,
        }
        for one in known_parameters().values()
    ]  # fmt: skip


def policies() -> list[Row]:
    """Return every policy with its parts; parts show only what differs from their defaults."""
    return [
        {
            "name": name, "title": one.title, "meaning": one.meaning,
            "parts": " + ".join(_part(part) for part in one.parts) or "none",
        }
        for name, one in POLICIES.items()
    ]  # fmt: skip


def outcomes() -> list[Row]:
    """Return every outcome of a run, then those that exist only between two policies."""
    return [
        {
            "name": name, "title": one.title, "unit": one.unit, "better": one.better,
            "window": getattr(one, "window", "comparison"),
            "proxies": getattr(one, "proxies", "none"), "meaning": one.meaning,
        }
        for name, one in outcome_info().items()
    ]  # fmt: skip


def regions(world: World | None = None) -> list[Row]:
    """Return the regions of a world (`partners` if not given), by code."""
    w = world or World.load("partners")
    rows = [
        {
            "code": w.codes[r], "name": w.names[r], "country": w.countries[w.country[r]],
            "authority": w.authorities[w.authority[r]],
            "tier": "lagging" if w.lagging[r] else "advanced",
            "population": round(float(w.population[r])),
            "gdp_per_head_eur": round(1e6 * float(w.gdp[r] / w.population[r]), -2),
            "firms": round(float(w.firms[r].sum())),
            "business_rd_pct_gdp": round(float(w.berd[r]), 2),
            "public_rd_pct_gdp": round(float(w.public_rd[r]), 2),
            "budget_eur_per_head": round(float(w.budget_per_head[r]), 1),
        }
        for r in range(w.n_regions)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: str(row["code"]))


def domains(world: World | None = None) -> list[Row]:
    """Return the domains of a world (`partners` if not given)."""
    w = world or World.load("partners")
    jobs = w.business_employment @ w.domain_share
    return [
        {
            "code": w.domains[d], "name": w.domain_labels[d],
            "jobs_pct": round(float(100 * jobs[d] / jobs.sum()), 1),
            "tradable": round(float(w.tradable[d]), 2),
            "trend_pct_a_year": round(float(100 * w.trend[d]), 2),
            "knowledge_intensity": round(float(w.knowledge_intensity[d]), 2),
            "themes": ", ".join(
                name for t, name in enumerate(w.themes) if w.domain_theme[t, d]
            ) or "none",
            "trans_s3_fields": ", ".join(
                name for t, name in enumerate(w.trans_fields) if w.domain_trans_field[t, d]
            ) or "none",
        }
        for d in range(w.n_domains)
    ]  # fmt: skip


def state_variables() -> list[Row]:
    """Return every state variable: table, column, dtype, meaning (the comment beside it).

    >>> state_variables()[4]["column"], state_variables()[4]["dtype"]
    ('size', 'float64')
    """
    rows = []
    for table in STATE_TABLES:
        comments = _comments(table)
        for one in fields(table):
            dtype = DTYPES.get(repr(one.type)) or getattr(one.type, "__name__", str(one.type))
            meaning = comments.get(one.name) or BY_NAME.get(one.name) or _table_of(one.type)
            rows.append(
                {"table": table.__name__, "column": one.name, "dtype": dtype, "meaning": meaning}
            )
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
    lines = [names, ["---:" if one else "---" for one in number]]
    lines += [[cell(row[name]).replace("|", "\\|") for name in names] for row in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _part(part: Any) -> str:
    changed = [
        f"{one.name}={getattr(part, one.name)!r}"
        for one in fields(part)
        if one.default is not MISSING and getattr(part, one.name) != one.default
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
