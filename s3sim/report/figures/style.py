"""One style for all figures: colours and markers of policies, sizes of letters, files."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from s3sim.report.view import UNPRINTABLE, Drawn

INK, MUTED, GRID, LAND, SEA, BORDER, ZEBRA, BAND = (
    "#1A1A1A", "#555555", "#DDDDDD", "#EAE7E0", "#F6F9FC", "#C9C4B8", "#F6F6F4", "#EBEBEB",
)  # fmt: skip
GAIN, LOSS = "#5E3C99", "#B35806"  # ends of PuOr: told apart with any colour vision
FACTOR, DASHED, MONO = "#0072B2", (0, (3, 2)), "DejaVu Sans Mono"

# Okabe-Ito, with the yellow darkened so that lines and letters stay readable on white.
_BLACK, _ORANGE, _SKY, _GREEN, _YELLOW, _BLUE, _RED, _PINK = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#A89B00", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
_KNOWN = {
    "isolated_s3": (_BLUE, "o"), "trans_s3": (_RED, "s"), "trans_s3_tibs": (_GREEN, "D"),
    "coordinated_s3": (_SKY, "^"), "macro_regional": (_PINK, "v"), "no_s3": (_BLACK, "X"),
    "domestic_brokers": (_ORANGE, "P"), "tibs_only": (_YELLOW, "<"),
    "random_priorities": (_BLACK, ">"), "horizontal_support": (_BLUE, "*"), "no_change": (_SKY, "h"),
    "gosmart": (_ORANGE, "p"), "gosmart_excel": (_PINK, "d"),
}  # fmt: skip
_SPARE = [
    (colour, marker)
    for marker in "dp8H"
    for colour in (_ORANGE, _PINK, _YELLOW, _BLACK, _SKY, _RED)
    if (colour, marker) not in _KNOWN.values()
]
_RC: dict[Any, Any] = {
    "svg.hashsalt": "s3sim", "svg.fonttype": "path", "font.family": "DejaVu Sans", "font.size": 8.0,
    "text.color": INK, "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "axes.edgecolor": MUTED, "axes.labelcolor": INK, "axes.labelsize": 8.0, "axes.labelpad": 2.0,
    "axes.titlesize": 9.0, "axes.titleweight": "bold", "axes.titlelocation": "left",
    "axes.titlepad": 5.0, "axes.linewidth": 0.7, "axes.spines.top": False,
    "axes.spines.right": False, "axes.unicode_minus": True, "axes.axisbelow": True,
    "grid.color": GRID, "grid.linewidth": 0.6, "xtick.color": MUTED, "ytick.color": MUTED,
    "xtick.labelsize": 7.5, "ytick.labelsize": 7.5, "legend.frameon": False, "legend.fontsize": 7.5,
    "legend.borderaxespad": 0.0, "figure.facecolor": "white",
}  # fmt: skip


def policy_marks(policies: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return colour and marker of each policy; the well-known ones never change theirs."""
    spare = iter(_SPARE * (1 + len(policies) // len(_SPARE)))
    return {policy: _KNOWN[policy] if policy in _KNOWN else next(spare) for policy in policies}


def dark(colour: str) -> tuple[float, float, float]:
    """Return a darker shade of a colour, for letters."""
    red, green, blue = to_rgb(colour)
    return 0.6 * red, 0.6 * green, 0.6 * blue


@contextmanager
def style() -> Iterator[None]:
    """Use the project's style, whatever the user's own settings are."""
    with matplotlib.rc_context(), warnings.catch_warnings():
        # A letter that the font lacks is drawn as a box; that is no fault of the figure.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_RC)
        yield


def save_figure(figure: Figure, name: str, folder: Path, dpi: int = 200) -> Drawn:
    """Write a figure as PNG and SVG, with its own title and its label as the words for it.

    Files hold neither dates nor program names, so that equal input gives equal bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    title, alt = figure.texts[0].get_text(), str(figure.get_label())
    drawn = Drawn(name, title, alt, folder / f"{name}.png", folder / f"{name}.svg")
    raw, vector = BytesIO(), BytesIO()
    about = {"Date": None, "Creator": None, "Title": title}
    with style():
        figure.savefig(raw, format="png", dpi=dpi)
        figure.savefig(vector, format="svg", metadata=about)
    # A palette of 256 colours is all the figures need, and a third of the size.
    with Image.open(raw) as full:
        palette = full.convert("RGB").quantize(
            256, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE
        )
        palette.save(drawn.png, optimize=True, dpi=(dpi, dpi))
    text = UNPRINTABLE.sub("", vector.getvalue().decode("utf-8"))
    drawn.svg.write_text(text, encoding="utf-8", newline="\n")
    return drawn
