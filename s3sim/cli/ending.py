"""How a command ends: 0 done, 1 runs failed or no result, 2 the user's mistake or the disk's.

A command that a signal stops ends with 128 and the signal's number: 130 after Ctrl-C.
"""

import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import typer

from s3sim.core.errors import InputError, printable, reason

FAILED, MISTAKE, STOPPED = 1, 2, 130
LONGEST = 2000
"""Characters of a line at most."""

_stopped_by: list[int] = []


def say(text: str) -> None:
    """Print a line for the user on stderr, characters that do not print as escapes."""
    with suppress(OSError):  # nobody listens
        print(f"s3sim: {printable(text.replace(chr(10), ' '), LONGEST)}", file=sys.stderr)


@contextmanager
def cli_errors() -> Iterator[None]:
    """Turn mistakes, disk errors, signals and faults inside the block into lines and an exit code."""
    try:
        with _signals():
            yield
            sys.stdout.flush()
    except (typer.Exit, typer.Abort):
        raise
    except BaseException as error:
        code, lines = _ending(error)
        for line in lines:
            say(line)
        raise typer.Exit(code) from None


def _ending(error: BaseException) -> tuple[int, list[str]]:
    """Return the exit code after an error, and what is said of it."""
    if isinstance(error, InputError):
        return MISTAKE, error.shown
    if isinstance(error, BrokenPipeError):  # as with `s3sim describe parameters | head`
        mute(sys.stdout)
        return FAILED, []
    if isinstance(error, OSError):
        if error.filename is None:
            mute(sys.stdout)
        where = error.filename or "what is printed cannot be written"
        return MISTAKE, [f"{where}: {reason(error)}."]
    if isinstance(error, MemoryError):
        return MISTAKE, ["not enough memory; take a smaller --scale, or fewer --workers."]
    if isinstance(error, KeyboardInterrupt):
        return stop_code(), ["stopped."]
    if isinstance(error, SystemExit):  # in a script of a user
        return FAILED, ["a script ended this command before it was done; it must not call exit()."]
    return FAILED, [f"{fault(error)}; please report it with that file."]


def fault(error: BaseException) -> str:
    """Write an unexpected error's traceback to a log file; return one sentence that names both."""
    told = f"{type(error).__name__}: {error}"[:300]
    try:
        number, name = tempfile.mkstemp(prefix="s3sim-", suffix=".log")
        with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as file:
            traceback.print_exception(error, file=file)
    except OSError:
        return f"an unexpected error ({told}), and no log file could be written"
    return f"an unexpected error ({told}); its details are in {Path(name)}"


def stop_code() -> int:
    """Return the exit code after a signal: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP."""
    return 128 + _stopped_by[-1] if _stopped_by else STOPPED


def mute(stream: object) -> None:
    """Send what else is written to a stream nobody reads to nowhere."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # type: ignore[attr-defined]


@contextmanager
def _signals() -> Iterator[None]:
    """End on SIGTERM and SIGHUP as on Ctrl-C: what is complete is written."""

    def stop(number: int, _: FrameType | None) -> None:
        _stopped_by.append(number)
        raise KeyboardInterrupt

    _stopped_by.clear()
    before = {}
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        with suppress(ValueError, OSError):  # not in the main thread
            # A command under nohup keeps ignoring SIGHUP.
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
