"""Can the toolbox be trusted?"""

import numpy as np
import pandas as pd

from s3sim.analysis.discovery import discover
from s3sim.analysis.guard import SensitivityError
from s3sim.analysis.information import evpi, value_of_information
from s3sim.analysis.known_functions import Ishigami, Noisy
from s3sim.analysis.problem import Problem
from s3sim.analysis.robustness import regret
from s3sim.analysis.sobol import indices, noise_share, sobol_design
from s3sim.analysis.stopping import Stopping, stopped_at
from s3sim.analysis.surrogate import surrogate_study
from s3sim.core.streams import generator
from s3sim.ensemble.experiments.result import Answer, Check


def designs(study):
    """No runs of the model."""
    return []


def rmse(found, truth):
    """Root mean square error of indices."""
    return float(np.sqrt(np.mean((np.asarray(found) - np.asarray(truth)) ** 2)))


def sobol_rows(repeats):
    """Sobol' indices of functions with analytic ones; inert dummies; luck of a known share."""
    smooth = Ishigami(dummies=1)
    s1, st, dummy, share = [], [], [], []
    for seed in range(repeats):
        design = sobol_design(smooth.problem, 1024, seed, scrambles=1)
        table = indices(design, smooth(design.unit))
        s1.append(rmse(table["S1"], smooth.S1))
        st.append(rmse(table["ST"], smooth.ST))
        dummy.append(float(table["ST"].iloc[-1]))
        noisy = Noisy(0.5)
        design = sobol_design(noisy.problem, 512, seed)
        share.append(noise_share(indices(design, noisy(design.unit))).share)
    yield (
        "Ishigami, N = 1,024, first-order",
        "error at most 0.015",
        f"{np.mean(s1):.4f}",
        np.mean(s1) <= 0.015,
    )
    yield (
        "Ishigami, N = 1,024, total",
        "error at most 0.010",
        f"{np.mean(st):.4f}",
        np.mean(st) <= 0.010,
    )
    yield "inert dummy", "exactly 0", f"{max(dummy):g}", max(dummy) == 0.0
    # One design of 512 knows luck's share to 0.035 (its standard error), the mean of many better.
    allowed = 0.02 + 2 * 0.035 / np.sqrt(repeats) * (repeats < 20)
    yield (
        "share of luck, known 0.5",
        f"mean of {repeats} designs within {allowed:.3f}",
        f"{np.mean(share):.3f}",
        abs(np.mean(share) - 0.5) <= allowed,
    )


def guard_row():
    """One number that is not finite is refused, never a silent zero."""
    design = sobol_design(Problem(("a", "b")), 64, 0)
    y = design.unit[:, 0].copy()
    y[7] = np.nan
    try:
        indices(design, y)
        told = "accepted"
    except SensitivityError as error:
        told = f"{error.n_bad} bad, row {error.rows[0]}"
    yield "a number that is not finite", "refused with count and row", told, told == "1 bad, row 7"


def surrogate_rows():
    """A surrogate is right where it can be, and withholds where it cannot."""
    smooth = Ishigami(dummies=1)
    unit = generator(0, "surrogate").random((400, 4))
    good = surrogate_study(unit, smooth(unit), smooth.problem.names)
    table = good.indices()
    error = rmse(table["ST"], smooth.ST)
    yield (
        "surrogate of Ishigami, 400 points, total",
        "error at most 0.05",
        f"{error:.4f}",
        error <= 0.05,
    )
    whole = float(table["Shapley"].sum())
    yield "Shapley effects", "sum to 1 within 1e-9", f"{whole:.12f}", abs(whole - 1) <= 1e-9
    noise = generator(1, "noise").random(400)
    bad = surrogate_study(unit, noise, smooth.problem.names)
    yield (
        "surrogate of pure luck",
        "withheld",
        "withheld" if not bad.trusted else "given",
        not bad.trusted,
    )


def box_rows():
    """A planted region is found, judged on new worlds."""
    names = [f"x{k}" for k in range(10)]
    unit = generator(2, "box").random((1000, 10))
    fresh = generator(3, "box").random((20000, 10))
    x, new = pd.DataFrame(unit, columns=names), pd.DataFrame(fresh, columns=names)
    lost, truth = (unit[:, 0] > 0.6) & (unit[:, 1] < 0.4), (fresh[:, 0] > 0.6) & (fresh[:, 1] < 0.4)
    found = discover(x, lost, resamples=0)
    inside = found.box.contains(new)
    precision, recall = truth[inside].mean(), inside[truth].mean()
    yield "planted box, precision", "at least 0.9", f"{precision:.3f}", precision >= 0.9
    yield "planted box, recall", "at least 0.9", f"{recall:.3f}", recall >= 0.9


def inference_rows(n):
    """Intervals hold what they promise, stopping rule included; values of knowing are in order."""
    rule, hits = Stopping(minimum=64, smallest=0.5), 0
    for k in range(n):
        found = stopped_at(generator(k, "coverage").normal(1.0, 1.0, 1024), rule)
        hits += found.low <= 1.0 <= found.high
    slack = 3 * np.sqrt(0.95 * 0.05 / n) * (n < 1000)
    low, high = 0.93 - slack, min(0.97 + slack, 1.0)
    yield (
        "coverage of a 95 % interval after stopping",
        f"{low:.2f} to {high:.2f}",
        f"{hits / n:.3f} of {n}",
        low <= hits / n <= high,
    )
    level = generator(4, "levels").normal(size=(512, 3))
    x = pd.DataFrame({"a": level[:, 1], "b": generator(5, "b").random(512)})
    known = value_of_information(level, ("p", "q", "r"), x, dummies=9)
    order = evpi(level) >= known.table["evppi"].max() >= 0
    yield (
        "value of information",
        "perfect >= partial >= 0",
        f"{known.evpi:.3f} >= {known.table['evppi'].max():.3f}",
        bool(order),
    )
    least = regret(level).min(axis=1)
    yield (
        "regret",
        "at least 0, and 0 for someone",
        f"{least.min():g} to {least.max():g}",
        bool((least == 0).all()),
    )


def answer(study):
    """A sheet of estimates against truths."""
    rows = [
        *sobol_rows(study.option("repeats")), *guard_row(), *surrogate_rows(), *box_rows(),
        *inference_rows(study.option("coverage")),
    ]  # fmt: skip
    checks = [Check(a, b, c, bool(d), True) for a, b, c, d in rows]
    table = pd.DataFrame([vars(one) for one in checks]).drop(columns="must")
    met = int(table["met"].sum())
    return Answer([f"{met} of {len(table)} bars are met on functions with known answers."], table,
                  {"bars": len(table), "met": met}, {}, checks)  # fmt: skip
