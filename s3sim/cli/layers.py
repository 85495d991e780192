"""From options as typed to checked settings: file first, options over it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from s3sim.core.errors import InputError
from s3sim.ensemble.executors import usable_cores
from s3sim.ensemble.scenario_file import options, read
from s3sim.ensemble.settings import Layer

MOST_PROCESSES = 1024


def asked(
    file: Path | None, given: Mapping[str, Any], sets: Sequence[str] | None, wrong: Sequence[str] = ()
) -> list[Layer]:  # fmt: skip
    """Return file and options as layers; the mistakes of `wrong` join theirs."""
    first = Layer({}, problems=list(wrong))
    if file is not None:
        try:
            held = read(file)
            first = Layer(held.values, held.place, folder=held.folder, problems=list(wrong))
        except InputError as error:
            first.problems.extend(error.problems)
    return [first, options(given, sets or ())]


def processes(text: str | None) -> tuple[int, list[str]]:
    """Return how many processes to use, and what is wrong with the option."""
    if text is None:
        return usable_cores(), []
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_PROCESSES:
        return int(text), []
    return 1, [f"--workers = {text!r} is not a whole number from 1 to {MOST_PROCESSES}."]
