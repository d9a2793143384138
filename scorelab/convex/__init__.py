"""Two-layer score networks trained to their global optimum by convex programs, with certificates.

Training a two-layer network with weight decay, by score matching or by denoising, is equal to a
convex program (Zhang and Pilanci 2024). ``score_matching`` and ``denoising`` solve it and return
a ``Fit``: the optimal network, its loss, and a bound below which no network can go.
"""

from .annealed import Annealed, annealed
from .fit import Fit, denoising_loss, score_matching_loss
from .gated import Gated, gated
from .patterns import patterns
from .programs import denoising, gaussian_beta, least_beta, path, score_matching

__all__ = [
    "Annealed",
    "Fit",
    "Gated",
    "annealed",
    "denoising",
    "denoising_loss",
    "gated",
    "gaussian_beta",
    "least_beta",
    "path",
    "patterns",
    "score_matching",
    "score_matching_loss",
]
