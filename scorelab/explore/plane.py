"""The plane that the explorers show: its range, its grid, and what a denoiser says there."""

from __future__ import annotations

import numpy as np
import torch

from scorelab.explore.figures import Array
from scorelab.explore.setting import PROCESS
from scorelab.process import Denoiser

REACH = 3.0
GRID = np.stack(np.meshgrid(*[np.linspace(-2.6, 2.6, 11)] * 2), axis=-1).reshape(-1, 2)


def moves(denoiser: Denoiser, noise: float, device: torch.device) -> Array:
    """f(t, x) − x on the grid at the time of a noise level, (121, 2)."""
    x = torch.tensor(GRID, dtype=torch.float32, device=device)
    t = x.new_full((len(x),), PROCESS.time_at(noise))
    return (denoiser(t, x) - x).cpu().numpy()
