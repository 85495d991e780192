"""Where does a policy lose? One box, found on some draws and judged on others."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from s3sim.analysis.boxes import Box, Score, prim_boxes, pruned, tree_boxes
from s3sim.analysis.guard import checked_table
from s3sim.analysis.label_noise import LabelNoise
from s3sim.core.arrays import Bools
from s3sim.core.errors import InputError
from s3sim.core.streams import generator

HELD_OUT = 0.3
"""Share of draws that no box is fitted to. Assumed."""

SMALLEST_COVERAGE, SMALLEST_DENSITY = 0.5, 0.7
"""What a box must reach on held-out draws to be called one. Assumed, fixed in advance."""

MOST_LIMITS, QUASI_P = 4, 0.05
"""Most factors in a box and largest quasi-p of a limit (Bryant and Lempert 2010)."""

FEWEST, RESAMPLES = 20, 50
"""Fewest draws of either kind among those that boxes are fitted to (assumed); half-samples."""


@dataclass(frozen=True)
class Discovery:
    """What was found, and how it does on draws it was not fitted to.

    Parameters
    ----------
    sentence : str
        The result in plain words, whatever it is.
    refused : str
        Why no box was looked for; empty if one was.
    accepted : bool
        Whether the box reaches the smallest density and coverage on held-out draws.
    box : Box or None
        The chosen box with the quasi-p value of each limit.
    train, held_out : Score or None
        The box on the draws it was fitted to and on the others.
    trajectory : DataFrame
        PRIM's boxes on the fitted draws: step, coverage, density, mass, restricted, factors.
    stability : DataFrame
        factor, the share of resamples in whose box it is restricted, chosen (in the box).
    tree : DataFrame
        CART's boxes as a second opinion: limits in words, density and coverage on both samples.
    """

    sentence: str
    refused: str = ""
    accepted: bool = False
    box: Box | None = None
    train: Score | None = None
    held_out: Score | None = None
    trajectory: pd.DataFrame = field(default_factory=pd.DataFrame)
    stability: pd.DataFrame = field(default_factory=pd.DataFrame)
    tree: pd.DataFrame = field(default_factory=pd.DataFrame)


def discover(
    x: pd.DataFrame,
    labels: Bools,
    *,
    policy: str = "the policy",
    noise: LabelNoise | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Discovery:
    """Look for a compact region of draws in which a policy loses.

    The rule that chooses the box, fixed in advance: every box of PRIM's trajectory is stripped of
    limits with quasi-p of 0.05 or more and of its weakest factors beyond four; among boxes that
    cover at least half of the losses, the best density less one standard error decides which are
    as good as the best (the one-standard-error rule of Breiman et al. 1984), and of these the one
    with the highest coverage is taken, then the one with the fewest limits.

    InputError if the factors are not distinct finite numbers or `labels` does not fit them.

    Parameters
    ----------
    x : DataFrame [n, D]
        Factors in natural units, one row a draw.
    labels : array [n] of bool
        True where the policy loses by more than the smallest effect of interest.
    policy : str
        Title for sentences.
    noise : LabelNoise, optional
        From `label_noise`; above 10 % of wrong labels no box is looked for.
    resamples : int
        Half-samples of the fitted draws for the stability table; 0 for none.
    seed : int
        Decides the split into fitted and held-out draws, the resamples and CART's ties.
    """
    labels = _checked(x, labels)
    if noise is not None and noise.refused:
        return Discovery(noise.sentence, noise.sentence)
    fit = _split(labels, seed)
    if min(labels[fit].sum(), (~labels[fit]).sum()) < FEWEST:
        text = (
            f"{policy} loses in {labels.sum()} of {len(labels)} worlds; too few on one side to look "
            f"for a region (at least {FEWEST} of either kind among fitted worlds are needed)."
        )
        return Discovery(text, text)
    here, there = ((x[rows].reset_index(drop=True), labels[rows]) for rows in (fit, ~fit))

    leaves = tree_boxes(
        *here, most_limits=MOST_LIMITS, smallest_density=SMALLEST_DENSITY, seed=seed
    )
    pairs = [(leaf.phrase(), leaf.score(*here), leaf.score(*there)) for leaf in leaves]
    tree = pd.DataFrame(
        [(text, a.density, a.coverage, b.density, b.coverage) for text, a, b in pairs],
        columns=["limits", "density", "coverage", "density_held_out", "coverage_held_out"],
    )
    boxes = prim_boxes(*here)
    box = choose(boxes, *here)
    stability = _stability(*here, box, resamples, seed)
    found = Discovery("", trajectory=trajectory(boxes, *here), tree=tree, stability=stability)
    none = f"There is no compact region of worlds in which {policy} loses"
    if box is None:
        text = f"{none}: no limit on any factor raises the share of losses enough."
        return replace(found, sentence=text)
    train, held = box.score(*here), box.score(*there)
    accepted = held.density >= SMALLEST_DENSITY and held.coverage >= SMALLEST_COVERAGE
    inside = f"{held.density:.0%} of held-out worlds there lose"
    text = (
        f"{policy} loses where {box.phrase()}: {train.density:.0%} of worlds there "
        f"lose (held out: {held.density:.0%}), {train.coverage:.0%} of all losses lie there "
        f"(held out: {held.coverage:.0%})."
        if accepted
        else f"{none}. The best box is where {box.phrase()}, but "
        f"{inside if held.inside else 'no held-out world lies there'} and {held.coverage:.0%} "
        f"of all losses lie there; {SMALLEST_DENSITY:.0%} and {SMALLEST_COVERAGE:.0%} are asked."
    )
    return replace(found, sentence=text, accepted=accepted, box=box, train=train, held_out=held)


def trajectory(boxes: list[Box], x: pd.DataFrame, labels: Bools) -> pd.DataFrame:
    """Return coverage, density, mass and restricted factors of each box of a trajectory."""
    scored = [(k, box.score(x, labels), box.factors) for k, box in enumerate(boxes)]
    return pd.DataFrame(
        [(k, s.coverage, s.density, s.mass, len(f), ", ".join(f)) for k, s, f in scored],
        columns=["step", "coverage", "density", "mass", "restricted", "factors"],
    )


def choose(boxes: list[Box], x: pd.DataFrame, labels: Bools) -> Box | None:
    """Return the box that the rule of `discover` takes; None if no box with a limit is eligible."""
    candidates = dict.fromkeys(pruned(box, x, labels, QUASI_P, MOST_LIMITS) for box in boxes)
    scored = [(box, box.score(x, labels)) for box in candidates if box.limits]
    scored = [(box, score) for box, score in scored if score.coverage >= SMALLEST_COVERAGE]
    if not scored:
        return None
    best = max((score for _, score in scored), key=lambda score: (score.density, score.coverage))
    # One draw of each kind is added, so that a density of 1 has a standard error too.
    share = (best.losses_inside + 1) / (best.inside + 2)
    least = best.density - np.sqrt(share * (1 - share) / (best.inside + 2))
    good = [(box, score) for box, score in scored if score.density >= least]
    return max(good, key=lambda pair: (pair[1].coverage, -len(pair[0].sides())))[0]


def _checked(x: pd.DataFrame, labels: Bools) -> Bools:
    problems, labels = [], np.asarray(labels)
    if labels.shape != (len(x),) or labels.dtype != np.bool_:
        problems.append(
            f"labels has shape {labels.shape} and type {labels.dtype}; give one bool for each of "
            f"{len(x)} worlds."
        )
    if not x.columns.is_unique or not all(pd.api.types.is_numeric_dtype(kind) for kind in x.dtypes):
        problems.append("a factor is there twice or is no number; give categories as 0 and 1.")
    if problems:
        raise InputError(problems)
    checked_table(x.to_numpy(np.float64), list(map(str, x)))
    return labels


def _split(labels: Bools, seed: int) -> Bools:
    """Return which draws are fitted; both samples have the same share of losses."""
    order = generator(seed, "discovery.split").permutation(len(labels))
    fit = np.ones(len(labels), bool)
    for kind in (True, False):
        rows = order[labels[order] == kind]
        fit[rows[: round(HELD_OUT * len(rows))]] = False
    return fit


def _stability(
    x: pd.DataFrame, labels: Bools, box: Box | None, resamples: int, seed: int
) -> pd.DataFrame:
    rng, half = generator(seed, "discovery.stability"), len(labels) // 2
    counts = pd.Series(0, index=[str(name) for name in x.columns])
    for _ in range(resamples):
        rows = np.sort(rng.choice(len(labels), half, replace=False))
        part, kinds = x.iloc[rows].reset_index(drop=True), labels[rows]
        again = choose(prim_boxes(part, kinds), part, kinds) if 0 < kinds.sum() < half else None
        counts[list(again.factors) if again else []] += 1
    share, chosen = counts / (resamples or np.nan), counts.index.isin(box.factors if box else ())
    return pd.DataFrame({"factor": counts.index, "share": share.to_numpy(), "chosen": chosen})
