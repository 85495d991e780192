"""How far a sweep has come: a live bar on a terminal, a few plain lines elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from s3sim.ensemble.progress import lines


@contextmanager
def progress(total: int, *, quiet: bool = False) -> Iterator[Callable[[int, int], None] | None]:
    """Give a callable that is told (runs done, runs in all); None when quiet."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar(total) as tell:
            yield tell
    else:
        yield lines(total)


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int, int], None]]:
    from rich import progress as bars
    from rich.console import Console

    columns = (
        bars.TextColumn("Runs"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeElapsedColumn(),
        bars.TextColumn("elapsed,"),
        bars.TimeRemainingColumn(),
        bars.TextColumn("left"),
    )
    console = Console(stderr=True, highlight=False)
    with bars.Progress(*columns, console=console, speed_estimate_period=3600) as bar:
        task = bar.add_task("runs", total=total)
        yield lambda done, _: bar.update(task, completed=done)
