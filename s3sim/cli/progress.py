"""How far a sweep has come: a live bar on a terminal, a few plain lines elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LINES = 10
"""Plain lines over a sweep."""


@contextmanager
def progress(total: int, *, quiet: bool = False) -> Iterator[Callable[[int, int], None] | None]:
    """Give a callable that is told (runs done, runs in all); None when quiet."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar(total) as tell:
            yield tell
    else:
        yield _lines(total)


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("Runs"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("elapsed,"), TimeRemainingColumn(), TextColumn("left"),
    )  # fmt: skip
    console = Console(stderr=True, highlight=False)
    with Progress(*columns, console=console, speed_estimate_period=3600) as bar:
        task = bar.add_task("runs", total=total)
        yield lambda done, _: bar.update(task, completed=done)


def _lines(total: int) -> Callable[[int, int], None]:
    began = time.monotonic()
    step = max(-(-total // LINES), 1)

    def tell(done: int, of: int) -> None:
        if done % step == 0 or done == of:
            left = (time.monotonic() - began) * (of - done) / done
            rest = f", about {duration(left)} left" if done < of else ""
            print(f"s3sim: {done} of {of} runs{rest}", file=sys.stderr, flush=True)

    return tell


def duration(seconds: float) -> str:
    """Write a time in words, no finer than it is known.

    >>> duration(0.4), duration(75), duration(200), duration(4000), duration(400_000)
    ('1 s', '75 s', '3 min', '1.1 h', '4.6 days')
    """
    if seconds < 100:
        return f"{max(round(seconds), 1)} s"
    if seconds < 3600:
        return f"{round(seconds / 60)} min"
    if seconds < 172_800:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 86_400:.1f} days"
