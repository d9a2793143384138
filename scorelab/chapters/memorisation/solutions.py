"""Solutions of notebook 11, memorisation, and beyond the kernel."""

from __future__ import annotations

import torch
from torch import Tensor


def label_parts(labels: Tensor, truth: Tensor, optimum: Tensor) -> Tensor:
    """Truth, memory and noise of the draw, (3, n, d), of labels X_0 (n, d).

    ``truth`` is f* and ``optimum`` the memorising denoiser at the inputs, both (n, d).
    """
    # Go from one to the next, so that the three add up to the labels.
    return torch.stack((truth, optimum - truth, labels - optimum))


def memorised_share(samples: Tensor, train: Tensor) -> Tensor:
    """The share of samples (k, d) three times nearer to one of train (n, d) than to any other."""
    # The two least distances of each sample are all that is needed.
    nearest = torch.cdist(samples, train).sort(dim=1).values
    return (3 * nearest[:, 0] <= nearest[:, 1]).float().mean()


def memory_exponent(dim: Tensor) -> Tensor:
    """The power of n with which the memorisation time grows, 1 + 2/d, for dimensions (k,)."""
    # Frequency n^{1/d}, and the eigenvalue at frequency k is k^{−(d + 2)}.
    return (dim + 2) / dim


def draw_noise(shares: Tensor, variance: float, n: int, draws: int) -> Tensor:
    """The bound σ²/(n M) Σ_k g_k² on what the noise of the draws adds, for shares g (k,)."""
    # Every direction carries σ² over the number of rows; the share of it that is learned counts.
    return variance * shares.square().sum() / (n * draws)


def start_scale(shrink: Tensor) -> Tensor:
    """By what the tangent kernel of both layers is multiplied when all weights are, for (k,)."""
    # Each term of the kernel has two weights in it: both outputs', or both neurons'.
    return shrink**2
