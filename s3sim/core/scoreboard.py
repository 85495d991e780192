"""What the model gets right in a sentence, for those who read its results."""

from functools import cache
from pathlib import Path

LINE = Path(__file__).parent / "data" / "scoreboard.txt"
"""Written by docs/refresh.py from the committed scoreboard."""


@cache
def scoreboard_line() -> str:
    """Return how many known facts the model meets, in one sentence."""
    return LINE.read_text(encoding="utf-8").strip()
