"""A comparison as it is handed to people: it prints, plots and saves itself, and is read back."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s3sim.core.errors import InputError, nearest
from s3sim.ensemble.comparison import Comparison, outcome_info
from s3sim.ensemble.results import record_files
from s3sim.ensemble.settings import shown
from s3sim.policies import POLICIES

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

SHOWN = ("outcome", "unit", "policy", "effect", "ci_low", "ci_high", "verdict")
"""Columns of the effects that a notebook shows."""


@dataclass(frozen=True)
class ComparisonResult:
    """Policies compared with a baseline: prints its headline, plots, saves.

    Its tables are pandas frames: `effects` (one row an outcome and policy: effect, 95 % interval,
    verdict), `runs` (one row a run), `regions`, `timeline`, `links` and `ledger`; `headline` is one
    sentence; `manifest` holds all that is needed to do it again.
    """

    comparison: Comparison
    out: Path | None = None  # where it was saved
    partial: bool = False  # whether replications are missing
    stopped: bool = field(default=False, repr=False)  # whether the user stopped it

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "comparison":
            raise AttributeError(name)
        try:
            return getattr(self.comparison, name)
        except AttributeError:
            known = [one for one in (*dir(type(self)), *dir(self.comparison)) if one[0] != "_"]
            raise AttributeError(f"a comparison has no '{name}'{nearest(name, known)}") from None

    @property
    def effects(self) -> "pd.DataFrame":
        """One row an outcome and policy: paired effect, 95 % interval, verdict."""
        return self.comparison.effects

    @property
    def runs(self) -> "pd.DataFrame":
        """One row a run: its status and every outcome."""
        return self.comparison.runs

    @property
    def has_runs(self) -> bool:
        """Whether any run ended well."""
        return bool((self.runs["status"] == "ok").any())

    def __str__(self) -> str:
        return self.comparison.headline

    def __repr__(self) -> str:
        c = self.comparison
        return f"<comparison of {', '.join(c.policies[1:])} with {c.baseline}: {len(c.runs)} runs>"

    def _repr_html_(self) -> str:
        frame = self.effects[[name for name in SHOWN if name in self.effects]]
        table = frame.to_html(index=False, escape=True, float_format="{:.4g}".format)
        return f"<p>{escape(self.comparison.headline)}</p>{table}"

    def plot(self) -> "Figure":
        """Return the figure of all effects with their intervals."""
        from s3sim.report import figures

        return _figure(figures, "effects_figure", self.comparison)

    def map(self) -> "Figure":
        """Return the map of collaborations.

        Raises
        ------
        InputError
            If the world has no places to draw.
        """
        from s3sim.report import figures

        drawn = _figure(figures, "map_figure", self.comparison)
        if drawn is None:
            raise InputError(f"world '{self.comparison.world.name}' has nothing to draw on a map.")
        return drawn

    def save_tables(self, folder: Path, *, overwrite: bool = False) -> None:
        """Write the tables and the manifest, each file whole or not at all."""
        if self.partial:
            done = int(self.runs["replication"].nunique())
            self.comparison.manifest["stopped_after_replications"] = done
        self.comparison.save(folder, overwrite=overwrite)

    def save_report(self, folder: Path, say: Callable[[str], object] | None = None) -> Path:
        """Draw the figures into `folder` and write the report; returns the page's path.

        A figure that fails is told in one line, by `say` or else on stderr, and left out.
        """
        from s3sim.report import write_report
        from s3sim.report.figures import draw_all

        words = outcome_info()
        drawn = draw_all(self.comparison, words, POLICIES, folder / "figures")
        for line in drawn.failed:
            told = f"figure not drawn: {line}"
            say(told) if say else print(told, file=sys.stderr)
        page = write_report(self.comparison, words, POLICIES, drawn, folder / "report.html")
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
            raise InputError(f"{target} cannot be written: {error.strerror or error}; name another folder.") from None  # fmt: skip
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
    found = Comparison.load(source, world=None if world is None else folder_of(world, "world"))
    partial = "stopped_after_replications" in found.manifest
    return ComparisonResult(found, source, partial)


def folder_of(given: Any, name: str) -> Path:
    """Return a folder as a path, or raise InputError if it is no name of one."""
    if not isinstance(given, str | Path) or not str(given).strip():
        raise InputError(f"{name} = {shown(given)} is not the name of a folder.")
    return Path(given)


def _figure(figures: Any, name: str, comparison: Comparison) -> Any:
    try:
        return getattr(figures, name)(comparison)
    except ImportError as error:
        raise InputError(f"figures need matplotlib, which cannot be loaded ({error}).") from None
