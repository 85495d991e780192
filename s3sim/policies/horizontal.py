"""Horizontal support: the same money to all who do R&D, without calls or priorities."""

from dataclasses import dataclass

from s3sim.core.parameters import ParameterGroup, param
from s3sim.model.context import Context
from s3sim.model.instruments import Instruments
from s3sim.model.state import State


@dataclass(frozen=True)
class HorizontalSupport(ParameterGroup, name="horizontal"):
    """Money pro rata to R&D, as a tax credit would pay it."""

    # fmt: off
    share: float = param(1.0, 0.0, 1.0, "share of regional money paid pro rata to R&D",
        unit="share", source="design: all of it, the control without calls")
    # fmt: on

    def __call__(self, state: State, context: Context) -> Instruments:
        """Return horizontal support from the start on."""
        offer = Instruments.none(context.world)
        return (
            offer.replace(horizontal_share=self.share)
            if context.calendar.quarter >= context.calendar.start
            else offer
        )
