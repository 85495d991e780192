"""How far a sweep has come, in plain lines; the command line has a live bar of its own."""

import sys
import time
from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Told (runs done, runs in all) after every run."""

SECONDS_A_LINE = 15.0


def silent(done: int, total: int) -> None:
    """Say nothing."""


def lines(total: int, *, most: int = 10, patience: float = 0.0) -> Progress:
    """Return a progress that prints a few plain lines on stderr.

    Parameters
    ----------
    total : int
        Runs in all.
    most : int
        Lines over the sweep.
    patience : float
        Seconds before the first line, and between lines: a short sweep says nothing.
    """
    last = time.monotonic()
    first: tuple[int, float] | None = None
    step = max(-(-total // most), 1)

    def tell(done: int, of: int) -> None:
        nonlocal first, last
        now = time.monotonic()
        # Runs that were there before, and the start of workers, say nothing of the pace.
        first = first or (done, now)
        if now - last < patience or not (done % step == 0 or done == of or patience):
            return
        last = now
        new = done - first[0]
        left = (now - first[1]) * (of - done) / new if new else 0.0
        rest = f", about {duration(left)} left" if new and done < of else ""
        print(f"s3sim: {done} of {of} runs{rest}", file=sys.stderr, flush=True)

    return tell


def chosen(progress: "bool | Progress | None", total: int) -> Progress:
    """Return what a `progress` argument asks for: True is plain lines, False or None silence."""
    if callable(progress):
        return progress
    return lines(total, patience=SECONDS_A_LINE) if progress else silent


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
