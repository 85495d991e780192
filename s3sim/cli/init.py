"""`s3sim init`: write a commented scenario file."""

from pathlib import Path
from typing import Annotated

import typer

from s3sim.cli.ending import told


def init(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write, e.g. my.toml.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file.")] = False,
) -> None:
    """Write a commented scenario file with every setting and parameter."""
    with told():
        from s3sim.cli.template import template
        from s3sim.core.errors import InputError

        if file.is_dir():
            raise InputError(f"{file} is a folder; name a file, e.g. {file / 'my.toml'}.")
        if file.exists() and not overwrite:
            raise InputError(f"{file} exists; name another file or add --overwrite.")
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(file.name + ".part")
        part.write_text(template(), encoding="utf-8", newline="\n")
        part.replace(file)
        print(f"Wrote {file}. Run it with: s3sim compare --scenario {file}")
