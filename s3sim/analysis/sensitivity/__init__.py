"""Sensitivity analysis: which factors move an outcome, and how much of it is luck.

SALib computes the indices; nothing else in this package calls it, and no call goes unguarded.
"""

from s3sim.analysis.sensitivity.guard import SensitivityError, checked, is_constant, undisturbed
from s3sim.analysis.sensitivity.luck import NoiseShare, mean_response, noise_share
from s3sim.analysis.sensitivity.moment_independent import delta, rbd_fast
from s3sim.analysis.sensitivity.paired_outputs import on_three, three_outputs
from s3sim.analysis.sensitivity.problem import DUMMY, SEED, Problem
from s3sim.analysis.sensitivity.screening import screen, stability
from s3sim.analysis.sensitivity.sobol import SobolDesign, indices, sobol_design
from s3sim.analysis.sensitivity.trajectories import MorrisDesign, morris_design

__all__ = [
    "DUMMY",
    "SEED",
    "MorrisDesign",
    "NoiseShare",
    "Problem",
    "SensitivityError",
    "SobolDesign",
    "checked",
    "delta",
    "indices",
    "is_constant",
    "mean_response",
    "morris_design",
    "noise_share",
    "on_three",
    "rbd_fast",
    "screen",
    "sobol_design",
    "stability",
    "three_outputs",
    "undisturbed",
]
