"""`s3sim run`: one run of one policy."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from s3sim.cli import options as o
from s3sim.cli.ending import FAILED, cli_errors, say

if TYPE_CHECKING:
    from s3sim.simulation.result import RunResult
    from s3sim.simulation.scenario import Scenario

FILES = ("timeline.parquet", "regions.parquet", "ledger.csv", "manifest.json")


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
    out: Annotated[
        Path | None,
        o.other("out", "Write time paths, regions, ledger, manifest there.", o.OUTPUT, "FOLDER"),
    ] = None,
    overwrite: o.Overwrite = False,
    quiet: o.Quiet = False,
    json: o.Json = False,
) -> None:
    """Run one policy once and print its outcomes."""
    with cli_errors():
        from s3sim.ensemble.scenario_file import notes, parse_options
        from s3sim.ensemble.scenario_file import scenario as scenario_of
        from s3sim.simulation.result import run_one

        given = {"world": world, "policy": policy, "years": years, "start": start, "scale": scale,
                 "seed": seed, "replication": replication}  # fmt: skip
        wanted = scenario_of(parse_options(scenario, given, set_))
        for note in notes(wanted.world, world):
            say(note)
        if out is not None:
            _prepare(out, wanted, overwrite=overwrite)
        if not (quiet or json):
            say(f"{wanted.policy} in {wanted.world.name}, {wanted.years} years, scale {wanted.scale:g}")  # fmt: skip
        result = run_one(wanted)
        if result.status != "ok":
            say(f"run failed: {result.message}")
            raise typer.Exit(FAILED)
        if out is not None:
            _write(out, wanted, result)
        _print(result, out, as_json=json)


def _print(result: "RunResult", out: Path | None, *, as_json: bool) -> None:
    from s3sim.cli.summary import plain
    from s3sim.cli.tables import print_values
    from s3sim.outcomes import OUTCOMES

    values = result.outcomes
    if as_json:
        import json

        told = {"run_id": result.run_id, "policy": result.policy, "replication": result.replication,
                "outcomes": {name: plain(value) for name, value in values.items()},
                "out": None if out is None else str(out)}  # fmt: skip
        print(json.dumps(told, allow_nan=False))
        return
    print_values([(o.title, values[n], o.decimals, o.unit) for n, o in OUTCOMES.items()])
    if out is not None:
        print(f"Tables: {out}")


def _prepare(out: Path, wanted: "Scenario", *, overwrite: bool) -> None:
    """Refuse a folder that holds something else, before anything runs."""
    from s3sim.core.errors import InputError

    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out} is a file; name a folder.")
    run_id = _manifest(out).get("run_id")
    if run_id != wanted.run_id and not (overwrite and run_id):
        there = [name for name in FILES if (out / name).exists()]
        if run_id:
            raise InputError(
                f"--out {out} holds results of another scenario; name another folder or add --overwrite."
            )
        if there:
            raise InputError(
                f"--out {out} holds {', '.join(there)} that 's3sim run' did not write; name another folder."
            )
    out.mkdir(parents=True, exist_ok=True)


def _manifest(out: Path) -> dict[str, Any]:
    """Return the manifest of a run in a folder, empty if there is none."""
    import json

    try:
        held = json.loads((out / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}


def _write(out: Path, wanted: "Scenario", result: "RunResult") -> None:
    """Write tables and, last, the manifest; each appears whole or not at all."""
    from s3sim.core.errors import InputError
    from s3sim.ensemble.files import write_json, writing
    from s3sim.ensemble.provenance import versions
    from s3sim.ensemble.tables import ledger_table, regions_table, timeline_table

    timeline, regions, ledger, manifest = (out / name for name in FILES)
    written: list[Path] = []
    try:
        manifest.unlink(missing_ok=True)  # a folder without one holds nothing to rely on
        with writing(timeline) as part:
            timeline_table([result]).to_parquet(part, index=False)
        written.append(timeline)
        with writing(regions) as part:
            regions_table([result], wanted.world).to_parquet(part, index=False)
        written.append(regions)
        with writing(ledger) as part:
            ledger_table([result]).to_csv(
                part, index=False, float_format="%.2f", lineterminator="\n"
            )
        written.append(ledger)
        about = {"run_id": wanted.run_id, "world_name": wanted.world.name, **wanted.described()}
        write_json({**about, "versions": versions()}, manifest)
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise InputError(
            f"--out {out} cannot be written: {error.strerror or error}; free space or name another folder."
        ) from None
