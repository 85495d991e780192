"""What governments can do: regimes composed of parts, all from the same public money.

Before its start every policy is the same untargeted regional call. A policy is added by one entry
in `POLICIES`; a new part is a frozen class with one pure call `(state, context) -> Instruments`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, Self

from s3sim.core.parameters import Parameter
from s3sim.core.registry import Registry
from s3sim.model.context import Context
from s3sim.model.instruments import Instruments
from s3sim.model.state import State
from s3sim.policies.brokers import Brokers, Secretariat
from s3sim.policies.horizontal import HorizontalSupport
from s3sim.policies.joint_programme import JointProgramme
from s3sim.policies.priorities import Priorities


class PolicyPart(Protocol):
    """Part of a policy mix: a `ParameterGroup` that says what is on offer."""

    @property
    def name(self) -> str:
        """First part of the names of its parameters."""

    def __call__(self, state: State, context: Context) -> Instruments:
        """Return what this part has on offer in the quarter."""

    def parameters(self) -> Iterator[Parameter]:
        """Yield its declared parameters."""

    def values(self) -> dict[str, float]:
        """Return dotted name to value."""

    def with_values(self, values: dict[str, float]) -> Self:
        """Return a copy with dotted values exchanged."""


@dataclass(frozen=True)
class Policy:
    """A named regime: what it is called, what it stands for, and its parts.

    `fixed_parameters` names the parameters that make a control what it is; a comparison does not let
    overrides change them.
    """

    title: str
    meaning: str
    parts: tuple[PolicyPart, ...] = ()
    fixed_parameters: tuple[str, ...] = ()


POLICIES: Registry[Policy] = Registry(kind="policy")
# fmt: off
POLICIES |= {
    "no_s3": Policy("No S3", "untargeted innovation grants, no priorities (before 2014)"),
    "isolated_s3": Policy("Isolated S3",
        "each authority chooses its own priorities; partners abroad only at the firm's own cost (2014-20)",
        (Priorities(),)),
    "coordinated_s3": Policy("Coordinated S3",
        "lists are visible to all, 15 % of collaborative projects may find a partner abroad; no pool, no brokers",
        (Priorities(visibility=0.7, abroad_share=0.15),)),
    "trans_s3": Policy("Trans-S3",
        "joint priorities in five steps with complementarity, pooled money for calls across borders",
        (Priorities(), JointProgramme())),
    "trans_s3_tibs": Policy("Trans-S3 + TIBS",
        "Trans-S3 and one transnational innovation broker in each region",
        (Priorities(), JointProgramme(), Brokers())),
    "macro_regional": Policy("Macro-regional",
        "half of all money pooled, free eligibility abroad, two brokers a region, points for lagging regions",
        (Priorities(abroad_share=1.0), JointProgramme(pooled_share=0.5, cohesion=0.5),
         Brokers(per_region=2.0))),
    "domestic_brokers": Policy("Domestic brokers",
        "placebo: the money of TIBS for brokers who search within the own country",
        (Priorities(), Brokers(domestic=1)), fixed_parameters=("brokers.domestic",)),
    "tibs_only": Policy("TIBS only", "isolated strategies and transnational brokers",
        (Priorities(), Brokers())),
    "random_priorities": Policy("Random priorities",
        "control: Trans-S3 with all lists drawn by lot",
        (Priorities(at_random=1), JointProgramme(at_random=1)),
        fixed_parameters=("priorities.at_random", "joint.at_random")),
    "horizontal_support": Policy("Horizontal support", "control: the same money pro rata to R&D",
        (HorizontalSupport(),)),
    "no_change": Policy("No change",
        "control: Trans-S3 + TIBS with nothing pooled and no broker; must equal isolated S3 exactly",
        (Priorities(), JointProgramme(pooled_share=0.0), Brokers(per_region=0.0)),
        fixed_parameters=("joint.pooled_share", "brokers.per_region")),
    "gosmart": Policy("GoSmart BSR",
        "the founding project at its real scale: brokers in the partner regions from month 16, EUR 1.76 million over 42 months",
        (Priorities(), Brokers(quarters=9, partnership="gosmart"),
         Secretariat(cost=163.0, quarters=14, partnership="gosmart"))),
    "gosmart_excel": Policy("GoSmart&Excel BSR",
        "the extension at its real scale: brokers in the enlarged partnership, EUR 0.77 million over 9 months",
        (Priorities(), Brokers(lag=0, quarters=3, partnership="gosmart_excel"),
         Secretariat(cost=368.0, quarters=3, partnership="gosmart_excel"))),
}
# fmt: on


def combine_instruments(
    parts: tuple[PolicyPart, ...], state: State, context: Context
) -> Instruments:
    """Return what the parts of a policy have on offer together (rules: `Instruments`)."""
    offers = [(part.name, part(state, context)) for part in parts]
    return Instruments.combined(offers, context.world)
