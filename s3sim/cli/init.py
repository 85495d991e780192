"""`s3sim init`: write a commented scenario file."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from s3sim.cli.ending import cli_errors


def init(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write, e.g. my.toml.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file.")] = False,
) -> None:
    """Write a commented scenario file with every setting and parameter."""
    with cli_errors():
        from s3sim.cli.template import template
        from s3sim.core.errors import InputError, reason
        from s3sim.ensemble.files import writing

        if file.is_dir():
            raise InputError(f"{file} is a folder; name a file, e.g. {file / 'my.toml'}.")
        if file.exists() and not overwrite:
            raise InputError(f"{file} exists; name another file or add --overwrite.")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with writing(file) as part:
                part.write_text(template(), encoding="utf-8", newline="\n")
        except OSError as error:
            raise InputError(
                f"{file} cannot be written: {reason(error)}; free space or name another place."
            ) from None
        command = f"s3sim compare --scenario {shlex.quote(str(file))}"
        print(f"Wrote {file}. Run it with: {command}")
