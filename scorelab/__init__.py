"""scorelab: what a two-layer network learns when it learns a score, and when it should stop.

``import scorelab as sl``. One noun holds it together: a *denoiser* is any callable f(t, x) with t
(n,) and x (n, d) that estimates E[X_0 | X_t = x], shape (n, d). A *path* is a denoiser at every
stopping time. See README.md for the course.
"""

import os

# Threads that spin while they wait hold up other kernels. OpenMP reads this once, as it is loaded:
# with torch, so that it only helps where scorelab comes first.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from . import convex, credit, metrics, stopping, sweep
from .descent import NetworkPath, Snapshot, descend
from .devices import device
from .features import FeatureFlow
from .kernel import KernelFlow, ntk
from .likelihood import log_likelihood
from .network import TwoLayerNet
from .path import Denoiser, Path, log_stops
from .process import OrnsteinUhlenbeck, Regression
from .sampling import sample
from .targets import Empirical, GaussianMixture
from .warmup import warm_up

__version__ = "0.2.0"

__all__ = [
    "Denoiser",
    "Empirical",
    "FeatureFlow",
    "GaussianMixture",
    "KernelFlow",
    "NetworkPath",
    "OrnsteinUhlenbeck",
    "Path",
    "Regression",
    "Snapshot",
    "TwoLayerNet",
    "convex",
    "credit",
    "descend",
    "device",
    "log_likelihood",
    "log_stops",
    "metrics",
    "ntk",
    "sample",
    "stopping",
    "sweep",
    "warm_up",
]
