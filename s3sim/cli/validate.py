"""`s3sim validate`: what the model gets right and wrong, on published bands."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from s3sim.cli import options as o
from s3sim.cli.ending import cli_errors, say

if TYPE_CHECKING:
    from s3sim.validation.scoreboard import Scoreboard

FILE = "validation.json"


def validate(
    tier: Annotated[
        str,
        o.other("tier", "How many runs: quick (under 2 minutes on two cores) or full (under 20).", o.HOW, "quick|full"),
    ] = "quick",
    world: Annotated[
        list[str] | None,
        o.other("world", "partners or bsr, repeatable; default: partners for quick, both for full.", o.WHAT, "NAME"),
    ] = None,
    seed: o.Seed = None,
    workers: o.Workers = None,
    out: Annotated[
        Path | None, o.other("out", "Write validation.json and the figure there.", o.OUTPUT, "FOLDER")
    ] = None,
    overwrite: o.Overwrite = False,
    quiet: o.Quiet = False,
    json: o.Json = False,
) -> None:  # fmt: skip
    """Score the model without S3 policy on what is known of the world."""
    with cli_errors():
        from s3sim.cli.progress import progress
        from s3sim.ensemble.results import claim
        from s3sim.validation.scoreboard import prepare

        ready = prepare(tier, o.names(world), seed=seed, workers=workers, prefix="--")
        if out is not None:
            claim(out, [FILE], overwrite=overwrite)
        if not (quiet or json):
            say(f"{len(ready.jobs)} runs without S3 policy, {ready.place.words}")
        with progress(len(ready.jobs), quiet=quiet or json) as tell:
            board = ready.run(tell)
        if out is not None:
            board.save(out)
        _print(board, out, as_json=json)


def _print(board: "Scoreboard", out: Path | None, *, as_json: bool) -> None:
    if as_json:
        import json

        print(json.dumps(board.described(), allow_nan=False))
        return
    from s3sim.cli.scoreboard import print_scoreboard

    print_scoreboard(board)
    if out is not None:
        print(f"Scoreboard: {out / FILE}")
