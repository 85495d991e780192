"""One look for all figures: colours and markers that belong to a policy, sizes, credit, saving."""

import re
import textwrap
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from s3sim.report.figures.inputs import Drawn

INK, MUTED, GRID, LAND, SEA, BORDER = (
    "#1A1A1A", "#555555", "#DDDDDD", "#EAE7E0", "#F6F9FC", "#C9C4B8",
)  # fmt: skip
GAIN, LOSS = "#5E3C99", "#B35806"  # ends of PuOr: told apart with any colour vision

# Okabe-Ito, with the yellow darkened so that lines and letters stay readable on white.
_BLACK, _ORANGE, _SKY, _GREEN, _YELLOW, _BLUE, _RED, _PINK = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#A89B00", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
_KNOWN = {
    "isolated_s3": (_BLUE, "o"),
    "trans_s3": (_RED, "s"),
    "trans_s3_tibs": (_GREEN, "D"),
    "coordinated_s3": (_SKY, "^"),
    "macro_regional": (_PINK, "v"),
    "no_s3": (_BLACK, "X"),
    "domestic_brokers": (_ORANGE, "P"),
    "tibs_only": (_YELLOW, "<"),
    "random_priorities": (_BLACK, ">"),
    "horizontal_support": (_BLUE, "*"),
    "no_change": (_SKY, "h"),
    "gosmart": (_ORANGE, "p"),
    "gosmart_excel": (_PINK, "d"),
}
_SPARE = [
    (colour, marker)
    for marker in "dp8H"
    for colour in (_ORANGE, _PINK, _YELLOW, _BLACK, _SKY, _RED)
    if (colour, marker) not in _KNOWN.values()
]

_RC: dict[Any, Any] = {
    "svg.hashsalt": "s3sim",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 8.0,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.0,
    "axes.titlesize": 9.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "figure.facecolor": "white",
}
SIDE, TITLE, CREDIT = 0.35, 0.72, 0.36
"""Margins in inches: left and right, for the title at the top, for the credit at the bottom."""


def marks(policies: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return colour and marker of each policy; the well-known ones never change theirs."""
    spare = iter(_SPARE * (1 + len(policies) // len(_SPARE)))
    return {policy: _KNOWN[policy] if policy in _KNOWN else next(spare) for policy in policies}


def dark(colour: str) -> tuple[float, float, float]:
    """Return a darker shade of a colour, for letters."""
    red, green, blue = to_rgb(colour)
    return 0.6 * red, 0.6 * green, 0.6 * blue


@contextmanager
def look() -> Iterator[None]:
    """Use the project's style, whatever the user's own settings are."""
    with matplotlib.rc_context(), warnings.catch_warnings():
        # A letter that the font lacks is drawn as a box; that is no fault of the figure.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_RC)
        yield


UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that neither SVG nor HTML may hold."""

LETTERS_AN_INCH = 15.5
"""Letters of the note that fit into an inch."""


def sheet(width: float, height: float, title: str, note: str, credit: str) -> Figure:
    """Return an empty figure (inches) with title, explaining note and credit line in place."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    left = SIDE / width
    figure.text(left, 1 - 0.14 / height, title, ha="left", va="top", size=11.5, weight="bold")
    letters = int((width - 2 * SIDE) * LETTERS_AN_INCH)
    lines = [line for part in note.splitlines() for line in textwrap.wrap(part, letters)]
    size = 8 if len(lines) <= 2 else 6.5
    figure.text(
        left, 1 - 0.40 / height, "\n".join(lines), ha="left", va="top", size=size, color=MUTED
    )
    figure.text(left, 0.09 / height, credit, ha="left", va="bottom", size=6.5, color=MUTED)
    return figure


def credit(manifest: Mapping[str, Any], *, land: bool = False) -> str:
    """Return the credit line, with the version that simulated if the manifest knows it."""
    versions = manifest.get("versions") or {}
    version = f" {versions['s3sim']}" if "s3sim" in versions else ""
    return f"{'Made with Natural Earth. ' if land else ''}Simulated with s3sim{version}."


def place(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Add axes at a place given in inches from the lower left corner."""
    wide, high = figure.get_size_inches()
    return figure.add_axes((left / wide, bottom / high, width / wide, height / high))


def save(figure: Figure, name: str, title: str, alt: str, folder: Path, dpi: int) -> Drawn:
    """Write PNG and SVG without dates or program names, so that equal input gives equal bytes."""
    png, svg = folder / f"{name}.png", folder / f"{name}.svg"
    raw = BytesIO()
    figure.savefig(raw, format="png", dpi=dpi)
    # A palette of 256 colours is all the figures need, and a third of the size.
    with Image.open(raw) as full:
        full.convert("RGB").quantize(
            256, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE
        ).save(png, optimize=True, dpi=(dpi, dpi))
    vector = BytesIO()
    figure.savefig(vector, format="svg", metadata={"Date": None, "Creator": None, "Title": title})
    text = UNPRINTABLE.sub("", vector.getvalue().decode("utf-8"))
    svg.write_text(text, encoding="utf-8", newline="\n")
    return Drawn(name=name, title=title, alt=alt, png=png, svg=svg, figure=figure)
