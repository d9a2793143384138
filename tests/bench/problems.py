"""The regression that the measurements of speed and of growth are made on."""

from __future__ import annotations

import torch
from torch import Generator

import scorelab as sl

PROCESS = sl.OrnsteinUhlenbeck()


def regression(n: int, dim: int) -> sl.Regression:
    """n rows of noised normal points in ``dim`` dimensions, always the same."""
    draws = Generator().manual_seed(0)
    return PROCESS.regression(torch.randn(n, dim, generator=draws), generator=draws)
