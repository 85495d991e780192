"""`s3sim validate`: what the model gets right and wrong, on published bands."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from s3sim.cli import options as o
from s3sim.cli.ending import cli_errors, say

if TYPE_CHECKING:
    from s3sim.validation.scoreboard import Scoreboard


TIER = "How many runs: quick (under 2 minutes on two cores) or full (under 20)."
WORLD = "partners or bsr, repeatable; default: partners for quick, both for full."
OUT = "Write validation.json, what single runs told, and figures there."


def validate(
    tier: Annotated[str, o.other("--tier", TIER, o.HOW, "quick|full")] = "quick",
    world: Annotated[list[str] | None, o.other("--world", WORLD, o.WHAT, "NAME")] = None,
    seed: o.Seed = None,
    workers: o.Workers = None,
    out: Annotated[Path | None, o.folder("--out", OUT)] = None,
    overwrite: o.Overwrite = False,
    quiet: o.Quiet = False,
    json: o.Json = False,
) -> None:
    """Score the model without S3 policy on what is known of the world."""
    with cli_errors():
        from s3sim.cli.progress import progress
        from s3sim.ensemble.plan import options
        from s3sim.validation.scoreboard import prepare

        layer = options({"seed": seed, "workers": workers})
        ready = prepare(tier, o.names(world), layer)
        if out is not None:
            _prepare(out, overwrite=overwrite)
        if not (quiet or json):
            say(f"{len(ready.jobs)} runs without S3 policy, {ready.place.words}")
        with progress(len(ready.jobs), quiet=quiet or json) as tell:
            board = ready.run(tell)
        if out is not None:
            board.save(out)
            _draw(board, out)
        _print(board, out, as_json=json)


def _draw(board: "Scoreboard", out: Path) -> None:
    """Draw a figure of each world and scale."""
    from s3sim.report.figures.validation import draw_validation

    for world, scale, facts, values in board.cases():
        draw_validation(facts, values, out, f"{world}_{scale:g}")


def _prepare(out: Path, *, overwrite: bool) -> None:
    """Refuse a place that holds something else, before anything runs."""
    from s3sim.core.errors import InputError
    from s3sim.validation.scoreboard import FILES, Scoreboard

    held = out / FILES[0]
    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out} is a file; name a folder.")
    if held.exists() and not overwrite:
        try:
            Scoreboard.load(held)
        except InputError:
            raise InputError(
                f"--out {out} holds a {held.name} that s3sim did not write; name another folder or add --overwrite."
            ) from None


def _print(board: "Scoreboard", out: Path | None, *, as_json: bool) -> None:
    if as_json:
        import json

        print(json.dumps(board.described(), allow_nan=False))
        return
    from s3sim.cli.scoreboard import print_scoreboard
    from s3sim.validation.targets import targets

    print_scoreboard(board, [one for one in targets() if one.missing])
    if out is not None:
        print(f"Scoreboard: {out}")
