"""Whether tables agree with themselves and each other, and what is filled in where they end."""

from collections import Counter
from pathlib import Path

from s3sim.core.errors import nearest, printable, several
from s3sim.core.formatting import listed
from s3sim.world.csv_file import Log
from s3sim.world.tables import Table


def contradictory_pairs(pairs: Table, log: Log) -> None:
    """Report pairs of countries that stand twice: in the same order, or with two values."""
    if pairs.broken:
        return
    seen: dict[tuple[str, ...], tuple[int, object]] = {}
    keys = zip(pairs["country_i"], pairs["country_j"], strict=True)
    for row, (key, value) in enumerate(zip(keys, pairs.numbers("affinity", 1.0), strict=True)):
        for order in (key, key[::-1]):
            if order in seen and (order == key or seen[order][1] != value):
                log.problems.append(
                    f"{pairs.place(row, 'affinity')}: the pair '{key[0]}', '{key[1]}' stands "
                    f"already in row {pairs.lines[seen[order][0]]}; a pair is allowed once."
                )
                break
        seen.setdefault(key, (row, value))


def incomplete(
    employment: Table | None, regions: Table, square: Table, domains: Table, log: Log
) -> None:
    """Report regions and domains without any row; no employment means that it was refused."""
    if employment is not None:
        without = set(regions["region"]) - set(employment["region"])
        if without:
            named = several(sorted(without))
            log.problems.append(f"employment.csv has no row for region {named} of regions.csv.")
    if not square.broken and "domain" not in domains.broken:
        lost = [domain for domain in domains["domain"] if domain not in set(square["domain"])]
        if lost:
            log.problems.append(f"{square.file} has no row for domain {several(lost)}.")


_DEFAULTS = {
    "name": "code",
    "authority": "code",
    "admin_quality": "tier's figure",
    "budget_per_head": "country's figure",
    "eu_rate": "country's figure",
    "languages": "country's languages",
}


def note_defaults(
    shipped: list[Table], employment: Table, regions: Table, n_domains: int, log: Log
) -> None:
    """Note once what was filled in: shipped tables, regional figures, cells without a row."""
    codes: list[str] = regions["region"]
    if shipped:
        log.notes.append(f"taken from the package: {listed([t.file for t in shipped])}.")
    filled = {
        column: sum(value in ("", []) or value != value for value in regions[column])
        for column in _DEFAULTS
    }
    told = [f"{c} ({_DEFAULTS[c]}, {n} of {len(codes)} regions)" for c, n in filled.items() if n]
    if told:
        log.notes.append(f"regions.csv: filled in where no figure is given: {listed(told)}.")
    rows = Counter(employment["region"])
    short = [code for code in codes if rows[code] < n_domains]
    if short:
        lacking = sum(n_domains - rows[code] for code in short)
        log.notes.append(
            f"employment.csv: {lacking} pairs of region and domain have no row, nobody is taken "
            f"to be employed there: {several(short)}."
        )
    for table in shipped:
        there = set(table.columns.get("region", codes))
        nothing = [code for code in codes if code not in there]
        if nothing:
            kin = sorted({c for c in there for n in nothing if c[:3] == n[:3]})
            hint = f"; it has {listed(kin[:4])} (NUTS 2021)" if kin else ""
            rest = f" and {len(nothing) - 5} more" if nothing[5:] else ""
            some = ", ".join(printable(code, 60) for code in nothing[:5])
            log.notes.append(f"{table.file} (shipped) has nothing for {some}{rest}{hint}.")


def note_strange_files(folder: Path, read_tables: list[Table], log: Log) -> None:
    """Note files of a folder that are named almost like a table."""
    names = [table.file for table in read_tables]
    there = sorted(path.name for path in folder.glob("*.[cC][sS][vV]"))
    for file in (file for file in there if file not in names):
        hint = nearest(file, [name for name in names if name not in there])
        if hint:
            log.notes.append(f"file '{printable(file, 60)}' is not used{hint}")
