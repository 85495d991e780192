"""How a command ends: 0 done, 1 runs failed, 2 the user's mistake or the disk's, 130 stopped."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from s3sim.core.errors import InputError

FAILED, MISTAKE, STOPPED = 1, 2, 130


def say(text: str) -> None:
    """Print a line for the user on stderr."""
    print(f"s3sim: {text}", file=sys.stderr)


@contextmanager
def told() -> Iterator[None]:
    """Turn mistakes, disk errors and Ctrl-C inside the block into lines and an exit code."""
    try:
        yield
        sys.stdout.flush()
    except InputError as error:
        for problem in error.shown:
            say(problem)
        raise typer.Exit(MISTAKE) from None
    except BrokenPipeError:  # as with `s3sim describe parameters | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(FAILED) from None
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        say(f"{where}{error.strerror or error}.")
        raise typer.Exit(MISTAKE) from None
    except MemoryError:
        say("not enough memory; take a smaller --scale, or fewer --workers.")
        raise typer.Exit(MISTAKE) from None
    except KeyboardInterrupt:
        say("stopped.")
        raise typer.Exit(STOPPED) from None
