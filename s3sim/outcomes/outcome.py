"""How an outcome is declared: a decorated function of measures.

An outcome is added by a decorated function. The same function serves totals, regions and time
paths, because a window gives it numbers, arrays over regions, or arrays over quarters.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from s3sim.core.arrays import Floats
from s3sim.core.registry import Registry
from s3sim.outcomes.panel import WINDOWS, Panel, Window


@dataclass(frozen=True)
class Outcome:
    """One number a run is judged by.

    `better` says in which direction it is usually wanted: higher, lower or neither. `proxies`
    names the Interreg or RIS indicator it comes near, or "none".
    """

    name: str
    title: str
    unit: str
    better: str
    window: str
    meaning: str
    decimals: int
    regional: bool
    proxies: str
    value: Callable[[Window], Floats]

    def total(self, panel: Panel) -> float:
        """Return the outcome of the whole region set."""
        return float(self.value(self._window(panel, total=True)))

    def regions(self, panel: Panel) -> Floats:
        """Return the outcome of each region, [R]; nan where it has no regional meaning."""
        n = panel.population.shape[0]
        if not self.regional:
            return np.full(n, np.nan)
        return np.broadcast_to(self.value(self._window(panel, total=False)), (n,)).astype(
            np.float64
        )

    def path(self, panel: Panel) -> Floats:
        """Return the outcome of each quarter, [T]."""
        window = Window(panel, 0, panel.n_quarters, moments=True)
        return np.broadcast_to(self.value(window), (panel.n_quarters,)).astype(np.float64)

    def _window(self, panel: Panel, *, total: bool) -> Window:
        length = min(WINDOWS[self.window], panel.n_quarters)
        return Window(panel, panel.n_quarters - length, panel.n_quarters, total)


RUN_COLUMNS = ("run_id", "policy", "replication", "status", "message", "seconds", "command")
"""What a table of runs says of a run beside its outcomes; no outcome takes such a name."""

OUTCOMES: Registry[Outcome] = Registry(kind="outcome", reserved=RUN_COLUMNS)


def outcome(
    title: str, unit: str, better: str, *, window: str = "last year", decimals: int = 1,
    regional: bool = True, proxies: str = "none",
) -> Callable[[Callable[[Window], Floats]], Callable[[Window], Floats]]:  # fmt: skip
    """Declare the decorated function as an outcome; its docstring is the meaning."""
    if better not in ("higher", "lower", "neither") or window not in WINDOWS:
        raise ValueError(f"better={better!r} or window={window!r} is not allowed")

    def declare(function: Callable[[Window], Floats]) -> Callable[[Window], Floats]:
        name, meaning = function.__name__, " ".join((function.__doc__ or "").split())
        OUTCOMES[name] = Outcome(
            name, title, unit, better, window, meaning, decimals, regional, proxies, function
        )
        return function

    return declare


def ratio(number: Floats, over: Floats) -> Floats:
    """Return number / over, nan where there is nothing to divide by."""
    number, over = np.asarray(number, np.float64), np.asarray(over, np.float64)
    empty = np.full(np.broadcast_shapes(number.shape, over.shape), np.nan)
    return np.divide(number, over, out=empty, where=over > 0)
