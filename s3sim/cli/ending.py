"""How a command ends: 0 done, 1 runs failed or no result, 2 the user's mistake or the disk's.

A command that a signal stops ends with 128 and the signal's number: 130 after Ctrl-C.
"""

import os
import signal
import sys
import tempfile
import traceback
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import typer

from s3sim.core.errors import InputError

FAILED, MISTAKE, STOPPED = 1, 2, 130
MOST_PROBLEMS = 20
"""Mistakes that are told at once."""

_stopped_by: list[int] = []


def say(text: str) -> None:
    """Print a line for the user on stderr, control characters escaped."""
    with suppress(OSError):  # nobody listens
        print(f"s3sim: {escaped(text)}", file=sys.stderr)


def escaped(text: str) -> str:
    r"""Return a text without control characters, half surrogates and what else shows nothing.

    >>> print(escaped("a\x1b[31m\nb"))
    a\x1b[31m b
    """
    return "".join(
        letter.encode("unicode_escape").decode("ascii")
        if unicodedata.category(letter)[0] == "C"
        else letter
        for letter in text.replace("\n", " ")
    )


@contextmanager
def cli_errors() -> Iterator[None]:
    """Turn mistakes, disk errors, signals and faults inside the block into lines and an exit code."""
    try:
        with _signals():
            yield
            sys.stdout.flush()
    except InputError as error:
        problems = list(dict.fromkeys(error.problems))
        for problem in problems[:MOST_PROBLEMS]:
            say(problem)
        if (more := len(problems) - MOST_PROBLEMS) > 0:
            say(f"and {more} more.")
        raise typer.Exit(MISTAKE) from None
    except BrokenPipeError:  # as with `s3sim describe parameters | head`
        mute(sys.stdout)
        raise typer.Exit(FAILED) from None
    except OSError as error:
        where = error.filename or "what is printed cannot be written"
        mute(sys.stdout) if error.filename is None else None
        say(f"{where}: {error.strerror or error}.")
        raise typer.Exit(MISTAKE) from None
    except MemoryError:
        say("not enough memory; take a smaller --scale, or fewer --workers.")
        raise typer.Exit(MISTAKE) from None
    except KeyboardInterrupt:
        say("stopped.")
        raise typer.Exit(stop_code()) from None
    except (typer.Exit, typer.Abort):
        raise
    except SystemExit:  # in a script of a user
        say("a script ended this command before it was done; it must not call exit().")
        raise typer.Exit(FAILED) from None
    except Exception as error:
        say(f"{fault(error)}; please report it with that file.")
        raise typer.Exit(FAILED) from None


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
