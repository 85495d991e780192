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

SMOOTH, NOISY = Ishigami(dummies=1), Noisy(0.5)


def designs(study):
    """No runs of the model."""
    return []


def answer(study):
    """A sheet of estimates against truths."""
    parts = [
        sobol_bars(study.option("repeats")),
        guard_bar(),
        surrogate_bars(),
        box_bars(),
        inference_bars(study.option("coverage")),
    ]
    checks = [Check(*bar[:3], bool(bar[3]), True) for bars in parts for bar in bars]
    table = pd.DataFrame(checks).drop(columns="must")
    met, bars = int(table["met"].sum()), len(table)
    told = f"{met} of {bars} bars are met on functions with known answers."
    return Answer([told], table, {"bars": bars, "met": met}, checks=checks)


def rmse(found, truth):
    """Root mean square error of indices."""
    return float(np.sqrt(np.mean((np.asarray(found) - np.asarray(truth)) ** 2)))


def sobol_bars(repeats):
    """Sobol' indices of functions with analytic ones; inert dummies; luck of a known share."""
    s1, st, dummy, share = [], [], [], []
    for seed in range(repeats):
        design = sobol_design(SMOOTH.problem, 1024, seed, scrambles=1)
        table = indices(design, SMOOTH(design.unit))
        s1.append(rmse(table["S1"], SMOOTH.S1))
        st.append(rmse(table["ST"], SMOOTH.ST))
        dummy.append(float(table["ST"].iloc[-1]))
        design = sobol_design(NOISY.problem, 512, seed)
        share.append(noise_share(indices(design, NOISY(design.unit))).share)
    for order, errors, most in (("first-order", s1, 0.015), ("total", st, 0.01)):
        error, name = np.mean(errors), f"Ishigami, N = 1,024, {order}"
        yield name, f"error at most {most:.3f}", f"{error:.4f}", error <= most
    yield "inert dummy", "exactly 0", f"{max(dummy):g}", max(dummy) == 0.0
    # One design of 512 knows luck's share to 0.035 (its standard error), the mean of many better.
    allowed, mean = 0.02 + 2 * 0.035 / np.sqrt(repeats) * (repeats < 20), np.mean(share)
    bar = f"mean of {repeats} designs within {allowed:.3f}"
    yield "share of luck, known 0.5", bar, f"{mean:.3f}", abs(mean - 0.5) <= allowed


def guard_bar():
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


def surrogate_bars():
    """A surrogate is right where it can be, and withholds where it cannot."""
    unit, noise = generator(0, "surrogate").random((400, 4)), generator(1, "noise").random(400)
    table = surrogate_study(unit, SMOOTH(unit), SMOOTH.problem.names).indices()
    error, whole = rmse(table["ST"], SMOOTH.ST), float(table["Shapley"].sum())
    name = "surrogate of Ishigami, 400 points, total"
    yield name, "error at most 0.05", f"{error:.4f}", error <= 0.05
    yield "Shapley effects", "sum to 1 within 1e-9", f"{whole:.12f}", abs(whole - 1) <= 1e-9
    told = "given" if surrogate_study(unit, noise, SMOOTH.problem.names).trusted else "withheld"
    yield "surrogate of pure luck", "withheld", told, told == "withheld"


def box_bars():
    """A planted region is found, judged on new worlds."""
    names = [f"x{k}" for k in range(10)]
    x = pd.DataFrame(generator(2, "box").random((1000, 10)), columns=names)
    new = pd.DataFrame(generator(3, "box").random((20000, 10)), columns=names)
    lost, truth = (((d["x0"] > 0.6) & (d["x1"] < 0.4)).to_numpy() for d in (x, new))
    inside = discover(x, lost, resamples=0).box.contains(new)
    for name, share in (("precision", truth[inside].mean()), ("recall", inside[truth].mean())):
        yield f"planted box, {name}", "at least 0.9", f"{share:.3f}", share >= 0.9


def inference_bars(n):
    """Intervals hold what they promise, stopping rule included; values of knowing are in order."""
    rule, hits = Stopping(minimum=64, smallest=0.5), 0
    for k in range(n):
        found = stopped_at(generator(k, "coverage").normal(1.0, 1.0, 1024), rule)
        hits += found.low <= 1.0 <= found.high
    slack = 3 * np.sqrt(0.95 * 0.05 / n) * (n < 1000)
    low, high = 0.93 - slack, min(0.97 + slack, 1.0)
    name, bar = "coverage of a 95 % interval after stopping", f"{low:.2f} to {high:.2f}"
    yield name, bar, f"{hits / n:.3f} of {n}", low <= hits / n <= high
    level = generator(4, "levels").normal(size=(512, 3))
    x = pd.DataFrame({"a": level[:, 1], "b": generator(5, "b").random(512)})
    known = value_of_information(level, ("p", "q", "r"), x, dummies=9)
    part, order = known.table["evppi"].max(), "perfect >= partial >= 0"
    told = f"{known.evpi:.3f} >= {part:.3f}"
    yield "value of information", order, told, evpi(level) >= part >= 0
    least = regret(level).min(axis=1)
    told = f"{least.min():g} to {least.max():g}"
    yield "regret", "at least 0, and 0 for someone", told, (least == 0).all()
