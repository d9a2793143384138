"""The plane that the explorers show: its range, its grid, and what a denoiser says there."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from scorelab.explore.figures import Array, Trace
from scorelab.path import Denoiser
from scorelab.process import OrnsteinUhlenbeck

PROCESS = OrnsteinUhlenbeck()

#: The noise levels that sliders offer.
NOISE_LEVELS = tuple(round(0.15 + 0.05 * i, 2) for i in range(17))
REACH = 3.0
SLICE = np.linspace(-REACH, REACH, 121)
GRID = np.stack(np.meshgrid(*[np.linspace(-2.6, 2.6, 11)] * 2), axis=-1).reshape(-1, 2)


def moves(denoiser: Denoiser, noise: float, device: torch.device) -> Array:
    """f(t, x) − x on the grid at the time of a noise level, (121, 2)."""
    x = torch.tensor(GRID, dtype=torch.float32, device=device)
    t = x.new_full((len(x),), PROCESS.time_at(noise))
    return (denoiser(t, x) - x).cpu().numpy()


def arrow_scale(exact: Array) -> float:
    """What makes most of the exact moves (n, 2) fit between the points of the grid."""
    return 0.42 / float(np.quantile(np.linalg.norm(exact, axis=1), 0.9))


def queries(noise: float, device: torch.device) -> tuple[Tensor, Tensor]:
    """The points (x, 0) of the slice at the time of a noise level: t (121,), x (121, 2)."""
    x = torch.zeros(len(SLICE), 2, device=device)
    x[:, 0] = torch.from_numpy(SLICE)
    return x.new_full((len(x),), PROCESS.time_at(noise)), x


def along(answer: Tensor) -> Trace:
    """The first output of answers (121, 2) on the slice, against x₁."""
    return {"x": SLICE, "y": np.clip(answer[:, 0].cpu().numpy(), -10 * REACH, 10 * REACH)}


class Level:
    """What no model changes at one noise level: some noised data, and the exact denoiser.

    ``noised`` (m, 2) are at most 200 of the data, ``moves`` (121, 2) go from the grid to what the
    exact denoiser says there, and ``scale`` makes arrows of them fit.
    """

    def __init__(self, truth: Denoiser, data: Tensor, noise: float) -> None:
        time, draws = PROCESS.time_at(noise), torch.Generator().manual_seed(3)
        self.noised: Array = PROCESS.perturb(data[:200], time, generator=draws).cpu().numpy()
        self.moves = moves(truth, noise, data.device)
        self.scale = arrow_scale(self.moves)
        self.along = along(truth(*queries(noise, data.device)))
