"""`s3sim run`: one run of one policy."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from s3sim.cli import options as o
from s3sim.cli.ending import FAILED, say, told

if TYPE_CHECKING:
    from s3sim.simulation.result import RunResult
    from s3sim.simulation.scenario import Scenario


def run(
    scenario: o.Scenario = None,
    world: o.World = None,
    policy: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Policy to run ('s3sim describe policies'); default: the baseline, isolated_s3.",
                     show_default=False, rich_help_panel=o.WHAT),
    ] = None,
    set_: o.Set = None,
    years: o.Years = None,
    start: o.Start = None,
    scale: o.Scale = None,
    seed: o.Seed = None,
    replication: Annotated[
        str | None,
        typer.Option(metavar="N", help="Which of the replications, 0 or more; default 0.", show_default=False,
                     rich_help_panel=o.HOW),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write time paths, regions, ledger, manifest there.",
                     rich_help_panel=o.OUTPUT),
    ] = None,
    overwrite: o.Overwrite = False,
    quiet: o.Quiet = False,
    json: o.Json = False,
) -> None:  # fmt: skip
    """Run one policy once and print its outcomes."""
    with told():
        from s3sim.cli.layers import asked
        from s3sim.ensemble.runner import run_scenarios
        from s3sim.ensemble.scenario_file import scenario as scenario_of

        given = {"world": world, "years": years, "start": start, "scale": scale, "seed": seed,
                 "replication": replication}  # fmt: skip
        one = scenario_of(asked(scenario, given, set_), policy)
        if out is not None:
            _prepare(out, one, overwrite=overwrite)
        if not (quiet or json):
            say(f"{one.policy} in {one.world.name}, {one.years} years, scale {one.scale:g}")
        (result,) = run_scenarios([one], progress=None)
        if result.status != "ok":
            say(f"run failed: {result.message}")
            raise typer.Exit(FAILED)
        if out is not None:
            _write(out, one, result)
        _tell(result, out, as_json=json)


def _tell(result: "RunResult", out: Path | None, *, as_json: bool) -> None:
    from s3sim.cli.finish import plain
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


def _prepare(out: Path, one: "Scenario", *, overwrite: bool) -> None:
    """Refuse a folder that holds something else, before anything runs."""
    from s3sim.core.errors import InputError

    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out} is a file; name a folder.")
    held = out / "manifest.json"
    if (
        held.exists()
        and not overwrite
        and f'"{one.run_id}"' not in held.read_text("utf-8", "replace")
    ):
        raise InputError(
            f"--out {out} holds results of another scenario; name another folder or add --overwrite."
        )
    out.mkdir(parents=True, exist_ok=True)


def _write(out: Path, one: "Scenario", result: "RunResult") -> None:
    import json

    from s3sim.ensemble.provenance import versions
    from s3sim.ensemble.tables import ledger_table, regions_table, timeline_table

    about: dict[str, Any] = {
        "run_id": one.run_id, "world_name": one.world.name, **one.described(),
        "versions": versions(),
    }  # fmt: skip
    timeline_table([result]).to_parquet(out / "timeline.parquet", index=False)
    regions_table([result], one.world).to_parquet(out / "regions.parquet", index=False)
    ledger_table([result]).to_csv(
        out / "ledger.csv", index=False, float_format="%.2f", lineterminator="\n"
    )
    (out / "manifest.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
