"""Data that the tests of convex programs share: on a line, in the plane, and in odd places."""

from __future__ import annotations

import itertools

import numpy as np
import torch
from torch import Tensor

from scorelab import GaussianMixture

NETWORKS = [("relu", True), ("relu", False), ("abs", True), ("abs", False)]


def normal(n: int = 20, number: int = 0) -> Tensor:
    draws = np.random.default_rng(number).standard_normal(n)
    return torch.from_numpy(draws)[:, None]


def tied(number: int = 0) -> Tensor:
    """Forty draws, of which every fifth is a copy of another, once or twice."""
    x = normal(40, number)
    x[::5] = x[1::5]
    x[::10] = x[3::10]
    return x


def two_modes(n: int, number: int = 0) -> Tensor:
    law = GaussianMixture.line(modes=2, spacing=2.0, std=0.3)
    return law.sample(n, generator=torch.Generator().manual_seed(number)).double()


def regression(x: Tensor, number: int = 1) -> Tensor:
    return x.sin() + 0.3 * torch.from_numpy(np.random.default_rng(number).standard_normal(x.shape))


def rows(n: int, seed: int = 0, dim: int = 2, noise: float = 0.5) -> tuple[Tensor, Tensor]:
    """Noisy points of a normal law and the targets −noise/level."""
    draws = np.random.default_rng(seed)
    clean, xi = draws.standard_normal((2, n, dim))
    return torch.tensor(clean + noise * xi), torch.tensor(-xi / noise)


GRID = torch.tensor(list(itertools.product([0.0, 1.0, 2.0], repeat=2))).double()
LINE = torch.stack((torch.arange(6.0), 0.5 * torch.arange(6.0)), dim=1).double()
ODD = {
    "a grid": GRID,
    "a line": LINE,
    "twins": torch.cat((rows(6)[0], rows(6)[0][:2])),
    "a cross": torch.tensor([[0.0, 0], [1, 0], [-1, 0], [0, 1], [0, -1], [2, 0], [0, 2]]).double(),
}
