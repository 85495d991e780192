"""From a file's bytes to its text, or one sentence why not."""

import stat
from pathlib import Path

LARGEST = 50_000_000
"""Bytes of a table at most."""

_LETTERS = set("äöüßåæøÄÖÜÅÆØéÉčėęįšųūžāēģīķļņąćłńóśźżõČĖĘĮŠŲŪŽĀĒĢĪĶĻŅĄĆŁŃÓŚŹŻÕ")
_ENCODINGS = {
    "cp1252": "Windows-1252 (western)",
    "cp1257": "Windows-1257 (Baltic)",
    "cp1250": "Windows-1250 (central European)",
}


class Unreadable(ValueError):
    """Why a file is no table: a predicate that follows the name of the file."""


def text_of(path: Path) -> str:
    """Return the text of a UTF-8 file, line ends as newlines.

    Raises
    ------
    Unreadable
        If it is no regular file, too large, or not UTF-8; the likely encoding is named.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise Unreadable("cannot be read: it is not a regular file.")
        if about.st_size > LARGEST:
            raise Unreadable(f"cannot be read: it is larger than {LARGEST // 1_000_000} MB.")
        raw = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror or error}.") from None
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or raw[1:2] == b"\0":
        raise Unreadable("cannot be read: it looks like UTF-16; save it as CSV UTF-8.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            f"cannot be read as UTF-8 (line {line}, byte 0x{raw[error.start]:02X}): it looks like "
            f"{_likely(raw)}; save it as CSV UTF-8."
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _likely(raw: bytes) -> str:
    """Return the encodings that give the most letters of the languages around the Baltic Sea."""
    score = {}
    for encoding in _ENCODINGS:
        text = raw.decode(encoding, errors="replace")
        score[encoding] = sum(1 if c in _LETTERS else -1 for c in text if ord(c) > 127)
    best = max(score.values())
    return " or ".join(_ENCODINGS[e] for e, points in score.items() if points == best)
