"""Tables on the terminal: whole names at every width, nothing told by colour alone."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from s3sim.core.formatting import MISSING, SYMBOLS, cell, is_percentage, number, rounded

if TYPE_CHECKING:
    from s3sim.ensemble.comparison import Comparison

COST = "cost_per_additional_cross_border_collaboration"
BEFORE_SECTION = ("innovations", "theil_index", "grants_paid", "smes_served")
TINY = 1e-4
"""Effects below this share of the baseline are told as such, whatever their sign."""
COLOURS = {"higher": "green", "lower": "red"}
PLAIN_SYMBOLS = {"▲": "^", "▼": "v", "○": "o", "\N{MINUS SIGN}": "-", "…": "..."}
NOTHING = "-"
CELL = 18
"""Narrowest cell of an effect; longer ones wrap."""
LONG = 26
"""Columns wider than this may wrap."""


class _Terminal(Console):
    def on_broken_pipe(self) -> None:  # the command decides how it ends
        raise BrokenPipeError


def console(*, stderr: bool = False) -> Console:
    """Return the terminal: numbers are not coloured, brackets are not markup."""
    return _Terminal(stderr=stderr, highlight=False, markup=False, emoji=False)


def shown(text: str, where: Console) -> str:
    """Replace signs that the terminal's encoding lacks."""
    if not where.encoding.lower().startswith("utf"):
        for sign, instead in PLAIN_SYMBOLS.items():
            text = text.replace(sign, instead)
    return text


def effect_scale(outcome: str, unit: str, level: float) -> tuple[float, str]:
    """Return by what to multiply an effect to show it, and the sign that follows it.

    Shares give percentage points, indices and what has no level their own unit, all else % of
    the baseline.

    >>> effect_scale("employment", "persons", 50.0)
    (2.0, ' %')
    >>> effect_scale("productivity_growth", "% a year", 1.2)
    (1.0, ' pp')
    >>> effect_scale("theil_index", "index x 1000", 24.0)
    (1.0, '')
    """
    if is_percentage(unit):
        return 1.0, " pp"
    index = unit[:1].isdigit() or unit.startswith("index")
    if outcome == COST or index or not isfinite(level) or level == 0:
        return 1.0, ""
    return 100.0 / abs(level), " %"


def effect_cell(row: Mapping[str, Any] | None, glue: str, where: Console) -> Text:
    """Return what is told of an effect: sign, size, pairs in which it is higher; interval."""
    if row is None or not isfinite(float(row["effect"])):
        return Text(NOTHING, style="dim")
    verdict, runs, cost = str(row["verdict"]), int(row["replications"]), row["outcome"] == COST
    found = [float(row[name]) for name in ("effect", "ci_low", "ci_high")]
    if not any(found):
        return Text(shown(f"{SYMBOLS[verdict]} identical", where))
    level = float(row["mean_baseline"])
    factor, sign = effect_scale(str(row["outcome"]), str(row["unit"]), level)
    told = rounded(*(factor * value for value in found), signed=not cost)
    span = "no interval" if MISSING in told else f"({told.low} to {told.high})"
    if cost:
        return Text(shown(f"{told.effect}{glue}{span}", where))
    tiny = max(map(abs, found)) < TINY * abs(level)
    size = f"under {100 * TINY:g} %" if tiny else f"{told.effect}{sign}"
    text = Text(shown(f"{SYMBOLS[verdict]} {size}", where), COLOURS.get(verdict, ""))
    text.append(f" {round(float(row['share_higher']) * runs)}/{runs}", "dim")
    return text if tiny else text.append(shown(f"{glue}{span}", where), "default")


def print_effects(comparison: "Comparison") -> None:
    """Print outcomes x policies; as many policies side by side as the terminal has room for."""
    from s3sim.ensemble.comparison import outcome_info
    from s3sim.policies import POLICIES

    where, titles = console(), {name: policy.title for name, policy in POLICIES.items()}
    records: Any = comparison.effects.to_dict("records")
    rows = {(row["outcome"], row["policy"]): row for row in records}
    policies = list(comparison.policies[1:])
    labels = {name: _label(name, rows, about) for name, about in outcome_info().items()}
    labels = {name: label for name, label in labels.items() if label}
    lead, each, inline = _layout(labels, rows, policies, where)
    fit = max((where.width - lead) // (each + 2), 1)
    for first in range(0, len(policies), fit):
        table = _table(f"Effect compared with {titles[comparison.baseline]}")
        table.add_column("Outcome", width=lead)
        for policy in policies[first : first + fit]:
            table.add_column(titles[policy], min_width=each)
        for name, label in labels.items():
            if name in BEFORE_SECTION:
                table.add_section()
            glue = " " if inline else "\n"
            part = policies[first : first + fit]
            table.add_row(label, *(effect_cell(rows.get((name, p)), glue, where) for p in part))
        where.print(table)
        where.print()
    legend = (
        "▲ higher, ▼ lower: the whole 95 % interval (in brackets) lies on one side of zero (and the difference is at least 0.01 %); "
        "○ no clear difference. k/n: higher in k of n pairs of runs. "
        "%: relative to the baseline. pp: percentage points."
    )
    where.print(shown(legend, where), style="dim")


def print_values(rows: Sequence[tuple[str, float, int, str]]) -> None:
    """Print outcomes of one run: title, value, unit."""
    where = console()
    table = _table("")
    table.add_column("Outcome")
    table.add_column("Value", justify="right", no_wrap=True)
    table.add_column("Unit")
    for title, value, decimals, unit in rows:
        told = number(value, decimals) if isfinite(value) else NOTHING
        table.add_row(title, shown(told, where), unit)
    where.print(table)


def print_rows(rows: Sequence[Mapping[str, object]]) -> None:
    """Print rows as a table, or one below the other where the terminal is too narrow for that."""
    where = console()
    names = list(rows[0])
    heads = [name.replace("_", " ") for name in names]
    cells = [[shown(cell(row[name]), where) for name in names] for row in rows]
    widths = [max(len(row[k]) for row in cells) for k in range(len(names))]
    long = [k for k in range(1, len(names)) if widths[k] > LONG]
    least = [max(map(len, head.split())) for head in heads]
    for k in range(len(names)):  # a column that may wrap still holds its longest word
        words = [len(word) for row in cells for word in row[k].split()]
        least[k] = max(least[k], 20, *words) if k in long else max(least[k], widths[k])
    room = sum(least)
    if room + 2 * len(names) <= where.width:
        table = _table("")
        for k, head in enumerate(heads):
            right = all(isinstance(row[names[k]], int | float) for row in rows)
            width = None if k in long else least[k]
            table.add_column(
                head, width=width, min_width=least[k], justify="right" if right else "left"
            )
        for row in cells:
            table.add_row(*row)
        where.print(table)
        return
    for row in cells:
        short = [f"{heads[k]} {row[k]}" for k in range(1, len(names)) if k not in long]
        where.print(Text(row[0], "bold"))
        for text in [", ".join(short)] * bool(short) + [f"{heads[k]}: {row[k]}" for k in long]:
            where.print(Padding(Text(text, overflow="fold"), (0, 0, 0, 4)))


def _table(title: str) -> Table:
    style: Any = {"title_justify": "left", "title_style": "bold", "header_style": "bold"}
    box_style: Any = {"show_edge": False, "box": box.SIMPLE_HEAD, "pad_edge": False}
    return Table(title=title or None, padding=(0, 1, 0, 0), **style, **box_style)


def _label(name: str, rows: Mapping[tuple[str, str], Mapping[str, Any]], words: Any) -> str:
    """Return the title of an outcome, with its unit where effects are told in it."""
    mine = [row for (outcome, _), row in rows.items() if outcome == name]
    own = any(not effect_scale(name, words.unit, float(row["mean_baseline"]))[1] for row in mine)
    return (f"{words.title}, {words.unit}" if own else str(words.title)) if mine else ""


def _layout(
    labels: Mapping[str, str], rows: Mapping[Any, Any], policies: Sequence[str], where: Console
) -> tuple[int, int, bool]:
    """Return width of the first column and of the others, and whether cells have one line."""
    longest = max(map(len, labels.values()), default=0)
    cells = [effect_cell(row, "\n", where).plain.split("\n") for row in rows.values()]
    line = max((len(" ".join(parts)) for parts in cells), default=0)
    half = max((len(part) for parts in cells for part in parts), default=0)
    for lead, each, inline in ((longest, line, True), (34, line, True), (longest, half, False)):
        if lead + len(policies) * (each + 2) <= where.width:
            return lead, each, inline
    lead = max(where.width - len(policies) * (CELL + 2), 20)
    return min(longest, lead), CELL, False


def print_experiments(found: list[dict[str, Any]]) -> None:
    """Print name, question and runs of each experiment."""
    where = console()
    table = Table(box=None, pad_edge=False)
    for name in ("Experiment", "Question"):
        table.add_column(name, overflow="fold")
    for name in ("smoke", "standard", "full"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in found:
        runs = [f"{count:,}" for count in row["runs"].values()] or [""] * 3
        if row["uses_runs_of"]:
            runs = [f"of {row['uses_runs_of'].partition('_')[0]}"] * len(runs)
        texts = (row["name"], row.get("problem", row["question"]))
        table.add_row(*(shown(text, where) for text in texts), *runs)
    where.print(table)
    where.print("The last three columns are runs at each tier.", style="dim")


def print_answer(question: str, answer: Any) -> None:
    """Print what an experiment found, and which bars it met."""
    where = console()
    where.print(shown(question, where), style="bold")
    lines = [f"In short: {answer.short}"] if answer.short else []
    lines += answer.findings
    for check in answer.checks:
        sign = "met" if check.met else "NOT MET"
        lines.append(f"  {sign}: {check.name}: {check.measured} ({check.bar})")
    for line in lines:
        where.print(shown(line, where))
