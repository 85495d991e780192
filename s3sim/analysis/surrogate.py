"""One output, one design: fit, judge, and give indices only when the fit can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from s3sim.analysis.surrogate_checks import checked, checked_groups, problem_with_constant
from s3sim.analysis.surrogate_held_out import held_out_q2
from s3sim.analysis.surrogate_indices import DRAWS, bootstrap, check_noise_share, index_table
from s3sim.analysis.surrogate_polynomial import MAX_DEGREE, PolynomialChaos, fit
from s3sim.analysis.surrogate_trees import trees_check
from s3sim.core.arrays import Floats
from s3sim.core.errors import InputError

TRUST = 0.9
"""Share of the ceiling that the held-out Q2 must reach before indices are given (assumed)."""

SURE = 2.0
"""Standard errors by which the held-out Q2 must exceed zero."""


@dataclass(frozen=True)
class SurrogateResult:
    """A surrogate of one output and what it may be used for.

    Parameters
    ----------
    names, groups : tuple of str
        Factors and, if given, the group of each.
    q2, q2_error : float
        Share of the output's variance predicted on rows left out, and its standard error.
    ceiling : float
        One minus the share of chance: the most that any surrogate can reach.
    trusted : bool
        Whether the held-out Q2 is at least 0.9 of the ceiling.
    reason : str
        Why, in plain words.
    chaos : PolynomialChaos or None
        The fit; None when the output is constant.
    replicates : tuple of PolynomialChaos
        Bootstrap resamples; empty unless trusted.
    factor_table, group_table : DataFrame
        Indices; empty unless trusted. Use `indices` and `group_indices`.
    trees_q2 : float
        Held-out Q2 of extra-trees.
    ranking : DataFrame
        Factors by the trees' permutation importance: a check, not an index.
    """

    names: tuple[str, ...]
    groups: tuple[str, ...] | None
    q2: float
    q2_error: float
    ceiling: float
    trusted: bool
    reason: str
    chaos: PolynomialChaos | None
    replicates: tuple[PolynomialChaos, ...]
    factor_table: pd.DataFrame
    group_table: pd.DataFrame
    trees_q2: float
    ranking: pd.DataFrame

    def indices(self) -> pd.DataFrame:
        """Return factor, group, S1, ST and Shapley with 95 % intervals; raise if withheld.

        Shares of the variance of the mean response: chance is left out.
        """
        if not self.trusted:
            raise InputError(f"indices are withheld: {self.reason}")
        return self.factor_table

    def group_indices(self) -> pd.DataFrame:
        """Return the same for groups as players; raise if withheld or without groups."""
        if not self.trusted:
            raise InputError(f"indices are withheld: {self.reason}")
        if self.groups is None:
            raise InputError("the study has no groups; give one group a factor.")
        return self.group_table


def surrogate_study(
    unit: Floats,
    y: Floats,
    names: Sequence[str],
    groups: Sequence[str] | None = None,
    noise_share: float | None = None,
    seed: int = 0,
    *,
    max_degree: int = MAX_DEGREE,
    draws: int = DRAWS,
) -> SurrogateResult:
    """Return the surrogate of one output, judged on rows left out.

    Parameters
    ----------
    unit : array [n, D]
        Independent factors in [0, 1]; one run a row.
    y : array [n]
        Output, finite.
    names : sequence of str
        Of the D factors.
    groups : sequence of str, optional
        Group of each factor.
    noise_share : float, optional
        Share of the output's variance that is chance, in [0, 1), known from replications;
        unless told the ceiling is one and noisy outputs are withheld.
    seed : int
        Decides folds, resamples and trees.
    max_degree : int
        Highest degree of a factor.
    draws : int
        Bootstrap resamples.

    Raises
    ------
    InputError
        For misshaped or non-finite input, or when scikit-learn is missing.
    """
    unit, y, names = checked(unit, y, names, max_degree=max_degree)
    labels = checked_groups(names, groups)
    if noise_share is not None:
        check_noise_share(noise_share)
    ceiling = 1.0 - (noise_share or 0.0)
    empty, nan = pd.DataFrame(), float("nan")
    if constant := problem_with_constant(y):
        reason = str(constant)
        return SurrogateResult(
            names, labels, nan, nan, ceiling, False, reason, None, (), empty, empty, nan, empty
        )
    trees = trees_check(unit, y, names, seed)
    q2, error = held_out_q2(unit, y, names, seed, max_degree)
    chaos = fit(unit, y, names, seed, max_degree)
    trusted = q2 >= TRUST * ceiling and q2 > SURE * error and chaos.variance > 0.0
    reason = _reason(q2, error, ceiling, trees.q2, trusted, noise_share is None)
    factors = by_group = empty
    replicates: tuple[PolynomialChaos, ...] = ()
    if trusted:
        replicates = bootstrap(chaos, unit, y, seed, draws)
        factors = index_table(chaos, replicates).rename_axis("factor").reset_index()
        factors.insert(1, "group", list(labels) if labels else list(names))
        if labels:
            by_group = index_table(chaos, replicates, labels).rename_axis("group").reset_index()
    return SurrogateResult(
        names, labels, q2, error, ceiling, trusted, reason, chaos, replicates,
        factors, by_group, trees.q2, trees.ranking,
    )  # fmt: skip


def _reason(
    q2: float, error: float, ceiling: float, trees: float, trusted: bool, unknown_noise: bool
) -> str:
    """Say why the indices are given or withheld, and what to do."""
    said = f"on rows left out the polynomial explains {q2:.2f} of the variance"
    bar = f"{TRUST} of the ceiling {ceiling:.2f}"
    if trusted:
        return f"{said}, at least {bar}."
    if q2 >= TRUST * ceiling:
        return f"{said}, which is not clearly above zero (standard error {error:.2f}); add runs."
    if trees > q2:
        advice = (
            f"trees explain {trees:.2f}, so the output is rough: use direct Sobol' indices, "
            "or more runs"
        )
    else:
        advice = f"trees explain {trees:.2f}, no better: add runs or replications"
    if unknown_noise:
        advice += "; if part of the variance is chance, measure it and give noise_share"
    return f"{said}, less than {bar}; {advice}."
