"""A policy laboratory for smart specialisation in the Baltic Sea Region.

>>> import s3sim
>>> result = s3sim.compare(policies=["trans_s3"], years=3, scale=0.001, replications=2)
>>> print(str(result)[:13])
After 3 years

Names are loaded when they are first used, so that importing the package costs next to nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from s3sim.core.errors import InputError
    from s3sim.outcomes import OUTCOMES
    from s3sim.policies import POLICIES
    from s3sim.report.comparison_result import ComparisonResult, load
    from s3sim.report.front_door import compare, parameters, run
    from s3sim.simulation.agents import Firm
    from s3sim.simulation.model import S3Model
    from s3sim.simulation.result import RunResult
    from s3sim.simulation.scenario import Scenario
    from s3sim.validation.scoreboard import validate
    from s3sim.world import World

__version__ = "0.1.0"

_HOMES = {
    "ComparisonResult": "s3sim.report.comparison_result",
    "Firm": "s3sim.simulation.agents",
    "InputError": "s3sim.core.errors",
    "OUTCOMES": "s3sim.outcomes",
    "POLICIES": "s3sim.policies",
    "RunResult": "s3sim.simulation.result",
    "S3Model": "s3sim.simulation.model",
    "Scenario": "s3sim.simulation.scenario",
    "World": "s3sim.world",
    "compare": "s3sim.report.front_door",
    "load": "s3sim.report.comparison_result",
    "parameters": "s3sim.report.front_door",
    "run": "s3sim.report.front_door",
    "validate": "s3sim.validation.scoreboard",
}

__all__ = [
    "OUTCOMES",
    "POLICIES",
    "ComparisonResult",
    "Firm",
    "InputError",
    "RunResult",
    "S3Model",
    "Scenario",
    "World",
    "__version__",
    "compare",
    "load",
    "parameters",
    "run",
    "validate",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 's3sim' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
