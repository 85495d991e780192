"""A comparison as it is handed to people: it prints, plots and saves itself, and is read back."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s3sim.core.errors import InputError, nearest, reason, shown
from s3sim.ensemble.comparison import Comparison, outcome_info
from s3sim.ensemble.results import record_files
from s3sim.policies import POLICIES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = ("outcome", "unit", "policy", "effect", "ci_low", "ci_high", "verdict")
"""Columns of the effects that a notebook shows."""


@dataclass(frozen=True, eq=False, repr=False)
class ComparisonResult(Comparison):
    """Policies compared with a baseline: prints its headline, plots, saves.

    Its tables are pandas frames: `effects` (one row an outcome and policy: effect, 95 % interval,
    verdict), `runs` (one row a run), `regions`, `timeline`, `links` and `ledger`; `headline` is one
    sentence; `manifest` holds all that is needed to do it again.
    """

    out: Path | None = None  # where it was saved
    stopped: bool = False  # whether the user stopped it

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            known = [known for known in dir(self) if known[0] != "_"]
            raise AttributeError(f"a comparison has no '{name}'{nearest(name, known)}")

    @property
    def partial(self) -> bool:
        """Whether replications are missing."""
        return "stopped_after_replications" in self.manifest

    @property
    def has_runs(self) -> bool:
        """Whether any run ended well."""
        return bool((self.runs["status"] == "ok").any())

    def __str__(self) -> str:
        return self.headline

    def __repr__(self) -> str:
        others = ", ".join(self.policies[1:])
        return f"<comparison of {others} with {self.baseline}: {len(self.runs)} runs>"

    def _repr_html_(self) -> str:
        frame = self.effects[[name for name in SHOWN if name in self.effects]]
        table = frame.to_html(index=False, escape=True, float_format="{:.4g}".format)
        return f"<p>{escape(self.headline)}</p>{table}"

    def plot(self) -> "Figure":
        """Return the figure of all effects with their intervals."""
        return _figure("effects_figure", self)

    def map(self) -> "Figure":
        """Return the map of collaborations.

        Raises
        ------
        InputError
            If the world has no places to draw.
        """
        drawn = _figure("map_figure", self)
        if drawn is None:
            raise InputError(f"world '{self.world.name}' has nothing to draw on a map.")
        return drawn

    def save_report(self, folder: Path, say: Callable[[str], object] | None = None) -> Path:
        """Draw the figures into `folder` and write the report; returns the page's path.

        A figure that fails is told in one line, by `say` or else on stderr, and left out.
        """
        from s3sim.report import write_report
        from s3sim.report.figures import draw_all

        words = outcome_info()
        drawn = draw_all(self, words, POLICIES, folder / "figures")
        for line in drawn.failed:
            told = f"figure not drawn: {line}"
            say(told) if say else print(told, file=sys.stderr)
        page = write_report(self, words, POLICIES, drawn, folder / "report.html")
        # Listed as ours, so that they can be replaced.
        record_files(
            folder, [page, *(path for figure in drawn for path in (figure.png, figure.svg))]
        )
        return page

    def save(self, folder: "Path | str", *, report: bool = True, overwrite: bool = False) -> Path:
        """Write tables, figures and report into a folder, as `s3sim compare` does, and return it.

        Raises
        ------
        InputError
            If the folder cannot be written, or holds other results or files unless `overwrite`.
        """
        target = folder_of(folder, "folder")
        if target.exists() and not target.is_dir():
            raise InputError(f"folder {target} is a file; name a folder.")
        try:
            self.save_tables(target, overwrite=overwrite)
            if report and self.has_runs:
                self.save_report(target)
        except OSError as error:
            raise InputError(
                f"{target} cannot be written: {reason(error)}; name another folder."
            ) from None
        return target


def load(folder: "Path | str", *, world: "Path | str | None" = None) -> ComparisonResult:
    """Return the comparison that a folder holds, as `compare` returned it.

    Parameters
    ----------
    folder : path
        Where `s3sim compare --out`, `compare(out=...)` or `.save(...)` wrote.
    world : path, optional
        Needed for a world of your own: its folder, for names and places of regions.

    Raises
    ------
    InputError
        If the folder holds no comparison, or the world is another one.
    """
    source = folder_of(folder, "folder")
    place = None if world is None else folder_of(world, "world")
    return ComparisonResult.load(source, place, out=source)


def folder_of(given: Any, name: str) -> Path:
    """Return a folder as a path, or raise InputError if it is no name of one."""
    if not isinstance(given, str | Path) or not str(given).strip():
        raise InputError(f"{name} = {shown(given)} is not the name of a folder.")
    return Path(given)


def _figure(name: str, comparison: Comparison) -> Any:
    from s3sim.report import figures

    try:
        return getattr(figures, name)(comparison)
    except ImportError as error:
        raise InputError(f"figures need matplotlib, which cannot be loaded ({error}).") from None
