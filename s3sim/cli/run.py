"""`s3sim run`: one run of one policy."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from s3sim.cli import options as o
from s3sim.cli.ending import FAILED, cli_errors, say

if TYPE_CHECKING:
    from s3sim.simulation.result import RunResult
    from s3sim.simulation.scenario import Scenario

FILES = ("timeline.parquet", "regions.parquet", "ledger.csv", "manifest.json")
OUT = "Write time paths, regions, ledger, manifest there."


def run(
    scenario: o.Scenario = None,
    world: o.World = None,
    policy: o.Policy = None,
    set_: o.Set = None,
    years: o.Years = None,
    start: o.Start = None,
    scale: o.Scale = None,
    seed: o.Seed = None,
    replication: o.Replication = None,
    out: Annotated[Path | None, o.folder("--out", OUT)] = None,
    overwrite: o.Overwrite = False,
    quiet: o.Quiet = False,
    json: o.Json = False,
) -> None:
    """Run one policy once and print its outcomes."""
    given = o.settings(locals())
    with cli_errors():
        from s3sim.ensemble.plan import parse_options
        from s3sim.ensemble.plan import scenario as scenario_of
        from s3sim.ensemble.settings import world_notes
        from s3sim.simulation.result import run_one

        wanted = scenario_of(parse_options(scenario, given, set_))
        for note in world_notes(wanted.world, world):
            say(note)
        if out is not None:
            _prepare(out, wanted, overwrite=overwrite)
        if not (quiet or json):
            name = wanted.world.name
            say(f"{wanted.policy} in {name}, {wanted.years} years, scale {wanted.scale:g}")
        result = run_one(wanted)
        if result.status != "ok":
            say(f"run failed: {result.message}")
            raise typer.Exit(FAILED)
        if out is not None:
            _write(out, wanted, result)
        _print(result, out, as_json=json)


def _print(result: "RunResult", out: Path | None, *, as_json: bool) -> None:
    from s3sim.cli.tables import print_values
    from s3sim.core.formatting import plain
    from s3sim.outcomes import OUTCOMES

    values = result.outcomes
    if as_json:
        import json

        head = {name: getattr(result, name) for name in ("run_id", "policy", "replication")}
        told = {**head, "outcomes": plain(values), "out": None if out is None else str(out)}
        print(json.dumps(told, allow_nan=False))
        return
    print_values([(o.title, values[n], o.decimals, o.unit) for n, o in OUTCOMES.items()])
    if out is not None:
        print(f"Tables: {out}")


def _prepare(out: Path, wanted: "Scenario", *, overwrite: bool) -> None:
    """Refuse a folder that holds something else, before anything runs."""
    from s3sim.core.errors import InputError
    from s3sim.ensemble.results import claim, manifest_of

    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out} is a file; name a folder.")
    claim(out, FILES, overwrite=overwrite)
    there = manifest_of(out)
    if there and there.get("run_id") != wanted.run_id and not overwrite:
        raise InputError(
            f"--out {out} holds results of another scenario; name another folder or add --overwrite."
        )
    out.mkdir(parents=True, exist_ok=True)


def _write(out: Path, wanted: "Scenario", result: "RunResult") -> None:
    """Write tables and, last, the manifest; each appears whole or not at all."""
    from s3sim.core.errors import InputError, reason
    from s3sim.ensemble import results
    from s3sim.ensemble.provenance import versions
    from s3sim.ensemble.tables import in_parts

    tables = {
        name: in_parts([result], name, wanted.world) for name in ("timeline", "regions", "ledger")
    }
    about = {"run_id": wanted.run_id, "world_name": wanted.world.name, **wanted.described()}
    try:
        results.write(tables, {**about, "versions": versions()}, out)
    except OSError as error:
        raise InputError(
            f"--out {out} cannot be written: {reason(error)}; free space or name another folder."
        ) from None
