"""What a run is judged by: each outcome is a short function of measures, declared in one place."""

from s3sim.outcomes import declared  # fills OUTCOMES
from s3sim.outcomes.outcome import OUTCOMES, RUN_COLUMNS, Outcome, outcome, ratio

__all__ = ["OUTCOMES", "RUN_COLUMNS", "Outcome", "declared", "outcome", "ratio"]
