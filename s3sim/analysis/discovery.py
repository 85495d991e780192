"""Where does a policy lose? One box of worlds, found on some worlds and judged on others."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from s3sim.analysis.boxes import Box, Score, pruned
from s3sim.analysis.cart import tree_boxes
from s3sim.analysis.discovery_words import (
    FEWEST,
    HELD_OUT,
    MOST_LIMITS,
    QUASI_P,
    RESAMPLES,
    SMALLEST_COVERAGE,
    SMALLEST_DENSITY,
    Words,
)
from s3sim.analysis.label_noise import LabelNoise
from s3sim.analysis.prim import peel, table
from s3sim.core.arrays import Bools
from s3sim.core.errors import InputError
from s3sim.core.streams import generator


@dataclass(frozen=True)
class Discovery:
    """What was found, and how it does on worlds it was not fitted to.

    Parameters
    ----------
    sentence : str
        The result in plain words, whatever it is.
    refused : str
        Why no box was looked for; empty if one was.
    accepted : bool
        Whether the box reaches the smallest density and coverage on held-out worlds.
    box : Box or None
        The chosen box with the quasi-p value of each limit.
    train, held_out : Score or None
        The box on the worlds it was fitted to and on the others.
    trajectory : DataFrame
        PRIM's boxes on the fitted worlds: step, coverage, density, mass, restricted, factors.
    stability : DataFrame
        For each factor the share of resamples in whose box it is restricted, and whether the
        chosen box restricts it.
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
    titles: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    noise: LabelNoise | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Discovery:
    """Look for a compact region of worlds in which a policy loses.

    Parameters
    ----------
    x : DataFrame [n, D]
        Factors in natural units, one row a world.
    labels : array [n] of bool
        True where the policy loses by more than the smallest effect of interest.
    policy : str
        Title for sentences.
    titles, units : mapping from factor to str, optional
        For sentences.
    noise : LabelNoise, optional
        From `label_noise`; above 10 % of wrong labels no box is looked for.
    resamples : int
        Half-samples of the fitted worlds for the stability table; 0 for none.
    seed : int
        Decides the split into fitted and held-out worlds, the resamples and CART's ties.

    Notes
    -----
    The rule that chooses the box, fixed in advance: every box of PRIM's trajectory is stripped of
    limits with quasi-p of 0.05 or more and of its weakest factors beyond four; among boxes that
    cover at least half of the losses, the best density less one standard error decides which are
    as good as the best (the one-standard-error rule of Breiman et al. 1984), and of these the one
    with the highest coverage is taken, then the one with the fewest limits.

    Raises
    ------
    InputError
        If the factors are not distinct finite numbers or `labels` does not fit them.
    """
    labels = _checked(x, labels)
    words = Words(policy, titles or {}, units or {})
    if noise is not None and noise.refused:
        return Discovery(noise.sentence, noise.sentence)
    fit = _split(labels, seed)
    few = min(int(labels[fit].sum()), int((~labels[fit]).sum()))
    if few < FEWEST:
        text = words.too_few(labels)
        return Discovery(text, text)
    here, there = x[fit].reset_index(drop=True), x[~fit].reset_index(drop=True)
    boxes = peel(here, labels[fit])
    box = choose(boxes, here, labels[fit])
    stability = _stability(here, labels[fit], box, resamples, seed)
    trees = tree_boxes(
        here, labels[fit], most_limits=MOST_LIMITS, smallest_density=SMALLEST_DENSITY, seed=seed
    )
    tree = pd.DataFrame(
        [
            words.row(one, one.score(here, labels[fit]), one.score(there, labels[~fit]))
            for one in trees
        ]
    )
    found = table(boxes, here, labels[fit])
    if box is None:
        return Discovery(words.none(), trajectory=found, stability=stability, tree=tree)
    train, held = box.score(here, labels[fit]), box.score(there, labels[~fit])
    accepted = held.density >= SMALLEST_DENSITY and held.coverage >= SMALLEST_COVERAGE
    text = words.found(box, train, held) if accepted else words.none(box, held)
    return Discovery(text, "", accepted, box, train, held, found, stability, tree)


def choose(boxes: list[Box], x: pd.DataFrame, labels: Bools) -> Box | None:
    """Return the box that the rule of `discover` takes; None if no box with a limit is eligible."""
    candidates = dict.fromkeys(pruned(box, x, labels, QUASI_P, MOST_LIMITS) for box in boxes)
    scored = [(box, box.score(x, labels)) for box in candidates if box.limits]
    scored = [(box, one) for box, one in scored if one.coverage >= SMALLEST_COVERAGE]
    if not scored:
        return None
    best = max((one for _, one in scored), key=lambda one: (one.density, one.coverage))
    # One world of each kind is added, so that a density of 1 has a standard error too.
    share = (best.losses_inside + 1) / (best.inside + 2)
    least = best.density - np.sqrt(share * (1 - share) / (best.inside + 2))
    good = [(box, one) for box, one in scored if one.density >= least]
    return max(good, key=lambda pair: (pair[1].coverage, -len(pair[0].sides())))[0]


def _checked(x: pd.DataFrame, labels: Bools) -> Bools:
    problems = []
    labels = np.asarray(labels)
    if labels.shape != (len(x),) or labels.dtype != np.bool_:
        problems.append(
            f"labels has shape {labels.shape} and type {labels.dtype}; give one bool for each of "
            f"{len(x)} worlds."
        )
    if x.shape[1] == 0 or not x.columns.is_unique:
        problems.append(f"factors are {list(x.columns)}; give one or more, none of them twice.")
    elif not all(pd.api.types.is_numeric_dtype(kind) for kind in x.dtypes):
        problems.append("a factor is not a number; give categories as 0 and 1.")
    elif not np.isfinite(x.to_numpy(np.float64)).all():
        problems.append("a factor holds a number that is not finite; leave failed worlds out.")
    if problems:
        raise InputError(problems)
    return labels


def _split(labels: Bools, seed: int) -> Bools:
    """Return which worlds are fitted; both samples have the same share of losses."""
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
    counts, done = dict.fromkeys(x.columns, 0), 0
    for _ in range(resamples):
        rows = np.sort(rng.choice(len(labels), half, replace=False))
        part, kinds = x.iloc[rows].reset_index(drop=True), labels[rows]
        done += 1
        one = choose(peel(part, kinds), part, kinds) if 0 < kinds.sum() < half else None
        for factor in one.factors if one else ():
            counts[factor] += 1
    chosen = box.factors if box else ()
    return pd.DataFrame(
        {
            "factor": [str(name) for name in counts],
            "share": [count / done if done else float("nan") for count in counts.values()],
            "chosen": [name in chosen for name in counts],
        }
    )
